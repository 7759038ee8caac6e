"""`/resources`: a subscription's or a group's tracked resources of all types, with the filters that clients use."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import resource_group_not_found
from simulator.arm.ids import RESOURCE_GROUP_TYPE, group_id
from simulator.arm.paging import page
from simulator.arm.resources.filters import filtered
from simulator.arm.router import Route
from simulator.store import Json
from simulator.world import World

SHOWN = ("id", "name", "type", "kind", "managedBy", "sku", "location", "tags", "zones")


def _list(world: World, request: ArmRequest) -> Answer:
    scope = f"/subscriptions/{request.params['subscription']}"
    if "group" in request.params:
        scope = group_id(request.params["subscription"], request.params["group"])
        if scope not in world.resources:
            raise resource_group_not_found(request.params["group"])
    found = [
        _listed(resource, request)
        for key, resource in world.resources.items()
        if key.startswith(scope.lower() + "/") and _is_tracked(resource)
    ]
    return page(request, filtered(request, found), int(request.query.get("$top", world.page_size)))


def _is_tracked(resource: Json) -> bool:
    return "location" in resource and resource["type"] != RESOURCE_GROUP_TYPE


def _listed(resource: Json, request: ArmRequest) -> Json:
    """Give a resource as a list of all types has it: a child's name begins with its parent's."""
    names = resource["id"].split("/")[8::2]
    shown = {key: resource[key] for key in SHOWN if key in resource} | {"name": "/".join(names)}
    expanded = {"provisioningState": resource["properties"].get("provisioningState")}
    return shown | (expanded if request.expands("provisioningState") else {})


ROUTES = (
    Route("GET", "/subscriptions/{subscription}/resources", _list),
    Route("GET", "/subscriptions/{subscription}/resourceGroups/{group}/resources", _list),
)
