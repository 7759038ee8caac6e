"""The usual situation: a VM in a resource group of its own, with an NSG on its subnet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
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
from simulator.estate.situation import COMPLIANT, NO_ELIGIBLE_VM, Built, Expected, Situation
from simulator.store import Json
from simulator.world import World

SERVER_2016 = ("MicrosoftWindowsServer", "WindowsServer", "2016-Datacenter")
SERVER_2019 = ("MicrosoftWindowsServer", "WindowsServer", "2019-datacenter-gensecond")
SERVER_2022 = ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition")
SERVER_2025 = ("MicrosoftWindowsServer", "WindowsServer", "2025-datacenter-g2")
SERVER_2012_R2 = ("MicrosoftWindowsServer", "WindowsServer", "2012-R2-Datacenter")
WINDOWS_11 = ("MicrosoftWindowsDesktop", "windows-11", "win11-24h2-ent")
UBUNTU = ("Canonical", "ubuntu-24_04-lts", "server")

DENY_ALL_OUTBOUND = security_rule("DenyAllOutbound", priority=200)
OUR_TWO_RULES = (("PortForAADService", 198), ("PortForWACService", 199))
"""What lets the VM out ahead of a general deny at 200."""

type Rules = Iterable[Json]


@dataclass(frozen=True, slots=True)
class Site:
    """How to build it. `nsg` None: there is none; `interface_nsg`: the NIC has one of its own, too.

    `machine` are options of the VM, `extension` those of the AdminCenter that it has, `group` those of the group;
    `then` does the rest.
    """

    name: str
    nsg: Rules | None = ()
    interface_nsg: Rules | None = None
    machine: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    extension: Mapping[str, Any] | None = None
    group: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    then: Callable[[World, Built], None] | None = None

    @property
    def resource_group(self) -> str:
        return f"rg-{self.name}"

    def build(self, world: World) -> Built:
        """Put it into the world."""
        add_resource_group(world, self.resource_group, **self.group)
        subnet = subnet_id(add_network(world, self.resource_group, "vnet"))
        on_subnet = self._add_nsg(world, f"nsg-{self.name}", self.nsg)
        attach(world, on_subnet, subnet)
        on_interface = self._add_nsg(world, f"nsg-{self.name}-nic", self.interface_nsg)
        vm_id = add_virtual_machine(
            world, self.resource_group, self.name, subnet=subnet, nsg=on_interface, **self.machine
        )
        if self.extension is not None:
            add_extension(world, vm_id, **self.extension)
        built = Built(vm_id, tuple(one for one in (on_subnet, on_interface) if one))
        if self.then:
            self.then(world, built)
        return built

    def _add_nsg(self, world: World, name: str, rules: Rules | None) -> str | None:
        return None if rules is None else add_security_group(world, self.resource_group, name, rules)


def situation(
    site: Site, story: str, vm: Expected, *, nsgs: tuple[Expected, ...] | None = None, **more: Any
) -> Situation:
    """Make the situation of a site; `more` are further fields of Situation. NSGs are mostly as fine as their VM."""
    if nsgs is None:
        of_each = NO_ELIGIBLE_VM if vm.status == "NOT_APPLICABLE" else COMPLIANT
        nsgs = (of_each,) * ((site.nsg is not None) + (site.interface_nsg is not None))
    return Situation(site.name, story, site.build, vm, nsgs, **more)
