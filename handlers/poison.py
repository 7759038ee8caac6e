"""What failed time after time: told loudly, and kept as a report, where people see it.

Whatever raises here is tried again by the host as long as the message lives, which is a week: a poison queue has none
of its own, so the host leaves the message hidden for ten minutes after each failure.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import datetime

from pydantic import ValidationError

from handlers.answers import tell_faults
from handlers.asking import change_row
from handlers.documents import FindingDocument, ReportDocument, document_report
from handlers.guard import Guard
from handlers.publications import decide_news_of_unseen, log_batch, queue_publications
from handlers.reporting import log_fields
from shared.azure.check_queue import parse_check
from shared.azure.entities import digest
from shared.azure.outbox import parse_batch
from shared.azure.subjects import SubjectRow, save_unreadable
from shared.model.check import Check
from shared.model.plan import Finding, Report
from shared.model.publication import Publication
from shared.model.reason import Reason, Status

logger = logging.getLogger(__name__)

_GIVEN_UP = "Check given up as poison"
_EVENTS_GIVEN_UP = "Events given up as poison"
# maxDequeueCount in host.json.
_TRIES = "five times"
_NO_ERROR = "no error was saved: the process ended without a word"
_LONGEST_TEXT = 500
_SHORT = 8


async def report_poison(guard: Guard, text: str | bytes) -> None:
    """Log a Check that was given up, and keep that as its subject's report: UNKNOWN.

    Raises UnreadableRow, PassingFailure, Refusal when that can't be kept now, AzureError when it can't be published.
    """
    try:
        check = parse_check(text)
    except ValueError as error:
        fields = _fields_of_unreadable(error)
        logger.error(_GIVEN_UP, extra=fields)
        await save_unreadable(guard.clients, text, _report_unreadable(text, fields["reason"]))
        return
    logger.error(_GIVEN_UP, extra=log_fields(check))
    news: tuple[Publication, ...] = ()

    def give_up(row: SubjectRow, now: datetime) -> SubjectRow | None:
        nonlocal news
        if _was_seen_since(row, check):
            news = ()
            return None
        report = _report_given_up(check, row)
        news, told = decide_news_of_unseen(guard, row.past, report, now)
        document = document_report(report).model_dump(mode="json")
        return replace(row, past=replace(row.past, status=Status.UNKNOWN, told=told), report=document)

    row = await change_row(guard.clients, check.subject, give_up)
    if row is not None:
        # Whoever dies before this is tried again, and the next look knows that subscribers have perhaps heard of it.
        await queue_publications(guard, check, news)


async def report_poisoned_events(guard: Guard, text: str | bytes) -> None:
    """Log events that were given up, and keep that as a report of its own: their subject's tells of the subject.

    Raises UnreadableRow, PassingFailure, Refusal when that can't be kept now.
    """
    try:
        fields = log_batch(parse_batch(text))
    except ValueError as error:
        fields = _fields_of_unreadable(error)
    logger.error(_EVENTS_GIVEN_UP, extra=fields)
    whole = _text_of(text)
    message = (
        f"Events that were to be published were tried {_TRIES} and given up: subscribers never hear of them. The log"
        f" has the reason, at the correlation id {fields['correlation_id']}. They begin with: {whole[:_LONGEST_TEXT]}"
    )
    subject = f"events of {fields['subject']}, {digest(whole)[:_SHORT]}"
    await save_unreadable(guard.clients, subject, _report_message(subject, message, "events that were given up"))


def _fields_of_unreadable(error: ValueError) -> dict[str, str]:
    reason = tell_faults(error) if isinstance(error, ValidationError) else str(error)
    return {"subject": "unreadable", "correlation_id": "unknown", "reason": reason}


def _was_seen_since(row: SubjectRow, check: Check) -> bool:
    """Tell whether a later look went well: what it saw is newer than that this one failed."""
    past = row.past
    if past.status is Status.UNKNOWN or past.observed_at is None or check.asked_at is None:
        return False
    return past.observed_at > check.asked_at


def _report_given_up(check: Check, row: SubjectRow) -> Report:
    return Report(check, Status.UNKNOWN, row.past.observed_at, (_finding(check, row.error),))


def _finding(check: Check, error: str | None) -> Finding:
    message = (
        f"The check of {check.subject.name} ({check.cause}) was tried {_TRIES} and given up. It failed with:"
        f" {error or _NO_ERROR}. Look at the log for the correlation id {check.correlation_id}; when that is mended,"
        " have it looked at again with POST /api/checks."
    )
    evidence = {"error": error, "correlation_id": check.correlation_id, "attempt": check.attempt}
    return Finding(check.subject, Reason.CHECK_FAILED, message, evidence)


def _report_unreadable(text: str | bytes, reason: str) -> dict[str, object]:
    shown = _text_of(text)[:_LONGEST_TEXT]
    message = (
        f"A message in the queue of checks can't be read, so that nothing was looked at: {reason}. If nothing but WAC"
        " Guard writes to that queue, another version of the app did. What it should have looked at can be given to"
        f" POST /api/checks. It begins with: {shown}"
    )
    return _report_message(shown, message, "a message that can't be read")


def _text_of(text: str | bytes) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else text


def _report_message(subject: str, message: str, cause: str) -> dict[str, object]:
    finding = FindingDocument(
        subject=subject, reason=Reason.CHECK_FAILED.value, status=Status.UNKNOWN.name, message=message, evidence={}
    )
    return ReportDocument(
        subject=subject,
        status=Status.UNKNOWN.name,
        cause=cause,
        correlation_id="unknown",
        observed_at=None,
        findings=[finding],
        actions=[],
        checks=[],
        look_again_after_seconds=None,
    ).model_dump(mode="json")
