"""NSGs made up as people write them: most rules name a few places, a service and a port, the last ones deny."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.tags import CLOUD, REGIONS, SERVICES
from shared.model.estate import Access, Direction, NetworkSecurityGroup, SecurityRule
from shared.model.resource_id import ResourceId

_FIRST, _LAST = 100, 4000
# Most of these hold 443 or 6516: else few rules would have to be matched against what is asked.
_PORTS = (
    *(("443",), ("443", "80", "8443"), ("400-500",), ("*",), ("1-65535",), ("80-90", "443", "6000-7000")),
    *(("6516",), ("6000-7000", "3389"), ("443", "6516"), ("22", "3389"), ("1433", "11000-11999"), ("53",)),
)
_PROTOCOLS = ("Tcp", "Tcp", "Tcp", "TCP", "*", "*", "*", "Udp")
_ON_PREMISES = ("192.168.0.0/16", "172.16.0.0/12", "10.200.0.0/13")


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What rules speak of that is near: the prefixes of subnets, single addresses, application security groups."""

    subnets: Sequence[str]
    addresses: Sequence[str]
    application_security_group_ids: Sequence[ResourceId]


def make_group(group_id: ResourceId, rules: int, near: Neighbourhood, seed: int) -> NetworkSecurityGroup:
    """Make an NSG of so many custom rules, half of them for each direction; its last ones deny what is left."""
    random = Random(f"{group_id.name} {rules} {seed}")
    made: list[SecurityRule] = []
    for direction in Direction:
        count = rules // 2
        priorities = sorted(random.sample(range(_FIRST, _LAST), count - 2))
        made += [_make_rule(random, near, direction, priority) for priority in priorities]
        made += [
            _rule(direction, _LAST, Access.DENY, remote=(CLOUD,)),
            _rule(direction, _LAST + 1, Access.DENY, remote=("Internet",)),
        ]
    return NetworkSecurityGroup(group_id, "westeurope", tuple(made), _DEFAULT_RULES)


def _make_rule(random: Random, near: Neighbourhood, direction: Direction, priority: int) -> SecurityRule:
    local, members = _local(random, near)
    return _rule(
        direction,
        priority,
        random.choice(tuple(Access)),
        remote=_remote(random, near),
        local=local,
        members=members,
        ports=random.choice(_PORTS),
        protocol=random.choice(_PROTOCOLS),
    )


def _local(random: Random, near: Neighbourhood) -> tuple[tuple[str, ...], tuple[ResourceId, ...]]:
    match random.choices(("all", "network", "subnets", "addresses", "members"), (35, 15, 20, 20, 10))[0]:
        case "all":
            return ("*",), ()
        case "network":
            return ("VirtualNetwork",), ()
        case "subnets":
            return tuple(random.sample(near.subnets, random.randint(1, 3))), ()
        case "addresses":
            return tuple(random.sample(near.addresses, random.randint(2, 40))), ()
        case _:
            return (), (random.choice(near.application_security_group_ids),)


def _remote(random: Random, near: Neighbourhood) -> tuple[str, ...]:
    match random.choices(("service", "region", "network", "literals", "near", "premises"), (25, 25, 5, 25, 10, 10))[
        0
    ]:
        case "service":
            return (random.choice(SERVICES),)
        case "region":
            return (f"{random.choice(SERVICES)}.{random.choice(REGIONS)}",)
        case "network":
            return ("VirtualNetwork",)
        case "literals":
            return tuple(_literal(random) for _ in range(random.randint(1, 12)))
        case "near":
            return tuple(random.sample(near.addresses, random.randint(2, 20)))
        case _:
            return (random.choice(_ON_PREMISES),)


def _literal(random: Random) -> str:
    """Give a prefix of anybody's: some reach into Azure's own addresses."""
    start, length = random.choice((13, 20, 40, 52, 93, 185, 203)), random.choice((12, 16, 20, 24, 32))
    network = ((start << 24) + random.randrange(1 << 24)) >> (32 - length) << (32 - length)
    return f"{'.'.join(str(network >> shift & 255) for shift in (24, 16, 8, 0))}/{length}"


def _rule(
    direction: Direction,
    priority: int,
    access: Access,
    *,
    remote: tuple[str, ...],
    local: tuple[str, ...] = ("*",),
    members: tuple[ResourceId, ...] = (),
    ports: tuple[str, ...] = ("*",),
    protocol: str = "*",
) -> SecurityRule:
    outbound = direction is Direction.OUTBOUND
    return SecurityRule(
        name=f"{access}{direction}{priority}",
        priority=priority,
        direction=direction,
        access=access,
        protocol=protocol,
        source_address_prefixes=local if outbound else remote,
        destination_address_prefixes=remote if outbound else local,
        destination_port_ranges=ports,
        source_application_security_group_ids=members if outbound else (),
        destination_application_security_group_ids=() if outbound else members,
    )


_NETWORK = ("VirtualNetwork",)
_DEFAULT_RULES = (
    _rule(Direction.INBOUND, 65000, Access.ALLOW, remote=_NETWORK, local=_NETWORK),
    _rule(Direction.INBOUND, 65001, Access.ALLOW, remote=("AzureLoadBalancer",)),
    _rule(Direction.INBOUND, 65500, Access.DENY, remote=("*",)),
    _rule(Direction.OUTBOUND, 65000, Access.ALLOW, remote=_NETWORK, local=_NETWORK),
    _rule(Direction.OUTBOUND, 65001, Access.ALLOW, remote=("Internet",)),
    _rule(Direction.OUTBOUND, 65500, Access.DENY, remote=("*",)),
)
