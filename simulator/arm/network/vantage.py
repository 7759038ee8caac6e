"""What a subnet sees: which addresses a tag stands for there, and where its traffic goes."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from simulator.arm.ids import ArmId, same
from simulator.arm.network.application_security_groups import members
from simulator.arm.network.peerings import peered_prefixes
from simulator.arm.network.route_tables import routes_of
from simulator.arm.network.tags import TAGS
from simulator.store import Json
from simulator.world import World

HOST = "168.63.129.16/32"
BALANCER = (HOST, "fe80::1234:5678:9abc/128")
EVERYTHING = ("*", "0.0.0.0/0", "::/0")
SYSTEM = "System Route"
# What recorded effective rules leave out of the internet, whatever the network; the host's address is in both there.
NEVER_INTERNET = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.2.0/24"),
    *("192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/3", "::/127", "fc00::/7", "fe80::/10", "ff00::/8"),
)
# Azure drops what goes to private space that no network has.
PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")

type Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Hop:
    """Where a packet goes next. `table` is a route table's id, or says that no table decided."""

    type: str
    table: str
    address: str | None = None


@dataclass(frozen=True, slots=True)
class Vantage:
    """The view from one subnet."""

    world: World
    subnet: Json

    @property
    def network(self) -> Json:
        return self.world.resources[ArmId.parse(self.subnet["id"]).parent_id]

    @property
    def virtual_network(self) -> tuple[str, ...]:
        """What `VirtualNetwork` stands for: own and peered space, the host, and what the subnet's routes name."""
        routed = (prefix for route in self._routes() for prefix in _prefixes(route["properties"]["addressPrefix"]))
        return (*self._own_space, *peered_prefixes(self.network), HOST, *routed)

    @property
    def _own_space(self) -> list[str]:
        return list(self.network["properties"]["addressSpace"]["addressPrefixes"])

    def stands_for(self, prefix: str, address: Address) -> bool:
        """Tell whether an address is what a rule calls `prefix`: a tag, a prefix, a single address or a number."""
        word = prefix.lower()
        if word in EVERYTHING:
            return word == "*" or (address.version == 6) == (word == "::/0")
        if word == "virtualnetwork":
            return _lies_in(address, self.virtual_network)
        if word == "internet":
            is_host = _lies_in(address, (HOST,))
            return is_host or not _lies_in(address, (*self.virtual_network, *NEVER_INTERNET))
        if word == "azureloadbalancer":
            return _lies_in(address, BALANCER)
        if word.isdecimal():
            return address == ipaddress.ip_address(int(word))
        return _lies_in(address, _prefixes(prefix))

    def belongs_to(self, group_id: str, address: Address) -> bool:
        """Tell whether an address of this network is that of a member of an application security group."""
        return any(
            configuration["properties"].get("privateIPAddress") == str(address)
            and same(ArmId.parse(configuration["properties"]["subnet"]["id"]).parent_id, self.network["id"])
            for configuration in members(self.world, group_id)
        )

    def next_hop(self, address: Address) -> Hop:
        """Give the hop of the longest prefix that has the address: of two alike, a route table's goes first."""
        found = [
            (network.prefixlen, is_user, hop)
            for prefix, is_user, hop in self._hops()
            if address in (network := ipaddress.ip_network(prefix))
        ]
        return max(found, key=lambda one: one[:2])[2] if found else Hop("None", SYSTEM)

    def _hops(self) -> Iterator[tuple[str, bool, Hop]]:
        reference = self.subnet["properties"].get("routeTable")
        for route in self._routes():
            properties = route["properties"]
            kind = "VirtualNetwork" if properties["nextHopType"] == "VnetLocal" else properties["nextHopType"]
            hop = Hop(kind, reference["id"], properties.get("nextHopIpAddress"))
            yield from ((prefix, True, hop) for prefix in _prefixes(properties["addressPrefix"]))
        for kind, prefixes in (
            ("Internet", ("0.0.0.0/0", "::/0")),
            ("None", PRIVATE),
            ("VirtualNetworkPeering", tuple(peered_prefixes(self.network))),
            ("VirtualNetwork", tuple(self._own_space)),
        ):
            yield from ((prefix, False, Hop(kind, SYSTEM)) for prefix in prefixes)

    def _routes(self) -> list[Json]:
        reference = self.subnet["properties"].get("routeTable")
        return routes_of(self.world, self.world.resources[reference["id"]]) if reference else []


def _prefixes(text: str) -> tuple[str, ...]:
    """Give the prefixes of a tag, or the prefix itself; none for a tag whose prefixes the simulator does not list."""
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return next((prefixes for name, _, _, prefixes in TAGS if name.lower() == text.lower()), ())
    return (text,)


def _lies_in(address: Address, prefixes: Iterable[str]) -> bool:
    return any(address in ipaddress.ip_network(prefix) for prefix in prefixes)
