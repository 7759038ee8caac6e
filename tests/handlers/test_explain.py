"""POST /api/explain: what the network does with a VM's traffic, and which rule says so."""

from typing import Any

import pytest

from handlers.explain import explain
from handlers.guard import Guard
from simulator.build import (
    Route,
    add_load_balancer,
    add_network,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    set_default_outbound_access,
    subnet_id,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site
from tests.handlers.requesting import PROBLEM, post

DENY_INTERNET = security_rule("DenyInternet", priority=200, destination="Internet")
TO_WAC = {"direction": "Outbound", "protocol": "Tcp", "remote": "WindowsAdminCenter", "port": 443}
VM = (
    "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg-web/providers"
    "/Microsoft.Compute/virtualMachines/web"
)


async def ask(guard: Guard, subject: str, **traffic: Any) -> list[dict[str, Any]]:
    answer, document = await post(explain, guard, subject=subject, **traffic)
    assert answer.status == 200, answer.body
    assert document["subject"] == subject
    flows: list[dict[str, Any]] = document["flows"]
    return flows


async def test_a_vm_alone_is_answered_with_the_flows_that_it_needs(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_INTERNET,), installed=True)
    flows = await ask(auditing, site.vm_id)
    address = flows[0]["flow"].split()[4]
    assert [(one["flow"], one["access"]) for one in flows] == [
        (f"Outbound TCP 443 from {address} to WindowsAdminCenter", "denied"),
        (f"Outbound TCP 443 from {address} to AzureActiveDirectory", "denied"),
        (f"Inbound TCP 6516 from VirtualNetwork to {address}", "allowed"),
    ]
    assert flows[0]["sentence"] == (
        f"Outbound TCP 443 from {address} to WindowsAdminCenter is denied by rule DenyInternet (priority 200) of nsg,"
        " on subnet default."
    )
    assert azure.world.requests.writes() == []


async def test_an_answer_has_the_shapes_of_ip_flow_verify_and_of_the_configuration_diagnostic(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_INTERNET, security_rule("Later", priority=300)))
    (flow,) = await ask(auditing, site.vm_id, **TO_WAC)
    assert flow["ip_flow"] == {"access": "Deny", "ruleName": "securityRules/DenyInternet"}
    assert flow["parts_left_out"] == 0
    (part,) = flow["parts"]
    assert (part["access"], part["rule"], part["priority"]) == ("Deny", "DenyInternet", 200)
    assert (part["protocols"], part["destination_ports"]) == (["Tcp"], {"shown": ["443"], "left_out": 0})
    (result,) = flow["results"]
    assert result["profile"] == {
        "direction": "Outbound",
        "protocol": "Tcp",
        "source": flow["flow"].split()[4],
        "destination": "WindowsAdminCenter",
        "destinationPort": "443",
    }
    matched = {
        f"{what}Matched": True for what in ("protocol", "source", "sourcePort", "destination", "destinationPort")
    }
    assert result["networkSecurityGroupResult"] == {
        "securityRuleAccessResult": "Deny",
        "evaluatedNetworkSecurityGroups": [
            {
                "networkSecurityGroupId": site.nsg_id,
                "appliedTo": f"{site.network_id}/subnets/default",
                "matchedRule": {"ruleName": "UserRule_DenyInternet", "action": "Deny"},
                "rulesEvaluationResult": [{"name": "UserRule_DenyInternet", **matched}],
            }
        ],
    }


async def test_both_nsgs_are_told_of_in_the_order_in_which_they_are_met(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_INTERNET,))
    on_interface = add_security_group(azure.world, "rg-web", "nic-nsg", (DENY_ALL_OUTBOUND,))
    attach(azure.world, on_interface, site.interface_id)
    (outbound,) = await ask(auditing, site.vm_id, **TO_WAC)
    (inbound,) = await ask(auditing, site.vm_id, direction="Inbound", remote="8.8.8.8", port=6516)
    groups = [
        [
            one["networkSecurityGroupId"]
            for one in result["networkSecurityGroupResult"]["evaluatedNetworkSecurityGroups"]
        ]
        for result in (*outbound["results"], *inbound["results"])
    ]
    assert groups == [[on_interface, site.nsg_id], [site.nsg_id, on_interface]]
    assert "DenyAllOutbound (priority 200) of nic-nsg, on network interface" in outbound["sentence"]


