"""What the app did is told briefly, and never in another order than it came."""

from datetime import datetime
from typing import Any

import pytest

from simulator.clock import START, Clock
from simulator.demo.chronicle import Chronicle, Entry

type Told = list[tuple[str, list[str], int]]


def event(subject: str) -> dict[str, Any]:
    cause = "event Microsoft.Compute/virtualMachines/write"
    return {"message": "Check queued", "level": "INFO", "subject": f"/x/{subject}", "cause": cause}


def check(subject: str, status: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "subject": f"/x/{subject}",
        "status": status,
        "findings": [],
        "actions": [],
        "look_again_seconds": None,
    }
    return {"message": "Check answered", "level": "INFO"} | fields


class Telling:
    """Notes what a chronicle tells."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.moments: list[tuple[datetime, Told]] = []
        self.glanced = 0
        self.chronicle = Chronicle(self.clock, self._tell, self._glance)

    def _tell(self, moment: datetime, entries: list[Entry]) -> None:
        self.moments.append((moment, [(entry.row.said, entry.subjects, entry.times) for entry in entries]))

    def _glance(self, _moment: datetime, _row: object) -> None:
        self.glanced += 1


WRITTEN = "virtualMachines/write"
MERGED: dict[str, tuple[list[dict[str, Any]], Told]] = {
    "the same of several subjects is told once": (
        [event("a"), event("b"), check("a", "COMPLIANT"), check("b", "COMPLIANT")],
        [(WRITTEN, ["a", "b"], 1), ("COMPLIANT", ["a", "b"], 1)],
    ),
    "the same of one subject, in a row, is counted": (
        [check("a", "PENDING"), check("a", "PENDING")],
        [("PENDING", ["a"], 2)],
    ),
    "what a subject became stands behind what it was": (
        [check("a", "COMPLIANT"), check("b", "PENDING"), check("b", "COMPLIANT")],
        [("COMPLIANT", ["a"], 1), ("PENDING", ["b"], 1), ("COMPLIANT", ["b"], 1)],
    ),
    "what came after an event stands behind it": (
        [check("a", "COMPLIANT"), event("b"), check("c", "COMPLIANT")],
        [("COMPLIANT", ["a"], 1), (WRITTEN, ["b"], 1), ("COMPLIANT", ["c"], 1)],
    ),
    "in between others, the same of another subject is still told once": (
        [check("a", "COMPLIANT"), check("b", "PENDING"), check("c", "COMPLIANT")],
        [("COMPLIANT", ["a", "c"], 1), ("PENDING", ["b"], 1)],
    ),
}


@pytest.mark.parametrize(("log", "told"), MERGED.values(), ids=MERGED.keys())
def test_in_one_moment(log: list[dict[str, Any]], told: Told) -> None:
    telling = Telling()
    telling.chronicle.hear(log)
    assert telling.moments == []
    assert telling.glanced == len(log)
    telling.chronicle.end_moment()
    assert telling.moments == [(START, told)]


async def test_a_moment_ends_when_something_is_heard_at_another_time() -> None:
    telling = Telling()
    log = [check("a", "PENDING")]
    telling.chronicle.hear(log)
    await telling.clock.advance(60)
    log.append(check("a", "PENDING"))
    telling.chronicle.hear(log)
    assert telling.moments == [(START, [("PENDING", ["a"], 1)])]
    telling.chronicle.end_moment()
    telling.chronicle.end_moment()
    assert len(telling.moments) == 2
    assert telling.chronicle.checks == 2


def test_errors_are_kept() -> None:
    telling = Telling()
    telling.chronicle.hear([{"message": "Check given up as poison", "level": "ERROR", "subject": "/x/a"}])
    assert telling.chronicle.errors == ["Check given up as poison"]
