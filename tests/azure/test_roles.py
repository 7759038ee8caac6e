import re
from pathlib import Path

import pytest

from scripts.roles import FOLDER, definitions
from shared.azure.operations import EXTENSION_WRITES, NETWORK_WRITES, OPERATIONS, READS, ROWS
from shared.azure.roles import AUDITOR, DIAGNOSTICIAN, EXTENSION_ENFORCER, NETWORK_ENFORCER, ROLES, Role

_QUERIES = Path(__file__).parents[2] / "shared" / "azure" / "queries"


def test_the_files_of_the_roles_are_what_make_roles_writes() -> None:
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == definitions()


@pytest.mark.parametrize(
    ("role", "operations"),
    [(AUDITOR, READS), (EXTENSION_ENFORCER, EXTENSION_WRITES), (NETWORK_ENFORCER, NETWORK_WRITES)],
    ids=lambda value: value.name if isinstance(value, Role) else "",
)
def test_a_role_permits_what_is_called_and_nothing_else(role: Role, operations: tuple[object, ...]) -> None:
    assert {operation.action for operation in OPERATIONS if operation in operations} == set(role.actions)


def test_no_role_of_the_app_reaches_into_a_machine_or_further_than_it_names() -> None:
    called = {operation.action for operation in OPERATIONS}

    assert set(DIAGNOSTICIAN.actions) - called == {"Microsoft.Compute/virtualMachines/runCommand/action"}
    assert not [action for role in ROLES for action in role.actions if "*" in action]
    assert {action.rsplit("/", 1)[1] for action in AUDITOR.actions} == {"read"}


def test_the_auditor_may_read_every_type_of_row_that_a_query_asks_for() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in _QUERIES.glob("*.kql"))

    assert set(re.findall(r"'(microsoft\.(?:compute|network|resources)/[a-z/]+)'", text)) == {
        resource_type.lower() for resource_type in ROWS
    }
