"""Start, power off, deallocate, restart."""

from __future__ import annotations

from collections.abc import Callable

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute import installs
from simulator.arm.compute.lookup import find_vm
from simulator.arm.compute.machine import Machine, Power
from simulator.arm.compute.work import start as start_work
from simulator.world import World


def start(world: World, request: ArmRequest) -> Answer:
    """Answer `start`: the agent is ready some time later, and installs that had failed are tried again."""
    return _run(world, request, Power.STARTING)


def restart(world: World, request: ArmRequest) -> Answer:
    """Answer `restart`."""
    return _run(world, request, Power.RUNNING)


def power_off(world: World, request: ArmRequest) -> Answer:
    """Answer `powerOff`: the VM stays allocated."""
    return _stop(world, request, Power.STOPPING, Power.STOPPED)


def deallocate(world: World, request: ArmRequest) -> Answer:
    """Answer `deallocate`."""
    return _stop(world, request, Power.DEALLOCATING, Power.DEALLOCATED)


def redeploy(world: World, request: ArmRequest) -> Answer:
    """Answer `redeploy`, which restarts the VM elsewhere."""
    return _run(world, request, Power.RUNNING)


def _run(world: World, request: ArmRequest, meanwhile: Power) -> Answer:
    machine = world.machine(find_vm(world, request)["id"])
    was_running = machine.power is Power.RUNNING and meanwhile is Power.STARTING
    if not was_running:
        machine.power = meanwhile

    def finish() -> None:
        if not was_running:
            machine.boot(world.clock.now(), world.agent_seconds)
            machine.since = world.clock.now()
            installs.retry_failed(world, machine)

    return _work(world, request, finish)


def _stop(world: World, request: ArmRequest, meanwhile: Power, at_last: Power) -> Answer:
    machine = world.machine(find_vm(world, request)["id"])
    machine.power = meanwhile
    installs.interrupt_all(world, machine)

    def finish() -> None:
        stop(machine, at_last)
        machine.since = world.clock.now()

    return _work(world, request, finish)


def stop(machine: Machine, power: Power) -> None:
    """Let a machine be off: nothing is known of its agent and its extensions any more."""
    machine.power = power
    machine.agent_ready_at = None


def _work(world: World, request: ArmRequest, finish: Callable[[], None]) -> Answer:
    return start_work(world, request, Answer(202), world.power_seconds, finish)
