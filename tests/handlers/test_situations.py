"""Each situation of the estate, audited: told as it is, and nothing written."""

import pytest

from handlers.checks import answer_check
from handlers.guard import Guard
from shared.model.check import Check
from shared.model.plan import Outcome, PutExtension, PutSecurityRule, Report
from shared.model.resource_id import ResourceId
from simulator.estate.situations import SITUATIONS, Situation
from simulator.local import LocalAzure


async def look(guard: Guard, subject: str) -> Report:
    return await answer_check(guard, Check(ResourceId(subject), "test", "c", asked_at=None), guard.desired)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
async def test_an_audit_tells_what_would_be_done_and_writes_nothing(
    situation: Situation, azure: LocalAzure, auditing: Guard
) -> None:
    built = situation.build(azure.world)

    reports = [await look(auditing, subject) for subject in (built.vm_id, *built.nsg_ids)]

    assert azure.world.requests.writes() == []
    results = [result for report in reports for result in report.actions]
    assert {result.outcome for result in results} <= {Outcome.WOULD_DO}
    waiting = situation.rules or situation.name in ("slow-agent",)
    installs = [result for result in results if isinstance(result.action, PutExtension)]
    assert len(installs) == (0 if waiting else situation.installs)
    rules = [result.action for result in results if isinstance(result.action, PutSecurityRule)]
    assert sorted((rule.id.name, rule.desired.priority) for rule in rules) == sorted(situation.rules)
