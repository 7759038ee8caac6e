"""The trail: what was written, for which reason, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.model.plan import Action
from shared.model.resource_id import ResourceId


class Fate(StrEnum):
    """What became of a write. The first four are passing: the next look settles them."""

    INTENDED = "intended"
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    POSTPONED = "postponed"

    REFUSED = "refused"
    DONE = "done"
    FAILED = "failed"
    NOT_DONE = "not done"
    REPLACED = "replaced since"


@dataclass(frozen=True, slots=True)
class Write:
    """One write to Azure. `id` sorts by time; `request_id` is the response's x-ms-request-id.

    `undoes` is the id of the write that this one puts back.
    """

    id: str
    subject: ResourceId
    action: Action
    cause: str
    correlation_id: str
    intended_at: datetime
    fate: Fate = Fate.INTENDED
    message: str = ""
    request_id: str | None = None
    concluded_at: datetime | None = None
    undoes: str | None = None
