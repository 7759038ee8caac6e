from __future__ import annotations

import asyncio

import aiohttp
import pytest

from simulator.build import add_resource_group, add_security_group
from simulator.faults import Fault, FaultKind
from simulator.world import World
from tests.simulator.raw_client import RawClient
from tests.simulator.test_faults import BODY, RULE


@pytest.fixture
def nsg(world: World) -> str:
    add_resource_group(world, "Shop")
    return add_security_group(world, "Shop", "nsg")


async def test_writes_one_after_the_other_do_not_overlap(raw: RawClient, world: World, nsg: str) -> None:
    await raw.send("PUT", f"{nsg}/securityRules/allow", body=BODY)
    await raw.send("DELETE", f"{nsg}/securityRules/allow")
    first, second = world.requests.writes()
    assert first.ended is not None
    assert first.began < first.ended < second.began
    assert world.requests.overlapping_writes() == []


async def test_writes_at_once_to_one_resource_overlap_and_those_to_different_ones_do_not_count(
    raw: RawClient, world: World, nsg: str
) -> None:
    other = add_security_group(world, "Shop", "other")
    world.answer_seconds = 0.05
    below = {"properties": {**RULE, "priority": 101}}
    await asyncio.gather(
        raw.send("PUT", f"{nsg}/securityRules/allow", body=BODY),
        raw.send("PUT", f"{other}/securityRules/allow", body=BODY),
        raw.send("PUT", f"{nsg.upper().replace('/PROVIDERS/', '/providers/')}/securityRules/below", body=below),
    )
    [(one, two)] = world.requests.overlapping_writes()
    assert {one.path.rsplit("/", 1)[1], two.path.rsplit("/", 1)[1]} == {"allow", "below"}
    assert one.overlaps(two)
    assert two.overlaps(one)


async def test_a_write_whose_answer_was_lost_is_told_from_one_that_was_never_carried_out(
    raw: RawClient, world: World, nsg: str
) -> None:
    for kind in (FaultKind.DROPPED_BEFORE, FaultKind.DROPPED_AFTER):
        world.faults.add(Fault(kind, times=2))  # aiohttp sends a PUT again when its connection drops
        with pytest.raises(aiohttp.ClientError):
            await raw.send("PUT", f"{nsg}/securityRules/allow", body=BODY)
    world.faults.add(Fault(FaultKind.SCOPE_LOCKED))
    await raw.send("PUT", f"{nsg}/securityRules/allow", body=BODY)
    told = [(request.status, request.took_effect) for request in world.requests.writes()]
    assert told == [*[(None, False)] * 2, *[(None, True)] * 2, (409, False)]


async def test_a_request_tells_its_caller_and_which_host_of_an_app_sent_it(
    raw: RawClient, world: World, nsg: str
) -> None:
    headers = {"Authorization": f"Bearer {raw.token}", "User-Agent": "azsdk-python/1 local-host/3"}
    await raw.send("GET", nsg, query={"api-version": "2024-07-01"}, headers=headers)
    await raw.get(nsg)
    await raw.send("GET", nsg, query={"api-version": "2024-07-01"}, headers={})
    ours = world.identities.system_assigned.client_id
    assert [(request.caller, request.host) for request in world.requests] == [(ours, 3), (ours, None), (None, None)]


async def test_a_write_is_found_by_the_correlation_id_that_its_sender_gave(
    raw: RawClient, world: World, nsg: str
) -> None:
    headers = {"Authorization": f"Bearer {raw.token}", "x-ms-correlation-request-id": "mine"}
    versioned = {"api-version": "2024-07-01"}
    await raw.send("PUT", f"{nsg}/securityRules/allow", body=BODY, query=versioned, headers=headers)
    [write] = world.requests.writes()
    assert (write.method, write.status, write.correlation_id) == ("PUT", 201, "mine")
    assert write.path == f"{nsg}/securityRules/allow"
