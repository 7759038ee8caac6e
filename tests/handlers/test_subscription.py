"""A whole subscription by Resource Graph: decided on as each of its VMs and NSGs would be live."""

from datetime import timedelta

import pytest

from handlers.guard import Guard
from shared.azure.failures import PassingFailure
from shared.azure.observe_subscription import observe_subscription
from shared.azure.subscriptions import list_subscriptions
from shared.decide.contents import content_of
from shared.decide.subscription import decide_subscription
from shared.model.estate import Estate
from shared.model.plan import Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId, subscription_resource_id
from simulator.estate.situations import SITUATIONS, Built, Situation
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site
from tests.handlers.test_situations import audit

# What Resource Graph tells nothing of, and is taken to be well: whether an agent is ready, what it runs and reports.
UNTOLD = frozenset({Reason.AGENT_NOT_READY})


async def observe(guard: Guard, world: World) -> Estate:
    return await observe_subscription(guard.clients, guard.facts, subscription_resource_id(world.subscription_id))


async def plans_of(guard: Guard, world: World) -> dict[ResourceId, Plan]:
    estate = await observe(guard, world)
    return {plan.subject: plan for plan in decide_subscription(estate, guard.desired)}


def told(plan: Plan) -> tuple[list[Reason], list[tuple[str, str]]]:
    """Give what a plan finds and would write; messages and what was there before tell more live."""
    actions = [(str(action.id).lower(), content_of(action)) for action in plan.actions]
    return sorted(one.reason for one in plan.findings), actions


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
async def test_each_situation_is_decided_as_it_is_live(
    situation: Situation, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**situation.app_settings)
    built: Built = situation.build(azure.world)
    plans = await plans_of(guard, azure.world)
    for subject in (built.vm_id, *built.nsg_ids):
        report = await audit(guard, subject)
        live = Plan(report.check.subject, report.findings, tuple(result.action for result in report.actions))
        if UNTOLD.isdisjoint(told(live)[0]):
            assert told(plans[ResourceId(subject)]) == told(live)


async def test_all_of_it_costs_a_handful_of_requests(azure: LocalAzure, auditing: Guard) -> None:
    for situation in SITUATIONS:
        situation.build(azure.world)
    estate = await observe(auditing, azure.world)
    kinds = [request.path.rpartition("/")[2] for request in azure.world.requests.reads()]
    assert kinds == ["resources"] * 4 + ["skus", "serviceTags"]
    assert len(estate.virtual_machines) >= len(SITUATIONS)
    assert azure.world.requests.writes() == []


async def test_a_subscription_that_may_not_be_read_is_unreadable_and_not_empty(
    azure: LocalAzure, auditing: Guard
) -> None:
    build_site(azure.world)
    azure.world.resource_graph.omitted.add(f"/subscriptions/{azure.world.subscription_id}")
    estate = await observe(auditing, azure.world)
    assert list(estate.unreadable) == [subscription_resource_id(azure.world.subscription_id)]


async def test_the_quota_is_waited_for_and_all_is_read(azure: LocalAzure, make: MakeGuard) -> None:
    build_site(azure.world)
    guard = await make()
    pauses: list[timedelta] = []

    async def pause(asked: timedelta) -> None:
        pauses.append(asked)
        await azure.world.clock.advance(asked.total_seconds())

    guard.clients.pause = pause
    for _ in range(8):
        estate = await observe(guard, azure.world)
        assert len(estate.virtual_machines) == 1
    assert len(pauses) >= 2
    assert max(pauses) <= timedelta(seconds=5)


async def test_a_failure_that_may_pass_is_raised_and_nothing_is_decided_on_a_part(
    azure: LocalAzure, auditing: Guard
) -> None:
    build_site(azure.world)
    asked = 0

    def third(_: str, path: str) -> bool:
        nonlocal asked
        asked += path.endswith("/resources")
        return asked == 3

    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, when=third))
    with pytest.raises(PassingFailure):
        await observe(auditing, azure.world)


async def test_the_subscriptions_that_are_seen_are_listed_by_name(azure: LocalAzure, auditing: Guard) -> None:
    seen = await list_subscriptions(auditing.clients, lambda _: None)
    assert [(one.id.subscription_id, one.display_name) for one in seen] == [
        (azure.world.subscription_id, "Local Azure 1")
    ]
    of_the_root = await list_subscriptions(auditing.clients, lambda _: None, azure.world.tenant_id)
    assert of_the_root == seen
