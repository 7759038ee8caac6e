"""What is explained against what the local Azure's Network Watcher, which decides its own way, says of the same."""

import itertools
from typing import Any

import pytest
from azure.mgmt.network.aio import NetworkManagementClient

from handlers.explain import explain
from handlers.guard import Guard
from shared.model.resource_id import ResourceId
from simulator.build import add_network_watcher, add_security_group, attach, security_rule
from simulator.local import LocalAzure
from simulator.store import Json
from tests.handlers.looking import Site, build_site
from tests.handlers.requesting import post

ON_SUBNET = (
    security_rule("Web", priority=110, direction="Inbound", access="Allow", protocol="Tcp", destination_port="443"),
    security_rule(
        "Office", priority=120, direction="Inbound", access="Allow", source=["203.0.113.0/24", "10.9.0.0/16"]
    ),
    security_rule("NoNetwork", priority=130, direction="Inbound", source="VirtualNetwork", destination_port="0-1023"),
    security_rule("Wac", priority=140, access="Allow", protocol="TCP", destination="windowsadmincenter"),
    security_rule("LowPorts", priority=150, protocol="Udp", source_port="1-1023"),
    security_rule(
        "Few", priority=160, access="Allow", destination=["8.8.8.8", "9.0.0.0/8"], destination_port=["53", "400-500"]
    ),
    security_rule("NoInternet", priority=170, destination="INTERNET"),
)
ON_INTERFACE = (
    security_rule("NoWeb", priority=100, direction="Inbound", source="203.0.113.128/25", destination_port="443"),
    security_rule("AllIn", priority=110, direction="Inbound", access="Allow"),
    security_rule("NoDns", priority=120, protocol="Udp", destination_port="53"),
)
REMOTES = (
    "203.0.113.9",
    "203.0.113.200",
    "10.0.0.77",
    "8.8.8.8",
    "9.1.1.1",
    "20.61.99.194",
    "192.168.7.7",
    "168.63.129.16",
)
PORTS = ((443, 50000), (53, 53), (6516, 1023))


@pytest.fixture
def site(azure: LocalAzure) -> Site:
    """A VM behind two NSGs, with a Network Watcher for its region."""
    site = build_site(azure.world, rules=ON_SUBNET)
    attach(azure.world, add_security_group(azure.world, "rg-web", "on-nic", ON_INTERFACE), site.interface_id)
    add_network_watcher(azure.world, "rg-web", "watcher")
    return site


def packets(direction: str) -> list[dict[str, Any]]:
    every = itertools.product(REMOTES, ("Tcp", "Udp"), PORTS)
    return [
        {"direction": direction, "protocol": protocol, "remote": remote, "port": port}
        | ({"local_port": source} if direction == "Outbound" else {})
        for remote, protocol, (port, source) in every
    ]


async def explained(guard: Guard, site: Site, packet: dict[str, Any]) -> Json:
    answer, document = await post(explain, guard, subject=site.vm_id, **packet)
    assert answer.status == 200, answer.body
    (flow,) = document["flows"]
    return dict(flow)


def asked_of_watcher(site: Site, packet: dict[str, Any], address: str) -> Any:
    near, far = (
        (packet.get("local_port", 50000), packet["port"]) if "local_port" in packet else (packet["port"], 50000)
    )
    return {
        "targetResourceId": site.vm_id,
        "direction": packet["direction"],
        "protocol": packet["protocol"],
        "localIPAddress": address,
        "localPort": str(near),
        "remoteIPAddress": packet["remote"],
        "remotePort": str(far),
    }


@pytest.mark.parametrize("direction", ["Inbound", "Outbound"])
async def test_every_packet_is_explained_as_ip_flow_verify_answers_it(
    direction: str, site: Site, auditing: Guard
) -> None:
    network: NetworkManagementClient = auditing.clients.network(ResourceId(site.vm_id).subscription_id)
    seen = set()
    for packet in packets(direction):
        flow = await explained(auditing, site, packet)
        address = flow["parts"][0]["sources" if direction == "Outbound" else "destinations"]["shown"][0]
        asked = asked_of_watcher(site, packet, address.removesuffix("/32"))
        poller = await network.network_watchers.begin_verify_ip_flow("rg-web", "watcher", asked, polling_interval=0)
        answer = await poller.result()
        assert flow["ip_flow"] == {"access": answer.access, "ruleName": answer.rule_name}, packet
        seen.add(answer.rule_name)
    assert len(seen) >= 4
