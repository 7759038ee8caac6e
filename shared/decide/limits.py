"""What may be written at all, whoever asked for it: asked of each action right before its write.

What is decided anew keeps to this by itself. What is put back comes out of the app's tables, which others may be able
to write: it is held against the same limits, and against what is there now.
"""

from __future__ import annotations

from dataclasses import replace

from shared.decide.addresses import parse_prefix, parse_prefixes
from shared.decide.flows import HTTPS, OUTBOUND_TAGS
from shared.decide.outrank import MARKER, is_ours
from shared.decide.redirect_limits import explain_foreign_redirects
from shared.decide.wishes import MOST_PREFIXES, has_same_content
from shared.model.desired import DesiredState
from shared.model.estate import Direction, Extension, SecurityRule
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    ExtensionRequest,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.reason import Reason
from shared.model.resource_id import APPLICATION, EXTENSION, SECURITY_RULE

_TAGS = frozenset(tag.casefold() for tag in OUTBOUND_TAGS)
_EVERYBODY = "*"
_MOST_IN_A_PREFIX = 1 << 16
"""A virtual network has so many private addresses at the most: no set of VMs makes up a wider prefix.

https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-networking-limits
"""


def explain_beyond_limits(action: Action, desired: DesiredState) -> str | None:
    """Say what the app never writes and this action would; None when it is within the limits.

    Of what is to be written over or taken away, `existing` has to be what is there now.
    """
    match action:
        case PutSecurityRule() | DeleteSecurityRule():
            return _wrong_type(action, SECURITY_RULE) or _explain_rule(action, desired)
        case PatchApplication():
            return _wrong_type(action, APPLICATION) or explain_foreign_redirects(action, desired)
        case _:
            return _wrong_type(action, EXTENSION) or _explain_extension(action)


def reason_of_limit(undoes: str | None) -> Reason:
    """Give the reason for a finding on what is beyond the limits, by the write that it would undo, if any."""
    return Reason.WRITE_REFUSED if undoes is None else Reason.UNDO_NOT_POSSIBLE


def _wrong_type(action: Action, wanted: str) -> str | None:
    return None if action.id.is_a(wanted) else f"{action.id} is no {wanted}"


def _explain_extension(action: PutExtension | RefreshExtension | DeleteExtension) -> str | None:
    parts = (action.existing, action.desired if isinstance(action, PutExtension) else None)
    for one in parts:
        if one is not None and not _is_admin_center(action, one):
            return f"an extension {one.type} of {one.publisher} is none of WAC's"
    return None


def _is_admin_center(
    action: PutExtension | RefreshExtension | DeleteExtension, one: Extension | ExtensionRequest
) -> bool:
    if isinstance(one, Extension):
        return one.is_admin_center
    return Extension(action.id, one.publisher, one.type, "").is_admin_center


def _explain_rule(action: PutSecurityRule | DeleteSecurityRule, desired: DesiredState) -> str | None:
    existing = action.existing
    if existing is not None and not is_ours(existing):
        return f"the rule that is there is not of ours: its description does not begin with {MARKER!r}, or it denies"
    if isinstance(action, DeleteSecurityRule):
        return None
    rule = action.desired
    if rule.name.casefold() != action.id.name.casefold():
        return f"the rule is called {rule.name}, and is to be written as {action.id.name}"
    if not is_ours(rule):
        return f"the rule to be put does not allow, or its description does not begin with {MARKER!r}"
    if existing is not None and _only_narrows(existing, rule):
        return None
    return _explain_shape(rule, desired)


def _only_narrows(existing: SecurityRule, rule: SecurityRule) -> bool:
    """Tell whether a rule where it stands is but left with fewer addresses: that opens nothing, whatever it is."""
    there, left = set(existing.destination_address_prefixes), set(rule.destination_address_prefixes)
    as_left = replace(existing, destination_address_prefixes=rule.destination_address_prefixes)
    return bool(left) and left <= there | _covered(existing, left) and _stands_as(as_left, rule)


def _covered(existing: SecurityRule, left: set[str]) -> set[str]:
    there = parse_prefixes(existing.destination_address_prefixes)
    return {one for one in left if _is_prefix(one) and there.covers(parse_prefix(one))}


def _stands_as(one: SecurityRule, other: SecurityRule) -> bool:
    return one.priority == other.priority and has_same_content(one, other)


def _explain_shape(rule: SecurityRule, desired: DesiredState) -> str | None:
    if rule.protocol.casefold() != "tcp":
        return f"the rule is for {rule.protocol}, and ours are for TCP"
    if rule.source_application_security_group_ids or rule.destination_application_security_group_ids:
        return "the rule names application security groups, which ours do not"
    if rule.direction is Direction.OUTBOUND:
        return _explain_outbound(rule)
    return _explain_sources(rule, desired) or _explain_inbound(rule)


def _explain_outbound(rule: SecurityRule) -> str | None:
    towards = {one.casefold() for one in rule.destination_address_prefixes}
    if not towards or not towards <= _TAGS or rule.destination_port_ranges != (str(HTTPS),):
        return (
            f"the rule lets out to {_listed(rule.destination_address_prefixes)}, port"
            f" {_listed(rule.destination_port_ranges)}: ours lead to {_listed(OUTBOUND_TAGS)}, port {HTTPS}"
        )
    return None


def _explain_sources(rule: SecurityRule, desired: DesiredState) -> str | None:
    """Hold the sources against those that the operator names; `*` and tags have to be named in as many words."""
    named = {source.casefold() for source in desired.inbound_sources}
    if _EVERYBODY in named:
        return None
    addresses = parse_prefixes(desired.inbound_sources)
    foreign = [
        one
        for one in rule.source_address_prefixes
        if one.casefold() not in named and not (_is_prefix(one) and addresses.covers(parse_prefix(one)))
    ]
    if foreign or not rule.source_address_prefixes:
        return f"the rule lets in {_listed(foreign)}, which WAC_INBOUND_SOURCES does not name"
    return None


def _explain_inbound(rule: SecurityRule) -> str | None:
    to, ports = rule.destination_address_prefixes, rule.destination_port_ranges
    if len(ports) != 1 or not ports[0].isdecimal():
        return f"the rule opens the ports {_listed(ports)}, and ours open one"
    if not to or len(to) > MOST_PREFIXES or not all(map(_is_of_machines, to)):
        return f"the rule lets in to {_listed(to)}, and ours let in to the addresses of VMs"
    return None


def _is_of_machines(text: str) -> bool:
    if not _is_prefix(text):
        return False
    ((low, high),) = parse_prefix(text).ranges
    return high - low < _MOST_IN_A_PREFIX


def _is_prefix(text: str) -> bool:
    try:
        parse_prefix(text)
    except ValueError:
        return False
    return True


def _listed(values: tuple[str, ...] | list[str]) -> str:
    some = ", ".join(values[:3])
    return f"{some} and {len(values) - 3} more" if len(values) > 3 else some or "nothing"
