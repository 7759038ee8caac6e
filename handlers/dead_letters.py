"""GET and POST /api/dead-letters: the events that Event Grid gave up are shown, and taken up again.

Checks are queued first, and only then the blobs deleted that they are of, as they were read: whatever ends this at
whatever moment, nothing is lost, and at worst a subject is looked at twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NoReturn

from handlers.answers import Answer, Problem, answer, answering, parse_body, parse_query
from handlers.asking import send_checks
from handlers.dead_letter_documents import (
    DeadLetterDocument,
    DeadLettersQuery,
    LeftDocument,
    TakenUpDocument,
    TakeUpRequest,
    WaitingDocument,
)
from handlers.events import log_dropped, log_queued
from handlers.given_up import GivenUp, Judged, Left, judge
from handlers.guard import Guard
from handlers.requests import QueuedDocument
from shared.azure.clients import AzureClients
from shared.azure.dead_letters import CONTAINER, ListedBlob, delete_blobs, list_blobs, read_blobs
from shared.azure.failures import Absent

logger = logging.getLogger(__name__)

# What one request takes up, of which some minutes of Azure's worst answers stay within the time that HTTP has.
_MOST_BLOBS = 100
_MOST_BYTES = 8 * 1024 * 1024
_LARGEST = 16 * _MOST_BYTES
_MOST_SHOWN = 50

_TOO_LARGE = f"it has more than {_LARGEST // 1024**2} MiB"
_CHANGED = "it was changed after it had been read"
_CHANGED_MESSAGE = (
    "Its checks are queued. It was left as it is now: ask again, and what is in it now is taken up, too."
)
_UNREADABLE_MESSAGE = (
    "It is none of Event Grid's dead letters, or a broken one, so it was left as it is. Look into it"
    f" (`az storage blob download --auth-mode login --account-name <account> -c {CONTAINER} -n <blob>`): have the"
    " subjects that it names looked at with POST /api/checks, then delete it, or move it to another container."
)


@answering
async def show_dead_letters(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with what waits in the container of dead letters, and what would become of it; nothing is changed."""
    parse_query(DeadLettersQuery, query, "query of dead letters", {})
    listed, is_cut = await _list(guard.clients)
    given_up, unread = await _read(guard, listed)
    return answer(200, _document_waiting(given_up, len(listed), more=is_cut or bool(unread)))


@answering
async def order_take_up(guard: Guard, body: bytes) -> Answer:
    """Queue the checks that dead letters ask for, and delete them (202): some at a time, the oldest first."""
    parse_body(TakeUpRequest, body.strip() or b"{}", "order to take up dead letters", {})
    listed, is_cut = await _list(guard.clients)
    given_up, unread = await _read(guard, listed)
    checks = given_up.checks()
    await send_checks(guard, checks)
    for check in checks:
        log_queued(check)
    changed = await delete_blobs(guard.clients, given_up.blobs)
    document = _document_taken_up(given_up, changed, more=is_cut or bool(unread or changed))
    _log(given_up, document)
    return answer(202, document)


async def _list(clients: AzureClients) -> tuple[list[ListedBlob], bool]:
    try:
        return await list_blobs(clients)
    except Absent:
        _tell_no_container()


def _tell_no_container() -> NoReturn:
    raise Problem(
        404,
        "There is no container of dead letters",
        f"The app's storage account has no container `{CONTAINER}`: without it, Event Grid drops what it gives up."
        " Make it, as the deployment does, and name it as the dead-letter destination of the event subscriptions."
        " What no event told of is found by the sweep.",
    )


async def _read(guard: Guard, listed: Sequence[ListedBlob]) -> tuple[GivenUp, Sequence[ListedBlob]]:
    """Read and judge as much as one request takes up; give what is still unread, too.

    What can't be read as dead letters does not count: however much of it there is, the rest is come to.
    """
    given_up = GivenUp(left=[Left(blob.name, _TOO_LARGE) for blob in listed if blob.size > _LARGEST])
    listed = [blob for blob in listed if blob.size <= _LARGEST]
    while listed and len(given_up.blobs) < _MOST_BLOBS and given_up.size < _MOST_BYTES:
        some = _some(listed, _MOST_BLOBS - len(given_up.blobs), _MOST_BYTES - given_up.size)
        listed = listed[len(some) :]
        read = await read_blobs(guard.clients, some)
        await asyncio.to_thread(judge, given_up, read, guard.settings)
    return given_up, listed


