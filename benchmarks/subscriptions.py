"""Whole subscriptions in the local Azure: a network and a VM are built as all are, the others are made after them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.arm.compute.machine import Machine
from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_rule,
    add_security_group,
    add_virtual_machine,
    attach,
    network_interface_of,
    security_rule,
    subnet_id,
)
from simulator.local_clock import LocalClock
from simulator.store import Json
from simulator.world import World

SUBNETS, MACHINES = 5, 50
"""Subnets of a network, each with an NSG of its own, and VMs of a subnet."""
PER_NETWORK = SUBNETS * MACHINES
# Of the VMs of a subnet, one lacks the extension; of a hundred NSGs one lets nothing out, and one has rules of ours
# for nothing.
_LACKING = 13
_ONE_IN, _DENYING, _NEEDLESS = 100, 57, 7
_FIRST, _GROUP = "0f000000-0000-4000-8000-000000000000", "rg-n000"
_NSGS = f"/subscriptions/{_FIRST}/resourceGroups/{_GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-n000-"
_SPACE, _ADDRESS = '"10.0.', '.0.4"'
_DENY = security_rule("DenyAllOutbound", priority=4000)
_OURS = [
    security_rule(
        name,
        priority=priority,
        access="Allow",
        protocol="Tcp",
        source="VirtualNetwork",
        destination=tag,
        destination_port="443",
        description="Managed by WAC Guard.",
    )
    for name, priority, tag in (
        ("PortForAADService", 3998, "AzureActiveDirectory"),
        ("PortForWACService", 3999, "WindowsAdminCenter"),
    )
]
# What people have in their NSGs.
_USUAL = [
    security_rule(
        f"allow-{port}",
        priority=300 + number,
        direction="Inbound",
        access="Allow",
        protocol="Tcp",
        source="10.0.0.0/8",
        destination_port=port,
    )
    for number, port in enumerate(("22", "80", "443", "1433", "3389", "5985", "8080", "9100"))
]


@dataclass(frozen=True, slots=True)
class Need:
    """How much is wrong in what was built; `machines` lack the extension, or can't reach the services, or both."""

    machines: int
    installs: int
    denying: tuple[str, ...]
    needless: tuple[str, ...]

    def __add__(self, other: Need) -> Need:
        return Need(
            self.machines + other.machines,
            self.installs + other.installs,
            self.denying + other.denying,
            self.needless + other.needless,
        )

    @property
    def writes(self) -> int:
        """Give how many writes make all of it compliant: two rules let an NSG's VMs out, and two are for nothing."""
        return self.installs + len(_OURS) * (len(self.denying) + len(self.needless))


def name_subscriptions(count: int) -> tuple[str, ...]:
    """Give ids of so many subscriptions, the same each time."""
    return tuple(str(uuid.UUID(int=number + 1, version=4)) for number in range(count))


def make_world(sizes: Mapping[str, int]) -> tuple[World, Need]:
    """Make a world of subscriptions with so many networks each."""
    world, prototype = World(LocalClock(), tuple(sizes)), _make_prototype()
    need = Need(0, 0, (), ())
    for subscription, networks in sizes.items():
        need += prototype.build(world, subscription, networks)
    return world, need


@dataclass(frozen=True, slots=True)
class _Prototype:
    """What is copied, as JSON: all of a network, and of a VM itself, its NIC, its extension, and what it runs."""

    network: tuple[str, ...]
    machine: str
    interface: str
    extension: str
    inside: Machine

    def build(self, world: World, subscription: str, networks: int) -> Need:
        """Put networks and VMs into a subscription, and what is wrong with some of them."""
        need = Need(0, 0, (), ())
        for network in range(networks):
            here = _Names(subscription, network)
            for text in self.network:
                _put(world, here.network_in(text))
            for subnet in range(SUBNETS):
                self._copy_machines(world, here, subnet)
                need += _spoil(world, here.nsg(subnet), network * SUBNETS + subnet)
        return need

    def _copy_machines(self, world: World, here: _Names, subnet: int) -> None:
        machine, interface, extension = map(here.network_in, (self.machine, self.interface, self.extension))
        for host in range(MACHINES):
            made = _put(world, _machine_in(machine, subnet, host))
            _put(world, _machine_in(interface, subnet, host).replace(_ADDRESS, f'.{subnet}.{4 + host}"'))
            lacks = host == _LACKING
            if not lacks:
                _put(world, _machine_in(extension, subnet, host))
            reports = {} if lacks else dict(self.inside.reports)
            world.machines[made.lower()] = replace(
                self.inside, vm_id=made, reports=reports, installing={}, removing={}, failures={}, protected={}
            )


@dataclass(frozen=True, slots=True)
class _Names:
    """What a network and all in it are called."""

    subscription: str
    network: int

    def network_in(self, text: str) -> str:
        """Put the subscription's and the network's own names and addresses into what is copied."""
        text = text.replace(_FIRST, self.subscription).replace("n000", f"n{self.network:03}")
        return text.replace(_SPACE, f'"10.{self.network}.')

    def nsg(self, subnet: int) -> str:
        return self.network_in(_NSGS + str(subnet))


def _machine_in(text: str, subnet: int, host: int) -> str:
    return text.replace("s0-v000", f"s{subnet}-v{host:03}").replace('/subnets/s0"', f'/subnets/s{subnet}"')


def _put(world: World, text: str) -> str:
    document: Json = json.loads(text)
    world.resources[document["id"]] = document
    return str(document["id"])


def _spoil(world: World, nsg: str, number: int) -> Need:
    """Have an NSG deny, or have rules for nothing, by its number; tell what is wrong behind it."""
    denies, is_needless = number % _ONE_IN == _DENYING, number % _ONE_IN == _NEEDLESS
    for rule in [_DENY] * denies + _OURS * is_needless:
        add_rule(world, nsg, rule)
    return Need(MACHINES if denies else 1, 1, (nsg,) * denies, (nsg,) * is_needless)


def _make_prototype() -> _Prototype:
    world = World(subscriptions=(_FIRST,))
    add_resource_group(world, _GROUP)
    subnets = {f"s{number}": f"10.0.{number}.0/24" for number in range(SUBNETS)}
    network = add_network(world, _GROUP, "vnet-n000", ["10.0.0.0/16"], subnets=subnets)
    for number, name in enumerate(subnets):
        attach(world, add_security_group(world, _GROUP, f"nsg-n000-{number}", _USUAL), subnet_id(network, name))
    texts = tuple(map(json.dumps, world.resources.values()))
    vm = add_virtual_machine(world, _GROUP, "vm-n000-s0-v000", subnet=subnet_id(network, "s0"))
    extension = add_extension(world, vm, settings={"port": "6516", "salt": "salt"})
    machine, interface, installed = (
        json.dumps(world.resources[one]) for one in (vm, network_interface_of(world, vm), extension)
    )
    return _Prototype(texts, machine, interface, installed, world.machine(vm))
