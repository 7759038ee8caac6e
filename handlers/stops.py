"""POST and GET /api/stop: the kill switch, and all else that keeps the whole app from writing."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from pydantic import BaseModel

from handlers.answers import Answer, answer, answering, parse_body, parse_query
from handlers.asking import read_time
from handlers.bodies import STOP, StopRequest, StopsQuery
from handlers.guard import Guard
from handlers.state_documents import document_leash
from shared.azure.leash import read_leash, set_stop
from shared.model.leash import Stop

logger = logging.getLogger(__name__)


class StoppedDocument(BaseModel):
    """The kill switch as it is set by now, and how to lift it."""

    kill_switch: Stop
    message: str


@answering
async def order_stop(guard: Guard, body: bytes) -> Answer:
    """Set the kill switch, unless it is set already: from now on nothing is written anywhere (200)."""
    asked = parse_body(StopRequest, body, "stop", STOP)
    stop = (await read_leash(guard.clients)).kill_switch
    since = "already on"
    if stop is None:
        stop = Stop(await read_time(guard.clients), asked.reason)
        await set_stop(guard.clients, "kill_switch", stop)
        logger.warning("Kill switch set", extra={"subject": "all", "correlation_id": None, "reason": stop.reason})
        since = "on"
    message = (
        f"The kill switch is {since} since {stop.at:%Y-%m-%d %H:%M:%S} UTC, so nothing is written anywhere."
        ' To lift it, POST {"stop": "kill_switch"} to /api/lift.'
    )
    return answer(200, StoppedDocument(kill_switch=stop, message=message))


@answering
async def show_stops(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with the kill switch, the decommissioning, the failures in a row, and the budget."""
    parse_query(StopsQuery, query, "query of stops", {})
    leash = await read_leash(guard.clients)
    return answer(200, document_leash(leash, guard.desired.writes_per_hour))
