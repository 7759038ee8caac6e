"""Walks one packet through the security groups before an interface: rule by rule, as IP flow verify tells it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.arm.network import security_groups
from simulator.arm.network.vantage import Address, Vantage
from simulator.store import Json
from simulator.world import World

INBOUND, OUTBOUND = "Inbound", "Outbound"
ALLOW, DENY = "Allow", "Deny"


@dataclass(frozen=True, slots=True)
class Packet:
    """A port None is any port: only a rule for all ports matches it."""

    direction: str
    protocol: str
    source: Address
    source_port: int | None
    destination: Address
    destination_port: int | None


@dataclass(frozen=True, slots=True)
class Look:
    """A rule, and which parts of it match a packet, by Azure's names for them."""

    rule: Json
    parts: dict[str, bool]

    @property
    def matches(self) -> bool:
        return all(self.parts.values())

    @property
    def is_default(self) -> bool:
        return "/defaultSecurityRules/" in self.rule["id"]


@dataclass(frozen=True, slots=True)
class Passage:
    """What one group does with a packet: the rules that were looked at, the last of which matches."""

    group_id: str
    applied_to: str
    looks: tuple[Look, ...]

    @property
    def decider(self) -> Look:
        return self.looks[-1]

    @property
    def access(self) -> str:
        return str(self.decider.rule["properties"]["access"])


def walk(world: World, interface: Json, subnet: Json, packet: Packet) -> Iterator[Passage]:
    """Give the passage through each group in Azure's order, up to the first that denies the packet."""
    seen = Vantage(world, subnet)
    holders = (subnet, interface) if packet.direction == INBOUND else (interface, subnet)
    for holder in holders:
        reference = holder["properties"].get("networkSecurityGroup")
        if reference is None:
            continue
        group = world.resources[reference["id"]]
        passage = Passage(group["id"], holder["id"], tuple(_looks(world, group, seen, packet)))
        yield passage
        if passage.access == DENY:
            return


def _looks(world: World, group: Json, seen: Vantage, packet: Packet) -> Iterator[Look]:
    properties = security_groups.view(world, group)["properties"]
    rules = [*properties["securityRules"], *properties["defaultSecurityRules"]]
    for rule in sorted(rules, key=lambda one: int(one["properties"]["priority"])):
        asked = rule["properties"]
        if asked["direction"] != packet.direction:
            continue
        look = Look(
            rule,
            {
                "protocolMatched": asked["protocol"] == "*" or asked["protocol"].lower() == packet.protocol.lower(),
                "sourceMatched": _is_end(seen, asked, "source", packet.source),
                "sourcePortMatched": _has_port(asked, "source", packet.source_port),
                "destinationMatched": _is_end(seen, asked, "destination", packet.destination),
                "destinationPortMatched": _has_port(asked, "destination", packet.destination_port),
            },
        )
        yield look
        if look.matches:
            return


def _is_end(seen: Vantage, rule: Json, side: str, address: Address) -> bool:
    prefixes = _both(rule, f"{side}AddressPrefix", f"{side}AddressPrefixes")
    groups = rule.get(f"{side}ApplicationSecurityGroups") or ()
    return any(seen.stands_for(prefix, address) for prefix in prefixes) or any(
        seen.belongs_to(group["id"], address) for group in groups
    )


def _has_port(rule: Json, side: str, port: int | None) -> bool:
    for ports in _both(rule, f"{side}PortRange", f"{side}PortRanges"):
        first, _, last = ("0-65535" if ports == "*" else ports).partition("-")
        low, high = int(first), int(last or first)
        if (low, high) == (0, 65535) or (port is not None and low <= port <= high):
            return True
    return False


def _both(rule: Json, single: str, many: str) -> list[str]:
    return [*([rule[single]] if rule.get(single) else []), *(rule.get(many) or [])]
