"""Triggers and bindings. What happens is in `handlers/`."""

import os

import azure.functions as func

from handlers.answers import Answer
from handlers.checks import receive_check
from handlers.dead_letters import order_take_up, show_dead_letters
from handlers.decommission import order_decommission
from handlers.events import receive_event
from handlers.explain import explain
from handlers.guard import make_guard
from handlers.lifting import order_lift
from handlers.orders import order_hold, order_undo
from handlers.plans import show_plans, show_sweeps
from handlers.poison import report_poison, report_poisoned_events
from handlers.publications import publish_events
from handlers.release import release_plan
from handlers.reports import show_reports, show_writes
from handlers.requests import request_check
from handlers.stops import order_stop, show_stops
from handlers.timers import begin_audit, begin_sweep
from handlers.waivers import order_waiver, show_waivers, withdraw_waiver
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
    await report_poison(guard, message.get_body())


# A timer that finds the storage out of reach comes again: nothing else would bring back what it was to queue.
# Sweeps have queues of their own: no event waits behind one.
@app.timer_trigger(schedule=guard.settings.sweep_schedule, arg_name="timer")
@app.retry(strategy="fixed_delay", max_retry_count="10", delay_interval="00:01:00")
async def sweep_timer(timer: func.TimerRequest) -> None:
    """Queue a sweep of the whole estate."""
    await begin_sweep(guard)


@app.queue_trigger(arg_name="message", queue_name="wac-sweeps", connection="AzureWebJobsStorage")
async def sweep_checks(message: func.QueueMessage) -> None:
    """Answer one Check of the whole estate, or of a subscription."""
    await receive_check(guard, message.get_body())


@app.queue_trigger(arg_name="message", queue_name="wac-sweeps-poison", connection="AzureWebJobsStorage")
async def poisoned_sweeps(message: func.QueueMessage) -> None:
    """Tell of a sweep that was given up."""
    await report_poison(guard, message.get_body())


# The audit of app registrations has queues of its own: however many there are, no VM waits behind them.
@app.timer_trigger(schedule=guard.settings.redirects_schedule, arg_name="timer")
@app.retry(strategy="fixed_delay", max_retry_count="10", delay_interval="00:01:00")
async def redirects_timer(timer: func.TimerRequest) -> None:
    """Queue an audit of all app registrations."""
    await begin_audit(guard)


@app.queue_trigger(arg_name="message", queue_name="wac-redirects", connection="AzureWebJobsStorage")
async def redirects(message: func.QueueMessage) -> None:
    """Answer one Check of the app registrations, or of one."""
    await receive_check(guard, message.get_body())


@app.queue_trigger(arg_name="message", queue_name="wac-redirects-poison", connection="AzureWebJobsStorage")
async def poisoned_redirects(message: func.QueueMessage) -> None:
    """Tell of a Check of app registrations that was given up."""
    await report_poison(guard, message.get_body())


# What is published waits for nothing, and nothing waits for it.
@app.queue_trigger(arg_name="message", queue_name="wac-publications", connection="AzureWebJobsStorage")
async def publications(message: func.QueueMessage) -> None:
    """Publish the events of one message to the topic."""
    await publish_events(guard, message.get_body())


@app.queue_trigger(arg_name="message", queue_name="wac-publications-poison", connection="AzureWebJobsStorage")
async def poisoned_publications(message: func.QueueMessage) -> None:
    """Tell of events that were given up."""
    await report_poisoned_events(guard, message.get_body())


@app.route("checks", trigger_arg_name="request", methods=["POST"])
async def request_checks(request: func.HttpRequest) -> func.HttpResponse:
    """Audit one subject now, or queue its enforcement."""
    return _respond(await request_check(guard, request.get_body()))


@app.route("explain", trigger_arg_name="request", methods=["POST"])
async def explanations(request: func.HttpRequest) -> func.HttpResponse:
    """Explain what the network does with a VM's traffic."""
    return _respond(await explain(guard, request.get_body()))


