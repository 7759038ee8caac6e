"""The app on one instance that dies and is started again: what a Functions host does for it, without one."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from handlers.answers import Answer
from handlers.bodies import WRITTEN
from handlers.checks import receive_check
from handlers.events import OPERATIONS, receive_event
from handlers.guard import Guard
from handlers.poison import report_poison
from handlers.publications import publish_events
from shared.azure.check_queue import CHECKS, REDIRECTS, SWEEPS, write_check
from shared.azure.clients import AzureClients
from shared.azure.outbox import PUBLICATIONS
from shared.model.check import Check
from shared.model.resource_id import TENANT, ResourceId
from shared.settings import parse_settings
from simulator.local import LocalAzure
from tests.crashes.process import Crash, Journal, Process

QUEUES = (CHECKS, REDIRECTS, SWEEPS, PUBLICATIONS)
POISON = "-poison"
_HANDLERS = dict.fromkeys(QUEUES, receive_check) | {PUBLICATIONS: publish_events}
# A Functions host hides what it has taken for ten minutes; host.json says how long, and how often, what raised waits.
_HIDDEN_SECONDS = 600
_RETRY_SECONDS = 30
_MOST_TRIES = 5
_SOON = timedelta(minutes=30)
_OPERATIONS = frozenset(operation.casefold() for operation in OPERATIONS)


class Instance:
    """Takes events as Event Grid brings them and messages as the queues do, one at a time, and lets time pass.

    `looking` are clients of somebody who looks on. `raised` are the exceptions that handlers ended with, the deaths
    apart.
    """

    def __init__(
        self, azure: LocalAzure, settings: Mapping[str, str], looking: AzureClients, deaths: Collection[int] = ()
    ) -> None:
        self.azure = azure
        self.looking = looking
        self.journal = Journal(deaths)
        self.raised: list[Exception] = []
        self._begin(settings)
        self._events: deque[dict[str, Any]] = deque()
        self._published = 0
        self._poisoned = set[str]()

    def _begin(self, settings: Mapping[str, str]) -> None:
        publishing = {"WAC_EVENTS_TOPIC": self.azure.topic_url}
        self._settings = parse_settings({**self.azure.environment(), **publishing, **settings})
        self._process = Process(self._settings, self.journal, self._pause)

    async def close(self) -> None:
        await self._process.guard.close()

    async def configure(self, settings: Mapping[str, str]) -> None:
        """Start the app anew, with other settings."""
        await self.close()
        self._begin(settings)

    async def fire(self, handle: Callable[[Guard], Awaitable[None]]) -> None:
        """Have a timer come; a host whose timer's function did not end finds it past due when it starts again."""
        while not await self._survives(handle):
            pass

    async def ask(self, handle: Callable[[Guard, bytes], Awaitable[Answer]], body: dict[str, Any]) -> None:
        """Ask by HTTP; whoever gets no answer asks again."""

        async def ask_once(guard: Guard) -> None:
            answer = await handle(guard, json.dumps(body).encode())
            assert answer.status < 300, answer.body

        while not await self._survives(ask_once):
            pass

    async def look_at(self, subjects: Iterable[ResourceId]) -> None:
        """Have those among them looked at now that anybody may ask for."""
        now = self.azure.world.clock.now()
        for subject in subjects:
            if any(subject.is_a(resource_type) for resource_type in (*WRITTEN, TENANT)):
                check = Check(subject, "a last look", "33333333-0000-4000-8000-000000000000", now)
                name = REDIRECTS if subject.is_of_the_tenant else CHECKS
                await self.azure.storage.get_queue_client(name).send_message(write_check(check))
        await self.pass_time(0)

    async def pass_time(self, seconds: float) -> None:
        """Let so much time pass, from one due thing to the next, with all done that is to be done at each.

        It goes on while something is due soon: what a death has left, and what follows from that.
        """
        clock = self.azure.world.clock
        until = clock.now() + timedelta(seconds=seconds)
        await self.settle()
        while (due := await self._next_due()) is not None and due <= max(until, clock.now() + _SOON):
            await clock.advance((due - clock.now()).total_seconds())
            await self.settle()
        await clock.advance(max(0.0, (until - clock.now()).total_seconds()))

    async def _next_due(self) -> datetime | None:
        due = (self.azure.world.clock.next_due(), await self.azure.azurite.next_visible())
        return min((one for one in due if one), default=None)

    async def settle(self) -> None:
        """Do all that is to be done now, as long as no time passes."""
        while True:
            await self.azure.world.clock.advance(0)
            if not (await self._take_event() or await self._take_any_message()):
                return

    async def _take_any_message(self) -> bool:
        for name in (*QUEUES, *self._poisoned):
            if await self._take_message(name):
                return True
        return False

    async def _take_event(self) -> bool:
        published = self.azure.world.event_grid.published
        new = published[self._published :]
        self._published = len(published)
        self._events.extend(event for event in new if event["data"]["operationName"].casefold() in _OPERATIONS)
        if not self._events:
            return False
        text = json.dumps(self._events[0])
        if await self._survives(lambda guard: receive_event(guard, text)):
            self._events.popleft()
        return True

    async def _take_message(self, name: str) -> bool:
        queue = self.azure.storage.get_queue_client(name)
        try:
            message = await queue.receive_message(visibility_timeout=_HIDDEN_SECONDS)
        except ResourceNotFoundError:
            return False
        if message is not None:
            await self._handle(queue, message)
        return message is not None

    async def _handle(self, queue: QueueClient, message: QueueMessage) -> None:
        tries, is_poison = message.dequeue_count or 0, queue.queue_name in self._poisoned
        if tries > _MOST_TRIES and not is_poison:
            await self._give_up(queue, message)  # its last try was a death
            return
        handle = report_poison if is_poison else _HANDLERS[queue.queue_name]
        try:
            if await self._survives(lambda guard: handle(guard, message.content)):
                await queue.delete_message(message)
        except Exception as error:  # noqa: BLE001 - as the host takes whatever a function raises
            self.raised.append(error)
            if tries < _MOST_TRIES or is_poison:
                await queue.update_message(message, visibility_timeout=_RETRY_SECONDS)
            else:
                await self._give_up(queue, message)

    async def _give_up(self, queue: QueueClient, message: QueueMessage) -> None:
        name = f"{queue.queue_name}{POISON}"
        await self.azure.storage.get_queue_client(name).send_message(message.content)
        await queue.delete_message(message)
        self._poisoned.add(name)

    async def _survives(self, work: Callable[[Guard], Awaitable[None]]) -> bool:
        try:
            await work(self._process.guard)
        except Crash:
            await self._restart()
            return False
        return True

    async def _pause(self, asked: timedelta) -> None:
        await self.azure.world.clock.advance(asked.total_seconds())

    async def _restart(self) -> None:
        await self.close()
        self._process = Process(self._settings, self.journal, self._pause)
