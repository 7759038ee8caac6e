"""What the network provider's types have in common: lists, etags, states, operations, and who is in whose way."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import ArmError, network, resource_not_found
from simulator.arm.fault_answers import another_operation, not_provisioned
from simulator.arm.ids import ArmId, group_id
from simulator.arm.locations import location_of
from simulator.arm.operations import Completion, Operation
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World

PROVIDER = "Microsoft.Network"
UPDATING, SUCCEEDED, DELETING = "Updating", "Succeeded", "Deleting"
# What must have ended before another resource may refer to what it updates.
AWAITED = {
    f"{PROVIDER}/virtualNetworks/subnets": "PutSubnetOperation",
    f"{PROVIDER}/publicIPAddresses": "PutPublicIpAddressOperation",
}


def resource_id(world: World, request: ArmRequest, collection: str, name: str) -> str:
    """Write the id of a top-level resource, with its group's casing as created."""
    group = world.resources[group_id(request.params["subscription"], request.params["group"])]
    return f"{group['id']}/providers/{PROVIDER}/{collection}/{name}"


def find(world: World, request: ArmRequest, collection: str, parameter: str) -> Json:
    """Give the top-level resource that the path names; raises ArmError 404."""
    name = request.params[parameter]
    found = world.resources.get(resource_id(world, request, collection, name))
    if found is None:
        raise resource_not_found(f"{PROVIDER}/{collection}", name, request.params["group"])
    return found


def new_etag() -> str:
    """Make a weak etag as the network provider does."""
    return f'W/"{uuid4()}"'


def head(existing: Json | None, resource_id: str, resource_type: str, document: Json) -> Json:
    """Make the first fields of a top-level resource; the guid of an existing one stays."""
    body: Json = {
        "name": existing["name"] if existing else ArmId.parse(resource_id).name,
        "id": existing["id"] if existing else resource_id,
        "etag": new_etag(),
        "type": resource_type,
        "location": existing["location"] if existing and not document.get("location") else location_of(document),
    }
    if document.get("tags") is not None:
        body["tags"] = dict(document["tags"])
    guid = existing["properties"]["resourceGuid"] if existing else str(uuid4())
    return body | {"properties": {"provisioningState": UPDATING, "resourceGuid": guid}}


def child(existing: Json | None, child_id: str, child_type: str, properties: Json) -> Json:
    """Make what is stored of a child such as a rule; an existing one keeps its name's casing."""
    name, kept_id = (existing["name"], existing["id"]) if existing else (child_id.rsplit("/", 1)[1], child_id)
    return {"name": name, "id": kept_id, "type": child_type, "properties": properties}


def change_tags(request: ArmRequest, resource: Json) -> None:
    """Do what a PATCH asks, which changes tags alone."""
    resource["tags"] = dict(request.document.get("tags") or {})
    resource["etag"] = new_etag()


def listed(world: World, request: ArmRequest, collection: str, view: Callable[[Json], Json]) -> Answer:
    """Answer the lists of a top-level type by group and by subscription."""
    if "group" in request.params:
        found = world.resources.in_collection(resource_id(world, request, collection, "").rstrip("/"))
    else:
        found = world.resources.of_type(request.params["subscription"], f"{PROVIDER}/{collection}")
    return page(request, [view(resource) for resource in found], world.page_size)


def with_etag(view: Json) -> Answer:
    """Answer a GET: the header's etag is the body's."""
    return Answer(200, view, {"ETag": view["etag"]})


def settle(resource: Json, state: str = SUCCEEDED) -> None:
    """End a resource's update: it is a new version once more."""
    resource["properties"]["provisioningState"] = state
    resource["etag"] = new_etag()


def refuse_if_busy(request: ArmRequest, resource: Json) -> None:
    """Raise ArmError 409 while another operation changes this resource."""
    if resource["properties"]["provisioningState"] in {UPDATING, DELETING}:
        raise another_operation(
            request.base_url, request.params["subscription"], resource["location"], request.api_version
        )


def begin(world: World, request: ArmRequest, answer: Answer, location: str, complete: Completion) -> Answer:
    """Start the operation that ends with `complete`; a delete (no body) ends as 204."""
    operation = Operation(
        request,
        world.subscriptions[request.params["subscription"].lower()],
        PROVIDER,
        location,
        world.clock.now(),
        complete,
        final_status=204 if answer.body is None else 200,
    )
    return world.operations.begin(operation, answer, world.network_seconds)


def delete(world: World, request: ArmRequest, key: str, location: str, settled: Json | None = None) -> Answer:
    """Answer a DELETE and remove the entry and all below it in the end; `settled` is the parent that changes too."""

    if settled is None:
        world.resources[key]["properties"]["provisioningState"] = DELETING

    def remove() -> None:
        for entry in [*world.resources.below(key), key]:
            world.resources.pop(entry, None)
        if settled is not None:
            settle(settled)

    return begin(world, request, Answer(202), location, remove)


def require(world: World, reference: Json | None, by: str) -> Json | None:
    """Give what an `{id}` refers to; raises ArmError 400 if it is not there, 429 while it is still being updated."""
    if not reference:
        return None
    found = world.resources.get(reference["id"])
    if found is None:
        raise invalid_reference(reference["id"], by)
    operation = AWAITED.get(ArmId.parse(found["id"]).type)
    if operation and found["properties"]["provisioningState"] == UPDATING:
        raise not_provisioned(found["id"], by, operation)
    return found


def require_part(world: World, reference: Json, by: str) -> None:
    """Look whether a part of a resource is there that lies inside it, such as a load balancer's pool: 400 if not."""
    parsed = ArmId.parse(reference["id"])
    whole = world.resources.get(parsed.parent_id, {"properties": {}})
    parts = whole["properties"].get(reference["id"].split("/")[-2]) or ()
    if parsed.name.lower() not in {part["name"].lower() for part in parts}:
        raise invalid_reference(reference["id"], by)


def anything(_: World, __: Json, ___: str) -> None:
    """Stand in for `require` where what is referred to is not simulated."""


def invalid_reference(referenced: str, by: str) -> ArmError:
    """Say that a resource refers to one that is absent."""
    text = (
        f"Resource {referenced} referenced by resource {by} was not found. "
        "Please make sure that the referenced resource exists, and that both resources are in the same region."
    )
    return network(400, "InvalidResourceReference", text)
