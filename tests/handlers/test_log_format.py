"""What is logged reaches people: the worker passes on a formatted line and nothing else."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from opentelemetry.instrumentation.logging.handler import LoggingHandler
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor

from handlers.log_format import configure_logging


@pytest.fixture
def plain_handler() -> Iterator[logging.StreamHandler[io.StringIO]]:
    """A handler as Microsoft's worker puts on the root logger: without a formatter."""
    handler = logging.StreamHandler(io.StringIO())
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def test_the_fields_of_our_records_stand_behind_the_message(
    plain_handler: logging.StreamHandler[io.StringIO],
) -> None:
    configure_logging()
    fields = {"subject": "/subscriptions/s", "correlation_id": "c", "findings": [{"reason": "GONE"}]}
    logging.getLogger("handlers.checks").warning("Check answered", extra=fields)
    message, _, rest = plain_handler.stream.getvalue().partition(" {")
    assert message == "Check answered"
    assert json.loads("{" + rest) == fields


def test_the_records_of_others_are_left_as_they_are(plain_handler: logging.StreamHandler[io.StringIO]) -> None:
    configure_logging()
    logging.getLogger("azure.core").warning("A retry", extra={"delay": 3})
    assert plain_handler.stream.getvalue() == "A retry\n"


def test_a_handler_that_sends_fields_as_such_gets_the_bare_message() -> None:
    exporter = InMemoryLogRecordExporter()  # type: ignore[no-untyped-call]
    logs = LoggerProvider(shutdown_on_exit=False)
    logs.add_log_record_processor(SimpleLogRecordProcessor(exporter))
    handler = LoggingHandler(logger_provider=logs)
    logging.getLogger().addHandler(handler)
    configure_logging()
    logging.getLogger("handlers.checks").warning("Check answered", extra={"subject": "s"})
    logging.getLogger().removeHandler(handler)
    (sent,) = exporter.get_finished_logs()
    assert sent.log_record.body == "Check answered"
    assert dict(sent.log_record.attributes or {}) == {"subject": "s"}


def test_a_format_that_somebody_chose_is_kept(plain_handler: logging.StreamHandler[io.StringIO]) -> None:
    plain_handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    configure_logging()
    logging.getLogger("shared.act").warning("Something", extra={"subject": "s"})
    assert plain_handler.stream.getvalue() == "WARNING Something\n"
