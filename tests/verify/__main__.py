"""Asks the real Azure what the tests ask of the local one, if there is a subscription and somebody is signed in."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from shared.azure.sign_in import NotSignedIn, SignIn, make_credential

SUBSCRIPTION = "WAC_VERIFY_SUBSCRIPTION"
USAGE = "make verify-azure SUBSCRIPTION=<id> [APP=<function app>] [WRITES=<an empty resource group>]"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)


async def why_skipped(environment: Mapping[str, str]) -> str | None:
    """Tell what is missing to ask the real Azure; None where nothing is."""
    subscription = environment.get(SUBSCRIPTION, "")
    if not subscription:
        return f"no subscription was named. Sign in with `az login`, and give one: {USAGE}"
    if not _GUID.fullmatch(subscription):
        return f"{subscription} is no subscription id, which looks like 00000000-0000-0000-0000-000000000000: {USAGE}"
    async with SignIn(make_credential(None)) as sign_in:
        try:
            who = await sign_in.identify()
        except NotSignedIn as error:
            return str(error)
    sys.stdout.write(f"Signed in as {who.name or 'somebody whose token names nobody'}.\n")
    return None


def main() -> int:
    """Ask, or say why not. Gives the exit code: 0 also where nothing could be asked, 1 where something differs."""
    if reason := asyncio.run(why_skipped(os.environ)):
        sys.stdout.write(f"SKIPPED: {reason}\n")
        return 0
    writes = os.environ.get("WAC_VERIFY_RESOURCE_GROUP")
    told = f"writes NSGs of its own in {writes}, and deletes them" if writes else "reads only"
    sys.stdout.write(f"== Asking the real Azure ({told}; docs/verify-azure.md tells what)\n")
    sys.stdout.flush()
    here = Path(__file__).parent
    command = (sys.executable, "-m", "pytest", "-m", "azure", "--tb=short", "-rfEs", str(here))
    done = subprocess.run(command, cwd=here.parents[1], check=False)
    sys.stdout.write(
        "Nothing differs.\n" if done.returncode == 0 else "Something differs: see docs/verify-azure.md.\n"
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
