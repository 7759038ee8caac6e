"""Any value of the model, by the types of its fields: a field that is added is drawn too."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import Enum
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st

from shared.model.resource_id import ResourceId
from shared.model.write import Write

_PARTS = st.text(
    st.characters(exclude_characters="/?#%\\\x7f", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30
).filter(lambda part: part not in {".", ".."})
_ZONES = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=45)), timezone(timedelta(hours=-8))])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)

resource_ids = st.builds(
    lambda subscription, group, name: ResourceId(
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines/{name}"
    ),
    _PARTS,
    _PARTS,
    _PARTS,
)
_SIMPLE: dict[Any, st.SearchStrategy[Any]] = {
    Any: _JSON,
    NoneType: st.none(),
    str: st.text(),
    int: st.integers(),
    bool: st.booleans(),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2999, 1, 1), timezones=_ZONES),
    timedelta: st.timedeltas(),
    ResourceId: resource_ids,
}


def any_of(kind: Any) -> st.SearchStrategy[Any]:
    """Draw any value of a type of the model."""
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    parts = get_args(kind)
    if get_origin(kind) is tuple:
        return st.lists(any_of(parts[0]), max_size=3).map(tuple)
    if get_origin(kind) is Mapping:
        return st.dictionaries(any_of(parts[0]), any_of(parts[1]), max_size=3)
    if get_origin(kind) in (Union, UnionType):
        return st.one_of([any_of(part) for part in parts])
    if is_dataclass(kind) and isinstance(kind, type):
        hints = get_type_hints(kind)
        return st.builds(kind, **{field.name: any_of(hints[field.name]) for field in fields(kind)})
    if isinstance(kind, type) and issubclass(kind, Enum):
        return st.sampled_from(kind)
    raise TypeError(f"nothing is known of {kind}")


any_write: st.SearchStrategy[Write] = any_of(Write)
