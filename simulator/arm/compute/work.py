"""Compute's long-running work."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.operations import Completion, Operation
from simulator.world import World


def prepare(world: World, request: ArmRequest, complete: Completion) -> Operation:
    """Make an operation of Compute on the VM that the path names; it has not begun."""
    location = world.resources[machine_path(request.path)]["location"]
    subscription = world.subscriptions[request.params["subscription"].lower()]
    return Operation(request, subscription, "Microsoft.Compute", location, world.clock.now(), complete)


def machine_path(path: str) -> str:
    """Cut a path off behind the VM's name."""
    return "/".join(path.split("/")[:9])


def start(world: World, request: ArmRequest, answer: Answer, seconds: float, complete: Completion) -> Answer:
    """Begin work of `seconds` that ends with `complete`."""
    return world.operations.begin(prepare(world, request, complete), answer, seconds)
