"""What lies around a VM's network, read where it is named and told where it is in the way."""

from collections import Counter
from dataclasses import dataclass

import pytest

from handlers.guard import Guard
from shared.model.reason import Reason, Status
from simulator.build import (
    Route,
    add_application_security_group,
    add_extension,
    add_nat_gateway,
    add_network,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_rule,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    set_default_outbound_access,
    subnet_id,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import ENFORCE, build_site, look

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


@pytest.mark.parametrize(("sku", "reason"), [("Standard", Reason.INBOUND_DENIED), ("Basic", Reason.INBOUND_EXPOSED)])
async def test_without_an_nsg_a_standard_address_misses_named_callers_and_a_basic_one_lets_in_everybody(
    sku: str, reason: Reason, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**ENFORCE, **CALLERS)
    report = await look(guard, build_public(azure.world, sku=sku))
    assert report.status is Status.NON_COMPLIANT
    assert [finding.reason for finding in report.findings] == [reason]
    assert counted(azure.world.requests.reads(), "publicIPAddresses") == 1


@dataclass(frozen=True)
class Way:
    routes: dict[str, Route]
    status: Status
    reasons: tuple[Reason, ...] = ()
    private: bool = False
    nat: bool = False


WAYS = {
    "a default route to nowhere": Way(
        {"drop": Route("0.0.0.0/0", "None")},
        Status.NON_COMPLIANT,
        (Reason.EXTENSION_MISSING, Reason.OUTBOUND_ROUTE_DROPPED),
    ),
    "services that go around it": Way(
        {
            "drop": Route("0.0.0.0/0", "None"),
            "wac": Route("WindowsAdminCenter", "Internet"),
            "sign-in": Route("AzureActiveDirectory", "Internet"),
        },
        Status.PENDING,
        (Reason.EXTENSION_MISSING,),
    ),
    "a firewall": Way(
        {"hub": Route("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")},
        Status.PENDING,
        (Reason.EXTENSION_MISSING, Reason.OUTBOUND_THROUGH_APPLIANCE),
    ),
    "a private subnet": Way(
        {}, Status.NON_COMPLIANT, (Reason.EXTENSION_MISSING, Reason.NO_OUTBOUND_PATH), private=True
    ),
    "a private subnet with a NAT gateway": Way(
        {}, Status.PENDING, (Reason.EXTENSION_MISSING,), private=True, nat=True
    ),
    "a private subnet behind a firewall": Way(
        {"hub": Route("0.0.0.0/0", "VirtualAppliance", "10.0.9.4")},
        Status.PENDING,
        (Reason.EXTENSION_MISSING, Reason.OUTBOUND_THROUGH_APPLIANCE),
        private=True,
    ),
}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
async def test_an_install_waits_for_a_way_out_whatever_the_nsgs_say(
    way: Way, azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    subnet = subnet_id(site.network_id)
    if way.routes:
        add_route_table(azure.world, "rg-web", "routes", way.routes, subnets=[subnet])
    if way.private:
        set_default_outbound_access(azure.world, subnet, allowed=False)
    if way.nat:
        add_nat_gateway(azure.world, "rg-web", "nat", subnets=[subnet])
    report = await look(enforcing, site.vm_id)
    assert report.status is way.status
    assert tuple(finding.reason for finding in report.findings) == way.reasons
    assert [write.method for write in azure.world.requests.writes()] == (
        ["PUT"] if way.status is Status.PENDING else []
    )
    assert counted(azure.world.requests.reads(), "routeTables") == (1 if way.routes else 0)


async def test_routes_that_may_not_be_read_make_a_vm_unknown(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    add_route_table(azure.world, "rg-web", "routes", {}, subnets=[subnet_id(site.network_id)])
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, path="/routetables/routes"))
    report = await look(enforcing, site.vm_id)
    assert report.status is Status.UNKNOWN
    assert Reason.READ_FAILED in [finding.reason for finding in report.findings]
    assert azure.world.requests.writes() == []


async def test_an_nsg_is_judged_by_what_routes_make_of_virtual_network(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(**ENFORCE, WAC_INBOUND_SOURCES="10.50.0.0/16")
    site = build_site(azure.world, installed=True)
    assert [finding.reason for finding in (await look(guard, site.nsg_id)).findings] == [Reason.INBOUND_DENIED]
    routes = {"on-premises": Route("10.50.0.0/16", "VirtualAppliance", "10.0.9.4")}
    add_route_table(azure.world, "rg-web", "routes", routes, subnets=[subnet_id(site.network_id)])
    azure.world.requests.clear()
    assert (await look(guard, site.nsg_id)).status is Status.COMPLIANT
    assert counted(azure.world.requests.reads(), "routeTables") == 1


async def test_an_nsg_knows_the_members_of_application_security_groups(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, installed=True)
    group = add_application_security_group(azure.world, "rg-web", "no-internet")
    deny = security_rule("DenyGroup", priority=200, destination="Internet")
    del deny["properties"]["sourceAddressPrefix"]
    deny["properties"]["sourceApplicationSecurityGroups"] = [{"id": group}]
    add_rule(azure.world, site.nsg_id, deny)
    assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
    configuration = azure.world.resources[site.interface_id]["properties"]["ipConfigurations"][0]
    configuration["properties"]["applicationSecurityGroups"] = [{"id": group}]
    report = await look(enforcing, site.nsg_id)
    assert {finding.reason for finding in report.findings} == {Reason.OUTBOUND_DENIED}


async def test_a_public_address_behind_an_nsg_is_not_read(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(**ENFORCE, **CALLERS)
    await look(guard, build_public(azure.world, guarded=True))
    assert counted(azure.world.requests.reads(), "publicIPAddresses") == 0
