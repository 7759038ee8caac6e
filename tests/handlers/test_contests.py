"""What of ours somebody takes away twice is written no third time, until a person says who is right."""

import pytest

from handlers.guard import Guard
from handlers.lifting import order_lift
from shared.model.plan import Outcome
from shared.model.reason import Reason, Status
from simulator.estate.somebody import delete_extension, delete_rule
from simulator.local import LocalAzure
from tests.handlers.faults import reasons
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site, look
from tests.handlers.requesting import post
from tests.handlers.trails import past_of, verify_trail

WEEK = 7 * 24 * 60 * 60


async def settled(azure: LocalAzure, guard: Guard, subject: str) -> None:
    """Have what was written seen."""
    await azure.advance(20 * 60)
    assert (await look(guard, subject)).status is Status.COMPLIANT


async def test_our_rule_is_put_back_once_and_then_contested_with_who_did_it_until_that_is_lifted(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    rule = f"{site.nsg_id}/securityRules/PortForWACService"
    await look(enforcing, site.nsg_id)
    for expected in (Outcome.STARTED, Outcome.STOPPED):
        await settled(azure, enforcing, site.nsg_id)
        delete_rule(azure.world, rule)
        report = await look(enforcing, site.nsg_id, by="terraform")
        assert [result.outcome for result in report.actions] == [expected]
    assert (report.status, reasons(report)) == (Status.NON_COMPLIANT, {Reason.CONTESTED, Reason.OUTBOUND_DENIED})
    (message,) = [finding.message for finding in report.findings if finding.reason is Reason.CONTESTED]
    assert message.count("PortForWACService") == 2
    assert message.count("by terraform") == 2
    assert "/api/lift" in message
    assert (await look(enforcing, site.nsg_id)).actions[0].outcome is Outcome.STOPPED
    assert len(azure.world.requests.writes()) == 3

    answer, _ = await post(order_lift, enforcing, subject=site.nsg_id)
    assert answer.status == 202
    assert (await look(enforcing, site.nsg_id)).actions[0].outcome is Outcome.STARTED
    await settled(azure, enforcing, site.nsg_id)
    await verify_trail(azure, enforcing, site.nsg_id)


async def test_an_extension_that_people_remove_again_and_again_is_contested_too(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    await look(enforcing, site.vm_id)
    for expected in (Outcome.STARTED, Outcome.STOPPED):
        await settled(azure, enforcing, site.vm_id)
        delete_extension(azure.world, f"{site.vm_id}/extensions/AdminCenter")
        report = await look(enforcing, site.vm_id, by="ada@contoso.com")
        assert [result.outcome for result in report.actions] == [expected]
    assert reasons(report) == {Reason.CONTESTED, Reason.EXTENSION_MISSING}
    assert len(azure.world.installs) == 2


@pytest.mark.parametrize(("pause", "expected"), [(WEEK - 60 * 60, Outcome.STOPPED), (WEEK, Outcome.STARTED)])
async def test_two_losses_are_a_contest_if_they_are_of_the_same_seven_days(
    pause: int, expected: Outcome, azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    await look(enforcing, site.nsg_id)
    for wait in (0, pause):
        await settled(azure, enforcing, site.nsg_id)
        await azure.advance(wait)
        delete_rule(azure.world, f"{site.nsg_id}/securityRules/PortForWACService")
        report = await look(enforcing, site.nsg_id)
    assert [result.outcome for result in report.actions] == [expected]


async def test_what_other_people_do_to_their_own_rules_is_no_contest(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    await look(enforcing, site.nsg_id)
    for priority in (300, 400, 500):
        await settled(azure, enforcing, site.nsg_id)
        rule = azure.world.resources[f"{site.nsg_id}/securityRules/DenyAllOutbound"]
        rule["properties"]["priority"] = priority
        await look(enforcing, site.nsg_id)
    assert not (await past_of(enforcing, site.nsg_id)).contested
