"""Who may do what: the app roles of Graph that identities have been granted."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from simulator.graph.errors import request_denied
from simulator.identity import Identity

if TYPE_CHECKING:
    from simulator.world import World


class AppRole(StrEnum):
    """Graph's application permissions that have to do with applications.

    https://learn.microsoft.com/graph/permissions-reference
    """

    READ_ALL = "Application.Read.All"
    READ_WRITE_ALL = "Application.ReadWrite.All"
    READ_WRITE_OWNED_BY = "Application.ReadWrite.OwnedBy"
    DIRECTORY_READ_ALL = "Directory.Read.All"


class Need(StrEnum):
    """What a request wants to do."""

    READ = "read"
    CREATE = "create"
    CHANGE = "change"


SUFFICES = {
    Need.READ: frozenset(AppRole),
    Need.CREATE: frozenset({AppRole.READ_WRITE_ALL, AppRole.READ_WRITE_OWNED_BY}),
    Need.CHANGE: frozenset({AppRole.READ_WRITE_ALL, AppRole.READ_WRITE_OWNED_BY}),
}


class Permissions:
    """The system-assigned identity may change what it owns, until it is granted something or denied that."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._granted: dict[str, frozenset[AppRole]] = {}

    def of(self, identity: Identity) -> frozenset[AppRole]:
        """Give the roles of an identity."""
        by_default = identity.object_id == self._world.identities.system_assigned.object_id
        return self._granted.get(
            identity.object_id, frozenset({AppRole.READ_WRITE_OWNED_BY}) if by_default else frozenset()
        )

    def grant(self, identity: Identity, role: str) -> None:
        """Grant a role to an identity, besides those that it has. Raises ValueError for an unknown one."""
        self._granted[identity.object_id] = self.of(identity) | {AppRole(role)}

    def revoke(self, identity: Identity, role: str) -> None:
        """Take a role from an identity. Raises ValueError for an unknown one."""
        self._granted[identity.object_id] = self.of(identity) - {AppRole(role)}

    def check(self, identity: Identity, need: Need) -> None:
        """Let pass who may do such a thing at all; raises GraphError 403 otherwise."""
        if not self.of(identity) & SUFFICES[need]:
            raise request_denied()

    def owners_of_new(self, identity: Identity) -> list[str]:
        """Give who owns what an identity makes: itself, unless it may change everything anyway."""
        return [] if AppRole.READ_WRITE_ALL in self.of(identity) else [identity.object_id]

    def check_owned(self, identity: Identity, owners: list[str]) -> None:
        """Let pass who may change everything, or owns this; raises GraphError 403 otherwise."""
        if AppRole.READ_WRITE_ALL not in self.of(identity) and identity.object_id not in owners:
            raise request_denied()
