"""Rows of real tables: nothing is written over that was not read, and no table has to be there before."""

import asyncio
from datetime import timedelta

import pytest

from shared.azure.clients import AzureClients
from shared.azure.failures import PassingFailure, Refusal
from shared.azure.tables import Overtaken, Properties, Row, Table
from simulator.local import LocalAzure
from tests.azure.recordings import Answer, Replay
from tests.state.conftest import DroppingClients, Give, MakeClients


@pytest.fixture
def table(clients: AzureClients) -> Table:
    return Table(clients, "rows")


async def test_a_table_that_was_never_written_to_is_empty(table: Table, azure: LocalAzure) -> None:
    assert await table.read("p", "r") is None
    assert await table.query() == []
    assert await table.query("p") == []
    await table.delete("p", "r")
    assert [one async for one in azure.tables.list_tables()] == []


async def test_the_first_write_makes_the_table(make_clients: MakeClients, azure: LocalAzure) -> None:
    clients = make_clients()
    await Table(clients, "inserted").insert("p", "r", {"a": 1})
    await Table(clients, "put").put("p", "r", {"a": 1})
    assert {one.name async for one in azure.tables.list_tables()} == {"inserted", "put"}


async def test_many_may_make_the_table_at_once(make_clients: MakeClients) -> None:
    tables = [Table(make_clients(), "rows") for _ in range(4)]
    await asyncio.gather(*(table.insert("p", str(number), {}) for number, table in enumerate(tables)))
    assert [row.row for row in await tables[0].query()] == ["0", "1", "2", "3"]


async def test_a_row_comes_back_with_what_was_written_and_when(table: Table, azure: LocalAzure) -> None:
    now = azure.world.clock.now()
    properties: Properties = {"text": "wäc 💥", "count": 3, "yes": True, "none": None, "bytes": b"\0\1", "at": now}
    etag = await table.insert("p", "r", properties)
    row = await table.read("p", "r")
    assert row is not None
    stored = dict(row.properties)
    assert len(stored.pop("stamp")) == 32
    assert stored == {"text": "wäc 💥", "count": 3, "yes": True, "bytes": b"\0\1", "at": now}
    assert type(stored["at"]) is type(now)
    assert (row.partition, row.row, row.etag) == ("p", "r", etag)
    assert abs(row.at - now) < timedelta(seconds=1)


async def test_storage_tells_its_time_with_whatever_it_answers(table: Table, azure: LocalAzure) -> None:
    with pytest.raises(PassingFailure, match="did not say what time it is"):
        assert table.answered_at
    await azure.advance(1_000)
    assert await table.read("p", "r") is None
    assert table.answered_at == azure.world.clock.now().replace(microsecond=0)
    await azure.advance(1_000)
    await table.put("p", "r", {})
    assert table.answered_at == azure.world.clock.now().replace(microsecond=0)


async def test_whoever_inserts_what_is_there_is_overtaken(table: Table) -> None:
    await table.insert("p", "r", {"by": "one"})
    with pytest.raises(Overtaken):
        await table.insert("p", "r", {"by": "another"})
    row = await table.read("p", "r")
    assert row is not None
    assert row.properties["by"] == "one"


async def test_whoever_replaces_what_is_another_by_now_is_overtaken(table: Table) -> None:
    read = await table.insert("p", "r", {"by": "one"})
    await table.replace("p", "r", {"by": "another"}, read)
    with pytest.raises(Overtaken):
        await table.replace("p", "r", {"by": "one"}, read)
    row = await table.read("p", "r")
    assert row is not None
    assert row.properties["by"] == "another"


async def test_a_replaced_row_has_nothing_of_the_one_before(table: Table) -> None:
    await table.put("p", "r", {"report0": b"1", "report1": b"2"})
    row = await table.read("p", "r")
    assert row is not None
    await table.replace("p", "r", {"report0": b"3"}, row.etag)
    row = await table.read("p", "r")
    assert row is not None
    assert row.properties.keys() == {"report0", "stamp"}


async def test_whoever_replaces_a_row_that_is_gone_is_overtaken(table: Table, azure: LocalAzure) -> None:
    etag = await table.insert("p", "r", {})
    await table.delete("p", "r")
    with pytest.raises(Overtaken, match="is gone"):
        await table.replace("p", "r", {}, etag)
    await azure.tables.delete_table("rows")
    with pytest.raises(Overtaken, match="is gone"):
        await table.replace("p", "r", {}, etag)
    assert await table.read("p", "r") is None


async def test_of_many_that_replace_at_once_one_alone_succeeds(make_clients: MakeClients) -> None:
    tables = [Table(make_clients(), "rows") for _ in range(4)]
    etag = await tables[0].insert("p", "r", {})
    writes = [table.replace("p", "r", {"by": number}, etag) for number, table in enumerate(tables * 3)]
    ended = await asyncio.gather(*writes, return_exceptions=True)
    assert [type(one) for one in ended].count(Overtaken) == len(ended) - 1
    (winner,) = [one for one in ended if isinstance(one, str)]
    row = await tables[0].read("p", "r")
    assert row is not None
    assert row.etag == winner


async def test_a_query_gives_a_partition_or_all_of_it_with_what_is_selected(table: Table) -> None:
    for partition, row in [("b", "2"), ("b", "1"), ("it's", "3")]:
        await table.put(partition, row, {"name": row, "large": b"x" * 1_000})
    assert [(one.partition, one.row) for one in await table.query()] == [("b", "1"), ("b", "2"), ("it's", "3")]
    assert [one.row for one in await table.query("b")] == ["1", "2"]
    (one,) = await table.query("it's", ["name"])
    assert one.properties == {"name": "3"}
    assert one.etag
    assert await table.query("nobody") == []


