"""Tables of the local storage, where Azurite by itself is not as Azure is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
import pytest_asyncio
from azure.core import MatchConditions
from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from simulator.azurite import Azurite
from simulator.tls import Certificates
from tests.simulator.azurite.conftest import NOON, LongLivedToken

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def table(azurite: Azurite, certificates: Certificates) -> AsyncIterator[TableClient]:
    credential: Any = LongLivedToken()
    async with TableServiceClient(
        azurite.table_url,
        credential=credential,
        audience="https://storage.azure.com",
        connection_verify=str(certificates.ca_file),
    ) as tables:
        made = await tables.create_table("rows")
        yield made
        await tables.delete_table("rows")


async def test_no_two_writes_within_one_instant_have_the_same_etag(table: TableClient) -> None:
    row = {"PartitionKey": "one", "RowKey": "row"}
    etags: list[str] = []
    for _ in range(50):
        answers = await asyncio.gather(*(table.upsert_entity(row, UpdateMode.REPLACE) for _ in range(20)))
        etags += [answer["etag"] for answer in answers]
    assert len(set(etags)) == len(etags) == 1_000


async def test_a_row_gives_the_etag_of_its_last_write_and_the_time_of_it(
    azurite: Azurite, table: TableClient
) -> None:
    later = 10 * 24 * 3600
    await azurite.advance(later)
    row = {"PartitionKey": "one", "RowKey": "row"}
    await table.create_entity(row)
    written = await table.upsert_entity(row, UpdateMode.REPLACE)
    read = await table.get_entity("one", "row")
    assert read.metadata["etag"] == written["etag"]
    assert read.metadata["timestamp"] is not None
    assert (read.metadata["timestamp"] - NOON).total_seconds() == pytest.approx(later, abs=0.01)


async def test_a_write_on_an_outdated_etag_is_refused_within_the_same_instant(table: TableClient) -> None:
    row = {"PartitionKey": "one", "RowKey": "row"}
    first = await table.create_entity(row)
    unchanged = {"etag": first["etag"], "match_condition": MatchConditions.IfNotModified}
    await table.update_entity(row, UpdateMode.REPLACE, **unchanged)
    with pytest.raises(ResourceModifiedError):
        await table.update_entity(row, UpdateMode.REPLACE, **unchanged)


async def test_every_answer_tells_the_time_of_the_clock(azurite: Azurite, table: TableClient) -> None:
    told: list[str] = []

    def note(response: Any) -> None:
        told.append(response.http_response.headers["Date"])

    noting: Any = {"raw_response_hook": note}
    row = {"PartitionKey": "one", "RowKey": "row"}
    with pytest.raises(ResourceNotFoundError):
        await table.get_entity("one", "row", **noting)
    await table.create_entity(row, **noting)
    await table.get_entity("one", "row", **noting)
    assert [one async for one in table.list_entities(**noting)] == [row]
    assert [parsedate_to_datetime(date) for date in told] == [NOON] * 4
    await azurite.advance(90)
    await table.get_entity("one", "row", **noting)
    assert parsedate_to_datetime(told[-1]) == NOON + timedelta(seconds=90)
