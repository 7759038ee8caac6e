"""The functions of an app, as its own declarations describe them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

_SETTING = re.compile(r"%([^%]+)%")


class SettingMissing(LookupError):
    """A binding names an app setting, as %NAME%, that is not there."""


@dataclass(frozen=True, slots=True)
class Binding:
    """One binding, its properties as in function.json, with app settings filled in."""

    type: str
    name: str
    direction: str
    properties: Mapping[str, Any]

    @property
    def is_trigger(self) -> bool:
        return self.type.casefold().endswith("trigger")

    def text(self, name: str, default: str = "") -> str:
        """Give a property that is a text, or the default where it is absent or empty."""
        return str(self.properties.get(name) or default)


@dataclass(frozen=True, slots=True)
class Retries:
    """How often, and after which delay, a function that failed is run again."""

    count: int = 0
    delay: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Function:
    id: str
    name: str
    trigger: Binding
    outputs: tuple[Binding, ...] = ()
    retries: Retries = Retries()

    def is_disabled(self, settings: Mapping[str, str]) -> bool:
        """Tell whether the operator switched it off, by `AzureWebJobs.NAME.Disabled` or its Linux spelling."""
        names = (f"AzureWebJobs.{self.name}.Disabled", f"AzureWebJobs_{self.name}_Disabled")
        return any(settings.get(name, "").casefold() in {"1", "true"} for name in names)


class UnsupportedApp(ValueError):
    """The app uses a binding that this host does not have."""


def parse_function(function_id: str, name: str, raw_bindings: Iterable[str], settings: Mapping[str, str]) -> Function:
    """Parse the worker's description of one function. Raises SettingMissing, UnsupportedApp."""
    bindings = [_parse_binding(json.loads(raw), settings) for raw in raw_bindings]
    triggers = [binding for binding in bindings if binding.is_trigger]
    inputs = [binding for binding in bindings if not binding.is_trigger and binding.direction == "IN"]
    if len(triggers) != 1 or inputs:
        unsupported = ", ".join(binding.type for binding in inputs) or "anything but exactly one trigger"
        raise UnsupportedApp(f"function {name}: this local host does not support {unsupported}")
    return Function(function_id, name, triggers[0], tuple(b for b in bindings if not b.is_trigger))


def _parse_binding(raw: dict[str, Any], settings: Mapping[str, str]) -> Binding:
    properties = {key: fill_in_settings(value, settings) for key, value in raw.items()}
    return Binding(raw["type"], raw["name"], str(raw.get("direction", "IN")).upper(), properties)


def fill_in_settings[T](value: T, settings: Mapping[str, str]) -> T | str:
    """Replace each %NAME% of a text with that app setting. Raises SettingMissing."""
    return _SETTING.sub(lambda found: _setting(found[1], settings), value) if isinstance(value, str) else value


def _setting(name: str, settings: Mapping[str, str]) -> str:
    if name not in settings:
        raise SettingMissing(f"'%{name}%' does not resolve to a value: there is no app setting {name}")
    return settings[name]
