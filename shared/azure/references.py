"""What one resource says of another in Azure's answers: its id, and mostly nothing else."""

from __future__ import annotations

from collections.abc import Iterable

from shared.model.resource_id import ResourceId


def id_of(reference: object) -> ResourceId | None:
    """Read the id of a reference; None for no reference, or one without an id."""
    text = getattr(reference, "id", None)
    return ResourceId(text) if text else None


def ids_of(references: Iterable[object] | None) -> Iterable[ResourceId]:
    """Read the ids of references, leaving out those without."""
    return (found for found in map(id_of, references or ()) if found is not None)
