"""`az login` is enough to audit: the real Azure CLI gives the tokens."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest

from simulator.local import LocalAzure
from tests.az.azure_cli import AzureCli
from tests.handlers.looking import build_site

pytestmark = pytest.mark.az

REPOSITORY = Path(__file__).parents[2]


async def test_the_audit_signs_in_as_the_azure_cli_is_signed_in(
    az: AzureCli, executable: Path, azure: LocalAzure, tmp_path: Path
) -> None:
    build_site(azure.world)
    environment = az.environment | {
        "PATH": f"{executable.parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(REPOSITORY),
        "SSL_CERT_FILE": str(azure.certificates.ca_file),
        # Of all the sign-ins that the SDK tries, those of developers: nothing beyond this machine is then asked.
        "AZURE_TOKEN_CREDENTIALS": "dev",
        "WAC_ARM_ENDPOINT": azure.arm_url,
        "WAC_GRAPH_ENDPOINT": azure.graph_url,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "audit"),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    output, errors = await asyncio.wait_for(process.communicate(), 120)
    assert (process.returncode, errors.decode()) == (1, "")
    assert "EXTENSION_MISSING" in output.decode()
    document = json.loads((tmp_path / "wac-audit.json").read_text())
    assert document["unread"] == []
    assert document["signed_in_as"] == azure.world.identities.system_assigned.client_id
