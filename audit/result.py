"""What was read and decided, before it is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from shared.azure.sign_in import SignedIn
from shared.model.application import Gateway
from shared.model.plan import Plan
from shared.model.resource_id import ResourceId


@dataclass(frozen=True, slots=True)
class SubscriptionAudit:
    """A subscription, by its ARM id.

    `failure` is why it could not be read at all; `unreadable` is what of it could not, and why.
    """

    id: ResourceId
    name: str
    observed_at: datetime | None = None
    plans: tuple[Plan, ...] = ()
    unreadable: Mapping[ResourceId, str] = field(default_factory=lambda: MappingProxyType({}))
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class RegistrationsAudit:
    """The tenant's app registrations; plans are of those of whom there is something to tell.

    `read` is how many were looked at, `names` are what those with plans are called, and `failure` is why not all
    could be read.
    """

    observed_at: datetime | None = None
    read: int = 0
    plans: tuple[Plan, ...] = ()
    names: Mapping[ResourceId, str] = field(default_factory=lambda: MappingProxyType({}))
    gateways: tuple[Gateway, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole: app registrations are None where nobody asked for them. `settings` are those that were set.

    `unseen` are subscriptions that were named, and that the sign-in does not see. `documentation` is where people
    read what reasons mean: the address of a folder, where one is set.
    """

    began_at: datetime
    ended_at: datetime
    signed_in: SignedIn
    settings: Mapping[str, str]
    subscriptions: tuple[SubscriptionAudit, ...]
    registrations: RegistrationsAudit | None
    unseen: tuple[str, ...] = ()
    documentation: str | None = None
