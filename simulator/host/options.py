"""What host.json says, as far as this host goes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

_TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2}(?:\.\d{1,7})?)")
MOST_MESSAGES_AT_ONCE = 32


class BadHostJson(ValueError):
    """host.json is absent or says something that the host cannot follow."""


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """`extensions.queues`. Defaults are those of the WebJobs SDK, on one core."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: timedelta = timedelta(0)
    max_polling_interval: timedelta = timedelta(minutes=1)
    message_encoding: str = "base64"


@dataclass(frozen=True, slots=True)
class HostOptions:
    """A `function_timeout` of None is no limit."""

    route_prefix: str = "api"
    function_timeout: timedelta | None = timedelta(minutes=30)
    queues: QueueOptions = field(default_factory=QueueOptions)
    log_level: str = "Information"


def read_host_options(app: Path) -> HostOptions:
    """Read an app folder's host.json. Raises BadHostJson."""
    file = app / "host.json"
    try:
        raw = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadHostJson(f"{file}: {error}") from error
    if not isinstance(raw, dict) or raw.get("version") != "2.0":
        raise BadHostJson(f'{file}: "version" must be "2.0"')
    try:
        return _parse(raw)
    except ValueError as error:
        raise BadHostJson(f"{file}: {error}") from error


def _parse(raw: Mapping[str, Any]) -> HostOptions:
    extensions = raw.get("extensions", {})
    return HostOptions(
        route_prefix=extensions.get("http", {}).get("routePrefix", "api").strip("/"),
        function_timeout=_parse_timeout(raw.get("functionTimeout", "00:30:00")),
        queues=_parse_queues(extensions.get("queues", {})),
        log_level=raw.get("logging", {}).get("logLevel", {}).get("default", "Information"),
    )


def _parse_queues(raw: Mapping[str, Any]) -> QueueOptions:
    batch_size = _number(raw, "batchSize", 16, at_most=MOST_MESSAGES_AT_ONCE)
    encoding = raw.get("messageEncoding", "base64").casefold()
    if encoding not in {"base64", "none"}:
        raise ValueError(f'"messageEncoding" must be "base64" or "none", not "{encoding}"')
    return QueueOptions(
        batch_size=batch_size,
        new_batch_threshold=_number(raw, "newBatchThreshold", batch_size // 2, at_least=0),
        max_dequeue_count=_number(raw, "maxDequeueCount", 5),
        visibility_timeout=parse_time_span(raw.get("visibilityTimeout", "00:00:00")),
        max_polling_interval=parse_time_span(raw.get("maxPollingInterval", "00:01:00")),
        message_encoding=encoding,
    )


def _number(raw: Mapping[str, Any], name: str, default: int, *, at_least: int = 1, at_most: int | None = None) -> int:
    number = raw.get(name, default)
    if not isinstance(number, int) or number < at_least or (at_most is not None and number > at_most):
        wanted = f"from {at_least} to {at_most}" if at_most is not None else f"of {at_least} or more"
        raise ValueError(f'"{name}" must be a number {wanted}, not {number!r}')
    return number


def _parse_timeout(text: str) -> timedelta | None:
    return None if text == "-1" else parse_time_span(text)


def parse_time_span(text: str) -> timedelta:
    """Parse .NET's [d.]hh:mm:ss[.fffffff]. Raises ValueError."""
    found = _TIME_SPAN.fullmatch(text)
    if not found:
        raise ValueError(f'"{text}" is not a time span such as "00:00:30"')
    return timedelta(**{unit: float(amount) for unit, amount in found.groupdict(default="0").items()})
