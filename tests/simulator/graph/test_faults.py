from __future__ import annotations

import json

import aiohttp
import pytest

from simulator.build import add_application
from simulator.faults import Fault, FaultKind
from simulator.request_log import Kind
from simulator.world import World
from tests.simulator.graph.asking import Asking
from tests.simulator.raw_client import RawClient
from tests.simulator.recorded.recording import FOLDER

LIST = "/applications"
ANSWERS = {
    FaultKind.GRAPH_THROTTLED: (429, "TooManyRequests", "5"),
    FaultKind.INTERNAL_ERROR: (500, "Service_InternalServerError", None),
    FaultKind.BAD_GATEWAY: (502, "UnknownError", None),
    FaultKind.UNAVAILABLE: (503, "serviceNotAvailable", None),
    FaultKind.AUTHORIZATION_FAILED: (403, "Authorization_RequestDenied", None),
}


@pytest.fixture
def application(world: World) -> str:
    return f"{LIST}/{add_application(world, 'Portal')}"


@pytest.mark.parametrize("kind", ANSWERS)
async def test_a_fault_answers_once_and_changes_nothing(
    graph: Asking, world: World, application: str, kind: FaultKind
) -> None:
    status, code, wait = ANSWERS[kind]
    world.faults.add(Fault(kind))
    answer = await graph.patch(application, {"notes": "x"})
    assert (answer.status, answer.code, answer.headers.get("retry-after")) == (status, code, wait)
    assert (await graph.get(application)).body["notes"] is None
    assert (await graph.patch(application, {"notes": "x"})).status == 204


async def test_a_503_can_have_no_body_and_a_wait(graph: Asking, world: World, application: str) -> None:
    world.faults.add(Fault(FaultKind.UNAVAILABLE_WITHOUT_BODY, retry_after=3))
    world.faults.add(Fault(FaultKind.GRAPH_THROTTLED, retry_after=-1))
    first, second = await graph.get(application), await graph.get(application)
    assert (first.status, first.body, first.headers["retry-after"]) == (503, None, "3")
    assert (second.status, "retry-after" in second.headers) == (429, False)


@pytest.mark.parametrize(
    ("kind", "notes"), [(FaultKind.DROPPED_BEFORE, None), (FaultKind.DROPPED_AFTER, "x"), (FaultKind.TIME_OUT, None)]
)
async def test_a_connection_drops_before_or_after_the_write_took_effect(
    graph: Asking, world: World, application: str, kind: FaultKind, notes: str | None
) -> None:
    world.faults.add(Fault(kind, on=Kind.WRITE, times=None))
    world.faults.release()
    with pytest.raises(aiohttp.ClientError):
        await graph.patch(application, {"notes": "x"})
    assert (await graph.get(application)).body["notes"] == notes
    sent = world.requests.writes("/v1.0")
    assert {request.status for request in sent} == {None}
    assert {request.took_effect for request in sent} == {notes is not None}


async def test_faults_of_the_one_service_pass_by_the_other(
    graph: Asking, raw: RawClient, world: World, application: str
) -> None:
    world.faults.add(Fault(FaultKind.ARM_THROTTLED, times=None))
    world.faults.add(Fault(FaultKind.SCOPE_LOCKED, times=None))
    assert (await graph.patch(application, {"notes": "x"})).status == 204
    world.faults.clear()
    world.faults.add(Fault(FaultKind.GRAPH_THROTTLED, times=None))
    world.faults.add(Fault(FaultKind.UNAVAILABLE, resource_type="Microsoft.Graph/applications", times=None))
    assert (await raw.get("/subscriptions")).status == 200
    world.faults.remove(next(iter(world.faults)))
    assert (await graph.get(application)).status == 503


async def test_requests_to_graph_are_logged_and_told_apart_by_their_type(
    graph: Asking, raw: RawClient, world: World, application: str
) -> None:
    await graph.send("PATCH", application, {"notes": "x"}, headers={"client-request-id": "mine"})
    await graph.get(LIST, top="5")
    await raw.get("/subscriptions")
    write, listed = world.requests.matching(resource_type="Microsoft.Graph/applications")
    assert (write.method, write.path, write.status, write.client_request_id) == (
        "PATCH",
        f"/v1.0{application}",
        204,
        "mine",
    )
    assert (listed.kind, listed.query, listed.api_version) == (Kind.READ, "$top=5", "v1.0")
    assert write.caller == world.identities.system_assigned.client_id
    assert [request.path for request in world.requests.reads("/subscriptions")] == ["/subscriptions"]


async def test_a_request_keeps_the_name_that_the_client_gives_it(graph: Asking) -> None:
    answer = await graph.send("GET", f"{LIST}/x", headers={"client-request-id": "mine"})
    inner = answer.body["error"]["innerError"]
    assert (inner["client-request-id"], answer.headers["client-request-id"]) == ("mine", "mine")
    assert inner["request-id"] == answer.headers["request-id"] != "mine"


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded traffic at {FOLDER}")
async def test_a_throttled_answer_is_the_reported_one(graph: Asking, world: World) -> None:
    reported = json.loads((FOLDER / "manual" / "graph_429.json").read_text())["response"]
    world.faults.add(Fault(FaultKind.GRAPH_THROTTLED))
    answer = await graph.get(LIST)
    assert (answer.status, answer.code) == (reported["status"], reported["body"]["error"]["code"])
    assert answer.headers["retry-after"] == reported["headers"]["retry-after"]
    assert answer.message.partition(":")[0] == reported["body"]["error"]["message"].partition(":")[0]
