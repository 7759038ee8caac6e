"""Reports as rows hold them: as many findings and actions as there is room for, and how many there were besides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.azure.entities import document, size_of

_LISTS = ("findings", "actions")


def report_document(name: str, report: Mapping[str, Any], most_bytes: int) -> dict[str, bytes]:
    """Write a Report's JSON as a document of that many bytes at most; its head is kept in any case.

    What does not fit is counted in its `left_out`.
    """
    whole = document(name, dict(report))
    if size_of(whole) <= most_bytes:
        return whole
    fitting, too_many = 0, max(len(report.get(part, ())) for part in _LISTS)
    while too_many - fitting > 1:
        middle = (fitting + too_many) // 2
        if size_of(document(name, _shortened(report, middle))) <= most_bytes:
            fitting = middle
        else:
            too_many = middle
    return document(name, _shortened(report, fitting))


def _shortened(report: Mapping[str, Any], most: int) -> dict[str, Any]:
    kept = {part: list(report.get(part, ()))[:most] for part in _LISTS}
    left_out = {part: len(report.get(part, ())) - len(kept[part]) for part in _LISTS}
    return {**report, **kept, "left_out": left_out}
