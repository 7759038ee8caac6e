"""What is asked of a VM by POST besides its power: commands, reapplying, and what most VMs may not."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute.lookup import find_vm
from simulator.arm.compute.machine import Power
from simulator.arm.compute.work import prepare, start
from simulator.arm.errors import compute
from simulator.store import Json
from simulator.world import World

STREAMS = ("StdOut", "StdErr")


def generalize(world: World, request: ArmRequest) -> Answer:
    """Answer `generalize`, which is no long-running operation: a running VM is not."""
    vm = find_vm(world, request)
    machine = world.machine(vm["id"])
    if machine.power is Power.RUNNING:
        text = (
            f"Operation 'generalize' is not allowed on VM '{vm['name']}' since the VM is running. Please power off "
            "explicitly in case you shut down the VM from inside the guest operating system."
        )
        raise compute(409, "OperationNotAllowed", text)
    machine.generalized = True
    return Answer(200)


def reapply(world: World, request: ArmRequest) -> Answer:
    """Answer `reapply`, after which a VM is as it was."""
    find_vm(world, request)
    return start(world, request, Answer(202), world.power_seconds, lambda: None)


def run_command(world: World, request: ArmRequest) -> Answer:
    """Answer `runCommand`: what it printed is nothing, since no guest is simulated."""
    vm = find_vm(world, request)
    if world.machine(vm["id"]).power is not Power.RUNNING:
        raise compute(409, "OperationNotAllowed", "The operation requires the VM to be running (or set to run).")
    operation = prepare(world, request, lambda: None)
    operation.output = {"value": [_printed(stream) for stream in STREAMS]}
    return world.operations.begin(operation, Answer(202), world.power_seconds)


def simulate_eviction(world: World, request: ArmRequest) -> Answer:
    """Answer `simulateEviction`, which only spot VMs may."""
    vm = find_vm(world, request)
    if vm["properties"].get("priority") not in {"Spot", "Low"}:
        text = "Operation 'simulateEviction' is allowed only for Spot Virtual Machines"
        raise compute(409, "OperationNotAllowed", text)
    return Answer(204)


def perform_maintenance(world: World, request: ArmRequest) -> Answer:
    """Refuse `performMaintenance`, as for every subscription without planned maintenance."""
    name = find_vm(world, request)["name"]
    text = (
        f"Operation 'performMaintenance' is not allowed on VM '{name}' since the Subscription of this VM is not "
        "eligible."
    )
    raise compute(409, "OperationNotAllowed", text)


def reimage(world: World, request: ArmRequest) -> Answer:
    """Refuse `reimage`, as for every VM without automatic OS upgrades."""
    find_vm(world, request)
    text = (
        "The Reimage and OSUpgrade Virtual Machine actions require that the virtual machine has Automatic OS "
        "Upgrades enabled."
    )
    raise compute(409, "OperationNotAllowed", text)


def _printed(stream: str) -> Json:
    code = f"ComponentStatus/{stream}/succeeded"
    return {"code": code, "level": "Info", "displayStatus": "Provisioning succeeded", "message": ""}
