"""What timers begin: nothing is done here but to queue it."""

from __future__ import annotations

import logging
import uuid

from handlers.guard import Guard
from handlers.reporting import log_fields
from handlers.tenant import CAUSE
from shared.azure.check_queue import send_check
from shared.model.check import Check
from shared.model.resource_id import HOME_TENANT

logger = logging.getLogger(__name__)


async def begin_audit(guard: Guard) -> None:
    """Queue an audit of all app registrations; a timer that comes late or twice queues one more, which finds less."""
    check = Check(HOME_TENANT, CAUSE, str(uuid.uuid4()), asked_at=None)
    await send_check(guard.clients, check)
    logger.info("Check queued", extra=log_fields(check))
