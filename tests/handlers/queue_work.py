"""What a Functions host does with the queue of checks, in this process: time passes from one message to the next."""

from datetime import timedelta

from azure.core.exceptions import AzureError, ResourceNotFoundError

from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS, write_check
from shared.azure.failures import Refusal
from shared.model.check import Check
from simulator.local import LocalAzure

# visibilityTimeout in host.json: so long it waits until a message whose check raised is tried again.
_RETRY_SECONDS = 30


async def put(azure: LocalAzure, check: Check, name: str = CHECKS) -> None:
    """Queue a check from outside, whatever the app's own way to its queue is like."""
    queue = azure.storage.get_queue_client(name)
    try:
        await queue.send_message(write_check(check))
    except ResourceNotFoundError:
        await queue.create_queue()
        await queue.send_message(write_check(check))


async def work_off(azure: LocalAzure, guard: Guard, name: str = CHECKS) -> list[Exception]:
    """Answer all checks that are visible, one after the other; give what was raised: those checks come again."""
    queue, raised = azure.storage.get_queue_client(name), list[Exception]()
    while message := await queue.receive_message(visibility_timeout=_RETRY_SECONDS):
        try:
            await receive_check(guard, message.content)
        except (AzureError, Refusal) as error:
            raised.append(error)
            continue
        await queue.delete_message(message)
    return raised


async def work_for(azure: LocalAzure, guard: Guard, seconds: float, name: str = CHECKS) -> list[Exception]:
    """Let so much time pass, and answer each check as it can be seen; give what was raised."""
    clock = azure.world.clock
    until, raised = clock.now() + timedelta(seconds=seconds), await work_off(azure, guard, name)
    while clock.now() < until:
        seen = await azure.azurite.next_visible()
        await azure.advance((min(until, seen or until) - clock.now()).total_seconds())
        raised += await work_off(azure, guard, name)
    return raised
