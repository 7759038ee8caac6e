"""Several app registrations for one gateway: each is told of the others, whoever comes first, while it lasts."""

import asyncio

import pytest
from azure.core.exceptions import AzureError

from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import REDIRECTS, write_check
from shared.model.reason import Reason
from simulator.build import add_newer_gateway, add_older_gateway, change_application, delete_application
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import check_of
from tests.handlers.queue_work import work_for
from tests.handlers.test_applications import HOST, MIGRATE, PAIR, subject_of, uris
from tests.handlers.test_tenant import DAY, HOUR, audit
from tests.handlers.trails import past_of


async def are_told(guard: Guard, *application_ids: str) -> list[bool]:
    """Tell for each registration whether its latest report tells of others."""
    pasts = [await past_of(guard, subject_of(one)) for one in application_ids]
    return [Reason.GATEWAY_REGISTERED_TWICE in past.since for past in pasts]


def build(azure: LocalAzure, *names: str) -> list[str]:
    return [add_newer_gateway(azure.world, HOST, display_name=name) for name in names]


async def test_those_that_are_looked_at_at_once_are_told_of_at_each(azure: LocalAzure, make: MakeGuard) -> None:
    found = build(azure, "WAC one", "WAC two", "WAC three")
    guards = [await make() for _ in found]
    looks = zip(guards, found, strict=True)
    await asyncio.gather(*(receive_check(guard, write_check(check_of(subject_of(one)))) for guard, one in looks))
    await work_for(azure, guards[0], HOUR, REDIRECTS)
    assert await are_told(guards[0], *found) == [True] * 3


async def test_one_that_is_deleted_is_told_of_at_the_others_no_more(azure: LocalAzure, auditing: Guard) -> None:
    stays, goes = build(azure, "WAC one", "WAC two")
    await audit(azure, auditing, DAY)
    assert await are_told(auditing, stays, goes) == [True, True]
    delete_application(azure.world, goes)
    await audit(azure, auditing, DAY)
    assert await are_told(auditing, stays) == [False]


async def test_one_that_is_for_another_host_by_now_is_told_of_at_the_others_no_more(
    azure: LocalAzure, auditing: Guard
) -> None:
    stays, moves = build(azure, "WAC one", "WAC two")
    await audit(azure, auditing, DAY)
    uris = [uri.replace("wac.", "new.") for uri in PAIR]
    change_application(azure.world, moves, {"spa": {"redirectUris": uris}})
    await audit(azure, auditing, DAY)
    assert await are_told(auditing, stays, moves) == [False, False]


async def test_others_are_told_though_the_look_that_was_to_tell_them_failed_half_way(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**MIGRATE)
    (first,) = build(azure, "WAC one")
    await audit(azure, guard, DAY)
    second = add_older_gateway(azure.world, HOST, web=(PAIR[0],), display_name="WAC two, from before")
    unlucky = await make(**MIGRATE, AzureWebJobsStorage__queueServiceUri="https://localhost:1/account")
    message = write_check(check_of(subject_of(second)))
    with pytest.raises(AzureError):
        await receive_check(unlucky, message)
    assert uris(azure.world, second) == ([], PAIR)
    await receive_check(guard, message)
    await work_for(azure, guard, HOUR, REDIRECTS)
    assert await are_told(guard, first, second) == [True, True]
