"""Event Grid: hands what happened in ARM to webhooks, at least once, by Azure's retry rules and the world's clock."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import quote

from simulator.arm.answers import ArmRequest
from simulator.arm_events import as_cloud_event, describe
from simulator.clock import Clock
from simulator.dead_letters import DELAY, DeadLetter, Deposit, blob_name, outcome_of, write_blob
from simulator.store import Json
from simulator.webhooks import Webhooks

RETRY_SECONDS = (10, 30, 60, 300, 600, 1800, 3600, 10800, 21600, 43200)
AT_LEAST_SECONDS = {401: 300, 404: 300, 408: 120, 503: 30}
NEVER_RETRIED = frozenset({400, 403, 413})
MAX_ATTEMPTS = 30
TIME_TO_LIVE = timedelta(hours=24)

type Schema = Literal["EventGridSchema", "CloudEventSchemaV1_0"]


@dataclass(frozen=True, slots=True)
class EventSubscription:
    """Where events go: `url` is the Functions host's webhook with its code, to which the function's name is added.

    `included_operations` filters `data.operationName` (any case; empty: all); batches hold one event unless told.
    What is given up goes to `dead_letter_container` of the storage account, or is dropped where none is named.
    """

    url: str
    function_name: str | None = None
    included_operations: tuple[str, ...] = ()
    schema: Schema = "EventGridSchema"
    max_events_per_batch: int = 1
    dead_letter_container: str | None = None

    @property
    def name(self) -> str:
        return self.function_name or "webhook"

    @property
    def endpoint(self) -> str:
        if self.function_name is None:
            return self.url
        return f"{self.url}{'&' if '?' in self.url else '?'}functionName={quote(self.function_name)}"

    def wants(self, event: Json) -> bool:
        wanted = {operation.lower() for operation in self.included_operations}
        return not wanted or event["data"]["operationName"].lower() in wanted


@dataclass(slots=True)
class Delivery:
    """An event on its way to one subscription."""

    subscription: EventSubscription
    event: Json
    first: datetime
    due: datetime
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What an endpoint answered: a status, or None for no answer at all."""

    time: datetime
    endpoint: str
    event_ids: tuple[str, ...]
    status: int | None


@dataclass(slots=True)
class Disturbances:
    """What may befall events. `reorder` shuffles what is due at once; `lose` picks events that never arrive."""

    latency_seconds: float = 0.0
    duplicate: bool = False
    reorder: random.Random | None = None
    lose: Callable[[Json], bool] | None = None
    delay: Callable[[Json], float] | None = None
    hold: bool = False


