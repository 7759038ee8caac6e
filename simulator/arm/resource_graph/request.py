"""What is asked for besides the query itself: the scope, the page, the form of the answer, and facets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from simulator.arm.answers import ArmRequest
from simulator.arm.resource_graph.errors import RequestRefused, malformed
from simulator.arm.resource_graph.paging import Page, page_after

MOST_ROWS = 1000
OBJECT_ARRAY_SINCE = "2021-03-01"
"""The first api-version that answers lists of objects unless told otherwise."""
FORMATS = {"table": True, "objectarray": False}


@dataclass(frozen=True, slots=True)
class FacetAsked:
    """A summary of the result by columns; `filter` is a condition, and without `sort_by` it is sorted by count."""

    expression: str
    sort_by: str | None
    ascending: bool
    filter: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, checked. `subscriptions` and `management_groups` None: all that the caller may read."""

    query: str
    subscriptions: tuple[str, ...] | None
    management_groups: tuple[str, ...] | None
    page: Page
    as_table: bool
    facets: tuple[FacetAsked, ...]


def asked_by(request: ArmRequest) -> Asked:
    """Read a request; raises RequestRefused for what is not of the documented form."""
    body = request.body
    if not isinstance(body, dict):
        raise malformed("The request body must be a JSON object with a 'query'.")
    query = body.get("query")
    if not isinstance(query, str) or not query.strip():
        raise malformed("'query' must be a text that is not empty.")
    options = _object(body, "options")
    _text(options, "authorizationScopeFilter")
    _flag(options, "allowPartialScopes")
    subscriptions, groups = _names(body, "subscriptions"), _names(body, "managementGroups")
    if subscriptions and groups:
        raise malformed("'managementGroups' can't be used at the same time as 'subscriptions'.")
    return Asked(query, subscriptions, groups, _page(options), _as_table(request, options), _facets(body))


def _page(options: Mapping[str, Any]) -> Page:
    """Give the page: what is named goes before what the token says."""
    token = _text(options, "$skipToken")
    page = page_after(token) if token else Page(0, MOST_ROWS)
    rows, skipped = _number(options, "$top", 1, MOST_ROWS), _number(options, "$skip", 0, None)
    return Page(page.start if skipped is None else skipped, page.rows if rows is None else rows)


def _as_table(request: ArmRequest, options: Mapping[str, Any]) -> bool:
    named = _text(options, "resultFormat")
    if named is None:
        return request.api_version < OBJECT_ARRAY_SINCE
    if named.lower() not in FORMATS:
        raise malformed("'resultFormat' must be 'table' or 'objectArray'.")
    return FORMATS[named.lower()]


def _facets(body: Mapping[str, Any]) -> tuple[FacetAsked, ...]:
    facets = body.get("facets")
    if facets is not None and not isinstance(facets, list):
        raise malformed("'facets' must be a list.")
    return tuple(_facet(facet) for facet in facets or ())


def _facet(facet: object) -> FacetAsked:
    if not isinstance(facet, dict) or not isinstance(facet.get("expression"), str):
        raise malformed("A facet must be an object with an 'expression'.")
    options = _object(facet, "options")
    direction = _text(options, "sortOrder") or "desc"
    if direction.lower() not in {"asc", "desc"}:
        raise malformed("A facet's 'sortOrder' must be 'asc' or 'desc'.")
    rows = _number(options, "$top", 1, MOST_ROWS) or MOST_ROWS
    ascending = direction.lower() == "asc"
    return FacetAsked(facet["expression"], _text(options, "sortBy"), ascending, _text(options, "filter"), rows)


def _object(holder: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = holder.get(name)
    if value is not None and not isinstance(value, dict):
        raise malformed(f"'{name}' must be an object.")
    return value or {}


def _names(body: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    """Give a list of names, None where it is absent or empty."""
    value = body.get(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(one, str) for one in value)):
        raise malformed(f"'{name}' must be a list of texts.")
    return tuple(value) if value else None


def _text(options: Mapping[str, Any], name: str) -> str | None:
    value = options.get(name)
    if value is not None and not isinstance(value, str):
        raise malformed(f"'{name}' must be a text.")
    return value


def _flag(options: Mapping[str, Any], name: str) -> None:
    if not isinstance(options.get(name), bool | None):
        raise malformed(f"'{name}' must be true or false.")


def _number(options: Mapping[str, Any], name: str, least: int, most: int | None) -> int | None:
    value = options.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < least or (most is not None and value > most):
        raise _out_of_range(name, least, most)
    return value


def _out_of_range(name: str, least: int, most: int | None) -> RequestRefused:
    limit = f"from {least} to {most}" if most is not None else f"of {least} or more"
    return malformed(f"'{name}' must be a whole number {limit}.")
