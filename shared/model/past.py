"""What is remembered of a subject from one check to the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from shared.model.application import Gateway
from shared.model.estate import Extension, SecurityRule
from shared.model.plan import ExtensionRequest, Outcome, PatchApplication
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.sweep import LastRound, LastSweep


def _nothing() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Kept:
    """Something of ours that has to be there: as it was put, and whether it was seen so since.

    Of an application only a part is ours, which takes both what was there before and what was written to tell.
    """

    desired: SecurityRule | ExtensionRequest | PatchApplication
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """Something of ours that was seen and then was gone, or changed; `by` is whom an event named, if one did."""

    target: ResourceId
    at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Setback:
    """A write that Azure did not take: REFUSED or POSTPONED, in Azure's words, and when it may be tried again.

    `content` is a fingerprint of what was to be written: something else may be tried at once.
    """

    outcome: Outcome
    code: str
    message: str
    until: datetime
    pause: timedelta
    content: str
    evidence: Mapping[str, Any] = field(default_factory=_nothing)


@dataclass(frozen=True, slots=True)
class Hold:
    """A person's word that nothing may be written to the subject; but first, the write of id `undo` is undone."""

    at: datetime
    reason: str
    undo: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """How far the audit of app registrations has come: `link` leads to what is yet to be read.

    `is_complete` is whether all were read, so that it leads to later changes alone. `basis` is a fingerprint of what
    was decided by: with any other, all are to be read anew. `is_anew`, `began_at`, `read` and `told` are of the round
    under way, or of the last: whether it is of all registrations, how many of them were read, and of how many there
    was something to tell. Of all, `later` leads to what has changed since it began.
    """

    link: str
    is_complete: bool
    basis: str
    is_anew: bool
    began_at: datetime
    read: int = 0
    told: int = 0
    later: str = ""

    @property
    def is_listing(self) -> bool:
        """Whether a round of all registrations is under way."""
        return self.is_anew and not self.is_complete


@dataclass(frozen=True, slots=True)
class Told:
    """What subscribers were told of a subject's findings, each reason with the time of the event that told of it.

    Of `found` they know. `finding` are those of which they perhaps know, and `resolving` those that they perhaps
    know to be over: a look broke off while it was telling them. `at` is the time of the latest events; those after
    them are later.
    """

    found: Mapping[Reason, datetime] = field(default_factory=_nothing)
    finding: Mapping[Reason, datetime] = field(default_factory=_nothing)
    resolving: Mapping[Reason, datetime] = field(default_factory=_nothing)
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """What is remembered of one subject; nothing, of one that is new.

    `incarnation` tells a subject from its successor of the same name: all but the hold is forgotten with it.
    `since` is when each reason was first found, as long as each look finds it anew. `writes` are those of the last
    hour, `reinstalls` and `losses` those of the last seven days, `removed` is the extension that a reinstall took
    away and has yet to put back. `unsettled` are the ids of writes whose end was not seen yet, `look` is the token
    of the one look again that is to come. `answered` is when the last complete observation began, if all that
    followed from it was queued. `awaited_since` is since when it is waited for to become COMPLIANT. `sighting` is a
    fingerprint of what an NSG's rules hang on of a VM or a NIC, `gateway` what an app registration tells of a
    gateway, `announced` what of that others were asked to look for, `audit` how far the audit of all of them is.
    `sweep` is of a subscription's last sweep, `round` of the last round of all of them, `told` is what
    subscribers know of the findings, `untold` are the ids of writes whose end they have yet to hear of.
    """

    incarnation: str | None = None
    since: Mapping[Reason, datetime] = field(default_factory=_nothing)
    writes: tuple[datetime, ...] = ()
    reinstalls: tuple[datetime, ...] = ()
    removed: Extension | None = None
    kept: Mapping[ResourceId, Kept] = field(default_factory=_nothing)
    losses: tuple[Loss, ...] = ()
    contested: bool = False
    setbacks: Mapping[ResourceId, Setback] = field(default_factory=_nothing)
    unsettled: tuple[str, ...] = ()
    hold: Hold | None = None
    look: str | None = None
    observed_at: datetime | None = None
    status: Status | None = None
    answered: datetime | None = None
    awaited_since: datetime | None = None
    sighting: str | None = None
    gateway: Gateway | None = None
    announced: Gateway | None = None
    audit: Audit | None = None
    sweep: LastSweep | None = None
    round: LastRound | None = None
    told: Told = Told()
    untold: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a VM or a network interface looked when it was last checked, as a fingerprint, and when."""

    fingerprint: str
    at: datetime


NOTHING = Past()
