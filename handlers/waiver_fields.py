"""What a waiver is said in: of whom, what, and until when."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from shared.decide.waivers import explain_unwaivable
from shared.model.reason import Reason
from shared.model.resource_id import (
    APPLICATION,
    NETWORK_SECURITY_GROUP,
    RESOURCE_GROUP,
    VIRTUAL_MACHINE,
    ResourceId,
)

_RESOURCES = (VIRTUAL_MACHINE, NETWORK_SECURITY_GROUP, APPLICATION)
_DAY = timedelta(days=1)
_LAST_DAY = date.max - _DAY
_SEND_A_DAY = "send one such as 2027-03-31, or a moment with its zone such as 2027-03-31T18:00:00Z"


def _subject(text: str) -> str:
    subject = ResourceId(text.rstrip("/"))
    if not any(subject.is_a(resource_type) for resource_type in (*_RESOURCES, RESOURCE_GROUP)):
        known = f"{', '.join(_RESOURCES)} or a resource group (/subscriptions/<id>/resourceGroups/<group>)"
        raise ValueError(f"nothing can be accepted of a {subject.type}; name one of {known}")
    return str(subject)


def _known(name: object) -> object:
    if not isinstance(name, str):
        return name
    if name.upper() not in Reason.__members__:
        raise ValueError(f"{name[:100]!r} is no reason: copy one from the report, which GET /api/reports shows")
    return name.upper()


def _waivable(reason: Reason) -> Reason:
    why_not = explain_unwaivable(reason)
    if why_not is not None:
        raise ValueError(why_not)
    return reason


def _until(text: object) -> datetime:
    """Read a moment, or a day: that counts to its end."""
    if not isinstance(text, str):
        raise ValueError(f"{text!r:.100} is no day: {_SEND_A_DAY}")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return _moment(text)
    return datetime.combine(min(day, _LAST_DAY), time(tzinfo=UTC)) + _DAY


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        # What Azure tells the time by has no fractions of a second.
        utc = moment.astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:100]!r} is no day: {_SEND_A_DAY}") from None
    if moment.tzinfo is None:
        raise ValueError(f"{text!r} names no time zone: {_SEND_A_DAY}")
    return utc


type WaivedSubject = Annotated[str, AfterValidator(_subject)]
type KnownReason = Annotated[Reason, BeforeValidator(_known)]
type WaivableReason = Annotated[Reason, AfterValidator(_waivable), BeforeValidator(_known)]
type Until = Annotated[datetime, BeforeValidator(_until)]
