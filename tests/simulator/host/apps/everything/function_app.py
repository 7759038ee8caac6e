"""A little of every trigger, for the host's own tests: what each function gets is logged as fields."""

import asyncio
import json
import logging
import threading

import azure.functions as func

app = func.FunctionApp()
log = logging.getLogger("everything")

concurrent = 0


@app.route("echo/{name}/{number:int?}", methods=["GET", "POST", "HEAD"], auth_level=func.AuthLevel.ANONYMOUS)
async def echo(req: func.HttpRequest) -> func.HttpResponse:
    seen = {
        "method": req.method,
        "url": req.url,
        "params": dict(req.route_params),
        "query": dict(req.params),
        "header": req.headers.get("X-Sample"),
        "body": req.get_body().decode(errors="replace"),
    }
    return func.HttpResponse(json.dumps(seen), mimetype="application/json", headers={"X-Answer": "yes"})


@app.route("bytes", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
async def binary(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(req.get_body()[::-1], status_code=202, mimetype="application/octet-stream")


@app.route("cookies", auth_level=func.AuthLevel.ANONYMOUS)
async def cookies(req: func.HttpRequest) -> func.HttpResponse:
    answer = func.HttpResponse(status_code=204)
    answer.headers.add("Set-Cookie", "one=1; Path=/; HttpOnly")
    answer.headers.add("Set-Cookie", "two=2; Secure")
    return answer


@app.route("text", auth_level=func.AuthLevel.ANONYMOUS)
async def text(req: func.HttpRequest) -> str:
    return "grüezi"


@app.route("guarded", methods=["GET"])
async def guarded(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route("mastered", auth_level=func.AuthLevel.ADMIN)
async def mastered(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("in")


@app.route("fails", auth_level=func.AuthLevel.ANONYMOUS)
async def fails(req: func.HttpRequest) -> func.HttpResponse:
    log.warning("about to fail", extra={"subject": "vm1", "attempt": 2})
    raise RuntimeError("on purpose")


@app.route("hangs", auth_level=func.AuthLevel.ANONYMOUS)
async def hangs(req: func.HttpRequest) -> func.HttpResponse:
    await asyncio.Event().wait()
    return func.HttpResponse()


@app.route("threaded/{id}", auth_level=func.AuthLevel.ANONYMOUS)
def threaded(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    log.info("on a thread")
    return func.HttpResponse(
        json.dumps({"thread": threading.current_thread() is not threading.main_thread(), "id": context.invocation_id})
    )


@app.route("switched-off", auth_level=func.AuthLevel.ANONYMOUS)
async def switched_off(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("on")


@app.event_grid_trigger(arg_name="event")
async def on_event(event: str) -> None:
    log.info("event", extra={"raw": event})
    if "poison" in event:
        raise ValueError("bad event")


@app.event_grid_trigger(arg_name="event")
async def on_typed_event(event: func.EventGridEvent) -> None:
    log.info("typed event", extra={"event_id": event.id, "data": event.get_json()})


@app.queue_trigger(arg_name="message", queue_name="%WORK_QUEUE%", connection="Store")
async def on_message(message: func.QueueMessage) -> None:
    global concurrent  # noqa: PLW0603 - the tests look at how many run at once
    concurrent += 1
    body = message.get_body().decode()
    log.info(
        "message",
        extra={
            "body": body,
            "dequeue_count": message.dequeue_count,
            "message_id": message.id,
            "inserted": message.insertion_time,
            "expires": message.expiration_time,
            "visible": message.time_next_visible,
            "receipt": message.pop_receipt,
            "concurrent": concurrent,
        },
    )
    await asyncio.sleep(0)
    concurrent -= 1
    if body.startswith("fail"):
        raise ValueError("cannot do this one")


@app.queue_trigger(arg_name="message", queue_name="%WORK_QUEUE%-poison", connection="Store")
async def on_poison(message: func.QueueMessage) -> None:
    log.error("poison", extra={"body": message.get_body().decode()})
    if b"hopeless" in message.get_body():
        raise ValueError("not even here")


@app.queue_trigger(arg_name="message", queue_name="first", connection="Store")
@app.queue_output(arg_name="out", queue_name="second", connection="Store")
async def relay(message: func.QueueMessage, out: func.Out[str]) -> None:
    out.set(message.get_body().decode() + "!")


@app.queue_trigger(arg_name="message", queue_name="second", connection="Store")
async def relayed(message: str) -> None:
    log.info("relayed", extra={"body": message})


@app.timer_trigger(arg_name="timer", schedule="0 0 * * * *", run_on_startup=False)
async def hourly(timer: func.TimerRequest) -> None:
    log.info("hourly", extra={"past_due": timer.past_due})


@app.timer_trigger(arg_name="timer", schedule="0 30 2 1 1 *", run_on_startup=True)
async def at_start(timer: func.TimerRequest) -> None:
    log.info("started up")


tries: list[str] = []


@app.timer_trigger(schedule="0 0 0 1 1 *", arg_name="timer")
@app.retry(strategy="fixed_delay", max_retry_count="3", delay_interval="00:10:00")
async def unlucky(timer: func.TimerRequest) -> None:
    tries.append("one more")
    log.info("tried", extra={"tries": len(tries)})
    if len(tries) < 3:
        raise RuntimeError("not yet")
