"""What a subject's status is once it is known what became of the actions."""

from __future__ import annotations

import pytest

from shared.decide.outcome import decide_status
from shared.model.plan import Action, ActionResult, Finding, Outcome, PatchApplication
from shared.model.reason import Reason, Status
from tests.decide.actions import CLEAN_UP, DELETE_EXTENSION, DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.applications import APP, LOCALHOST, PAIR, settings
from tests.decide.estates import VM

ONLY_URIS = PatchApplication(APP, settings(LOCALHOST, PAIR), settings((), PAIR))


@pytest.mark.parametrize(
    ("reasons", "action", "outcomes", "status"),
    [
        ([], PUT_EXTENSION, [], Status.COMPLIANT),
        ([Reason.EXTENSION_MISSING], PUT_EXTENSION, [], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_MISSING], PUT_EXTENSION, [Outcome.STARTED], Status.PENDING),
        ([Reason.EXTENSION_MISSING], PUT_EXTENSION, [Outcome.WOULD_DO], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_MISSING], PUT_EXTENSION, [Outcome.REFUSED], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_OUTDATED], REFRESH, [Outcome.STARTED], Status.PENDING),
        ([Reason.EXTENSION_FAILED], DELETE_EXTENSION, [Outcome.STARTED], Status.PENDING),
        ([Reason.EXTENSION_FAILED, Reason.EXTENSION_OUTDATED], DELETE_EXTENSION, [Outcome.STARTED], Status.PENDING),
        ([Reason.EXTENSION_FAILED], DELETE_EXTENSION, [Outcome.STOPPED], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_FAILED], DELETE_EXTENSION, [Outcome.WOULD_DO], Status.NON_COMPLIANT),
        ([Reason.DECOMMISSIONED], DELETE_RULE, [Outcome.STARTED], Status.NOT_APPLICABLE),
        ([Reason.OUTBOUND_DENIED], DELETE_RULE, [Outcome.STARTED], Status.NON_COMPLIANT),
        ([Reason.RULE_NEEDLESS], DELETE_RULE, [Outcome.STARTED], Status.PENDING),
        ([Reason.GATEWAY_ON_WEB_PLATFORM, Reason.GATEWAY_REDIRECT_MISSING], PATCH, [Outcome.STARTED], Status.PENDING),
        ([Reason.GATEWAY_ON_WEB_PLATFORM], PATCH, [Outcome.WOULD_DO], Status.NON_COMPLIANT),
        ([Reason.GATEWAY_IMPLICIT_GRANT], PATCH, [Outcome.STARTED], Status.NON_COMPLIANT),
        (
            [Reason.GATEWAY_REDIRECT_LEFTOVER, Reason.GATEWAY_IMPLICIT_GRANT],
            CLEAN_UP,
            [Outcome.STARTED],
            Status.PENDING,
        ),
        ([Reason.GATEWAY_IMPLICIT_GRANT], ONLY_URIS, [Outcome.STARTED], Status.NON_COMPLIANT),
        ([Reason.GATEWAY_REDIRECT_LEFTOVER], ONLY_URIS, [Outcome.STARTED], Status.PENDING),
        ([Reason.RULE_NEEDLESS], DELETE_RULE, [Outcome.WOULD_DO], Status.NON_COMPLIANT),
        ([Reason.RULE_NEEDLESS], PUT_RULE, [Outcome.STARTED], Status.NON_COMPLIANT),
        ([Reason.OUTBOUND_DENIED], PUT_RULE, [Outcome.STARTED], Status.PENDING),
        ([Reason.OUTBOUND_DENIED], PUT_RULE, [Outcome.STARTED, Outcome.POSTPONED], Status.NON_COMPLIANT),
        (
            [Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED_DELIBERATELY],
            PUT_RULE,
            [Outcome.STARTED],
            Status.NON_COMPLIANT,
        ),
        ([Reason.EXTENSION_MISSING, Reason.INBOUND_DENIED], PUT_EXTENSION, [Outcome.STARTED], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_MISSING, Reason.READ_FAILED], PUT_EXTENSION, [Outcome.STARTED], Status.UNKNOWN),
    ],
)
def test_what_was_just_mended_is_on_its_way_and_nothing_else_is(
    reasons: list[Reason], action: Action, outcomes: list[Outcome], status: Status
) -> None:
    findings = [Finding(VM, reason, "") for reason in reasons]
    results = [ActionResult(action, outcome, "") for outcome in outcomes]
    assert decide_status(findings, results) is status
