"""What was measured, and the table that tells it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rich import box
from rich.table import Table

from benchmarks.measuring import Took


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: by the processor's and by the wall's clock, what it should be, and how it compares."""

    what: str
    cpu: str
    wall: str = ""
    target: str = ""
    compared: str = ""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Figures that belong together; `told` says what is prepared and what varies."""

    title: str
    told: str
    figures: tuple[Figure, ...]


def rate(what: str, took: Took, target: str = "", compared: str = "") -> Figure:
    """Tell how many a second there are, given how long one takes."""
    return Figure(what, f"{1 / took.cpu:,.0f} / s", f"{1 / took.wall:,.0f} / s", target, compared)


def duration(what: str, took: Took, target: str = "", compared: str = "") -> Figure:
    """Tell how long something takes."""
    return Figure(what, _seconds(took.cpu), _seconds(took.wall), target, compared)


def growth(before: float | None, now: float) -> str:
    """Tell by how much a cost has grown."""
    return "" if before is None else f"x {now / before:.2f}"


def make_table(chapters: Iterable[Chapter]) -> Table:
    """Put all that was measured into one table."""
    table = Table(box=box.SIMPLE_HEAD, show_lines=False, pad_edge=False)
    table.add_column("", ratio=1)
    for heading in ("processor", "wall clock", "target", "compared"):
        table.add_column(heading, justify="right", no_wrap=True)
    for chapter in chapters:
        table.add_section()
        table.add_row(f"[bold]{chapter.title}[/]\n[dim]{chapter.told}[/]")
        for one in chapter.figures:
            table.add_row(f"  {one.what}", one.cpu, one.wall, one.target, one.compared)
    return table


def _seconds(seconds: float) -> str:
    return f"{seconds:,.2f} s" if seconds >= 1 else f"{seconds * 1000:,.2f} ms"
