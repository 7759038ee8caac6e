"""An app whose binding names an app setting."""

import azure.functions as func

app = func.FunctionApp()


@app.queue_trigger(arg_name="message", queue_name="%NEVER_SET%", connection="Store")
async def on_message(message: str) -> None:
    """Never run."""
