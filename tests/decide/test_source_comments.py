"""What Bicep and Terraform texts say in comments: where they belong, and what code can't say."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.decide.bicep import bicep
from shared.decide.command_lines import azure_cli
from shared.decide.terraform import terraform
from shared.model.plan import Action
from tests.decide.actions import CLEAN_UP, DELETE_EXTENSION, DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.applications import WAC, settings
from tests.decide.estates import NSG, SUBSCRIPTION
from tests.decide.source_reader import read_source

REINSTALL = replace(DELETE_EXTENSION, to_reinstall=True)


def test_each_says_where_it_belongs() -> None:
    for action in (PUT_EXTENSION, PUT_RULE):
        assert f"scope: resourceGroup('{SUBSCRIPTION}', 'rg-app')" in read_source(bicep(action)).comments
        assert f'subscription_id = "{SUBSCRIPTION}"' in read_source(terraform(action)).comments[0]


def test_a_rule_warns_of_code_that_lists_the_rules_of_its_nsg() -> None:
    assert any("securityRules" in line for line in read_source(bicep(PUT_RULE)).comments)
    assert any("security_rule blocks" in line for line in read_source(terraform(PUT_RULE)).comments)


def test_terraform_tells_how_to_take_over_a_rule_that_is_there_and_of_no_import_else() -> None:
    there = replace(PUT_RULE, existing=PUT_RULE.desired)
    (line,) = [line for line in read_source(terraform(there)).comments if line.startswith("terraform import ")]
    address = "azurerm_network_security_rule.nsg_web_PortForWAC"
    assert shlex.split(line) == ["terraform", "import", address, str(NSG.child("securityRules", "PortForWAC"))]
    assert "import" not in terraform(PUT_RULE)


SAID_IN_BICEP: dict[str, tuple[Action, str]] = {
    "a refresh": (REFRESH, "forceUpdateTag: 'wac-guard-0.0.0.345'"),
    "a removal of an extension": (DELETE_EXTENSION, "Take 'vm-1/wac by Terraform' out of the templates."),
    "a reinstall": (REINSTALL, "'vm-1/wac by Terraform' is to be installed again: leave it in the templates."),
    "a removal of a rule": (DELETE_RULE, "Take 'nsg-web/PortForWAC' out of the templates."),
    "a patch of an application": (PATCH, f"'{WAC}/signin-oidc'"),
    "a clean-up of an application": (CLEAN_UP, "enableAccessTokenIssuance: false"),
    "an application that no template has": (
        PATCH,
        "Where none has it, don't declare it: its uniqueName is not known, so that a second one would be made. Run:",
    ),
}
SAID_IN_TERRAFORM: dict[str, tuple[Action, str]] = {
    "a refresh": (REFRESH, "azurerm_virtual_machine_extension has no form for this: its code stays. Run:"),
    "a removal of an extension": (
        DELETE_EXTENSION,
        'Take "vm-1/wac by Terraform" (azurerm_virtual_machine_extension) out of the code, '
        "and terraform apply deletes it.",
    ),
    "a reinstall": (REINSTALL, "terraform apply -replace=<its address>"),
    "a removal of a rule": (
        DELETE_RULE,
        'Take "nsg-web/PortForWAC" (azurerm_network_security_rule, or a security_rule of its NSG) out of the code, '
        "and terraform apply deletes it.",
    ),
    "a patch of an application": (PATCH, f'"{WAC}/signin-oidc",'),
    "a clean-up of an application": (CLEAN_UP, "access_token_issuance_enabled = false"),
    "an application in two blocks": (
        PATCH,
        "Where it has azuread_application_redirect_uris of type Web and of type SPA, set these lists in them instead,"
        " and apply",
    ),
}


@pytest.mark.parametrize(
    ("write", "action", "said"),
    [
        *(pytest.param(bicep, *case, id=f"{name} in Bicep") for name, case in SAID_IN_BICEP.items()),
        *(pytest.param(terraform, *case, id=f"{name} in Terraform") for name, case in SAID_IN_TERRAFORM.items()),
    ],
)
def test_what_neither_can_say_is_a_comment_with_the_azure_cli_line(
    write: Callable[[Action], str], action: Action, said: str
) -> None:
    source = read_source(write(action))
    assert source.blocks == []
    assert said in source.comments
    assert source.comments[-1] == azure_cli(action)


@pytest.mark.parametrize("write", [bicep, terraform])
def test_no_redirect_uri_ends_the_comment_that_it_is_in(write: Callable[[Action], str]) -> None:
    odd = ("https://a/\nresource x 'y' = {}", "https://b/\u2028*/", "${file('c')}'\"")
    action = replace(PATCH, desired=settings(odd, odd))
    assert all(line.startswith(("//", "#")) for line in write(action).splitlines())
    assert read_source(write(action)).comments[-1] == azure_cli(action)
