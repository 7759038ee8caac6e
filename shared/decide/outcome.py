"""A subject's status, once it is known what became of the actions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from shared.decide.application_state import drops_nothing
from shared.model.plan import (
    Action,
    ActionResult,
    DeleteExtension,
    DeleteSecurityRule,
    Finding,
    Outcome,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.reason import Reason, Status

_MOVED = frozenset({Reason.GATEWAY_ON_WEB_PLATFORM, Reason.GATEWAY_REDIRECT_MISSING})
_CLEANED_UP = frozenset({Reason.GATEWAY_REDIRECT_LEFTOVER})
_MENDED_BY: Mapping[type[Action], frozenset[Reason]] = MappingProxyType(
    {
        PutExtension: frozenset({Reason.EXTENSION_MISSING}),
        RefreshExtension: frozenset({Reason.EXTENSION_OUTDATED}),
        DeleteExtension: frozenset({Reason.EXTENSION_FAILED, Reason.EXTENSION_OUTDATED}),
        PutSecurityRule: frozenset({Reason.OUTBOUND_DENIED, Reason.INBOUND_DENIED, Reason.RULE_MISSING}),
        DeleteSecurityRule: frozenset({Reason.RULE_NEEDLESS}),
    }
)


def decide_status(findings: Sequence[Finding], results: Sequence[ActionResult]) -> Status:
    """Give the worst status of the findings; what has just been mended is on its way: PENDING."""
    mended: frozenset[Reason] = frozenset()
    if all(result.outcome is Outcome.STARTED for result in results):
        mended = mended.union(*(_mended_by(result.action) for result in results))
    return max(
        (Status.PENDING if finding.reason in mended else finding.status for finding in findings),
        default=Status.COMPLIANT,
    )


def _mended_by(action: Action) -> frozenset[Reason]:
    """Tell what an action mends; an application's either moves its redirect URIs, or cleans up afterwards."""
    if not isinstance(action, PatchApplication):
        return _MENDED_BY[type(action)]
    if drops_nothing(action):
        return _MOVED
    is_switched_off = False in (action.desired.access_token_issuance, action.desired.id_token_issuance)
    return _CLEANED_UP | ({Reason.GATEWAY_IMPLICIT_GRANT} if is_switched_off else frozenset())
