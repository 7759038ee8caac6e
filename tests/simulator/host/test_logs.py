from __future__ import annotations

from datetime import datetime

import pytest

from tests.simulator.host.conftest import Host

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_record_is_one_line_with_its_fields_and_the_invocation_it_belongs_to(host: Host) -> None:
    await host.get("/api/fails")
    [line] = host.lines("about to fail")
    [ended] = [line for line in host.lines() if "succeeded" in line]
    assert datetime.fromisoformat(line.pop("time")).utcoffset() is not None
    assert line == {
        "level": "WARNING",
        "logger": "everything",
        "message": "about to fail",
        "invocation_id": ended["invocation_id"],
        "function": "fails",
        "subject": "vm1",
        "attempt": 2,
    }


async def test_a_failure_is_one_error_with_the_traceback(host: Host) -> None:
    await host.get("/api/fails")
    [line] = [line for line in host.lines() if line["level"] == "ERROR"]
    assert (line["function"], line["succeeded"], line["logger"]) == ("fails", False, "Function.fails")
    assert line["exception"].endswith("RuntimeError: on purpose\n")


async def test_a_success_says_how_long_it_took(host: Host) -> None:
    await host.get("/api/text")
    [line] = [line for line in host.lines() if "succeeded" in line]
    assert (line["level"], line["succeeded"]) == ("INFO", True)
    assert 0 <= line["duration_ms"] < 10_000


async def test_what_runs_on_a_thread_knows_its_invocation_too(host: Host) -> None:
    answer = await (await host.get("/api/threaded/1")).json(content_type=None)
    [line] = host.lines("on a thread")
    assert (line["invocation_id"], line["function"]) == (answer["id"], "threaded")


async def test_neither_the_workers_nor_the_sdks_chatter_is_there(host: Host) -> None:
    await host.process.drain()
    assert {line["logger"] for line in host.process.log_lines()} & {
        "azure.functions",
        "azure.core.pipeline.policies.http_logging_policy",
    } == set()
