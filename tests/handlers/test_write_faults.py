"""What goes wrong with a write ends as a later look or a finding: nothing is lost, or done twice, or untold."""

from collections import Counter
from datetime import timedelta

import pytest

from handlers.guard import Guard
from shared.azure.leash import read_leash
from shared.model.plan import Outcome
from shared.model.reason import Status
from shared.model.write import Fate
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from tests.handlers.faults import (
    PASSING,
    REFUSING,
    UNTOLD,
    WRITES,
    Write,
    look_promptly,
    reasons,
    strike_write,
)
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site, look
from tests.handlers.trails import trail_of, verify_trail

HOUR = 60 * 60


def sent(azure: LocalAzure) -> list[LoggedRequest]:
    """Give the writes, of which none may have been sent more than once."""
    requests = azure.world.requests.writes()
    assert set(Counter((request.method, request.path) for request in requests).values()) <= {1}
    return requests


async def end(azure: LocalAzure, guard: Guard, subject: str) -> Status:
    """Look as often as a subject has to be looked at until nothing is on its way any more; give its status."""
    for _ in range(8):
        report = await look(guard, subject, asked_at=azure.world.clock.now())
        if report.look_again_after is None:
            break
        await azure.advance(report.look_again_after.total_seconds())
    return report.status


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize(("kind", "seconds"), PASSING.items(), ids=PASSING.keys())
async def test_a_write_that_fails_for_now_is_sent_once_and_looked_at_again(
    write: Write, kind: FaultKind, seconds: int, azure: LocalAzure, guard: Guard
) -> None:
    site = await write.build(azure, guard)
    subject = getattr(site, write.subject)
    fault = strike_write(azure.world, kind, write)
    report = await look_promptly(guard, subject, kind)
    assert [result.outcome for result in report.actions] == [Outcome.POSTPONED] * write.count
    assert report.look_again_after is not None
    assert timedelta(seconds=seconds) <= report.look_again_after <= timedelta(seconds=seconds + 15)
    assert len(sent(azure)) == write.count
    trail = (await trail_of(guard, subject))[-write.count :]
    assert {one.fate for one in trail} == {Fate.UNKNOWN if kind in UNTOLD else Fate.POSTPONED}
    azure.world.faults.remove(fault)
    await azure.advance(report.look_again_after.total_seconds())
    assert await end(azure, guard, subject) is write.ends
    assert len(azure.world.installs) == write.installs
    await verify_trail(azure, guard, subject)


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
@pytest.mark.parametrize("kind", REFUSING)
async def test_a_write_that_is_refused_is_told_with_what_stands_in_the_way_and_left_alone_for_an_hour(
    write: Write, kind: FaultKind, azure: LocalAzure, guard: Guard
) -> None:
    site = await write.build(azure, guard)
    subject, refused, installed = getattr(site, write.subject), REFUSING[kind], len(azure.world.installs)
    fault = strike_write(azure.world, kind, write)
    for _ in range(2):
        report = await look_promptly(guard, subject, kind, asked_at=azure.world.clock.now())
        assert [result.outcome for result in report.actions] == [Outcome.REFUSED] * write.count
        assert report.status is Status.NON_COMPLIANT
        told = [finding for finding in report.findings if finding.reason is refused.reason]
        assert [finding.evidence["code"] for finding in told] == [refused.code] * write.count
        for finding in told:
            named = finding.evidence[refused.names]
            assert (named if isinstance(named, str) else named[0]) in finding.message
        assert report.look_again_after == timedelta(hours=1)
        assert len(sent(azure)) == write.count
    assert len(azure.world.installs) == installed
    trail = (await trail_of(guard, subject))[-write.count :]
    assert {one.fate for one in trail} == {Fate.REFUSED}
    assert all(refused.code in one.message and one.request_id for one in trail)
    assert len((await read_leash(guard.clients)).failures) == write.count
    azure.world.faults.remove(fault)
    await azure.advance(HOUR)
    assert await end(azure, guard, subject) is write.ends
    assert (await read_leash(guard.clients)).failures == ()
    await verify_trail(azure, guard, subject)


async def test_one_write_that_is_refused_keeps_no_other_from_being_made(azure: LocalAzure, guard: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    azure.world.faults.add(Fault(FaultKind.SCOPE_LOCKED, method="PUT", path="/securityrules/PortForWACService"))
    report = await look(guard, site.nsg_id)
    assert {result.action.id.name: result.outcome for result in report.actions} == {
        "PortForWACService": Outcome.REFUSED,
        "PortForAADService": Outcome.STARTED,
    }
    assert report.status is Status.NON_COMPLIANT
    assert REFUSING[FaultKind.SCOPE_LOCKED].reason in reasons(report)
