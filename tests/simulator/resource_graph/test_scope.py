"""Where a query runs, and what its caller may not read: that is left out, and nothing says so."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError

from simulator.build import (
    add_deny_assignment,
    add_network,
    add_resource_group,
    add_security_group,
    remove_restriction,
)
from simulator.restrictions import DenyAssignment
from simulator.world import SUBSCRIPTION_ID, World
from tests.simulator.resource_graph.conftest import Ask, rows_in

OTHER = "11111111-2222-4333-8444-555555555555"
UNKNOWN = "99999999-2222-4333-8444-555555555555"
IDS = "resources | project id | order by id asc"


@pytest.fixture
def world() -> World:
    """A world of two subscriptions: the second one has a resource, too."""
    made = World(subscriptions=(SUBSCRIPTION_ID, OTHER))
    for name in ("Shop", "Till"):
        add_resource_group(made, name)
        add_network(made, name, "net")
    other = _network(OTHER, "Shop")
    made.resources[other] = made.resources[_network(SUBSCRIPTION_ID, "Shop")] | {"id": other}
    return made


def _network(subscription: str, group: str) -> str:
    return f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Network/virtualNetworks/net"


SHOP, TILL, THEIRS = _network(SUBSCRIPTION_ID, "Shop"), _network(SUBSCRIPTION_ID, "Till"), _network(OTHER, "Shop")


async def _seen(ask: Ask, scope: dict[str, Any] | None = None) -> list[str]:
    return [row["id"] for row in rows_in(await ask(IDS, scope or {}))]


async def _refusal(ask: Ask, scope: dict[str, Any]) -> tuple[int | None, str, str]:
    with pytest.raises(HttpResponseError) as refused:
        await ask(IDS, scope)
    error: Any = refused.value.error
    return refused.value.status_code, error.details[0].code, error.details[0].message


async def test_a_query_runs_over_the_subscriptions_that_are_named(ask: Ask) -> None:
    assert await _seen(ask, {"subscriptions": [OTHER.upper()]}) == [THEIRS]
    assert await _seen(ask, {"subscriptions": [SUBSCRIPTION_ID]}) == [SHOP, TILL]


async def test_and_over_all_that_may_be_read_where_none_is(ask: Ask, world: World) -> None:
    everything = [SHOP, TILL, THEIRS]
    assert await _seen(ask) == everything
    assert await _seen(ask, {"subscriptions": []}) == everything
    assert await _seen(ask, {"management_groups": [world.tenant_id]}) == everything


async def test_an_unknown_subscription_beside_a_known_one_is_left_out(ask: Ask) -> None:
    assert await _seen(ask, {"subscriptions": [UNKNOWN, OTHER]}) == [THEIRS]


async def test_unknown_subscriptions_alone_are_refused(ask: Ask) -> None:
    assert await _refusal(ask, {"subscriptions": [UNKNOWN]}) == (
        400,
        "NoValidSubscriptionsInQueryRequest",
        f"There must be at least one subscription that is eligible to contain resources. Given: '{UNKNOWN}'.",
    )


async def test_what_can_be_no_subscription_and_no_management_group_is_refused(ask: Ask, world: World) -> None:
    status, code, message = await _refusal(ask, {"subscriptions": [OTHER, "shop"]})
    assert (status, code) == (400, "SubscriptionsContainInvalidGuids")
    assert message == "Subscription ids have to be valid GUIDs. Given: 'shop'."
    status, code, message = await _refusal(ask, {"management_groups": ["Tenant Root Group"]})
    assert (status, code) == (400, "ManagementGroupsContainInvalidIds")
    assert message == "The provided management groups must be valid. Given: 'Tenant Root Group'."
    both = {"subscriptions": [OTHER], "management_groups": [world.tenant_id]}
    assert (await _refusal(ask, both))[0] == 400


async def test_a_management_group_that_there_is_not_is_denied(ask: Ask) -> None:
    assert (await _refusal(ask, {"management_groups": ["landing-zones"]}))[:2] == (403, "AccessDenied")


async def test_what_a_deny_assignment_hides_is_left_out_without_a_word(ask: Ask, world: World) -> None:
    add_security_group(world, "Shop", "nsg")
    denied = add_deny_assignment(world, "shop", "secret", actions=("Microsoft.Network/virtualNetworks/*",))
    answer = await ask(IDS)
    assert [row["id"].rsplit("/", 1)[1] for row in rows_in(answer)] == ["nsg", "net"]
    assert (answer.total_records, answer.result_truncated) == (2, "false")
    remove_restriction(world, denied)
    assert (await ask(IDS)).total_records == 3


async def test_a_deny_assignment_on_writes_hides_nothing(ask: Ask, world: World) -> None:
    add_deny_assignment(world, "shop", "frozen", actions=("*/write", "*/delete"))
    assert len(await _seen(ask)) == 3


@pytest.mark.parametrize("how", ["omitted", "denied"])
async def test_a_subscription_that_may_not_be_read_is_left_out_and_alone_it_is_denied(
    ask: Ask, world: World, how: str
) -> None:
    scope = f"/subscriptions/{OTHER}"
    if how == "omitted":
        world.resource_graph.omitted.add(scope.upper())
    else:
        world.restrictions.add(DenyAssignment(scope, "all", ("*/read",)))
    assert await _seen(ask) == [SHOP, TILL]
    assert await _seen(ask, {"subscriptions": [OTHER, SUBSCRIPTION_ID]}) == [SHOP, TILL]
    containers = await ask("resourcecontainers | summarize by subscriptionId", {})
    assert rows_in(containers) == [{"subscriptionId": SUBSCRIPTION_ID}]
    status, code, message = await _refusal(ask, {"subscriptions": [OTHER]})
    assert (status, code) == (403, "AccessDenied")
    assert message == "Access is denied to the requested resource. The user might not have enough permission."


async def test_groups_and_resources_can_be_omitted(ask: Ask, world: World) -> None:
    world.resource_graph.omitted |= {f"/subscriptions/{SUBSCRIPTION_ID}/resourcegroups/shop", TILL.lower()}
    assert await _seen(ask) == [THEIRS]
    groups = await ask("resourcecontainers | where type endswith 'groups' | project name", {})
    assert rows_in(groups) == [{"name": "Till"}]


async def test_nothing_that_may_be_read_at_all_is_refused(ask: Ask, world: World) -> None:
    world.resource_graph.omitted |= {f"/subscriptions/{one}" for one in (SUBSCRIPTION_ID, OTHER)}
    status, code, message = await _refusal(ask, {})
    assert (status, code) == (400, "NoValidSubscriptionsInQueryRequest")
    assert message.endswith("Given: ''.")


async def test_what_is_omitted_is_there_all_the_same(ask: Ask, world: World, network: Any) -> None:
    world.resource_graph.omitted.add(SHOP)
    assert SHOP not in await _seen(ask)
    assert (await network.virtual_networks.get("Shop", "net")).id == SHOP
