"""Each situation of the estate, audited: told as it is, and nothing written."""

import pytest

from handlers.checks import answer_check
from handlers.guard import Guard
from shared.model.plan import Outcome, PutSecurityRule, Report
from shared.turns import glance
from simulator.estate.situations import SITUATIONS, Situation
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import check_of

INSTALL, REMOVAL, RULE = "PutExtension", "DeleteExtension", "PutSecurityRule"
# What a first look would write, where that is not what the situation has in the end.
FIRST_WRITES = {
    "slow-agent": [],
    "failed-extension": [REMOVAL],
    "other-name": [REMOVAL],
    "locked-group": [INSTALL],
    "refused-by-policy": [INSTALL],
    "denied-by-assignment": [INSTALL],
    "contested": [RULE] * 2,
}


async def audit(guard: Guard, subject: str) -> Report:
    check = check_of(subject)
    return await answer_check(guard, check, guard.desired, await glance(guard.clients, check.subject))


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.name)
async def test_an_audit_tells_what_would_be_done_and_writes_nothing(
    situation: Situation, azure: LocalAzure, make: MakeGuard
) -> None:
    auditing = await make(**situation.app_settings)
    built = situation.build(azure.world)

    reports = [await audit(auditing, subject) for subject in (built.vm_id, *built.nsg_ids)]

    assert azure.world.requests.writes() == []
    results = [result for report in reports for result in report.actions]
    assert {result.outcome for result in results} <= {Outcome.WOULD_DO}
    last_writes = [RULE] * len(situation.rules) or [INSTALL] * situation.installs
    assert [type(result.action).__name__ for result in results] == FIRST_WRITES.get(situation.name, last_writes)
    rules = [result.action for result in results if isinstance(result.action, PutSecurityRule)]
    if situation.rules:
        assert sorted((rule.id.name, rule.desired.priority) for rule in rules) == sorted(situation.rules)
