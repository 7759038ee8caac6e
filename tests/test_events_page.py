"""docs/events.md shows every type of event, with all its fields, as the app writes them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.azure.cloud_events import DATA, write_event
from shared.azure.outbox import PUBLICATIONS
from shared.decide.publication import decide_news
from shared.model.check import Check
from shared.model.past import NOTHING, Past
from shared.model.plan import Finding, PutSecurityRule, Report
from shared.model.publication import EventType, Publication
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write
from tests.decide.test_memory import RULE

PAGE = (Path(__file__).parents[1] / "docs" / "events.md").read_text()
AT = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
SUBSCRIPTION = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-web/providers"
VM = ResourceId(f"{GROUP}/Microsoft.Compute/virtualMachines/web")
NSG = ResourceId(f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg")
PUT = PutSecurityRule(NSG.child("securityRules", RULE.name), None, RULE)
CORRELATION_ID = "6f1b1c0e-8a54-4c1f-9c0e-0a3c7a8d4f11"
WRITE = Write("20260105T080000.000000Z-000001-7c4e1a2b9d30", NSG, PUT, "event of the rule", CORRELATION_ID, AT)

MESSAGES = {
    Reason.OUTBOUND_DENIED: "Outbound TCP 443 to WindowsAdminCenter is denied by rule DenyAllOutbound (200) of nsg.",
    Reason.CONTESTED: "What WAC Guard wrote to nsg was taken away again and again, so it writes there no more.",
    Reason.SWEEP_BRAKED: "The sweep found 40 changes, more than the 12 of WAC_MAX_CHANGES, and asked for none.",
    Reason.BUDGET_SPENT: "The budget of WAC_WRITES_PER_HOUR=100 writes, over all causes, is spent.",
    Reason.STOPPED_BY_KILL_SWITCH: "The kill switch is on since 2026-01-05 07:30 UTC (change 4711).",
}


def report(subject: ResourceId, *reasons: Reason, cause: str = "event of the VM") -> Report:
    findings = tuple(Finding(subject, reason, MESSAGES[reason]) for reason in reasons)
    status = max((finding.status for finding in findings), default=Status.COMPLIANT)
    return Report(Check(subject, cause, CORRELATION_ID, AT), status, AT, findings)


def news(seen: Report, past: Past = NOTHING, *writes: Write) -> tuple[Publication, ...]:
    return decide_news(past, seen, writes, AT).publications


def examples() -> dict[EventType, dict[str, Any]]:
    standing = replace(NOTHING, told=decide_news(NOTHING, report(VM, Reason.OUTBOUND_DENIED), (), AT).after)
    later = AT + timedelta(minutes=20)
    refused = "ScopeLocked: The scope cannot perform write operation because following scope(s) are locked: rg-web."
    told = [
        (report(VM, Reason.OUTBOUND_DENIED), NOTHING, ()),
        (replace(report(VM), observed_at=later), standing, ()),
        (report(NSG, Reason.CONTESTED), NOTHING, ()),
        (report(ResourceId(SUBSCRIPTION), Reason.SWEEP_BRAKED, cause="sweep"), NOTHING, ()),
        (
            report(NSG),
            NOTHING,
            (replace(WRITE, fate=Fate.DONE, message="It was there.", concluded_at=later),),
        ),
        (report(NSG), NOTHING, (replace(WRITE, fate=Fate.REFUSED, message=refused, concluded_at=AT),)),
        (report(VM, Reason.BUDGET_SPENT), NOTHING, ()),
        (report(VM, Reason.STOPPED_BY_KILL_SWITCH), NOTHING, ()),
    ]
    events = [write_event(one, seen.check) for seen, past, writes in told for one in news(seen, past, *writes)]
    return {EventType(event["type"]): event for event in events}


@pytest.mark.parametrize("event_type", EventType)
def test_every_type_is_told_with_an_example_that_the_app_writes(event_type: EventType) -> None:
    section = PAGE.partition(f"\n### `{event_type}`\n")[2].partition("\n##")[0]
    assert f"```json\n{json.dumps(examples()[event_type], indent=2)}\n```\n" in section


@pytest.mark.parametrize("event_type", EventType)
def test_every_field_of_its_data_is_told(event_type: EventType) -> None:
    data = DATA[event_type]
    title = (data.__doc__ or "").rstrip(".")
    rows = [f"| `{name}` | {field.description} |" for name, field in data.model_fields.items()]
    assert "| field | |\n| --- | --- |\n" + "\n".join(rows) + "\n\n" in PAGE
    assert f"`{event_type}`" in PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_there_are_no_other_types_or_examples() -> None:
    assert PAGE.count("\n### ") == PAGE.count("```json\n") == len(EventType)


def test_what_is_needed_to_set_it_up_is_told() -> None:
    for word in ("WAC_EVENTS_TOPIC", "EventGrid Data Sender", "CloudEventSchemaV1_0", PUBLICATIONS):
        assert word in PAGE
