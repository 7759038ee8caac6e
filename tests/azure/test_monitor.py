"""Telemetry is loaded if it is asked for, sent to the end, each log line once; tried in processes of their own."""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

import jwt
import pytest

from shared.model.reason import Status
from simulator.application_insights import ApplicationInsights
from simulator.local import LocalAzure
from simulator.tls import make_certificates
from tests.conftest import CERTIFICATES

ROOT = Path(__file__).parents[2]
IDENTITY = ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_TOKEN_CREDENTIALS")
QUIET = {
    # Of the exporter's own, to Microsoft: tests stay on loopback.
    "APPLICATIONINSIGHTS_STATSBEAT_DISABLED_ALL": "true",
    "APPLICATIONINSIGHTS_SDKSTATS_DISABLED": "true",
    "APPLICATIONINSIGHTS_CONTROLPLANE_DISABLED": "true",
}

START = """
import json, logging, os, sys
from shared.azure.monitor import start_monitoring
from shared.model.check import Check
from shared.model.reason import Status
from shared.model.resource_id import ResourceId
from shared.settings import parse_settings
from shared.telemetry.recorder import recorder

logging.getLogger().setLevel(logging.INFO)
vm = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web")
settings = parse_settings(os.environ)
"""
RECORD = """
start_monitoring(settings)
with recorder().check(Check(vm, "test", "c", None)):
    findings = [{"reason": "GONE"}]
    logging.getLogger("handlers.checks").warning("Check answered", extra={"findings": findings, "attempt": 2})
recorder().throttled("microsoft.compute", 429)
recorder().subjects("s", {Status.COMPLIANT: 3})
logging.getLogger("azure.monitor.opentelemetry.exporter").error("Could not be sent")
print(json.dumps(sorted(sys.modules)))
"""
MANY_REQUESTS = """
start_monitoring(settings)
from opentelemetry.trace import get_tracer
with recorder().check(Check(vm, "test", "c", None)):
    for _ in range(100):
        get_tracer("azure-core").start_span("GET").end()
print(json.dumps([]))
"""
SET_UP_BEFORE = """
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import get_tracer_provider, set_tracer_provider
set_tracer_provider(TracerProvider())
"""


async def run(script: str, **settings: str) -> frozenset[str]:
    """Run a script to its end, as an app with these settings; give the modules that it had loaded."""
    environment = {
        "PATH": os.environ["PATH"],
        "REQUESTS_CA_BUNDLE": str(make_certificates(CERTIFICATES).ca_file),
        "AzureWebJobsStorage__accountName": "wacguard",
        **QUIET,
        **settings,
    }
    # What can't be sent is kept there, and sent later by whoever finds it.
    with tempfile.TemporaryDirectory() as kept:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            script,
            cwd=ROOT,
            env=environment | {"TMPDIR": kept},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        output, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return frozenset(json.loads(output.splitlines()[-1]))


def of_telemetry(modules: frozenset[str]) -> set[str]:
    return {name for name in modules if name.startswith(("opentelemetry", "azure.monitor", "psutil", "wrapt"))}


async def test_without_a_connection_string_nothing_of_opentelemetry_is_loaded_whatever_is_recorded() -> None:
    assert of_telemetry(await run(START + RECORD)) == set()


@pytest.mark.parametrize(("said", "sent"), [("true", 1), ("", 0)])
async def test_all_is_sent_by_the_end_of_the_process_and_log_lines_only_where_the_host_does_not(
    said: str, sent: int
) -> None:
    async with ApplicationInsights(make_certificates(CERTIFICATES)) as insights:
        named = {"APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string}
        await run(START + RECORD, **named, PYTHON_ENABLE_OPENTELEMETRY=said)
    (span,) = insights.of_kind("RemoteDependencyData")
    assert span["name"] == "wac_guard.check"
    metrics = [metric["name"] for item in insights.of_kind("MetricData") for metric in item["metrics"]]
    assert metrics.count("wac_guard.throttled") == 1
    assert metrics.count("wac_guard.subjects") == len(Status)
    lines = insights.of_kind("MessageData")
    assert [line["message"] for line in lines] == ["Check answered"] * sent
    for line in lines:
        assert json.loads(line["properties"]["findings"]) == [{"reason": "GONE"}]
        assert line["properties"]["attempt"] == "2"
        assert line["tags"]["ai.operation.parentId"] == span["id"]


async def test_all_spans_of_a_check_are_sent_however_many_there_are() -> None:
    async with ApplicationInsights(make_certificates(CERTIFICATES)) as insights:
        named = {"APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string}
        await run(START + MANY_REQUESTS, **named)
    spans = insights.of_kind("RemoteDependencyData")
    (check,) = [span for span in spans if span["name"] == "wac_guard.check"]
    below = [span for span in spans if span["tags"].get("ai.operation.parentId") == check["id"]]
    assert len(below) == 100


async def test_what_the_worker_has_set_up_is_used_as_it_is() -> None:
    async with ApplicationInsights(make_certificates(CERTIFICATES)) as insights:
        named = {"APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string}
        loaded = await run(START + SET_UP_BEFORE + RECORD, **named)
    assert "shared.telemetry.instruments" in loaded
    assert "azure.monitor.opentelemetry" not in loaded
    assert insights.items == []


@pytest.mark.parametrize("client_id", [None, "22222222-3333-4444-5555-666666666666"])
async def test_a_resource_that_asks_for_an_identity_is_shown_the_one_that_is_named_or_else_the_app_s(
    azure: LocalAzure, client_id: str | None
) -> None:
    identities = azure.world.identities
    identity = identities.add(client_id) if client_id else identities.system_assigned
    said = "Authorization=AAD" + (f";ClientId={client_id}" if client_id else "")
    async with ApplicationInsights(make_certificates(CERTIFICATES), entra_only=True) as insights:
        named = {
            "APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string,
            "APPLICATIONINSIGHTS_AUTHENTICATION_STRING": said,
        }
        environment = azure.environment()
        identified = {name: environment[name] for name in IDENTITY}
        await run(START + RECORD, **identified | named)
    tokens = {authorized.removeprefix("Bearer ") for authorized in insights.authorized}
    claims = [jwt.decode(token, options={"verify_signature": False}) for token in tokens]
    assert {claim["appid"] for claim in claims} == {identity.client_id}
    assert {claim["aud"].rstrip("/") for claim in claims} == {"https://monitor.azure.com"}


async def test_a_resource_that_asks_for_an_identity_takes_nothing_without_and_the_process_still_ends() -> None:
    async with ApplicationInsights(make_certificates(CERTIFICATES), entra_only=True) as insights:
        named = {"APPLICATIONINSIGHTS_CONNECTION_STRING": insights.connection_string}
        await run(START + RECORD, **named)
    assert insights.items == []
