"""What the benchmarks of sweeps stand on: the subscriptions that they build, and how they count requests."""

import pytest

from benchmarks.apart import Request, Service, depth
from benchmarks.subscriptions import PER_NETWORK, make_world, name_subscriptions
from handlers.guard import make_guard
from shared.azure.observe_subscription import observe_subscription
from shared.decide.subscription import decide_subscription
from shared.model.resource_id import subscription_resource_id
from shared.settings import parse_settings
from simulator.local import LocalAzure
from tests.conftest import CERTIFICATES


async def test_the_app_finds_as_much_to_write_as_a_world_says_that_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = name_subscriptions(2)
    world, need = make_world({first: 2, second: 1})
    async with LocalAzure(world=world, directory=CERTIFICATES) as azure:
        for name, text in azure.environment().items():
            monkeypatch.setenv(name, text)
        guard = make_guard(parse_settings(azure.environment()))
        plans, machines = [], 0
        for one in (first, second):
            estate = await observe_subscription(guard.clients, guard.facts, subscription_resource_id(one))
            machines += len(estate.virtual_machines)
            plans += list(decide_subscription(estate, guard.desired))
        await guard.close()
    assert machines == 3 * PER_NETWORK
    assert sum(len(plan.actions) for plan in plans) == need.writes
    assert need.needless


def test_one_nsg_of_a_hundred_denies_and_all_behind_it_are_in_need() -> None:
    (subscription,) = name_subscriptions(1)
    _, need = make_world({subscription: 20})
    assert (need.machines, need.installs, len(need.denying), len(need.needless)) == (149, 100, 1, 1)
    assert need.writes == 100 + 2 + 2


@pytest.mark.parametrize(
    ("spans", "expected"),
    [([], 0), ([(0, 1), (1, 2), (2, 3)], 3), ([(0, 3), (0, 1), (1, 2), (3, 4)], 3), ([(0, 2), (1, 3)], 1)],
)
def test_depth_counts_what_waited_for_another_and_not_what_went_beside_it(
    spans: list[tuple[int, int]], expected: int
) -> None:
    assert depth(Request(Service.AZURE, "GET", "/", began, ended) for began, ended in spans) == expected
