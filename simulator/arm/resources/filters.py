"""`$filter` as Resource Manager's own lists take it: conditions with `eq`, joined by `and`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from simulator.arm.answers import ArmRequest
from simulator.arm.errors import gateway
from simulator.arm.ids import ArmId
from simulator.store import Json

CONDITION = re.compile(r"^\s*(resourceType|resourceGroup|name|location|tagName|tagValue)\s+eq\s+'([^']*)'\s*$", re.I)
READS: dict[str, Callable[[Json], str]] = {
    "resourcetype": lambda resource: resource["type"],
    "resourcegroup": lambda resource: ArmId.parse(resource["id"]).resource_group,
    "name": lambda resource: resource["name"],
    "location": lambda resource: resource["location"],
}


def filtered(request: ArmRequest, resources: Iterable[Json]) -> list[Json]:
    """Give what meets the request's filter; raises ArmError 400 for what is no such filter."""
    conditions = _conditions(request.query.get("$filter", ""))
    return [resource for resource in resources if _meets(resource, conditions)]


def _conditions(text: str) -> dict[str, str]:
    conditions = {}
    for part in re.split(r"\s+and\s+", text) if text.strip() else ():
        match = CONDITION.match(part)
        if match is None:
            raise gateway(
                400, "InvalidFilterInQueryString", f"Invalid $filter '{text}' specified in the query string."
            )
        conditions[match[1].lower()] = match[2].lower()
    return conditions


def _meets(resource: Json, conditions: dict[str, str]) -> bool:
    tags = {key.lower(): str(value).lower() for key, value in resource.get("tags", {}).items()}
    name, value = conditions.get("tagname"), conditions.get("tagvalue")
    tagged = any(name in (None, key) and value in (None, text) for key, text in tags.items())
    return (tagged or (name is None and value is None)) and all(
        READS[condition](resource).lower() == wanted for condition, wanted in conditions.items() if condition in READS
    )
