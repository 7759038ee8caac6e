"""The tenant's app registrations: read by the page, then each there is something to tell of, and decided upon."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace

from audit.progress import Step, Watch
from audit.result import RegistrationsAudit
from shared.azure.clients import AzureClients
from shared.azure.directory import Directory
from shared.azure.failures import PassingFailure
from shared.decide.application import decide_application
from shared.decide.application_audit import advance, find_candidates
from shared.decide.application_state import is_whole
from shared.decide.gateways import summarise_gateway
from shared.model.application import Gateway
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.past import Audit
from shared.model.plan import Finding, Plan
from shared.model.reason import Reason
from shared.model.resource_id import HOME_TENANT, ResourceId

logger = logging.getLogger(__name__)

# A list whose next page is asked for too late begins anew; one that always does is given up.
_MOST_BEGINNINGS = 3
_NOT_ALLOWED = (
    "Your sign-in is not allowed to see app registrations ({}). It takes the permission Application.Read.All of"
    " Microsoft Graph, or a member of the tenant; --no-app-registrations leaves them out."
)


@dataclass(frozen=True, slots=True)
class _Found:
    """Those of whom there is something to tell, of so many that were read; `failure` is why there may be more."""

    subjects: tuple[ResourceId, ...]
    read: int
    failure: str | None = None


async def audit_registrations(clients: AzureClients, desired: DesiredState, watch: Watch) -> RegistrationsAudit:
    """Read and decide on app registrations. What fails is in the result, and raises nothing."""
    try:
        return await _audit(Directory(clients), desired, watch)
    except Exception as bug:
        # Whatever it is, the subscriptions are to be told of.
        logger.exception("Audit failed", extra={"subject": str(HOME_TENANT)})
        return RegistrationsAudit(failure=f"WAC Guard itself failed here ({bug!r}): please report it.")


async def _audit(directory: Directory, desired: DesiredState, watch: Watch) -> RegistrationsAudit:
    with watch.working("Reading app registrations") as step:
        found = await _find(directory, desired, step)
    with watch.working("Reading WAC gateways' app registrations", total=len(found.subjects)) as step:
        failures = await _read_each(directory, found.subjects, step)
        seen = _seen(directory)
        if seen is None:
            return RegistrationsAudit(failure=found.failure)
        gateways = _gateways(seen, desired)
        plans = await asyncio.gather(
            *(_decide(directory, one, gateways, desired, failures.get(one)) for one in found.subjects)
        )
    names = {one.id: one.display_name for one in directory.estate().applications.values()}
    return RegistrationsAudit(seen.observed_at, found.read, tuple(plans), names, gateways, found.failure)


async def _find(directory: Directory, desired: DesiredState, step: Step) -> _Found:
    """Read all registrations by the page, as the app's own audit does that has yet to begin."""
    audit: Audit | None = None
    found: dict[ResourceId, None] = {}
    beginnings = 0
    while audit is None or not audit.is_complete:
        try:
            changes = await directory.read_changes(HOME_TENANT, audit)
        except PassingFailure as failure:
            return _broken_off(found, audit, f"Microsoft Graph: {failure}")
        if changes is None:
            return _broken_off(found, audit, _why_not(directory))
        beginnings += changes.is_anew
        if beginnings > _MOST_BEGINNINGS:
            return _broken_off(found, audit, "Microsoft Graph: the list expires while it is read")
        estate = directory.estate()
        candidates = find_candidates(estate, changes, audit, (), desired)
        found |= dict.fromkeys(candidates)
        audit = advance(audit, changes, len(candidates), desired, estate.observed_at)
        step.advance(len(changes.applications))
    return _Found(tuple(found), audit.read)


def _broken_off(found: Iterable[ResourceId], audit: Audit | None, why: str) -> _Found:
    return _Found(tuple(found), 0 if audit is None else audit.read, why)


def _why_not(directory: Directory) -> str:
    seen = _seen(directory)
    said = None if seen is None else seen.unreadable.get(HOME_TENANT)
    return _NOT_ALLOWED.format(said or "Microsoft Graph says no more")


def _seen(directory: Directory) -> Estate | None:
    """Give what was seen; None if Graph has answered nothing yet."""
    try:
        return directory.estate()
    except ValueError:
        return None


async def _read_each(directory: Directory, subjects: Iterable[ResourceId], step: Step) -> dict[ResourceId, str]:
    """Read registrations; give those that could not be, with why."""
    failures = {}

    async def read(subject: ResourceId) -> None:
        try:
            await directory.read_application(subject)
        except PassingFailure as failure:
            failures[subject] = str(failure)
        step.advance()

    await asyncio.gather(*(read(one) for one in subjects))
    return failures


def _gateways(estate: Estate, desired: DesiredState) -> tuple[Gateway, ...]:
    found = (summarise_gateway(one, desired) for one in estate.applications.values() if is_whole(one))
    return tuple(one for one in found if one is not None)


async def _decide(
    directory: Directory,
    subject: ResourceId,
    gateways: tuple[Gateway, ...],
    desired: DesiredState,
    failure: str | None,
) -> Plan:
    """Decide on one; its owners are only asked for where there is something to tell them."""
    if failure is not None:
        return Plan(subject, (_not_read(subject, failure),))
    plan = decide_application(replace(directory.estate(), gateways=gateways), subject, desired)
    if not plan.findings or subject not in directory.estate().applications:
        return plan
    try:
        await directory.read_details(subject)
    except PassingFailure as failed:
        return Plan(subject, (*plan.findings, _not_read(subject, str(failed))))
    return decide_application(replace(directory.estate(), gateways=gateways), subject, desired)


def _not_read(subject: ResourceId, why: str) -> Finding:
    return Finding(subject, Reason.READ_FAILED, f"Microsoft Graph could not be read: {why}")
