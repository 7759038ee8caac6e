"""How long a subject took to become COMPLIANT: from the event, over all checks that it took, and told once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.decide.compliance import decide_awaited_since, decide_time_to_compliant
from shared.decide.memory import remember_report
from shared.model.check import Check
from shared.model.past import NOTHING, Past
from shared.model.plan import Finding, Report
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId

EVENT = datetime(2026, 1, 5, 8, tzinfo=UTC)
VM = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web")


def at(seconds: float) -> datetime:
    return EVENT + timedelta(seconds=seconds)


def report(*reasons: Reason, observed: float | None, asked: float | None = 0) -> Report:
    check = Check(VM, "test", "c", None if asked is None else at(asked))
    status = max((reason.status for reason in reasons), default=Status.COMPLIANT)
    findings = tuple(Finding(VM, reason, "why") for reason in reasons)
    return Report(check, status, None if observed is None else at(observed), findings)


def seconds(past: Past, *reports: Report) -> list[float | None]:
    """Give what each of these reports tells, one after the other."""
    told: list[float | None] = []
    for one in reports:
        took = decide_time_to_compliant(past, one)
        told.append(None if took is None else took.total_seconds())
        past = remember_report(past, one, None)
    return told


MISSING, INSTALLING = Reason.EXTENSION_MISSING, Reason.EXTENSION_INSTALLING

CASES: dict[str, tuple[list[Report], list[float | None]]] = {
    "the first look at a new subject finds it COMPLIANT": ([report(observed=4)], [4]),
    "nobody knows when it came about": ([report(observed=4, asked=None)], [None]),
    "it was COMPLIANT before": ([report(observed=4), report(observed=90, asked=80)], [4, None]),
    "several looks for several reasons": (
        [report(MISSING, observed=4), report(INSTALLING, observed=64, asked=4), report(observed=190, asked=180)],
        [None, None, 190],
    ),
    "a first look without an event counts from that look": (
        [report(MISSING, observed=4, asked=None), report(observed=100, asked=None)],
        [None, 96],
    ),
    "a look that fails counts from its event": (
        [report(Reason.READ_FAILED, observed=None), report(observed=30, asked=0)],
        [None, 30],
    ),
    "a stopped VM counts from its start": (
        [report(MISSING, observed=4), report(Reason.VM_STOPPED, observed=50), report(observed=9007, asked=9000)],
        [None, None, 7],
    ),
    "what need not be COMPLIANT is not waited for": (
        [report(MISSING, observed=4), report(Reason.EXCLUDED, observed=50), report(observed=905, asked=900)],
        [None, None, 5],
    ),
    "it is told once, and anew when it was lost": (
        [report(observed=4), report(MISSING, observed=103, asked=100), report(observed=160, asked=103)],
        [4, None, 60],
    ),
    "clocks that differ make no time negative": ([report(observed=-1)], [0]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_time_until_a_subject_is_compliant(case: str) -> None:
    reports, expected = CASES[case]
    assert seconds(NOTHING, *reports) == expected


def test_what_is_waited_for_is_remembered_from_the_event_on() -> None:
    past = replace(NOTHING, awaited_since=at(-500))
    assert decide_awaited_since(NOTHING, report(MISSING, observed=4)) == EVENT
    assert decide_awaited_since(past, report(MISSING, observed=4)) == at(-500)
    assert decide_awaited_since(past, report(observed=4)) is None
