"""The bodies and queries that HTTP takes, and an example of each."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, StringConstraints, model_validator

from handlers.waiver_fields import KnownReason, Until, WaivableReason, WaivedSubject
from shared.decide.addresses import parse_prefix
from shared.decide.packets import WITH_PORTS, parse_ports, parse_protocol
from shared.model.desired import Mode
from shared.model.estate import Direction
from shared.model.reason import Reason, Status
from shared.model.resource_id import (
    APPLICATION,
    ESTATE,
    HOME_TENANT,
    NETWORK_SECURITY_GROUP,
    SUBSCRIPTION,
    TENANT,
    VIRTUAL_MACHINE,
    WHOLE_ESTATE,
    ResourceId,
)

WRITTEN = (VIRTUAL_MACHINE, NETWORK_SECURITY_GROUP, APPLICATION)
"""The types of resource whose check may write something."""

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PLAN = re.compile(r"[0-9TZ]{1,20}-[0-9a-f]{12}")
_WRITE_ID = re.compile(r"[0-9A-Za-z.-]{1,100}")
_TAG = re.compile(r"\*|[A-Za-z][A-Za-z0-9]*(\.[A-Za-z0-9]+)*")
_VM = "/subscriptions/<id>/resourceGroups/<group>/providers/Microsoft.Compute/virtualMachines/<name>"

type StopToLift = Literal["kill_switch", "failures", "budget", "decommission"]


def parse_subject(text: str) -> ResourceId:
    """Read the id of a VM, an NSG or an app registration. Raises ValueError for any other."""
    subject = ResourceId(text.rstrip("/"))
    if not any(subject.is_a(resource_type) for resource_type in WRITTEN):
        raise ValueError(f"a {subject.type} can't be checked; name one of {' or '.join(WRITTEN)}")
    return subject


def parse_checked(text: str) -> ResourceId:
    """Read the id of what can be checked: besides what is written, subscriptions, all of them, all app registrations.

    Raises ValueError.
    """
    subject = ResourceId(text.rstrip("/"))
    if subject.is_a(TENANT) or subject.is_a(ESTATE):
        return HOME_TENANT if subject.is_a(TENANT) else WHOLE_ESTATE
    return subject if subject.is_a(SUBSCRIPTION) else parse_subject(text)


def _status(name: str) -> str:
    if name.upper() not in Status.__members__:
        raise ValueError(f"{name!r} is no status; name one of {', '.join(Status.__members__)}")
    return name.upper()


def _write_id(text: str) -> str:
    if not _WRITE_ID.fullmatch(text):
        raise ValueError(f"{text[:100]!r} is no id of a write: GET /api/writes lists a subject's")
    return text


def _subscription(text: str) -> str:
    """Read a subscription, by its GUID alone or as a resource id."""
    found = text.strip("/").removeprefix("subscriptions/")
    if not _GUID.fullmatch(found):
        raise ValueError(f"{text[:100]!r} is no subscription id: give a GUID")
    return found


def _plan(text: str) -> str:
    if not _PLAN.fullmatch(text):
        raise ValueError(f"{text[:100]!r} is no id of a plan: GET /api/plans lists a subscription's")
    return text


def _vm(text: str) -> str:
    subject = parse_subject(text)
    if not subject.is_a(VIRTUAL_MACHINE):
        raise ValueError(f"traffic is a VM's: name a {VIRTUAL_MACHINE}")
    return str(subject)


def _remote(text: str) -> str:
    if not _TAG.fullmatch(text):
        try:
            parse_prefix(text)
        except ValueError:
            raise ValueError(f"{text[:100]!r} is no address, prefix, service tag or *") from None
    return text


def _protocol(text: str) -> str:
    parse_protocol(text)
    return text


def _ports(port: int | str) -> str:
    if not parse_ports(str(port)):
        raise ValueError(f"{port} is no port from 1 to 65535")
    return str(port)


_Subject = Annotated[str, AfterValidator(lambda text: str(parse_subject(text)))]
_Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_Ports = Annotated[StrictInt | str, AfterValidator(_ports)]
_WriteId = Annotated[str, AfterValidator(_write_id)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CheckRequest(_Asked):
    """The body of POST /api/checks."""

    subject: Annotated[str, AfterValidator(lambda text: str(parse_checked(text)))]
    mode: Mode = Mode.AUDIT


class ExplainRequest(_Asked):
    """The body of POST /api/explain: a VM alone, or with traffic of it.

    `port` is the one that is connected to, in either direction; `local_port` the one that the VM connects from.
    """

    subject: Annotated[str, AfterValidator(_vm)]
    direction: Direction | None = None
    remote: Annotated[str, AfterValidator(_remote)] | None = None
    protocol: Annotated[str, AfterValidator(_protocol)] | None = None
    port: _Ports | None = None
    local_port: _Ports | None = None

    @model_validator(mode="after")
    def _is_one_flow(self) -> Self:
        if (self.direction is None) != (self.remote is None):
            raise ValueError("name both direction and remote, or neither")
        told = (self.protocol, self.port, self.local_port)
        if self.direction is None and any(one is not None for one in told):
            raise ValueError("name direction and remote as well")
        if self.local_port is not None and self.direction is Direction.INBOUND:
            raise ValueError("local_port is of outbound traffic; of inbound traffic, port is the VM's")
        names_ports = {self.port, self.local_port} - {None, "*"}
        if names_ports and not parse_protocol(self.protocol or "Tcp") & WITH_PORTS:
            raise ValueError(f"{self.protocol} has no ports")
        return self


class ReportsQuery(_Asked):
    """The query of GET /api/reports: one subject's report, or all subjects, or those of one status.

    `subject` is any text here: of a message that could not be read, it is all there is.
    """

    subject: Annotated[str, StringConstraints(min_length=1)] | None = None
    status: Annotated[str, AfterValidator(_status)] | None = None

    @model_validator(mode="after")
    def _is_one_question(self) -> Self:
        if self.subject is not None and self.status is not None:
            raise ValueError("name a subject or a status, not both")
        return self


class WritesQuery(_Asked):
    """The query of GET /api/writes."""

    subject: _Subject


class UndoRequest(_Asked):
    """The body of POST /api/undo."""

    subject: _Subject
    write: _WriteId
    reason: _Reason | None = None


class HoldRequest(_Asked):
    """The body of POST /api/hold."""

    subject: _Subject
    reason: _Reason


class LiftRequest(_Asked):
    """The body of POST /api/lift: what keeps one subject from being written, or swept, or one stop."""

    subject: Annotated[str, AfterValidator(lambda text: str(parse_checked(text)))] | None = None
    stop: StopToLift | None = None

    @model_validator(mode="after")
    def _is_one_wish(self) -> Self:
        if (self.subject is None) == (self.stop is None):
            raise ValueError("name either a subject or a stop")
        return self


class StopRequest(_Asked):
    """The body of POST /api/stop."""

    reason: _Reason


class StopsQuery(_Asked):
    """The query of GET /api/stop: nothing."""


class DecommissionRequest(_Asked):
    """The body of POST /api/decommission."""

    reason: _Reason
    mode: Mode = Mode.AUDIT


class PlansQuery(_Asked):
    """The query of GET /api/plans: all plans of a subscription, or one with all that is in it."""

    subscription: Annotated[str, AfterValidator(_subscription)]
    plan: Annotated[str, AfterValidator(_plan)] | None = None


class SweepsQuery(_Asked):
    """The query of GET /api/sweeps."""

    subscription: Annotated[str, AfterValidator(_subscription)]


class ReleaseRequest(_Asked):
    """The body of POST /api/release: a whole plan, or what it has for some subjects."""

    subscription: Annotated[str, AfterValidator(_subscription)]
    plan: Annotated[str, AfterValidator(_plan)]
    subjects: Annotated[tuple[_Subject, ...], Field(min_length=1)] | None = None


class WaiverRequest(_Asked):
    """The body of POST /api/waivers."""

    subject: WaivedSubject
    reason: WaivableReason
    until: Until
    by: _Name
    why: _Reason


class WithdrawalQuery(_Asked):
    """The query of DELETE /api/waivers."""

    subject: WaivedSubject
    reason: KnownReason


class WaiversQuery(_Asked):
    """The query of GET /api/waivers: all of them, or those that concern one subject."""

    subject: WaivedSubject | None = None


CHECK = {"subject": _VM, "mode": "audit"}
EXPLAIN = (
    {"subject": _VM},
    {"subject": _VM, "direction": "Outbound", "protocol": "Tcp", "remote": "WindowsAdminCenter", "port": 443},
)
REPORTS = ({"subject": _VM}, {"status": Status.UNKNOWN.name})
WRITES = {"subject": _VM}
UNDO = {"subject": _VM, "write": "<id of a write, from GET /api/writes>", "reason": "<why>"}
HOLD = {"subject": _VM, "reason": "<why>"}
LIFT = ({"subject": _VM}, {"stop": "kill_switch"})
STOP = {"reason": "<why>"}
DECOMMISSION = {"reason": "<why>", "mode": "audit"}
PLANS = ({"subscription": "<id>"}, {"subscription": "<id>", "plan": "<id of a plan>"})
SWEEPS = {"subscription": "<id>"}
RELEASE = (
    {"subscription": "<id>", "plan": "<id of a plan, from GET /api/plans>"},
    {"subscription": "<id>", "plan": "<id of a plan>", "subjects": (_VM,)},
)
WITHDRAWAL = {"subject": _VM, "reason": Reason.OUTBOUND_DENIED_DELIBERATELY.value}
WAIVER = WITHDRAWAL | {"until": "<a day within a year, such as 2027-03-31>", "by": "<who>", "why": "<why>"}
WAIVERS = {"subject": _VM}
