"""Whether a subject can be looked at at all."""

from __future__ import annotations

from shared.model.estate import Estate
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


def decide_presence(estate: Estate, subject: ResourceId, *, was_read: bool) -> tuple[Finding, ...]:
    """Tell why a subject can't be looked at: it is gone, or was not to be read."""
    if subject in estate.unreadable:
        message = f"{subject.name} can't be read: {estate.unreadable[subject]}"
        return (Finding(subject, Reason.READ_FAILED, message),)
    if subject in estate.absent:
        return (Finding(subject, Reason.GONE, f"{subject.name} is not there any more."),)
    return () if was_read else (Finding(subject, Reason.READ_FAILED, f"{subject.name} was not read."),)
