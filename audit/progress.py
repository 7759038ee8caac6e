"""How far it has come, shown while it is under way; a console that is no terminal is told nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from audit.plain import plain


class Watch:
    """Shows what is being read and decided, one line each; may be told from any thread."""

    def __init__(self, console: Console) -> None:
        """Show it on this console, while used as a context."""
        self._progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(24),
            TextColumn("{task.fields[done]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    @contextmanager
    def working(self, what: str, *, total: int | None = None) -> Iterator[Step]:
        """Show a line while something is under way; without a total, that it is."""
        task = self._progress.add_task(plain(what), total=total, done="")
        try:
            yield Step(self._progress, task, total)
        finally:
            self._progress.remove_task(task)

    def wait(self, seconds: float) -> None:
        """Tell that Azure has us wait."""
        self._progress.console.print(
            f"Azure can't answer just now: asking again in {seconds:g} s", style="yellow", highlight=False
        )


class Step:
    """One line of it."""

    def __init__(self, progress: Progress, task: TaskID, total: int | None) -> None:
        """Belong to a task."""
        self._progress = progress
        self._task = task
        self._total = total
        self._count = 0

    def begin(self, what: str, total: int) -> None:
        """Go on with another part of the same, of which there is so much to do."""
        self._count, self._total = 0, total
        self._progress.update(self._task, description=plain(what), total=total)
        self.advance(0)

    def advance(self, count: int = 1) -> None:
        """Tell that so much more was done."""
        self._count += count
        done = f"{self._count:,}" if self._total is None else f"{self._count:,}/{self._total:,}"
        self._progress.update(self._task, completed=self._count, done=done)
