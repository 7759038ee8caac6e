"""Reads what a client gives for an object's properties, by their types."""

from __future__ import annotations

from typing import Any

from simulator.graph.errors import GraphError, bad_request, invalid_value, malformed
from simulator.graph.schema import APPLICATION, READ_ONLY, Collection, Complex, Primitive, Type, default
from simulator.store import Json


def merge_application(before: Json, given: Json) -> Json:
    """Give an application with the properties that are given; raises GraphError 400.

    What is in an object merges into what was there; a list replaces the one that was there.
    """
    merged = dict(before)
    for name, value in given.items():
        if _is_annotation(name):
            continue
        if name not in APPLICATION.properties:
            raise bad_request(f"Invalid property '{name}'.")
        if name in READ_ONLY:
            raise bad_request(f"Property '{name}' is read-only and cannot be set.")
        try:
            merged[name] = _read(APPLICATION.properties[name], value, before.get(name))
        except TypeError as error:
            raise invalid_value(name) from error
    return merged


def _read(kind: Type, value: Any, before: Any = None) -> Any:
    """Read a value; raises TypeError for one of another type, and GraphError 400 for an unknown property in it."""
    if isinstance(kind, Primitive):
        return _read_primitive(kind, value)
    if isinstance(kind, Collection):
        if not isinstance(value, list):
            raise TypeError
        return [_read_item(kind.of, item) for item in value]
    if value is None and kind.nullable:
        return None
    if not isinstance(value, dict):
        raise TypeError
    return _read_object(kind, value, kind.blank() if before is None else before)


def _read_primitive(kind: Primitive, value: Any) -> Any:
    if value is None:
        return kind.default
    if type(value) is not kind.of:
        raise TypeError
    return value


def _read_item(kind: Primitive | Complex, value: Any) -> Any:
    if value is None:
        raise TypeError
    return _read(kind, value)


def _read_object(kind: Complex, value: Json, before: Json) -> Json:
    merged = {name: before.get(name, default(inner)) for name, inner in kind.properties.items()}
    for name, inner in value.items():
        if _is_annotation(name):
            continue
        if name not in kind.properties:
            raise _unknown(kind, name)
        merged[name] = _read(kind.properties[name], inner, before.get(name))
    return merged


def _is_annotation(name: str) -> bool:
    """Tell what speaks of another property, or of the object's type."""
    return "@odata." in name


def _unknown(kind: Complex, name: str) -> GraphError:
    return malformed(
        f"The property '{name}' does not exist on type 'microsoft.graph.{kind.name}'. Make sure to only use property "
        "names that are defined by the type or mark the type as open type."
    )
