"""What may be written, and which setting to change where it may not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.decide.permission import decide_enforcement, decide_permission
from shared.model.desired import DesiredState, Mode, RedirectsMode, Scope
from shared.model.plan import Action, Outcome
from shared.model.resource_id import HOME_TENANT, ResourceId
from tests.decide.actions import CLEAN_UP, DELETE_EXTENSION, DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.applications import APP, MIGRATING
from tests.decide.estates import AUDITED, ENFORCED, GROUP, NSG, SUBSCRIPTION, VM

HERE, ELSEWHERE = Scope(SUBSCRIPTION.upper(), "RG-APP"), Scope(SUBSCRIPTION, "rg-other")
EXTENSIONS_ONLY = replace(ENFORCED, network_mode=Mode.AUDIT)
RULES_ONLY = replace(ENFORCED, extension_mode=Mode.AUDIT)


EXTENSION_ACTIONS, RULE_ACTIONS = (PUT_EXTENSION, REFRESH, DELETE_EXTENSION), (PUT_RULE, DELETE_RULE)


@pytest.mark.parametrize("action", [*EXTENSION_ACTIONS, *RULE_ACTIONS])
@pytest.mark.parametrize("scopes", [(HERE,), (ELSEWHERE, HERE), (Scope(SUBSCRIPTION),)])
def test_what_enforcing_modes_and_scopes_cover_may_be_written(action: Action, scopes: tuple[Scope, ...]) -> None:
    assert decide_permission(action, replace(ENFORCED, enforce_scopes=scopes)) is None


@pytest.mark.parametrize(
    ("action", "desired", "outcome", "names"),
    [
        (PUT_EXTENSION, AUDITED, Outcome.WOULD_DO, ["WAC_EXTENSION_MODE is audit", "WAC_ENFORCE_SCOPES", str(GROUP)]),
        (REFRESH, AUDITED, Outcome.WOULD_DO, ["WAC_EXTENSION_MODE is audit"]),
        (DELETE_EXTENSION, AUDITED, Outcome.WOULD_DO, ["WAC_EXTENSION_MODE is audit"]),
        (PUT_RULE, AUDITED, Outcome.WOULD_DO, ["WAC_NETWORK_MODE is audit"]),
        (DELETE_RULE, AUDITED, Outcome.WOULD_DO, ["WAC_NETWORK_MODE is audit"]),
        (PUT_EXTENSION, RULES_ONLY, Outcome.WOULD_DO, ["WAC_EXTENSION_MODE is audit: set it to enforce to have"]),
        (PUT_RULE, EXTENSIONS_ONLY, Outcome.WOULD_DO, ["WAC_NETWORK_MODE is audit: set it to enforce to have"]),
        (
            PUT_EXTENSION,
            replace(ENFORCED, enforce_scopes=()),
            Outcome.OUT_OF_SCOPE,
            ["WAC_ENFORCE_SCOPES", str(GROUP)],
        ),
        (PUT_RULE, replace(ENFORCED, enforce_scopes=(ELSEWHERE,)), Outcome.OUT_OF_SCOPE, ["WAC_ENFORCE_SCOPES"]),
    ],
)
def test_what_they_do_not_cover_may_not_and_the_setting_is_named(
    action: Action, desired: DesiredState, outcome: Outcome, names: list[str]
) -> None:
    refusal = decide_permission(action, desired)
    assert refusal is not None
    assert refusal.outcome is outcome
    for name in names:
        assert name in refusal.message


@pytest.mark.parametrize(
    ("actions", "allowed", "forbidden"),
    [(EXTENSION_ACTIONS, EXTENSIONS_ONLY, RULES_ONLY), (RULE_ACTIONS, RULES_ONLY, EXTENSIONS_ONLY)],
)
def test_each_kind_of_write_has_its_own_mode(
    actions: tuple[Action, ...], allowed: DesiredState, forbidden: DesiredState
) -> None:
    for action in actions:
        assert decide_permission(action, allowed) is None
        assert decide_permission(action, forbidden) is not None


@pytest.mark.parametrize(
    ("subject", "desired", "permitted"),
    [
        (VM, ENFORCED, True),
        (NSG, ENFORCED, True),
        (VM, EXTENSIONS_ONLY, True),
        (NSG, EXTENSIONS_ONLY, False),
        (VM, RULES_ONLY, False),
        (NSG, RULES_ONLY, True),
        (ResourceId(str(NSG).upper()), RULES_ONLY, True),
        (VM, replace(ENFORCED, enforce_scopes=(ELSEWHERE,)), False),
        (VM, AUDITED, False),
        (NSG, AUDITED, False),
        (APP, MIGRATING, True),
        (HOME_TENANT, MIGRATING, True),
        (VM, MIGRATING, False),
        (APP, ENFORCED, False),
    ],
)
def test_a_check_may_be_enforced_where_its_own_writes_may_be(
    subject: ResourceId, desired: DesiredState, permitted: bool
) -> None:
    assert (decide_enforcement(subject, desired) is None) is permitted


@pytest.mark.parametrize("action", [PATCH, CLEAN_UP])
def test_app_registrations_are_written_by_their_mode_alone_since_no_scope_has_them(action: Action) -> None:
    assert decide_permission(action, replace(MIGRATING, enforce_scopes=(ELSEWHERE,))) is None
    for desired in (AUDITED, ENFORCED):
        refusal = decide_permission(action, desired)
        assert refusal is not None
        assert refusal.outcome is Outcome.WOULD_DO
        assert refusal.message == "WAC_REDIRECTS_MODE is audit: set it to migrate to have this done."


def test_an_audit_permits_nothing_whatever_the_settings() -> None:
    desired = replace(ENFORCED, redirects_mode=RedirectsMode.MIGRATE)
    for action in (*EXTENSION_ACTIONS, *RULE_ACTIONS, PATCH):
        assert decide_permission(action, desired) is None
        assert decide_permission(action, desired.audited()) is not None
