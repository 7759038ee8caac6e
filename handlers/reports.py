"""GET /api/reports and GET /api/writes: what is known of subjects, and what was written to them."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.answers import Answer, Problem, answer, answering, parse_query
from handlers.asking import require_watched
from handlers.bodies import CHECK, REPORTS, WRITES, ReportsQuery, WritesQuery
from handlers.guard import Guard
from handlers.state_documents import LONGEST_SUBJECT, document_subject, document_subjects, document_writes
from shared.azure.entities import read_document
from shared.azure.subjects import SUBJECTS, UNREADABLE, list_subjects, read_subject
from shared.azure.tables import Table
from shared.azure.trail import list_writes
from shared.model.resource_id import ResourceId


@answering
async def show_reports(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with one subject's latest report and what is remembered of it, or with a list of all subjects."""
    asked = parse_query(ReportsQuery, query, "query of reports", REPORTS)
    if asked.subject is not None:
        return await _show_report(guard, asked.subject)
    listed = await list_subjects(guard.clients)
    return answer(200, document_subjects(one for one in listed if asked.status in (None, one.status)))


@answering
async def show_writes(guard: Guard, query: Mapping[str, str]) -> Answer:
    """Answer with all writes to a subject, the newest first."""
    subject = ResourceId(parse_query(WritesQuery, query, "query of writes", WRITES).subject)
    require_watched(guard, subject)
    return answer(200, document_writes(subject, await list_writes(guard.clients, subject)))


async def _show_report(guard: Guard, text: str) -> Answer:
    """Show what is kept of any subject that was ever looked at: NICs, networks and unreadable messages, too."""
    try:
        subject = ResourceId(text.rstrip("/"))
    except ValueError as error:
        return await _show_unreadable(guard, text, str(error))
    require_watched(guard, subject)
    row, _ = await read_subject(guard.clients, subject)
    if row.etag is None:
        detail = (
            f"{subject.name} was never looked at. POST the example to /api/checks to have it looked at now; a report"
            ' is kept from its first event on, or with "mode": "enforce" where mode and scope permit that.'
        )
        raise Problem(404, "There is no report", detail, CHECK | {"subject": str(subject)})
    return answer(200, document_subject(str(subject), row.report, row.past, row.error, guard.settings.documentation))


async def _show_unreadable(guard: Guard, text: str, why_no_id: str) -> Answer:
    shown = text[:LONGEST_SUBJECT]
    rows = await Table(guard.clients, SUBJECTS).query(UNREADABLE)
    found = next((row for row in rows if str(row.properties.get("subject"))[:LONGEST_SUBJECT] == shown), None)
    if found is None:
        raise Problem(400, "The request is no query of reports", f"subject: {why_no_id}", REPORTS)
    return answer(
        200, document_subject(shown, read_document(found, "report"), documentation=guard.settings.documentation)
    )
