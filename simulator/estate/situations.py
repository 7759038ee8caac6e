"""The situations: each a VM in a resource group of its own, and what should become of it when enforcing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.store import Json
from simulator.world import SUBSCRIPTION_ID, World

SERVER_2016 = ("MicrosoftWindowsServer", "WindowsServer", "2016-Datacenter")
SERVER_2019 = ("MicrosoftWindowsServer", "WindowsServer", "2019-datacenter-gensecond")
SERVER_2022 = ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition")
SERVER_2025 = ("MicrosoftWindowsServer", "WindowsServer", "2025-datacenter-g2")
SERVER_2012_R2 = ("MicrosoftWindowsServer", "WindowsServer", "2012-R2-Datacenter")
WINDOWS_11 = ("MicrosoftWindowsDesktop", "windows-11", "win11-24h2-ent")
UBUNTU = ("Canonical", "ubuntu-24_04-lts", "server")

DENY_ALL_OUTBOUND = security_rule("DenyAllOutbound", priority=200)
DENY_ADMIN_CENTER = security_rule(
    "DenyAdminCenter", priority=300, protocol="Tcp", destination="WindowsAdminCenter", destination_port="443"
)
OPEN_TO_THE_WORLD = security_rule(
    "PortForWAC", priority=100, direction="Inbound", access="Allow", protocol="Tcp", destination_port="6516"
)


AKS_CLUSTER = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-shop/providers"
    "/Microsoft.ContainerService/managedClusters/shop"
)


@dataclass(frozen=True, slots=True)
class Built:
    """What a situation put into the world: its VM, and the NSGs around it."""

    vm_id: str
    nsg_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What a report should say of a subject once everything has settled."""

    status: str
    reasons: tuple[str, ...] = ()


COMPLIANT = Expected("COMPLIANT")


@dataclass(frozen=True, slots=True)
class Situation:
    """A VM with its surroundings, and how it should end. `installs` counts the installs that are due to us.

    `rules` maps the name of each rule of ours to its priority; `nsgs` is what to expect of the NSGs, in their order.
    """

    name: str
    story: str
    build: Callable[[World], Built]
    vm: Expected
    nsgs: tuple[Expected, ...] = ()
    installs: int = 0
    rules: tuple[tuple[str, int], ...] = ()


def _situation(  # noqa: PLR0913 - one line of a table
    name: str,
    story: str,
    vm: Expected,
    *,
    nsg: tuple[Json, ...] | None = (),
    nsgs: tuple[Expected, ...] | None = None,
    installs: int = 0,
    rules: tuple[tuple[str, int], ...] = (),
    group: dict[str, Any] | None = None,
    extension: dict[str, Any] | None = None,
    interface_nsg: bool = False,
    **machine: Any,
) -> Situation:
    def build(world: World) -> Built:
        resource_group = f"rg-{name}"
        add_resource_group(world, resource_group, **(group or {}))
        subnet = subnet_id(add_network(world, resource_group, "vnet"))
        on_subnet = add_security_group(world, resource_group, f"nsg-{name}", nsg) if nsg is not None else None
        attach(world, on_subnet, subnet)
        on_interface = add_security_group(world, resource_group, f"nsg-{name}-nic") if interface_nsg else None
        vm_id = add_virtual_machine(world, resource_group, name, subnet=subnet, nsg=on_interface, **machine)
        if extension is not None:
            add_extension(world, vm_id, **extension)
        return Built(vm_id, tuple(one for one in (on_subnet, on_interface) if one))

    if nsgs is None:
        of_each = NO_ELIGIBLE_VM if vm.status == "NOT_APPLICABLE" else COMPLIANT
        nsgs = (of_each,) * ((nsg is not None) + interface_nsg)
    return Situation(name, story, build, vm, nsgs, installs, rules)


NO_ELIGIBLE_VM = Expected("NOT_APPLICABLE", ("NO_ELIGIBLE_VM",))

SITUATIONS: tuple[Situation, ...] = (
    _situation("server-2016", "Windows Server 2016, nothing in the way", COMPLIANT, image=SERVER_2016, installs=1),
    _situation("server-2019", "Windows Server 2019, nothing in the way", COMPLIANT, image=SERVER_2019, installs=1),
    _situation("server-2022", "Windows Server 2022, nothing in the way", COMPLIANT, image=SERVER_2022, installs=1),
    _situation("server-2025", "Windows Server 2025, nothing in the way", COMPLIANT, image=SERVER_2025, installs=1),
    _situation(
        "server-2012",
        "Windows Server 2012 R2: older than WAC can manage",
        Expected("NOT_APPLICABLE", ("WINDOWS_TOO_OLD",)),
        image=SERVER_2012_R2,
    ),
    _situation(
        "windows-11",
        "Windows 11: a client",
        Expected("NOT_APPLICABLE", ("NOT_WINDOWS_SERVER",)),
        image=WINDOWS_11,
    ),
    _situation(
        "linux",
        "Ubuntu",
        Expected("NOT_APPLICABLE", ("NOT_WINDOWS_SERVER",)),
        image=UBUNTU,
        os_type="Linux",
    ),
    _situation(
        "small",
        "2 GiB of memory: WAC needs 3",
        Expected("NOT_APPLICABLE", ("TOO_LITTLE_MEMORY",)),
        size="Standard_B1ms",
    ),
    _situation(
        "asleep",
        "Deallocated: waits for its start",
        Expected("PENDING", ("VM_STOPPED",)),
        running=False,
    ),
    _situation(
        "slow-agent",
        "The VM agent needs a while",
        COMPLIANT,
        agent_ready=False,
        installs=1,
    ),
    _situation(
        "port-6600",
        "Another tool installed the extension, on port 6600 and under another name: adopted",
        COMPLIANT,
        extension={"name": "wac-by-terraform", "settings": {"port": "6600", "salt": "terraform"}},
    ),
    _situation(
        "opted-out",
        "Opted out by tag, for somebody installed WAC there by hand",
        Expected("NOT_APPLICABLE", ("EXCLUDED",)),
        tags={"wac-guard": "exclude"},
    ),
    _situation(
        "aks-node",
        "In a resource group that AKS manages",
        Expected("NOT_APPLICABLE", ("MANAGED_BY_SERVICE",)),
        nsgs=(Expected("NOT_APPLICABLE", ("MANAGED_BY_SERVICE",)),),
        group={"managed_by": AKS_CLUSTER},
    ),
    _situation("no-nsg", "No NSG at all", COMPLIANT, nsg=None, installs=1),
    _situation(
        "two-nsgs",
        "An NSG on the NIC that allows, and one on the subnet that denies all outbound traffic",
        COMPLIANT,
        nsg=(DENY_ALL_OUTBOUND,),
        interface_nsg=True,
        installs=1,
        rules=(("PortForAADService", 198), ("PortForWACService", 199)),
    ),
    _situation(
        "singled-out",
        "Somebody denies the WAC service by name: left alone",
        Expected("NON_COMPLIANT", ("EXTENSION_MISSING", "OUTBOUND_DENIED_DELIBERATELY")),
        nsg=(DENY_ADMIN_CENTER,),
        nsgs=(Expected("NON_COMPLIANT", ("OUTBOUND_DENIED_DELIBERATELY",)),),
    ),
    _situation(
        "open-port",
        "A person opened the WAC port to the world: told, and left alone",
        COMPLIANT,
        nsg=(OPEN_TO_THE_WORLD,),
        nsgs=(Expected("NON_COMPLIANT", ("INBOUND_EXPOSED",)),),
        installs=1,
    ),
)
