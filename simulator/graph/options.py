"""The query options of a request: `$select`, `$top`, and so on, read once and refused where Graph refuses them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.graph.answers import GraphRequest
from simulator.graph.errors import GraphError, bad_request, malformed, unsupported
from simulator.graph.schema import APPLICATION

LARGEST_PAGE = 999
LONGEST_NUMBER = 9
EXPANDED_OWNERS = re.compile(r"owners(?:\(\$select=(?P<select>[\w,\s]+)\))?")


@dataclass(frozen=True, slots=True)
class Options:
    """`select` is None for all properties, `top` where the page's size is left to Graph.

    `expand_owners` is None unless owners are asked for, and then which of their properties; empty: all of them.
    """

    select: tuple[str, ...] | None = None
    top: int | None = None
    filter: str | None = None
    search: str | None = None
    orderby: str | None = None
    expand_owners: tuple[str, ...] | None = None
    counted: bool = False

    @property
    def context(self) -> str:
        """What `@odata.context` says of the properties."""
        named = list(self.select or ())
        if self.expand_owners is not None:
            named.append(f"owners({','.join(self.expand_owners)})")
        return f"({','.join(named)})" if named else ""


def parse_options(request: GraphRequest, allowed: str) -> Options:
    """Read the options of a request, of which those `allowed` are taken; raises GraphError 400."""
    query = request.query
    for name in query:
        if name.startswith("$") and name not in allowed.split():
            raise _refusal(name)
    count = query.get("$count", "false").lower()
    if count not in {"true", "false"}:
        raise malformed(f"Invalid value '{query['$count']}' for $count query option found.")
    return Options(
        select=_select(query["$select"]) if "$select" in query else None,
        top=_top(query["$top"]) if "$top" in query else None,
        filter=query.get("$filter"),
        search=query.get("$search"),
        orderby=query.get("$orderby"),
        expand_owners=_expanded(query["$expand"]) if "$expand" in query else None,
        counted=count == "true" and request.is_eventual,
    )


def _refusal(name: str) -> GraphError:
    if name == "$skip":
        return bad_request("'$skip' is not supported by the service.")
    return bad_request(f"Unrecognized query argument specified: '{name}'.")


def _select(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name not in APPLICATION.properties:
            raise unknown_property(name, "Parsing OData Select and Expand failed")
    return names


def _top(text: str) -> int:
    if not text.isdecimal():
        raise malformed(
            f"Invalid value '{text}' for $top query option found. The $top query option requires a non-negative "
            "integer value."
        )
    if len(text) > LONGEST_NUMBER or not 1 <= int(text) <= LARGEST_PAGE:
        raise unsupported(f"Invalid page size specified: '{text}'. Must be between 1 and {LARGEST_PAGE} inclusive.")
    return int(text)


def _expanded(text: str) -> tuple[str, ...]:
    found = EXPANDED_OWNERS.fullmatch(text.strip())
    if found is None:
        raise unknown_property(text, "Parsing OData Select and Expand failed")
    return tuple(name.strip() for name in (found["select"] or "").split(",") if name.strip())


def unknown_property(name: str, what: str) -> GraphError:
    """Refuse a query that names a property which no application has."""
    return malformed(f"{what}: Could not find a property named '{name}' on type 'microsoft.graph.application'.")
