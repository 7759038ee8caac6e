"""The Azure CLI lines that people are given to type."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace

from shared.decide.command_lines import azure_cli
from tests.decide.actions import CLEAN_UP, DELETE_EXTENSION, DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.applications import APP, CALLBACK, LOCALHOST, PAIR, settings
from tests.decide.estates import SUBSCRIPTION, VM


def options(line: str) -> tuple[list[str], dict[str, list[str]]]:
    """Split a line as a shell does, into the command's words and each option's values."""
    command: list[str] = []
    found: dict[str, list[str]] = {}
    values = command
    for word in shlex.split(line):
        if word.startswith("--"):
            values = found.setdefault(word, [])
        else:
            values.append(word)
    return command, found


def test_an_install_is_az_vm_extension_set_with_all_that_is_sent() -> None:
    command, given = options(azure_cli(PUT_EXTENSION))
    settings = given.pop("--settings")
    assert command == ["az", "vm", "extension", "set"]
    assert given == {
        "--subscription": [SUBSCRIPTION],
        "--resource-group": ["rg-app"],
        "--vm-name": ["vm-1"],
        "--extension-instance-name": ["AdminCenter"],
        "--publisher": ["Microsoft.AdminCenter"],
        "--name": ["AdminCenter"],
        "--version": ["0.0"],
    }
    assert json.loads(settings[0]) == PUT_EXTENSION.desired.settings


def test_an_install_without_upgrades_says_so() -> None:
    action = replace(PUT_EXTENSION, desired=replace(PUT_EXTENSION.desired, auto_upgrade_minor_version=False))
    assert options(azure_cli(action))[1]["--no-auto-upgrade-minor-version"] == ["true"]


def test_a_refresh_patches_the_tag_alone_so_that_settings_stay() -> None:
    command, given = options(azure_cli(REFRESH))
    assert command == ["az", "rest"]
    assert given["--method"] == ["patch"]
    assert given["--url"][0].startswith(f"{VM}/extensions/AdminCenter?api-version=20")
    assert json.loads(given["--body"][0]) == {"properties": {"forceUpdateTag": "wac-guard-0.0.0.345"}}


def test_a_rule_is_created_with_all_that_is_sent() -> None:
    command, given = options(azure_cli(PUT_RULE))
    assert command == ["az", "network", "nsg", "rule", "create"]
    assert given == {
        "--subscription": [SUBSCRIPTION],
        "--resource-group": ["rg-app"],
        "--nsg-name": ["nsg-web"],
        "--name": ["PortForWAC"],
        "--priority": ["4096"],
        "--direction": ["Inbound"],
        "--access": ["Allow"],
        "--protocol": ["Tcp"],
        "--source-address-prefixes": ["203.0.113.0/24", "198.51.100.7"],
        "--source-port-ranges": ["*"],
        "--destination-address-prefixes": ["10.1.0.4", "10.1.0.5"],
        "--destination-port-ranges": ["6516"],
        "--description": [PUT_RULE.desired.description],
    }


def test_a_rule_of_ours_is_replaced_whole_so_that_nothing_of_it_that_somebody_changed_stays() -> None:
    assert azure_cli(replace(PUT_RULE, existing=PUT_RULE.desired)) == azure_cli(PUT_RULE)


def test_an_extension_is_deleted_by_the_name_that_it_has() -> None:
    command, given = options(azure_cli(DELETE_EXTENSION))
    assert command == ["az", "vm", "extension", "delete"]
    assert given == {
        "--subscription": [SUBSCRIPTION],
        "--resource-group": ["rg-app"],
        "--vm-name": ["vm-1"],
        "--name": ["wac by Terraform"],
    }


def test_a_rule_is_deleted_by_its_name() -> None:
    command, given = options(azure_cli(DELETE_RULE))
    assert command == ["az", "network", "nsg", "rule", "delete"]
    assert given == {
        "--subscription": [SUBSCRIPTION],
        "--resource-group": ["rg-app"],
        "--nsg-name": ["nsg-web"],
        "--name": ["PortForWAC"],
    }


def test_an_application_is_patched_by_rest_with_both_platforms_at_once() -> None:
    command, given = options(azure_cli(PATCH))
    assert command == ["az", "rest"]
    assert given["--method"] == ["patch"]
    assert given["--url"] == [f"https://graph.microsoft.com/v1.0/applications/{APP.name}"]
    assert json.loads(given["--body"][0]) == {
        "web": {"redirectUris": [LOCALHOST, CALLBACK]},
        "spa": {"redirectUris": list(PAIR)},
    }


def test_the_implicit_grant_is_in_the_line_where_it_changes_and_of_it_only_what_does() -> None:
    (body,) = options(azure_cli(CLEAN_UP))[1]["--body"]
    assert json.loads(body) == {
        "web": {"redirectUris": [], "implicitGrantSettings": {"enableAccessTokenIssuance": False}},
        "spa": {"redirectUris": list(PAIR)},
    }


def test_a_line_is_one_line_and_a_shell_expands_nothing_in_it() -> None:
    odd = replace(PATCH, desired=settings(("https://a/$(x)'`", "https://b/\n\u202e"), ()))
    for action in (PUT_EXTENSION, REFRESH, DELETE_EXTENSION, PUT_RULE, DELETE_RULE, PATCH, CLEAN_UP, odd):
        line = azure_cli(action)
        assert "\n" not in line
        assert shlex.join(shlex.split(line)) == line
    assert "--source-port-ranges '*'" in azure_cli(PUT_RULE)
