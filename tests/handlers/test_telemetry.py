"""What handlers tell of themselves: a span for each check with its Azure calls under it, and the metrics."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from opentelemetry.context import attach, detach
from opentelemetry.sdk.metrics.export import HistogramDataPoint
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.requests import request_check
from shared.azure.check_queue import REDIRECTS, write_check
from shared.model.check import Check
from shared.model.reason import Status
from shared.model.resource_id import HOME_TENANT
from shared.telemetry.instruments import ACTIONS, CHECKS, SUBJECTS, THROTTLED, TIME_TO_COMPLIANT
from shared.telemetry.recorder import recorder
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site, check_of
from tests.handlers.queue_work import put, work_for, work_off
from tests.handlers.telemetry import Telemetry, context_of, record, recording
from tests.handlers.trails import past_of

MACHINES, GROUPS = "microsoft.compute/virtualmachines", "microsoft.network/networksecuritygroups"
VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"
TRACE_ID = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture(scope="module")
def tracers() -> Iterator[TracerProvider]:
    yield from recording()


@pytest.fixture
def telemetry(tracers: TracerProvider) -> Iterator[Telemetry]:
    yield from record(tracers)


async def answer(azure: LocalAzure, guard: Guard, check: Check) -> None:
    await put(azure, check)
    assert await work_off(azure, guard) == []


async def test_the_span_of_a_check_has_its_azure_calls_under_it_in_the_trace_that_the_host_began(
    azure: LocalAzure, auditing: Guard, telemetry: Telemetry
) -> None:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND])
    began = {"traceparent": f"00-{TRACE_ID}-b7ad6b7169203331-01"}
    token = attach(TraceContextTextMapPropagator().extract(began))
    await answer(azure, auditing, check_of(site.vm_id, attempt=2))
    detach(token)
    (span,) = telemetry.checks()
    assert span.parent is not None
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert dict(span.attributes or {}) == {
        "wac_guard.subject": site.vm_id,
        "wac_guard.subject_type": MACHINES,
        "wac_guard.cause": "test",
        "wac_guard.correlation_id": "11111111-0000-4000-8000-000000000000",
        "wac_guard.attempt": 2,
        "wac_guard.status": "NON_COMPLIANT",
        "wac_guard.reasons": "EXTENSION_MISSING, OUTBOUND_DENIED",
        "wac_guard.outcomes": "",
    }
    assert span.status.status_code is StatusCode.UNSET
    below = telemetry.under(span)
    assert {f"{context_of(one).trace_id:032x}" for one in below} == {TRACE_ID}
    requests = [str((one.attributes or {}).get("url.full", "")) for one in below]
    assert sum(f"{site.vm_id}?" in url for url in requests) == 1
    assert sum(f"{site.nsg_id}?" in url for url in requests) == 1


async def test_calls_to_microsoft_graph_are_under_the_span_of_their_check(
    azure: LocalAzure, auditing: Guard, telemetry: Telemetry
) -> None:
    await put(azure, Check(HOME_TENANT, "test", "c", None), REDIRECTS)
    await work_off(azure, auditing, REDIRECTS)
    urls = [
        str(value)
        for span in telemetry.checks()
        for below in telemetry.under(span)
        for name, value in (below.attributes or {}).items()
        if name.startswith("url")
    ]
    assert any("/applications" in url for url in urls)


async def test_a_check_that_could_not_read_azure_is_a_failed_span(
    azure: LocalAzure, auditing: Guard, telemetry: Telemetry
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.BAD_GATEWAY, path="/virtualMachines/"))
    await answer(azure, auditing, check_of(site.vm_id))
    (span,) = telemetry.checks()
    assert span.status.status_code is StatusCode.ERROR
    assert (span.attributes or {})["wac_guard.status"] == "UNKNOWN"
    assert telemetry.counts(CHECKS) == {("UNKNOWN", MACHINES): 1}


def test_what_raises_in_a_check_is_the_error_of_its_span_and_no_answer(telemetry: Telemetry) -> None:
    with pytest.raises(ZeroDivisionError), recorder().check(check_of(VM)):
        raise ZeroDivisionError("a bug")
    (span,) = telemetry.checks()
    assert span.status.status_code is StatusCode.ERROR
    assert [event.name for event in span.events] == ["exception"]
    assert telemetry.counts(CHECKS) == {}


async def test_checks_are_counted_by_status_and_actions_by_outcome(
    azure: LocalAzure, enforcing: Guard, telemetry: Telemetry
) -> None:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND], installed=True)
    await answer(azure, enforcing, check_of(site.nsg_id))
    await answer(azure, enforcing, check_of(site.nsg_id))
    points = telemetry.points()
    assert {(*map(str, (point.attributes or {}).values()),) for point in points[CHECKS]} == {
        ("PENDING", GROUPS),
        ("COMPLIANT", GROUPS),
    }
    (started,) = points[ACTIONS]
    assert started.attributes == {"action": "PutSecurityRule", "outcome": "started"}


async def test_the_time_to_compliant_is_that_from_the_event_over_all_checks(
    azure: LocalAzure, enforcing: Guard, telemetry: Telemetry
) -> None:
    site, clock = build_site(azure.world, rules=[DENY_ALL_OUTBOUND]), azure.world.clock
    event = clock.now() - timedelta(seconds=7)
    await put(azure, check_of(site.vm_id, asked_at=event))
    await work_for(azure, enforcing, 30 * 60)
    (point,) = [
        point
        for point in telemetry.points()[TIME_TO_COMPLIANT]
        if isinstance(point, HistogramDataPoint) and point.attributes == {"subject_type": MACHINES}
    ]
    past = await past_of(enforcing, site.vm_id)
    assert past.observed_at is not None
    assert (point.count, point.sum) == (1, (past.observed_at - event).total_seconds())
    assert past.awaited_since is None


async def test_an_audit_by_http_tells_no_time_to_compliant(
    azure: LocalAzure, auditing: Guard, telemetry: Telemetry
) -> None:
    site = build_site(azure.world, installed=True)
    await request_check(auditing, json.dumps({"subject": site.vm_id}).encode())
    points = telemetry.points()
    assert TIME_TO_COMPLIANT not in points
    assert len(points[CHECKS]) == 1


async def test_throttling_is_counted_by_service(azure: LocalAzure, auditing: Guard, telemetry: Telemetry) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, path="/virtualMachines/"))
    await receive_check(auditing, write_check(check_of(site.vm_id)))
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, path="/networkSecurityGroups/"))
    await receive_check(auditing, write_check(check_of(site.nsg_id)))
    azure.world.faults.add(Fault(FaultKind.GRAPH_THROTTLED))
    await put(azure, Check(HOME_TENANT, "test", "c", None), REDIRECTS)
    await work_off(azure, auditing, REDIRECTS)
    assert telemetry.counts(THROTTLED) == {
        ("microsoft.compute", 429): 1,
        ("microsoft.network", 503): 1,
        ("graph.microsoft.com", 429): 1,
    }


def test_the_gauge_of_subjects_tells_of_every_status_once_for_each_time_it_is_set(telemetry: Telemetry) -> None:
    recorder().subjects("SUB", {Status.COMPLIANT: 40, Status.UNKNOWN: 2})
    assert telemetry.counts(SUBJECTS) == {
        ("COMPLIANT", "sub"): 40,
        ("NOT_APPLICABLE", "sub"): 0,
        ("PENDING", "sub"): 0,
        ("NON_COMPLIANT", "sub"): 0,
        ("UNKNOWN", "sub"): 2,
    }
    assert telemetry.counts(SUBJECTS) == {}
