from __future__ import annotations

import pytest

from simulator.host.contract import Tally
from tests.simulator.host.conftest import Host, Storage

pytestmark = pytest.mark.asyncio(loop_scope="session")


def master(host: Host) -> dict[str, str]:
    return {"x-functions-key": host.process.master_key}


async def test_the_landing_page_and_the_ping_are_open_to_all(host: Host) -> None:
    assert (await host.get("/")).status == 200
    assert (await host.get("/admin/host/ping")).status == 200
    assert (await host.send("POST", "/admin/host/ping")).status == 200


async def test_the_status_says_running_to_the_master_key_alone(host: Host) -> None:
    assert (await (await host.get("/admin/host/status", headers=master(host))).json())["state"] == "Running"
    assert (await host.get("/admin/host/status")).status == 401
    assert (await host.get("/admin/host/status", params={"code": host.process.function_key})).status == 403


async def test_the_list_has_every_function_with_its_url_its_bindings_and_whether_it_is_disabled(host: Host) -> None:
    listed = {each["name"]: each for each in await (await host.get("/admin/functions", headers=master(host))).json()}
    assert listed["echo"]["invoke_url_template"] == f"{host.process.url}/api/echo/{{name}}/{{number:int?}}"
    assert listed["guarded"]["isDisabled"] is False
    assert listed["switched_off"]["isDisabled"] is True
    [binding] = listed["on_message"]["config"]["bindings"]
    assert (binding["type"], binding["queueName"]) == ("queueTrigger", "work")


async def test_one_function_can_be_looked_at_in_any_case_and_no_other(host: Host) -> None:
    assert (await (await host.get("/admin/functions/ECHO", headers=master(host))).json())["name"] == "echo"
    assert (await host.get("/admin/functions/nothing", headers=master(host))).status == 404


async def test_a_timer_run_by_hand_is_accepted_and_a_drain_waits_for_it(host: Host, storage: Storage) -> None:
    answer = await host.send("POST", "/admin/functions/hourly", json={"input": ""}, headers=master(host))
    assert answer.status == 202
    await host.process.drain()
    assert [line["past_due"] for line in host.lines("hourly")] == [False]


async def test_a_timer_that_fails_is_run_again_as_its_retry_policy_says(host: Host) -> None:
    await host.process.run("unlucky")
    tally = await host.process.drain()
    assert [line["tries"] for line in host.lines() if "tries" in line] == [1, 2, 3]
    assert (tally.invocations, tally.failed) == (3, 2)


@pytest.mark.parametrize(
    ("function", "given", "field"), [("on_message", "by hand", "body"), ("on_event", '{"id": "1"}', "raw")]
)
async def test_a_queue_or_event_function_run_by_hand_gets_the_input(
    host: Host, function: str, given: str, field: str
) -> None:
    await host.process.run(function, given)
    await host.process.drain()
    assert [line[field] for line in host.lines() if field in line] == [given]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"nonsense"])
async def test_running_by_hand_needs_an_input(host: Host, body: bytes) -> None:
    assert (await host.send("POST", "/admin/functions/hourly", data=body, headers=master(host))).status == 400


async def test_running_by_hand_needs_the_master_key_and_a_function_that_is_not_http(host: Host) -> None:
    body = {"input": ""}
    assert (await host.send("POST", "/admin/functions/hourly", json=body)).status == 401
    assert (await host.send("POST", "/admin/functions/nothing", json=body, headers=master(host))).status == 404
    assert (await host.send("POST", "/admin/functions/echo", json=body, headers=master(host))).status == 400


async def test_a_drain_with_nothing_to_do_says_so(host: Host, storage: Storage) -> None:
    assert await host.process.drain() == Tally(0, 0)


async def test_what_runs_on_startup_has_run(host: Host) -> None:
    messages = [line["message"] for line in host.process.log_lines()]
    assert messages.count("started up") == 1
    assert messages.index("Host started") < messages.index("started up")
