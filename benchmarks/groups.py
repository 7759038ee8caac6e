"""NSGs made up as people write them: most rules name a few places, a service and a port, the last ones deny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network
from random import Random

from benchmarks.tags import CLOUD, REGIONS, SERVICES
from shared.model.estate import Access, Direction, NetworkSecurityGroup, SecurityRule
from shared.model.resource_id import ResourceId

_FIRST, _LAST = 100, 4000
_ALL_PORTS = ("*",)
_NEEDED_PORTS = ("443", "6516")
# Most have one of the ports that are asked about: else few rules would have to be matched against the rest.
_PORTS = (
    *(("443",), ("443", "80", "8443"), ("400-500",), _ALL_PORTS, ("1-65535",), ("80-90", "443", "6000-7000")),
    *(("6516",), ("6000-7000", "3389"), _NEEDED_PORTS, ("22", "3389"), ("1433", "11000-11999"), ("53",)),
)
_PROTOCOLS = ("Tcp", "Tcp", "Tcp", "TCP", "*", "*", "*", "Udp")
_ON_PREMISES = ("192.168.0.0/16", "172.16.0.0/12", "10.200.0.0/13")


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What rules speak of that is near, and application security groups that tell all of the VMs apart, if any."""

    subnets: Sequence[str]
    addresses: Sequence[str]
    application_security_group_ids: Sequence[ResourceId]
    telling_apart: Sequence[ResourceId] = ()


@dataclass(frozen=True, slots=True)
class _Side:
    prefixes: tuple[str, ...] = ("*",)
    members: tuple[ResourceId, ...] = ()


def make_group(group_id: ResourceId, rules: int, near: Neighbourhood) -> NetworkSecurityGroup:
    """Make an NSG of so many custom rules, half of them for each direction; the last of them deny what is left."""
    random = Random(f"{group_id.name}, {rules} rules")
    made: list[SecurityRule] = []
    for direction in Direction:
        priorities = sorted(random.sample(range(_FIRST, _LAST), rules // 2 - 2))
        telling_apart = [_Side((), (one,)) for one in near.telling_apart]
        made += [
            _tell_apart(random, near, direction, priority, telling_apart.pop())
            if telling_apart
            else _make_rule(random, near, direction, priority)
            for priority in priorities
        ]
        made.append(_rule(direction, _LAST, Access.DENY, _Side((CLOUD,))))
        made.append(_rule(direction, _LAST + 1, Access.DENY, _Side(("Internet",))))
    return NetworkSecurityGroup(group_id, "westeurope", tuple(made), _DEFAULT_RULES)


def _tell_apart(
    random: Random, near: Neighbourhood, direction: Direction, priority: int, local: _Side
) -> SecurityRule:
    """Make a rule that has some of the needed traffic, for half of the VMs."""
    outbound = direction is Direction.OUTBOUND
    remote = _Side((random.choice(SERVICES),) if outbound else tuple(random.sample(near.addresses, 20)))
    return _rule(direction, priority, random.choice(tuple(Access)), remote, local, _NEEDED_PORTS)


def _make_rule(random: Random, near: Neighbourhood, direction: Direction, priority: int) -> SecurityRule:
    access, remote, local = random.choice(tuple(Access)), _remote(random, near), _local(random, near)
    return _rule(direction, priority, access, remote, local, random.choice(_PORTS), random.choice(_PROTOCOLS))


def _local(random: Random, near: Neighbourhood) -> _Side:
    match random.choices(("all", "network", "subnets", "addresses", "members"), (35, 15, 20, 20, 10))[0]:
        case "network":
            return _Side(("VirtualNetwork",))
        case "subnets":
            return _Side(tuple(random.sample(near.subnets, random.randint(1, 3))))
        case "addresses":
            return _Side(tuple(random.sample(near.addresses, random.randint(2, 40))))
        case "members":
            return _Side((), (random.choice(near.application_security_group_ids),))
        case _:
            return _Side()


def _remote(random: Random, near: Neighbourhood) -> _Side:
    match random.choices(("service", "region", "network", "prefixes", "near", "far"), (25, 25, 5, 25, 10, 10))[0]:
        case "service":
            return _Side((random.choice(SERVICES),))
        case "region":
            return _Side((f"{random.choice(SERVICES)}.{random.choice(REGIONS)}",))
        case "network":
            return _Side(("VirtualNetwork",))
        case "prefixes":
            return _Side(tuple(_prefix(random) for _ in range(random.randint(1, 12))))
        case "near":
            return _Side(tuple(random.sample(near.addresses, random.randint(2, 20))))
        case _:
            return _Side((random.choice(_ON_PREMISES),))


def _prefix(random: Random) -> str:
    """Give a prefix of anybody's: some reach into Azure's own addresses."""
    start, length = random.choice((13, 20, 40, 52, 93, 185, 203)), random.choice((12, 16, 20, 24, 32))
    return str(IPv4Network(((start << 24) + random.randrange(1 << 24), length), strict=False))


def _rule(  # noqa: PLR0917 - a rule has as many parts
    direction: Direction,
    priority: int,
    access: Access,
    remote: _Side,
    local: _Side = _Side(),
    ports: tuple[str, ...] = _ALL_PORTS,
    protocol: str = "*",
) -> SecurityRule:
    source, destination = (local, remote) if direction is Direction.OUTBOUND else (remote, local)
    return SecurityRule(
        name=f"{access}{direction}{priority}",
        priority=priority,
        direction=direction,
        access=access,
        protocol=protocol,
        source_address_prefixes=source.prefixes,
        destination_address_prefixes=destination.prefixes,
        destination_port_ranges=ports,
        source_application_security_group_ids=source.members,
        destination_application_security_group_ids=destination.members,
    )


_NETWORK, _ALL = _Side(("VirtualNetwork",)), _Side()
_DEFAULT_RULES = (
    _rule(Direction.INBOUND, 65000, Access.ALLOW, _NETWORK, _NETWORK),
    _rule(Direction.INBOUND, 65001, Access.ALLOW, _Side(("AzureLoadBalancer",))),
    _rule(Direction.INBOUND, 65500, Access.DENY, _ALL),
    _rule(Direction.OUTBOUND, 65000, Access.ALLOW, _NETWORK, _NETWORK),
    _rule(Direction.OUTBOUND, 65001, Access.ALLOW, _Side(("Internet",))),
    _rule(Direction.OUTBOUND, 65500, Access.DENY, _ALL),
)
