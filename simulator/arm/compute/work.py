"""Compute's long-running work."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.ids import top_level
from simulator.arm.operations import Completion, Operation
from simulator.world import World


def prepare(world: World, request: ArmRequest, complete: Completion) -> Operation:
    """Make an operation of Compute on the VM that the path names; it has not begun."""
    location = world.resources[top_level(request.path)]["location"]
    subscription = world.subscriptions[request.params["subscription"].lower()]
    return Operation(request, subscription, "Microsoft.Compute", location, world.clock.now(), complete)


def start(world: World, request: ArmRequest, answer: Answer, seconds: float, complete: Completion) -> Answer:
    """Begin work of `seconds` that ends with `complete`."""
    return world.operations.begin(prepare(world, request, complete), answer, seconds)
