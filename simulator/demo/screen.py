"""What the demo shows while it plays."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.console import Console, RenderableType
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn
from rich.table import Table
from rich.text import Text

from simulator.app_log import Row, What
from simulator.demo.chronicle import Entry

WIDTH = 110
STATUS_STYLES = {
    "COMPLIANT": "green",
    "NOT_APPLICABLE": "dim",
    "PENDING": "yellow",
    "NON_COMPLIANT": "red",
    "UNKNOWN": "magenta",
}
_WHAT_STYLES = {What.EVENT: "cyan", What.CHECK: "", What.WRITE: "bold blue", What.FAULT: "bold red"}
_LONGEST_SUBJECT = 24
_COLUMNS = (9, 6, _LONGEST_SUBJECT, None)


def make_console() -> Console:
    """Make a console for standard output; one that is no terminal gets plain lines."""
    interactive = sys.stdout.isatty()
    console = Console(force_terminal=interactive, highlight=False)
    console.width = min(WIDTH, console.width) if interactive else WIDTH
    return console


class Screen:
    """Shows acts and what happens in them; where people watch, a line at the bottom says what goes on.

    `explaining`: findings are told at length, none twice; a new act may change that.
    """

    def __init__(self, console: Console, *, explaining: bool = False) -> None:
        self._console = console
        self._explaining = explaining
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._began = datetime.min
        self._moment = ""
        self._explained: set[str] = set()

    @contextmanager
    def starting(self, what: str) -> Iterator[None]:
        """Say what is being started while it is."""
        if not self._console.is_terminal:
            self._console.print(what, style="dim")
            yield
            return
        with self._console.status(what):
            yield

    @contextmanager
    def playing(self, begin: datetime, end: datetime) -> Iterator[None]:
        """Show how far the simulated time has come, and the last thing heard."""
        self._began = begin
        if not self._console.is_terminal:
            yield
            return
        now, heard = TextColumn("{task.fields[now]}"), TextColumn("{task.description}", markup=False)
        with Progress(
            SpinnerColumn(), now, BarColumn(24), heard, console=self._console, transient=True
        ) as self._progress:
            self._task = self._progress.add_task("", total=(end - begin).total_seconds(), now=_clock(begin))
            yield
        self._progress = None

    def glance(self, now: datetime, row: Row) -> None:
        """Show the latest row at the bottom."""
        if self._progress:
            text = f"{row.what} {row.subject} {row.said} {row.text}"[:64]
            self._progress.update(
                self._task, completed=(now - self._began).total_seconds(), now=_clock(now), description=text
            )

    def act(self, now: datetime, title: str, story: str, *, explaining: bool) -> None:
        """Open an act; `explaining`: findings are told at length in it, none twice."""
        self._moment, self._explaining = "", explaining
        self.say(Text.assemble("\n", (f"{now:%H:%M}  {title}", "bold")), self._indented(story, 7))

    def say(self, *lines: RenderableType) -> None:
        """Show anything."""
        for line in lines:
            self._console.print(line)

    def tell(self, moment: datetime, entries: list[Entry]) -> None:
        """Show the entries of one moment."""
        for entry in entries:
            row = entry.row
            line = Table.grid(padding=(0, 1, 0, 0))
            for width in _COLUMNS:
                line.add_column(width=width)
            line.add_row(self._time(moment), Text(row.what, _WHAT_STYLES[row.what]), _subjects(entry), _text(row))
            self.say(line)
            if self._explaining and row.message and row.message not in self._explained:
                self._explained.add(row.message)
                self.say(self._indented(row.message, 17))

    def _time(self, moment: datetime) -> Text:
        shown, self._moment = self._moment, _clock(moment)
        return Text("" if shown == self._moment else self._moment, "dim")

    def _indented(self, text: str, columns: int) -> Text:
        wrapped = textwrap.fill(text, self._console.width - columns)
        return Text(textwrap.indent(wrapped, " " * columns), "dim")


def _clock(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"


def _subjects(entry: Entry) -> Text:
    names = sorted(entry.subjects)
    times = f" ({entry.times}x)" if entry.times > 1 else ""
    text = ", ".join(names) + times
    return Text(text if len(text) <= _LONGEST_SUBJECT else f"{names[0]} and {len(names) - 1} more")


def _text(row: Row) -> Text:
    style = STATUS_STYLES.get(row.said, "")
    return Text.assemble((f"{row.said:<15}", style), row.text) if row.text else Text(row.said, style)
