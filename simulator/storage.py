"""Clients of the local Azure's storage, for whoever looks at it from outside, with the account's key."""

from __future__ import annotations

import ssl

import aiohttp
from azure.core.exceptions import ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.data.tables.aio import TableServiceClient
from azure.storage.blob.aio import BlobServiceClient
from azure.storage.queue.aio import QueueServiceClient

from simulator.azurite import ACCOUNT_KEY, ACCOUNT_NAME, Azurite
from simulator.tls import Certificates

_ACCOUNT = f"AccountName={ACCOUNT_NAME};AccountKey={ACCOUNT_KEY};"


def open_queues(azurite: Azurite, certificates: Certificates) -> QueueServiceClient:
    """Give a client of all queues."""
    text = f"{_ACCOUNT}QueueEndpoint={azurite.queue_url};"
    return QueueServiceClient.from_connection_string(text, transport=_connect(certificates))


def open_tables(azurite: Azurite, certificates: Certificates) -> TableServiceClient:
    """Give a client of all tables."""
    text = f"{_ACCOUNT}TableEndpoint={azurite.table_url};"
    return TableServiceClient.from_connection_string(text, transport=_connect(certificates))


def open_blobs(azurite: Azurite, certificates: Certificates) -> BlobServiceClient:
    """Give a client of all containers and their blobs."""
    text = f"{_ACCOUNT}BlobEndpoint={azurite.blob_url};"
    return BlobServiceClient.from_connection_string(text, transport=_connect(certificates))


async def put_blob(blobs: BlobServiceClient, container: str, name: str, content: bytes) -> bool:
    """Write a blob; False where there is no such container."""
    try:
        await blobs.get_blob_client(container, name).upload_blob(content, overwrite=True)
    except ResourceNotFoundError:
        return False
    return True


async def make_container(blobs: BlobServiceClient, name: str) -> None:
    """Make a container, unless it is there."""
    try:
        await blobs.create_container(name)
    except ResourceExistsError:
        return


async def clear_queues(queues: QueueServiceClient) -> None:
    """Take all messages out of all queues."""
    async for queue in queues.list_queues():
        await queues.get_queue_client(queue.name).clear_messages()


async def clear_tables(tables: TableServiceClient) -> None:
    """Delete all tables."""
    async for table in tables.list_tables():
        await tables.delete_table(table.name)


async def clear_blobs(blobs: BlobServiceClient) -> None:
    """Delete all containers."""
    async for container in blobs.list_containers():
        await blobs.delete_container(container.name)


def _connect(certificates: Certificates) -> AioHttpTransport:
    """Trust the certificates on connections that are kept: a client that is told to trust connects every time."""
    trust = ssl.create_default_context(cafile=str(certificates.ca_file))
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=trust), auto_decompress=False)
    return AioHttpTransport(session=session)
