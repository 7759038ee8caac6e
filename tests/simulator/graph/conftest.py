"""Microsoft Graph's clients to the world of a test: raw HTTP, and the real SDK."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import aiohttp
import httpx
import pytest
from azure.identity.aio import ManagedIdentityCredential
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from simulator.graph.permissions import AppRole
from simulator.identity import Identity
from simulator.server import ArmServer
from simulator.tls import Certificates
from simulator.world import World
from tests.simulator.graph.asking import Asking
from tests.simulator.raw_client import RawClient

AUDIENCE = "https://graph.microsoft.com/"

type AskAs = Callable[[Identity], Asking]


@pytest.fixture
async def ask_as(server: ArmServer, world: World, certificates: Certificates) -> AsyncIterator[AskAs]:
    """Give what asks in the name of an identity."""
    connector = aiohttp.TCPConnector(ssl=certificates.client_context())
    async with aiohttp.ClientSession(connector=connector) as session:

        def asking(identity: Identity) -> Asking:
            token = world.identities.issue(AUDIENCE, identity)
            return Asking(RawClient(session, server.graph_url, token, api_version=None))

        yield asking


@pytest.fixture
def graph(ask_as: AskAs, world: World) -> Asking:
    """Ask in the name of somebody who may do everything."""
    world.graph.grant(world.identities.system_assigned, AppRole.READ_WRITE_ALL)
    return ask_as(world.identities.system_assigned)


@pytest.fixture
async def sdk(
    server: ArmServer, credential: ManagedIdentityCredential, certificates: Certificates
) -> AsyncIterator[GraphServiceClient]:
    """The real SDK, which differs from one for the real Graph in its address and its trust alone."""
    provider = AzureIdentityAuthenticationProvider(
        credential, scopes=["https://graph.microsoft.com/.default"], allowed_hosts=["localhost"]
    )
    async with httpx.AsyncClient(verify=certificates.client_context()) as http:
        adapter = GraphRequestAdapter(provider, http)
        adapter.base_url = f"{server.graph_url}/v1.0"
        yield GraphServiceClient(request_adapter=adapter)
