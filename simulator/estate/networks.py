"""Situations of what NSGs let through."""

from __future__ import annotations

from simulator.build import (
    add_load_balancer,
    add_network,
    add_network_interface,
    add_public_address,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.estate.site import DENY_ALL_OUTBOUND, OUR_TWO_RULES, Site, situation
from simulator.estate.situation import COMPLIANT, NO_ELIGIBLE_VM, Announced, Built, Expected, Situation
from simulator.estate.somebody import TERRAFORM, delete_rules_described
from simulator.store import Json
from simulator.world import SUBSCRIPTION_ID, World

MARKER = "Managed by WAC Guard."
"""What the descriptions of the app's rules begin with."""
DENY_ADMIN_CENTER = security_rule(
    "DenyAdminCenter", priority=300, protocol="Tcp", destination="WindowsAdminCenter", destination_port="443"
)
OPEN_TO_THE_WORLD = security_rule(
    "PortForWAC", priority=100, direction="Inbound", access="Allow", protocol="Tcp", destination_port="6516"
)
SCALE_SET = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-scale-set-vm/providers"
    "/Microsoft.Compute/virtualMachineScaleSets/shop"
)

NO_NSG = situation(Site("no-nsg", nsg=None), "No NSG at all", COMPLIANT, installs=1)
TWO_NSGS = situation(
    Site("two-nsgs", nsg=(DENY_ALL_OUTBOUND,), interface_nsg=()),
    "An NSG on the NIC that allows, and one on the subnet that denies all outbound traffic",
    COMPLIANT,
    installs=1,
    rules=OUR_TWO_RULES,
)
SINGLED_OUT = situation(
    Site("singled-out", nsg=(DENY_ADMIN_CENTER,)),
    "Somebody denies the WAC service by name: left alone",
    Expected("NON_COMPLIANT", ("EXTENSION_MISSING", "OUTBOUND_DENIED_DELIBERATELY")),
    nsgs=(Expected("NON_COMPLIANT", ("OUTBOUND_DENIED_DELIBERATELY",)),),
)


def _add_public_address(world: World, built: Built) -> None:
    interface = world.resources[network_interface_of(world, built.vm_id)]
    address = add_public_address(world, "rg-open-port", "open-port-ip")
    interface["properties"]["ipConfigurations"][0]["properties"]["publicIPAddress"] = {"id": address}


def _add_load_balancer(world: World, built: Built) -> None:
    group = "rg-load-balanced"
    address = add_public_address(world, group, "load-balanced-ip")
    members = {"wac": network_interface_of(world, built.vm_id)}
    add_load_balancer(
        world, group, "lb", public_address=address, nat_rules={"wac": (50001, 6516)}, nat_members=members
    )


OPEN_PORT = situation(
    Site("open-port", nsg=(OPEN_TO_THE_WORLD,), then=_add_public_address),
    "A person opened the WAC port of a public address to the world: told, and left alone",
    COMPLIANT,
    nsgs=(Expected("NON_COMPLIANT", ("INBOUND_EXPOSED",)),),
    installs=1,
)
LOAD_BALANCED = situation(
    Site("load-balanced", nsg=(OPEN_TO_THE_WORLD,), then=_add_load_balancer),
    "The same for a VM without a public address, which a load balancer's inbound NAT rule leads to",
    COMPLIANT,
    nsgs=(Expected("NON_COMPLIANT", ("INBOUND_EXPOSED",)),),
    installs=1,
)


def _taken_priorities() -> tuple[Json, ...]:
    """Give other people's rules, one at each priority from 100 to 120."""
    return tuple(
        security_rule(
            f"AllowPartner{priority}",
            priority=priority,
            access="Allow",
            protocol="Tcp",
            destination=f"203.0.113.{priority}",
            destination_port="8443",
        )
        for priority in range(100, 121)
    )


CROWDED = situation(
    Site("crowded-priorities", nsg=(*_taken_priorities(), security_rule("DenyAllOutbound", priority=121))),
    "Every priority ahead of the general deny is taken by other people's rules",
    Expected("NON_COMPLIANT", ("EXTENSION_MISSING", "OUTBOUND_DENIED")),
    nsgs=(Expected("NON_COMPLIANT", ("NO_FREE_PRIORITY", "OUTBOUND_DENIED")),),
)
ROOMY = situation(
    Site("roomy-priorities", nsg=(*_taken_priorities(), DENY_ALL_OUTBOUND)),
    "Many priorities are taken by other people's rules, but not those right ahead of the general deny",
    COMPLIANT,
    installs=1,
    rules=OUR_TWO_RULES,
)


def _build_two_nics(world: World) -> Built:
    group = "rg-two-nics"
    add_resource_group(world, group)
    network = add_network(world, group, "vnet", subnets={"front": "10.0.1.0/24", "back": "10.0.2.0/24"})
    closed = add_security_group(world, group, "nsg-two-nics", (DENY_ALL_OUTBOUND,))
    open_to_all = add_security_group(world, group, "nsg-two-nics-back")
    attach(world, closed, subnet_id(network, "front"))
    attach(world, open_to_all, subnet_id(network, "back"))
    second = add_network_interface(world, group, "two-nics-back-nic", subnet=subnet_id(network, "back"))
    vm_id = add_virtual_machine(
        world, group, "two-nics", subnet=subnet_id(network, "front"), other_interfaces=(second,)
    )
    return Built(vm_id, (closed, open_to_all))


TWO_NICS = Situation(
    "two-nics",
    "Two NICs in two subnets: outbound traffic takes the primary one, whose NSG denies it all",
    _build_two_nics,
    COMPLIANT,
    (COMPLIANT, NO_ELIGIBLE_VM),
    installs=1,
    rules=OUR_TWO_RULES,
)


def take_our_rules_away(world: World, built: Built) -> None:
    """Delete the app's rules as Terraform does that knows nothing of them."""
    for nsg_id in built.nsg_ids:
        delete_rules_described(world, nsg_id, MARKER, by=TERRAFORM)


CONTESTED = situation(
    Site("contested", nsg=(DENY_ALL_OUTBOUND,)),
    "Terraform takes our rules away, and again: who of the two is right, a person has to say",
    Expected("NON_COMPLIANT", ("OUTBOUND_DENIED",)),
    nsgs=(Expected("NON_COMPLIANT", ("CONTESTED", "OUTBOUND_DENIED")),),
    installs=1,
    disturb=take_our_rules_away,
    disturbances=2,
)
SCALE_SET_VM = situation(
    Site("scale-set-vm", machine={"scale_set": SCALE_SET}),
    "A VM of a Flexible scale set raises no event; a check of its NSG finds it",
    COMPLIANT,
    installs=1,
    announced=(Announced.NSG,),
)