async def test_wide_traffic_is_answered_part_by_part_and_what_is_too_much_is_counted(
    azure: LocalAzure, auditing: Guard
) -> None:
    rules = [security_rule(f"Deny{n}", priority=100 + n, destination=f"8.{n}.0.0/16") for n in range(60)]
    site = build_site(azure.world, rules=rules)
    (flow,) = await ask(auditing, site.vm_id, direction="Outbound", protocol="*", remote="*")
    assert flow["access"] == "partly"
    assert len(flow["parts"]) == len(flow["results"]) == 50
    assert flow["parts_left_out"] > 70
    assert flow["ip_flow"] is None
    assert "And so on, by" in flow["sentence"]
    assert all(len(part["destinations"]["shown"]) <= 20 for part in flow["parts"])
    some = {part["rule"]: part["destinations"]["shown"] for part in flow["parts"]}
    assert some["Deny7"] == ["8.7.0.0/16"]


async def test_the_vms_own_port_counts_where_the_traffic_names_it(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(
        azure.world, rules=(security_rule("DenyLow", priority=100, source_port="1-1023", destination="*"),)
    )
    (low,) = await ask(auditing, site.vm_id, **TO_WAC, local_port=1023)
    (high,) = await ask(auditing, site.vm_id, **TO_WAC, local_port="1024-65535")
    (both,) = await ask(auditing, site.vm_id, **TO_WAC)
    assert [one["access"] for one in (low, high, both)] == ["denied", "allowed", "partly"]


async def test_a_standard_public_address_without_an_nsg_lets_nothing_in_from_outside(
    azure: LocalAzure, auditing: Guard
) -> None:
    add_resource_group(azure.world, "rg-bare")
    network = add_network(azure.world, "rg-bare", "vnet")
    public = add_public_address(azure.world, "rg-bare", "bare-ip")
    vm = add_virtual_machine(azure.world, "rg-bare", "bare", subnet=subnet_id(network), public_address=public)
    (office,) = await ask(auditing, vm, direction="Inbound", remote="203.0.114.0/24", port=6516)
    (anyone,) = await ask(auditing, vm, direction="Inbound", remote="*", port="*")
    (inside,) = await ask(auditing, vm, direction="Inbound", remote="VirtualNetwork", port=6516)
    (outbound,) = await ask(auditing, vm, **TO_WAC)
    assert [one["access"] for one in (office, anyone, inside, outbound)] == ["denied", "partly", "allowed", "allowed"]
    assert "public IP address bare-ip (Standard) lets nothing in from 203.0.114.0/24" in office["sentence"]
    assert office["ip_flow"] is None


async def test_a_route_that_drops_what_its_nsgs_let_out_is_told(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    routes = {"drop": Route("0.0.0.0/0", "None"), "shop": Route("20.33.0.0/16", "VirtualAppliance", "10.0.9.4")}
    add_route_table(azure.world, "rg-web", "routes", routes, subnets=[subnet_id(site.network_id)])
    (dropped,) = await ask(auditing, site.vm_id, **TO_WAC)
    assert dropped["access"] == "denied"
    assert dropped["sentence"].endswith(
        "to WindowsAdminCenter is dropped by route drop (0.0.0.0/0) of route table routes, on subnet default,"
        " whose next hop is None: give the services a longer prefix that leads out, or take that route away."
    )
    (partly,) = await ask(auditing, site.vm_id, direction="Outbound", remote="20.32.0.0/15", port=443)
    assert partly["access"] == "partly"
    (passed_on,) = await ask(auditing, site.vm_id, direction="Outbound", remote="20.33.1.0/24", port=443)
    assert passed_on["access"] == "allowed"
    assert "is sent by route shop (20.33.0.0/16) of route table routes" in passed_on["sentence"]
    (inside,) = await ask(auditing, site.vm_id, direction="Outbound", remote="10.0.0.9", port=443)
    assert (inside["access"], "dropped" in inside["sentence"]) == ("allowed", False)


async def test_a_private_subnet_without_a_way_out_is_told(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    set_default_outbound_access(azure.world, subnet_id(site.network_id), allowed=False)
    (flow,) = await ask(auditing, site.vm_id, direction="Outbound", remote="8.8.8.8", port=443)
    assert flow["access"] == "denied"
    assert "to 8.8.8.8 has no way out: subnet default is private" in flow["sentence"]


async def test_the_ways_in_from_the_internet_are_told_where_it_is_asked_about(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    people: dict[str, Any] = {"direction": "Inbound", "remote": "203.0.113.9"}
    (nothing,) = await ask(auditing, site.vm_id, **people, port=6516)
    assert nothing["sentence"].endswith(
        "But nothing is seen to lead in from the internet: web-nic has no public IP address, and no rule of a load"
        " balancer for port 6516."
    )
    address = add_public_address(azure.world, "rg-web", "lb-ip")
    members = {"wac": site.interface_id}
    add_load_balancer(
        azure.world, "rg-web", "lb", public_address=address, nat_rules={"wac": (50001, 6516)}, nat_members=members
    )
    (balanced,) = await ask(auditing, site.vm_id, **people, port=6516)
    assert balanced["sentence"].endswith(
        "From the internet it comes over inbound NAT rule wac of load balancer lb (port 50001)."
    )
    (elsewhere,) = await ask(auditing, site.vm_id, **people, port=3389)
    assert "But nothing is seen to lead in from the internet" in elsewhere["sentence"]
    (network,) = await ask(auditing, site.vm_id, direction="Inbound", remote="VirtualNetwork", port=6516)
    assert "internet" not in network["sentence"]


async def test_what_could_not_be_read_is_unknown_and_says_so(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, path="/networkSecurityGroups/"))
    (flow,) = await ask(auditing, site.vm_id, **TO_WAC)
    assert (flow["access"], flow["parts"], flow["results"]) == ("unknown", [], [])
    assert "nsg can't be read" in flow["sentence"]


async def test_where_service_tags_may_not_be_read_the_bundled_ones_are_named_with_their_day(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, rules=(security_rule("Some", priority=100, destination="20.0.0.0/8"),))
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, path="/serviceTags"))
    (flow,) = await ask(auditing, site.vm_id, **TO_WAC)
    assert flow["access"] == "unknown"
    assert "those bundled with the app are of 20" in flow["sentence"]
    assert "Denied by rule Some (priority 100) of nsg" in flow["sentence"]


async def test_a_vm_that_is_not_there_is_told(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    answer, problem = await post(explain, auditing, subject=f"{site.vm_id}x")
    assert (answer.status, problem["title"]) == (404, "There is no such VM")


async def test_azure_out_of_reach_is_told_with_when_to_ask_again(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED))
    answer, problem = await post(explain, auditing, subject=site.vm_id)
    assert (answer.status, problem["title"]) == (503, "Azure can't be read now")
    assert answer.headers["Retry-After"] == str(problem["retry_after_seconds"]) == "17"


async def test_a_subscription_that_is_not_watched_is_not_read(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(WAC_SUBSCRIPTIONS="99999999-2222-3333-4444-555555555555")
    answer, _ = await post(explain, guard, subject=VM)
    assert (answer.status, list(azure.world.requests)) == (403, [])


async def test_a_service_tag_that_azure_has_none_of_is_a_slip_not_a_doubt(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    answer, problem = await post(
        explain, auditing, subject=site.vm_id, direction="Outbound", remote="WindowsAdminCentre", port=443
    )
    assert (answer.status, problem["detail"]) == (400, "Azure has no service tag WindowsAdminCentre.")


NSG = VM.replace("Microsoft.Compute/virtualMachines/web", "Microsoft.Network/networkSecurityGroups/nsg")
BAD: dict[str, tuple[dict[str, Any], str]] = {
    "an NSG": ({"subject": NSG}, "traffic is a VM's: name a Microsoft.Compute/virtualMachines"),
    "a direction alone": ({"direction": "Inbound"}, "name both direction and remote, or neither"),
    "a remote alone": ({"remote": "8.8.8.8"}, "name both direction and remote, or neither"),
    "a port alone": ({"port": 443}, "name direction and remote as well"),
    "no direction": ({**TO_WAC, "direction": "Sideways"}, "direction: Input should be 'Inbound' or 'Outbound'"),
    "no protocol": ({**TO_WAC, "protocol": "Quic"}, "protocol: 'Quic' is no protocol; name one of Tcp, Udp"),
    "no remote": ({**TO_WAC, "remote": "10.0.0.0/99"}, "'10.0.0.0/99' is no address, prefix, service tag or *"),
    "no port": ({**TO_WAC, "port": "https"}, "'https' is no port; name one such as 443"),
    "port 0": ({**TO_WAC, "port": 0}, "0 is no port from 1 to 65535"),
    "a port too high": ({**TO_WAC, "port": 65536}, "'65536' is no range of ports from 0 to 65535"),
    "a port that is true": ({**TO_WAC, "port": True}, "port"),
    "ports of ICMP": ({**TO_WAC, "protocol": "Icmp"}, "Icmp has no ports"),
    "the VM's own port twice": (
        {**TO_WAC, "direction": "Inbound", "local_port": 1},
        "local_port is of outbound traffic; of inbound traffic, port is the VM's",
    ),
    "an unknown field": ({**TO_WAC, "ports": 443}, "ports: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
async def test_bad_input_is_told_with_examples_of_what_to_send(
    body: dict[str, Any], told: str, azure: LocalAzure, auditing: Guard
) -> None:
    answer, problem = await post(explain, auditing, **{"subject": VM, **body})
    assert (answer.status, answer.media_type) == (400, PROBLEM)
    assert told in problem["detail"]
    assert [set(one) for one in problem["example"]] == [{"subject"}, {"subject", *TO_WAC}]
    assert list(azure.world.requests) == []
