"""After the app is provisioned: gives its identities what they need of Microsoft Graph, and nothing more."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

from scripts.azure_cli import AzureRefused, az, az_with_body
from scripts.installation import NotInstalled, value_of

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
GRAPH = "https://graph.microsoft.com/v1.0"
READING = "Application.Read.All"
MIGRATING = "Application.ReadWrite.OwnedBy"


def wanted_permissions(environment: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Tell which identity, by its principal, needs which permission of Graph; raises NotInstalled."""
    reading = (value_of(environment, "WAC_GUARD_PRINCIPAL_ID"), READING)
    if environment.get("WAC_REDIRECTS_MODE", "").strip().casefold() != "migrate":
        return (reading,)
    return reading, (value_of(environment, "WAC_REDIRECTS_PRINCIPAL_ID"), MIGRATING)


def main() -> int:
    """Grant what is missing. Whoever may not is told what somebody else has to run: the app works on without."""
    try:
        wanted = wanted_permissions(os.environ)
    except NotInstalled as error:
        sys.stderr.write(f"{error}\n")
        return 1
    try:
        graph = az("rest", "--method", "get", "--url", f"{GRAPH}/servicePrincipals(appId='{GRAPH_APP_ID}')")
        role_ids = {role["value"]: role["id"] for role in graph["appRoles"]}
        for principal, permission in wanted:
            _grant(principal, graph["id"], permission, role_ids[permission])
    except AzureRefused as error:
        _say(f"Not granted: {error}", 0)
        return _say(
            "App registrations can't be audited until a Privileged Role Administrator, signed in with az login, has"
            " run python -m scripts.after_provision with these in the environment:\n"
            + "\n".join(f"  {name}={os.environ[name]}" for name in _NAMES if os.environ.get(name)),
            0,
        )
    return 0


_NAMES = ("WAC_GUARD_PRINCIPAL_ID", "WAC_REDIRECTS_PRINCIPAL_ID", "WAC_REDIRECTS_MODE")


def _grant(principal: str, graph_id: str, permission: str, role_id: str) -> None:
    url = f"{GRAPH}/servicePrincipals/{principal}/appRoleAssignments"
    given = az("rest", "--method", "get", "--url", url)["value"]
    if any(one["appRoleId"] == role_id and one["resourceId"] == graph_id for one in given):
        _say(f"Identity {principal} has {permission} already", 0)
        return
    body = {"principalId": principal, "resourceId": graph_id, "appRoleId": role_id}
    az_with_body(body, "--body", "rest", "--method", "post", "--url", url)
    _say(f"Granted {permission} to identity {principal}", 0)


def _say(text: str, code: int) -> int:
    sys.stdout.write(f"{text}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
