"""The rules of ours that an NSG may need, each with the flows that it is for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address

from shared.decide.addresses import family_of, parse_prefix, parse_prefixes, union
from shared.decide.flows import HTTPS, OUTBOUND_TAGS, admin_center_port, inbound_flow, outbound_flow
from shared.decide.machines_behind import Machine
from shared.decide.outrank import MARKER, is_ours
from shared.decide.rule_match import remote_side
from shared.decide.traffic import Flow
from shared.model.desired import DesiredState
from shared.model.estate import Access, Direction, NetworkSecurityGroup, SecurityRule

_OUTBOUND_NAMES = ("PortForWACService", "PortForAADService")
_INBOUND_NAME = "PortForWAC"
_NAME_SUFFIX = "-wac-guard"
MOST_PREFIXES = 4000
"""So many addresses and prefixes a rule may have, for its source and for its destination.

https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits#azure-networking-limits
"""
# Microsoft's instructions use these priorities.
_USUAL_PRIORITIES = (100, 101)


@dataclass(frozen=True, slots=True)
class Wish:
    """A rule that may be wanted, under Microsoft's name; its own priority is Microsoft's, to be chosen anew."""

    rule: SecurityRule
    flows: tuple[Flow, ...]


def wish_outbound(machines: Sequence[Machine]) -> tuple[Wish, ...]:
    """Give the rules towards the services that WAC needs, which are for every VM alike."""
    return tuple(
        Wish(
            SecurityRule(
                name=name,
                priority=priority,
                direction=Direction.OUTBOUND,
                access=Access.ALLOW,
                protocol="Tcp",
                source_address_prefixes=("*",),
                destination_address_prefixes=(tag,),
                destination_port_ranges=(str(HTTPS),),
                description=f"{MARKER} Lets Windows Admin Center reach {tag}.",
            ),
            tuple(outbound_flow(machine.place, tag) for machine in machines),
        )
        for name, priority, tag in zip(_OUTBOUND_NAMES, _USUAL_PRIORITIES, OUTBOUND_TAGS, strict=True)
    )


def wish_inbound(machines: Sequence[Machine], desired: DesiredState) -> tuple[Wish, ...]:
    """Give the rules that let the named sources in: one per port, and apart for each service tag.

    Azure refuses a service tag among several prefixes.
    """
    by_port: dict[int, list[Machine]] = {}
    for machine in machines:
        by_port.setdefault(admin_center_port(machine.vm, desired), []).append(machine)
    ports = sorted(by_port, key=lambda port: (port != desired.port, port))
    return tuple(
        _wish_inbound(port, sources, by_port[port], is_first=port == ports[0] and sources == groups[0])
        for groups in [_source_groups(desired.inbound_sources)]
        for port in ports
        for sources in groups
    )


def claim_ours(group: NetworkSecurityGroup, wishes: Sequence[Wish]) -> Mapping[Wish, SecurityRule]:
    """Find which of our rules in an NSG is which wish's: by what it is for, else by its name."""
    left = sorted(filter(is_ours, group.security_rules), key=lambda rule: (rule.priority, rule.name.casefold()))
    claimed: dict[Wish, SecurityRule] = {}
    for belongs in (is_for_the_same, _has_the_name):
        for wish in wishes:
            found = next((rule for rule in left if belongs(rule, wish.rule)), None)
            if found is not None and wish not in claimed:
                claimed[wish] = found
                left.remove(found)
    return claimed


def named(rule: SecurityRule, taken: Iterable[str]) -> SecurityRule:
    """Give a rule a name that is free: names are unique in an NSG, in both directions, whatever their case."""
    taken_names, number, name = {one.casefold() for one in taken}, 1, rule.name
    while name.casefold() in taken_names:
        name = f"{rule.name}{_NAME_SUFFIX}" + (f"-{number}" if number > 1 else "")
        number += 1
    return replace(rule, name=name)


