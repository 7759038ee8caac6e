"""Whether a write may be carried out: by the mode of its kind, and by the scopes named for enforcement.

App registrations lie in no subscription: their mode alone decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.decide.contents import content_of
from shared.model.desired import DesiredState, Mode, RedirectsMode
from shared.model.plan import Action, NetworkAction, Outcome
from shared.model.resource_id import NETWORK_SECURITY_GROUP, SECURITY_RULE, ResourceId

_SCOPES = "WAC_ENFORCE_SCOPES"


@dataclass(frozen=True, slots=True)
class ActionRefusal:
    """Why something may not be written, and which setting to change."""

    outcome: Outcome
    message: str


def decide_permission(
    action: Action, desired: DesiredState, released: tuple[str, ...] | None = None
) -> ActionRefusal | None:
    """Tell why an action may not be carried out by this check; None means that it may.

    `released` are the fingerprints of all that a person released to it, if it comes of that.
    """
    if released is not None and content_of(action) not in released:
        return ActionRefusal(
            Outcome.WOULD_DO,
            "It is not what was released of the sweep's plan, since things are otherwise by now: see the next plan.",
        )
    refusal = _decide(action.id, desired, is_network=isinstance(action, NetworkAction))
    if refusal is None and desired.audit_only:
        return ActionRefusal(Outcome.WOULD_DO, "This check only audits; the settings permit it to one that enforces.")
    return refusal


def decide_enforcement(subject: ResourceId, desired: DesiredState) -> ActionRefusal | None:
    """Tell why the settings let no check of a VM, NSG or application write anything; None means that they do."""
    is_network = subject.is_a(NETWORK_SECURITY_GROUP) or subject.is_a(SECURITY_RULE)
    return _decide(subject, desired, is_network=is_network)


def _decide(target: ResourceId, desired: DesiredState, *, is_network: bool) -> ActionRefusal | None:
    if target.is_of_the_tenant:
        return _decide_redirects(desired)
    setting, mode = (
        ("WAC_NETWORK_MODE", desired.network_mode) if is_network else ("WAC_EXTENSION_MODE", desired.extension_mode)
    )
    covered = any(scope.covers(target.subscription_id, target.resource_group) for scope in desired.enforce_scopes)
    group = target.resource_group_id
    if mode is not Mode.ENFORCE:
        also = "" if covered else f" and add {group} to {_SCOPES}"
        return ActionRefusal(
            Outcome.WOULD_DO, f"{setting} is {mode}: set it to {Mode.ENFORCE}{also} to have this done."
        )
    if not covered:
        message = f"{_SCOPES} covers no {group}: add it, or its subscription, to have this done."
        return ActionRefusal(Outcome.OUT_OF_SCOPE, message)
    return None


def _decide_redirects(desired: DesiredState) -> ActionRefusal | None:
    if desired.redirects_mode is RedirectsMode.MIGRATE:
        return None
    wanted = RedirectsMode.MIGRATE
    message = f"WAC_REDIRECTS_MODE is {desired.redirects_mode}: set it to {wanted} to have this done."
    return ActionRefusal(Outcome.WOULD_DO, message)
