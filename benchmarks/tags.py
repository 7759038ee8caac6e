"""Service tags made up in the shape of Azure's: services that lie in its cloud, each with regions of its own."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from random import Random

CLOUD = "AzureCloud"
SERVICES = (
    *("WindowsAdminCenter", "AzureActiveDirectory", "Storage", "Sql", "AzureMonitor", "AzureKeyVault"),
    *("EventHub", "ServiceBus", "AzureBackup", "AzureSiteRecovery", "GuestAndHybridManagement", "AppService"),
)
REGIONS = ("WestEurope", "NorthEurope", "GermanyWestCentral", "EastUS")

_CLOUD_STARTS = (13, 20, 40, 51, 52, 68, 104, 137)
_BLOCKS_PER_START = 1 << 10
_IPV6_SHARE = 6


def make_tags(prefixes: int) -> Mapping[str, tuple[str, ...]]:
    """Make tags of so many prefixes each, some of them of IPv6; a regional one has a part of its service's."""
    random = Random(prefixes)
    ipv6 = prefixes // _IPV6_SHARE
    blocks = [(start << 24) + (block << 14) for start in _CLOUD_STARTS for block in range(_BLOCKS_PER_START)]
    cloud = random.sample(blocks, prefixes - ipv6)
    made = {CLOUD.casefold(): (*(str(IPv4Network((block, 18))) for block in cloud), *_ipv6(random, ipv6, 40))}
    for service in SERVICES:
        own = [_inside(random, block) for block in random.sample(cloud, len(cloud))]
        of_service = (*own, *_ipv6(random, ipv6, 48))
        made[service.casefold()] = of_service
        for number, region in enumerate(REGIONS):
            made[f"{service}.{region}".casefold()] = of_service[number :: len(REGIONS)]
    return made


def _inside(random: Random, block: int) -> str:
    length = random.randint(22, 29)
    step = 1 << (32 - length)
    return str(IPv4Network((block + random.randrange(1 << (length - 18)) * step, length)))


def _ipv6(random: Random, count: int, length: int) -> tuple[str, ...]:
    starts = random.sample(range(1 << (length - 24)), count)
    return tuple(str(IPv6Network(((0x260310 << 104) + (start << (128 - length)), length))) for start in starts)
