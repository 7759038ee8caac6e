"""The paths of `Microsoft.ResourceGraph`."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.resource_graph.errors import RequestRefused, as_answered
from simulator.arm.resource_graph.facets import facet
from simulator.arm.resource_graph.kql.parser import parse_query
from simulator.arm.resource_graph.kql.refusals import QueryRefused
from simulator.arm.resource_graph.kql.run import run_query
from simulator.arm.resource_graph.kql.syntax import Query
from simulator.arm.resource_graph.kql.table import Table
from simulator.arm.resource_graph.paging import Page, can_be_paged
from simulator.arm.resource_graph.request import Asked, asked_by
from simulator.arm.resource_graph.scope import Readable, readable_in, subscriptions_of
from simulator.arm.resource_graph.shapes import data_of
from simulator.arm.resource_graph.tables import Tables
from simulator.arm.router import Route
from simulator.request_log import QUERY
from simulator.store import Json
from simulator.world import World

OPERATIONS = {
    "Microsoft.ResourceGraph/operations/read": ("Operation", "Get Operations", "Gets the list of operations"),
    "Microsoft.ResourceGraph/resources/read": ("Resources", "Query Resources", "Queries the resources"),
}


def query_resources(world: World, request: ArmRequest) -> Answer:
    """Answer a query: rows that the caller may not read are left out. Raises ArmError 400 or 403."""
    try:
        asked = asked_by(request)
        query = parse_query(asked.query)
        readable = readable_in(world, request.caller)
        subscriptions = subscriptions_of(world, asked, readable)
        seen = world.resource_graph.seen()
        with seen.resources.while_nothing_changes():
            tables = Tables(seen, subscriptions, readable.test)
            table = _result(world, asked, query, tables, readable)
            return Answer(200, _answer(asked, query, table))
    except (QueryRefused, RequestRefused) as refused:
        raise as_answered(request, world.clock.now(), refused) from refused


def _result(world: World, asked: Asked, query: Query, tables: Tables, readable: Readable) -> Table:
    results = world.resource_graph.results
    give = results.later if asked.page.start else results.first
    key = (asked.query, tables.subscriptions, readable)
    return give(key, tables.world.resources.revision, lambda: run_query(query, tables.table))


def _answer(asked: Asked, query: Query, table: Table) -> Json:
    """Give the body: as recorded, `resultTruncated` tells that there is more of what can't be paged alone."""
    total, page = len(table.rows), asked.page
    rows = table.rows[page.start : page.start + page.rows]
    goes_on = page.start + page.rows < total
    is_paged = can_be_paged(query, table)
    body: Json = {
        "totalRecords": total,
        "count": len(rows),
        "data": data_of(table.schema, rows, as_table=asked.as_table),
        "facets": [facet(table, one, as_table=asked.as_table) for one in asked.facets],
        "resultTruncated": "true" if goes_on and not is_paged else "false",
    }
    if goes_on and is_paged:
        body["$skipToken"] = Page(page.start + page.rows, page.rows).token
    return body


def list_operations(_: World, __: ArmRequest) -> Answer:
    """Answer the list of the provider's operations."""
    value = [
        {
            "name": name,
            "display": {
                "provider": "Microsoft Resource Graph",
                "resource": resource,
                "operation": operation,
                "description": description,
            },
        }
        for name, (resource, operation, description) in OPERATIONS.items()
    ]
    return Answer(200, {"value": value})


ROUTES = (
    Route("POST", QUERY, query_resources),
    Route("GET", "/providers/Microsoft.ResourceGraph/operations", list_operations),
)
