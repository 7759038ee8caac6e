"""What timers begin: nothing is done here but to queue it."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta

from handlers.asking import read_time
from handlers.guard import Guard
from handlers.reporting import log_fields
from handlers.subscription import CAUSE as SWEEP
from handlers.tenant import CAUSE
from shared.azure.check_queue import send_check
from shared.model.check import Check
from shared.model.resource_id import HOME_TENANT, WHOLE_ESTATE

logger = logging.getLogger(__name__)


# Of two timers that come one soon after the other, the first has dealt with both.
_ONE_SWEEP_SERVES = timedelta(minutes=5)


async def begin_audit(guard: Guard) -> None:
    """Queue an audit of all app registrations; a timer that comes late or twice queues one more, which finds less."""
    await _queue(guard, Check(HOME_TENANT, CAUSE, str(uuid.uuid4()), asked_at=None))


async def begin_sweep(guard: Guard) -> None:
    """Queue a sweep of the whole estate; a timer that comes twice finds it answered.

    Raises PassingFailure, Refusal when the storage is out of reach.
    """
    asked_at = await read_time(guard.clients) - _ONE_SWEEP_SERVES
    await _queue(guard, Check(WHOLE_ESTATE, SWEEP, str(uuid.uuid4()), asked_at))


async def _queue(guard: Guard, check: Check) -> None:
    await send_check(guard.clients, check)
    logger.info("Check queued", extra=log_fields(check))
