"""What was decided (findings, actions, checks to ask for) and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.model.application import RedirectSettings
from shared.model.check import Check
from shared.model.estate import Extension, SecurityRule
from shared.model.resource_id import ResourceId

if TYPE_CHECKING:
    from shared.model.waiver import Waiver


class Status(IntEnum):
    """A subject has the worst (the highest) of its findings' status, waived ones aside; none means COMPLIANT."""

    COMPLIANT = 0
    NOT_APPLICABLE = 1
    PENDING = 2
    NON_COMPLIANT = 3
    UNKNOWN = 4


class Reason(StrEnum):
    """Why a subject is not simply compliant: a closed list."""

    GONE = "GONE"
    NOT_WINDOWS_SERVER = "NOT_WINDOWS_SERVER"
    WINDOWS_TOO_OLD = "WINDOWS_TOO_OLD"
    TOO_LITTLE_MEMORY = "TOO_LITTLE_MEMORY"
    MANAGED_BY_SERVICE = "MANAGED_BY_SERVICE"
    EXCLUDED = "EXCLUDED"
    EXTENSIONS_DISALLOWED = "EXTENSIONS_DISALLOWED"
    NO_ELIGIBLE_VM = "NO_ELIGIBLE_VM"
    IS_GATEWAY = "IS_GATEWAY"
    GATEWAY_HOST = "GATEWAY_HOST"
    HELD = "HELD"
    DECOMMISSIONED = "DECOMMISSIONED"

    VM_NOT_PROVISIONED = "VM_NOT_PROVISIONED"
    VM_STOPPED = "VM_STOPPED"
    AGENT_NOT_READY = "AGENT_NOT_READY"
    EXTENSION_INSTALLING = "EXTENSION_INSTALLING"
    EXTENSION_DELETING = "EXTENSION_DELETING"

    EXTENSION_MISSING = "EXTENSION_MISSING"
    EXTENSION_FAILED = "EXTENSION_FAILED"
    EXTENSION_STUCK = "EXTENSION_STUCK"
    EXTENSION_OUTDATED = "EXTENSION_OUTDATED"
    OUTBOUND_DENIED = "OUTBOUND_DENIED"
    OUTBOUND_DENIED_DELIBERATELY = "OUTBOUND_DENIED_DELIBERATELY"
    OUTBOUND_ROUTE_DROPPED = "OUTBOUND_ROUTE_DROPPED"
    OUTBOUND_THROUGH_APPLIANCE = "OUTBOUND_THROUGH_APPLIANCE"
    NO_OUTBOUND_PATH = "NO_OUTBOUND_PATH"
    INBOUND_DENIED = "INBOUND_DENIED"
    INBOUND_EXPOSED = "INBOUND_EXPOSED"
    RULE_MISSING = "RULE_MISSING"
    RULE_NEEDLESS = "RULE_NEEDLESS"
    NO_FREE_PRIORITY = "NO_FREE_PRIORITY"
    TOO_MANY_ADDRESSES = "TOO_MANY_ADDRESSES"

    GATEWAY_ON_WEB_PLATFORM = "GATEWAY_ON_WEB_PLATFORM"
    GATEWAY_ON_PUBLIC_CLIENT = "GATEWAY_ON_PUBLIC_CLIENT"
    GATEWAY_REDIRECT_MISSING = "GATEWAY_REDIRECT_MISSING"
    GATEWAY_REDIRECT_PLAIN_HTTP = "GATEWAY_REDIRECT_PLAIN_HTTP"
    GATEWAY_REDIRECT_LOCALHOST = "GATEWAY_REDIRECT_LOCALHOST"
    GATEWAY_REDIRECT_WILDCARD = "GATEWAY_REDIRECT_WILDCARD"
    GATEWAY_REDIRECT_NO_HOST_NAME = "GATEWAY_REDIRECT_NO_HOST_NAME"
    GATEWAY_REDIRECT_LEFTOVER = "GATEWAY_REDIRECT_LEFTOVER"
    GATEWAY_REDIRECT_UNRELATED = "GATEWAY_REDIRECT_UNRELATED"
    GATEWAY_REDIRECTS_NEAR_LIMIT = "GATEWAY_REDIRECTS_NEAR_LIMIT"
    GATEWAY_LOCALHOST_PORTS = "GATEWAY_LOCALHOST_PORTS"
    GATEWAY_IMPLICIT_GRANT = "GATEWAY_IMPLICIT_GRANT"
    GATEWAY_HOST_UNKNOWN = "GATEWAY_HOST_UNKNOWN"
    GATEWAY_REGISTERED_TWICE = "GATEWAY_REGISTERED_TWICE"
    GATEWAY_PERMISSION_NOT_REQUESTED = "GATEWAY_PERMISSION_NOT_REQUESTED"
    GATEWAY_MIGRATION_NOT_POSSIBLE = "GATEWAY_MIGRATION_NOT_POSSIBLE"
    GATEWAY_NOT_CERTAIN = "GATEWAY_NOT_CERTAIN"
    GATEWAY_SETTLING = "GATEWAY_SETTLING"
    AUDIT_UNDER_WAY = "AUDIT_UNDER_WAY"
    LIKELY_SINGLE_PAGE_ON_WEB = "LIKELY_SINGLE_PAGE_ON_WEB"
    PLAIN_HTTP_REDIRECT = "PLAIN_HTTP_REDIRECT"
    WILDCARD_REDIRECT = "WILDCARD_REDIRECT"

    SUBSCRIPTION_SWEPT = "SUBSCRIPTION_SWEPT"
    SWEEP_BRAKED = "SWEEP_BRAKED"
    MACHINES_MISSING = "MACHINES_MISSING"
    SUBSCRIPTION_APPEARED = "SUBSCRIPTION_APPEARED"
    SUBSCRIPTION_MISSING = "SUBSCRIPTION_MISSING"

    LOCKED = "LOCKED"
    POLICY_REFUSED = "POLICY_REFUSED"
    ASSIGNMENT_DENIED = "ASSIGNMENT_DENIED"
    PERMISSION_MISSING = "PERMISSION_MISSING"
    WRITE_REFUSED = "WRITE_REFUSED"
    CONTESTED = "CONTESTED"
    UNDO_NOT_POSSIBLE = "UNDO_NOT_POSSIBLE"
    WRITTEN_TOO_OFTEN = "WRITTEN_TOO_OFTEN"
    BUDGET_SPENT = "BUDGET_SPENT"
    STOPPED_BY_FAILURES = "STOPPED_BY_FAILURES"
    STOPPED_BY_KILL_SWITCH = "STOPPED_BY_KILL_SWITCH"

    OS_UNKNOWN = "OS_UNKNOWN"
    MEMORY_UNKNOWN = "MEMORY_UNKNOWN"
    TRAFFIC_UNKNOWN = "TRAFFIC_UNKNOWN"
    READ_FAILED = "READ_FAILED"
    CHECK_FAILED = "CHECK_FAILED"

    @property
    def status(self) -> Status:
        return _STATUS.get(self, Status.NON_COMPLIANT)


