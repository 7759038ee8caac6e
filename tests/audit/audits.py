"""Audits to write down, made of plans as the decisions give them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from audit.document import AuditDocument, document_audit
from audit.result import Audit, RegistrationsAudit, SubscriptionAudit
from shared.azure.sign_in import SignedIn
from shared.model.plan import Action, Finding, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import NSG, SUBSCRIPTION, VM

BEGAN_AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SUBSCRIPTION_ID = ResourceId(f"/subscriptions/{SUBSCRIPTION}")
APPLICATION = ResourceId("/providers/Microsoft.Graph/applications/0f9c1f6b-7c8e-4e0b-9e0a-6d7d0a1b2c3d")


def plan(
    subject: ResourceId,
    *reasons: Reason,
    message: str = "Mend it.",
    actions: tuple[Action, ...] = (),
    **evidence: Any,
) -> Plan:
    """Make a plan with a finding of each reason."""
    return Plan(subject, tuple(Finding(subject, one, message, evidence) for one in reasons), actions)


def subscription(*plans: Plan, name: str = "Production", **more: Any) -> SubscriptionAudit:
    """Make a subscription that was read."""
    return SubscriptionAudit(SUBSCRIPTION_ID, name, BEGAN_AT, plans, **more)


def registrations(*plans: Plan, name: str = "WAC", read: int = 7, **more: Any) -> RegistrationsAudit:
    """Make a tenant's app registrations, those with plans of one name."""
    return RegistrationsAudit(BEGAN_AT, read, plans, {one.subject: name for one in plans}, **more)


def documented(
    *subscriptions: SubscriptionAudit,
    tenant: RegistrationsAudit | None = None,
    unseen: tuple[str, ...] = (),
    settings: dict[str, str] | None = None,
    name: str | None = "ada@contoso.com",
    documentation: str | None = None,
) -> AuditDocument:
    """Write an audit of these down, which took 90 seconds."""
    signed_in = SignedIn(name, "72f988bf-0000-4000-8000-2d7cd011db47")
    ended_at = BEGAN_AT + timedelta(seconds=90)
    return document_audit(
        Audit(BEGAN_AT, ended_at, signed_in, settings or {}, subscriptions, tenant, unseen, documentation)
    )


def vm(name: str) -> ResourceId:
    """Name a VM next to the others."""
    return ResourceId(str(VM).replace("vm-1", name))


__all__ = [
    "APPLICATION",
    "BEGAN_AT",
    "NSG",
    "SUBSCRIPTION",
    "VM",
    "documented",
    "plan",
    "registrations",
    "subscription",
]
