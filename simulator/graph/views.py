"""What is shown of an application."""

from __future__ import annotations

from simulator.graph.key_credentials import without_key_values
from simulator.graph.options import Options
from simulator.graph.state import Graph
from simulator.store import Json

MOST_EXPANDED = 20


def view(graph: Graph, application: Json, options: Options) -> Json:
    """Show an application, with the properties that are asked for and, if they are, its owners."""
    if options.select is None:
        shown = without_key_values(application)
    else:
        shown = {name: application[name] for name in options.select}
    if options.expand_owners is None:
        return shown
    owners = graph.applications.owners[application["id"]][:MOST_EXPANDED]
    return shown | {"owners": [_owner(graph.objects.find(owner), options.expand_owners) for owner in owners]}


def _owner(owner: Json, select: tuple[str, ...]) -> Json:
    kept = {"@odata.type", *select} if select else owner.keys()
    return {name: value for name, value in owner.items() if name in kept}
