"""Write the role definitions that the deployment loads: `make roles`."""

from __future__ import annotations

import json
from pathlib import Path

from shared.azure.roles import ROLES, Role

FOLDER = Path(__file__).parents[1] / "infra" / "roles"


def definitions() -> dict[str, str]:
    """Give the content of each role's file by the file's name."""
    return {f"{role.name.removeprefix('WAC Guard ').replace(' ', '-')}.json": _definition(role) for role in ROLES}


def _definition(role: Role) -> str:
    content = {
        "roleName": role.name,
        "description": role.description,
        "actions": role.actions,
        "notActions": [],
        "dataActions": [],
        "notDataActions": [],
    }
    return json.dumps(content, indent=2) + "\n"


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, content in definitions().items():
        (FOLDER / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
