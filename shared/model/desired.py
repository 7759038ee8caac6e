"""What the operator asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from shared.model.application import GatewayUrl


class Mode(StrEnum):
    AUDIT = "audit"
    ENFORCE = "enforce"


class RedirectsMode(StrEnum):
    """MIGRATE: move the redirect URIs of what is certainly a gateway to the single-page application platform."""

    AUDIT = "audit"
    MIGRATE = "migrate"


class Rules(StrEnum):
    """NEEDED: a rule only where something denies the flow. ALWAYS: our named rules in any case."""

    NEEDED = "needed"
    ALWAYS = "always"


class Outrank(StrEnum):
    """Which denies our rules may go ahead of."""

    NONE = "none"
    GENERAL = "general"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Scope:
    """A subscription, or one resource group of it, in which enforcing modes may write."""

    subscription_id: str
    resource_group: str | None = None

    def covers(self, subscription_id: str, resource_group: str) -> bool:
        """Tell whether a resource of that subscription and group lies in this scope."""
        return self.subscription_id.casefold() == subscription_id.casefold() and (
            self.resource_group is None or self.resource_group.casefold() == resource_group.casefold()
        )


@dataclass(frozen=True, slots=True)
class MostChanges:
    """How many changes a sweep of a subscription may ask for: a number, or a part of its VMs and so many at least."""

    least: int = 10
    percent: int = 10

    def of(self, machines: int) -> int:
        """Give the number for a subscription of so many VMs."""
        return max(self.least, machines * self.percent // 100)


@dataclass(frozen=True, slots=True)
class DesiredState:
    extension_mode: Mode = Mode.AUDIT
    network_mode: Mode = Mode.AUDIT
    redirects_mode: RedirectsMode = RedirectsMode.AUDIT
    enforce_scopes: tuple[Scope, ...] = ()
    exclude_tag: tuple[str, str] = ("wac-guard", "exclude")
    exclude_resource_groups: frozenset[str] = frozenset()
    port: int = 6516
    inbound_sources: tuple[str, ...] = ()
    rules: Rules = Rules.NEEDED
    outrank: Outrank = Outrank.GENERAL
    minimum_extension_version: str | None = None
    gateways: frozenset[str] = frozenset()
    """The host names, in lower case and without their domain, on which a WAC gateway is installed by hand."""
    gateway_urls: tuple[GatewayUrl, ...] = ()
    """The same gateways as people open them: whose app registration names one is certainly a gateway's."""
    redirects_cleanup: bool = False
    """Whether old redirect URIs and the implicit grant go after the move: every gateway is 2410 or newer."""
    writes_per_hour: int = 100
    most_changes: MostChanges = MostChanges()
    audit_only: bool = False
    """Whether the check at hand may write nothing, whatever the modes say."""

    def audited(self) -> DesiredState:
        """Give the same wishes for a check that may write nothing."""
        return replace(self, audit_only=True)
