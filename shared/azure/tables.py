"""Rows of the app's tables: read, and written over only as they were read."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, Literal

from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, explained

if TYPE_CHECKING:
    from azure.core.pipeline import PipelineResponse
    from azure.data.tables import TableEntity

type Properties = Mapping[str, str | int | bool | bytes | datetime | None]
type Condition = tuple[str, Literal["eq", "ge", "gt", "lt"], str | datetime]
"""A property's name, how it compares, and with what."""

_REPLACE = "replace"
# The property that tells one write of a row from all others.
_STAMP = "stamp"
_ALWAYS_SELECTED = ("PartitionKey", "RowKey", "Timestamp")
# Whoever is overtaken was so by somebody who was not: only a crowd needs many rounds.
_MOST_ROUNDS = 50


class Overtaken(Exception):
    """Somebody else wrote the row in between: read it again and decide anew."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it was read; `at` is when it was written last, by storage's clock."""

    partition: str
    row: str
    properties: Mapping[str, Any]
    etag: str
    at: datetime


class Table:
    """One of the app's tables, which is made when it is first written to.

    Every method raises PassingFailure or Refusal, besides what it names itself. What failed in passing is sent once
    more at once, unless Azure asked for a wait: that is the caller's to do.
    """

    def __init__(self, clients: AzureClients, name: str) -> None:
        """Send nothing yet."""
        self._client = clients.table(name)
        self._name = name
        self._answered_at: datetime | None = None

    @property
    def answered_at(self) -> datetime:
        """Storage's time at its last answer, to the second."""
        if self._answered_at is None:
            raise PassingFailure(f"The table {self._name} did not say what time it is")
        return self._answered_at

    async def read(self, partition: str, row: str) -> Row | None:
        """Read a row; None when it, or the whole table, is not there."""
        try:
            return _row(await self._send(self._client.get_entity, partition, row))
        except Absent:
            return None

    async def query(
        self,
        partition: str | None = None,
        select: Sequence[str] = (),
        where: Condition | None = None,
    ) -> list[Row]:
        """Read a partition's rows, or all of the table's, ordered by their keys; of `select`, if given, alone.

        `where` leaves out rows whose property is not so, or that have no such property.
        """
        chosen = [*_ALWAYS_SELECTED, *select] if select else None
        try:
            return await self._send(self._collect, partition, where, select=chosen)
        except Absent:
            return []

    async def insert(self, partition: str, row: str, properties: Properties) -> str:
        """Write a row that is not there yet, and give its ETag. Raises Overtaken when it is."""
        entity = _entity(partition, row, properties)
        return await self._unless_met_itself(entity, self._write(self._client.create_entity, entity))

    async def replace(self, partition: str, row: str, properties: Properties, etag: str) -> str:
        """Write over the row that was read with `etag`, and give its new one.

        Raises Overtaken when it is another by now, or gone.
        """
        entity = _entity(partition, row, properties)
        return await self._unless_met_itself(entity, self._update(entity, etag))

    async def put(self, partition: str, row: str, properties: Properties) -> str:
        """Write a row whole, whatever was there, and give its ETag."""
        return await self._write(self._client.upsert_entity, _entity(partition, row, properties), _REPLACE)

    async def delete(self, partition: str, row: str) -> None:
        """Delete a row, if it is there."""
        await self._send(self._client.delete_entity, partition, row)

    async def revise(self, partition: str, row: str, change: Callable[[Row | None], Properties | None]) -> None:
        """Write what `change` makes of the row; None leaves it. Whenever overtaken, it is asked again.

        Raises PassingFailure when it is overtaken again and again.
        """
        for _ in range(_MOST_ROUNDS):
            found = await self.read(partition, row)
            properties = change(found)
            if properties is None:
                return
            try:
                if found is None:
                    await self.insert(partition, row, properties)
                else:
                    await self.replace(partition, row, properties, found.etag)
            except Overtaken:
                continue
            return
        raise PassingFailure(f"Too many are writing the row {row} of the table {self._name}")

    async def _collect(self, partition: str | None, where: Condition | None, **options: Any) -> list[Row]:
        conditions: list[Condition] = [] if partition is None else [("PartitionKey", "eq", partition)]
        conditions += [] if where is None else [where]
        if not conditions:
            found = self._client.list_entities(**options)
        else:
            asked = " and ".join(f"{name} {operator} @{name}" for name, operator, _ in conditions)
            named = {name: value for name, _, value in conditions}
            found = self._client.query_entities(asked, parameters=named, **options)
        return [_row(entity) async for entity in found]

    async def _write(self, operation: Callable[..., Awaitable[Mapping[str, Any]]], *given: Any) -> str:
        for _ in range(2):
            try:
                return str((await self._send(operation, *given))["etag"])
            except Absent:
                await self._create()
        raise PassingFailure(f"The table {self._name} is not there, though it was just made")

    async def _update(self, entity: Mapping[str, Any], etag: str) -> str:
        update, unchanged = self._client.update_entity, MatchConditions.IfNotModified
        try:
            answer = await self._send(update, entity, _REPLACE, etag=etag, match_condition=unchanged)
        except Absent as gone:
            raise Overtaken(f"A row of the table {self._name} is gone") from gone
        return str(answer["etag"])

    async def _unless_met_itself(self, entity: Mapping[str, Any], writing: Awaitable[str]) -> str:
        """Write on a condition; but a write whose answer got lost is sent again, by aiohttp too, and meets itself."""
        try:
            return await writing
        except Overtaken:
            found = await self.read(entity["PartitionKey"], entity["RowKey"])
            if found is None or found.properties.get(_STAMP) != entity[_STAMP]:
                raise
            return found.etag

    async def _create(self) -> None:
        try:
            await self._send(self._client.create_table)
        except Overtaken:
            return  # another instance made it at the same moment

    async def _send[T](self, operation: Callable[..., Awaitable[T]], *given: Any, **more: Any) -> T:
        try:
            return await self._send_once(operation, *given, **more)
        except PassingFailure as failure:
            if failure.retry_after is not None:
                raise
            return await self._send_once(operation, *given, **more)

    async def _send_once[T](self, operation: Callable[..., Awaitable[T]], *given: Any, **more: Any) -> T:
        with explained():
            try:
                return await operation(*given, raw_response_hook=self._note, **more)
            except HttpResponseError as error:
                if error.status_code == 412 or isinstance(error, ResourceExistsError):
                    raise Overtaken(f"Somebody else wrote to the table {self._name}: {error.message}") from error
                raise

    def _note(self, response: PipelineResponse[Any, Any]) -> None:
        date = response.http_response.headers.get("Date")
        self._answered_at = parsedate_to_datetime(date).astimezone(UTC) if date else None


def _entity(partition: str, row: str, properties: Properties) -> dict[str, Any]:
    return {**properties, _STAMP: uuid.uuid4().hex, "PartitionKey": partition, "RowKey": row}


def _row(entity: TableEntity) -> Row:
    properties = {name: _plain(value) for name, value in entity.items()}
    partition, row = properties.pop("PartitionKey"), properties.pop("RowKey")
    etag, written = entity.metadata["etag"], entity.metadata["timestamp"]
    if etag is None or written is None:
        raise PassingFailure(f"Storage gave the row {row} without its ETag or time")
    return Row(partition, row, properties, etag, _plain(written))


def _plain(value: Any) -> Any:
    """Give a time as Python has it: the SDK's own kind is equal to it, but is not what was written."""
    return datetime.combine(value.date(), value.timetz()) if isinstance(value, datetime) else value
