"""Requests as people send them, and what they find afterwards."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from handlers.answers import Answer
from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.reports import show_reports, show_writes
from shared.azure.check_queue import CHECKS, parse_check, write_check
from shared.azure.subjects import SubjectRow, read_subject
from shared.model.check import Check
from shared.model.resource_id import ResourceId
from simulator.local import LocalAzure
from tests.handlers.looking import check_of

PROBLEM = "application/problem+json"
type Document = dict[str, Any]


def read(answer: Answer) -> Document:
    """Read an answer's body."""
    document: Document = json.loads(answer.body)
    assert (answer.media_type == PROBLEM) == (answer.status >= 400)
    return document


async def post(
    order: Callable[[Guard, bytes], Awaitable[Answer]], guard: Guard, **body: Any
) -> tuple[Answer, Document]:
    """Post a body as JSON; give the answer, and its own body read."""
    answer = await order(guard, json.dumps(body).encode())
    return answer, read(answer)


async def report_of(guard: Guard, subject: str) -> Document:
    """Ask for what is known of a subject that was looked at."""
    answer = await show_reports(guard, {"subject": subject})
    assert answer.status == 200, answer.body
    return read(answer)


async def writes_of(guard: Guard, subject: str) -> list[Document]:
    """Ask for the writes to a subject, the newest first."""
    answer = await show_writes(guard, {"subject": subject})
    assert answer.status == 200, answer.body
    writes: list[Document] = read(answer)["writes"]
    return writes


async def row_of(guard: Guard, subject: str) -> SubjectRow:
    """Read what is kept of a subject."""
    row, _ = await read_subject(guard.clients, ResourceId(subject))
    return row


async def receive(guard: Guard, subject: str) -> None:
    """Have a subject looked at as the queue would."""
    await receive_check(guard, write_check(check_of(subject)))


async def queued(azure: LocalAzure) -> list[str]:
    """Give the messages that are visible in the queue of checks."""
    try:
        peeked = await azure.storage.get_queue_client(CHECKS).peek_messages(max_messages=32)
    except ResourceNotFoundError:
        return []
    return [message.content for message in peeked]


async def queued_subjects(azure: LocalAzure) -> list[str]:
    """Give the subjects of the checks that are visible in the queue, in order."""
    return sorted(json.loads(message)["subject"] for message in await queued(azure))


async def take(azure: LocalAzure) -> list[Check]:
    """Take all visible checks from the queue."""
    queue = azure.storage.get_queue_client(CHECKS)
    taken = []
    async for message in queue.receive_messages():
        taken.append(parse_check(message.content))
        await queue.delete_message(message)
    return taken


async def work_off(azure: LocalAzure, guard: Guard) -> None:
    """Answer all checks that are visible in the queue, and those that follow at once."""
    while checks := await take(azure):
        for check in checks:
            await receive_check(guard, write_check(check))
