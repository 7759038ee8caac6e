"""Undoing the write of a rule."""

from __future__ import annotations

from shared.decide.extension_state import Decision
from shared.decide.outrank import MARKER, is_ours
from shared.decide.sentences import describe_rule
from shared.decide.wishes import has_same_content
from shared.model.estate import NetworkSecurityGroup, SecurityRule
from shared.model.plan import DeleteSecurityRule, NetworkAction, PutSecurityRule

_COMPARED = (
    "priority",
    "direction",
    "access",
    "protocol",
    "source_address_prefixes",
    "source_port_ranges",
    "destination_address_prefixes",
    "destination_port_ranges",
    "source_application_security_group_ids",
    "destination_application_security_group_ids",
)


def undo_rule(group: NetworkSecurityGroup, action: NetworkAction) -> Decision | str:
    """Put a rule back as it was before, or say why that can't be."""
    name = action.id.name.casefold()
    before, after = action.existing, action.desired if isinstance(action, PutSecurityRule) else None
    now = next((rule for rule in group.security_rules if rule.name.casefold() == name), None)
    if _is_same(now, before):
        return Decision()
    if not _is_same(now, after):
        return _changed(now, after)
    if before is None:
        return Decision(actions=(DeleteSecurityRule(action.id, now),) if now is not None else ())
    in_its_place = next(
        (rule for rule in group.security_rules if rule != now and _is_at_the_same(rule, before)), None
    )
    if in_its_place is not None:
        return f"{describe_rule(in_its_place)} stands where it stood"
    return Decision(actions=(PutSecurityRule(action.id, now, before),))


def _is_same(one: SecurityRule | None, other: SecurityRule | None) -> bool:
    if one is None or other is None:
        return one is other
    return has_same_content(one, other) and one.priority == other.priority and is_ours(one) == is_ours(other)


def _is_at_the_same(rule: SecurityRule, other: SecurityRule) -> bool:
    return (rule.direction, rule.priority) == (other.direction, other.priority)


def _changed(now: SecurityRule | None, after: SecurityRule | None) -> str:
    if now is None:
        return "the rule has been taken away since"
    if after is None:
        return "a rule of that name has been put there since"
    differing = [field.replace("_", " ") for field in _COMPARED if getattr(now, field) != getattr(after, field)]
    if is_ours(after) and not is_ours(now) and now.access is after.access:
        differing.append(f"description (it no longer begins with {MARKER!r})")
    return f"somebody has changed the rule's {', '.join(differing)} since"
