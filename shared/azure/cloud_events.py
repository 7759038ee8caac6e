"""Publications as CloudEvents 1.0: what stands in their `data`, by type. `docs/events.md` shows it to subscribers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from shared.model.check import Check
from shared.model.finding_page import finding_page
from shared.model.publication import Concluded, EventType, Found, Halted, Publication, Resolved

SOURCE = "/wac-guard"
"""Where all events come from. Those of the whole app have it as their subject too."""

# An event has to fit into a message of the queue, with room for all else that it says; JSON may need six times as
# many characters for one.
_MOST_TEXT = 24 * 1024
_CUT = " …"


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    correlation_id: str = Field(description="of the check: it is on every line of the app's log about it")
    cause: str = Field(description="why the subject was looked at, for people")


class FindingFoundData(_Data):
    """A reason that was not found before."""

    reason: str = Field(description="the reason, as in a report")
    status: str = Field(description="what the reason means: `NON_COMPLIANT` or `UNKNOWN`")
    subject_status: str = Field(description="the subject's status, with all its findings")
    since: datetime = Field(description="when the reason was first seen")
    messages: list[str] = Field(description="what was found, one text for each finding of that reason; cut if long")
    page: str = Field(description="where people read what the reason means and what to do")


class FindingResolvedData(_Data):
    """A reason that is found no more."""

    reason: str = Field(description="the reason that is found no more")
    found: str = Field(description="the `id` of the event that told of it")
    found_at: datetime = Field(description="the `time` of that event")
    subject_status: str = Field(description="the subject's status now")


class WriteData(_Data):
    """What became of a write."""

    write: str = Field(description="the write's id, as in `GET /api/writes`")
    action: str = Field(description="what was written, such as `PutSecurityRule`")
    target: str = Field(description="the ARM id of what was written")
    fate: str = Field(description="`done`, `failed` or `refused`")
    message: str = Field(description="by what that was seen, or Azure's words; cut if long")
    intended_at: datetime = Field(description="when it was written")
    undoes: str | None = Field(description="the id of the write that this one puts back, else `null`")


class StopData(_Data):
    """What keeps the whole app from writing."""

    reason: str = Field(description="`BUDGET_SPENT`, `STOPPED_BY_FAILURES` or `STOPPED_BY_KILL_SWITCH`")
    message: str = Field(description="what happened, and how to go on; cut if long")
    kept_back: str = Field(description="the ARM id of one subject that was kept back")
    page: str = Field(description="where people read what the reason means and what to do")


DATA: Mapping[EventType, type[BaseModel]] = MappingProxyType(
    {
        EventType.FINDING_FOUND: FindingFoundData,
        EventType.FINDING_RESOLVED: FindingResolvedData,
        EventType.SUBJECT_CONTESTED: FindingFoundData,
        EventType.SWEEP_BRAKED: FindingFoundData,
        EventType.FIXED: WriteData,
        EventType.FIX_FAILED: WriteData,
        EventType.BUDGET_SPENT: StopData,
        EventType.WRITES_STOPPED: StopData,
    }
)
"""What the `data` of each type of event is."""


def write_event(publication: Publication, check: Check, documentation: str | None = None) -> dict[str, Any]:
    """Write a publication of a check as a CloudEvent, in JSON's types. It takes 40 KiB at most, as ASCII.

    `documentation` is the address of the folder that tells of reasons.
    """
    data, subject = _WRITERS[type(publication)](publication, {"correlation_id": check.correlation_id})
    if isinstance(publication, Found | Halted):
        data["page"] = finding_page(publication.reason.value, documentation)
    return {
        "specversion": "1.0",
        "id": publication.id,
        "source": SOURCE,
        "type": publication.type.value,
        "subject": _sound(subject),
        "time": publication.at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": DATA[publication.type](**{"cause": _sound(check.cause), **data}).model_dump(mode="json"),
    }


def _write_found(found: Found, common: dict[str, Any]) -> tuple[dict[str, Any], str]:
    return {
        **common,
        "reason": found.reason.value,
        "status": found.reason.status.name,
        "subject_status": found.subject_status.name,
        "since": found.since.astimezone(UTC),
        "messages": _fitting(found.messages),
    }, str(found.subject)


def _write_resolved(resolved: Resolved, common: dict[str, Any]) -> tuple[dict[str, Any], str]:
    return {
        **common,
        "reason": resolved.reason.value,
        "found": resolved.found,
        "found_at": resolved.found_at.astimezone(UTC),
        "subject_status": resolved.subject_status.name,
    }, str(resolved.subject)


def _write_concluded(concluded: Concluded, common: dict[str, Any]) -> tuple[dict[str, Any], str]:
    write = concluded.write
    return {
        **common,
        "correlation_id": write.correlation_id,
        "cause": _sound(write.cause),
        "write": write.id,
        "action": type(write.action).__name__,
        "target": _sound(str(write.action.id)),
        "fate": write.fate.value,
        "message": "".join(_fitting((write.message,))),
        "intended_at": write.intended_at.astimezone(UTC),
        "undoes": write.undoes,
    }, str(write.subject)


def _write_halted(halted: Halted, common: dict[str, Any]) -> tuple[dict[str, Any], str]:
    return {
        **common,
        "reason": halted.reason.value,
        "message": "".join(_fitting((halted.message,))),
        "kept_back": _sound(str(halted.subject)),
    }, SOURCE


_WRITERS: Mapping[type, Callable[[Any, dict[str, Any]], tuple[dict[str, Any], str]]] = {
    Found: _write_found,
    Resolved: _write_resolved,
    Concluded: _write_concluded,
    Halted: _write_halted,
}


def _fitting(texts: tuple[str, ...]) -> list[str]:
    """Give as much of the texts as there is room for in an event."""
    fitting: list[str] = []
    room = _MOST_TEXT
    for text in map(_sound, texts):
        size = _size(text)
        if size > room:
            if room > len(_CUT):
                fitting.append(_cut(text, room))
            break
        fitting.append(text)
        room -= size
    return fitting


def _cut(text: str, room: int) -> str:
    fitting, too_many = 0, len(text)
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        fitting, too_many = (middle, too_many) if _size(text[:middle]) <= room else (fitting, middle)
    return text[:fitting] + _CUT


def _size(text: str) -> int:
    """Give how many characters JSON takes for a text, as ASCII."""
    return sum(1 if " " <= one <= "~" and one not in '"\\' else 12 if one > "\uffff" else 6 for one in text)


def _sound(text: str) -> str:
    """Replace halves of characters, which no JSON that others read may have."""
    return text.encode("utf-8", "replace").decode()
