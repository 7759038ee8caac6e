"""Which private address an IP configuration gets in its subnet."""

from __future__ import annotations

import ipaddress

from simulator.arm.errors import network
from simulator.arm.ids import same
from simulator.store import Json

RESERVED_ADDRESSES = 4


def private_address(subnet: Json, wanted: Json, earlier: Json, taken: set[str | None]) -> str:
    """Give the static address that is asked for, the one that was given earlier, or the first that is free.

    Raises ArmError 400 for one that is taken or not the subnet's, and for a full subnet.
    """
    static = wanted.get("privateIPAllocationMethod") == "Static"
    kept = earlier.get("privateIPAddress") if _is_in(earlier.get("subnet"), subnet) else None
    address = wanted.get("privateIPAddress") if static else kept
    if address in taken or (address and not _contains(subnet, address)):
        text = f"Private static IP address {address} is not available in subnet {subnet['id']}."
        raise network(400, "PrivateIPAddressIsAllocated", text)
    return address or _first_free(subnet, taken)


def _is_in(reference: Json | None, subnet: Json) -> bool:
    return reference is not None and same(reference["id"], subnet["id"])


def _prefixes(subnet: Json) -> list[str]:
    properties = subnet["properties"]
    return list(properties.get("addressPrefixes") or [properties["addressPrefix"]])


def _contains(subnet: Json, address: str) -> bool:
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(prefix) for prefix in _prefixes(subnet))


def _first_free(subnet: Json, taken: set[str | None]) -> str:
    space = ipaddress.ip_network(_prefixes(subnet)[0])
    for offset in range(RESERVED_ADDRESSES, space.num_addresses - 1):
        if (address := str(space[offset])) not in taken:
            return address
    text = f"Subnet {subnet['id']} does not have enough capacity for 1 IP addresses."
    raise network(400, "SubnetIsFull", text)
