"""The custom Azure roles of the app's identities, each with the actions of the table of operations and no others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.azure.operations import EXTENSION_WRITES, NETWORK_WRITES, READS, Operation


@dataclass(frozen=True, slots=True)
class Role:
    """A role definition: what it is called, whom it is for, and what it permits at the scope of its assignment."""

    name: str
    description: str
    actions: tuple[str, ...]


def _actions(operations: Iterable[Operation]) -> tuple[str, ...]:
    return tuple(sorted({operation.action for operation in operations}))


AUDITOR = Role(
    "WAC Guard auditor",
    "Reads what WAC Guard looks at: virtual machines, their extensions, and the network around them. Writes nothing.",
    _actions(READS),
)
EXTENSION_ENFORCER = Role(
    "WAC Guard extension enforcer",
    "Installs, refreshes and removes extensions. Who may do that is SYSTEM on each virtual machine in the scope.",
    _actions(EXTENSION_WRITES),
)
NETWORK_ENFORCER = Role(
    "WAC Guard network enforcer",
    "Writes and removes single security rules of network security groups.",
    _actions(NETWORK_WRITES),
)
# https://learn.microsoft.com/azure/virtual-machines/windows/run-command#limiting-access-to-run-command
DIAGNOSTICIAN = Role(
    "WAC Guard diagnostician",
    "Looks into a virtual machine with Run Command, as SYSTEM. For people, while they need it; the app never does.",
    ("Microsoft.Compute/virtualMachines/read", "Microsoft.Compute/virtualMachines/runCommand/action"),
)
ROLES = (AUDITOR, EXTENSION_ENFORCER, NETWORK_ENFORCER, DIAGNOSTICIAN)