@dataclass(slots=True)
class EventGrid:
    """The subscriptions, what was published, delivered and given up, and the knobs in `disturb`."""

    clock: Clock
    tenant_id: str
    subscriptions: list[EventSubscription] = field(default_factory=list)
    published: list[Json] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    disturb: Disturbances = field(default_factory=Disturbances)
    deposit: Deposit | None = None
    """Writes dead letters into storage; without, they are kept in `dead_letters` alone."""
    _undeposited: list[DeadLetter] = field(default_factory=list)
    _pending: list[Delivery] = field(default_factory=list)
    _delivering: asyncio.Lock = field(default_factory=asyncio.Lock)
    webhooks: Webhooks = field(default_factory=Webhooks)

    async def subscribe(self, subscription: EventSubscription) -> EventSubscription:
        """Add a subscription after the handshake with its endpoint; raises ValidationFailed."""
        if subscription.schema == "EventGridSchema":
            await self.webhooks.validate(subscription.endpoint, self.clock.now())
        else:
            await self.webhooks.ask_leave(subscription.endpoint)
        self.subscriptions.append(subscription)
        return subscription

    def unsubscribe(self, subscription: EventSubscription) -> None:
        self.subscriptions.remove(subscription)
        self._pending = [delivery for delivery in self._pending if delivery.subscription is not subscription]

    def report(self, request: ArmRequest, *, succeeded: bool) -> None:
        """Publish that a write, delete or action has ended."""
        self.publish(describe(request, self.clock.now(), self.tenant_id, succeeded=succeeded))

    def publish(self, event: Json) -> None:
        """Hand an event (in the Event Grid schema) to all whom it concerns, each copy by its own road."""
        self.published.append(event)
        if self.disturb.lose and self.disturb.lose(event):
            return
        delay = self.disturb.delay(event) if self.disturb.delay else 0.0
        now = self.clock.now()
        due = now + timedelta(seconds=self.disturb.latency_seconds + delay)
        for subscription in self.subscriptions:
            if subscription.wants(event):
                for _ in range(2 if self.disturb.duplicate else 1):
                    self._schedule(Delivery(subscription, event, now, due))

    @property
    def pending(self) -> int:
        """How many deliveries are still to be made, held ones and later attempts included."""
        return len(self._pending)

    async def flush(self) -> None:
        """Deliver all that is due now, and what comes due by that, and await the answers."""
        async with self._delivering:
            while batches := self._due_batches():
                for batch in batches:
                    await self._deliver(batch)

    def _schedule(self, delivery: Delivery) -> None:
        self._pending.append(delivery)
        self.clock.call_at(delivery.due, self.flush)

    def _due_batches(self) -> list[list[Delivery]]:
        if self.disturb.hold:
            return []
        due = [delivery for delivery in self._pending if delivery.due <= self.clock.now()]
        self._pending = [delivery for delivery in self._pending if delivery.due > self.clock.now()]
        if self.disturb.reorder:
            self.disturb.reorder.shuffle(due)
        batches: list[list[Delivery]] = []
        for delivery in due:
            last = batches[-1] if batches else None
            if last and last[0].subscription is delivery.subscription and _has_room(last):
                last.append(delivery)
            else:
                batches.append([delivery])
        return batches

    async def _deliver(self, batch: list[Delivery]) -> None:
        subscription = batch[0].subscription
        events = [delivery.event for delivery in batch]
        content_type, body = _in_schema(subscription, events)
        headers = {"Content-Type": content_type, "aeg-event-type": "Notification"}
        if subscription.schema == "EventGridSchema":
            headers |= {"aeg-subscription-name": subscription.name.upper()}
            headers |= {"aeg-data-version": "2", "aeg-metadata-version": "1"}
        headers["aeg-delivery-count"] = str(batch[0].attempts)
        status = await self.webhooks.post(subscription.endpoint, body, headers)
        ids = tuple(event["id"] for event in events)
        self.attempts.append(Attempt(self.clock.now(), subscription.endpoint, ids, status))
        if status is None or not 200 <= status < 300:
            for delivery in batch:
                self._fail(delivery, status)

    def _fail(self, delivery: Delivery, status: int | None) -> None:
        delivery.attempts += 1
        wait = RETRY_SECONDS[min(delivery.attempts, len(RETRY_SECONDS)) - 1]
        delivery.due = self.clock.now() + timedelta(seconds=max(wait, AT_LEAST_SECONDS.get(status or 0, 0)))
        reason = _reason_to_give_up(delivery, status)
        if reason:
            self._give_up(delivery, reason, outcome_of(status))
        else:
            self._schedule(delivery)

    def _give_up(self, delivery: Delivery, reason: str, outcome: str) -> None:
        subscription, event, now = delivery.subscription, delivery.event, self.clock.now()
        in_schema = event if subscription.schema == "EventGridSchema" else as_cloud_event(event)
        letter = DeadLetter(
            subscription.name,
            subscription.dead_letter_container,
            in_schema,
            reason,
            delivery.attempts,
            outcome,
            published_at=delivery.first,
            attempted_at=now,
        )
        self.dead_letters.append(letter)
        if letter.container:
            self._undeposited.append(letter)
            self.clock.call_at(now + DELAY, self._deposit_due)

    async def _deposit_due(self) -> None:
        """Write what has waited long enough, a blob for each subscription; without its container it is dropped."""
        now = self.clock.now()
        due = [letter for letter in self._undeposited if letter.attempted_at + DELAY <= now]
        self._undeposited = [letter for letter in self._undeposited if letter not in due]
        for container, name in {(letter.container, letter.subscription): None for letter in due}:
            letters = [letter for letter in due if (letter.container, letter.subscription) == (container, name)]
            blob = blob_name(name, now)
            if self.deposit and container and await self.deposit(container, blob, write_blob(letters)):
                for letter in letters:
                    letter.blob = blob


def _has_room(batch: list[Delivery]) -> bool:
    return len(batch) < batch[0].subscription.max_events_per_batch


def _in_schema(subscription: EventSubscription, events: list[Json]) -> tuple[str, object]:
    if subscription.schema == "EventGridSchema":
        return "application/json; charset=utf-8", events
    cloud_events = [as_cloud_event(event) for event in events]
    if subscription.max_events_per_batch > 1:
        return "application/cloudevents-batch+json; charset=utf-8", cloud_events
    return "application/cloudevents+json; charset=utf-8", cloud_events[0]


def _reason_to_give_up(delivery: Delivery, status: int | None) -> str | None:
    if status in NEVER_RETRIED:
        return "Undeliverable due to client error"
    if delivery.attempts >= MAX_ATTEMPTS:
        return "MaxDeliveryAttemptsExceeded"
    if delivery.due - delivery.first > TIME_TO_LIVE:
        return "TimeToLiveExceeded"
    return None
