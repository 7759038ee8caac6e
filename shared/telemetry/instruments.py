"""Checks, throttling and counts as OpenTelemetry has them; imports its API alone, once telemetry is on.

docs/telemetry.md tells people of each name here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta

from opentelemetry.metrics import CallbackOptions, MeterProvider, Observation, get_meter_provider
from opentelemetry.trace import Span, StatusCode, TracerProvider, get_tracer_provider
from opentelemetry.util.types import AnyValue

from shared.model.check import Check
from shared.model.plan import ActionResult, Report
from shared.model.reason import Status
from shared.model.resource_id import ResourceId

NAME = "wac_guard"
CHECK = f"{NAME}.check"
"""The span's name."""

CHECKS = f"{NAME}.checks"
ACTIONS = f"{NAME}.actions"
THROTTLED = f"{NAME}.throttled"
TIME_TO_COMPLIANT = f"{NAME}.time_to_compliant"
SUBJECTS = f"{NAME}.subjects"

# Events are looked at within seconds; an install takes minutes; people take hours and days.
_BOUNDS = (5, 15, 30, 60, 120, 300, 600, 1800, 3600, 4 * 3600, 24 * 3600, 7 * 24 * 3600)


class OpenTelemetryRecorder:
    """Records on the process's providers, or on those given."""

    def __init__(self, tracers: TracerProvider | None = None, meters: MeterProvider | None = None) -> None:
        """Make the instruments."""
        self._tracer = (tracers or get_tracer_provider()).get_tracer(NAME)
        meter = (meters or get_meter_provider()).get_meter(NAME)
        self._checks = meter.create_counter(CHECKS, "{check}", "Checks that were answered")
        self._actions = meter.create_counter(
            ACTIONS, "{action}", "Actions that were decided on, by what became of them"
        )
        self._throttled = meter.create_counter(THROTTLED, "{answer}", "Answers of Azure that ask to come back later")
        self._times = meter.create_histogram(
            TIME_TO_COMPLIANT,
            "s",
            "From the event, or from when a subject was first found otherwise, until it was found COMPLIANT",
            explicit_bucket_boundaries_advisory=_BOUNDS,
        )
        self._counted: Mapping[tuple[str, Status], int] = {}
        meter.create_observable_gauge(SUBJECTS, [self._observe], "{subject}", "Subjects of a subscription")

    @contextmanager
    def check(self, check: Check) -> Iterator[_Answer]:
        """Record the check that is answered in the context as a span; what raises there is its error."""
        attributes: dict[str, AnyValue] = {
            f"{NAME}.subject": str(check.subject),
            f"{NAME}.subject_type": _type(check.subject),
            f"{NAME}.cause": check.cause,
            f"{NAME}.correlation_id": check.correlation_id,
            f"{NAME}.attempt": check.attempt,
        }
        with self._tracer.start_as_current_span(CHECK, attributes=attributes) as span:
            answer = _Answer(span)
            yield answer
        if answer.report is not None:
            self._count(answer.report)

    def time_to_compliant(self, subject: ResourceId, time: timedelta) -> None:
        """Add a subject that became COMPLIANT to the histogram."""
        self._times.record(time.total_seconds(), {"subject_type": _type(subject)})

    def throttled(self, service: str, status_code: int) -> None:
        """Count an answer that asks to come back later."""
        self._throttled.add(1, {"service": service, "status_code": status_code})

    def subjects(self, subscription_id: str, counts: Mapping[Status, int]) -> None:
        """Have the gauge tell of every status, once: another instance may be the next to count."""
        told = {(subscription_id.casefold(), status): counts.get(status, 0) for status in Status}
        # A new mapping: a thread of the SDK may be reading the one that is there.
        self._counted = {**self._counted, **told}

    def _observe(self, _: CallbackOptions) -> Iterable[Observation]:
        counted, self._counted = self._counted, {}
        for (subscription_id, status), count in counted.items():
            yield Observation(count, {"subscription_id": subscription_id, "status": status.name})

    def _count(self, report: Report) -> None:
        self._checks.add(1, {"status": report.status.name, "subject_type": _type(report.check.subject)})
        for result in report.actions:
            self._actions.add(1, {"action": _kind(result), "outcome": result.outcome.value})


class _Answer:
    """The span of one check, and how it ended."""

    def __init__(self, span: Span) -> None:
        self._span = span
        self.report: Report | None = None

    def answer(self, report: Report) -> None:
        """Add to the span how the check ended; one that could not read Azure has failed."""
        self.report = report
        self._span.set_attributes(
            {
                f"{NAME}.status": report.status.name,
                f"{NAME}.reasons": _listed({found.reason.value for found in report.findings}),
                f"{NAME}.outcomes": _listed(f"{_kind(result)} {result.outcome.value}" for result in report.actions),
            }
        )
        if report.observed_at is None:
            self._span.set_status(StatusCode.ERROR, "Azure could not be read")


def _listed(words: Iterable[str]) -> str:
    """Join words: Application Insights keeps nothing but text, and would show a list as Python writes it."""
    return ", ".join(sorted(words))


def _type(subject: ResourceId) -> str:
    """Give a subject's type in one case: events write it in several, and each would be a series of its own."""
    return subject.type.casefold()


def _kind(result: ActionResult) -> str:
    return type(result.action).__name__
