"""Who may do what in Resource Manager: the actions of roles, assigned at scopes to identities.

https://learn.microsoft.com/azure/role-based-access-control/overview
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from simulator.identity import Identity
from simulator.restrictions import is_within


@dataclass(frozen=True, slots=True)
class RoleAssignment:
    """The actions of a role, which may have `*` in them, permitted at a scope and below it."""

    scope: str
    actions: tuple[str, ...]

    def permits(self, action: str, path: str) -> bool:
        """Tell whether an action on a path is permitted: case never matters."""
        return is_within(path, self.scope) and self.names(action)

    def names(self, action: str) -> bool:
        """Tell whether an action is among those of the role."""
        return any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)

    def touches(self, scope: str) -> bool:
        """Tell whether anything at all is permitted at a scope, or somewhere below it."""
        return bool(self.actions) and (is_within(scope, self.scope) or is_within(self.scope, scope))


class RoleAssignments:
    """An identity may do everything until a role is assigned to it: from then on, what its roles permit alone."""

    def __init__(self) -> None:
        self._by_object_id: dict[str, tuple[RoleAssignment, ...]] = {}

    def assign(self, identity: Identity, actions: Iterable[str], scope: str) -> None:
        """Permit actions at a scope, besides what was permitted before; with none of them, nothing more."""
        made = RoleAssignment(scope, tuple(actions))
        self._by_object_id[identity.object_id] = (*self._by_object_id.get(identity.object_id, ()), made)

    def replace(self, identity: Identity, actions: Iterable[str], scope: str) -> None:
        """Permit actions at a scope, in place of all that was permitted before."""
        self._by_object_id[identity.object_id] = (RoleAssignment(scope, tuple(actions)),)

    def of(self, identity: Identity) -> tuple[RoleAssignment, ...] | None:
        """Give the assignments of an identity; None for one that may do everything."""
        return self._by_object_id.get(identity.object_id)
