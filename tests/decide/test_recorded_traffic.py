"""The evaluator against decisions, effective rules and NSGs of the real Azure."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shared.decide.addresses import parse_prefix, parse_prefixes
from shared.decide.readings import read_tags
from shared.decide.rule_match import match_rule
from shared.decide.traffic import Attachment, Flow, decide_traffic, traffic_of
from shared.model.estate import Access, Direction, Estate, NetworkSecurityGroup, SecurityRule, VirtualNetwork
from tests.decide.estates import DEFAULT_RULES, NETWORK, NSG, SUBNET, estate
from tests.decide.naive import Connection, Surroundings, deciding_rule

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings" / "network"
pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings of the real Azure at {RECORDINGS}")

HERE = (Attachment(NSG, SUBNET),)
# The network in every tape, as Azure's own expansion of VirtualNetwork shows it where that is recorded.
NETWORK_PREFIX = "10.0.0.0/16"
REMOTES = (
    "8.8.8.8",
    "20.1.0.5",
    "10.0.3.4",
    "10.200.0.1",
    "168.63.129.16",
    "100.64.1.1",
    "169.254.169.254",
    "9.9.9.9",
)


def tapes(folder: str) -> list[Any]:
    return [pytest.param(path, id=path.stem) for path in sorted((RECORDINGS / folder).glob("*.json"))]


def read(path: Path) -> Any:
    return json.loads(path.read_text())


def behind(group: NetworkSecurityGroup) -> Estate:
    return estate(subnet_group=group, network=VirtualNetwork(NETWORK, (NETWORK_PREFIX,)), service_tags={})


def group_of(rules: list[dict[str, Any]], default_rules: list[dict[str, Any]]) -> NetworkSecurityGroup:
    return NetworkSecurityGroup(NSG, "eastus", tuple(map(rule_of, rules)), tuple(map(rule_of, default_rules)))


def rule_of(body: dict[str, Any]) -> SecurityRule:
    """Read a rule in any of the shapes in which Azure shows one."""
    shown = body.get("properties", body)

    def both(singular: str) -> tuple[str, ...]:
        several = shown.get(f"{singular}es" if singular.endswith("x") else f"{singular}s") or []
        return tuple(dict.fromkeys([*([shown[singular]] if shown.get(singular) else []), *several]))

    return SecurityRule(
        name=body["name"].split("/")[-1].removeprefix("DefaultRule_").removeprefix("UserRule_"),
        priority=shown["priority"],
        direction=Direction(shown["direction"].capitalize()),
        access=Access(shown["access"].capitalize()),
        protocol="*" if shown["protocol"] == "All" else shown["protocol"],
        source_address_prefixes=both("sourceAddressPrefix"),
        source_port_ranges=both("sourcePortRange"),
        destination_address_prefixes=both("destinationAddressPrefix"),
        destination_port_ranges=both("destinationPortRange"),
    )


@pytest.mark.parametrize("path", tapes("ip_flow_verify"))
def test_ip_flow_verify_and_the_evaluator_name_the_same_rule(path: Path) -> None:
    tape = read(path)
    asked, answered = tape["sequence"][0]["request"]["body"], tape["result"]
    view = [one["securityRuleAssociations"] for one in tape["security_group_view_same_tape"]["networkInterfaces"]]
    custom = [
        rule for one in view for rule in (one.get("networkInterfaceAssociation") or {}).get("securityRules", [])
    ]
    default = [rule for one in view for rule in one["defaultSecurityRules"]]
    group = group_of(custom, default) if default else NetworkSecurityGroup(NSG, "westus", (), DEFAULT_RULES)
    outbound = asked["direction"] == "Outbound"
    port = asked["remotePort"] if outbound else asked["localPort"]
    flow = Flow(
        Direction(asked["direction"]), asked["localIPAddress"], (asked["remoteIPAddress"],), int(port), SUBNET
    )
    (part,) = decide_traffic(behind(group), flow, HERE).parts
    assert part.rule is not None
    assert part.access == Access(answered["access"])
    assert part.rule.name == answered["ruleName"].split("/")[-1]


@pytest.mark.parametrize("path", tapes("network_config_diagnostic"))
def test_each_rule_matches_as_azures_own_trace_says(path: Path) -> None:
    tape = read(path)
    for result in tape["result"]["results"]:
        profile = result["profile"]
        flow = Flow(
            Direction(profile["direction"]),
            profile["destination"],
            (profile["source"],),
            int(profile["destinationPort"]),
            SUBNET,
        )
        here = behind(NetworkSecurityGroup(NSG, "westus", (), DEFAULT_RULES))
        # The trace is of an address outside the network: so VirtualNetwork does not hold it as a destination.
        traffic, readings = traffic_of(here, flow)
        readings = tuple(
            replace(one, virtual_network=one.virtual_network - parse_prefix(flow.local)) for one in readings
        )
        for traced in result["networkSecurityGroupResult"]["evaluatedNetworkSecurityGroups"]:
            rules = {one.name: one for one in DEFAULT_RULES}
            for step in traced["rulesEvaluationResult"]:
                rule = rules[step["name"].removeprefix("DefaultRule_")]
                matched = match_rule(rule, traffic, readings[0])
                assert matched.certain == matched.possible
                assert bool(matched.certain) == all(step[key] for key in step if key.endswith("Matched")), rule.name


def effective_groups() -> list[Any]:
    return [
        pytest.param(group, id=f"{path.stem}-{number}")
        for path in sorted((RECORDINGS / "effective_nsg").glob("*.json"))
        for number, group in enumerate((read(path)["result"] or {}).get("value", []))
    ]


@pytest.mark.parametrize("recorded", effective_groups())
def test_tags_stand_for_what_azure_expands_them_to(recorded: dict[str, Any]) -> None:
    local = parse_prefix("10.0.0.4")
    (reading,) = read_tags(behind(group_of([], [])), SUBNET, local)
    expanded = {
        tag: parse_prefixes(tuple(prefixes))
        for rule in recorded["effectiveSecurityRules"]
        for side in ("Source", "Destination")
        if (prefixes := rule.get(f"expanded{side}AddressPrefix"))
        for tag in [rule[f"{side.lower()}AddressPrefix"]]
    }
    assert reading.virtual_network - parse_prefixes(("10.1.0.0/24",)) == expanded["VirtualNetwork"]
    # Azure leaves out of Internet some ranges of its own too, which change from year to year; it adds none.
    assert reading.internet.covers(expanded["Internet"])


@pytest.mark.parametrize("recorded", effective_groups())
@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("port", [22, 443, 6516])
def test_effective_rules_decide_as_their_expansions_do(
    recorded: dict[str, Any], direction: Direction, port: int
) -> None:
    shown = recorded["effectiveSecurityRules"]
    group = group_of(shown, [])
    expanded = [rule_of(_expanded(rule)) for rule in shown]
    for remote in REMOTES:
        flow = Flow(direction, "10.0.0.4", (remote,), port, SUBNET)
        (part,) = decide_traffic(behind(group), flow, HERE).parts
        decider = deciding_rule(expanded, Connection(direction, "10.0.0.4", remote, port), Surroundings((), {}))
        assert decider is not None
        assert part.rule is not None
        assert (part.access, part.rule.priority) == (decider.access, decider.priority), remote


def _expanded(rule: dict[str, Any]) -> dict[str, Any]:
    sides: dict[str, Any] = {}
    for side in ("source", "destination"):
        prefixes = rule.get(f"expanded{side.capitalize()}AddressPrefix") or rule.get(f"{side}AddressPrefixes")
        sides |= {f"{side}AddressPrefixes": prefixes or [rule[f"{side}AddressPrefix"]], f"{side}AddressPrefix": None}
    return {**rule, **sides}


@pytest.mark.parametrize("path", tapes("nsg_get"))
@pytest.mark.parametrize("direction", Direction)
def test_real_nsgs_are_judged_as_one_connection_at_a_time_is(path: Path, direction: Direction) -> None:
    body = read(path)["response"]["body"]["properties"]
    group = group_of(body["securityRules"], body["defaultSecurityRules"])
    rules = (*group.security_rules, *group.default_security_rules)
    judged = 0
    for port in (22, 443, 3389, 6516):
        for remote in REMOTES:
            (part,) = decide_traffic(behind(group), Flow(direction, "10.0.0.4", (remote,), port, SUBNET), HERE).parts
            if part.access is None:
                continue
            judged += 1
            certain = [rule for rule in rules if rule not in [doubt.rule for doubt in part.doubts]]
            decider = deciding_rule(
                certain, Connection(direction, "10.0.0.4", remote, port), Surroundings((NETWORK_PREFIX,), {})
            )
            assert part.rule == decider
    assert judged > 0


def test_the_services_that_wac_needs_lie_in_what_azure_calls_internet() -> None:
    (path,) = (RECORDINGS / "service_tags").glob("*.json")
    tags = {
        tag["name"]: parse_prefixes(tuple(tag["properties"]["addressPrefixes"]))
        for tag in read(path)["response"]["body"]["values"]
    }
    (reading,) = read_tags(behind(group_of([], [])), SUBNET, parse_prefix("10.0.0.4"))
    assert reading.internet.covers(tags["AzureActiveDirectory"])
    assert reading.internet.covers(tags["AzureCloud"] & parse_prefix("0.0.0.0/0"))
