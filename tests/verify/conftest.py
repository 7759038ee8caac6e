"""Azure that is asked: the simulator's, or with WAC_VERIFY_SUBSCRIPTION set the real one, by the same tests."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from azure.core.credentials import AccessToken

from shared.azure.sign_in import SignIn, make_credential
from simulator.graph.permissions import AppRole
from simulator.identity import ARM_AUDIENCES, EXPIRES
from simulator.server import ArmServer
from simulator.tls import Certificates, make_certificates
from simulator.world import World
from tests.simulator.recorded.comparison import Difference
from tests.simulator.recorded.conftest import replayed
from tests.simulator.recorded.recording import Recording
from tests.verify.deployed_app import DeployedApp, find_app, open_local_app
from tests.verify.estate import build_estate
from tests.verify.live import Compare
from tests.verify.reads_only import Scratch
from tests.verify.service import ARM_SCOPE, GRAPH_SCOPE, Azure, open_service

SUBSCRIPTION = os.environ.get("WAC_VERIFY_SUBSCRIPTION", "")
ARM = os.environ.get("WAC_ARM_ENDPOINT", "https://management.azure.com")
GRAPH = os.environ.get("WAC_GRAPH_ENDPOINT", "https://graph.microsoft.com")
APP = os.environ.get("WAC_VERIFY_APP", "")
SCRATCH_GROUP = os.environ.get("WAC_VERIFY_RESOURCE_GROUP", "")


class Signed:
    """Whoever the simulator takes for the one that may do everything."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def get_token(self, *scopes: str, **_: object) -> AccessToken:
        audience = ARM_AUDIENCES[0] if scopes == (ARM_SCOPE,) else "https://graph.microsoft.com/"
        identities = self._world.identities
        return AccessToken(identities.issue(audience, identities.system_assigned), EXPIRES)

    async def close(self) -> None: ...
    async def __aenter__(self) -> Signed:
        return self

    async def __aexit__(self, *_: object) -> None: ...


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(Path(tmp_path_factory.mktemp("certificates")))


@pytest.fixture(scope="session")
async def azure_or_local(certificates: Certificates) -> AsyncIterator[Azure]:
    """The subscription that was named, or the simulator's with a small estate."""
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        if SUBSCRIPTION:
            scratch = Scratch(SUBSCRIPTION, SCRATCH_GROUP) if SCRATCH_GROUP else None
            me = await enter(SignIn(make_credential(None)))
            arm = await enter(open_service(ARM, me, ARM_SCOPE, scratch=scratch))
            graph = await enter(open_service(GRAPH, me, GRAPH_SCOPE))
            yield Azure(arm, graph, SUBSCRIPTION, is_real=True, scratch=scratch)
            return
        world = World()
        world.retry_after_scale = 1.0
        world.graph.grant(world.identities.system_assigned, AppRole.READ_WRITE_ALL)
        scratch = Scratch(world.subscription_id, build_estate(world))
        server = await enter(ArmServer(world, certificates))
        local, trust = Signed(world), certificates.client_context()
        arm = await enter(open_service(server.url, local, ARM_SCOPE, trust=trust, scratch=scratch))
        graph = await enter(open_service(server.graph_url, local, GRAPH_SCOPE, trust=trust))
        yield Azure(arm, graph, world.subscription_id, is_real=False, scratch=scratch)


@pytest.fixture
def compare_live(certificates: Certificates) -> Compare:
    """Give what asks the simulator, in a world of its own, what Azure has just answered."""

    async def compared(recording: Recording) -> list[Difference]:
        return await replayed(recording, certificates)

    return compared


@pytest.fixture(scope="session")
async def app_or_local(azure_or_local: Azure) -> AsyncIterator[DeployedApp]:
    """The function app that was named, or the app in the local host."""
    if APP:
        yield await find_app(azure_or_local, APP, os.environ.get("WAC_VERIFY_KEY"))
    elif SUBSCRIPTION:
        pytest.skip("no app was named: APP=<function app>")
    else:
        async with open_local_app() as app:
            yield app


@pytest.fixture(scope="session")
def app_in_azure(app_or_local: DeployedApp) -> DeployedApp:
    """The function app with what Azure has of it; skips where it is the local one."""
    if app_or_local.site is None:
        pytest.skip("the local Azure has no function apps to read: SUBSCRIPTION=<id> APP=<function app>")
    return app_or_local
