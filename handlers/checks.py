"""Every Check comes through here: looked at by its subject's type, reported, and followed up."""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from handlers.application import check_application
from handlers.attachment import check_attachment
from handlers.documents import document_report
from handlers.estate import check_estate
from handlers.guard import Guard
from handlers.network_security_group import check_network_security_group
from handlers.publications import queue_news
from handlers.reporting import log_fields, log_report, make_failed_report
from handlers.subscription import check_subscription
from handlers.tenant import check_tenant
from handlers.virtual_machine import check_virtual_machine
from shared.azure.check_queue import parse_check, send_check
from shared.azure.failures import PassingFailure
from shared.azure.tables import Overtaken
from shared.azure.waivers import list_waivers
from shared.decide.compliance import decide_time_to_compliant
from shared.decide.looks import decide_retry
from shared.decide.memory import remember_report
from shared.decide.waivers import decide_waived
from shared.model.check import Check
from shared.model.desired import DesiredState
from shared.model.plan import Report
from shared.model.resource_id import (
    APPLICATION,
    ESTATE,
    NETWORK_INTERFACE,
    NETWORK_SECURITY_GROUP,
    SUBNET,
    SUBSCRIPTION,
    TENANT,
    VIRTUAL_MACHINE,
    VIRTUAL_NETWORK,
    ResourceId,
)
from shared.telemetry.recorder import recorder
from shared.turns import GATHERING, NoTurn, Turn, take_turn

logger = logging.getLogger(__name__)

# A look takes seconds; whoever had it and was killed keeps others waiting until its lease has run out.
_HELD = timedelta(seconds=10)
_LONGEST = timedelta(hours=1)

_LOOKS: dict[str, Callable[[Guard, Check, DesiredState, Turn], Awaitable[Report]]] = {
    VIRTUAL_MACHINE.casefold(): check_virtual_machine,
    NETWORK_SECURITY_GROUP.casefold(): check_network_security_group,
    NETWORK_INTERFACE.casefold(): check_attachment,
    SUBNET.casefold(): check_attachment,
    VIRTUAL_NETWORK.casefold(): check_attachment,
    APPLICATION.casefold(): check_application,
    TENANT.casefold(): check_tenant,
    SUBSCRIPTION.casefold(): check_subscription,
    ESTATE.casefold(): check_estate,
}


async def receive_check(guard: Guard, text: str | bytes) -> None:
    """Answer a Check from the queue, and queue what follows from it; one of a subscription not watched is dropped.

    Raises ValueError for a message that is no Check, so that it ends as poison and is told of.
    """
    check = parse_check(text)
    if not guard.settings.watches(check.subject.subscription_id):
        reason = f"subscription {check.subject.subscription_id} is not watched"
        logger.warning("Check dropped", extra={**log_fields(check), "reason": reason})
        return
    if check.subject.is_a(SUBSCRIPTION):
        await _sweep(guard, check)
    else:
        await _answer(guard, check)


async def _sweep(guard: Guard, check: Check) -> None:
    """Answer a Check of a whole subscription, one after the other in a process: another one may take it meanwhile."""
    if guard.sweeping.locked():
        await send_check(guard.clients, check, _HELD)
        return
    async with guard.sweeping:
        await _answer(guard, check)


async def _answer(guard: Guard, check: Check) -> None:
    async with guard.turns.of(check.subject):
        try:
            turn = await take_turn(guard.clients, check)
            if isinstance(turn, Turn):
                await _look(guard, check, turn)
                return
            logger.info(turn.value, extra=log_fields(check))
            if turn is NoTurn.HELD:
                await send_check(guard.clients, check, _HELD)
        except (PassingFailure, Overtaken) as failure:
            # Of the state, not of the subject: nothing of this look was saved, so that it is to be made anew.
            logger.warning("Check put off", extra={**log_fields(check), "reason": str(failure)})
            retry_after = failure.retry_after if isinstance(failure, PassingFailure) else None
            await send_check(guard.clients, check.retried(), decide_retry(check.attempt, retry_after) or _LONGEST)


async def answer_check(guard: Guard, check: Check, desired: DesiredState, turn: Turn) -> Report:
    """Look at a Check's subject, and act as far as `desired` permits.

    Raises ValueError for a subject of a type that is not looked at; UnreadableRow, PassingFailure or Refusal when
    nobody can tell what people accept: before anything is written, so that no report of a write is lost.
    """
    look = _LOOKS.get(check.subject.type.casefold())
    if look is None:
        raise ValueError(f"a {check.subject.type} is not looked at")
    with recorder().check(check) as record:
        waivers, _ = await list_waivers(guard.clients, check.subject)
        try:
            report = decide_waived(await look(guard, check, desired, turn), waivers)
        except PassingFailure as failure:
            report = make_failed_report(check, failure)
        record.answer(report)
        return report


async def _look(guard: Guard, check: Check, turn: Turn) -> None:
    """Answer a check whose subject is leased to us, queue what follows, and let go of the subject."""
    try:
        report = await answer_check(guard, check, guard.desired, turn)
        log_report(report)
        await queue_news(guard, turn, report)
        look = await _follow_up(guard, report)
        past = remember_report(turn.past, report, look)
        # A report on thousands of VMs is long: nothing waits for it to be written down.
        document = await asyncio.to_thread(document_report, report)
        # Not before: a check whose follow-up failed comes again, and must not find itself answered.
        await turn.end(past, document.model_dump(mode="json"))
        took = decide_time_to_compliant(turn.past, report)
        if took is not None:
            recorder().time_to_compliant(check.subject, took)
    except Exception as error:
        await turn.fail(error)
        raise


async def _follow_up(guard: Guard, report: Report) -> str | None:
    """Queue what follows from a report; give the token of its look again."""
    check = report.check
    if report.observed_at is not None:
        for subject in report.checks:
            await _ask_for(guard, subject, check, report.observed_at)
    if report.look_again_after is None:
        return None
    look = uuid.uuid4().hex
    again = check.again(report.observed_at or check.asked_at, look, progressed=report.progressed)
    await send_check(guard.clients, again, report.look_again_after)
    return look


async def _ask_for(guard: Guard, subject: ResourceId, by: Check, at: datetime) -> None:
    """Queue a check of a subject that is not to begin before all have asked for it who are about to."""
    if not guard.turns.ask_for(subject, at):
        return
    cause = f"asked for by the check of {by.subject.name}"
    try:
        await send_check(guard.clients, Check(subject, cause, by.correlation_id, at + GATHERING), GATHERING)
    except BaseException:
        guard.turns.withdraw(subject)
        raise
