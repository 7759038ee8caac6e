"""The app's log for people: what a line says of events, checks and writes, as rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.host.process import LogLine

_TROUBLE = frozenset({"WARNING", "ERROR", "CRITICAL"})
_WRITES = {
    "PutExtension": "install",
    "RefreshExtension": "refresh",
    "PutSecurityRule": "put rule",
    "PatchApplication": "patch",
}
_APPLICATIONS = "/providers/Microsoft.Graph/applications/"
_OF_THE_TENANT = {
    "/providers/Microsoft.Graph/tenants": "the tenant",
    "/providers/Microsoft.Resources/tenants": "all subscriptions",
}
_SHORT = 8
_SLASHES_OF_A_SUBSCRIPTION = 2


class What(StrEnum):
    EVENT = "event"
    CHECK = "check"
    WRITE = "write"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that the app saw, decided or did. `message` is the long form of `detail`, if there is one.

    `again` is in how many seconds the app looks again by itself.
    """

    what: What
    subject: str
    said: str
    detail: str = ""
    again: float | None = None
    message: str = ""

    @property
    def text(self) -> str:
        """Give `detail`, and when the app looks again."""
        return f"{self.detail} (again in {_duration(self.again)})" if self.again else self.detail


def read_rows(line: LogLine) -> Iterator[Row]:
    """Read what is worth telling of a line: nothing, or a row or more."""
    match line["message"]:
        case "Check queued" if line["cause"].startswith("event "):
            operation = line["cause"].removeprefix("event ").partition("/")[2]
            yield Row(What.EVENT, name_of(line["subject"]), operation)
        case "Check queued":
            yield Row(What.EVENT, name_of(line["subject"]), line["cause"])
        case "Check answered":
            yield _read_check(line)
            yield from map(_read_write, line["actions"])
        case message if line["level"] in _TROUBLE:
            detail = str(line.get("reason") or line.get("exception") or "").strip().rpartition("\n")[2]
            yield Row(What.FAULT, name_of(line.get("subject", "")), message, detail)


def _read_check(line: LogLine) -> Row:
    findings = line["findings"]
    return Row(
        What.CHECK,
        name_of(line["subject"]),
        line["status"],
        ", ".join(dict.fromkeys(finding["reason"] for finding in findings)),
        line["look_again_seconds"],
        findings[0]["message"] if findings else "",
    )


def _read_write(action: dict[str, Any]) -> Row:
    resource = action["resource"]
    written_to = resource if resource.startswith(_APPLICATIONS) else resource.rsplit("/", 2)[0]
    return Row(What.WRITE, name_of(written_to), action["outcome"], describe_write(action))


def describe_write(action: dict[str, Any]) -> str:
    """Say what an action, of a report or of the log, writes."""
    return f"{_WRITES.get(action['action'], action['action'])} {name_of(action['resource'])}"


def name_of(resource_id: str) -> str:
    """Give the last part of an id; of an app registration's, enough to tell it from others."""
    name = resource_id.rpartition("/")[2]
    if resource_id.startswith(_APPLICATIONS):
        return f"app {name[:_SHORT]}"
    if resource_id.count("/") == _SLASHES_OF_A_SUBSCRIPTION and resource_id.startswith("/subscriptions/"):
        return f"subscription {name[:_SHORT]}"
    return _OF_THE_TENANT.get(resource_id.rpartition("/")[0], name)


def _duration(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
