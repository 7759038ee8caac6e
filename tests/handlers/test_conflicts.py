"""Somebody else writes to an NSG between our look and our write: nothing is lost, and no conflict is endless."""

from itertools import pairwise

from handlers.checks import receive_check
from handlers.guard import Guard
from shared.azure.check_queue import CHECKS, write_check
from shared.model.plan import Outcome, PutSecurityRule, Report
from shared.model.reason import Reason, Status
from simulator.build import security_rule
from simulator.estate.somebody import put_rule
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.faults import reasons
from tests.handlers.looking import DENY_ALL_OUTBOUND, Site, build_site, check_of, look
from tests.handlers.trails import verify_trail

DAY = 24 * 60 * 60
SERVICE, SIGN_IN = "PortForWACService", "PortForAADService"


def rules_of(azure: LocalAzure, site: Site) -> dict[str, int]:
    rules = azure.world.resources.in_collection(f"{site.nsg_id}/securityRules")
    return {rule["name"]: rule["properties"]["priority"] for rule in rules}


def compete(azure: LocalAzure, site: Site, *, times: int) -> Fault:
    """Have somebody take the priority that a rule of ours is about to be put at, right before it is."""
    taken = 0

    def take(method: str, path: str) -> bool:
        nonlocal taken
        if method == "PUT" and path.lower().endswith(f"/securityrules/{SERVICE}".lower()) and taken < times:
            taken += 1
            used = rules_of(azure, site).values()
            free = max(one for one in range(100, 200) if one not in used)
            put_rule(
                azure.world,
                site.nsg_id,
                security_rule(f"Rival-{taken}", priority=free, access="Allow", destination_port="80"),
            )
        return False

    return azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, when=take))


def outcomes(report: Report) -> dict[str, Outcome]:
    return {result.action.id.name: result.outcome for result in report.actions}


async def test_a_priority_that_somebody_took_in_between_is_decided_anew_and_no_rule_is_lost(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    compete(azure, site, times=1)
    report = await look(enforcing, site.nsg_id)
    assert outcomes(report) == {SERVICE: Outcome.POSTPONED, SIGN_IN: Outcome.STARTED}
    assert "SecurityRuleConflict" in report.actions[0].message
    assert report.look_again_after is not None
    await azure.advance(report.look_again_after.total_seconds())

    report = await look(enforcing, site.nsg_id, asked_at=azure.world.clock.now())
    assert outcomes(report) == {SERVICE: Outcome.STARTED}
    (put,) = [result.action for result in report.actions]
    assert isinstance(put, PutSecurityRule)
    assert put.desired.priority == 197
    await azure.advance(300)
    assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
    assert rules_of(azure, site) == {"DenyAllOutbound": 200, "Rival-1": 199, SIGN_IN: 198, SERVICE: 197}
    await verify_trail(azure, enforcing, site.nsg_id)


async def test_whoever_takes_our_priority_each_time_is_tried_ever_more_rarely(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    fault = compete(azure, site, times=1000)
    began = azure.world.clock.now()
    await receive_check(enforcing, write_check(check_of(site.nsg_id)))
    queue = azure.storage.get_queue_client(CHECKS)
    tried = []
    while (due := await azure.azurite.next_visible()) is not None and (due - began).total_seconds() < DAY:
        await azure.advance((due - azure.world.clock.now()).total_seconds())
        message = await queue.receive_message()
        assert message is not None
        await queue.delete_message(message)
        before = len(azure.world.requests.writes())
        await receive_check(enforcing, message.content)
        tried += [due] * (len(azure.world.requests.writes()) - before)

    pauses = [(later - sooner).total_seconds() for sooner, later in pairwise(tried)]
    assert pauses == sorted(pauses)
    assert 10 <= len(tried) <= 32
    rules = rules_of(azure, site)
    assert rules[SIGN_IN] == 198
    assert {name for name in rules if name.startswith("Rival")} == {f"Rival-{n}" for n in range(1, len(tried) + 2)}

    azure.world.faults.remove(fault)
    report = await look(enforcing, site.nsg_id)
    assert outcomes(report) == {SERVICE: Outcome.STARTED}
    assert reasons(report) == {Reason.OUTBOUND_DENIED}
    await azure.advance(300)
    assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