def has_same_content(one: SecurityRule, other: SecurityRule) -> bool:
    """Tell whether two rules do the same, wherever they stand and whatever they are called."""
    return _content(one) == _content(other)


def is_for_the_same(rule: SecurityRule, wished: SecurityRule) -> bool:
    """Tell whether a rule is for the same port and service tags as a wished one."""
    return _purpose(rule) == _purpose(wished)


def shrunk(rule: SecurityRule, wished: SecurityRule) -> SecurityRule:
    """Leave of an inbound rule's addresses those that are wished; give the rule itself where that is all, or none."""
    stated = [one for one in rule.destination_address_prefixes if _is_prefix(one)]
    there = union(map(parse_prefix, stated))
    left = tuple(one for one in wished.destination_address_prefixes if there.covers(parse_prefix(one)))
    kept = replace(rule, destination_address_prefixes=left)
    names_others = len(stated) == len(rule.destination_address_prefixes) and not has_same_content(kept, rule)
    return kept if left and names_others else rule


def _wish_inbound(port: int, sources: tuple[str, ...], machines: Sequence[Machine], *, is_first: bool) -> Wish:
    tag = "" if _is_prefix(sources[0]) else f"-{sources[0].replace('*', 'Any')}"
    addresses = _as_few_as_needed({machine.place.address for machine in machines})
    rule = SecurityRule(
        name=_INBOUND_NAME if is_first else f"{_INBOUND_NAME}-{port}{tag}",
        priority=_USUAL_PRIORITIES[0],
        direction=Direction.INBOUND,
        access=Access.ALLOW,
        protocol="Tcp",
        source_address_prefixes=sources,
        destination_address_prefixes=addresses,
        destination_port_ranges=(str(port),),
        description=f"{MARKER} Lets the named sources reach Windows Admin Center.",
    )
    return Wish(rule, tuple(inbound_flow(machine.place, port, sources) for machine in machines))


def _as_few_as_needed(addresses: set[str]) -> tuple[str, ...]:
    """List addresses one by one, as people would; of more than a rule may name, the prefixes that they make up."""
    listed = tuple(sorted(addresses, key=lambda text: int(ip_address(text))))
    return listed if len(listed) <= MOST_PREFIXES else parse_prefixes(listed).prefixes()


def _source_groups(sources: tuple[str, ...]) -> list[tuple[str, ...]]:
    prefixes = tuple(source for source in sources if _is_prefix(source) and family_of(parse_prefix(source)) == 4)
    return [*([prefixes] if prefixes else []), *((source,) for source in sources if not _is_prefix(source))]


def _is_prefix(source: str) -> bool:
    try:
        parse_prefix(source)
    except ValueError:
        return False
    return True


def _has_the_name(rule: SecurityRule, wished: SecurityRule) -> bool:
    name, usual = rule.name.casefold(), wished.name.casefold()
    return rule.direction is wished.direction and (name == usual or name.startswith(f"{usual}{_NAME_SUFFIX}"))


def _purpose(rule: SecurityRule) -> tuple[object, ...]:
    tags = frozenset(prefix.casefold() for prefix in remote_side(rule).prefixes if not _is_prefix(prefix))
    return rule.direction, rule.destination_port_ranges, tags


def _content(rule: SecurityRule) -> tuple[object, ...]:
    return (
        rule.direction,
        rule.access,
        rule.protocol.casefold(),
        _normal(rule.source_address_prefixes),
        frozenset(rule.source_port_ranges),
        _normal(rule.destination_address_prefixes),
        frozenset(rule.destination_port_ranges),
        frozenset(rule.source_application_security_group_ids),
        frozenset(rule.destination_application_security_group_ids),
    )


def _normal(prefixes: Iterable[str]) -> frozenset[tuple[str, ...]]:
    return frozenset(parse_prefix(one).prefixes() if _is_prefix(one) else (one.casefold(),) for one in prefixes)
