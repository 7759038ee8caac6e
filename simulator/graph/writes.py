"""Single applications: read, made, changed and deleted."""

from __future__ import annotations

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.applications import changed_application, new_application
from simulator.graph.errors import bad_request
from simulator.graph.key_credentials import without_key_values
from simulator.graph.options import parse_options
from simulator.graph.views import view
from simulator.store import Json
from simulator.world import World

OWNERS = "owners@odata.bind"


def get(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer one application."""
    options = parse_options(request, "$select $expand")
    application = world.graph.find(request.params["id"])
    context = request.context(f"applications{options.context}/$entity")
    return GraphAnswer(200, {"@odata.context": context} | view(world.graph, application, options))


def create(world: World, request: GraphRequest) -> GraphAnswer:
    """Make an application; an application that makes one owns it, unless it may change all."""
    graph = world.graph
    owners = _owners(world, request.document)
    application = new_application(graph, {name: value for name, value in request.document.items() if name != OWNERS})
    graph.applications.put(application)
    graph.applications.owners[application["id"]] = owners or graph.permissions.owners_of_new(request.caller)
    kind = "Microsoft.DirectoryServices.Application"
    location = f"{request.base_url}/v2/{world.tenant_id}/directoryObjects/{application['id']}/{kind}"
    body = {"@odata.context": request.context("applications/$entity")} | without_key_values(application)
    return GraphAnswer(201, body, {"Location": location})


def change(world: World, request: GraphRequest) -> GraphAnswer:
    """Change an application; what changes nothing leaves no trace."""
    before = world.graph.find(request.params["id"])
    after = changed_application(world.graph, before, request.document)
    if after != before:
        world.graph.applications.put(after)
    return GraphAnswer(204)


def delete(world: World, request: GraphRequest) -> GraphAnswer:
    """Delete an application."""
    world.graph.applications.delete(world.graph.find(request.params["id"])["id"])
    return GraphAnswer(204)


def referenced_id(document: Json) -> str:
    """Give the id of the object that an `@odata.id` is the URL of; raises GraphError 400."""
    url = document.get("@odata.id")
    if not isinstance(url, str):
        raise bad_request("A reference must have an '@odata.id' with the URL of a directory object.")
    return url.rpartition("/")[2]


def _owners(world: World, document: Json) -> list[str]:
    urls = document.get(OWNERS, [])
    if not isinstance(urls, list):
        raise bad_request(f"'{OWNERS}' must be a list of URLs.")
    return [str(world.graph.objects.find(referenced_id({"@odata.id": url}))["id"]) for url in urls]
