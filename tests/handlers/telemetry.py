"""Telemetry that stays in this process: what real handlers record, with OpenTelemetry's own SDK."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from azure.core.settings import settings
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import HistogramDataPoint, InMemoryMetricReader, NumberDataPoint
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanContext, set_tracer_provider

from shared.telemetry.instruments import CHECK, OpenTelemetryRecorder
from shared.telemetry.recorder import NoRecorder, use_recorder

type Attributes = Mapping[str, Any]
type Point = NumberDataPoint | HistogramDataPoint


@dataclass(frozen=True, slots=True)
class Telemetry:
    """The spans that ended, and the metrics since they were last asked for."""

    exporter: InMemorySpanExporter
    reader: InMemoryMetricReader

    def checks(self) -> list[ReadableSpan]:
        """Give the spans of checks, in the order of their ends."""
        return [span for span in self.exporter.get_finished_spans() if span.name == CHECK]

    def under(self, above: ReadableSpan) -> list[ReadableSpan]:
        """Give all spans that came about under one."""
        spans = self.exporter.get_finished_spans()
        children = [one for one in spans if one.parent and one.parent.span_id == context_of(above).span_id]
        return children + [below for child in children for below in self.under(child)]

    def points(self) -> dict[str, list[Point]]:
        """Give the data points of each metric."""
        data = self.reader.get_metrics_data()
        scopes = [scope for resource in (data.resource_metrics if data else ()) for scope in resource.scope_metrics]
        return {
            metric.name: [
                one for one in metric.data.data_points if isinstance(one, NumberDataPoint | HistogramDataPoint)
            ]
            for scope in scopes
            for metric in scope.metrics
        }

    def counts(self, name: str) -> dict[tuple[Any, ...], float]:
        """Give what a counter or a gauge says by the values of its attributes, in the order of their names."""
        return {
            tuple(value for _, value in sorted((point.attributes or {}).items())): point.value
            for point in self.points().get(name, [])
            if isinstance(point, NumberDataPoint)
        }


def context_of(span: ReadableSpan) -> SpanContext:
    """Give the ids of a span."""
    context = span.get_span_context()
    assert context is not None
    return context


def recording() -> Iterator[TracerProvider]:
    """Have the process's spans go to one provider, which can't be taken back, until this ends."""
    tracers = TracerProvider(shutdown_on_exit=False)
    set_tracer_provider(tracers)
    yield tracers
    tracers.shutdown()


def record(tracers: TracerProvider) -> Iterator[Telemetry]:
    """Record what happens from now on, the Azure SDK's calls too, until this ends."""
    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    tracers.add_span_processor(SimpleSpanProcessor(exporter))
    meters = MeterProvider([reader], shutdown_on_exit=False)
    use_recorder(OpenTelemetryRecorder(tracers, meters))
    settings.tracing_enabled.set_value(value=True)
    yield Telemetry(exporter, reader)
    settings.tracing_enabled.unset_value()
    use_recorder(NoRecorder())
    exporter.shutdown()
    meters.shutdown()
