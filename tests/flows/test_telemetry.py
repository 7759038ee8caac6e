"""Through Microsoft's worker to Application Insights: the host's trace goes on in the app, by the app's identity."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from simulator.application_insights import ApplicationInsights
from simulator.host.process import HostProcess
from simulator.local import LocalAzure
from tests.azure.test_monitor import QUIET
from tests.conftest import trusting
from tests.flows.conftest import APP
from tests.handlers.looking import build_site

SOON = {"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_BLRP_SCHEDULE_DELAY": "50", "OTEL_METRIC_EXPORT_INTERVAL": "200"}


@asynccontextmanager
async def telling(azure: LocalAzure, insights: ApplicationInsights, kept: Path) -> AsyncIterator[HostProcess]:
    """Run the app with telemetry on, to a resource that takes it from the app's identity alone."""
    settings = {
        "APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string,
        "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": "Authorization=AAD",
        "PYTHON_ENABLE_OPENTELEMETRY": "true",
        "REQUESTS_CA_BUNDLE": str(azure.certificates.ca_file),
        "TMPDIR": str(kept),
    }
    environment = azure.environment() | QUIET | SOON | settings
    async with HostProcess(APP, environment, certificates=azure.certificates) as host:
        yield host


async def test_a_check_is_a_part_of_the_trace_of_its_invocation_and_so_are_its_requests_and_log_lines(
    azure: LocalAzure, tmp_path: Path
) -> None:
    site = build_site(azure.world, installed=True)
    async with (
        ApplicationInsights(azure.certificates, entra_only=True) as insights,
        telling(azure, insights, tmp_path) as host,
    ):
        url = f"{host.url}/api/checks?code={host.function_key}"
        async with trusting() as session, session.post(url, json={"subject": site.vm_id}) as response:
            assert (await response.json())["status"] == "COMPLIANT"
        await insights.wait_for(_has_all)
        await host.catch_up()
        (executed,) = [line for line in host.log_lines() if line.get("succeeded")]
    _, trace_id, invocation, _ = executed["trace_parent"].split("-")
    spans = insights.of_kind("RemoteDependencyData")
    (check,) = [span for span in spans if span["name"] == "wac_guard.check"]
    assert (check["tags"]["ai.operation.id"], check["tags"]["ai.operation.parentId"]) == (trace_id, invocation)
    assert check["properties"]["wac_guard.subject"] == site.vm_id
    (read,) = [span for span in spans if site.vm_id in span.get("data", "")]
    assert read["tags"]["ai.operation.id"] == trace_id
    (line,) = [one for one in insights.of_kind("MessageData") if one["message"] == "Check answered"]
    assert line["tags"]["ai.operation.id"] == trace_id
    assert line["properties"]["status"] == "COMPLIANT"
    assert all(authorized.startswith("Bearer ") for authorized in insights.authorized)


def _has_all(insights: ApplicationInsights) -> bool:
    spans = {span["name"] for span in insights.of_kind("RemoteDependencyData")}
    lines = {line["message"] for line in insights.of_kind("MessageData")}
    metrics = {metric["name"] for item in insights.of_kind("MetricData") for metric in item["metrics"]}
    return "wac_guard.check" in spans and "Check answered" in lines and "wac_guard.checks" in metrics
