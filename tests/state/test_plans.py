"""Plans of sweeps, as they are kept: whole, revised by several at once, and gone with all their parts."""

from dataclasses import replace
from datetime import timedelta

from shared.azure.clients import AzureClients
from shared.azure.plans import KeptPlan, keep_plan, list_plans, prune_plans, read_plan, revise_plan
from tests.decide.estates import OBSERVED_AT, SUBSCRIPTION

DAY = timedelta(days=1)


def plan(name: str = "20261122T080000Z-0123456789ab", parts: int = 250) -> KeptPlan:
    told = tuple({"subject": f"vm-{number}"} for number in range(parts))
    return KeptPlan(name, SUBSCRIPTION, OBSERVED_AT, OBSERVED_AT, OBSERVED_AT + DAY, {"released": []}, told)


async def test_a_plan_of_any_size_is_read_as_it_was_kept(clients: AzureClients) -> None:
    for parts in (0, 1, 100, 250):
        await keep_plan(clients, plan(parts=parts))
        assert await read_plan(clients, SUBSCRIPTION, plan().id) == plan(parts=parts)
    (head,) = await list_plans(clients, SUBSCRIPTION)
    assert head == replace(plan(), parts=())


async def test_who_revises_a_plan_begins_with_what_others_made_of_it_meanwhile(clients: AzureClients) -> None:
    await keep_plan(clients, plan())
    read_before = plan()
    await revise_plan(clients, read_before, lambda kept: replace(kept, head={"released": ["vm-1"]}))
    await revise_plan(clients, read_before, lambda kept: replace(kept, seen_at=OBSERVED_AT + DAY))
    found = await read_plan(clients, SUBSCRIPTION, plan().id)
    assert found == replace(plan(), head={"released": ["vm-1"]}, seen_at=OBSERVED_AT + DAY)


async def test_a_plan_that_is_gone_stays_so(clients: AzureClients) -> None:
    await revise_plan(clients, plan(), lambda kept: kept)
    assert await list_plans(clients, SUBSCRIPTION) == []


async def test_what_is_old_and_of_no_plan_goes_with_all_its_parts(clients: AzureClients) -> None:
    newer = "20261124T080000Z-0123456789ab"
    for name in (plan().id, newer, "20261121T080000Z-ba9876543210"):
        await keep_plan(clients, plan(name))
    await prune_plans(clients, SUBSCRIPTION, [plan().id], OBSERVED_AT + DAY)
    assert {one.id for one in await list_plans(clients, SUBSCRIPTION)} == {newer, plan().id}
    assert await read_plan(clients, SUBSCRIPTION, plan().id) == plan()
    assert await read_plan(clients, SUBSCRIPTION, "20261121T080000Z-ba9876543210") is None
