"""The lines that the app prints, typed: they do what the app would have done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from handlers.guard import Guard, make_guard
from shared.decide.command_lines import azure_cli
from shared.model.plan import DeleteExtension, DeleteSecurityRule, Outcome, Report
from shared.model.resource_id import ResourceId
from shared.settings import parse_settings
from simulator.build import (
    add_extension,
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.local import LocalAzure
from simulator.store import Json
from simulator.world import World
from tests.az.azure_cli import AzureCli
from tests.decide.estates import allow_out, extension
from tests.handlers.looking import look

pytestmark = pytest.mark.az

ENFORCE = {"WAC_EXTENSION_MODE": "enforce", "WAC_NETWORK_MODE": "enforce"}
OURS = "Managed by WAC Guard."


def _lone(world: World) -> str:
    """Put a running VM, always with the same vmId, into a network without any NSG."""
    add_resource_group(world, "rg-Own")
    subnet = subnet_id(add_network(world, "rg-Own", "vnet"))
    vm_id = add_virtual_machine(world, "rg-Own", "vm-1", subnet=subnet)
    world.resources[vm_id]["properties"]["vmId"] = "0f9c1f6b-7c8e-4e0b-9e0a-6d7d0a1b2c3d"
    return vm_id


def _with_namesake(world: World) -> str:
    vm_id = _lone(world)
    add_extension(world, vm_id, "AdminCenter", publisher="Contoso", type="Backup", type_handler_version="1.2")
    return vm_id


def _outdated(world: World) -> str:
    vm_id = _lone(world)
    proxy = {"mode": "application", "address": "http://proxy:3128"}
    settings = {"port": "6600", "salt": "terraform", "proxy": proxy}
    add_extension(world, vm_id, "wac-by-terraform", settings=settings, version="0.0.0.337")
    return vm_id


def _behind(*rules: Json) -> Callable[[World], str]:
    """Put two VMs behind an NSG with these rules; the NSG is the subject."""

    def build(world: World) -> str:
        vm_id = _lone(world)
        subnet = subnet_id(vm_id.split("/providers/")[0] + "/providers/Microsoft.Network/virtualNetworks/vnet")
        nsg = add_security_group(world, "rg-Own", "nsg-own", rules)
        attach(world, nsg, subnet)
        add_virtual_machine(world, "rg-Own", "vm-2", subnet=subnet)
        return nsg

    return build


DENY_OUT = security_rule("DenyAllOutbound", priority=200)
DENY_IN = security_rule("DenyAllInbound", priority=300, direction="Inbound")
AFTER_THE_DENY = security_rule(
    "PortForWACService",
    priority=201,
    access="Allow",
    protocol="Tcp",
    source=["10.0.0.0/24", "10.0.1.0/24"],
    destination="WindowsAdminCenter",
    destination_port=["443", "8443"],
    description=f"{OURS} Somebody moved it, and changed what it says.",
)
FROM_A_SECURITY_GROUP = security_rule(
    "PortForWAC",
    priority=299,
    direction="Inbound",
    access="Allow",
    protocol="*",
    source=[],
    destination_port="6516",
    description=f"{OURS} Somebody put an application security group into it.",
)
FROM_A_SECURITY_GROUP["properties"]["sourceApplicationSecurityGroups"] = [
    {"id": "/subscriptions/s/resourceGroups/rg-Own/providers/Microsoft.Network/applicationSecurityGroups/asg"}
]


@dataclass(frozen=True, slots=True)
class Case:
    """A world with a subject that the app would write to, and the commands that the app prints for it."""

    build: Callable[[World], str]
    commands: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)


SET, CREATE = "az vm extension set", "az network nsg rule create"
CASES = {
    "an install": Case(_lone, (SET,)),
    "an install on a port of its own": Case(_lone, (SET,), {"WAC_PORT": "6600"}),
    "an install beside an extension that has the usual name": Case(_with_namesake, (SET,)),
    "a refresh": Case(_outdated, ("az rest",), {"WAC_MINIMUM_EXTENSION_VERSION": "0.0.0.345"}),
    "rules for what goes out": Case(_behind(DENY_OUT), (CREATE, CREATE)),
    "rules for one source, several, and a service tag": Case(
        _behind(DENY_IN),
        (CREATE, CREATE),
        {"WAC_INBOUND_SOURCES": "203.0.113.0/24, 198.51.100.7, AzureCloud.westeurope"},
    ),
    "a rule of ours that somebody moved and changed": Case(_behind(DENY_OUT, AFTER_THE_DENY), (CREATE, CREATE)),
    "a rule of ours that somebody gave a security group": Case(
        _behind(DENY_IN, FROM_A_SECURITY_GROUP), (CREATE,), {"WAC_INBOUND_SOURCES": "203.0.113.0/24"}
    ),
}


@asynccontextmanager
async def _guard(azure: LocalAzure, settings: dict[str, str]) -> AsyncIterator[Guard]:
    guard = make_guard(parse_settings(azure.environment() | settings))
    try:
        yield guard
    finally:
        await guard.close()


async def _look(azure: LocalAzure, subject: str, settings: dict[str, str]) -> Report:
    async with _guard(azure, settings) as guard:
        report = await look(guard, subject)
    await azure.settle_for(azure.world.install_seconds)
    return report


def _written(world: World, report: Report) -> list[Json]:
    """Give what is at the ids of the actions, without what differs from write to write, and all that exists."""
    resources = [world.resources[result.action.id.text] for result in report.actions]
    kept = ("id", "name", "type", "location", "tags", "properties")
    return [{key: one.get(key) for key in kept} for one in resources] + [{"ids": sorted(world.resources)}]


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
async def test_a_printed_line_writes_exactly_what_the_app_writes_and_leaves_nothing_to_do(
    case: Case, az: AzureCli, azure: LocalAzure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in azure.environment().items():
        monkeypatch.setenv(name, text)
    azure.world.install_seconds = 0
    subject = case.build(azure.world)
    audited = await _look(azure, subject, case.settings)
    lines = [azure_cli(result.action) for result in audited.actions]
    assert tuple(line.split(" --")[0] for line in lines) == case.commands

    for line in lines:
        (await az(line)).succeeded()

    by_hand = _written(azure.world, audited)
    assert (await _look(azure, subject, case.settings)).actions == ()

    await azure.reset()
    scopes = {"WAC_ENFORCE_SCOPES": f"/subscriptions/{azure.world.subscription_id}"}
    enforced = await _look(azure, case.build(azure.world), case.settings | ENFORCE | scopes)
    assert {result.outcome for result in enforced.actions} == {Outcome.STARTED}
    assert _written(azure.world, enforced) == by_hand


async def test_a_printed_delete_takes_away_what_it_names_and_nothing_else(az: AzureCli, azure: LocalAzure) -> None:
    world = azure.world
    world.uninstall_seconds = 0
    nsg = _behind(security_rule("Ours", priority=100, access="Allow", description=OURS), DENY_OUT)(world)
    vm = ResourceId(nsg.split("/providers/")[0] + "/providers/Microsoft.Compute/virtualMachines/vm-1")
    add_extension(world, vm.text, "wac-by-terraform")
    add_extension(world, vm.text, "Backup", publisher="Contoso", type="Backup", type_handler_version="1.2")
    existing, before = extension("wac-by-terraform", vm), set(world.resources)
    actions = (
        DeleteExtension(existing.id, existing),
        DeleteSecurityRule(ResourceId(nsg).child("securityRules", "Ours"), allow_out("Ours", 100)),
    )

    for action in actions:
        (await az(azure_cli(action))).succeeded()

    gone = before - set(world.resources)
    assert {ResourceId(one) for one in gone} == {action.id for action in actions}
