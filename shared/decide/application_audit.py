"""The audit of all app registrations: from where it goes on, and which of them need a look of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from shared.decide.application import decide_application
from shared.decide.gateways import summarise_gateway
from shared.decide.presence import decide_presence
from shared.model.application import Application, Changes
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.past import Audit, Past
from shared.model.plan import Finding, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

# Raised by whoever changes what is found: all registrations are then looked at once more.
_RULES = 1


def decide_basis(desired: DesiredState) -> str:
    """Give a fingerprint of all that findings of app registrations hang on, besides these themselves."""
    urls = sorted(map(str, desired.gateway_urls))
    told = [_RULES, urls, desired.redirects_mode.value, desired.redirects_cleanup]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def decide_start(audit: Audit | None, desired: DesiredState) -> Audit | None:
    """Give where the audit goes on; None where it has to begin with all registrations."""
    return audit if audit is not None and audit.basis == decide_basis(desired) else None


def find_candidates(
    estate: Estate, changes: Changes, audit: Audit | None, known: Collection[ResourceId], desired: DesiredState
) -> tuple[ResourceId, ...]:
    """Name those on a page of whom there is something to tell, or was before.

    A round of all registrations begins with all that are `known`, since it says nothing of those that are gone: they
    were looked at before. What is decided here is so by a list, in which certificates are not told of: their own
    checks read them live.
    """
    if changes.is_anew or (audit is not None and audit.is_listing):
        before, seen_already = (tuple(sorted(known)) if changes.is_anew else ()), known
    else:
        before, seen_already = tuple(one for one in changes.gone if one in known), ()
    found = (
        one.id
        for one in changes.applications
        if one.id not in seen_already and (one.id in known or _has_something(estate, one, desired))
    )
    return (*before, *found)


def advance(audit: Audit | None, changes: Changes, told: int, desired: DesiredState, now: datetime) -> Audit:
    """Add a page to an audit; the first page after a complete round, or of all registrations, begins a new one."""
    if audit is None or audit.is_complete or changes.is_anew:
        basis = decide_basis(desired)
        audit = Audit(changes.link, changes.is_last, basis, changes.is_anew, now, later=changes.later)
    return replace(
        audit,
        link=audit.later if audit.is_anew and changes.is_last else changes.link,
        is_complete=changes.is_last,
        read=audit.read + len(changes.applications),
        told=audit.told + told,
    )


def decide_tenant(estate: Estate, subject: ResourceId, audit: Audit | None) -> Plan:
    """Say how far the audit has come, or why it can't go on."""
    findings = decide_presence(estate, subject, was_read=audit is not None)
    if findings or audit is None or audit.is_complete:
        return Plan(subject, findings)
    message = (
        f"{audit.read} app registrations were read so far, since {audit.began_at:%Y-%m-%d %H:%M} UTC: of {audit.told}"
        " there is something to tell, in reports of their own."
    )
    evidence = {"read": audit.read, "told": audit.told}
    return Plan(subject, (Finding(subject, Reason.AUDIT_UNDER_WAY, message, evidence),))


def find_others_to_tell(estate: Estate, subject: ResourceId, past: Past) -> tuple[ResourceId, ...]:
    """Name other registrations for the same hosts that have yet to be told what is known of this one."""
    if past.gateway == past.announced:
        return ()
    hosts = {host for one in (past.gateway, past.announced) if one is not None for host in one.hosts}
    return tuple(one.id for one in estate.gateways if one.id != subject and hosts.intersection(one.hosts))


def _has_something(estate: Estate, application: Application, desired: DesiredState) -> bool:
    if application.unread:
        return True
    here = replace(estate, applications={application.id: application})
    is_gateway = summarise_gateway(application, desired) is not None
    return is_gateway or bool(decide_application(here, application.id, desired).findings)
