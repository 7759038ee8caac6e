"""Queue output bindings: what a function returned, or set, is sent when it has succeeded."""

from __future__ import annotations

from simulator.host.connections import StorageConnections, send_creating
from simulator.host.functions import Binding, Function, UnsupportedApp
from simulator.host.queue_messages import encode_message, messages_of
from simulator.host.values import Output, Succeeded

RETURN = "$return"


class QueueOutputs:
    def __init__(self, connections: StorageConnections, message_encoding: str) -> None:
        self._connections = connections
        self._encoding = message_encoding

    async def deliver(self, function: Function, outcome: Succeeded) -> None:
        """Send the messages that a function's queue bindings hold; a queue that does not exist is made, as there."""
        for binding in function.outputs:
            if binding.type == "queue":
                output = outcome.returned if binding.name == RETURN else outcome.outputs.get(binding.name)
                await self._send(binding, output)

    async def _send(self, binding: Binding, output: Output) -> None:
        queue = self._connections.queue(binding.text("connection"), binding.text("queueName"))
        for body in messages_of(output):
            await send_creating(queue, encode_message(body, self._encoding))


def refuse_other_outputs(function: Function) -> None:
    """Raise UnsupportedApp when a function has outputs that nobody would deliver."""
    for binding in function.outputs:
        if binding.type not in {"http", "queue"}:
            raise UnsupportedApp(f"function {function.name}: this local host does not support {binding.type}")
