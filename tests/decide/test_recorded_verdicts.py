"""General verdicts and their traces against what the real Azure answered, recording by recording."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from shared.decide.trace import IpFlow, trace_part, verify_ip_flow
from shared.decide.traffic import Attachment, TrafficAccess
from shared.decide.verdict import FlowVerdict, PacketFlow, decide_flow
from shared.model.estate import Access, Direction, NetworkSecurityGroup
from shared.model.resource_id import ResourceId
from tests.decide.estates import DEFAULT_RULES, NSG, SUBNET, estate
from tests.decide.test_recorded_traffic import HERE, RECORDINGS, behind, group_of, read

pytestmark = pytest.mark.skipif(not RECORDINGS.is_dir(), reason=f"no recordings of the real Azure at {RECORDINGS}")

FOLDERS = ("ip_flow_verify", "network_config_diagnostic", "effective_nsg", "security_group_view")
NO_CASES = {
    "009_sdk-net-2019_NetworkInterfaceEffectiveNetworkSecurityGroupTest": "Azure refused to tell: an old preview",
    "003_azure-cli-2021_test-network-watcher-vm": "the view has no network interface, and so no rule, in it",
}
BESIDE_INTERNET = ("10.0.0.0/16", "10.128.0.0/9", "192.168.0.0/16", "100.64.0.0/10", "168.63.129.16")
# Of the NSG of this one no rule was recorded; Azure's answer names one that every NSG has.
RULES_NOT_RECORDED = "005_azure-cli-2021_test-network-watcher-vm"


def tapes(folder: str) -> list[Any]:
    paths = sorted((RECORDINGS / folder).glob("*.json"))
    return [pytest.param(path, id=path.stem) for path in paths if path.stem not in NO_CASES]


def test_every_recording_is_a_case_or_has_a_reason_to_be_none() -> None:
    recorded = [path.stem for folder in FOLDERS for path in (RECORDINGS / folder).glob("*.json")]
    assert set(NO_CASES) <= set(recorded)
    assert len(recorded) == 15
    assert sum(len(tapes(folder)) for folder in FOLDERS) == len(recorded) - len(NO_CASES)


def viewed_groups(view: dict[str, Any]) -> list[tuple[NetworkSecurityGroup, NetworkSecurityGroup]]:
    """Give the NSG behind each network interface of a view, as configured and as in effect."""
    groups = []
    for interface in view["networkInterfaces"]:
        shown = interface["securityRuleAssociations"]
        associations = (shown.get(kind) or {} for kind in ("networkInterfaceAssociation", "subnetAssociation"))
        custom = [rule for one in associations for rule in one.get("securityRules", [])]
        configured = group_of(custom, shown["defaultSecurityRules"])
        groups.append((configured, group_of(shown["effectiveSecurityRules"], [])))
    return groups


@pytest.mark.parametrize("path", tapes("ip_flow_verify"))
def test_a_single_packet_is_answered_as_ip_flow_verify_answers_it(path: Path) -> None:
    tape = read(path)
    asked, answered = tape["sequence"][0]["request"]["body"], tape["result"]
    groups = viewed_groups(tape["security_group_view_same_tape"])
    assert bool(groups) != (path.stem == RULES_NOT_RECORDED)
    group = groups[0][0] if groups else NetworkSecurityGroup(NSG, "westus", (), DEFAULT_RULES)
    ports = (asked["localPort"],), (asked["remotePort"],)
    from_ports, to_ports = ports if asked["direction"] == "Outbound" else ports[::-1]
    flow = PacketFlow(
        Direction(asked["direction"]),
        (asked["localIPAddress"],),
        (asked["remoteIPAddress"],),
        (asked["protocol"],),
        to_ports,
        from_ports,
        SUBNET,
    )
    expected = IpFlow(Access(answered["access"]), answered["ruleName"])
    assert verify_ip_flow(decide_flow(behind(group), flow, HERE)) == expected


@pytest.mark.parametrize("path", tapes("network_config_diagnostic"))
def test_a_trace_is_what_the_configuration_diagnostic_answers(path: Path) -> None:
    for result in read(path)["result"]["results"]:
        asked, answered = result["profile"], result["networkSecurityGroupResult"]
        (evaluated,) = answered["evaluatedNetworkSecurityGroups"]
        at = Attachment(ResourceId(evaluated["networkSecurityGroupId"]), ResourceId(evaluated["appliedTo"]))
        group = NetworkSecurityGroup(at.group_id, "westus", (), DEFAULT_RULES)
        here = behind(group)
        flow = PacketFlow(
            Direction(asked["direction"]),
            (asked["destination"],),
            (asked["source"],),
            (asked["protocol"],),
            (asked["destinationPort"],),
            subnet_id=SUBNET,
        )
        verdict = decide_flow(here, flow, (at,))
        (part,) = verdict.parts
        assert azure_shaped(asdict(trace_part(here, verdict, part))) == answered


def azure_shaped(value: Any) -> Any:
    if isinstance(value, dict):
        return {camel(key): azure_shaped(item) for key, item in value.items()}
    return [azure_shaped(item) for item in value] if isinstance(value, tuple) else value


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


def told(verdict: FlowVerdict) -> list[Any]:
    """Say of all packets what becomes of them, and at which priority; the names of rules differ from view to view."""
    deciders = [(part, part.decider.rule) for part in verdict.parts if part.decider and part.decider.rule]
    assert len(deciders) == len(verdict.parts)
    return [(part.access, rule.priority, part.packets) for part, rule in deciders]


def effective_groups() -> list[Any]:
    return [
        pytest.param(group, id=f"{path.stem}-{number}")
        for path in sorted((RECORDINGS / "effective_nsg").glob("*.json"))
        for number, group in enumerate((read(path)["result"] or {}).get("value", []))
    ]


@pytest.mark.parametrize("recorded", effective_groups())
@pytest.mark.parametrize("direction", Direction)
def test_all_traffic_is_judged_by_tags_as_by_what_azure_expands_them_to(
    recorded: dict[str, Any], direction: Direction
) -> None:
    shown = recorded["effectiveSecurityRules"]
    expanded = [rule | expanded_sides(rule) for rule in shown]
    # Azure leaves out of Internet some ranges of its own too, which change from year to year.
    internet = next(rule["expandedDestinationAddressPrefix"] for rule in shown if "Internet" in rule["name"])
    flow = PacketFlow(direction, ("10.0.0.4",), (*internet, *BESIDE_INTERNET), subnet_id=SUBNET)
    by_tags = decide_flow(behind(group_of(shown, [])), flow, HERE)
    assert by_tags.access is TrafficAccess.PARTLY
    assert told(by_tags) == told(decide_flow(behind(group_of(expanded, [])), flow, HERE))


def expanded_sides(rule: dict[str, Any]) -> dict[str, Any]:
    sides = {side: rule.get(f"expanded{side.capitalize()}AddressPrefix") for side in ("source", "destination")}
    return {
        f"{side}AddressPrefix{end}": prefixes if end else None
        for side, prefixes in sides.items()
        if prefixes
        for end in ("", "es")
    }


def test_without_an_nsg_azure_has_no_effective_rules_and_everything_is_allowed() -> None:
    (path,) = (RECORDINGS / "effective_nsg").glob("007*.json")
    tape = read(path)
    (interface,) = tape["context"]["network_interfaces"]
    assert "networkSecurityGroup" not in interface["properties"]
    assert tape["result"]["value"] == []
    everything = PacketFlow(Direction.INBOUND, ("10.0.0.4",), ("*",), subnet_id=SUBNET)
    (part, *_) = decide_flow(estate(), everything, ()).parts
    assert (part.access, part.decider) == (Access.ALLOW, None)


@pytest.mark.parametrize("path", tapes("security_group_view"))
@pytest.mark.parametrize("direction", Direction)
def test_all_traffic_is_judged_by_the_rules_as_by_those_that_azure_shows_in_effect(
    path: Path, direction: Direction
) -> None:
    everything = PacketFlow(direction, ("10.0.0.4",), ("*",), ("Tcp", "Udp"), subnet_id=SUBNET)
    groups = viewed_groups(read(path)["result"])
    assert len(groups) == 1
    for configured, effective in groups:
        by_rules = decide_flow(behind(configured), everything, HERE)
        assert by_rules.access is TrafficAccess.PARTLY
        assert told(by_rules) == told(decide_flow(behind(effective), everything, HERE))
