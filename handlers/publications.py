"""Telling subscribers: what is news in a look is queued with it, and published as soon as the topic takes it."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from handlers.guard import Guard
from shared.azure.cloud_events import write_event
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.outbox import Batch, parse_batch, send_batch
from shared.azure.publish import NotUnderstood, publish
from shared.azure.trail import read_write
from shared.decide.publication import decide_news, decide_redelivery, decide_redelivery_of_refused
from shared.model.check import Check
from shared.model.past import Past, Told
from shared.model.plan import Report
from shared.model.publication import Halted, Publication
from shared.turns import Turn

logger = logging.getLogger(__name__)


async def queue_news(guard: Guard, turn: Turn, report: Report) -> None:
    """Queue what a look has to tell subscribers, if there is a topic to tell it to.

    Before it is queued it is remembered that it will be: whoever is killed in between tells it once more, by the same
    ids. Raises Overtaken, PassingFailure, Refusal, AzureError.
    """
    if guard.settings.events_topic is not None and turn.began_at is not None:
        found = [await read_write(guard.clients, report.check.subject, write) for write in turn.past.untold]
        writes = [write for write in found if write is not None]
        news = decide_news(turn.past, report, writes, turn.began_at)
        if news.before != turn.past.told:
            await turn.remember(replace(turn.past, told=news.before))
        await queue_publications(guard, report.check, news.publications)
        turn.past = replace(turn.past, told=news.after)
    turn.past = replace(turn.past, untold=())


async def publish_events(guard: Guard, text: str | bytes) -> None:
    """Publish a message of the queue; put off what the topic does not take now, for as long as it takes.

    One event that the topic does not understand keeps no other back. Raises ValueError for what are no events,
    AzureError when the queue is out of reach.
    """
    batch = parse_batch(text)
    topic = guard.settings.events_topic
    if topic is None:
        logger.warning("Events dropped: no topic is set any more", extra=log_batch(batch))
        return
    try:
        await publish(guard.clients, topic, batch.events)
    except PassingFailure as failure:
        await _put_off(guard, batch, failure, decide_redelivery(batch.attempt, failure.retry_after))
    except (Absent, Refusal, NotUnderstood) as refusal:
        if isinstance(refusal, NotUnderstood) and len(batch.events) > 1:
            await _send_one_by_one(guard, batch, refusal)
        else:
            await _put_off(guard, batch, refusal, decide_redelivery_of_refused(batch.attempt))
    else:
        logger.info("Events published", extra=log_batch(batch))


def log_batch(batch: Batch) -> dict[str, Any]:
    """Give the fields that every log line about events carries."""
    return {
        "subject": batch.subject,
        "correlation_id": batch.correlation_id,
        "attempt": batch.attempt,
        "events": [{"id": event["id"], "type": event.get("type")} for event in batch.events],
    }


def decide_news_of_unseen(
    guard: Guard, past: Past, report: Report, now: datetime
) -> tuple[tuple[Publication, ...], Told]:
    """Give what a report of no look has to tell, if there is a topic, and what to remember before it is told."""
    if guard.settings.events_topic is None:
        return (), past.told
    news = decide_news(past, replace(report, observed_at=None), (), now)
    return news.publications, news.before


async def queue_publications(guard: Guard, check: Check, publications: Iterable[Publication]) -> None:
    """Queue events, but for those that were queued lately. Raises AzureError."""
    new = [one for one in publications if one.id not in guard.queued_events]
    if not new:
        return
    events = [write_event(one, check, guard.settings.documentation) for one in new]
    await send_batch(guard.clients, Batch(str(check.subject), check.correlation_id, events))
    for one in new:
        if isinstance(one, Halted):
            # All whom it keeps back see it: it spares them to tell it again, and subscribers to hear it.
            guard.queued_events.add(one.id)


async def _send_one_by_one(guard: Guard, batch: Batch, refusal: NotUnderstood) -> None:
    for event in batch.events:
        await send_batch(guard.clients, replace(batch, events=[event]))
    logger.warning("Events sent one by one", extra={**log_batch(batch), "reason": str(refusal)})


async def _put_off(guard: Guard, batch: Batch, failure: Exception, delay: timedelta) -> None:
    # A new message, since one lives for a week at most.
    await send_batch(guard.clients, replace(batch, attempt=batch.attempt + 1), delay)
    logger.warning(
        "Publication put off",
        extra={**log_batch(batch), "reason": str(failure), "again_seconds": delay.total_seconds()},
    )