_STATUS: Mapping[Reason, Status] = MappingProxyType(
    {
        # Good to know, and nothing that anybody has to mend: so every hub with a firewall is made.
        Reason.OUTBOUND_THROUGH_APPLIANCE: Status.COMPLIANT,
        # A permission asked for is not one consented to, and consent is all that counts when somebody signs in.
        Reason.GATEWAY_PERMISSION_NOT_REQUESTED: Status.COMPLIANT,
        Reason.GATEWAY_REDIRECT_UNRELATED: Status.COMPLIANT,
        Reason.GATEWAY_REDIRECTS_NEAR_LIMIT: Status.COMPLIANT,
        # Of the sweep itself: what it found has reports of its own.
        Reason.SUBSCRIPTION_SWEPT: Status.COMPLIANT,
        Reason.SUBSCRIPTION_APPEARED: Status.COMPLIANT,
        Reason.GONE: Status.NOT_APPLICABLE,
        Reason.NOT_WINDOWS_SERVER: Status.NOT_APPLICABLE,
        Reason.WINDOWS_TOO_OLD: Status.NOT_APPLICABLE,
        Reason.TOO_LITTLE_MEMORY: Status.NOT_APPLICABLE,
        Reason.MANAGED_BY_SERVICE: Status.NOT_APPLICABLE,
        Reason.EXCLUDED: Status.NOT_APPLICABLE,
        Reason.EXTENSIONS_DISALLOWED: Status.NOT_APPLICABLE,
        Reason.NO_ELIGIBLE_VM: Status.NOT_APPLICABLE,
        Reason.IS_GATEWAY: Status.NOT_APPLICABLE,
        Reason.GATEWAY_HOST: Status.NOT_APPLICABLE,
        # Other people's applications, which nobody asked this app to judge: told, and never counted against them.
        Reason.GATEWAY_NOT_CERTAIN: Status.NOT_APPLICABLE,
        Reason.LIKELY_SINGLE_PAGE_ON_WEB: Status.NOT_APPLICABLE,
        Reason.PLAIN_HTTP_REDIRECT: Status.NOT_APPLICABLE,
        Reason.WILDCARD_REDIRECT: Status.NOT_APPLICABLE,
        Reason.HELD: Status.NOT_APPLICABLE,
        Reason.DECOMMISSIONED: Status.NOT_APPLICABLE,
        Reason.VM_NOT_PROVISIONED: Status.PENDING,
        Reason.VM_STOPPED: Status.PENDING,
        Reason.AGENT_NOT_READY: Status.PENDING,
        Reason.EXTENSION_INSTALLING: Status.PENDING,
        Reason.EXTENSION_DELETING: Status.PENDING,
        Reason.GATEWAY_SETTLING: Status.PENDING,
        Reason.AUDIT_UNDER_WAY: Status.PENDING,
        Reason.MACHINES_MISSING: Status.UNKNOWN,
        Reason.SUBSCRIPTION_MISSING: Status.UNKNOWN,
        Reason.OS_UNKNOWN: Status.UNKNOWN,
        Reason.MEMORY_UNKNOWN: Status.UNKNOWN,
        Reason.TRAFFIC_UNKNOWN: Status.UNKNOWN,
        Reason.READ_FAILED: Status.UNKNOWN,
        Reason.CHECK_FAILED: Status.UNKNOWN,
    }
)


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
