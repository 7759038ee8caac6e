"""Log fields as Application Insights can read them."""

from __future__ import annotations

import json
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

from opentelemetry.sdk._logs import LogRecordProcessor, ReadWriteLogRecord


class FieldsAsJson(LogRecordProcessor):
    """Writes lists and mappings down as JSON: the exporter would write them as Python does, which no query reads."""

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        """Rewrite the fields of a record that is about to be sent."""
        fields = cast("MutableMapping[str, Any]", log_record.log_record.attributes)
        for name, value in list(fields.items()):
            if isinstance(value, Mapping | Sequence) and not isinstance(value, str | bytes):
                fields[name] = json.dumps(value, default=_plain)

    def shutdown(self) -> None:
        """Keep nothing, so that there is nothing to let go of."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        """Keep nothing, so that there is nothing to send."""
        return True


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else str(value)
