"""What the app did, moment by moment: its log's rows, with what is the same of several subjects told once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from simulator.app_log import Row, What, read_rows
from simulator.clock import Clock
from simulator.host.process import HostProcess


@dataclass(slots=True)
class Entry:
    """A row of one moment, with all subjects of which it was heard; `times` when it was heard of the same again."""

    row: Row
    subjects: list[str]
    times: int = 1


@dataclass(slots=True)
class Chronicle:
    """Hears the host's log; `tell` gets the entries of a moment when it is over, `glance` each row at once."""

    clock: Clock
    host: HostProcess
    tell: Callable[[datetime, list[Entry]], None]
    glance: Callable[[Row], None]
    errors: list[str] = field(default_factory=list)
    checks: int = 0
    _heard: int = 0
    _moment: datetime | None = None
    _entries: list[Entry] = field(default_factory=list)
    _last: dict[str, int] = field(default_factory=dict)

    async def follow(self) -> None:
        """Hear each line as it comes, until cancelled."""
        async for _ in self.host.follow(self._heard):
            self.hear()

    def hear(self) -> None:
        """Hear all that the host has logged so far. Time stands still while it works, so that this is its time."""
        lines = self.host.log_lines()
        for line in lines[self._heard :]:
            self._heard += 1
            if line["level"] in {"ERROR", "CRITICAL"}:
                self.errors.append(line["message"])
            for row in read_rows(line):
                self._add(row)

    def end_moment(self) -> None:
        """Tell what has been heard since the last moment ended."""
        entries, self._entries, self._last = self._entries, [], {}
        if self._moment and entries:
            self.tell(self._moment, entries)

    def _add(self, row: Row) -> None:
        now = self.clock.now()
        if now != self._moment:
            self.end_moment()
            self._moment = now
        self.checks += row.what is What.CHECK
        self.glance(row)
        self._merge(row)

    def _merge(self, row: Row) -> None:
        same = [number for number, entry in enumerate(self._entries) if _is_same(entry.row, row)]
        number = same[-1] if same else -1
        last = self._last.get(row.subject, -1)
        # What is told of one subject stays in its order.
        if same and number > last:
            self._entries[number].subjects.append(row.subject)
        elif same and number == last == len(self._entries) - 1:
            self._entries[number].times += 1
        else:
            number = len(self._entries)
            self._entries.append(Entry(row, [row.subject]))
        self._last[row.subject] = number


def _is_same(one: Row, other: Row) -> bool:
    return (one.what, one.said, one.text) == (other.what, other.said, other.text)
