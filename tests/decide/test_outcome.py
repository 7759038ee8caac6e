"""What a subject's status is once it is known what became of the actions."""

from __future__ import annotations

import pytest

from shared.decide.outcome import decide_status
from shared.model.plan import ActionResult, Finding, Outcome, Reason, Status
from tests.decide.actions import PUT_EXTENSION
from tests.decide.estates import VM


@pytest.mark.parametrize(
    ("reasons", "outcomes", "status"),
    [
        ([], [], Status.COMPLIANT),
        ([Reason.EXTENSION_MISSING], [], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_MISSING], [Outcome.STARTED], Status.PENDING),
        ([Reason.EXTENSION_MISSING], [Outcome.WOULD_DO], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_MISSING], [Outcome.REFUSED], Status.NON_COMPLIANT),
        ([Reason.OUTBOUND_DENIED], [Outcome.STARTED, Outcome.POSTPONED], Status.NON_COMPLIANT),
        ([Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED_DELIBERATELY], [Outcome.STARTED], Status.NON_COMPLIANT),
        ([Reason.EXTENSION_MISSING, Reason.READ_FAILED], [Outcome.STARTED], Status.UNKNOWN),
    ],
)
def test_what_was_just_mended_is_on_its_way_and_nothing_else_is(
    reasons: list[Reason], outcomes: list[Outcome], status: Status
) -> None:
    findings = [Finding(VM, reason, "") for reason in reasons]
    results = [ActionResult(PUT_EXTENSION, outcome, "") for outcome in outcomes]
    assert decide_status(findings, results) is status
