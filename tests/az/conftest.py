"""The real Azure CLI, signed in once to the local Azure that every test has afresh."""

import os
from pathlib import Path

import pytest

from simulator.local import LocalAzure
from tests.az.azure_cli import AzureCli
from tests.az.estate import Estate, build_estate

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def executable() -> Path:
    """The `az` of WAC_GUARD_AZ, or the one that `make test-az` installs."""
    found = Path(os.environ.get("WAC_GUARD_AZ", REPOSITORY / ".venv-az" / "bin" / "az"))
    if not found.is_file():
        pytest.fail(f"there is no Azure CLI at {found}: run `make test-az`, or set WAC_GUARD_AZ to an az")
    return found


@pytest.fixture(scope="session")
async def signed_in(
    executable: Path, running_azure: LocalAzure, tmp_path_factory: pytest.TempPathFactory
) -> AzureCli:
    az = AzureCli(executable, tmp_path_factory.mktemp("az"), running_azure.environment())
    for line in (
        f"cloud register --name LocalAzure --endpoint-resource-manager {running_azure.arm_url}",
        "cloud set --name LocalAzure",
        "login --identity",
    ):
        (await az(line)).succeeded()
    return az


@pytest.fixture
async def az(signed_in: AzureCli, azure: LocalAzure) -> AzureCli:
    """The Azure CLI, and an Azure in which nothing is."""
    return signed_in


@pytest.fixture
async def estate(az: AzureCli, azure: LocalAzure) -> Estate:
    """A running VM with a public address and the extension, and a deallocated one, behind one NSG."""
    return build_estate(azure.world)
