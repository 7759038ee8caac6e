"""Telemetry to Application Insights, by Microsoft's distribution of OpenTelemetry: loaded only if it is asked for."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

from shared.azure.sign_in import identity_options
from shared.settings import Settings
from shared.telemetry.recorder import use_recorder

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

# Frameworks that this app has nothing of, HTTP clients that the distribution alone sends with, and the plugin of the
# Azure SDK, which azure-core needs no more. Microsoft Graph's SDK has spans of its own.
_NOT_INSTRUMENTED = ("azure_sdk", "django", "fastapi", "flask", "httpx", "psycopg2", "requests", "urllib", "urllib3")
_OF_SENDING = ("azure.monitor.", "opentelemetry.")
_LOGS_EXPORTER = "OTEL_LOGS_EXPORTER"
_DETECTORS = "OTEL_EXPERIMENTAL_RESOURCE_DETECTORS"
_SAMPLER = "OTEL_TRACES_SAMPLER"


def start_monitoring(settings: Settings) -> None:
    """Send spans, metrics and logs to Application Insights, if the settings name one; otherwise import nothing.

    Threads of the SDK send what is recorded, every few seconds, and what is left when the process ends in order.
    Where Microsoft's worker has set that up (PYTHON_APPLICATIONINSIGHTS_ENABLE_TELEMETRY), nothing is set up twice.
    """
    if settings.connection_string is None:
        return
    from opentelemetry.trace import ProxyTracerProvider, get_tracer_provider  # noqa: PLC0415 - costs a second

    if isinstance(get_tracer_provider(), ProxyTracerProvider):
        _configure(settings)
    from shared.telemetry.instruments import OpenTelemetryRecorder  # noqa: PLC0415 - as above

    use_recorder(OpenTelemetryRecorder())


def _configure(settings: Settings) -> None:
    from azure.core.settings import settings as of_the_sdk  # noqa: PLC0415 - as above
    from azure.monitor.opentelemetry import configure_azure_monitor  # noqa: PLC0415 - as above

    from shared.telemetry.log_fields import FieldsAsJson  # noqa: PLC0415 - as above

    # As Microsoft's worker does: the distribution's own choice asks a VM's metadata service, which isn't there.
    os.environ.setdefault(_DETECTORS, "azure_functions")
    # All traces, or a part of them, each as a whole. The distribution's own choice, five spans a second, leaves out
    # most requests of many a check.
    os.environ.setdefault(_SAMPLER, "microsoft.fixed_percentage")
    if not settings.sends_its_logs:
        # The worker hands every log line to the host, which sends it: it is not to be there twice.
        os.environ[_LOGS_EXPORTER] = "none"
    configure_azure_monitor(
        connection_string=settings.connection_string,
        credential=_credential(settings),
        enable_live_metrics=False,
        enable_performance_counters=False,
        log_record_processors=[FieldsAsJson()],
        instrumentation_options={name: {"enabled": False} for name in _NOT_INSTRUMENTED},
    )
    of_the_sdk.tracing_enabled = True
    _keep_apart()


def _keep_apart() -> None:
    """Keep what is said of sending out of what is sent: each failure would make another one."""
    from opentelemetry.instrumentation.logging.handler import LoggingHandler  # noqa: PLC0415 - as above

    for handler in logging.getLogger().handlers:
        if isinstance(handler, LoggingHandler):
            handler.addFilter(lambda record: not record.name.startswith(_OF_SENDING))


def _credential(settings: Settings) -> TokenCredential | None:
    """Give the app's identity where Application Insights asks for one; without, it takes whoever knows its key."""
    if settings.ingestion_identity is None:
        return None
    from azure.identity import DefaultAzureCredential  # noqa: PLC0415 - slow to import

    return DefaultAzureCredential(**identity_options(settings.ingestion_identity or settings.client_id))
