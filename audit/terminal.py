"""What the terminal shows: the counts, what could not be read, and the worst subjects with their sentences."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from audit.document import WORST_FIRST, AuditDocument, SubjectDocument
from audit.plain import plain
from handlers.documents import ShownFindingDocument

WIDTH = 110
STYLES = {
    "COMPLIANT": "green",
    "NOT_APPLICABLE": "dim",
    "PENDING": "yellow",
    "NON_COMPLIANT": "red",
    "UNKNOWN": "magenta",
}
_MOST_SUBJECTS = 12
_MOST_REASONS = 15
_MOST_UNREAD = 10
_MOST_SENTENCES = 2
_WORST = ("UNKNOWN", "NON_COMPLIANT")
_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def make_console() -> Console:
    """Make a console for standard output; one that is no terminal gets plain lines."""
    console = Console(highlight=False)
    console.width = min(WIDTH, console.width) if sys.stdout.isatty() else WIDTH
    return console


def make_errors(*, quiet: bool = False) -> Console:
    """Make a console for standard error, where progress and faults go."""
    return Console(stderr=True, highlight=False, quiet=quiet, soft_wrap=True)


def show(console: Console, document: AuditDocument, files: Sequence[Path]) -> None:
    """Show an audit that was written to these files."""
    for line in _lines(document, files):
        console.print(line)


def save_picture(document: AuditDocument, files: Sequence[Path], file: Path) -> None:
    """Save what is shown as a picture. Raises OSError."""
    console = Console(file=io.StringIO(), record=True, width=WIDTH, highlight=False)
    show(console, document, files)
    svg = console.export_svg(title="python -m audit", unique_id="audit")
    # Where a picture is shown, nothing is fetched for it: the viewer's own monospaced font has to do.
    file.write_text(_WEB_FONTS.sub("", svg), encoding="utf-8")


def _lines(document: AuditDocument, files: Sequence[Path]) -> Iterator[RenderableType]:
    yield from ("", _heading(document), "", _statuses(document))
    if document.counts.by_reason:
        yield from ("", _reasons(document))
    if document.unread:
        yield from ("", _unread(document))
    alike = _alike(one for one in document.subjects if one.status in _WORST)
    if alike:
        yield from ("", _subjects(alike))
    yield from ("", _verdict(document))
    yield from (Padding(Text(note, "dim"), (0, 0, 0, 2)) for note in document.notes)
    names = " and ".join(plain(str(file)) for file in files)
    yield Padding(f"In full, with what to do as Azure CLI, Bicep and Terraform: {names}", (1, 0, 0, 0))


def _heading(document: AuditDocument) -> Text:
    read = sum(one.was_read for one in document.subscriptions)
    of = "" if read == len(document.subscriptions) else f" of {len(document.subscriptions)}"
    registrations = document.app_registrations
    told = f" and {registrations.registrations:,} app registrations" if registrations.was_asked else ""
    who = f", read as {plain(document.signed_in_as)}" if document.signed_in_as else ""
    return Text.assemble(
        ("What WAC Guard would find", "bold"),
        f" in {read}{of} subscription{'' if len(document.subscriptions) == 1 else 's'}{told}{who}, on"
        f" {document.began_at:%Y-%m-%d at %H:%M} UTC.",
    )


def _statuses(document: AuditDocument) -> Table:
    """Show how many of each kind have each status; a nought is not told."""
    table = _table("")
    table.columns[0].min_width = 16
    for status in WORST_FIRST:
        table.add_column(status, justify="right", header_style=STYLES[status])
    rows = {**document.counts.by_kind, "in all": document.counts.by_status}
    for kind, counts in rows.items():
        cells = (Text(f"{counts[one]:,}" if counts[one] else "·", STYLES[one]) for one in WORST_FIRST)
        table.add_row(kind if kind == "in all" else f"{kind}s", *cells, style="bold" if kind == "in all" else "")
    return table


def _reasons(document: AuditDocument) -> Table:
    table = _table("reason")
    table.columns[0].width = 32
    table.add_column("subjects", justify="right", width=8)
    table.add_column("such as", width=WIDTH - 43, overflow="ellipsis", no_wrap=True)
    told = list(document.counts.by_reason.items())
    for reason, count in told[:_MOST_REASONS]:
        examples = [one for one in document.subjects if reason in {finding.reason for finding in one.findings}]
        status = next(each.status for each in examples[0].findings if each.reason == reason)
        names = ", ".join(plain(one.name) for one in examples[:4])
        table.add_row(Text(reason, STYLES[status]), f"{count:,}", Text(names, "dim"))
    if len(told) > _MOST_REASONS:
        table.add_row(Text(f"and {len(told) - _MOST_REASONS} more reasons", "dim"))
    return table


def _unread(document: AuditDocument) -> Panel:
    """Show what could not be read so that nobody overlooks it."""
    lines = [
        Text.assemble((plain(one.name), "bold"), f": {plain(one.message)}") for one in document.unread[:_MOST_UNREAD]
    ]
    if len(document.unread) > _MOST_UNREAD:
        lines.append(Text(f"and {len(document.unread) - _MOST_UNREAD} more"))
    title = Text("Could not be read: nothing of what is here is known to be right", "bold")
    return Panel(Group(*lines), title=title, title_align="left", border_style="magenta", box=box.HEAVY)


def _alike(worst: Iterable[SubjectDocument]) -> list[list[SubjectDocument]]:
    """Put together those of one kind with the same reasons: the worst status first, then the most."""
    alike: dict[tuple[str, str, frozenset[str]], list[SubjectDocument]] = {}
    for one in worst:
        reasons = frozenset(finding.reason for finding in one.findings)
        alike.setdefault((one.status, one.kind, reasons), []).append(one)
    return sorted(alike.values(), key=lambda each: (WORST_FIRST.index(each[0].status), -len(each)))


def _subjects(alike: list[list[SubjectDocument]]) -> Table:
    table = _table("subject")
    table.columns[0].width, table.columns[0].overflow = 26, "fold"
    table.add_column("status", width=13)
    table.add_column("why, and what to do", ratio=1, overflow="fold")
    for one, *others in alike[:_MOST_SUBJECTS]:
        where = " · ".join(plain(part) for part in (one.kind, one.resource_group) if part)
        more = f"\nand {len(others):,} more with the same" if others else ""
        name = Text.assemble((plain(one.name), "bold"), "\n", (where, "dim"), more)
        table.add_row(name, Text(one.status, STYLES[one.status]), Group(*_sentences(one)), end_section=True)
    rest = sum(map(len, alike[_MOST_SUBJECTS:]))
    if rest:
        table.add_row(Text(f"and {rest:,} others", "dim"), "", Text("in the files below", "dim"))
    return table


def _sentences(subject: SubjectDocument) -> Iterator[Text]:
    """Give each reason with the first message for it: two flows may be denied by one rule."""
    first: dict[str, ShownFindingDocument] = {}
    for finding in subject.findings:
        first.setdefault(finding.reason, finding)
    told = sorted(first.values(), key=lambda one: WORST_FIRST.index(one.status))
    for finding in told[:_MOST_SENTENCES]:
        yield Text.assemble((finding.reason, STYLES[finding.status]), ": ", plain(finding.message))
    if len(told) > _MOST_SENTENCES:
        yield Text(f"and {', '.join(one.reason for one in told[_MOST_SENTENCES:])}", "dim")
    if subject.proposals:
        actions = len(subject.proposals)
        yield Text(f"{actions} proposed write{'s' if actions > 1 else ''}", "blue")


def _verdict(document: AuditDocument) -> Text:
    counts = document.counts.by_status
    wrong, unknown = counts["NON_COMPLIANT"], counts["UNKNOWN"] + len(document.unread)
    if unknown:
        text = f"? {unknown:,} could not be read or told, and {wrong:,} are wrong. Nothing was written."
        return Text(text, "bold magenta")
    if wrong:
        return Text(f"✗ {wrong:,} are wrong. Nothing was written.", "bold red")
    return Text("✓ Nothing is wrong in what was read. Nothing was written.", "bold green")


def _table(first: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), expand=False)
    table.add_column(first)
    return table
