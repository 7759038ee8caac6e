"""The model's values as JSON and back, by their types: what is read equals what was written.

By hand rather than by pydantic: that would take a ResourceId for an object with a text, and no key of JSON is one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, IntEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from shared.model.resource_id import ResourceId

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of one type stand in JSON. `parse` raises ValueError for what is none of them."""

    write: Callable[[Any], Any]
    parse: Callable[[Any], Any]


def to_json(value: object, kind: Any) -> Any:
    """Write a value of that type as JSON; a field of type Any has to hold JSON already."""
    return _form(kind).write(value)


def from_json(data: Any, kind: Any) -> Any:
    """Read a value of that type from JSON; fields that are not there have their default. Raises ValueError."""
    return _form(kind).parse(data)


@cache
def _form(kind: Any) -> _Form:
    if kind in _SIMPLE:
        return _SIMPLE[kind]
    origin = get_origin(kind)
    if origin in _COMPOSED:
        return _COMPOSED[origin](*get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _choice(kind)
    if is_dataclass(kind):
        return _record(kind)
    raise TypeError(f"{kind} has no form in JSON")


def _checked(kind: type) -> Callable[[Any], Any]:
    def check(data: Any) -> Any:
        if not isinstance(data, kind):
            raise ValueError(f"{data!r:.100} is no {kind.__name__}")
        return data

    return check


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thawed(content) for key, content in value.items()}
    return [_thawed(content) for content in value] if isinstance(value, (list, tuple)) else value


_text, _number, _object, _list = _checked(str), _checked(int), _checked(dict), _checked(list)

_SIMPLE: Mapping[Any, _Form] = {
    Any: _Form(_thawed, lambda data: data),
    NoneType: _Form(_checked(NoneType), _checked(NoneType)),
    str: _Form(_text, _text),
    int: _Form(_number, _number),
    bool: _Form(_checked(bool), _checked(bool)),
    ResourceId: _Form(str, lambda data: ResourceId(_text(data))),
    datetime: _Form(
        lambda value: value.astimezone(UTC).isoformat(), lambda data: datetime.fromisoformat(_text(data))
    ),
    timedelta: _Form(lambda value: value // _MICROSECOND, lambda data: _number(data) * _MICROSECOND),
}


def _choice(kind: type[Enum]) -> _Form:
    if issubclass(kind, IntEnum):
        names = {member.name: member for member in kind}
        return _Form(lambda value: kind(value).name, lambda data: _known(names, data))
    return _Form(lambda value: kind(value).value, kind)


def _known(choices: Mapping[str, Any], name: Any) -> Any:
    if name not in choices:
        raise ValueError(f"{name!r:.100} is none of {', '.join(choices)}")
    return choices[name]


def _record(kind: Any) -> _Form:
    hints = get_type_hints(kind)
    forms = {field.name: _form(hints[field.name]) for field in fields(kind)}

    def write(value: Any) -> dict[str, Any]:
        return {name: form.write(getattr(value, name)) for name, form in forms.items()}

    def parse(data: Any) -> Any:
        given = {name: _known(forms, name).parse(content) for name, content in _object(data).items()}
        try:
            return kind(**given)
        except TypeError as missing:
            raise ValueError(str(missing)) from missing

    return _Form(write, parse)


def _sequence(item: Any, *_: Any) -> _Form:
    form = _form(item)
    return _Form(
        lambda value: [form.write(content) for content in value],
        lambda data: tuple(form.parse(content) for content in _list(data)),
    )


def _mapping(key: Any, item: Any) -> _Form:
    keys, items = _form(key), _form(item)
    return _Form(
        lambda value: {keys.write(name): items.write(content) for name, content in value.items()},
        lambda data: {keys.parse(name): items.parse(content) for name, content in _object(data).items()},
    )


def _one_of(*kinds: Any) -> _Form:
    """Choose by None or not; among several types, by their name, which then stands around the value."""
    several = {kind.__name__: kind for kind in kinds if kind is not NoneType}
    if len(several) == 1:
        form = _form(*several.values())
    else:
        form = _Form(
            lambda value: {type(value).__name__: to_json(value, several[type(value).__name__])},
            lambda data: _named(several, data),
        )
    if NoneType not in kinds:
        return form
    return _Form(
        lambda value: None if value is None else form.write(value),
        lambda data: None if data is None else form.parse(data),
    )


def _named(kinds: Mapping[str, Any], data: Any) -> Any:
    if len(_object(data)) != 1:
        raise ValueError(f"{data!r:.100} has more than one name around it")
    ((name, content),) = data.items()
    return from_json(content, _known(kinds, name))


_COMPOSED: Mapping[Any, Callable[..., _Form]] = {
    tuple: _sequence,
    Mapping: _mapping,
    Union: _one_of,
    UnionType: _one_of,
}
