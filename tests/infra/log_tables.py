"""The workspace's tables, made of what Microsoft's exporter really sends of the app's log lines.

https://learn.microsoft.com/azure/azure-monitor/app/convert-classic-resource has the columns.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from azure.monitor.opentelemetry.exporter import AzureMonitorLogExporter
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider, LogRecordProcessor, ReadWriteLogRecord
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from shared.telemetry.log_fields import FieldsAsJson
from simulator.application_insights import ApplicationInsights, Item
from simulator.clock import Clock
from simulator.tls import Certificates
from tests.infra.alert_rules import Row, Tables


class Workspace:
    """Takes what is logged, by the local Azure's clock, while the context lasts."""

    def __init__(self, insights: ApplicationInsights, logs: LoggerProvider) -> None:
        """Take nothing yet."""
        self._insights = insights
        self._logs = logs

    async def tables(self) -> Tables:
        """Give all that was logged until now."""
        # By a thread: the one that waits here is the one that answers the exporter.
        assert await asyncio.to_thread(self._logs.force_flush)
        items = self._insights.items
        traces = [_trace(one) for one in items if one["data"]["baseType"] == "MessageData"]
        exceptions = [_exception(one) for one in items if one["data"]["baseType"] == "ExceptionData"]
        return {"AppTraces": traces, "AppExceptions": exceptions}


@asynccontextmanager
async def logging_to_a_workspace(certificates: Certificates, clock: Clock, kept: Path) -> AsyncIterator[Workspace]:
    """Have all log lines of this process go through the exporter, with the app's own processor before it."""
    root = logging.getLogger()
    async with ApplicationInsights(certificates) as insights:
        exporter = AzureMonitorLogExporter(
            connection_string=insights.connection_string, storage_directory=str(kept), disable_offline_storage=True
        )
        logs = LoggerProvider(shutdown_on_exit=False)
        for processor in (_ByTheClock(clock), FieldsAsJson(), BatchLogRecordProcessor(exporter)):
            logs.add_log_record_processor(processor)
        handler = LoggingHandler(logger_provider=logs)
        handler.addFilter(lambda record: record.name.startswith(("handlers", "shared")))
        level = root.level
        root.addHandler(handler)
        root.setLevel(logging.INFO)
        yield Workspace(insights, logs)
        root.removeHandler(handler)
        root.setLevel(level)
        await asyncio.to_thread(logs.shutdown)


class _ByTheClock(LogRecordProcessor):
    """Has log lines be of the local Azure's time, so that hours can pass in a test."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def on_emit(self, log_record: ReadWriteLogRecord) -> None:
        log_record.log_record.timestamp = int(self._clock.now().timestamp() * 1_000_000_000)

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


def _trace(item: Item) -> Row:
    told = item["data"]["baseData"]
    return _common(item) | {"Message": told["message"], "SeverityLevel": told["severityLevel"]}


def _exception(item: Item) -> Row:
    details = item["data"]["baseData"]["exceptions"]
    return _common(item) | {"OuterMessage": details[0]["message"], "Details": details}


def _common(item: Item) -> Row:
    return {"TimeGenerated": item["time"], "Properties": item["data"]["baseData"].get("properties", {})}
