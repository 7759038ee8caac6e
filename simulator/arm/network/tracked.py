"""What is the same of the network provider's top-level types: lists, GET, PUT, PATCH of tags, and DELETE."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.network import writes
from simulator.store import Json, Naming
from simulator.world import World


def _used_by_nobody(_: World, __: Json) -> None:
    """Stand in for a type that nothing refers to."""


@dataclass(frozen=True, slots=True)
class TrackedType:
    """A type by its collection's name.

    `store` checks a document, puts it into the world in a state, and raises ArmError 400; `release` raises it for
    what may not be deleted, and parts others from what may.
    """

    collection: str
    store: Callable[[World, str, Json, str], Json]
    view: Callable[[World, Json], Json]
    release: Callable[[World, Json], None] = _used_by_nobody

    def list(self, world: World, request: ArmRequest) -> Answer:
        """Answer the lists by group and by subscription."""
        return writes.listed(world, request, self.collection, partial(self.view, world))

    def get(self, world: World, request: ArmRequest) -> Answer:
        """Answer a GET of one."""
        return writes.with_etag(self.view(world, writes.find(world, request, self.collection, "name")))

    def put(self, world: World, request: ArmRequest) -> Answer:
        """Answer a PUT."""
        resource_id = writes.resource_id(world, request, self.collection, request.params["name"])
        existing = world.resources.get(resource_id)
        if existing:
            writes.refuse_if_busy(request, existing)
        stored = self.store(world, resource_id, request.document, writes.UPDATING)
        answer = Answer(200 if existing else 201, self.view(world, stored))
        return writes.begin(world, request, answer, stored["location"], lambda: writes.settle(stored))

    def patch(self, world: World, request: ArmRequest) -> Answer:
        """Answer a PATCH, which changes tags alone."""
        stored = writes.find(world, request, self.collection, "name")
        writes.change_tags(request, stored)
        return Answer(200, self.view(world, stored))

    def delete(self, world: World, request: ArmRequest) -> Answer:
        """Answer a DELETE: refused while it is used, 204 if it is not there."""
        stored = world.resources.get(writes.resource_id(world, request, self.collection, request.params["name"]))
        if stored is None:
            return Answer(204)
        self.release(world, stored)
        return writes.delete(world, request, stored["id"], stored["location"])


def referring(world: World, kind: str, field: str, resource: Json) -> list[Json]:
    """Give, as `[{id}]`, the resources of a type in the subscription whose property `field` refers to a resource."""
    users = world.resources.users_of(resource["id"], f"{writes.PROVIDER}/{kind}", _by(field))
    return [{"id": user["id"]} for user in users]


@cache
def _by(field: str) -> Naming:
    def named(resource: Json) -> Iterator[tuple[str, Json]]:
        reference = resource["properties"].get(field)
        if reference:
            yield reference["id"], resource

    return named