@app.route("reports", trigger_arg_name="request", methods=["GET"])
async def reports(request: func.HttpRequest) -> func.HttpResponse:
    """Show one subject's latest report, or a list of all subjects."""
    return _respond(await show_reports(guard, request.params))


@app.route("writes", trigger_arg_name="request", methods=["GET"])
async def writes(request: func.HttpRequest) -> func.HttpResponse:
    """Show what was written to one subject."""
    return _respond(await show_writes(guard, request.params))


@app.route("plans", trigger_arg_name="request", methods=["GET"])
async def plans(request: func.HttpRequest) -> func.HttpResponse:
    """Show what sweeps found wrong in a subscription, and would do about it."""
    return _respond(await show_plans(guard, request.params))


@app.route("sweeps", trigger_arg_name="request", methods=["GET"])
async def sweeps(request: func.HttpRequest) -> func.HttpResponse:
    """Show a line for each sweep of a subscription."""
    return _respond(await show_sweeps(guard, request.params))


@app.route("release", trigger_arg_name="request", methods=["POST"])
async def release(request: func.HttpRequest) -> func.HttpResponse:
    """Have a plan carried out that waited for a person, or a part of it."""
    return _respond(await release_plan(guard, request.get_body()))


@app.route("undo", trigger_arg_name="request", methods=["POST"])
async def undo(request: func.HttpRequest) -> func.HttpResponse:
    """Have one write undone."""
    return _respond(await order_undo(guard, request.get_body()))


@app.route("hold", trigger_arg_name="request", methods=["POST"])
async def hold(request: func.HttpRequest) -> func.HttpResponse:
    """Have nothing written to one subject."""
    return _respond(await order_hold(guard, request.get_body()))


@app.route("lift", trigger_arg_name="request", methods=["POST"])
async def lift(request: func.HttpRequest) -> func.HttpResponse:
    """Lift what keeps one subject, or the whole app, from being written."""
    return _respond(await order_lift(guard, request.get_body()))


@app.route("stop", trigger_arg_name="request", methods=["POST"])
async def stop(request: func.HttpRequest) -> func.HttpResponse:
    """Set the kill switch."""
    return _respond(await order_stop(guard, request.get_body()))


@app.route("stop", trigger_arg_name="request", methods=["GET"])
async def stops(request: func.HttpRequest) -> func.HttpResponse:
    """Show what keeps the whole app from writing."""
    return _respond(await show_stops(guard, request.params))


@app.route("decommission", trigger_arg_name="request", methods=["POST"])
async def decommission(request: func.HttpRequest) -> func.HttpResponse:
    """Show what would be taken away, or have it taken away."""
    return _respond(await order_decommission(guard, request.get_body()))


@app.route("waivers", trigger_arg_name="request", methods=["POST"])
async def waive(request: func.HttpRequest) -> func.HttpResponse:
    """Accept what is found of a subject until a day."""
    return _respond(await order_waiver(guard, request.get_body()))


@app.route("waivers", trigger_arg_name="request", methods=["DELETE"])
async def waive_no_more(request: func.HttpRequest) -> func.HttpResponse:
    """Accept it no more."""
    return _respond(await withdraw_waiver(guard, request.params))


@app.route("waivers", trigger_arg_name="request", methods=["GET"])
async def waivers(request: func.HttpRequest) -> func.HttpResponse:
    """Show what is accepted, by whom, why, and until when."""
    return _respond(await show_waivers(guard, request.params))


@app.route("dead-letters", trigger_arg_name="request", methods=["GET"])
async def dead_letters(request: func.HttpRequest) -> func.HttpResponse:
    """Show the events that Event Grid gave up."""
    return _respond(await show_dead_letters(guard, request.params))


@app.route("dead-letters", trigger_arg_name="request", methods=["POST"])
async def take_up_dead_letters(request: func.HttpRequest) -> func.HttpResponse:
    """Queue the checks that they ask for, and delete them."""
    return _respond(await order_take_up(guard, request.get_body()))


def _respond(answer: Answer) -> func.HttpResponse:
    return func.HttpResponse(
        answer.body, status_code=answer.status, mimetype=answer.media_type, headers=dict(answer.headers)
    )
