"""Triggers and bindings. What happens is in `handlers/`."""

import os

import azure.functions as func

from handlers.checks import receive_check
from handlers.events import receive_event
from handlers.guard import make_guard
from handlers.poison import report_poison
from handlers.requests import request_check
from shared.settings import parse_settings

app = func.FunctionApp(http_auth_level=func.AuthLevel.FUNCTION)
guard = make_guard(parse_settings(os.environ))


# Events arrive as `str`: then the raw text arrives, whatever the schema and however broken. A typed event that can't
# be converted raises in the worker's library, and is delivered again and again.
@app.event_grid_trigger(arg_name="event")
async def virtual_machine_events(event: str) -> None:
    """Queue a Check for an event of a VM or of its extensions."""
    await receive_event(guard, event)


@app.event_grid_trigger(arg_name="event")
async def network_events(event: str) -> None:
    """Queue a Check for an event of an NSG, a rule, a NIC, a subnet or a virtual network."""
    await receive_event(guard, event)


@app.queue_trigger(arg_name="message", queue_name="wac-checks", connection="AzureWebJobsStorage")
async def checks(message: func.QueueMessage) -> None:
    """Answer one Check."""
    await receive_check(guard, message.get_body())


@app.queue_trigger(arg_name="message", queue_name="wac-checks-poison", connection="AzureWebJobsStorage")
async def poisoned_checks(message: func.QueueMessage) -> None:
    """Tell of a Check that was given up."""
    report_poison(message.get_body())


@app.route("checks", trigger_arg_name="request", methods=["POST"])
async def request_checks(request: func.HttpRequest) -> func.HttpResponse:
    """Audit one subject now, or queue its enforcement."""
    answer = await request_check(guard, request.get_body())
    return func.HttpResponse(answer.body, status_code=answer.status, mimetype=answer.media_type)
