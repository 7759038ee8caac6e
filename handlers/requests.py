"""POST /api/checks: a person wants a subject looked at."""

from __future__ import annotations

import asyncio
import uuid

from pydantic import BaseModel

from handlers.answers import Answer, answer, answering, parse_body
from handlers.asking import BY_HTTP, queue_check, require_enforcement, require_watched
from handlers.bodies import CHECK, CheckRequest
from handlers.checks import answer_check
from handlers.documents import show_report
from handlers.guard import Guard
from handlers.reporting import log_report
from shared.model.check import Check
from shared.model.desired import Mode
from shared.model.resource_id import HOME_TENANT, SUBSCRIPTION, WHOLE_ESTATE, ResourceId
from shared.turns import glance


class QueuedDocument(BaseModel):
    """A check that is on its way: its log lines carry the correlation id."""

    subject: str
    correlation_id: str


@answering
async def request_check(guard: Guard, body: bytes) -> Answer:
    """Audit a subject now and answer with the Report (200), or queue its check to be enforced (202).

    The audit of all app registrations and sweeps are queued in any case.

    Bad input (400), a subscription that is not watched (403), and enforcement that the settings don't permit (403)
    are answered with a problem that says what to send or to set.
    """
    asked = parse_body(CheckRequest, body, "check", CHECK)
    subject = ResourceId(asked.subject)
    require_watched(guard, subject)
    if subject in (HOME_TENANT, WHOLE_ESTATE) or subject.is_a(SUBSCRIPTION):
        # There may be tens of thousands in it: whoever has something wrong gets a report of its own.
        return await _queue(guard, subject)
    return await (_enforce(guard, subject) if asked.mode is Mode.ENFORCE else _audit(guard, subject))


async def _audit(guard: Guard, subject: ResourceId) -> Answer:
    check = Check(subject, BY_HTTP, str(uuid.uuid4()), asked_at=None)
    turn = await glance(guard.clients, subject)
    report = await answer_check(guard, check, guard.desired.audited(), turn)
    log_report(report)
    return answer(200, await asyncio.to_thread(show_report, report, guard.settings.documentation))


async def _enforce(guard: Guard, subject: ResourceId) -> Answer:
    require_enforcement(guard, subject)
    return await _queue(guard, subject)


async def _queue(guard: Guard, subject: ResourceId) -> Answer:
    return answer(202, QueuedDocument(subject=str(subject), correlation_id=await queue_check(guard, subject)))
