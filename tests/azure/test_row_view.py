"""Rows of Resource Graph are read as the SDKs' objects are: to the very same things."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.compute import models as compute
from azure.mgmt.network import models as network

from shared.azure.parse_compute import parse_virtual_machine
from shared.azure.parse_load_balancer import parse_load_balancer
from shared.azure.parse_network import (
    parse_network_interface,
    parse_network_security_group,
    parse_public_ip_address,
    parse_route_table,
    parse_virtual_network,
)
from shared.azure.row_view import RowView
from simulator.arm.resource_graph.rows import properties_of
from simulator.build import Route, add_network, add_resource_group, add_route_table, subnet_id
from simulator.estate.situations import SITUATIONS
from simulator.local import LocalAzure
from tests.azure.recordings import answers_of, needs_recordings, recordings

type Parse = tuple[Callable[[Any], Any], Callable[[Any], Any]]

PARSES: dict[str, Parse] = {
    "virtualmachines": (parse_virtual_machine, compute.VirtualMachine),
    "networkinterfaces": (parse_network_interface, network.NetworkInterface),
    "networksecuritygroups": (parse_network_security_group, network.NetworkSecurityGroup),
    "virtualnetworks": (parse_virtual_network, network.VirtualNetwork),
    "publicipaddresses": (parse_public_ip_address, network.PublicIPAddress),
    "routetables": (parse_route_table, network.RouteTable),
    "loadbalancers": (parse_load_balancer, network.LoadBalancer),
}
KINDS = ("compute/vm_get", "network/nsg_get", "network/nic_get", "network/public_ip_get", "network/vnet_subnet_get")


def kind_of(body: dict[str, Any]) -> Parse | None:
    words = str(body.get("id", "")).lower().split("/")
    return PARSES.get(words[-2]) if len(words) == 9 and "properties" in body else None


@needs_recordings
@pytest.mark.parametrize("recording", [one for kind in KINDS for one in recordings(kind)])
def test_a_recorded_resource_is_the_same_read_by_either_way(recording: Path) -> None:
    (answer,) = answers_of(recording)
    found = kind_of(answer.body)
    if found is None:
        return  # a subnet alone: as part of its network it is read below
    parse, sdk = found
    assert parse(RowView(answer.body)) == parse(sdk(answer.body))


async def test_every_resource_of_the_local_azure_is_the_same_read_by_either_way(azure: LocalAzure) -> None:
    world = azure.world
    for situation in SITUATIONS:
        situation.build(world)
    add_resource_group(world, "rg-more")
    subnet = subnet_id(add_network(world, "rg-more", "vnet-more"))
    add_route_table(
        world, "rg-more", "routes", {"out": Route("0.0.0.0/0", "VirtualAppliance", "10.0.0.9")}, subnets=[subnet]
    )
    seen = set()
    for resource in list(world.resources.values()):
        found = kind_of(resource)
        if found is not None:
            parse, sdk = found
            row = resource | {"properties": properties_of(world, resource["type"].lower(), resource)}
            assert parse(RowView(row)) == parse(sdk(row))
            seen.add(parse)
    assert seen == {parse for parse, _ in PARSES.values()}


def test_what_is_not_there_is_nothing_and_what_is_in_it_is_viewed_too() -> None:
    row = RowView(
        {"privateIPAddress": "10.0.0.4", "nextHopIpAddress": "10.0.0.5", "many": [{"id": "a"}], "none": None}
    )
    assert (row.private_ip_address, row.next_hop_ip_address) == ("10.0.0.4", "10.0.0.5")
    assert [one.id for one in row.many] == ["a"]
    assert (row.none, row.absent) == (None, None)
    assert dict(row)["many"] == [{"id": "a"}]
