"""Guards for tests: the app's own objects, with the real SDKs, against the local Azure."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from handlers.guard import Guard, make_guard
from shared.settings import parse_settings
from simulator.arm.compute import sizes
from simulator.local import LocalAzure
from tests.handlers.looking import ENFORCE
from tests.handlers.outages import Strike, fail_storage, serve_failures

FAULT_TABLES = frozenset(
    {
        "test_faults",
        "test_graph_faults",
        "test_graph_write_faults",
        "test_state_faults",
        "test_tenant_state_faults",
        "test_write_faults",
    }
)
_OFTEN = 5


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave a fifth of the tables of faults to every run of the tests; CI takes the rest, too."""
    rows = [item for item in items if item.path.parent == FOLDER and item.path.stem in FAULT_TABLES]
    for number, item in enumerate(rows):
        if number % _OFTEN:
            item.add_marker("faults")


type MakeGuard = Callable[..., Awaitable[Guard]]

FOLDER = Path(__file__).parent
USED_SIZES = ("Standard_D2s_v5", "Standard_B1ms")


@pytest.fixture(autouse=True)
def few_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer the sizes that the tests use alone: reading hundreds is most of what a guard's first check takes."""
    offered = {key: size for key, size in sizes.SIZES.items() if size.name in USED_SIZES}
    monkeypatch.setattr("simulator.arm.compute.skus.SIZES", offered)


@pytest.fixture
async def make(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MakeGuard]:
    """Make guards by settings; they are closed when the test ends."""
    for name, text in azure.environment().items():
        monkeypatch.setenv(name, text)
    async with AsyncExitStack() as stack:

        async def make_one(**settings: str) -> Guard:
            guard = make_guard(parse_settings(azure.environment() | settings))
            stack.push_async_callback(guard.close)
            return guard

        yield make_one


@pytest.fixture
async def auditing(make: MakeGuard) -> Guard:
    """A guard as it is when nothing is set."""
    return await make()


@pytest.fixture
async def enforcing(make: MakeGuard, azure: LocalAzure) -> Guard:
    """A guard that may write anywhere in the subscription."""
    return await make(
        WAC_EXTENSION_MODE="enforce",
        WAC_NETWORK_MODE="enforce",
        WAC_ENFORCE_SCOPES=f"/subscriptions/{azure.world.subscription_id}",
    )


@pytest.fixture
async def guard(make: MakeGuard, azure: LocalAzure) -> Guard:
    """A guard that may write anywhere in the subscription, and has old extensions refreshed."""
    return await make(
        WAC_EXTENSION_MODE="enforce",
        WAC_NETWORK_MODE="enforce",
        WAC_ENFORCE_SCOPES=f"/subscriptions/{azure.world.subscription_id}",
        WAC_MINIMUM_EXTENSION_VERSION="0.0.0.345",
    )


@pytest.fixture
async def struck() -> AsyncIterator[Strike]:
    """Give guards whose storage fails."""
    async with serve_failures() as failing_url:
        yield partial(fail_storage, failing_url)


@pytest.fixture
async def telling(make: MakeGuard, azure: LocalAzure) -> Guard:
    """A guard that audits, and tells subscribers."""
    return await make(WAC_EVENTS_TOPIC=azure.topic_url)


@pytest.fixture
async def mending(make: MakeGuard, azure: LocalAzure) -> Guard:
    """A guard that may write anywhere in the subscription, and tells subscribers."""
    scopes = f"/subscriptions/{azure.world.subscription_id}"
    return await make(WAC_EVENTS_TOPIC=azure.topic_url, WAC_ENFORCE_SCOPES=scopes, **ENFORCE)
