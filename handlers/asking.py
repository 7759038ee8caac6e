"""What requests have in common: whom they may name, the checks that they queue, and the rows that they change."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from handlers.answers import Problem
from handlers.guard import Guard
from shared.azure.at_once import each_at_once
from shared.azure.check_queue import send_check
from shared.azure.clients import AzureClients
from shared.azure.failures import PassingFailure, explained
from shared.azure.leash import CONTROL, PARTITION
from shared.azure.subjects import SubjectRow, SubjectSummary, read_subject, save_subject
from shared.azure.tables import Overtaken, Table
from shared.decide.permission import decide_enforcement
from shared.model.check import Check
from shared.model.resource_id import ResourceId

BY_HTTP = "asked for by HTTP"
_MOST_ROUNDS = 10


def require_watched(guard: Guard, subject: ResourceId) -> None:
    """Raise Problem for what lies in a subscription that is not watched."""
    if not guard.settings.watches(subject.subscription_id):
        raise Problem(
            403,
            "The subscription is not watched",
            f"Subscription {subject.subscription_id} is not among WAC_SUBSCRIPTIONS: add it there, or name a resource"
            " of a subscription that is.",
        )


def require_enforcement(guard: Guard, subject: ResourceId) -> None:
    """Raise Problem where the settings let no check write, with the setting to change."""
    forbidden = decide_enforcement(subject, guard.desired)
    if forbidden is not None:
        raise Problem(403, "Enforcing is not permitted here", forbidden.message)


async def queue_check(guard: Guard, subject: ResourceId, cause: str = BY_HTTP) -> str:
    """Queue a check that looks in any case; give its correlation id. Raises PassingFailure, Refusal."""
    check = Check(subject, cause, str(uuid.uuid4()), asked_at=None)
    with explained():
        await send_check(guard.clients, check)
    return check.correlation_id


async def queue_checks(
    guard: Guard, subjects: Iterable[ResourceId], cause: str, asked_at: datetime, correlation_id: str | None = None
) -> str:
    """Queue a check of each subject, under one correlation id, which it gives. Raises PassingFailure, Refusal."""
    correlation_id = correlation_id or str(uuid.uuid4())
    await send_checks(guard, (Check(subject, cause, correlation_id, asked_at) for subject in subjects))
    return correlation_id


async def send_checks(guard: Guard, checks: Iterable[Check]) -> None:
    """Queue checks, several at once. Raises PassingFailure, Refusal."""
    # A queue that is out of reach for one is so for all.
    with explained():
        await each_at_once(lambda check: send_check(guard.clients, check), checks)


async def change_row(
    clients: AzureClients, subject: ResourceId, change: Callable[[SubjectRow, datetime], SubjectRow | None]
) -> SubjectRow | None:
    """Save what `change` makes of a subject's row and storage's time; None leaves it, and is given.

    Raises UnreadableRow, PassingFailure, Refusal.
    """
    for _ in range(_MOST_ROUNDS):
        row, now = await read_subject(clients, subject)
        changed = change(row, now)
        if changed is None:
            return None
        try:
            # The lease stays with whoever has it, but the row's ETag is a new one: an instance that is just looking
            # at the subject finds its own saves refused, the one that goes ahead of each write too, and looks anew.
            # So a person's word counts at once, and no two instances ever write.
            return await save_subject(clients, replace(changed, holder=row.holder, held_until=row.held_until))
        except Overtaken:
            continue
    raise PassingFailure(f"Too many are writing the row of {subject.name}")


def name_subjects(summaries: Iterable[SubjectSummary]) -> list[ResourceId]:
    """Give the ids of subjects, without the messages that named none."""
    found = []
    for one in summaries:
        try:
            found.append(ResourceId(one.subject))
        except ValueError:
            continue
    return found


async def read_time(clients: AzureClients) -> datetime:
    """Give storage's time, which all stops are dated by. Raises PassingFailure, Refusal."""
    table = Table(clients, CONTROL)
    await table.query(PARTITION, select=["version"])
    return table.answered_at
