"""`GET /applications/delta`: rounds of pages, the first of all there is, each later one of what has changed since.

https://learn.microsoft.com/graph/delta-query-overview
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from typing import Annotated

from pydantic import AwareDatetime, Field, TypeAdapter

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import GraphError, unsupported_filter
from simulator.graph.key_credentials import without_key_values
from simulator.graph.options import LARGEST_PAGE, parse_options
from simulator.graph.schema import APPLICATION
from simulator.graph.state import DeltaItems, Graph
from simulator.graph.store import Change
from simulator.graph.tokens import badly_formed, decode, encode, link
from simulator.store import Json
from simulator.world import World

LASTING = timedelta(days=7)
MOST = 10**9
IDS = re.compile(r"\s*id eq '([^']*)'\s*(?:or\s+(?=id)|$)")


@dataclass(frozen=True, slots=True)
class Round:
    """What a token carries. `since` is None in a round of all there is; `until` is the moment the round tells of.

    `read` is how far the round has been read: to the application at a position, or so many of those that changed.
    """

    generation: str
    issued: AwareDatetime
    until: Annotated[int, Field(ge=0)]
    since: Annotated[int, Field(ge=0)] | None = None
    read: Annotated[int, Field(ge=-1, lt=MOST)] = -1
    select: tuple[str, ...] | None = None
    ids: tuple[str, ...] | None = None
    top: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] | None = None


ROUND = TypeAdapter(Round)


def track_applications(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer a page of a round, with a link to the next page, or to the next round."""
    graph = world.graph
    this = _round(graph, request)
    size = this.top or graph.delta_page_size
    asked_minimal = "return=minimal" in request.headers.get("prefer", "")
    minimal = asked_minimal or graph.delta_items is DeltaItems.CHANGED_PROPERTIES
    items = _everything(graph, this) if this.since is None else _changed(graph, this, minimal=minimal)
    page = [] if _starts_now(request) else list(islice(items, size + 1))
    named = f"({','.join(this.select)})" if this.select else ""
    body: Json = {"@odata.context": request.context(f"applications{named}")}
    url = _url(request)
    if len(page) > size:
        token = encode(ROUND, replace(this, read=page[size - 1][0]))
        body["@odata.nextLink"] = link(url, {"$skiptoken": token})
    else:
        following = replace(this, issued=graph.clock.now(), since=this.until, read=-1)
        body["@odata.deltaLink"] = link(url, {"$deltatoken": encode(ROUND, following)})
    body["value"] = [item for _, item in page[:size]]
    return GraphAnswer(200, body)


def _round(graph: Graph, request: GraphRequest) -> Round:
    """Give the round that a request begins or goes on with; raises GraphError 400, or 410 after a reset."""
    options = parse_options(request, "$select $top $filter $deltatoken $skiptoken")
    now, moment = graph.clock.now(), graph.applications.moment(graph.lag_seconds)
    token = request.query.get("$skiptoken") or request.query.get("$deltatoken")
    if not token or _starts_now(request):
        ids = _ids(options.filter) if options.filter is not None else None
        return Round(graph.delta_generation, now, moment, select=options.select, ids=ids, top=options.top)
    found = decode(ROUND, token)
    if not APPLICATION.properties.keys() >= set(found.select or ()):
        raise badly_formed()
    if found.generation != graph.delta_generation:
        afresh = ({"$select": ",".join(found.select)} if found.select else {}) | {"$deltatoken": ""}
        raise _expired(410, {"Location": link(_url(request), afresh)})
    if now - found.issued > LASTING:
        raise _expired(400, {})
    if "$skiptoken" in request.query:
        return found
    return replace(found, until=moment, select=options.select or found.select)


def _url(request: GraphRequest) -> str:
    return f"{request.base_url}/v1.0/applications/delta"


def _starts_now(request: GraphRequest) -> bool:
    return request.query.get("$deltatoken", "").lower() == "latest"


def _expired(status: int, headers: dict[str, str]) -> GraphError:
    """Refuse a token: 410 and where to begin again after a reset, 400 for one that is too old.

    https://devblogs.microsoft.com/microsoft365dev/duration-of-change-tracking-tokens-for-identity-and-education-resources
    """
    text = "The sync state generation is not found. The delta token is expired and data must be synchronized again."
    return GraphError(status, "syncStateNotFound", text, headers)


def _ids(text: str) -> tuple[str, ...]:
    """Read the only filter there is here, on object ids; raises GraphError 400."""
    ids, position = [], 0
    while position < len(text):
        found = IDS.match(text, position)
        if found is None:
            raise unsupported_filter("id")
        ids.append(found[1].lower())
        position = found.end()
    return tuple(ids)


def _everything(graph: Graph, this: Round) -> Iterator[tuple[int, Json]]:
    """Give all applications that were there when the round began, as they are, and without what was never given."""
    later = {
        change.application_id
        for change in graph.applications.log[this.until :]
        if change.before is None and change.after
    }
    for position, application in graph.applications.listed(this.read, lag=graph.lag_seconds):
        if application["id"] not in later and _is_asked_for(application["id"], this):
            yield position, _standard(application, this)


def _changed(graph: Graph, this: Round, *, minimal: bool) -> Iterator[tuple[int, Json]]:
    """Give what has changed between two moments, in the order of the last change, each with its place among all."""
    first: dict[str, Change] = {}
    last: dict[str, Change] = {}
    for change in graph.applications.log[this.since : this.until]:
        first.setdefault(change.application_id, change)
        last.pop(change.application_id, None)
        last[change.application_id] = change
    for place, key in islice(enumerate(last), this.read + 1, None):
        item = _item(first[key], last[key], this, minimal=minimal) if _is_asked_for(key, this) else None
        if item is not None:
            yield place, item


def _item(first: Change, last: Change, this: Round, *, minimal: bool) -> Json | None:
    """Give one application's item; None where nothing has changed that is asked for."""
    before, after = first.before, last.after
    if last.purged:
        return _removed(last.application_id, "deleted")
    if after is None:
        return _removed(last.application_id, "changed") if before is not None else None
    if before is None:
        return _standard(after, this)
    changed = {name for name in this.select or after if before[name] != after[name]}
    if not changed:
        return None
    shown = without_key_values(after)
    if not minimal:
        return _standard(after, this) | {name: shown[name] for name in changed}
    return {"id": after["id"]} | {name: value for name, value in shown.items() if name in changed}


def _standard(application: Json, this: Round) -> Json:
    """Show an application without what was never given, as documented of users.

    https://learn.microsoft.com/graph/api/user-delta
    """
    shown = without_key_values(application)
    names = ("id", *this.select) if this.select else tuple(shown)
    return {name: shown[name] for name in names if shown[name] not in (None, [])}


def _removed(application_id: str, reason: str) -> Json:
    return {"id": application_id, "@removed": {"reason": reason}}


def _is_asked_for(application_id: str, this: Round) -> bool:
    return this.ids is None or application_id in this.ids
