"""The queue trigger, with the semantics of the WebJobs SDK's QueueListener and QueueProcessor."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient

from simulator.host.connections import StorageConnections, send_creating
from simulator.host.functions import Function
from simulator.host.invocations import Invocations
from simulator.host.options import QueueOptions
from simulator.host.queue_messages import Undecodable, decode_message, describe_message, name_poison_queue
from simulator.host.values import Succeeded

LOCK = timedelta(minutes=10)
"""How long a message is hidden while it is being processed; renewed at half time."""
SHORTEST_POLLING_INTERVAL = timedelta(milliseconds=100)

_OUT_OF_OUR_HANDS = frozenset({"MessageNotFound", "PopReceiptMismatch", "QueueNotFound", "QueueBeingDeleted"})

log = logging.getLogger("Host.Triggers.Queue")


class QueueListener:
    """Feeds one function from one queue. A queue that does not exist is polled in vain, as by the real host."""

    def __init__(
        self, function: Function, connections: StorageConnections, options: QueueOptions, invocations: Invocations
    ) -> None:
        trigger = function.trigger
        name, connection = trigger.text("queueName"), trigger.text("connection")
        poison = name_poison_queue(name)
        self._function = function
        self._options = options
        self._invocations = invocations
        self._queue = connections.queue(connection, name)
        self._poison = connections.queue(connection, poison) if poison else None
        self._wants_bytes = trigger.text("dataType").casefold() == "binary"
        self._processing: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Poll for ever: at once while there is work, else ever more rarely."""
        delay = SHORTEST_POLLING_INTERVAL
        while True:
            try:
                found = await self.poll()
            except AzureError as error:
                log.warning("Polling failed", extra={"queue": self._queue.queue_name, "exception": str(error)})
                found = 0
            if found:
                delay = SHORTEST_POLLING_INTERVAL
                await self._room_for_a_batch()
            else:
                await asyncio.sleep(delay.total_seconds())
                delay = min(delay * 2, self._options.max_polling_interval)

    async def drain(self) -> int:
        """Process all that is visible, and what becomes visible meanwhile; give the number of messages."""
        processed = 0
        while found := await self.poll():
            processed += found
            await self._room_for_a_batch()
        await self.finish()
        return processed

    async def finish(self) -> None:
        """Wait for the messages in process."""
        while self._processing:
            await asyncio.wait(self._processing)

    async def poll(self) -> int:
        """Take a batch and start to process it; give its size."""
        taken = self._queue.receive_messages(
            messages_per_page=self._options.batch_size, visibility_timeout=round(LOCK.total_seconds())
        ).by_page()
        try:
            messages = [message async for message in await anext(taken)]
        except (ResourceNotFoundError, StopAsyncIteration):
            return 0
        for message in messages:
            task = asyncio.create_task(self._process(message))
            self._processing.add(task)
            task.add_done_callback(self._processing.discard)
        return len(messages)

    async def _room_for_a_batch(self) -> None:
        while len(self._processing) > self._options.new_batch_threshold:
            await asyncio.wait(self._processing, return_when=asyncio.FIRST_COMPLETED)

    async def _process(self, message: QueueMessage) -> None:
        try:
            await self._process_by_the_rules(message)
        except AzureError:
            log.exception("A message could not be completed", extra={"message_id": message.id})

    async def _process_by_the_rules(self, message: QueueMessage) -> None:
        count = message.dequeue_count or 0
        if count > self._options.max_dequeue_count:
            await self._give_up(message)
            return
        try:
            body = decode_message(message.content, self._options.message_encoding)
        except Undecodable:
            log.warning(
                "Message decoding has failed! Check MessageEncoding settings.", extra={"message_id": message.id}
            )
            await self._give_up(message)
            return
        async with _lock_kept(self._queue, message):
            succeeded = await self._invoke(message, body)
        if succeeded:
            await self._delete(message)
        elif self._poison is None:
            # Left hidden until its lock ends, so that it does not spin: nothing gives up on it.
            return
        elif count >= self._options.max_dequeue_count:
            await self._give_up(message)
        else:
            await self._release(message)

    async def _invoke(self, message: QueueMessage, body: bytes) -> bool:
        text = body.decode(errors="replace")
        outcome = await self._invocations.run(
            self._function,
            body if self._wants_bytes else text,
            reason=f"New queue message detected on '{self._queue.queue_name}'.",
            metadata=describe_message(message, text),
        )
        return isinstance(outcome, Succeeded)

    async def _give_up(self, message: QueueMessage) -> None:
        if self._poison is None:
            return
        log.warning(
            "Message has reached MaxDequeueCount of %s. Moving message to queue '%s'.",
            self._options.max_dequeue_count,
            self._poison.queue_name,
            extra={"message_id": message.id, "queue": self._queue.queue_name},
        )
        await send_creating(self._poison, message.content)
        await self._delete(message)

    async def _delete(self, message: QueueMessage) -> None:
        with _unless_out_of_our_hands():
            await self._queue.delete_message(message)

    async def _release(self, message: QueueMessage) -> None:
        with _unless_out_of_our_hands():
            seconds = round(self._options.visibility_timeout.total_seconds())
            await self._queue.update_message(message, visibility_timeout=seconds)


@contextlib.contextmanager
def _unless_out_of_our_hands() -> Iterator[None]:
    """Ignore that a message is gone, or taken over by another instance whose business it then is."""
    try:
        yield
    except HttpResponseError as error:
        if str(getattr(error, "error_code", "")) not in _OUT_OF_OUR_HANDS:
            raise


@contextlib.asynccontextmanager
async def _lock_kept(queue: QueueClient, message: QueueMessage) -> AsyncIterator[None]:
    renewing = asyncio.create_task(_renew(queue, message))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.wait({renewing})


async def _renew(queue: QueueClient, message: QueueMessage) -> None:
    while True:
        await asyncio.sleep(LOCK.total_seconds() / 2)
        with _unless_out_of_our_hands():
            updated = await queue.update_message(message, visibility_timeout=round(LOCK.total_seconds()))
            message.pop_receipt = updated.pop_receipt
