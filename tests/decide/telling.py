"""Reports, and what subscribers are told of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from shared.decide.memory import remember_report
from shared.decide.outcome import decide_status
from shared.decide.publication import (
    News,
    decide_news,
)
from shared.model.check import Check
from shared.model.past import Past
from shared.model.plan import Finding, Report
from shared.model.publication import EventType, Publication
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import OBSERVED_AT, VM

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


OF_THE_APP = (Reason.BUDGET_SPENT, Reason.STOPPED_BY_FAILURES, Reason.STOPPED_BY_KILL_SWITCH)


def report(*reasons: Reason, subject: ResourceId = VM, at: datetime | None = OBSERVED_AT) -> Report:
    findings = tuple(Finding(subject, reason, f"It is {reason}.") for reason in reasons)
    return Report(Check(subject, "test", "1", OBSERVED_AT), decide_status(findings, ()), at, findings)


def look(past: Past, seen: Report, began_at: datetime = OBSERVED_AT) -> tuple[News, Past]:
    """Look once, from what is remembered to what is remembered then."""
    news = decide_news(past, seen, (), began_at)
    return news, remember_report(replace(past, told=news.after), seen, None)


def types(publications: Iterable[Publication]) -> list[tuple[EventType, Reason | None]]:
    return [(one.type, getattr(one, "reason", None)) for one in publications]
