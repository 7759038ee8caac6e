"""Rows of Resource Graph as the SDKs' objects look, so that the same functions read both.

Making the objects themselves of ten thousand VMs and their network takes ten seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any


class RowView(dict[str, Any]):
    """A JSON object whose members are attributes, too, called as in Azure's SDKs; one that is not there is None."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        for key in _keys(name):
            if key in self:
                return view(self[key])
        return None


def view(value: Any) -> Any:
    """Give a JSON value with all objects in it as views."""
    if isinstance(value, Mapping):
        return RowView(value)
    return [view(one) for one in value] if isinstance(value, list) else value


@cache
def _keys(name: str) -> tuple[str, ...]:
    """Give what an SDK's name can be in Azure's JSON, which has both `nextHopIpAddress` and `privateIPAddress`."""
    first, *others = name.split("_")
    usual = first + "".join(map(str.capitalize, others))
    shouted = first + "".join("IP" if one == "ip" else one.capitalize() for one in others)
    return (usual,) if usual == shouted else (usual, shouted)
