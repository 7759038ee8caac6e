"""Findings about flows that don't pass, those of one cause put together."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shared.decide.outlook import Outlook
from shared.decide.passage import Passage
from shared.decide.sentences import describe_denial, describe_doubt, evidence_of
from shared.decide.traffic import Part
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

type Cause = tuple[object, ...]


def find_denials(
    subject: ResourceId, passages: Iterable[Passage], expect: Callable[[Passage], Outlook]
) -> tuple[Finding, ...]:
    """Tell of every part that is denied or can't be told, by which rule, what comes next, and for how many VMs."""
    causes: dict[Cause, list[tuple[Passage, Part, Outlook]]] = {}
    for passage in passages:
        if passage.is_open:
            continue
        outlook = expect(passage)
        for part in (*passage.denied, *passage.unknown):
            cause = (passage.at, passage.flow.remote, passage.flow.port, part.access, part.rule, part.doubts, outlook)
            causes.setdefault(cause, []).append((passage, part, outlook))
    return tuple(_finding(subject, found) for found in causes.values())


def _finding(subject: ResourceId, found: list[tuple[Passage, Part, Outlook]]) -> Finding:
    passage, part, outlook = found[0]
    more = [one.flow.local for one, _, _ in found[1:]]
    alike = f" The same goes for {', '.join(more[:3])}{_and_more(len(more) - 3)}." if more else ""
    evidence = {**evidence_of(passage, part), "addresses": [one.flow.local for one, _, _ in found]}
    if part.access is None:
        return Finding(subject, Reason.TRAFFIC_UNKNOWN, f"{describe_doubt(passage, part)}{alike}", evidence)
    message = f"{describe_denial(passage, part)}{alike} {outlook.sentence}"
    return Finding(subject, outlook.reason, message, evidence)


def _and_more(count: int) -> str:
    return f" and {count} more" if count > 0 else ""
