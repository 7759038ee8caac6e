from __future__ import annotations

import pytest

from simulator.build import add_application, add_older_gateway
from simulator.graph.permissions import AppRole
from simulator.identity import ARM_AUDIENCES, NOT_BEFORE
from simulator.server import ArmServer
from simulator.world import World
from tests.simulator.graph.asking import Asking
from tests.simulator.graph.conftest import AUDIENCE, AskAs
from tests.simulator.raw_client import RawAnswer, RawClient
from tests.simulator.recorded.recording import FOLDER, read

LIST = "/applications"
SOMEBODY = "11111111-2222-3333-4444-555555555555"
NOBODY = "cc46cd6e-d9e9-46eb-87a0-fdb69c74358e"


def assert_denied(answer: RawAnswer) -> None:
    assert (answer.status, answer.code) == (403, "Authorization_RequestDenied")
    assert answer.message == "Insufficient privileges to complete the operation."


async def test_the_system_assigned_identity_reads_all_and_changes_its_own(ask_as: AskAs, world: World) -> None:
    asking = ask_as(world.identities.system_assigned)
    own, other = add_older_gateway(world, "own"), add_older_gateway(world, "other", owned=False)
    assert len((await asking.get(LIST)).body["value"]) == 2
    assert (await asking.get(f"{LIST}/delta")).status == 200
    assert (await asking.patch(f"{LIST}/{own}", {"displayName": "Renamed"})).status == 204
    for refused in (
        await asking.patch(f"{LIST}/{other}", {"displayName": "Renamed"}),
        await asking.delete(f"{LIST}/{other}"),
        await asking.post(f"{LIST}/{other}/addPassword", {"passwordCredential": {}}),
        await asking.post(f"{LIST}/{other}/owners/$ref", {"@odata.id": world.identities.system_assigned.object_id}),
    ):
        assert_denied(refused)
    assert (await asking.delete(f"{LIST}/{own}")).status == 204
    assert (await asking.patch(f"{LIST}/{NOBODY}", {})).status == 404


async def test_who_makes_an_application_owns_it(ask_as: AskAs, world: World) -> None:
    asking = ask_as(world.identities.system_assigned)
    made = (await asking.post(LIST, {"displayName": "Mine"})).body["id"]
    assert world.graph.applications.owners[made] == [world.identities.system_assigned.object_id]
    assert (await asking.patch(f"{LIST}/{made}", {"notes": "x"})).status == 204


async def test_an_identity_may_do_nothing_until_it_is_granted_something(ask_as: AskAs, world: World) -> None:
    somebody = world.identities.add(SOMEBODY)
    asking, application_id = ask_as(somebody), add_application(world, "Portal")
    assert_denied(await asking.get(LIST))
    world.graph.grant(somebody, AppRole.READ_ALL)
    assert (await asking.get(LIST)).status == 200
    assert_denied(await asking.patch(f"{LIST}/{application_id}", {"notes": "x"}))
    assert_denied(await asking.patch(f"{LIST}/{NOBODY}", {"notes": "x"}))
    assert_denied(await asking.post(LIST, {"displayName": "x"}))
    world.graph.grant(somebody, "Application.ReadWrite.All")
    assert (await asking.patch(f"{LIST}/{application_id}", {"notes": "x"})).status == 204
    world.graph.revoke(somebody, AppRole.READ_WRITE_ALL)
    assert_denied(await asking.patch(f"{LIST}/{application_id}", {"notes": "y"}))


async def test_a_default_can_be_taken_away(ask_as: AskAs, world: World) -> None:
    asking = ask_as(world.identities.system_assigned)
    world.graph.revoke(world.identities.system_assigned, AppRole.READ_WRITE_OWNED_BY)
    assert_denied(await asking.get(LIST))


def test_an_unknown_role_is_refused_at_once(world: World) -> None:
    with pytest.raises(ValueError, match=r"Application\.Write"):
        world.graph.grant(world.identities.system_assigned, "Application.Write")


@pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no recorded traffic at {FOLDER}")
async def test_a_denial_is_the_recorded_one(ask_as: AskAs, world: World) -> None:
    [path] = (FOLDER / "graph" / "errors").glob("001_*.json")
    recorded = read(path).first
    answer = await ask_as(world.identities.add(SOMEBODY)).get(LIST)
    assert answer.status == recorded.status
    told = answer.body["error"]
    assert told | {"innerError": None} == recorded.error | {"innerError": None}
    assert told["innerError"].keys() == recorded.error["innerError"].keys()
    assert answer.headers["x-ms-resource-unit"] in {"1", "2"}


@pytest.mark.parametrize(
    "audience",
    ["https://graph.microsoft.com", "https://graph.microsoft.com/", "00000003-0000-0000-c000-000000000000"],
)
async def test_tokens_for_graph_are_taken(graph: Asking, world: World, audience: str) -> None:
    for one in (audience, graph.raw.url, f"{graph.raw.url}/"):
        token = world.identities.issue(one, world.identities.system_assigned)
        answer = await graph.send("GET", LIST, headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 200


async def test_other_tokens_are_refused_in_graphs_words(graph: Asking, world: World) -> None:
    identities = world.identities
    expired = identities.issue(AUDIENCE, identities.system_assigned, expires=NOT_BEFORE + 1)
    refusals = {
        f"Bearer {identities.issue(ARM_AUDIENCES[0], identities.system_assigned)}": (
            "Access token validation failure. Invalid audience."
        ),
        f"Bearer {expired}": "Lifetime validation failed, the token is expired.",
        "Bearer nonsense": "CompactToken parsing failed with error code: 80049217",
        "Basic eDp5": "Access token is empty.",
        "": "Access token is empty.",
    }
    for header, words in refusals.items():
        answer = await graph.send("GET", LIST, headers={"Authorization": header})
        assert (answer.status, answer.code, answer.message) == (401, "InvalidAuthenticationToken", words)
        assert answer.headers["www-authenticate"].startswith('Bearer realm="", authorization_uri="https://login.')


async def test_arm_does_not_take_a_token_for_graph(
    raw: RawClient, server: ArmServer, world: World, graph: Asking
) -> None:
    for audience in (AUDIENCE, f"{server.graph_url}/"):
        token = world.identities.issue(audience, world.identities.system_assigned)
        answer = await raw.send("GET", "/subscriptions", headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.code) == (401, "InvalidAuthenticationTokenAudience")


async def test_the_cloud_tells_where_its_graph_is(raw: RawClient, server: ArmServer) -> None:
    cloud = (await raw.send("GET", "/metadata/endpoints", query={"api-version": "2022-09-01"})).body
    assert cloud["microsoftGraphResourceId"] == f"{server.graph_url}/"
