"""Every Check comes through here: looked at by its subject's type, reported, and followed up."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from handlers.attachment import check_attachment
from handlers.guard import Guard
from handlers.network_security_group import check_network_security_group
from handlers.reporting import log_fields, log_report, make_failed_report
from handlers.virtual_machine import check_virtual_machine
from shared.azure.check_queue import parse_check, send_check
from shared.azure.failures import PassingFailure
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.model.resource_id import (
    NETWORK_INTERFACE,
    NETWORK_SECURITY_GROUP,
    SUBNET,
    VIRTUAL_MACHINE,
    VIRTUAL_NETWORK,
)

logger = logging.getLogger(__name__)

_LOOKS: dict[str, Callable[[Guard, Check, DesiredState], Awaitable[Report]]] = {
    VIRTUAL_MACHINE.casefold(): check_virtual_machine,
    NETWORK_SECURITY_GROUP.casefold(): check_network_security_group,
    NETWORK_INTERFACE.casefold(): check_attachment,
    SUBNET.casefold(): check_attachment,
    VIRTUAL_NETWORK.casefold(): check_attachment,
}


async def receive_check(guard: Guard, text: str | bytes) -> None:
    """Answer a Check from the queue, and queue what follows from it.

    Raises ValueError for a message that is no Check, so that it ends as poison and is told of.
    """
    check = parse_check(text)
    async with guard.turns.of(check.subject):
        if guard.turns.answered(check):
            logger.info("Check already answered", extra=log_fields(check))
            return
        if guard.turns.superseded(check):
            logger.info("Look superseded by a later one", extra=log_fields(check))
            return
        report = await answer_check(guard, check, guard.desired)
        log_report(report)
        await _follow_up(guard, report)
        # Not before: a check whose follow-up failed comes again, and must not find itself answered.
        guard.turns.note(report)


async def answer_check(guard: Guard, check: Check, desired: DesiredState) -> Report:
    """Look at a Check's subject, and act as far as `desired` permits.

    Raises ValueError for a subject of a type that is not looked at.
    """
    look = _LOOKS.get(check.subject.type.casefold())
    if look is None:
        raise ValueError(f"a {check.subject.type} is not looked at")
    try:
        return await look(guard, check, desired)
    except PassingFailure as failure:
        return make_failed_report(check, failure)


async def _follow_up(guard: Guard, report: Report) -> None:
    check = report.check
    if report.observed_at is not None:
        cause = f"asked for by the check of {check.subject.name}"
        for subject in report.checks:
            await _ask_for(guard, Check(subject, cause, check.correlation_id, report.observed_at), report.observed_at)
    if report.look_again_after is not None:
        again = check.again(report.observed_at or check.asked_at, progressed=report.wrote)
        await send_check(guard.clients, again, report.look_again_after)
        guard.turns.note_look(again)


async def _ask_for(guard: Guard, check: Check, at: datetime) -> None:
    if not guard.turns.ask_for(check.subject, at):
        return
    try:
        await send_check(guard.clients, check)
    except BaseException:
        guard.turns.withdraw(check.subject)
        raise
