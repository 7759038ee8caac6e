from __future__ import annotations

import pytest

from simulator.build import add_application, add_filler_applications
from simulator.world import World
from tests.simulator.graph.asking import Asking
from tests.simulator.graph.conftest import AskAs

LIST = "/applications"
UNIT = "x-ms-resource-unit"


@pytest.mark.parametrize(
    ("path", "options", "units"),
    [
        (LIST, {}, "2"),
        (LIST, {"select": "id"}, "1"),
        (LIST, {"top": "999"}, "2"),
        (LIST, {"top": "19"}, "1"),
        (LIST, {"top": "19", "select": "id"}, "1"),
        (LIST, {"expand": "owners"}, "3"),
        (f"{LIST}/delta", {}, "1"),
    ],
)
async def test_a_read_costs_what_is_documented(graph: Asking, path: str, options: dict[str, str], units: str) -> None:
    assert (await graph.get(path, **options)).headers[UNIT] == units


async def test_units_are_counted_but_refuse_only_where_they_are_told_to(graph: Asking, world: World) -> None:
    world.graph.throttling.units = 10
    answers = [await graph.get(LIST) for _ in range(7)]
    assert {answer.status for answer in answers} == {200}
    world.graph.throttling.refuses = True
    assert (await graph.get(LIST)).status == 429


async def test_who_uses_up_its_units_is_told_how_long_to_wait(graph: Asking, world: World, ask_as: AskAs) -> None:
    world.graph.throttling.refuses, world.graph.throttling.units = True, 10
    told = [(await graph.get(LIST)).headers.get("x-ms-throttle-limit-percentage") for _ in range(5)]
    assert told == [None, None, None, None, "1.00"]
    refused = await graph.get(LIST)
    identity = world.identities.system_assigned
    assert (refused.status, refused.code, refused.headers["retry-after"]) == (429, "TooManyRequests", "2")
    assert refused.headers["x-ms-throttle-information"] == "ResourceUnitLimitExceeded"
    assert refused.headers["x-ms-throttle-scope"] == (
        f"Tenant_Application/ReadWrite/{identity.client_id}/{world.tenant_id}"
    )
    other = world.identities.add("11111111-2222-3333-4444-555555555555")
    world.graph.grant(other, "Application.Read.All")
    assert (await ask_as(other).get(LIST)).status == 200
    await world.clock.advance(2)
    assert (await graph.get(LIST)).status == 200


async def test_writes_have_a_limit_of_their_own(graph: Asking, world: World) -> None:
    world.graph.throttling.refuses, world.graph.throttling.units = True, 100_000
    application = f"{LIST}/{add_application(world, 'Portal')}"
    for _ in range(3000):
        assert (await graph.patch(application, {})).status == 204
    refused = await graph.patch(application, {})
    assert (refused.status, refused.headers["x-ms-throttle-information"]) == (429, "WriteLimitExceeded")
    assert (await graph.get(application)).status == 200
    await world.clock.advance(int(refused.headers["retry-after"]))
    assert (await graph.patch(application, {})).status == 204


async def test_a_large_tenant_is_read_within_a_quota(graph: Asking, world: World) -> None:
    add_filler_applications(world, 5000)
    world.graph.throttling.refuses = True
    pages = await graph.pages(LIST, select="id", top="999")
    assert [page.headers[UNIT] for page in pages] == ["1"] * 6
