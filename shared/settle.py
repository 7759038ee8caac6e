"""Settling what earlier looks left open, before anything new is decided."""

from __future__ import annotations

import logging
from dataclasses import replace

from shared.azure.clients import AzureClients
from shared.azure.leash import clear_failures, note_failure, read_leash
from shared.azure.trail import conclude, list_writes, read_write
from shared.decide.memory import remember_observation, remember_settlement
from shared.decide.orders import Orders
from shared.decide.settlement import decide_settlement
from shared.model.check import Check
from shared.model.estate import Estate
from shared.model.leash import Failure
from shared.model.past import Past
from shared.model.write import Fate, Write
from shared.turns import Turn

logger = logging.getLogger(__name__)


async def settle(clients: AzureClients, turn: Turn, estate: Estate, check: Check) -> Past:
    """Settle the writes whose end can now be seen, and add what was observed to what is remembered.

    In this order: what the app itself took away is nobody else's doing, though it never heard that it was done.
    Raises PassingFailure or Refusal when the trail can't be reached.
    """
    for write_id in turn.past.unsettled if turn.may_write else ():
        write = await read_write(clients, check.subject, write_id)
        if write is None:
            # The process ended between naming the intent and writing it down: nothing was sent.
            unsettled = tuple(one for one in turn.past.unsettled if one != write_id)
            turn.past = replace(turn.past, unsettled=unsettled)
        else:
            await _settle(clients, turn, estate, write)
    turn.past = remember_observation(turn.past, estate, check)
    return turn.past


async def read_orders(clients: AzureClients, turn: Turn, check: Check) -> Orders:
    """Read what people ordered of a subject. Raises PassingFailure or Refusal."""
    leash = await read_leash(clients)
    decommission = leash.decommission is not None
    trail = tuple(await list_writes(clients, check.subject)) if decommission else ()
    undo = turn.past.hold.undo if turn.past.hold is not None else None
    return Orders(await read_write(clients, check.subject, undo) if undo else None, decommission, trail)


async def _settle(clients: AzureClients, turn: Turn, estate: Estate, write: Write) -> None:
    if write.fate is Fate.REFUSED:
        # The process ended when it had heard so, before it remembered.
        turn.past = remember_settlement(turn.past, write)
        return
    settlement = decide_settlement(write, estate)
    if settlement is None:
        return
    settled = replace(write, fate=settlement.fate, message=settlement.message, concluded_at=estate.observed_at)
    await conclude(clients, settled)
    turn.past = remember_settlement(turn.past, settled)
    fields = {"subject": str(write.subject), "correlation_id": write.correlation_id, "fate": settled.fate.value}
    logger.info("Write settled", extra={**fields, "write": write.id, "resource": str(write.action.id)})
    if settled.fate is Fate.DONE:
        await clear_failures(clients)
    elif settled.fate is Fate.FAILED:
        await note_failure(clients, Failure(estate.observed_at, str(write.action.id), settlement.message))
