"""A subscriber to the app's events, who knows nothing of the app but what they say."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

FOUND = frozenset({"WacGuard.FindingFound", "WacGuard.SubjectContested", "WacGuard.SweepBraked"})
RESOLVED = "WacGuard.FindingResolved"


def picture(events: Iterable[dict[str, Any]]) -> dict[str, set[str]]:
    """Give the reasons that stand by subject (in lower case), from events in any order, each heard at least once."""
    latest: dict[tuple[str, str], tuple[datetime, bool]] = {}
    for event in events:
        if event["type"] in FOUND or event["type"] == RESOLVED:
            about = event["subject"].lower(), event["data"]["reason"]
            said = datetime.fromisoformat(event["time"]), event["type"] != RESOLVED
            latest[about] = max(said, latest.get(about, said))
    standing: dict[str, set[str]] = {}
    for (subject, reason), (_, stands) in latest.items():
        standing.setdefault(subject, set()).update({reason} if stands else ())
    return standing


def to_be_seen_to(report: Mapping[str, Any]) -> set[str]:
    """Give the reasons of a report that subscribers are told of."""
    return {one["reason"] for one in report["findings"] if one["status"] in ("NON_COMPLIANT", "UNKNOWN")}
