"""Event Grid events become Checks; what is malformed or not ours is logged with its reason and dropped."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from handlers.guard import Guard
from handlers.reporting import log_fields
from shared.azure.check_queue import send_check
from shared.model.check import Check
from shared.model.resource_id import (
    EXTENSION,
    NETWORK_INTERFACE,
    NETWORK_SECURITY_GROUP,
    SECURITY_RULE,
    SUBNET,
    VIRTUAL_MACHINE,
    VIRTUAL_NETWORK,
    ResourceId,
)
from shared.settings import Settings

logger = logging.getLogger(__name__)

# The operations that are a reason to look, by the type of resource that their events name. A child's event is a
# reason to look at its parent.
OPERATIONS: Mapping[str, str] = MappingProxyType(
    {
        "Microsoft.Compute/virtualMachines/write": VIRTUAL_MACHINE,
        "Microsoft.Compute/virtualMachines/start/action": VIRTUAL_MACHINE,
        "Microsoft.Compute/virtualMachines/extensions/write": EXTENSION,
        "Microsoft.Compute/virtualMachines/extensions/delete": EXTENSION,
        "Microsoft.Network/networkSecurityGroups/write": NETWORK_SECURITY_GROUP,
        "Microsoft.Network/networkSecurityGroups/securityRules/write": SECURITY_RULE,
        "Microsoft.Network/networkSecurityGroups/securityRules/delete": SECURITY_RULE,
        "Microsoft.Network/networkInterfaces/write": NETWORK_INTERFACE,
        "Microsoft.Network/virtualNetworks/subnets/write": SUBNET,
        "Microsoft.Network/virtualNetworks/write": VIRTUAL_NETWORK,
    }
)
_TYPES = {operation.casefold(): resource_type for operation, resource_type in OPERATIONS.items()}
_CHECKED_THROUGH_PARENT = frozenset({EXTENSION, SECURITY_RULE})
_SUCCESSES = (
    "Microsoft.Resources.ResourceWriteSuccess",
    "Microsoft.Resources.ResourceDeleteSuccess",
    "Microsoft.Resources.ResourceActionSuccess",
)
# An extension that failed to install is a reason to look, too; any other failed write has changed nothing.
_FAILURE = "Microsoft.Resources.ResourceWriteFailure"
_CALLER_CLAIMS = (
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name",
    "appid",
)
_LONGEST_CALLER = 200


class _Data(BaseModel):
    operation: str = Field(alias="operationName")
    correlation_id: str = Field("unknown", alias="correlationId")
    claims: Any = None  # whatever they are, they are no reason to drop an event

    @property
    def caller(self) -> str | None:
        """Who did it: a person's name for signing in, else the application's id."""
        claims = self.claims if isinstance(self.claims, dict) else {}
        found = next((claims[name] for name in _CALLER_CLAIMS if claims.get(name)), None)
        return str(found)[:_LONGEST_CALLER] if found else None


class _Event(BaseModel):
    """What is needed of an event of either schema."""

    model_config = ConfigDict(from_attributes=True)

    type: str = Field(validation_alias=AliasChoices("event_type", "type"))
    time: AwareDatetime = Field(validation_alias=AliasChoices("event_time", "time"))
    subject: str
    data: _Data


async def receive_event(guard: Guard, text: str) -> None:
    """Queue the Check that an event is a reason for; nothing else is done here.

    Whatever the text is, this only raises when the queue can't be reached: then Event Grid sends it again.
    """
    try:
        check = parse_event(text, guard.settings)
    except ValueError as error:
        log_dropped(str(error))
        return
    await send_check(guard.clients, check)
    log_queued(check)


def log_dropped(reason: str) -> None:
    """Log why an event was dropped; never the event itself: its claims carry people's names and addresses."""
    logger.warning("Event dropped", extra={"reason": reason, "subject": "unknown", "correlation_id": "unknown"})


def log_queued(check: Check) -> None:
    """Log what an event was a reason for."""
    logger.info("Check queued", extra=log_fields(check))


def parse_event(text: str, settings: Settings) -> Check:
    """Read one event of either schema into the Check it is a reason for.

    Raises ValueError, with the reason, for what is malformed, foreign, or no reason to look.
    """
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(_unreadable(error)) from None
    return parse_raw_event(raw, settings)


def parse_raw_event(raw: object, settings: Settings) -> Check:
    """Read one event, as its JSON has it, as `parse_event` does. Raises ValueError."""
    event = _parse_schema(raw)
    operation = event.data.operation
    expected = _TYPES.get(operation.casefold())
    if expected is None:
        raise ValueError(f"operation {operation!r} is none of those that are looked at")
    if event.type not in _SUCCESSES and not (event.type == _FAILURE and expected == EXTENSION):
        raise ValueError(f"event type {event.type!r} says nothing new of {operation}")
    subject = ResourceId(event.subject.rstrip("/"))
    if not subject.is_a(expected):
        raise ValueError(f"the subject is a {subject.type}, which {operation} does not write")
    if not settings.watches(subject.subscription_id):
        raise ValueError(f"subscription {subject.subscription_id} is not watched")
    if expected in _CHECKED_THROUGH_PARENT and subject.parent is not None:
        subject = subject.parent
    return Check(subject, f"event {operation}", event.data.correlation_id, event.time, by=event.data.caller)


def _parse_schema(raw: Any) -> _Event:
    """Read an event with Azure's own parsers, which raise whatever a broken one makes them trip over."""
    from azure.core.messaging import CloudEvent  # noqa: PLC0415 - only when an event comes
    from azure.eventgrid import EventGridEvent  # noqa: PLC0415 - slow to import

    try:
        parsed = CloudEvent[Any].from_dict(raw) if "specversion" in raw else EventGridEvent.from_dict(raw)
        return _Event.model_validate(parsed)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise ValueError(f"it is no resource event: {faults}") from None
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise ValueError(_unreadable(error)) from None


def _unreadable(error: Exception) -> str:
    return f"it can't be read as one event: {type(error).__name__}"