async def test_a_query_follows_all_pages(clients: AzureClients, table: Table) -> None:
    await table.put("p", "0000", {})
    client = clients.table("rows")
    for start in range(1, 1_201, 100):
        rows = [{"PartitionKey": "p", "RowKey": f"{number:04}"} for number in range(start, start + 100)]
        await client.submit_transaction(("upsert", row) for row in rows)
    assert [row.row for row in await table.query("p")] == [f"{number:04}" for number in range(1_201)]


async def test_a_revision_is_made_anew_whenever_somebody_was_faster(make_clients: MakeClients) -> None:
    def one_more(row: Row | None) -> Properties:
        return {"count": (row.properties["count"] if row else 0) + 1}

    tables = [Table(make_clients(), "rows") for _ in range(4)]
    await asyncio.gather(*(table.revise("p", "r", one_more) for table in tables * 3))
    row = await tables[0].read("p", "r")
    assert row is not None
    assert row.properties["count"] == 12


async def test_a_revision_that_changes_nothing_writes_nothing(dropping: DroppingClients) -> None:
    await Table(dropping, "rows").revise("p", "r", lambda _: None)
    assert dropping.connection.sent == ["GET"]


async def test_a_revision_that_is_overtaken_every_time_may_pass(give: Give) -> None:
    row = Answer(
        200, {"odata.etag": "1", "Timestamp": "2030-05-06T12:00:00.0000000Z", "PartitionKey": "p", "RowKey": "r"}
    )
    table = Table(give(*[row, Answer(412), row] * 50), "rows")
    with pytest.raises(PassingFailure, match="Too many are writing the row r of the table rows"):
        await table.revise("p", "r", lambda _: {})


async def test_an_insert_whose_answer_got_lost_does_not_overtake_itself(
    table: Table, dropping: DroppingClients
) -> None:
    await table.put("p", "other", {})
    dropping.connection.lost = ["POST"]
    etag = await Table(dropping, "rows").insert("p", "r", {"by": "one"})
    assert dropping.connection.sent == ["POST", "POST", "GET"]
    row = await table.read("p", "r")
    assert row is not None
    assert (row.properties["by"], row.etag) == ("one", etag)


async def test_nor_does_a_replacement(table: Table, dropping: DroppingClients) -> None:
    read = await table.insert("p", "r", {"by": "one"})
    dropping.connection.lost = ["PUT"]
    etag = await Table(dropping, "rows").replace("p", "r", {"by": "one"}, read)
    assert dropping.connection.sent == ["PUT", "PUT", "GET"]
    await table.replace("p", "r", {"by": "another"}, etag)


async def test_what_others_wrote_alike_is_not_taken_for_ones_own(table: Table) -> None:
    read = await table.insert("p", "r", {"by": "one"})
    await table.replace("p", "r", {"by": "another"}, read)
    with pytest.raises(Overtaken):
        await table.replace("p", "r", {"by": "another"}, read)


async def test_what_is_lost_twice_may_pass(table: Table, dropping: DroppingClients) -> None:
    await table.put("p", "r", {})
    dropping.connection.lost = ["GET", "GET"]
    with pytest.raises(PassingFailure, match="the connection dropped"):
        await Table(dropping, "rows").read("p", "r")
    assert dropping.connection.sent == ["GET", "GET"]


async def test_what_storage_could_not_do_is_asked_once_more_at_once(give: Give, replay: Replay) -> None:
    table = Table(give(Answer(503), Answer(200, {"value": []})), "rows")
    assert await table.query() == []
    assert replay.asked == ["GET", "GET"]


async def test_a_wait_that_storage_asks_for_is_left_to_the_caller(give: Give, replay: Replay) -> None:
    busy = Answer(503, headers={"Retry-After": "30"})
    table = Table(give(busy), "rows")
    with pytest.raises(PassingFailure) as caught:
        await table.put("p", "r", {})
    assert caught.value.retry_after == timedelta(seconds=30)
    assert replay.asked == ["PUT"]


async def test_without_the_permission_it_is_refused(give: Give) -> None:
    error = {"odata.error": {"code": "AuthorizationPermissionMismatch", "message": {"lang": "en", "value": "no"}}}
    table = Table(give(Answer(403, error, {"Content-Type": "application/json"})), "rows")
    with pytest.raises(Refusal, match="AuthorizationPermissionMismatch"):
        await table.read("p", "r")


async def test_a_table_that_vanishes_while_it_is_written_to_may_come_back(give: Give, replay: Replay) -> None:
    gone, made = Answer(404), Answer(201, {"TableName": "rows"})
    table = Table(give(gone, made, gone, made), "rows")
    with pytest.raises(PassingFailure, match="The table rows is not there, though it was just made"):
        await table.put("p", "r", {})
    assert replay.asked == ["PUT", "POST", "PUT", "POST"]


async def test_a_table_that_is_being_deleted_is_waited_for(give: Give) -> None:
    deleting = Answer(409, headers={"x-ms-error-code": "TableBeingDeleted"})
    with pytest.raises(PassingFailure, match="TableBeingDeleted"):
        await Table(give(Answer(404), deleting, deleting), "rows").put("p", "r", {})
