"""The app in Microsoft's worker, told of everything by Event Grid, on the local Azure."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from azure.identity.aio import ManagedIdentityCredential
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.estate.situations import SITUATIONS
from simulator.local import LocalAzure
from simulator.world import SUBSCRIPTION_ID
from tests.conftest import CERTIFICATES
from tests.flows.azure_with_app import AzureWithApp

# `make test-package` names the package.
APP = Path(os.environ.get("WAC_TEST_APP", Path(__file__).parents[2]))
ENFORCING = {
    "WAC_EXTENSION_MODE": "enforce",
    "WAC_NETWORK_MODE": "enforce",
    "WAC_ENFORCE_SCOPES": f"/subscriptions/{SUBSCRIPTION_ID}",
    "WAC_REDIRECTS_MODE": "migrate",
    "WAC_REDIRECTS_CLEANUP": "on",
}
# What the situations of the estate ask of the app that they are told to.
FOR_THE_ESTATE = {name: text for situation in SITUATIONS for name, text in situation.app_settings.items()}


@pytest.fixture(scope="session")
async def running_app() -> AsyncIterator[AzureWithApp]:
    """The enforcing app, started once for all flows."""
    async with LocalAzure(APP, ENFORCING | FOR_THE_ESTATE, publishing=True, directory=CERTIFICATES) as azure:
        app = AzureWithApp(azure)
        await app.subscribe()
        yield app


@pytest.fixture
async def app(running_app: AzureWithApp) -> AzureWithApp:
    """The enforcing app with a fresh world."""
    await running_app.reset()
    return running_app


@pytest.fixture
async def credential(app: AzureWithApp, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ManagedIdentityCredential]:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER"):
        monkeypatch.setenv(name, app.azure.environment()[name])
    async with ManagedIdentityCredential() as made:
        yield made


@pytest.fixture
async def compute(app: AzureWithApp, credential: ManagedIdentityCredential) -> AsyncIterator[ComputeManagementClient]:
    """A customer's own client."""
    async with ComputeManagementClient(credential, SUBSCRIPTION_ID, base_url=app.azure.arm_url) as client:
        yield client


@pytest.fixture
async def network(app: AzureWithApp, credential: ManagedIdentityCredential) -> AsyncIterator[NetworkManagementClient]:
    """A customer's own client."""
    async with NetworkManagementClient(credential, SUBSCRIPTION_ID, base_url=app.azure.arm_url) as client:
        yield client
