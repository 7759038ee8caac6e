"""A world of its own for each test, served over TLS, and the real SDK's clients to it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient

from simulator.identity import ARM_AUDIENCES
from simulator.server import ArmServer
from simulator.tls import Certificates, make_certificates
from simulator.world import World
from tests.simulator.raw_client import RawClient


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def server(world: World, certificates: Certificates) -> AsyncIterator[ArmServer]:
    async with ArmServer(world, certificates) as running:
        yield running


@pytest.fixture
def identity_environment(server: ArmServer, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"{server.url}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", world.identity_header)


@pytest.fixture
async def credential(
    identity_environment: None, certificates: Certificates
) -> AsyncIterator[ManagedIdentityCredential]:
    async with ManagedIdentityCredential(connection_verify=str(certificates.ca_file)) as made:
        yield made


@pytest.fixture
def client_options(
    server: ArmServer, world: World, certificates: Certificates, credential: ManagedIdentityCredential
) -> dict[str, Any]:
    """What every management client of the SDK is made with."""
    return {
        "credential": credential,
        "subscription_id": world.subscription_id,
        "base_url": server.url,
        "connection_verify": str(certificates.ca_file),
        "retry_total": 0,
    }


@pytest.fixture
async def compute(client_options: dict[str, Any]) -> AsyncIterator[ComputeManagementClient]:
    async with ComputeManagementClient(**client_options) as client:
        yield client


@pytest.fixture
async def network(client_options: dict[str, Any]) -> AsyncIterator[NetworkManagementClient]:
    async with NetworkManagementClient(**client_options) as client:
        yield client


@pytest.fixture
async def resources(client_options: dict[str, Any]) -> AsyncIterator[ResourceManagementClient]:
    async with ResourceManagementClient(**client_options) as client:
        yield client


@pytest.fixture
async def raw(server: ArmServer, world: World, certificates: Certificates) -> AsyncIterator[RawClient]:
    token = world.identities.issue(ARM_AUDIENCES[0], world.identities.system_assigned)
    connector = aiohttp.TCPConnector(ssl=certificates.client_context())
    async with aiohttp.ClientSession(connector=connector) as session:
        yield RawClient(session, server.url, token)
