"""The owners of an application, as references to directory objects."""

from __future__ import annotations

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import bad_request, resource_not_found
from simulator.graph.writes import referenced_id
from simulator.world import World


def list_owners(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer who owns an application."""
    graph = world.graph
    owners = graph.applications.owners[graph.find(request.params["id"])["id"]]
    objects = [graph.objects.find(owner) for owner in owners]
    return GraphAnswer(200, {"@odata.context": request.context("directoryObjects"), "value": objects})


def add_owner(world: World, request: GraphRequest) -> GraphAnswer:
    """Add an owner."""
    graph = world.graph
    owners = graph.applications.owners[graph.find(request.params["id"])["id"]]
    owner = str(graph.objects.find(referenced_id(request.document))["id"])
    if owner in owners:
        text = "One or more added object references already exist for the following modified properties: 'owners'."
        raise bad_request(text)
    owners.append(owner)
    return GraphAnswer(204)


def remove_owner(world: World, request: GraphRequest) -> GraphAnswer:
    """Remove the owner that the path names, or that the query has as `@id`."""
    graph = world.graph
    owners = graph.applications.owners[graph.find(request.params["id"])["id"]]
    owner = request.params.get("owner") or referenced_id({"@odata.id": request.query.get("@id", "")})
    if owner not in owners:
        raise resource_not_found(owner)
    owners.remove(owner)
    return GraphAnswer(204)
