"""Brings a world into the situation in which Network Watcher was asked about a VM."""

from __future__ import annotations

from typing import Any

from simulator.arm.ids import ArmId, same
from simulator.arm.network.virtual_networks import store_network
from simulator.arm.network.writes import SUCCEEDED
from simulator.world import World
from tests.simulator.recorded.recording import Exchange
from tests.simulator.recorded.showing import Showing
from tests.simulator.recorded.surroundings import Surroundings

type Json = dict[str, Any]


async def arrange_watched(
    world: World, asked: Exchange, context: Json, surroundings: Surroundings, showing: Showing
) -> None:
    """Make the watcher and the VM it is asked about, with the interfaces and groups that the recording kept."""
    surroundings.add(asked.path.rpartition("/")[0])
    target = ArmId.parse(asked.body["targetResourceId"])
    surroundings.group(target)
    world.resources[target.text] = {"id": target.text, "properties": {}}
    for group in context.get("network_security_groups", ()):
        await showing.show(group)
    for interface in _interfaces(asked, target, context.get("network_interfaces", [])):
        for configuration in interface["properties"]["ipConfigurations"]:
            configuration["properties"] |= {"privateIPAllocationMethod": "Static"}
            _make_network(world, surroundings, interface["location"], configuration["properties"])
        await showing.show(interface)


def _interfaces(asked: Exchange, target: ArmId, kept: list[Json]) -> list[Json]:
    """Give the target's interfaces, or one with the address that was asked about where none was kept."""
    attached = [one for one in kept if same(one["properties"].get("virtualMachine", {}).get("id", ""), target.text)]
    group = f"{target.group_id}/providers/Microsoft.Network"
    configuration = {
        "name": "main",
        "properties": {
            "privateIPAddress": asked.body.get("localIPAddress") or asked.body.get("sourceIPAddress"),
            "subnet": {"id": f"{group}/virtualNetworks/network/subnets/subnet"},
        },
    }
    made = {
        "id": f"{group}/networkInterfaces/nic",
        "location": "westeurope",
        "properties": {"ipConfigurations": [configuration], "virtualMachine": {"id": target.text}},
    }
    return attached or [made]


def _make_network(world: World, surroundings: Surroundings, location: str, configuration: Json) -> None:
    """Make the network of a configuration no wider than its subnet, so that the rest is outside."""
    subnet = ArmId.parse(configuration["subnet"]["id"])
    surroundings.group(subnet)
    space = f"{configuration['privateIPAddress'].rpartition('.')[0]}.0/24"
    properties = {
        "addressSpace": {"addressPrefixes": [space]},
        "subnets": [{"name": subnet.name, "properties": {"addressPrefix": space}}],
    }
    store_network(world, subnet.parent_id, {"location": location, "properties": properties}, SUCCEEDED)
