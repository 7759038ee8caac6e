"""The story: what people do to a subscription in one morning, and how each thing should end."""

from __future__ import annotations

from datetime import datetime, time

from simulator.build import network_interface_of
from simulator.clock import START as BEGIN
from simulator.demo.cases import OTHERS, Case, build_cases, build_registrations
from simulator.demo.pace import CREATION, SLOW_AGENT, set_pace
from simulator.demo.stage import Stage
from simulator.estate.situations import COMPLIANT, SERVER_2025, Expected

END = datetime.combine(BEGIN, time(12), BEGIN.tzinfo)
GROUP, NSG = "rg-server-2022", "nsg-server-2022"
GONE = Expected("NOT_APPLICABLE", ("GONE",))


async def play(stage: Stage) -> None:
    """Play the whole morning."""
    for act in (
        estate_is_found,
        virtual_machine_is_created,
        sleeper_is_started,
        all_outbound_is_denied,
        our_rule_is_deleted,
        virtual_machine_is_gone_too_soon,
        registrations_are_audited,
        nothing_happens,
    ):
        await act(stage)


async def estate_is_found(stage: Stage) -> None:
    """Have every everyday situation there, and an event for each."""
    world = stage.azure.world
    stage.cases = build_cases(world)
    set_pace(world, stage.cases)
    stage.people_have_changed()
    stage.act(
        "The estate",
        f"{len(stage.cases)} VMs, one of every everyday situation, and an event for each. An install takes 3 to 10"
        f" minutes; the VM agent of slow-agent needs {SLOW_AGENT.seconds // 60}.",
    )
    await stage.until(8, 25)


async def virtual_machine_is_created(stage: Stage) -> None:
    """Create a VM where others are."""
    stage.act("A VM is created", "Somebody creates web-1 next to server-2022: its NIC, then the VM.")
    vm_id = await stage.customer.create_virtual_machine(GROUP, "web-1", _subnet(stage), SERVER_2025)
    stage.cases["web-1"] = Case("web-1", "Created during the morning", vm_id, COMPLIANT, installs=1)
    await stage.until(8, 45)


async def sleeper_is_started(stage: Stage) -> None:
    """Start the deallocated VM."""
    stage.act("A VM is started", "Somebody starts asleep, which was deallocated all night.")
    await stage.customer.start("rg-asleep", "asleep")
    asleep = stage.cases["asleep"]
    asleep.vm, asleep.installs, asleep.story = COMPLIANT, 1, "Was deallocated until somebody started it"
    await stage.until(9, 15)


async def all_outbound_is_denied(stage: Stage) -> None:
    """Put a general deny into an NSG with two VMs behind it."""
    stage.act(
        "All outbound traffic is denied",
        f"Somebody puts DenyAllOutbound, priority 200, into {NSG}; server-2022 and web-1 are behind it.",
        explaining=True,
    )
    await stage.customer.deny_all_outbound(GROUP, NSG)
    stage.people_have_changed()
    stage.cases["server-2022"].rules = {"PortForAADService": 198, "PortForWACService": 199}
    await stage.until(9, 45)


async def our_rule_is_deleted(stage: Stage) -> None:
    """Delete a rule that the app has put."""
    stage.act("Our rule is deleted", f"Somebody deletes PortForWACService from {NSG}.", explaining=True)
    await stage.customer.delete_rule(GROUP, NSG, "PortForWACService")
    await stage.until(10, 15)


async def virtual_machine_is_gone_too_soon(stage: Stage) -> None:
    """Create a VM, and delete it while its Check waits in the queue."""
    stage.act(
        "A VM is gone too soon",
        "Somebody creates short-lived, and deletes it before its event is looked at.",
        explaining=True,
    )
    vm_id = await stage.customer.create_virtual_machine(GROUP, "short-lived", _subnet(stage), SERVER_2025)
    await stage.passing_unchecked(CREATION)
    await stage.customer.delete_virtual_machine(GROUP, "short-lived")
    await stage.passing_unchecked(CREATION)
    stage.cases["short-lived"] = Case("short-lived", "Deleted between its event and its check", vm_id, GONE)
    await stage.until(10, 45)


async def registrations_are_audited(stage: Stage) -> None:
    """Have the timer of the audit come, and the moves settle."""
    stage.registrations = build_registrations(stage.azure.world)
    stage.act(
        "App registrations are audited",
        f"The daily timer comes. The tenant has {OTHERS + len(stage.registrations)} app registrations, three of"
        " them of Windows Admin Center gateways.",
        explaining=True,
    )
    await stage.run_timer("redirects_timer")
    await stage.until(11, 15)


async def nothing_happens(stage: Stage) -> None:
    """Let more than an hour pass."""
    stage.act("Nothing happens", "Nobody does anything until noon, and neither should the app.")
    stage.quiet_since = stage.now
    await stage.until(12, 0)


def _subnet(stage: Stage) -> str:
    world = stage.azure.world
    interface = world.resources[network_interface_of(world, stage.cases["server-2022"].vm_id)]
    return str(interface["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"])
