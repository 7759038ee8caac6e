"""What was decided (findings, actions, checks to ask for) and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from shared.model.application import RedirectSettings
from shared.model.check import Check
from shared.model.estate import Extension, SecurityRule
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.waiver import Waiver


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to know of a subject. The message is one a person can act on; it names the rule at fault."""

    subject: ResourceId
    reason: Reason
    message: str
    evidence: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    waiver: Waiver | None = None  # of whoever accepts it for now: it is told, and neither counted nor published

    @property
    def status(self) -> Status:
        return self.reason.status


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """The body of an extension's PUT."""

    location: str
    publisher: str
    type: str
    type_handler_version: str
    auto_upgrade_minor_version: bool
    settings: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PutExtension:
    """Install the extension: `id` is the extension's, its parent the VM.

    `existing` is the one that failed and was taken away to be installed again.
    """

    id: ResourceId
    existing: Extension | None
    desired: ExtensionRequest


@dataclass(frozen=True, slots=True)
class RefreshExtension:
    """Patch the extension's `forceUpdateTag` alone: Azure brings it up to date, all settings stay."""

    id: ResourceId
    existing: Extension
    force_update_tag: str


@dataclass(frozen=True, slots=True)
class DeleteExtension:
    """Take the extension away; `to_reinstall` it, or for good."""

    id: ResourceId
    existing: Extension
    to_reinstall: bool = False


@dataclass(frozen=True, slots=True)
class PutSecurityRule:
    """Put one of our rules: `id` is the rule's, its parent the NSG."""

    id: ResourceId
    existing: SecurityRule | None
    desired: SecurityRule


@dataclass(frozen=True, slots=True)
class DeleteSecurityRule:
    """Take one of our rules away."""

    id: ResourceId
    existing: SecurityRule


@dataclass(frozen=True, slots=True)
class PatchApplication:
    """Write an application's redirect URIs, and its implicit grant where that changes: `id` is the application's."""

    id: ResourceId
    existing: RedirectSettings
    desired: RedirectSettings


Action = PutExtension | RefreshExtension | DeleteExtension | PutSecurityRule | DeleteSecurityRule | PatchApplication
NetworkAction = PutSecurityRule | DeleteSecurityRule


@dataclass(frozen=True, slots=True)
class Plan:
    """What is so (findings), what to write (actions), and whom else to look at (`checks`).

    `checks` are subjects whose own Check has to do something before, or can go on after, this one. `look_at` is
    when this plan can go on by itself. `undoes` is the id of the write that its actions put back.
    """

    subject: ResourceId
    findings: tuple[Finding, ...] = ()
    actions: tuple[Action, ...] = ()
    checks: tuple[ResourceId, ...] = ()
    look_at: datetime | None = None
    undoes: str | None = None

    @property
    def status(self) -> Status:
        return max((finding.status for finding in self.findings), default=Status.COMPLIANT)


class Outcome(StrEnum):
    """What became of an action. STOPPED: by a hold, a contest, the kill switch or too many failures."""

    STARTED = "started"
    WOULD_DO = "would do"
    OUT_OF_SCOPE = "out of scope"
    REFUSED = "refused"
    POSTPONED = "postponed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ActionResult:
    action: Action
    outcome: Outcome
    message: str


@dataclass(frozen=True, slots=True)
class Report:
    """The whole answer to one Check, with why something was, or was not, done.

    `goes_on` where the next look is no more of the same: it goes on with the rest, or is for the end of a waiver.
    """

    check: Check
    status: Status
    observed_at: datetime | None
    findings: tuple[Finding, ...] = ()
    actions: tuple[ActionResult, ...] = ()
    checks: tuple[ResourceId, ...] = ()
    look_again_after: timedelta | None = None
    goes_on: bool = False

    @property
    def progressed(self) -> bool:
        """Tell whether something was got done, so that the next look is the first of a new chain."""
        return self.goes_on or any(result.outcome is Outcome.STARTED for result in self.actions)
