"""Log lines as people see them in Azure: the constant message, and its fields as JSON behind it."""

from __future__ import annotations

import json
import logging

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_OURS = ("handlers", "shared")
# Its handler, where the worker has put one, sends a record's fields as such.
_WITH_FIELDS = "opentelemetry."
# They tell of every request at INFO, with all its headers: ten lines for each of ours.
_TALKATIVE = ("azure.core.pipeline.policies.http_logging_policy", "azure.identity", "azure.monitor")


class FieldsFormatter(logging.Formatter):
    """Writes our own records with their fields; all others as ever."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line of a record."""
        line = super().format(record)
        if record.name.split(".")[0] not in _OURS:
            return line
        fields = {name: value for name, value in vars(record).items() if name not in _STANDARD}
        return f"{line} {json.dumps(fields, default=str)}" if fields else line


def configure_logging() -> None:
    """Show the fields of our records wherever nobody has chosen another format, and quieten the SDK.

    Microsoft's worker hands the formatted line to the host, which knows nothing of a record's fields.
    """
    for handler in logging.getLogger().handlers:
        if handler.formatter is None and not type(handler).__module__.startswith(_WITH_FIELDS):
            handler.setFormatter(FieldsFormatter())
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
