"""One JSON line per log record on standard output, each naming the invocation that it belongs to."""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from simulator.host.contract import LIFETIME_LOGGER
from simulator.host.worker import WORKER_LOGGER, invocation_of_this_context

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_SDK_LOGGER = "azure."

# .NET's names, as host.json has them, in any case.
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 1,
}


class JsonLines(logging.Formatter):
    """Writes time, level, logger, message, invocation_id, function, exception and all `extra` fields."""

    def __init__(self, function_of: Callable[[str], str | None]) -> None:
        super().__init__()
        self._function_of = function_of

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if invocation_id := invocation_of_this_context():
            line |= {"invocation_id": invocation_id, "function": self._function_of(invocation_id)}
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def _demote_worker_chatter(record: logging.LogRecord) -> bool:
    record.levelno, record.levelname = logging.DEBUG, "DEBUG"
    return logging.getLogger().isEnabledFor(logging.DEBUG)


def _is_of_the_app(record: logging.LogRecord) -> bool:
    # In Azure the host polls its queues in another process: what the SDK says of that is not in the app's logs.
    is_sdk_detail = record.name.startswith(_SDK_LOGGER) and logging.DEBUG < record.levelno < logging.WARNING
    return not is_sdk_detail or invocation_of_this_context() is not None


def configure_logging(level: str, function_of: Callable[[str], str | None]) -> None:
    """Send every record of the process to standard output; `level` is .NET's, `function_of` names an invocation's."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines(function_of))
    handler.addFilter(_is_of_the_app)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(_LEVELS.get(level.casefold(), logging.INFO))
    logging.getLogger(LIFETIME_LOGGER).setLevel(logging.INFO)
    logging.getLogger(WORKER_LOGGER).addFilter(_demote_worker_chatter)
    logging.captureWarnings(capture=True)
