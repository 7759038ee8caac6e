"""Brings a world into the situation in which Resource Graph was asked: all that its answer shows is there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from simulator.arm.ids import ArmId
from simulator.arm.network.interfaces import INTERFACE_TYPE
from simulator.store import Json
from simulator.world import World
from tests.simulator.recorded.recording import Exchange
from tests.simulator.recorded.showing import Showing


async def arrange_queried(world: World, asked: Exchange, showing: Showing) -> None:
    """Put the resources of the recorded rows into the world: straight, if they are of types that it doesn't serve."""
    for row in _rows(asked.answer):
        resource = ArmId.parse(row["id"])
        if resource.type == INTERFACE_TYPE:
            await showing.show({"location": "westeurope"} | row)
        else:
            shown = {key: row[key] for key in ("id", "location", "tags", "properties") if key in row}
            world.resources[resource.text] = {"name": resource.name, "properties": {}} | shown
    _put_last(world, but={row["id"].lower() for row in _rows(asked.answer)})


def _put_last(world: World, but: set[str]) -> None:
    """Let what others need come last: the recorded rows are the first ones, where no order is asked for."""
    for key in [key for key in world.resources if key not in but]:
        world.resources[key] = world.resources.pop(key)


def _rows(answer: Any) -> Iterator[Json]:
    data = answer.get("data", []) if isinstance(answer, dict) else []
    if isinstance(data, list):
        yield from data
        return
    names = [column["name"] for column in data["columns"]]
    for row in data["rows"]:
        yield dict(zip(names, row, strict=True))
