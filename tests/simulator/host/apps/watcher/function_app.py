"""Looks at a resource a minute after its event: by the identity alone, in ARM and in storage."""

import logging
import os

import aiohttp
import azure.functions as func
from azure.core.exceptions import ResourceNotFoundError
from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue.aio import QueueClient

QUEUE_SERVICE = "AzureWebJobsStorage__queueServiceUri"

app = func.FunctionApp()
log = logging.getLogger("watcher")


@app.event_grid_trigger(arg_name="event")
async def on_event(event: func.EventGridEvent) -> None:
    async with (
        DefaultAzureCredential() as credential,
        QueueClient(os.environ[QUEUE_SERVICE], "looks", credential) as queue,
    ):
        try:
            await queue.send_message(event.subject, visibility_timeout=60)
        except ResourceNotFoundError:
            await queue.create_queue()
            await queue.send_message(event.subject, visibility_timeout=60)


@app.queue_trigger(arg_name="message", queue_name="looks", connection="AzureWebJobsStorage")
async def look(message: str) -> None:
    async with DefaultAzureCredential() as credential, aiohttp.ClientSession() as http:
        token = await credential.get_token("https://management.azure.com/.default")
        url = f"{os.environ['WAC_ARM_ENDPOINT']}{message}?api-version=2024-07-01"
        async with http.get(url, headers={"Authorization": f"Bearer {token.token}"}) as answer:
            log.info(
                "looked", extra={"subject": message, "status": answer.status, "arm_time": answer.headers["Date"]}
            )
