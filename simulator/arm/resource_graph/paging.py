"""Pages of a result: so many rows from so many on, each time of what the result then is.

What changes between two pages shifts the rows that follow, so that one may be missed or come twice, as documented:
https://learn.microsoft.com/azure/governance/resource-graph/concepts/paging-results
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass

from simulator.arm.resource_graph.errors import malformed
from simulator.arm.resource_graph.kql.syntax import Query
from simulator.arm.resource_graph.kql.table import Table
from simulator.arm.resource_graph.kql.values import Type

CLUSTER = "https://arg-weu-one-sf.arg.core.windows.net"


@dataclass(frozen=True, slots=True)
class Page:
    start: int
    rows: int

    @property
    def token(self) -> str:
        """The token of this page: Azure's are such documents, too, and clients are to send them back whole."""
        document = {"$id": "1", "MaxRows": self.rows, "RowsToSkip": self.start, "KustoClusterUrl": CLUSTER}
        return base64.b64encode(json.dumps(document).encode()).decode()


def page_after(token: str) -> Page:
    """Give the page that a token stands for; raises RequestRefused for one that was never given out."""
    try:
        document = json.loads(base64.b64decode(token, validate=True))
        page = Page(document["RowsToSkip"], document["MaxRows"])
    except (ValueError, TypeError, LookupError) as error:
        raise malformed("The provided '$skipToken' is invalid.") from error
    if page.token != token:
        raise malformed("The provided '$skipToken' is invalid.")
    return page


def can_be_paged(query: Query, table: Table) -> bool:
    """Tell whether a result has further pages: not without `id`, nor where the query says how many rows it wants."""
    has_scalars = any(column.type is not Type.DYNAMIC for column in table.schema.values())
    return "id" in table.schema and has_scalars and not query.has_take
