"""All resources of the world by id, whatever its case, with the two indexes that lists need."""

from __future__ import annotations

import copy
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from typing import Any

from simulator.arm.ids import ArmId

type Json = dict[str, Any]


class Resources(MutableMapping[str, Json]):
    """ARM's JSON by lower-cased id. Values keep their casing; children are entries of their own."""

    def __init__(self) -> None:
        self._by_id: dict[str, Json] = {}
        self._by_collection: dict[str, dict[str, None]] = {}
        self._by_type: dict[tuple[str, str], dict[str, None]] = {}

    def __getitem__(self, key: str) -> Json:
        return self._by_id[key.lower()]

    def __setitem__(self, key: str, value: Json) -> None:
        key = key.lower()
        self._by_id[key] = value
        self._by_collection.setdefault(_collection(key), {})[key] = None
        self._by_type.setdefault(_type(key), {})[key] = None

    def __delitem__(self, key: str) -> None:
        key = key.lower()
        del self._by_id[key]
        self._by_collection[_collection(key)].pop(key, None)
        self._by_type[_type(key)].pop(key, None)

    def __iter__(self) -> Iterator[str]:
        return iter(list(self._by_id))

    def __len__(self) -> int:
        return len(self._by_id)

    def in_collection(self, collection: str) -> list[Json]:
        """Give what lies directly in a collection, such as `<an NSG's id>/securityRules`, oldest first."""
        return [self._by_id[key] for key in self._by_collection.get(collection.lower(), ())]

    def of_type(self, subscription_id: str, resource_type: str) -> list[Json]:
        """Give a subscription's resources of one type, oldest first."""
        keys = self._by_type.get((subscription_id.lower(), resource_type.lower()), ())
        return [self._by_id[key] for key in keys]

    def below(self, resource_id: str) -> list[str]:
        """Give the keys of all that lies under an id, children of children included."""
        prefix = resource_id.lower() + "/"
        return [key for key in self._by_id if key.startswith(prefix)]

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


def _collection(key: str) -> str:
    return key.rsplit("/", 1)[0]


def _type(key: str) -> tuple[str, str]:
    parsed = ArmId.parse(key)
    return parsed.subscription_id, parsed.type.lower()
