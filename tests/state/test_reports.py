"""A report that is too large for a row loses what does not fit, and says how much that is."""

import os
from datetime import UTC, datetime
from typing import Any

from shared.azure.entities import read_document, size_of, versioned
from shared.azure.reports import report_document
from shared.azure.tables import Row

ROOM = 50_000


def finding(size: int = 2_000) -> dict[str, Any]:
    """Make a finding that compression makes no smaller than half."""
    return {"reason": "OUTBOUND_DENIED", "message": os.urandom(size).hex()}


def kept(report: dict[str, Any], room: int = ROOM) -> dict[str, Any]:
    properties = report_document("report", report, room)
    assert size_of(properties) <= room
    row = Row("partition", "row", versioned(properties), "etag", datetime(2030, 5, 6, tzinfo=UTC))
    document: dict[str, Any] = read_document(row, "report")
    return document


def test_what_fits_is_kept_as_it_is() -> None:
    report = {"status": "NON_COMPLIANT", "findings": [finding()], "actions": []}
    assert kept(report) == report


def test_of_many_findings_and_actions_the_first_are_kept_and_the_others_counted() -> None:
    findings, actions = [finding() for _ in range(100)], [finding() for _ in range(5)]
    report = kept({"subject": "web", "status": "NON_COMPLIANT", "findings": findings, "actions": actions})
    left = report["left_out"]
    assert (report["subject"], report["status"]) == ("web", "NON_COMPLIANT")
    assert report["findings"] == findings[: 100 - left["findings"]]
    assert report["actions"] == actions
    assert left["actions"] == 0
    assert 70 < left["findings"] < 90


def test_as_many_are_kept_as_there_is_room_for() -> None:
    findings = [finding() for _ in range(100)]
    report = {"findings": findings, "actions": []}
    fitting = len(kept(report)["findings"])
    one_more = {"findings": findings[: fitting + 1], "actions": [], "left_out": {"findings": 0, "actions": 0}}
    assert size_of(report_document("report", one_more, 10**9)) > ROOM


def test_the_head_is_kept_even_if_not_one_finding_fits() -> None:
    report = kept({"status": "UNKNOWN", "findings": [finding(ROOM)], "actions": [finding()]})
    assert report == {
        "status": "UNKNOWN",
        "findings": [],
        "actions": [],
        "left_out": {"findings": 1, "actions": 1},
    }
