"""Pages of a list, each but the last with an absolute `nextLink`."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import gateway
from simulator.store import Json


def page(request: ArmRequest, items: Sequence[Json], size: int) -> Answer:
    """Answer the page that `$skiptoken` asks for."""
    start = _start(request)
    body: Json = {"value": list(items[start : start + size])}
    if start + size < len(items):
        token = base64.b64encode(f"from={start + size}".encode()).decode()
        query = {key: value for key, value in request.query.items() if key.lower() != "$skiptoken"}
        query |= {"$skiptoken": token}
        body["nextLink"] = f"{request.base_url}{quote(request.path)}?{urlencode(query)}"
    return Answer(200, body)


def _start(request: ArmRequest) -> int:
    token = next((value for key, value in request.query.items() if key.lower() == "$skiptoken"), None)
    if token is None:
        return 0
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("from="))
    except ValueError as error:
        raise gateway(400, "InvalidSkipToken", f"The provided skip token '{token}' is invalid.") from error
