"""Rules by which the internet, or more of it than was named, reaches a VM's WAC port."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shared.decide.addresses import NOWHERE, Addresses, union
from shared.decide.flows import admin_center_port, inbound_flow
from shared.decide.machines_behind import Machine
from shared.decide.outrank import is_ours
from shared.decide.passage import Passage, judge_passages
from shared.decide.rule_match import remote_side
from shared.decide.sentences import describe_doubt, describe_rule, evidence_of, list_some
from shared.decide.service_tags import INTERNET, addresses_of, match_prefixes
from shared.decide.traffic import Flow, Part, traffic_of
from shared.decide.ways_in import WaysIn, find_ways_in
from shared.model.desired import DesiredState
from shared.model.estate import Access, Estate, NetworkSecurityGroup, SecurityRule
from shared.model.plan import Finding
from shared.model.reason import Reason


@dataclass(frozen=True, slots=True)
class _Opening:
    """A rule of somebody else's that lets in callers who were not named; `callers` is None for the whole internet."""

    rule: SecurityRule
    callers: Addresses | None

    def __str__(self) -> str:
        return "the whole internet" if self.callers is None else list_some(self.callers.prefixes())


def decide_exposure(
    estate: Estate, group: NetworkSecurityGroup, machines: Iterable[Machine], desired: DesiredState
) -> tuple[Finding, ...]:
    """Tell of rules of other people that let in the internet, or more of it than was named; they are left alone.

    Only where something leads in from there: a VM without a public address, that no load balancer of one passes
    anything on to, is reached from no such address, whatever the rules.
    """
    reached = [(flow, ways) for flow, ways in _ways(estate, group, machines, desired) if ways]
    found: dict[tuple[Reason, str], Finding] = {}
    passages = judge_passages(estate, (flow for flow, _ in reached), group, desired.outrank)
    for passage, (_, ways) in zip(passages, reached, strict=True):
        for part in passage.parts:
            for opening in _openings(estate, passage, part, desired.inbound_sources):
                for finding in _findings(group, passage, part, opening, ways):
                    found.setdefault((finding.reason, opening.rule.name.casefold()), finding)
    return tuple(found.values())


def named_callers(estate: Estate, flow: Flow, sources: Iterable[str]) -> Addresses:
    """Give the addresses that sources stand for, where a flow runs."""
    _, readings = traffic_of(estate, flow)
    return union(addresses_of(source, readings[0]) for source in sources)


def _ways(
    estate: Estate, group: NetworkSecurityGroup, machines: Iterable[Machine], desired: DesiredState
) -> Iterator[tuple[Flow, WaysIn]]:
    for one in machines:
        port = admin_center_port(one.vm, desired)
        yield inbound_flow(one.place, port, (INTERNET,)), find_ways_in(estate, one.place, port, group.id)


def _openings(estate: Estate, passage: Passage, part: Part, named: Sequence[str]) -> Iterator[_Opening]:
    """Give the rules of others that let in, or may, whom nobody named; with nobody named, those for everybody."""
    candidates = [rule for rule in part.rules if rule.access is Access.ALLOW and not is_ours(rule)]
    if part.access is Access.DENY or not candidates:
        return
    traffic, readings = traffic_of(estate, passage.flow)
    asked = named_callers(estate, passage.flow, named) if named else NOWHERE
    for rule in candidates if part.access is None else [one for one in candidates if one == part.rule]:
        certain = match_prefixes(remote_side(rule).prefixes, traffic.remote, readings[0]).certain
        unasked = (part.addresses & certain) - asked
        if certain.covers(traffic.remote) and unasked:
            yield _Opening(rule, None)
        elif named and unasked:
            yield _Opening(rule, unasked)


def _findings(
    group: NetworkSecurityGroup, passage: Passage, part: Part, opening: _Opening, ways: WaysIn
) -> Iterator[Finding]:
    evidence = evidence_of(passage, part)
    if part.access is None:
        yield Finding(group.id, Reason.TRAFFIC_UNKNOWN, describe_doubt(passage, part), evidence)
        return
    if not ways.known:
        yield from ways.unread
        return
    flow = passage.flow
    message = (
        f"{group.id.name} lets {opening} reach Windows Admin Center on {flow.local}, port {flow.port},"
        f" by {describe_rule(opening.rule)}, over {ways}: name the callers' addresses as its source instead."
    )
    evidence |= {"ways_in": [str(way) for way in ways.known]}
    yield Finding(group.id, Reason.INBOUND_EXPOSED, message, evidence)
