"""`make verify-azure` says plainly when it has asked nothing, and what it would need."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.graph.permissions import AppRole
from simulator.local import LocalAzure
from tests.verify.estate import build_estate

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("subscription", "said"),
    [
        ("", "SKIPPED: no subscription was named."),
        ("mine", "SKIPPED: mine is no subscription id"),
        ("0b1f6471-1bf0-4dda-aec3-cb9272f09590", "SKIPPED: Nobody is signed in to Azure here: run `az login`"),
    ],
)
def test_what_is_missing_is_said_and_is_no_failure(subscription: str, said: str, tmp_path: Path) -> None:
    kept = {name: text for name, text in os.environ.items() if not name.startswith(("AZURE_", "IDENTITY_", "MSI_"))}
    alone = {
        "WAC_VERIFY_SUBSCRIPTION": subscription,
        "AZURE_TOKEN_CREDENTIALS": "AzureCliCredential",
        "AZURE_CONFIG_DIR": str(tmp_path),
        "PATH": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.verify"],
        cwd=ROOT,
        env=kept | alone,
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(said)


@pytest.mark.parametrize(
    ("simulated", "code", "said"),
    [(True, 0, "Nothing differs."), (False, 1, "Something differs:")],
    ids=["as simulated", "with a field that is not simulated"],
)
async def test_a_whole_run_tells_by_its_exit_code_whether_anything_differs(
    azure: LocalAzure, simulated: bool, code: int, said: str
) -> None:
    """The local Azure stands in for the real one; the command can't tell."""
    world = azure.world
    world.retry_after_scale = 1.0
    world.graph.grant(world.identities.system_assigned, AppRole.READ_WRITE_ALL)
    group = build_estate(world)
    if not simulated:
        nsg = next(one for one in world.resources if "/networksecuritygroups/" in one.lower())
        world.resources[nsg]["properties"]["frobnicated"] = True
    alone = {"WAC_VERIFY_SUBSCRIPTION": world.subscription_id, "WAC_VERIFY_RESOURCE_GROUP": group}
    command = (sys.executable, "-m", "tests.verify")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=azure.environment() | alone, stdout=pipe)
    told = (await process.communicate())[0].decode()
    assert process.returncode == code, told
    assert told.splitlines()[-1].startswith(said)
    assert not [one for one in world.resources if "wac-guard-verify-" in one.lower()]
