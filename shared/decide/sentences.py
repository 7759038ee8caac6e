"""What NSGs do with a flow, in words and as evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shared.decide.addresses import Addresses, union
from shared.decide.outrank import is_default
from shared.decide.passage import Passage
from shared.decide.rule_match import Doubt
from shared.decide.traffic import Attachment, Part
from shared.model.estate import SecurityRule
from shared.model.resource_id import SUBNET, ResourceId

_PREFIXES_IN_EVIDENCE = 20
_IN_SENTENCE = 3


def describe_denial(passage: Passage, part: Part) -> str:
    """Say which rule of which NSG denies which part of a flow."""
    return f"{passage.flow}{_portion(passage, part)} is denied by {_decider(part)} of {describe_place(passage.at)}."


def describe_doubt(passage: Passage, part: Part) -> str:
    """Say why it can't be told what an NSG does with a part of a flow."""
    flow = f"{str(passage.flow)[0].lower()}{str(passage.flow)[1:]}"
    if not part.doubts:
        return f"Whether {flow} is allowed can't be told: {passage.at.group_id.name} has no rule for it."
    place, why = describe_place(passage.at), describe_doubts(part.doubts)
    return f"Whether {flow}{_portion(passage, part)} is allowed by {place} can't be told: {why}."


def describe_doubts(doubts: Iterable[Doubt]) -> str:
    """Name the rules that may match or not, and why that can't be told."""
    by_cause: dict[str, list[str]] = {}
    for doubt in doubts:
        by_cause.setdefault(doubt.why, []).append(describe_rule(doubt.rule))
    return "; ".join(f"{' and '.join(rules)} may match or not, since {why}" for why, rules in by_cause.items())


def describe_rule(rule: SecurityRule) -> str:
    """Name a rule and its priority."""
    return f"{'default rule' if is_default(rule) else 'rule'} {rule.name} (priority {rule.priority})"


def describe_place(at: Attachment) -> str:
    """Name an NSG and where traffic meets it."""
    if at.attached_to == at.group_id:
        return at.group_id.name
    return f"{at.group_id.name}, on {_kind(at.attached_to)} {at.attached_to.name}"


def list_some(texts: Sequence[str]) -> str:
    """List the first few of some prefixes or the like, and say how many more there are."""
    more = f" and {len(texts) - _IN_SENTENCE} more" if len(texts) > _IN_SENTENCE else ""
    return f"{', '.join(texts[:_IN_SENTENCE])}{more}"


def evidence_of(passage: Passage, part: Part) -> dict[str, Any]:
    """Put what was found into a small form that can be stored."""
    prefixes = part.addresses.prefixes()
    return {
        "flow": str(passage.flow),
        "network_security_group": str(passage.at.group_id),
        "attached_to": str(passage.at.attached_to),
        "rule": part.rule.name if part.rule else None,
        "priority": part.rule.priority if part.rule else None,
        "default_rule": bool(part.rule and is_default(part.rule)),
        "prefixes": list(prefixes[:_PREFIXES_IN_EVIDENCE]),
        "prefix_count": len(prefixes),
        "doubts": [{"rule": doubt.rule.name, "why": doubt.why} for doubt in part.doubts],
    }


def _decider(part: Part) -> str:
    return describe_rule(part.rule) if part.rule else "a rule"


def _portion(passage: Passage, part: Part) -> str:
    whole: Addresses = union(one.addresses for one in passage.parts)
    if part.addresses == whole:
        return ""
    return f" (of it {list_some(part.addresses.prefixes())})"


def _kind(attached_to: ResourceId) -> str:
    return "subnet" if attached_to.is_a(SUBNET) else "network interface"
