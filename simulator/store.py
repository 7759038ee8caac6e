"""All resources of the world by id, whatever its case, with the indexes that lists need."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from simulator.arm.ids import ArmId, subscription_of

type Json = dict[str, Any]
type Naming = Callable[[Json], Iterable[tuple[str, Json]]]
"""Gives the ids that a resource refers to, each with what of the resource does so: all of it, or a part."""


class OfType(NamedTuple):
    """What a list of one type is known by: subscription and resource type, both in lower case."""

    subscription_id: str
    type: str


class Resources(MutableMapping[str, Json]):
    """ARM's JSON by lower-cased id. Values keep their casing; children are entries of their own.

    `revision` counts what is put in and taken out, and the changes of which somebody tells (`note_change`).
    """

    def __init__(self) -> None:
        self._by_id: dict[str, Json] = {}
        self._types: dict[str, OfType] = {}
        self._by_collection: dict[str, dict[str, None]] = {}
        self._by_type: dict[OfType, dict[str, None]] = {}
        self._known_types: dict[OfType, OfType] = {}
        self._users: dict[tuple[OfType, Naming], dict[str, list[Json]]] | None = None
        self._watcher: Callable[[str], None] | None = None
        self.revision = 0

    def __getitem__(self, key: str) -> Json:
        key = key.lower()
        self.hand_out(key)
        return self._by_id[key]

    def __setitem__(self, key: str, value: Json) -> None:
        key = key.lower()
        self.note_change(key)
        if key not in self._types:
            of_type = _type(key)
            self._types[key] = self._known_types.setdefault(of_type, of_type)
        self._by_id[key] = value
        self._by_collection.setdefault(_collection(key), {})[key] = None
        self._by_type.setdefault(self._types[key], {})[key] = None

    def __delitem__(self, key: str) -> None:
        key = key.lower()
        self.note_change(key)
        del self._by_id[key]
        self._by_collection[_collection(key)].pop(key, None)
        self._by_type[self._types.pop(key)].pop(key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._by_id))

    def __len__(self) -> int:
        return len(self._by_id)

    def in_collection(self, collection: str) -> list[Json]:
        """Give what lies directly in a collection, such as `<an NSG's id>/securityRules`, oldest first."""
        keys = self._by_collection.get(collection.lower(), ())
        self.hand_out(*keys)
        return [self._by_id[key] for key in keys]

    def of_type(self, subscription_id: str, resource_type: str) -> list[Json]:
        """Give a subscription's resources of one type, oldest first."""
        return [resource for _, resource in self.keyed(OfType(subscription_id.lower(), resource_type.lower()))]

    def keyed(self, of_type: OfType) -> list[tuple[str, Json]]:
        """Give all resources of one type with their keys, oldest first."""
        keys = self._by_type.get(of_type, ())
        self.hand_out(*keys)
        return [(key, self._by_id[key]) for key in keys]

    def types(self) -> list[OfType]:
        """Give the types of which there are resources, or were."""
        return list(self._by_type)

    def type_of(self, key: str) -> OfType:
        """Give the type of a resource; raises KeyError if it is not there."""
        return self._types[key.lower()]

    def below(self, resource_id: str) -> list[str]:
        """Give the keys of all that lies under an id, children of children included."""
        prefix = resource_id.lower() + "/"
        return [key for key in self._by_id if key.startswith(prefix)]

    def users_of(self, resource_id: str, resource_type: str, naming: Naming) -> list[Json]:
        """Give what refers to a resource among those of a type in its subscription, oldest first."""
        of_type, wanted = OfType(subscription_of(resource_id).lower(), resource_type.lower()), resource_id.lower()
        if self._users is None:
            return [user for _, one in self.keyed(of_type) for named, user in naming(one) if named.lower() == wanted]
        index = self._users.get((of_type, naming))
        if index is None:
            index = self._users[of_type, naming] = {}
            for _, one in self.keyed(of_type):
                for named, user in naming(one):
                    index.setdefault(named.lower(), []).append(user)
        return index.get(wanted, [])

    @contextmanager
    def while_nothing_changes(self) -> Iterator[None]:
        """Remember, for as long as the body runs, who refers to what: many are asked for at once."""
        before, self._users = self._users, {}
        try:
            yield
        finally:
            self._users = before

    @contextmanager
    def all_or_nothing(self, resource_id: str) -> Iterator[None]:
        """Undo every change of a resource and what is below it when the body raises; values stay the same objects."""
        keys = [key for key in (resource_id.lower(), *self.below(resource_id)) if key in self._by_id]
        before = {key: (self._by_id[key], copy.deepcopy(self._by_id[key])) for key in keys}
        try:
            yield
        except BaseException:
            for key in {resource_id.lower(), *self.below(resource_id)} - before.keys():
                self.pop(key, None)
            for key, (value, content) in before.items():
                value.clear()
                value.update(content)
                self[key] = value
            raise

    def note_change(self, *ids: str) -> None:
        """Tell of resources that are about to change by other means than putting them in or taking them out."""
        self.revision += 1
        self.hand_out(*ids)

    def hand_out(self, *ids: str) -> None:
        """Tell that somebody gets hold of resources, or of what belongs to them, and may change it."""
        if self._watcher is not None:
            for resource_id in ids:
                self._watcher(resource_id.lower())

    def watch(self, watcher: Callable[[str], None] | None) -> None:
        """Have somebody told the key of whatever is handed out or is about to change; None ends that."""
        self._watcher = watcher

    def peek(self, key: str) -> Json | None:
        """Give a resource to somebody who won't change it."""
        return self._by_id.get(key)


def _collection(key: str) -> str:
    return key.rsplit("/", 1)[0]


def _type(key: str) -> OfType:
    parsed = ArmId.parse(key)
    return OfType(parsed.subscription_id, parsed.type.lower())
