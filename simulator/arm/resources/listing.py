"""`/resources`: a subscription's or a group's tracked resources of all types, with the filters that clients use."""

from __future__ import annotations

import re
from collections.abc import Callable

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import gateway, resource_group_not_found
from simulator.arm.ids import RESOURCE_GROUP_TYPE, ArmId, group_id
from simulator.arm.paging import page
from simulator.arm.router import Route
from simulator.store import Json
from simulator.world import World

CONDITION = re.compile(r"^\s*(resourceType|resourceGroup|name|location|tagName|tagValue)\s+eq\s+'([^']*)'\s*$", re.I)
SHOWN = ("id", "name", "type", "kind", "managedBy", "sku", "location", "tags", "zones")
READS: dict[str, Callable[[Json], str]] = {
    "resourcetype": lambda resource: resource["type"],
    "resourcegroup": lambda resource: ArmId.parse(resource["id"]).resource_group,
    "name": lambda resource: resource["name"],
    "location": lambda resource: resource["location"],
}


def _list(world: World, request: ArmRequest) -> Answer:
    scope = f"/subscriptions/{request.params['subscription']}"
    if "group" in request.params:
        scope = group_id(request.params["subscription"], request.params["group"])
        if scope not in world.resources:
            raise resource_group_not_found(request.params["group"])
    conditions = _conditions(request.query.get("$filter", ""))
    found = [
        {key: resource[key] for key in SHOWN if key in resource}
        for key, resource in world.resources.items()
        if key.startswith(scope.lower() + "/") and _is_tracked(resource) and _meets(resource, conditions)
    ]
    return page(request, found, int(request.query.get("$top", world.page_size)))


def _is_tracked(resource: Json) -> bool:
    return "location" in resource and resource["type"] != RESOURCE_GROUP_TYPE


def _conditions(text: str) -> list[tuple[str, str]]:
    conditions = []
    for part in re.split(r"\s+and\s+", text) if text.strip() else ():
        match = CONDITION.match(part)
        if match is None:
            raise gateway(
                400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string."
            )
        conditions.append((match[1].lower(), match[2].lower()))
    return conditions


def _meets(resource: Json, conditions: list[tuple[str, str]]) -> bool:
    tags = {key.lower(): str(value).lower() for key, value in resource.get("tags", {}).items()}
    for name, wanted in conditions:
        if name == "tagname":
            met = wanted in tags
        elif name == "tagvalue":
            met = wanted in tags.values()
        else:
            met = READS[name](resource).lower() == wanted
        if not met:
            return False
    return True


ROUTES = (
    Route("GET", "/subscriptions/{subscription}/resources", _list),
    Route("GET", "/subscriptions/{subscription}/resourceGroups/{group}/resources", _list),
)