def _some(listed: Sequence[ListedBlob], most: int, most_bytes: int) -> Sequence[ListedBlob]:
    """Give the first blobs that are no more than so many, with no more bytes than that unless it is one alone."""
    size = 0
    for number, blob in enumerate(listed[:most]):
        size += blob.size
        if number and size > most_bytes:
            return listed[:number]
    return listed[:most]


def _document_waiting(given_up: GivenUp, blobs: int, *, more: bool) -> WaitingDocument:
    letters = sorted(given_up.judged, key=Judged.sort_key)
    times = [one.time for one in letters if one.time is not None]
    checks = len(given_up.checks())
    return WaitingDocument(
        blobs=blobs,
        blobs_read=len(given_up.blobs) + len(given_up.left),
        events=len(letters),
        checks=checks,
        oldest=min(times, default=None),
        reasons=dict(Counter(one.letter.reason or "none given" for one in letters).most_common(_MOST_SHOWN)),
        more=more,
        left=_document_left(given_up.left),
        dead_letters=[_document_letter(one) for one in letters[:_MOST_SHOWN]],
        message=_tell_waiting(len(letters), checks, blobs),
    )


def _tell_waiting(events: int, checks: int, blobs: int) -> str:
    if not blobs:
        return "Nothing waits: there is no dead letter."
    return (
        f"POST /api/dead-letters queues a check of each of the {checks} subjects that these {events} events ask for,"
        " and deletes their blobs. First see to what kept Event Grid from delivering them, as the reasons tell."
    )


def _document_letter(one: Judged) -> DeadLetterDocument:
    return DeadLetterDocument(
        blob=one.blob,
        subject=one.letter.subject,
        operation=one.letter.operation,
        event_time=one.letter.event_time,
        dead_letter_reason=one.letter.reason,
        attempts=one.letter.attempts,
        last_delivery_outcome=one.letter.outcome,
        check=str(one.check.subject) if one.check else None,
        dropped=one.dropped,
    )


def _document_taken_up(given_up: GivenUp, changed: Sequence[str], *, more: bool) -> TakenUpDocument:
    checks = given_up.checks()
    queued = [QueuedDocument(subject=str(one.subject), correlation_id=one.correlation_id) for one in checks]
    blobs = len(given_up.blobs) - len(changed)
    left = _document_left(given_up.left)
    left += [LeftDocument(blob=name, reason=_CHANGED, message=_CHANGED_MESSAGE) for name in changed[:_MOST_SHOWN]]
    rest = " There are more: ask again." if more else ""
    return TakenUpDocument(
        blobs=blobs,
        events=len(given_up.judged),
        dropped=len(given_up.dropped),
        queued=len(checks),
        more=more,
        left=left,
        checks=queued[:_MOST_SHOWN],
        message=f"{len(checks)} checks are queued, and {blobs} blobs deleted.{rest}",
    )


def _document_left(left: Sequence[Left]) -> list[LeftDocument]:
    return [LeftDocument(blob=one.blob, reason=one.reason, message=_UNREADABLE_MESSAGE) for one in left[:_MOST_SHOWN]]


def _log(given_up: GivenUp, document: TakenUpDocument) -> None:
    for reason in given_up.dropped:
        log_dropped(reason)
    for one in given_up.left:
        fields = {"subject": "unreadable", "correlation_id": None, "blob": one.blob, "reason": one.reason}
        logger.warning("Dead letter left", extra=fields)
    told = document.model_dump(include={"blobs", "events", "dropped", "queued", "more"})
    logger.info("Dead letters taken up", extra={"subject": "all", "correlation_id": None, **told})
