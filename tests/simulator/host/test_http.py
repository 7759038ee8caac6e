from __future__ import annotations

import json

import pytest

from tests.simulator.host.conftest import Host

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_function_sees_method_url_parameters_query_headers_and_body(host: Host) -> None:
    answer = await host.send(
        "POST", "/api/echo/b%20b/7?x=1&x=2&y=%26", data="grüezi".encode(), headers={"x-SAMPLE": "a sample"}
    )
    assert answer.status == 200
    assert await answer.json() == {
        "method": "POST",
        "url": f"{host.process.url}/api/echo/b%20b/7?x=1&x=2&y=%26",
        "params": {"name": "b b", "number": "7"},
        "query": {"x": "1,2", "y": "&"},
        "header": "a sample",
        "body": "grüezi",
    }


async def test_status_headers_and_type_are_the_functions(host: Host) -> None:
    answer = await host.get("/api/echo/bob")
    assert (answer.headers["X-Answer"], answer.headers["Content-Type"]) == ("yes", "application/json")


async def test_an_optional_route_parameter_may_be_left_out(host: Host) -> None:
    assert (await (await host.get("/api/echo/bob")).json())["params"] == {"name": "bob"}


async def test_routes_match_in_any_case(host: Host) -> None:
    assert (await host.get("/API/Echo/bob")).status == 200


async def test_bytes_pass_unchanged_in_both_directions(host: Host) -> None:
    answer = await host.send("POST", "/api/bytes", data=bytes(range(256)))
    assert (answer.status, await answer.read()) == (202, bytes(range(256))[::-1])


async def test_every_cookie_is_set_with_its_attributes(host: Host) -> None:
    answer = await host.get("/api/cookies")
    assert answer.headers.getall("Set-Cookie") == ["one=1; HttpOnly; Path=/", "two=2; Secure"]


async def test_a_returned_text_is_plain_text(host: Host) -> None:
    answer = await host.get("/api/text")
    assert (answer.headers["Content-Type"], await answer.text()) == ("text/plain; charset=utf-8", "grüezi")


async def test_a_function_that_is_not_async_runs_on_a_thread(host: Host) -> None:
    assert json.loads(await (await host.get("/api/threaded/1")).read())["thread"] is True


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/echo/bob", "/api/echo/bob/seven", "/api/echo/bob/7/8"])
async def test_a_path_that_is_no_functions_is_not_found(host: Host, path: str) -> None:
    answer = await host.get(path)
    assert (answer.status, await answer.read()) == (404, b"")


async def test_a_method_that_the_function_does_not_take_is_not_found_either(host: Host) -> None:
    assert (await host.send("DELETE", "/api/echo/bob")).status == 404


async def test_an_exception_is_a_500_that_tells_nothing(host: Host) -> None:
    answer = await host.get("/api/fails")
    assert (answer.status, await answer.read()) == (500, b"")


async def test_a_function_that_exceeds_the_time_limit_is_a_500(host: Host) -> None:
    assert (await host.get("/api/hangs")).status == 500
    [failed] = [line for line in host.lines() if line.get("succeeded") is False]
    assert failed["exception"] == "Timeout value of 0.2 s was exceeded by function: Functions.hangs"


async def test_without_a_key_a_guarded_function_is_unauthorised_with_no_body(host: Host) -> None:
    answer = await host.get("/api/guarded")
    assert (answer.status, await answer.read()) == (401, b"")


@pytest.mark.parametrize("place", ["query", "header"])
@pytest.mark.parametrize("key", ["function_key", "master_key"])
async def test_function_and_master_key_open_a_guarded_function(host: Host, place: str, key: str) -> None:
    value = getattr(host.process, key)
    sent = {"params": {"code": value}} if place == "query" else {"headers": {"x-functions-key": value}}
    assert (await host.get("/api/guarded", **sent)).status == 200


async def test_the_headers_key_goes_before_the_querys(host: Host) -> None:
    headers = {"x-functions-key": "wrong"}
    assert (await host.get(f"/api/guarded?code={host.process.function_key}", headers=headers)).status == 401


@pytest.mark.parametrize("key", ["wrong", "function_key", "event_grid_key"])
async def test_only_the_master_key_opens_a_function_of_level_admin(host: Host, key: str) -> None:
    given = getattr(host.process, key, key)
    assert (await host.get("/api/mastered", params={"code": given})).status == 401
    assert (await host.get("/api/mastered", params={"code": host.process.master_key})).status == 200


async def test_a_disabled_function_is_not_found_but_for_the_master_key(host: Host) -> None:
    assert (await host.get("/api/switched-off")).status == 404
    assert (await host.get("/api/switched-off", params={"code": host.process.master_key})).status == 200
