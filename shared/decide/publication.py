"""What subscribers are told of a look: what differs from what they were told before, and nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from shared.decide.looks import grown
from shared.model.past import Past, Told
from shared.model.plan import Finding, Report
from shared.model.publication import Concluded, EventType, Found, Halted, Publication, Resolved
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write

_TYPES: Mapping[Reason, EventType] = MappingProxyType(
    {Reason.CONTESTED: EventType.SUBJECT_CONTESTED, Reason.SWEEP_BRAKED: EventType.SWEEP_BRAKED}
)
_OF_THE_APP: Mapping[Reason, EventType] = MappingProxyType(
    {
        Reason.BUDGET_SPENT: EventType.BUDGET_SPENT,
        Reason.STOPPED_BY_FAILURES: EventType.WRITES_STOPPED,
        Reason.STOPPED_BY_KILL_SWITCH: EventType.WRITES_STOPPED,
    }
)
_ENDS: Mapping[Fate, EventType] = MappingProxyType(
    {Fate.DONE: EventType.FIXED, Fate.FAILED: EventType.FIX_FAILED, Fate.REFUSED: EventType.FIX_FAILED}
)
_TOLD = frozenset({Status.NON_COMPLIANT, Status.UNKNOWN})
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_FIRST_RETRY, _FIRST_RETRY_OF_REFUSED = timedelta(seconds=15), timedelta(minutes=5)
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class News:
    """What to tell. `before` is to be remembered before it is told, so that a second try tells it by the same ids,
    and `after` once it is.
    """

    publications: tuple[Publication, ...]
    before: Told
    after: Told


def is_told(finding: Finding) -> bool:
    """Tell whether a finding is for subscribers at all: one that somebody has to see to, and nobody has accepted."""
    return finding.status in _TOLD and finding.waiver is None


def decide_news(past: Past, report: Report, writes: Iterable[Write], began_at: datetime) -> News:
    """Compare a report with what subscribers were told; add the writes whose end they have yet to hear of.

    `past` is what is remembered from before the report; where nothing was observed, the look's begin dates it all.
    What could not be told in one look is not told before the next can't tell either; and as long as something can't
    be told, nothing else counts as resolved for want of being seen.
    """
    now = report.observed_at or began_at
    told = past.told
    at = now if told.at is None or now > told.at else told.at + _A_MOMENT
    shown = _shown(past, report)
    times = {reason: told.finding.get(reason, at) for reason in shown if reason not in told.found}
    over = dict(_over(told, report, shown))
    changes: list[Publication] = [_found(past, report, times[reason], shown[reason]) for reason in times]
    changes += [_resolved(report, at, reason, found_at) for reason, found_at in over.items()]
    before, after = _remembered(told, times, over, at) if changes else (told, told)
    publications: list[Publication] = [*changes, *_concluded(writes, at), *_halted(report, now)]
    return News(tuple(publications), before, after)


def decide_redelivery(attempt: int, retry_after: timedelta | None) -> timedelta:
    """Tell how long to wait after the topic could not be reached: what it asked for, else ever longer, for ever."""
    if retry_after is not None and retry_after > timedelta(0):
        return min(retry_after, _HOUR)
    return grown(_FIRST_RETRY, _HOUR, attempt)


def decide_redelivery_of_refused(attempt: int) -> timedelta:
    """Tell how long to wait after the topic refused the app, or was not there: ever longer, for ever."""
    return grown(_FIRST_RETRY_OF_REFUSED, _DAY, attempt)


def _shown(past: Past, report: Report) -> dict[Reason, list[Finding]]:
    """Give the findings to be told of, by reason: of what can't be told, only where it is no passing doubt.

    A check that failed was tried several times.
    """
    told, was_doubtful = past.told, past.status is Status.UNKNOWN
    shown: dict[Reason, list[Finding]] = {}
    for finding in report.findings:
        reason = finding.reason
        stands = was_doubtful or reason in told.found or reason in told.finding or reason is Reason.CHECK_FAILED
        if is_told(finding) and reason not in _OF_THE_APP and (finding.status is not Status.UNKNOWN or stands):
            shown.setdefault(reason, []).append(finding)
    return shown


def _over(told: Told, report: Report, shown: Mapping[Reason, object]) -> Iterator[tuple[Reason, datetime]]:
    """Give the reasons that are found no more, each with the time of the event that told of it."""
    is_doubtful = report.status is Status.UNKNOWN
    for reason, found_at in {**told.found, **told.finding}.items():
        if reason not in shown and (not is_doubtful or reason.status is Status.UNKNOWN):
            yield reason, found_at
    yield from ((reason, found_at) for reason, found_at in told.resolving.items() if reason not in shown)


def _remembered(
    told: Told, times: Mapping[Reason, datetime], over: Mapping[Reason, datetime], at: datetime
) -> tuple[Told, Told]:
    standing = {reason: found_at for reason, found_at in told.found.items() if reason not in over}
    doubted = {one: found_at for one, found_at in told.finding.items() if one not in over and one not in times}
    before = Told(standing, {**doubted, **times}, over, at)
    return before, replace(before, found={**standing, **times}, finding=doubted, resolving={})


def _found(past: Past, report: Report, at: datetime, findings: Sequence[Finding]) -> Found:
    subject, reason = report.check.subject, findings[0].reason
    return Found(
        type=_TYPES.get(reason, EventType.FINDING_FOUND),
        id=_id("found", subject, reason, at),
        at=at,
        subject=subject,
        reason=reason,
        since=past.since.get(reason, at),
        messages=tuple(dict.fromkeys(finding.message for finding in findings)),
        subject_status=report.status,
    )


def _resolved(report: Report, at: datetime, reason: Reason, found_at: datetime) -> Resolved:
    subject = report.check.subject
    return Resolved(
        id=_id("resolved", subject, reason, found_at),
        at=at,
        subject=subject,
        reason=reason,
        found=_id("found", subject, reason, found_at),
        found_at=found_at,
        subject_status=report.status,
    )


def _concluded(writes: Iterable[Write], at: datetime) -> Iterator[Concluded]:
    for write in writes:
        if write.fate in _ENDS:
            yield Concluded(_ENDS[write.fate], _id("write", write.id), write.concluded_at or at, write)


def _halted(report: Report, at: datetime) -> Iterator[Halted]:
    """Tell what keeps the whole app back, by an id that is the same whichever subject it is seen of.

    A stop stands until somebody lifts it, and its message is its own. The budget moves on with each write: of that
    each hour of the clock is told once.
    """
    for finding in report.findings:
        if is_told(finding) and finding.reason in _OF_THE_APP:
            is_budget = finding.reason is Reason.BUDGET_SPENT
            occurrence = f"{at.astimezone(UTC):%Y-%m-%dT%H}" if is_budget else finding.message
            yield Halted(
                type=_OF_THE_APP[finding.reason],
                id=_id("halted", finding.reason, occurrence),
                at=at,
                reason=finding.reason,
                message=finding.message,
                subject=report.check.subject,
            )


def _id(*parts: str | ResourceId | datetime) -> str:
    """Give the id of an event: the same for the same parts, whatever else it says."""
    whole = "\n".join(_text(part) for part in parts)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _text(part: str | ResourceId | datetime) -> str:
    if isinstance(part, datetime):
        return part.astimezone(UTC).isoformat()
    return str(part).casefold() if isinstance(part, ResourceId) else str(part)
