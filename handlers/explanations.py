"""Explanations of traffic as HTTP shows them; what Azure has a shape for is in that shape."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from shared.decide.explanation import Explanation
from shared.decide.packets import Packets, port_ranges, protocol_names
from shared.decide.sentences import list_some
from shared.decide.trace import trace_part, verify_ip_flow
from shared.decide.verdict import FlowPart, FlowVerdict, PacketFlow
from shared.model.estate import Direction, Estate

_MOST_PARTS = 50
_MOST_LISTED = 20


class _AzureShaped(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, serialize_by_alias=True, from_attributes=True, populate_by_name=True
    )


class IpFlowDocument(_AzureShaped):
    """What IP flow verify answers."""

    access: str
    rule_name: str


class RuleDocument(_AzureShaped):
    name: str
    protocol_matched: bool | None
    source_matched: bool | None
    source_port_matched: bool | None
    destination_matched: bool | None
    destination_port_matched: bool | None


class MatchedRuleDocument(_AzureShaped):
    rule_name: str
    action: str


class GroupDocument(_AzureShaped):
    network_security_group_id: str
    applied_to: str
    matched_rule: MatchedRuleDocument | None
    rules_evaluation_result: list[RuleDocument]


class GroupsDocument(_AzureShaped):
    security_rule_access_result: str | None
    evaluated_network_security_groups: list[GroupDocument]


class ProfileDocument(_AzureShaped):
    direction: str
    protocol: str
    source: str
    destination: str
    destination_port: str


class DiagnosticDocument(_AzureShaped):
    """One result of Network Watcher's configuration diagnostic; null where something can't be told."""

    profile: ProfileDocument
    network_security_group_result: GroupsDocument


class ListDocument(BaseModel):
    """Some of many, and how many more there are."""

    shown: list[str]
    left_out: int


class PartDocument(BaseModel):
    """Packets that are decided alike, and the rule that does so; its access is null where that can't be told."""

    access: str | None
    rule: str | None
    priority: int | None
    network_security_group: str | None
    applied_to: str | None
    protocols: list[str]
    sources: ListDocument
    source_ports: ListDocument
    destinations: ListDocument
    destination_ports: ListDocument


class FlowDocument(BaseModel):
    """What becomes of a flow; of each part that is shown, the trace is the result at the same place."""

    flow: str
    access: str
    sentence: str
    ip_flow: IpFlowDocument | None
    parts: list[PartDocument]
    parts_left_out: int
    results: list[DiagnosticDocument]


class ExplanationDocument(BaseModel):
    """What becomes of the traffic that was asked for, or else of what Windows Admin Center needs."""

    subject: str
    observed_at: datetime
    flows: list[FlowDocument]


def document_explanation(estate: Estate, explained: Explanation) -> FlowDocument:
    """Write an explanation for HTTP, with as much of it as people can read."""
    verdict = explained.verdict
    parts = verdict.parts if verdict else ()
    shown = parts[:_MOST_PARTS]
    found = verify_ip_flow(verdict) if verdict and verdict.access is explained.access else None
    return FlowDocument(
        flow=str(explained.flow),
        access=explained.access.value,
        sentence=explained.sentence,
        ip_flow=IpFlowDocument.model_validate(found) if found else None,
        parts=[_document_part(part) for part in shown],
        parts_left_out=len(parts) - len(shown),
        results=[_document_trace(estate, verdict, part) for part in shown] if verdict else [],
    )


def _document_part(part: FlowPart) -> PartDocument:
    decider, packets = part.decider, part.packets
    rule = decider.rule if decider else None
    return PartDocument(
        access=part.access,
        rule=rule.name if rule else None,
        priority=rule.priority if rule else None,
        network_security_group=str(decider.at.group_id) if decider else None,
        applied_to=str(decider.at.attached_to) if decider else None,
        protocols=list(protocol_names(packets.protocols)),
        sources=_list(packets.sources.prefixes()),
        source_ports=_list(port_ranges(packets.source_ports)),
        destinations=_list(packets.destinations.prefixes()),
        destination_ports=_list(port_ranges(packets.destination_ports)),
    )


def _document_trace(estate: Estate, verdict: FlowVerdict, part: FlowPart) -> DiagnosticDocument:
    is_whole = len(verdict.parts) == 1
    return DiagnosticDocument(
        profile=_asked(verdict.flow) if is_whole else _profile(verdict.flow.direction, part.packets),
        network_security_group_result=GroupsDocument.model_validate(trace_part(estate, verdict, part)),
    )


def _asked(flow: PacketFlow) -> ProfileDocument:
    ends = (", ".join(flow.local), ", ".join(flow.remote))
    source, destination = ends if flow.direction is Direction.OUTBOUND else ends[::-1]
    return ProfileDocument(
        direction=flow.direction,
        protocol=", ".join(flow.protocols),
        source=source,
        destination=destination,
        destination_port=", ".join(flow.ports),
    )


def _profile(direction: Direction, packets: Packets) -> ProfileDocument:
    return ProfileDocument(
        direction=direction,
        protocol=", ".join(protocol_names(packets.protocols)),
        source=list_some(packets.sources.prefixes()),
        destination=list_some(packets.destinations.prefixes()),
        destination_port=list_some(port_ranges(packets.destination_ports)),
    )


def _list(texts: Sequence[str]) -> ListDocument:
    return ListDocument(shown=list(texts[:_MOST_LISTED]), left_out=max(0, len(texts) - _MOST_LISTED))
