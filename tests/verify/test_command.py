"""`make verify-azure` says plainly when it has asked nothing, and what it would need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
