"""What people ask for by HTTP."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

from handlers.checks import answer_check
from handlers.documents import CheckRequest, ProblemDocument, document_report
from handlers.guard import Guard
from handlers.reporting import log_report
from shared.azure.check_queue import send_check
from shared.decide.permission import decide_enforcement
from shared.model.check import Check
from shared.model.desired import Mode
from shared.model.resource_id import ResourceId

_NO_CHECK = "The request is no check"
# An ARM id has 2,000 characters at the very most; what is wrong with a body is told with what it says.
_LONGEST_BODY = 16 * 1024
_EXAMPLE = {
    "subject": "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Compute/virtualMachines/<name>",
    "mode": "audit",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, its body as JSON, and the media type."""

    status: int
    body: str
    media_type: str = "application/json"


async def request_check(guard: Guard, body: bytes) -> Answer:
    """Audit a VM or an NSG now and answer with the Report (200), or queue its check to be enforced (202).

    Bad input (400), a subscription that is not watched (403), and enforcement that the settings don't permit (403)
    are answered with a problem that says what to send or to set.
    """
    if len(body) > _LONGEST_BODY:
        return _problem(400, _NO_CHECK, f"The body has {len(body)} bytes; send {_LONGEST_BODY} at most.")
    try:
        asked = CheckRequest.model_validate_json(body)
    except ValidationError as error:
        return _problem(400, _NO_CHECK, _faults(error))
    subject = ResourceId(asked.subject)
    if not guard.settings.watches(subject.subscription_id):
        return _problem(
            403,
            "The subscription is not watched",
            f"Subscription {subject.subscription_id} is not among WAC_SUBSCRIPTIONS: add it there, or name a resource"
            " of a subscription that is.",
        )
    check = Check(subject, "asked for by HTTP", str(uuid.uuid4()), asked_at=None)
    return await (_enforce(guard, check) if asked.mode is Mode.ENFORCE else _audit(guard, check))


async def _audit(guard: Guard, check: Check) -> Answer:
    report = await answer_check(guard, check, guard.desired.audited())
    log_report(report)
    return _answer(200, document_report(report))


async def _enforce(guard: Guard, check: Check) -> Answer:
    forbidden = decide_enforcement(check.subject, guard.desired)
    if forbidden is not None:
        return _problem(403, "Enforcing is not permitted here", forbidden.message)
    await send_check(guard.clients, check)
    return _answer(202, QueuedDocument(subject=str(check.subject), correlation_id=check.correlation_id))


class QueuedDocument(BaseModel):
    """A check that is on its way: its log lines carry the correlation id."""

    subject: str
    correlation_id: str


def _answer(status: int, document: BaseModel) -> Answer:
    return Answer(status, document.model_dump_json())


def _problem(status: int, title: str, detail: str) -> Answer:
    example = _EXAMPLE if status == 400 else None
    document = ProblemDocument(title=title, status=status, detail=detail, example=example)
    return Answer(status, document.model_dump_json(exclude_none=True), "application/problem+json")


def _faults(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    )
