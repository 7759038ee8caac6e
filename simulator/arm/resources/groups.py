"""Resource groups."""

from __future__ import annotations

import base64
import json

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.api_versions import RESOURCE_GROUPS, shown_to
from simulator.arm.errors import gateway, resource_group_not_found
from simulator.arm.ids import RESOURCE_GROUP_TYPE, group_id
from simulator.arm.locations import location_of, plain
from simulator.arm.resources.filters import filtered
from simulator.arm.router import Route
from simulator.store import Json
from simulator.world import World

DELETION_WAIT = 15
JOB = "RESOURCEGROUPDELETIONJOB-"
HYPHEN = ":2D"


def stored(world: World, request: ArmRequest) -> Json:
    """Give the group that the path names; raises ArmError 404."""
    name = request.params["group"]
    found = world.resources.get(group_id(request.params["subscription"], name))
    if found is None:
        raise resource_group_not_found(name)
    return found


def new_group(subscription_id: str, name: str, location: str, managed_by: str | None, tags: Json | None) -> Json:
    """Make a group's JSON as Azure stores it."""
    body: Json = {
        "id": group_id(subscription_id, name),
        "name": name,
        "type": RESOURCE_GROUP_TYPE,
        "location": plain(location),
    }
    if managed_by:
        body["managedBy"] = managed_by
    if tags is not None:
        body["tags"] = dict(tags)
    return body | {"properties": {"provisioningState": "Succeeded"}}


def _list(world: World, request: ArmRequest) -> Answer:
    groups = world.resources.of_type(request.params["subscription"], RESOURCE_GROUP_TYPE)
    return _show(request, 200, {"value": filtered(request, groups)})


def _get(world: World, request: ArmRequest) -> Answer:
    return _show(request, 200, stored(world, request))


def _head(world: World, request: ArmRequest) -> Answer:
    exists = group_id(request.params["subscription"], request.params["group"]) in world.resources
    return Answer(204 if exists else 404)


def _put(world: World, request: ArmRequest) -> Answer:
    subscription, name = request.params["subscription"], request.params["group"]
    document = request.document
    existing = world.resources.get(group_id(subscription, name))
    group = new_group(
        world.subscriptions[subscription.lower()],
        existing["name"] if existing else name,
        location_of(document),
        document.get("managedBy"),
        document.get("tags"),
    )
    if existing and existing["location"] != group["location"]:
        text = (
            f"Invalid resource group location '{group['location']}'. "
            f"The Resource group already exists in location '{existing['location']}'."
        )
        raise gateway(409, "InvalidResourceGroupLocation", text)
    world.resources[group["id"]] = group
    return _show(request, 200 if existing else 201, group)


def _patch(world: World, request: ArmRequest) -> Answer:
    group = stored(world, request)
    group |= {key: request.document[key] for key in ("tags", "managedBy") if key in request.document}
    return _show(request, 200, group)


def _show(request: ArmRequest, status: int, body: Json) -> Answer:
    return Answer(status, shown_to(request.api_version, body, RESOURCE_GROUPS))


def _delete(world: World, request: ArmRequest) -> Answer:
    group = stored(world, request)
    group["properties"]["provisioningState"] = "Deleting"

    def remove() -> None:
        for key in [*world.resources.below(group["id"]), group["id"]]:
            world.resources.pop(key, None)
            world.machines.pop(key.lower(), None)
        world.restrictions.remove_below(group["id"])
        world.event_grid.report(request, succeeded=True)

    if world.group_seconds > 0:
        world.clock.call_later(world.group_seconds, remove)
    else:
        remove()
    return Answer(202, None, _deletion_headers(world, request, group["name"]), starts_operation=True)


def _deletion_result(world: World, request: ArmRequest) -> Answer:
    name = _name_of(request.params["job"])
    gone = group_id(request.params["subscription"], name) not in world.resources
    return Answer(200) if gone else Answer(202, None, _deletion_headers(world, request, name))


def _deletion_headers(world: World, request: ArmRequest, name: str) -> dict[str, str]:
    path = f"/subscriptions/{request.params['subscription']}/operationresults/{_job_of(name)}"
    location = {"Location": f"{request.base_url}{path}?api-version={request.api_version}"}
    return location | world.operations.wait_header(DELETION_WAIT)


def _job_of(name: str) -> str:
    """Give the job that deletes a group as a URL names it: a JSON document, base64 without padding."""
    job = {"jobId": f"{JOB}{name.upper().replace('-', HYPHEN)}-WESTEUROPE", "jobLocation": "westeurope"}
    return base64.urlsafe_b64encode(json.dumps(job, separators=(",", ":")).encode()).decode().rstrip("=")


def _name_of(job: str) -> str:
    """Give the name, in upper case, of the group that a job deletes; empty for what is no job."""
    try:
        document = json.loads(base64.urlsafe_b64decode(job + "=" * (-len(job) % 4)))
    except ValueError:
        return ""
    if not isinstance(document, dict):
        return ""
    return str(document.get("jobId", "")).removeprefix(JOB).rpartition("-")[0].replace(HYPHEN, "-")


GROUPS = "/subscriptions/{subscription}/resourceGroups"
ROUTES = (
    Route("GET", GROUPS, _list),
    Route("GET", f"{GROUPS}/{{group}}", _get),
    Route("HEAD", f"{GROUPS}/{{group}}", _head),
    Route("PUT", f"{GROUPS}/{{group}}", _put),
    Route("PATCH", f"{GROUPS}/{{group}}", _patch),
    Route("DELETE", f"{GROUPS}/{{group}}", _delete),
    Route("GET", "/subscriptions/{subscription}/operationresults/{job}", _deletion_result),
)
