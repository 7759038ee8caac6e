"""What stands in the way of writes until somebody takes it away: locks, policies and deny assignments, by scope."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from uuid import uuid4

PROVIDER = "Microsoft.Authorization"


class LockLevel(StrEnum):
    READ_ONLY = "ReadOnly"
    CAN_NOT_DELETE = "CanNotDelete"


@dataclass(frozen=True, slots=True)
class Lock:
    """A management lock of a subscription, a resource group or a resource; all below it is locked too."""

    scope: str
    name: str
    level: LockLevel
    notes: str | None = None

    @property
    def id(self) -> str:
        return f"{self.scope}/providers/{PROVIDER}/locks/{self.name}"

    def forbids(self, method: str, path: str) -> bool:
        """Tell whether a write is refused: nothing goes that has something locked below it."""
        if method == "DELETE":
            return is_within(path, self.scope) or is_within(self.scope, path)
        return self.level is LockLevel.READ_ONLY and is_within(path, self.scope)


@dataclass(frozen=True, slots=True)
class PolicyAssignment:
    """A policy with the effect `deny`: nobody creates or changes resources of the type `denies` below its scope."""

    scope: str
    name: str
    denies: str

    @property
    def id(self) -> str:
        return f"{self.scope}/providers/{PROVIDER}/policyAssignments/{self.name}"

    def forbids(self, method: str, path: str, resource_type: str) -> bool:
        """Tell whether a write is refused; a policy lets everything go."""
        of_that_type = resource_type.lower() == self.denies.lower()
        return method in {"PUT", "PATCH"} and of_that_type and is_within(path, self.scope)


@dataclass(frozen=True, slots=True)
class DenyAssignment:
    """What nobody may do below a scope, whatever their roles: `actions` may have `*` in them."""

    scope: str
    name: str
    actions: tuple[str, ...]
    key: str = field(default_factory=lambda: uuid4().hex)

    @property
    def id(self) -> str:
        return f"{self.scope}/providers/{PROVIDER}/denyAssignments/{self.key}"

    def forbids(self, action: str, path: str) -> bool:
        """Tell whether an action, such as `Microsoft.Compute/virtualMachines/extensions/write`, is refused."""
        denied = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in self.actions)
        return denied and is_within(path, self.scope)


type Restriction = Lock | PolicyAssignment | DenyAssignment


class Restrictions:
    """All restrictions in force, by id, whatever its case."""

    def __init__(self) -> None:
        self._by_id: dict[str, Restriction] = {}

    def __iter__(self) -> Iterator[Restriction]:
        return iter(list(self._by_id.values()))

    def get(self, restriction_id: str) -> Restriction | None:
        """Give a restriction; None if there is none of that id."""
        return self._by_id.get(restriction_id.lower())

    def add(self, restriction: Restriction) -> str:
        """Put a restriction in force, in place of one of the same id; give the id."""
        self._by_id[restriction.id.lower()] = restriction
        return restriction.id

    def remove(self, restriction_id: str) -> None:
        """Take a restriction away; raises KeyError when there is none of that id."""
        del self._by_id[restriction_id.lower()]

    def remove_below(self, scope: str) -> None:
        """Take away all that lies at a scope, or below it, which is gone."""
        self._by_id = {key: one for key, one in self._by_id.items() if not is_within(one.scope, scope)}

    @property
    def locks(self) -> list[Lock]:
        """The locks, oldest first."""
        return [one for one in self if isinstance(one, Lock)]

    @property
    def policies(self) -> list[PolicyAssignment]:
        """The policy assignments, oldest first."""
        return [one for one in self if isinstance(one, PolicyAssignment)]

    @property
    def deny_assignments(self) -> list[DenyAssignment]:
        """The deny assignments, oldest first."""
        return [one for one in self if isinstance(one, DenyAssignment)]


def is_within(path: str, scope: str) -> bool:
    """Tell whether a path is a scope or lies below it: case never matters."""
    path, scope = path.lower(), scope.lower().rstrip("/")
    return path == scope or path.startswith(scope + "/")
