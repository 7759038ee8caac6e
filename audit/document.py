"""The audit as a document: what its JSON file holds, and what the terminal and the HTML file show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from audit.result import Audit, RegistrationsAudit, SubscriptionAudit
from handlers.documents import ProposalDocument, ShownFindingDocument, document_proposal, show_finding
from shared.model.plan import Plan
from shared.model.reason import Status
from shared.model.resource_id import HOME_TENANT, NETWORK_SECURITY_GROUP, VIRTUAL_MACHINE, ResourceId

KINDS = {VIRTUAL_MACHINE.casefold(): "VM", NETWORK_SECURITY_GROUP.casefold(): "NSG"}
APP_REGISTRATION = "app registration"
WORST_FIRST = tuple(status.name for status in sorted(Status, reverse=True))
STALE = (
    "VMs and networks were read from Azure Resource Graph, which may be minutes old: confirm what is proposed in"
    " Azure before you do it. Once deployed, WAC Guard itself looks again right before each write."
)
OMITTED = (
    "Azure leaves out without a word what your sign-in may not read: a subscription in which you see less than there"
    " is shows less here, too."
)
_NOT_SEEN = (
    "This sign-in sees no subscription of that id or name. `az account list --output table` shows those that it sees;"
    " for one of another tenant, run `az login --tenant <tenant id>`."
)
UNKNOWN_GATEWAYS = (
    "Without app registrations, VMs on which a WAC gateway was installed by hand can't be told from others, and the"
    " extension would break a gateway: name them in WAC_GATEWAYS, or leave those VMs out."
)


class SubjectDocument(BaseModel):
    """A VM, an NSG or an app registration: its status, why, and what WAC Guard would write."""

    subject: str
    kind: str
    name: str
    subscription: str | None
    resource_group: str | None
    status: str
    findings: list[ShownFindingDocument]
    proposals: list[ProposalDocument]


class UnreadDocument(BaseModel):
    """What could not be read, and why: whatever is in it is not told of."""

    subject: str
    name: str
    message: str


class SubscriptionDocument(BaseModel):
    """A subscription that was to be read; `observed_at` is when Azure first answered."""

    id: str
    name: str
    was_read: bool
    observed_at: datetime | None
    virtual_machines: int
    network_security_groups: int


class RegistrationsDocument(BaseModel):
    """The tenant's app registrations: how many were read, and how many of them are WAC gateways'."""

    was_asked: bool
    was_read: bool
    observed_at: datetime | None
    registrations: int
    gateways: int


class CountsDocument(BaseModel):
    """How many subjects there are of each status, of each kind with each status, and with each reason."""

    by_status: dict[str, int]
    by_kind: dict[str, dict[str, int]]
    by_reason: dict[str, int]


class AuditDocument(BaseModel):
    """The whole. A later `version` may change what is there; what is added is added to this one."""

    version: Literal[1] = 1
    began_at: datetime
    ended_at: datetime
    signed_in_as: str | None
    tenant: str | None
    settings: dict[str, str]
    status: str
    exit_code: int
    notes: list[str]
    counts: CountsDocument
    unread: list[UnreadDocument]
    subscriptions: list[SubscriptionDocument]
    app_registrations: RegistrationsDocument
    subjects: list[SubjectDocument]


def document_audit(audit: Audit) -> AuditDocument:
    """Write an audit down, the worst subjects first."""
    subjects = sorted(_subjects(audit), key=lambda one: (WORST_FIRST.index(one.status), one.kind, one.subject))
    unread = [*_unread(audit)]
    status = _status(subjects, unread)
    return AuditDocument(
        began_at=audit.began_at,
        ended_at=audit.ended_at,
        signed_in_as=audit.signed_in.name,
        tenant=audit.signed_in.tenant_id,
        settings=dict(audit.settings),
        status=status.name,
        exit_code={Status.UNKNOWN: 2, Status.NON_COMPLIANT: 1}.get(status, 0),
        notes=_notes(audit),
        counts=count(subjects),
        unread=unread,
        subscriptions=[_subscription(one) for one in audit.subscriptions],
        app_registrations=_registrations(audit.registrations),
        subjects=subjects,
    )


def count(subjects: Iterable[SubjectDocument]) -> CountsDocument:
    """Count subjects by status, by kind, and by reason: a reason once for each subject that has it."""
    kinds: dict[str, Counter[str]] = {}
    reasons = Counter[str]()
    for one in subjects:
        kinds.setdefault(one.kind, Counter())[one.status] += 1
        reasons.update({finding.reason for finding in one.findings})
    statuses = sum(kinds.values(), Counter[str]())
    return CountsDocument(
        by_status=_in_order(statuses),
        by_kind={kind: _in_order(kinds[kind]) for kind in sorted(kinds)},
        by_reason=dict(sorted(reasons.items(), key=lambda item: (-item[1], item[0]))),
    )


def _in_order(statuses: Counter[str]) -> dict[str, int]:
    return {status: statuses[status] for status in WORST_FIRST}


def _status(subjects: Iterable[SubjectDocument], unread: list[UnreadDocument]) -> Status:
    """Give the worst of all: whatever could not be read may be anything."""
    if unread:
        return Status.UNKNOWN
    return max((Status[one.status] for one in subjects), default=Status.COMPLIANT)


def _notes(audit: Audit) -> list[str]:
    registrations = audit.registrations
    blind = registrations is None or registrations.failure is not None
    has_machines = any(one.plans for one in audit.subscriptions)
    return [STALE, OMITTED, *([UNKNOWN_GATEWAYS] if blind and has_machines else [])]


def _subjects(audit: Audit) -> Iterator[SubjectDocument]:
    names = {one.id.subscription_id.casefold(): one.name or one.id.subscription_id for one in audit.subscriptions}
    for subscription in audit.subscriptions:
        yield from (_subject(plan, names, audit.documentation) for plan in subscription.plans)
    if audit.registrations is not None:
        called = audit.registrations.names
        for plan in audit.registrations.plans:
            yield _subject(plan, names, audit.documentation, called.get(plan.subject))


def _subject(
    plan: Plan, subscriptions: dict[str, str], documentation: str | None, name: str | None = None
) -> SubjectDocument:
    subject = plan.subject
    return SubjectDocument(
        subject=str(subject),
        kind=KINDS.get(subject.type.casefold(), APP_REGISTRATION),
        name=name or subject.name,
        subscription=subscriptions.get(subject.subscription_id.casefold(), subject.subscription_id) or None,
        resource_group=subject.resource_group or None,
        status=plan.status.name,
        findings=[show_finding(one, documentation) for one in plan.findings],
        proposals=[document_proposal(one) for one in plan.actions],
    )


def _unread(audit: Audit) -> Iterator[UnreadDocument]:
    """Name what could not be read, but for subjects: of these it is told as a finding."""
    for named in audit.unseen:
        yield UnreadDocument(subject=named, name=named, message=_NOT_SEEN)
    for one in audit.subscriptions:
        if one.failure is not None:
            yield UnreadDocument(subject=str(one.id), name=one.name, message=one.failure)
        told = {plan.subject for plan in one.plans}
        yield from (_part(subject, why) for subject, why in one.unreadable.items() if subject not in told)
    if audit.registrations is not None and audit.registrations.failure is not None:
        yield UnreadDocument(subject=str(HOME_TENANT), name="App registrations", message=audit.registrations.failure)


def _part(subject: ResourceId, why: str) -> UnreadDocument:
    return UnreadDocument(subject=str(subject), name=subject.name, message=why)


def _subscription(one: SubscriptionAudit) -> SubscriptionDocument:
    kinds = Counter(KINDS.get(plan.subject.type.casefold()) for plan in one.plans)
    return SubscriptionDocument(
        id=one.id.subscription_id,
        name=one.name,
        was_read=one.failure is None,
        observed_at=one.observed_at,
        virtual_machines=kinds["VM"],
        network_security_groups=kinds["NSG"],
    )


def _registrations(one: RegistrationsAudit | None) -> RegistrationsDocument:
    return RegistrationsDocument(
        was_asked=one is not None,
        was_read=one is not None and one.failure is None,
        observed_at=one.observed_at if one else None,
        registrations=one.read if one else 0,
        gateways=len(one.gateways) if one else 0,
    )
