"""The lines for the Azure CLI that `python -m simulator.up` prints work when pasted, and the app reacts to them."""

import os
from pathlib import Path

import pytest

from tests.flows.running_up import run_up

pytestmark = pytest.mark.az


async def test_the_printed_lines_start_a_vm_and_deny_traffic_and_the_app_reacts_to_both(
    executable: Path, tmp_path: Path
) -> None:
    async with run_up(tmp_path) as running:
        printed = await running.paste("5.", f"{executable.parent}{os.pathsep}{os.environ['PATH']}")
        assert "LocalAzure" in printed
        assert "RG-SERVER-2022" in printed
        assert "DenyAllOutbound" in printed
        await running.wait_for("event", "asleep", "virtualMachines/start/action")
        await running.wait_for("event", "nsg-server-2022", "securityRules/write")
        await running.wait_for("write", "nsg-server-2022", "put rule PortForWACService")
        await running.wait_for("write", "asleep", "install AdminCenter")
