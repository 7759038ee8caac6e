"""The audit's command, ready to run."""

from pathlib import Path

import pytest

from simulator.arm.compute import sizes
from simulator.local import LocalAzure
from tests.audit.running import Command
from tests.handlers.conftest import USED_SIZES


@pytest.fixture(autouse=True)
def few_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Offer the sizes that the tests use alone: reading hundreds takes most of a run."""
    offered = {key: size for key, size in sizes.SIZES.items() if size.name in USED_SIZES}
    monkeypatch.setattr("simulator.arm.compute.skus.SIZES", offered)


@pytest.fixture
def audit(
    azure: LocalAzure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    return Command(azure, tmp_path, monkeypatch, capsys)
