"""`GET /applications`, in pages, and how many there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from pydantic import Field, TypeAdapter

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import bad_request, needs_advanced, unsupported
from simulator.graph.filters import Filter, parse_filter
from simulator.graph.options import Options, parse_options
from simulator.graph.state import Graph
from simulator.graph.tokens import decode, encode, link
from simulator.graph.views import view
from simulator.store import Json
from simulator.world import World

PAGE = 100
OPTIONS = "$select $top $filter $count $orderby $search $expand $skiptoken"
SORTED_BY = frozenset({"createdDateTime", "deletedDateTime", "displayName"})
SEARCH = re.compile(r'"displayName:([^"]+)"')
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Za-z]?[a-z]+|\d+")


@dataclass(frozen=True, slots=True)
class Place:
    """How far a list has been read: behind an application's position, or behind so many of a sorted list."""

    after: int = -1
    skipped: Annotated[int, Field(ge=0)] = 0


PLACE = TypeAdapter(Place)


def list_applications(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer a page of the list."""
    graph, options = world.graph, parse_options(request, OPTIONS)
    found = _check_query(request, options)
    place = decode(PLACE, request.query["$skiptoken"]) if "$skiptoken" in request.query else Place()
    size = min(options.top or PAGE, graph.largest_page)
    page = list(islice(_sought(graph, options, found, place), size + 1))
    body: Json = {"@odata.context": request.context(f"applications{options.context}")}
    if options.counted and place == Place():
        body["@odata.count"] = sum(1 for _ in _sought(graph, options, found, place))
    if len(page) > size:
        reached = Place(page[size - 1][0], place.skipped + size)
        query = {**request.query, "$skiptoken": encode(PLACE, reached)}
        body["@odata.nextLink"] = link(f"{request.base_url}/v1.0/applications", query)
    body["value"] = [view(graph, application, options) for _, application in page[:size]]
    return GraphAnswer(200, body)


def count_applications(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer how many there are, as plain text."""
    options = parse_options(request, "$filter $search")
    if not request.is_eventual:
        raise bad_request("$count is not currently supported.")
    found = _check_query(request, options, counted=True)
    return GraphAnswer(200, str(sum(1 for _ in _sought(world.graph, options, found, Place()))))


def _check_query(request: GraphRequest, options: Options, *, counted: bool = False) -> Filter | None:
    """Give the filter, once it is known that the request may ask what it asks; raises GraphError 400."""
    found = parse_filter(options.filter) if options.filter is not None else None
    advanced = request.is_eventual and (options.counted or counted)
    if found and found.advanced and not advanced:
        raise needs_advanced(found.advanced)
    if options.search is not None and not request.is_eventual:
        raise unsupported(
            "Request with $search query parameter only works through MSGraph with a special request header: "
            "'ConsistencyLevel: eventual'"
        )
    if options.search is not None and not SEARCH.fullmatch(options.search):
        raise bad_request(f"Syntax error: the search clause '{options.search}' is not supported.")
    if options.orderby is not None and not (advanced and _sort_key(options.orderby)[0] in SORTED_BY):
        raise unsupported(f"Unsupported sort property '{_sort_key(options.orderby)[0]}' for 'Application'.")
    if options.expand_owners is not None and request.is_eventual:
        raise unsupported("Expand is not supported with ConsistencyLevel: eventual.")
    return found


def _sought(graph: Graph, options: Options, found: Filter | None, place: Place) -> Iterator[tuple[int, Json]]:
    if options.orderby is not None:
        name, descending = _sort_key(options.orderby)
        everything = sorted(
            _matching(graph, options, found, -1),
            key=lambda item: str(item[1][name] or "").lower(),
            reverse=descending,
        )
        return iter(everything[place.skipped :])
    return _matching(graph, options, found, place.after)


def _matching(graph: Graph, options: Options, found: Filter | None, after: int) -> Iterator[tuple[int, Json]]:
    items = _candidates(graph, found, after)
    if found is not None:
        items = (item for item in items if found.test(item[1]))
    if options.search is not None and (searched := SEARCH.fullmatch(options.search)):
        words = _words(searched[1])
        items = (item for item in items if _has_words(item[1]["displayName"], words))
    return items


def _candidates(graph: Graph, found: Filter | None, after: int) -> Iterator[tuple[int, Json]]:
    """Give what has to be looked at: one application where the filter names its id, else all."""
    if found is None or found.app_id is None or graph.lag_seconds:
        return graph.applications.listed(after, lag=graph.lag_seconds)
    one = graph.applications.by_app_id(found.app_id)
    position = graph.applications.position(one["id"]) if one else -1
    return iter([(position, one)] if one and position > after else [])


def _sort_key(text: str) -> tuple[str, bool]:
    name, _, direction = text.strip().partition(" ")
    if direction.strip().lower() not in {"", "asc", "desc"}:
        return text, False
    return name, direction.strip().lower() == "desc"


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def _has_words(name: str, words: list[str]) -> bool:
    """Tell whether each word begins one of a name's: `MyWebApp` has three.

    https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
    """
    own = _words(name)
    return bool(words) and all(any(one.startswith(word) for one in own) for word in words)
