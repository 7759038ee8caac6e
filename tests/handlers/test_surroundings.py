"""What lies around a VM's network, read where it is named and told where it is in the way."""

from collections import Counter

import pytest

from shared.model.plan import Reason, Status
from simulator.build import (
    add_extension,
    add_network,
    add_public_address,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    subnet_id,
)
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import ENFORCE, look

CALLERS = {"WAC_INBOUND_SOURCES": "203.0.113.0/24"}


def build_public(world: World, *, sku: str = "Standard", guarded: bool = False) -> str:
    """Build an installed VM with a public address, and with an NSG on its subnet or none."""
    add_resource_group(world, "rg-web")
    subnet = subnet_id(add_network(world, "rg-web", "vnet"))
    if guarded:
        attach(world, add_security_group(world, "rg-web", "nsg"), subnet)
    address = add_public_address(world, "rg-web", "web-ip", sku=sku)
    vm = add_virtual_machine(world, "rg-web", "web", subnet=subnet, public_address=address)
    add_extension(world, vm, settings={"port": "6516", "salt": "salt"})
    return vm


def counted(requests: list[LoggedRequest], kind: str) -> int:
    return Counter(request.path.lower().split("/")[-2] for request in requests)[kind.lower()]


@pytest.mark.parametrize(
    ("sku", "status"), [("Standard", Status.NON_COMPLIANT), ("Basic", Status.COMPLIANT)], ids=["standard", "basic"]
)
async def test_named_callers_are_missed_at_a_standard_address_without_an_nsg(
    sku: str, status: Status, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**ENFORCE, **CALLERS)
    report = await look(guard, build_public(azure.world, sku=sku))
    assert report.status is status
    assert [finding.reason for finding in report.findings] == (
        [Reason.INBOUND_DENIED] if status is Status.NON_COMPLIANT else []
    )
    assert counted(azure.world.requests.reads(), "publicIPAddresses") == 1


async def test_a_public_address_behind_an_nsg_is_not_read(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(**ENFORCE, **CALLERS)
    await look(guard, build_public(azure.world, guarded=True))
    assert counted(azure.world.requests.reads(), "publicIPAddresses") == 0
