"""The texts for Bicep and Terraform, read back by a reader of their own."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shared.decide import bicep as bicep_module
from shared.decide import terraform as terraform_module
from shared.decide.bicep import bicep
from shared.decide.terraform import terraform
from shared.model.estate import Access, Direction, SecurityRule
from shared.model.plan import PutExtension, PutSecurityRule
from shared.model.resource_id import ResourceId
from tests.decide.actions import CLEAN_UP, DELETE_EXTENSION, DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.estates import GROUP, VM
from tests.decide.source_reader import Name, read_source, unquote

EVERY_KIND = (PUT_EXTENSION, REFRESH, DELETE_EXTENSION, PUT_RULE, DELETE_RULE, PATCH, CLEAN_UP)
SECURITY_GROUPS = tuple(
    ResourceId(f"{GROUP}/providers/Microsoft.Network/applicationSecurityGroups/{name}") for name in ("web", "jump")
)
ODD_TEXTS = st.text(st.characters(codec="utf-8") | st.sampled_from("$%{}'\"\\\n\r\t /*#")) | st.sampled_from(
    ["", "$${", "$$${a}", "%%%{ if }", "\\${x}", "'''", "${'${\"}", "\u2028", "\u202e", "\x00", "😀", "*/", "EOT"]
)
# An id holds nothing that would be something else in a URL.
ODD_NAMES = ODD_TEXTS.map(
    lambda text: "".join(one for one in text if one.isprintable() and one not in "/?#%\\")
).filter(lambda name: name not in {"", ".", ".."})
SETTINGS = st.dictionaries(
    ODD_TEXTS | st.sampled_from(["for", "null", "true", "type", "a b", "0"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ODD_TEXTS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(ODD_TEXTS, inner, max_size=3),
        max_leaves=6,
    ),
    max_size=4,
)
PREFIXES = st.lists(st.sampled_from(["10.1.0.4", "203.0.113.0/24", "Internet", "*", "2603:1000::/48"]), min_size=1)
PORTS = st.lists(st.sampled_from(["*", "443", "6516", "400-500"]), min_size=1)
RULES = st.builds(
    SecurityRule,
    name=st.just("PortForWAC"),
    priority=st.integers(100, 4096),
    direction=st.sampled_from(Direction),
    access=st.sampled_from(Access),
    protocol=st.sampled_from(["Tcp", "TCP", "udp", "ICMP", "Esp", "ah", "*"]),
    source_address_prefixes=PREFIXES.map(tuple),
    source_port_ranges=PORTS.map(tuple),
    destination_address_prefixes=PREFIXES.map(tuple),
    destination_port_ranges=PORTS.map(tuple),
    description=st.none() | ODD_TEXTS,
)


def with_settings(settings: dict[str, Any]) -> PutExtension:
    return replace(PUT_EXTENSION, desired=replace(PUT_EXTENSION.desired, settings=settings))


def renamed(action: PutSecurityRule, group: str, rule: str) -> PutSecurityRule:
    owner = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/{group}")
    return replace(action, id=owner.child("securityRules", rule))


def one_or_several(singular: str, plural: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {plural: list(values)} if len(values) > 1 else {singular: values[0]}


def body_in_bicep(action: PutExtension | PutSecurityRule) -> dict[str, Any]:
    _, child = read_source(bicep(action)).blocks
    return child.body


def body_in_terraform(action: PutExtension | PutSecurityRule) -> dict[str, Any]:
    (block,) = read_source(terraform(action)).blocks
    return block.body


def test_bicep_declares_an_extension_as_the_child_of_a_vm_that_is_there() -> None:
    parent, child = read_source(bicep(PUT_EXTENSION)).blocks
    assert parent.words == ("resource", "machine_vm_1", "Microsoft.Compute/virtualMachines@2024-07-01", "existing")
    assert parent.body == {"name": "vm-1"}
    assert child.words == (
        *("resource", "extension_vm_1_AdminCenter"),
        "Microsoft.Compute/virtualMachines/extensions@2024-07-01",
    )
    assert isinstance(child.body["parent"], Name)
    assert child.body == {
        "parent": "machine_vm_1",
        "name": "AdminCenter",
        "location": "westeurope",
        "properties": {
            "publisher": "Microsoft.AdminCenter",
            "type": "AdminCenter",
            "typeHandlerVersion": "0.0",
            "autoUpgradeMinorVersion": True,
            "settings": PUT_EXTENSION.desired.settings,
        },
    }


def test_bicep_declares_a_rule_as_the_child_of_an_nsg_that_is_there() -> None:
    parent, child = read_source(bicep(PUT_RULE)).blocks
    assert parent.words[1:] == ("group_nsg_web", "Microsoft.Network/networkSecurityGroups@2024-05-01", "existing")
    assert child.words[2] == "Microsoft.Network/networkSecurityGroups/securityRules@2024-05-01"
    assert child.body == {
        "parent": "group_nsg_web",
        "name": "PortForWAC",
        "properties": {
            "description": PUT_RULE.desired.description,
            "priority": 4096,
            "direction": "Inbound",
            "access": "Allow",
            "protocol": "Tcp",
            "sourceAddressPrefixes": ["203.0.113.0/24", "198.51.100.7"],
            "sourcePortRange": "*",
            "destinationAddressPrefixes": ["10.1.0.4", "10.1.0.5"],
            "destinationPortRange": "6516",
        },
    }


def test_terraform_declares_an_extension_with_its_settings_as_json() -> None:
    (block,) = read_source(terraform(PUT_EXTENSION)).blocks
    assert block.words == ("resource", "azurerm_virtual_machine_extension", "vm_1_AdminCenter")
    assert json.loads(block.body.pop("settings")) == PUT_EXTENSION.desired.settings
    assert block.body == {
        "name": "AdminCenter",
        "virtual_machine_id": str(VM),
        "publisher": "Microsoft.AdminCenter",
        "type": "AdminCenter",
        "type_handler_version": "0.0",
        "auto_upgrade_minor_version": True,
    }


def test_terraform_declares_a_rule_with_the_names_of_its_group_and_nsg() -> None:
    (block,) = read_source(terraform(PUT_RULE)).blocks
    assert block.words == ("resource", "azurerm_network_security_rule", "nsg_web_PortForWAC")
    assert block.body == {
        "name": "PortForWAC",
        "resource_group_name": "rg-app",
        "network_security_group_name": "nsg-web",
        "description": PUT_RULE.desired.description,
        "priority": 4096,
        "direction": "Inbound",
        "access": "Allow",
        "protocol": "Tcp",
        "source_address_prefixes": ["203.0.113.0/24", "198.51.100.7"],
        "source_port_range": "*",
        "destination_address_prefixes": ["10.1.0.4", "10.1.0.5"],
        "destination_port_range": "6516",
    }


def test_terraform_spells_the_fixed_parts_of_an_id_as_azurerm_wants_them() -> None:
    shouted = replace(PUT_EXTENSION, id=ResourceId(str(PUT_EXTENSION.id).upper()))
    expected = str(VM).replace("rg-app", "RG-APP").replace("vm-1", "VM-1")
    assert body_in_terraform(shouted)["virtual_machine_id"] == expected


def test_a_rule_that_names_security_groups_keeps_them_and_says_no_prefix_beside() -> None:
    rule = replace(
        PUT_RULE.desired,
        destination_address_prefixes=(),
        destination_application_security_group_ids=SECURITY_GROUPS,
    )
    action = replace(PUT_RULE, desired=rule)
    names = [str(one) for one in SECURITY_GROUPS]
    in_bicep, in_terraform = body_in_bicep(action)["properties"], body_in_terraform(action)
    assert in_bicep["destinationApplicationSecurityGroups"] == [{"id": name} for name in names]
    assert in_terraform["destination_application_security_group_ids"] == names
    assert not {"destinationAddressPrefix", "destinationAddressPrefixes"} & in_bicep.keys()
    assert not {"destination_address_prefix", "destination_address_prefixes"} & in_terraform.keys()


@given(RULES)
def test_any_rule_reads_back_with_the_singular_form_for_one_value_and_the_plural_for_several(
    rule: SecurityRule,
) -> None:
    action = replace(PUT_RULE, desired=rule)
    expected = {
        **({} if rule.description is None else {"description": rule.description}),
        "priority": rule.priority,
        "direction": rule.direction.value,
        "access": rule.access.value,
        "protocol": {"t": "Tcp", "u": "Udp", "i": "Icmp", "e": "Esp", "a": "Ah", "*": "*"}[rule.protocol[0].lower()],
    }
    assert body_in_bicep(action)["properties"] == {
        **expected,
        **one_or_several("sourceAddressPrefix", "sourceAddressPrefixes", rule.source_address_prefixes),
        **one_or_several("sourcePortRange", "sourcePortRanges", rule.source_port_ranges),
        **one_or_several("destinationAddressPrefix", "destinationAddressPrefixes", rule.destination_address_prefixes),
        **one_or_several("destinationPortRange", "destinationPortRanges", rule.destination_port_ranges),
    }
    assert body_in_terraform(action) == {
        "name": "PortForWAC",
        "resource_group_name": "rg-app",
        "network_security_group_name": "nsg-web",
        **expected,
        **one_or_several("source_address_prefix", "source_address_prefixes", rule.source_address_prefixes),
        **one_or_several("source_port_range", "source_port_ranges", rule.source_port_ranges),
        **one_or_several(
            "destination_address_prefix", "destination_address_prefixes", rule.destination_address_prefixes
        ),
        **one_or_several("destination_port_range", "destination_port_ranges", rule.destination_port_ranges),
    }


@given(ODD_TEXTS)
def test_any_text_reads_back_from_one_line_in_which_everything_shows(text: str) -> None:
    for quote in (bicep_module.quote, terraform_module.quote):
        literal = quote(text)
        assert unquote(literal) == text
        assert literal.isprintable()


@given(SETTINGS)
@example(
    {"port": 6516, "proxy": {"mode": "application", "address": "http://${proxy}:3128"}, "big": 2**70, "e": -1e300}
)
def test_any_settings_read_back(settings: dict[str, Any]) -> None:
    action = with_settings(settings)
    assert body_in_bicep(action)["properties"]["settings"] == settings
    assert json.loads(body_in_terraform(action)["settings"]) == settings


@given(ODD_NAMES, ODD_NAMES)
@example("az", "true")
@example("1st", "nsg_web' = {")
def test_names_of_any_characters_make_valid_identifiers_and_read_back(group: str, rule: str) -> None:
    action = renamed(PUT_RULE, group, rule)
    parent, child = read_source(bicep(action)).blocks
    (block,) = read_source(terraform(action)).blocks
    for symbol in (parent.words[1], child.words[1], block.words[2]):
        assert symbol.isidentifier()
        assert symbol.isascii()
    assert (parent.body["name"], child.body["name"], child.body["parent"]) == (group, rule, parent.words[1])
    assert (block.body["network_security_group_name"], block.body["name"]) == (group, rule)


def _run_terraform(words: list[str], given: str) -> str:
    command = [shutil.which("terraform") or "terraform", *words]
    return subprocess.run(command, input=given, capture_output=True, text=True, check=True, timeout=60).stdout


needs_terraform = pytest.mark.skipif(shutil.which("terraform") is None, reason="Terraform is not installed")


@needs_terraform
def test_terraform_fmt_would_change_nothing() -> None:
    settings = {"port": 1, "a b": [1, {"x": None, "long": [[1]]}], "for": {"e": {}, "ee": []}, "salt": "${x}"}
    several = "\n".join(terraform(one) for one in (*EVERY_KIND, with_settings(settings), with_settings({})))
    assert _run_terraform(["fmt", "-"], several) == several


@needs_terraform
def test_terraform_reads_odd_texts_as_they_are() -> None:
    texts = [
        "$${",
        "$$${a}",
        "%%%{ if }",
        "\\${x}",
        '"',
        "${'${\"}",
        "\u2028",
        "\u202e",
        "\x00",
        "😀",
        "a\r\n\tb",
        "$%",
    ]
    literals = ", ".join(map(terraform_module.quote, texts))
    answer = _run_terraform(["console"], f"jsonencode([{literals}])")
    assert json.loads(json.loads(answer)) == texts
