"""Guards as the handlers' tests have them, and a workspace that takes what they log."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.local import LocalAzure
from tests.azure.test_monitor import QUIET
from tests.handlers.conftest import few_sizes, make
from tests.infra.log_tables import Workspace, logging_to_a_workspace

__all__ = ["few_sizes", "make"]


@pytest.fixture
async def workspace(azure: LocalAzure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Workspace]:
    """Take what is logged while the test runs."""
    for name, text in (QUIET | {"REQUESTS_CA_BUNDLE": str(azure.certificates.ca_file)}).items():
        monkeypatch.setenv(name, text)
    async with logging_to_a_workspace(azure.certificates, azure.world.clock, tmp_path) as taken:
        yield taken
