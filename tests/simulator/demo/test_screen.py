"""The demo's screen: aligned and brief, coloured where people watch, plain where a log is written."""

from __future__ import annotations

import io
from typing import Literal

import pytest
from rich.console import Console

from simulator.app_log import Row, What
from simulator.clock import START
from simulator.demo.chronicle import Entry
from simulator.demo.screen import WIDTH, Screen

DENIED = Row(What.CHECK, "web-1", "PENDING", "OUTBOUND_DENIED", 60, "Outbound TCP 443 is denied by rule X. " * 4)


class Shown:
    """A screen, and what it has shown."""

    def __init__(self, *, terminal: bool = False, explaining: bool = False) -> None:
        self._file = io.StringIO()
        colours: Literal["standard", "auto"] = "standard" if terminal else "auto"
        console = Console(file=self._file, force_terminal=terminal, width=WIDTH, color_system=colours, no_color=False)
        self.screen = Screen(console, explaining=explaining)

    def tell(self, *entries: Entry) -> str:
        """Tell entries of one moment; give what that shows."""
        begin = self._file.tell()
        self.screen.tell(START, list(entries))
        return self._file.getvalue()[begin:]

    def lines(self, *entries: Entry) -> list[str]:
        return [line.rstrip() for line in self.tell(*entries).splitlines()]


def test_entries_are_aligned_under_one_time() -> None:
    event = Entry(Row(What.EVENT, "web-1", "virtualMachines/write"), ["web-1"])
    check = Entry(Row(What.CHECK, "web-1", "PENDING", "VM_STOPPED", 60), ["web-1"])
    assert Shown().lines(event, check) == [
        "08:00:00  event  web-1                    virtualMachines/write",
        "          check  web-1                    PENDING        VM_STOPPED (again in 1 min)",
    ]


SUBJECTS: dict[str, tuple[list[str], int, str]] = {
    "one": (["web-1"], 1, "web-1"),
    "one, heard of twice": (["web-1"], 2, "web-1 (2x)"),
    "some, by their names": (["web-2", "web-1"], 1, "web-1, web-2"),
    "many, by their number": (["web-3", "web-2", "web-1", "web-4"], 1, "web-1 and 3 more"),
}


@pytest.mark.parametrize(("subjects", "times", "shown"), SUBJECTS.values(), ids=SUBJECTS.keys())
def test_subjects_are_named_briefly(subjects: list[str], times: int, shown: str) -> None:
    [line] = Shown().lines(Entry(Row(What.CHECK, "web-1", "COMPLIANT"), subjects, times))
    assert line == f"08:00:00  check  {shown:<24} COMPLIANT"


def test_a_finding_is_told_at_length_once_and_only_where_that_is_asked_for() -> None:
    entry = Entry(DENIED, ["web-1"])
    assert len(Shown().lines(entry)) == 1
    shown = Shown(explaining=True)
    lines = shown.lines(entry)
    assert len(lines) == 3
    assert [len(line) - len(line.lstrip()) for line in lines[1:]] == [17, 17]
    assert max(map(len, lines)) <= WIDTH
    assert len(shown.lines(entry)) == 1


def test_a_log_gets_no_control_sequences_and_a_terminal_colours() -> None:
    entry = Entry(DENIED, ["web-1"])
    assert "\x1b" not in Shown().tell(entry)
    assert "\x1b[33mPENDING" in Shown(terminal=True).tell(entry)


def test_where_people_watch_the_last_thing_heard_stands_at_the_bottom() -> None:
    watched, logged = Shown(terminal=True), Shown()
    for shown in (watched, logged):
        with shown.screen.playing(START, START):
            shown.screen.glance(START, DENIED)
    assert "check web-1 PENDING OUTBOUND_DENIED" in watched._file.getvalue()
    assert logged._file.getvalue() == ""
