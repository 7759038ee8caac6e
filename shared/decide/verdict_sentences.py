"""What becomes of a flow, in a sentence that a person can act on."""

from __future__ import annotations

from collections.abc import Sequence

from shared.decide.addresses import Addresses, union
from shared.decide.packets import Packets, port_ranges, protocol_names
from shared.decide.sentences import describe_doubts, describe_place, describe_rule, list_some
from shared.decide.traffic import TrafficAccess
from shared.decide.verdict import FlowPart, FlowVerdict, Step
from shared.model.estate import Access, Direction

_MOST_CAUSES, _MOST_PORTIONS = 5, 3
# What can't be told is told first, then what is denied.
_ORDER = {None: 0, Access.DENY: 1, Access.ALLOW: 2}
_OVERALL = {
    TrafficAccess.ALLOWED: "is allowed",
    TrafficAccess.DENIED: "is denied",
    TrafficAccess.PARTLY: "is partly denied",
    TrafficAccess.UNKNOWN: "can't be judged in full",
}


def describe_verdict(verdict: FlowVerdict) -> str:
    """Say what becomes of a flow, and by which rules; of several parts, which is which."""
    flow = verdict.flow
    if not verdict.parts:
        return f"There is no such traffic: {_lowered(str(flow))} has no two ends of the same IP family."
    causes: dict[tuple[Step, ...], list[FlowPart]] = {}
    for part in sorted(verdict.parts, key=lambda part: _ORDER[part.access]):
        causes.setdefault(_cause(part), []).append(part)
    if len(causes) == 1:
        (steps,) = causes
        return _describe_whole(str(flow), steps)
    whole = Packets(*(union(sets) for sets in zip(*(part.packets for part in verdict.parts), strict=True)))
    told = [
        f"{_describe_cause(steps)}: {_describe_portion(parts, whole, flow.direction)}."
        for steps, parts in list(causes.items())[:_MOST_CAUSES]
    ]
    rest = len(causes) - len(told)
    more = [f"And so on, by {rest} more."] if rest else []
    return " ".join([f"{flow} {_OVERALL[verdict.access]}.", *told, *more])


def _cause(part: FlowPart) -> tuple[Step, ...]:
    """Give what says why: all must allow, but one that does not is enough."""
    if part.access is Access.ALLOW or part.decider is None:
        return part.steps
    return (part.decider,)


def _describe_whole(flow: str, steps: Sequence[Step]) -> str:
    if not steps:
        return f"{flow} is allowed: it meets no network security group."
    if steps[0].access is None:
        return (
            f"Whether {_lowered(flow)} is allowed by {describe_place(steps[0].at)} can't be told: {_why(steps[0])}."
        )
    return f"{flow} is {_verb(steps[0])} by {' and by '.join(map(_decider, steps))}."


def _describe_cause(steps: Sequence[Step]) -> str:
    if steps[0].access is None:
        return f"What {describe_place(steps[0].at)} does can't be told, for {_why(steps[0])}"
    verb = _verb(steps[0])
    return f"{verb[0].upper()}{verb[1:]} by {' and by '.join(map(_decider, steps))}"


def _verb(step: Step) -> str:
    return "allowed" if step.access is Access.ALLOW else "denied"


def _decider(step: Step) -> str:
    rule = describe_rule(step.rule) if step.rule else "a rule"
    return f"{rule} of {describe_place(step.at)}"


def _why(step: Step) -> str:
    return describe_doubts(step.doubts) or f"{step.at.group_id.name} was not read, or has no rule for it"


def _describe_portion(parts: Sequence[FlowPart], whole: Packets, direction: Direction) -> str:
    """Say what sets some parts apart from the rest of the flow."""
    told = [_describe_packets(part.packets, whole, direction) for part in parts[:_MOST_PORTIONS]]
    rest = len(parts) - len(told)
    return "; ".join([*told, *([f"{rest} more of its parts"] if rest else [])])


def _describe_packets(packets: Packets, whole: Packets, direction: Direction) -> str:
    protocols = "/".join(protocol_names(packets.protocols)).upper()
    sides = (("from", packets.sources, whole.sources), ("to", packets.destinations, whole.destinations))
    local, remote = sides if direction is Direction.OUTBOUND else sides[::-1]
    told = [
        protocols if packets.protocols != whole.protocols else "",
        _ports("port", packets.destination_ports, whole.destination_ports),
        *(f"{word} {list_some(some.prefixes())}" if some != of else "" for word, some, of in (remote, local)),
        _ports("from port", packets.source_ports, whole.source_ports),
    ]
    return " ".join(text for text in told if text)


def _ports(word: str, ports: Addresses, whole: Addresses) -> str:
    return "" if ports == whole else f"{word} {list_some(port_ranges(ports))}"


def _lowered(sentence: str) -> str:
    return f"{sentence[0].lower()}{sentence[1:]}"
