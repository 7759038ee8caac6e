"""What the app did, moment by moment: its log's rows, with what is the same of several subjects told once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from simulator.app_log import Row, What, read_rows
from simulator.clock import Clock
from simulator.host.process import LogLine


@dataclass(slots=True)
class Entry:
    """A row of one moment, with all subjects of which it was heard; `times` when it was heard of the same again."""

    row: Row
    subjects: list[str]
    times: int = 1


@dataclass(slots=True)
class Chronicle:
    """Hears a log; `tell` gets the entries of a moment when it is over, `glance` each row at once."""

    clock: Clock
    tell: Callable[[datetime, list[Entry]], None]
    glance: Callable[[datetime, Row], None]
    errors: list[str] = field(default_factory=list)
    checks: int = 0
    _heard: int = 0
    _moment: datetime | None = None
    _entries: list[Entry] = field(default_factory=list)

    def hear(self, log: Sequence[LogLine]) -> None:
        """Hear what is new in the log. Time stands still while the app works, so that now is when it happened."""
        for line in log[self._heard :]:
            self._heard += 1
            if line["level"] in {"ERROR", "CRITICAL"}:
                self.errors.append(line["message"])
            for row in read_rows(line):
                self._add(row)

    def end_moment(self) -> None:
        """Tell what has been heard since the last moment ended."""
        entries, self._entries = self._entries, []
        if self._moment and entries:
            self.tell(self._moment, entries)

    def _add(self, row: Row) -> None:
        now = self.clock.now()
        if now != self._moment:
            self.end_moment()
            self._moment = now
        self.checks += row.what is What.CHECK
        self.glance(now, row)
        entry = self._joined_by(row)
        if entry is None:
            self._entries.append(Entry(row, [row.subject]))
        elif row.subject in entry.subjects:
            entry.times += 1
        else:
            entry.subjects.append(row.subject)

    def _joined_by(self, row: Row) -> Entry | None:
        """Find the entry that says the same already.

        None is joined across what may be the cause: an event, or another entry of the same subject.
        """
        for entry in reversed(self._entries):
            if (entry.row.what, entry.row.said, entry.row.text) == (row.what, row.said, row.text):
                return entry if row.subject not in entry.subjects or entry is self._entries[-1] else None
            if entry.row.what is What.EVENT or row.subject in entry.subjects:
                return None
        return None
