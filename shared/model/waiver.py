"""A person's word that something found of a subject is accepted for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.model.reason import Reason
from shared.model.resource_id import RESOURCE_GROUP, ResourceId


@dataclass(frozen=True, slots=True)
class Waiver:
    """One reason of one subject, or of all in a resource group, accepted `until` then: by whom, why, and since when.

    It concerns what is counted and published alone: whatever is written is written all the same.
    """

    subject: ResourceId
    reason: Reason
    until: datetime
    by: str
    why: str
    at: datetime

    def covers(self, subject: ResourceId) -> bool:
        """Tell whether this is of that very subject, or of the resource group that it lies in."""
        if not self.subject.is_a(RESOURCE_GROUP):
            return self.subject == subject
        return _group_of(self.subject) == _group_of(subject)

    def has_ended(self, now: datetime) -> bool:
        """Tell whether nothing is accepted by this any more."""
        return now >= self.until


def _group_of(subject: ResourceId) -> tuple[str, str]:
    return subject.subscription_id.casefold(), subject.resource_group.casefold()
