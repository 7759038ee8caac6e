"""Functions at the root of the site, texts as messages, logs switched off; what happens is printed."""

import azure.functions as func

app = func.FunctionApp()


@app.route("{*rest}", auth_level=func.AuthLevel.ANONYMOUS)
async def anything(req: func.HttpRequest) -> str:
    return f"anything: {req.route_params.get('rest')}"


@app.route("exactly", auth_level=func.AuthLevel.ANONYMOUS)
async def exactly(req: func.HttpRequest) -> str:
    return "exactly"


@app.queue_trigger(arg_name="message", queue_name="plain", connection="Store")
async def plain(message: str) -> None:
    print(f"plain: {message}")  # noqa: T201 - printing is what is tried here
    if message == "hopeless":
        raise ValueError(message)


@app.timer_trigger(arg_name="timer", schedule="* * * * * *")
async def every_second(timer: func.TimerRequest) -> None:
    print("tick")  # noqa: T201 - printing is what is tried here
