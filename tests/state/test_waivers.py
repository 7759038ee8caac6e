"""What people accept, as it is kept: whole, one for each subject and reason, and found by one request."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from shared.azure.clients import AzureClients
from shared.azure.entities import UnreadableRow
from shared.azure.json_values import from_json, to_json
from shared.azure.waivers import WAIVERS, drop_waiver, keep_waiver, list_waivers
from shared.model.reason import Reason
from shared.model.resource_id import APPLICATION, ResourceId
from shared.model.waiver import Waiver
from simulator.local import LocalAzure
from tests.state.any_values import any_of
from tests.state.conftest import DroppingClients

NOON = datetime(2030, 5, 6, 12, 0, tzinfo=UTC)
GROUP = ResourceId("/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g")
VM = ResourceId(f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web")
NSG = ResourceId(f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg")
ELSEWHERE = ResourceId(f"{GROUP}2/providers/Microsoft.Compute/virtualMachines/web")
APP = ResourceId(f"/providers/{APPLICATION}/99999999-2222-3333-4444-555555555555")


def waiver(subject: ResourceId = VM, reason: Reason = Reason.LOCKED, why: str = "so it is") -> Waiver:
    return Waiver(subject, reason, NOON + timedelta(days=1), "Ada", why, NOON)


@given(any_of(Waiver))
def test_any_waiver_comes_back_from_json(one: Waiver) -> None:
    assert from_json(to_json(one, Waiver), Waiver) == one


async def test_a_subjects_waivers_are_those_of_its_group_and_of_all_in_it(
    clients: AzureClients, azure: LocalAzure
) -> None:
    for subject in (VM, NSG, GROUP, ELSEWHERE, APP):
        await keep_waiver(clients, waiver(subject))
    for subject in (VM, ResourceId(str(NSG).upper()), GROUP):
        found, now = await list_waivers(clients, subject)
        assert ([one.subject for one in found], now) == (
            [GROUP, VM, NSG],
            azure.world.clock.now().replace(microsecond=0),
        )
    assert (await list_waivers(clients, ELSEWHERE))[0] == [waiver(ELSEWHERE)]
    assert (await list_waivers(clients, APP))[0] == [waiver(APP)]
    assert {one.subject for one in (await list_waivers(clients))[0]} == {VM, NSG, GROUP, ELSEWHERE, APP}


async def test_to_find_them_takes_one_request(dropping: DroppingClients) -> None:
    await keep_waiver(dropping, waiver())
    dropping.connection.sent.clear()
    await list_waivers(dropping, VM)
    assert dropping.connection.sent == ["GET"]


async def test_before_the_first_there_are_none(clients: AzureClients) -> None:
    assert (await list_waivers(clients))[0] == (await list_waivers(clients, VM))[0] == []
    assert await drop_waiver(clients, VM, Reason.LOCKED) is None


async def test_a_waiver_takes_the_place_of_an_earlier_one_and_of_no_other(clients: AzureClients) -> None:
    await keep_waiver(clients, waiver())
    await keep_waiver(clients, waiver(reason=Reason.CONTESTED))
    later = waiver(ResourceId(str(VM).upper()), why="“nicht\tlöschen”\n\\ <b>&amp; 💥\x01 a'b" + "x" * 900)
    await keep_waiver(clients, later)
    assert (await list_waivers(clients, VM))[0] == [waiver(reason=Reason.CONTESTED), later]


async def test_a_waiver_that_is_dropped_is_given_as_it_was(clients: AzureClients) -> None:
    await keep_waiver(clients, waiver())
    await keep_waiver(clients, waiver(NSG))
    assert await drop_waiver(clients, ResourceId(str(VM).upper()), Reason.LOCKED) == waiver()
    assert await drop_waiver(clients, VM, Reason.LOCKED) is None
    assert (await list_waivers(clients))[0] == [waiver(NSG)]


async def test_people_can_read_in_the_table_who_accepts_what_and_until_when(
    clients: AzureClients, azure: LocalAzure
) -> None:
    await keep_waiver(clients, waiver())
    (row,) = [entity async for entity in azure.tables.get_table_client(WAIVERS).list_entities()]
    shown = {name: row[name] for name in ("subject", "reason", "until", "by", "why", "at")}
    assert shown == {
        "subject": str(VM),
        "reason": "LOCKED",
        "until": NOON + timedelta(days=1),
        "by": "Ada",
        "why": "so it is",
        "at": NOON,
    }


@pytest.mark.parametrize("change", [{"version": 2}, {"waiver0": b"?"}, {"waiver0": None}])
async def test_a_row_of_a_newer_app_or_a_damaged_one_is_not_passed_over(
    change: dict[str, object], clients: AzureClients, azure: LocalAzure
) -> None:
    await keep_waiver(clients, waiver())
    table = azure.tables.get_table_client(WAIVERS)
    (row,) = [entity async for entity in table.list_entities()]
    for name, value in change.items():
        row[name] = value
    await table.delete_entity(row["PartitionKey"], row["RowKey"])
    await table.create_entity({name: value for name, value in row.items() if value is not None})
    with pytest.raises(UnreadableRow):
        await list_waivers(clients, VM)
    with pytest.raises(UnreadableRow):
        await drop_waiver(clients, VM, Reason.LOCKED)
