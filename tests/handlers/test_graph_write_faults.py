"""What goes wrong with a PATCH ends as a later look or a finding: nothing is lost, or done twice, or untold."""

from datetime import timedelta

import pytest

from handlers.guard import Guard
from shared.azure.leash import read_leash
from shared.model.plan import Outcome, Report
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from simulator.build import change_application
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.faults import UNTOLD, look_promptly, reasons
from tests.handlers.graph_faults import PASSING, PATCHES, REFUSING, SETTLING_SECONDS, Patch
from tests.handlers.looking import look
from tests.handlers.test_applications import patches, subject_of, uris
from tests.handlers.trails import took_effect, trail_of, verify_trail

HOUR = 3600.0


def strike(azure: LocalAzure, kind: FaultKind) -> Fault:
    return azure.world.faults.add(Fault(kind, method="PATCH", times=None))


async def end(azure: LocalAzure, guard: Guard, subject: str) -> Report:
    """Look as often as there is a look to come, and give the last one's report."""
    for _ in range(12):
        report = await look(guard, subject, asked_at=azure.world.clock.now())
        if report.look_again_after is None:
            break
        await azure.advance(report.look_again_after.total_seconds())
    return report


async def verify_end(azure: LocalAzure, guard: Guard, gateway: str, patch: Patch) -> None:
    """It is as it should be, by one PATCH that took effect, and the trail says so."""
    subject = subject_of(gateway)
    assert (await end(azure, guard, subject)).status is patch.ends
    assert uris(azure.world, gateway) == (list(patch.web), list(patch.spa))
    assert list(took_effect(azure, subject).values()) == [1]
    await verify_trail(azure, guard, subject)


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES.keys())
@pytest.mark.parametrize(("kind", "seconds"), PASSING.items(), ids=PASSING.keys())
async def test_a_patch_that_fails_for_now_is_sent_once_and_looked_at_again(
    patch: Patch, kind: FaultKind, seconds: int, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**patch.settings)
    gateway = await patch.build(azure, guard)
    fault = strike(azure, kind)
    report = await look_promptly(guard, subject_of(gateway), kind)
    assert [result.outcome for result in report.actions] == [Outcome.POSTPONED]
    assert report.look_again_after is not None
    assert timedelta(seconds=seconds) <= report.look_again_after <= timedelta(seconds=seconds + 15)
    assert len(patches(azure.world)) == 1
    (*_, write) = await trail_of(guard, subject_of(gateway))
    assert write.fate is (Fate.UNKNOWN if kind in UNTOLD else Fate.POSTPONED)
    azure.world.faults.remove(fault)
    await azure.advance(report.look_again_after.total_seconds())
    await verify_end(azure, guard, gateway, patch)


@pytest.mark.parametrize("kind", sorted(UNTOLD & PASSING.keys()))
async def test_while_a_patch_may_yet_be_seen_none_is_sent(
    kind: FaultKind, azure: LocalAzure, make: MakeGuard
) -> None:
    patch = PATCHES["moving"]
    guard = await make(**patch.settings)
    gateway = await patch.build(azure, guard)
    fault = strike(azure, kind)
    await look_promptly(guard, subject_of(gateway), kind)
    azure.world.faults.remove(fault)
    for _ in range(9):
        await azure.advance(60)
        report = await look(guard, subject_of(gateway))
        if kind is not FaultKind.DROPPED_AFTER:
            assert reasons(report) == {Reason.GATEWAY_SETTLING}
        assert len(patches(azure.world)) == 1
    await azure.advance(60)
    await verify_end(azure, guard, gateway, patch)
    assert len(patches(azure.world)) == (1 if kind is FaultKind.DROPPED_AFTER else 2)


async def test_what_somebody_else_does_while_a_patch_may_yet_be_seen_is_not_written_over(
    azure: LocalAzure, make: MakeGuard
) -> None:
    patch = PATCHES["moving"]
    guard = await make(**patch.settings)
    gateway = await patch.build(azure, guard)
    fault = strike(azure, FaultKind.DROPPED_AFTER)
    await look(guard, subject_of(gateway))
    azure.world.faults.remove(fault)
    added = [*patch.spa, "https://app.contoso.com"]
    change_application(azure.world, gateway, {"spa": {"redirectUris": added}})
    await azure.advance(SETTLING_SECONDS)
    await end(azure, guard, subject_of(gateway))
    assert uris(azure.world, gateway) == (list(patch.web), added)
    (write,) = await trail_of(guard, subject_of(gateway))
    assert write.fate is Fate.REPLACED
    assert len(patches(azure.world)) == 1


@pytest.mark.parametrize("patch", PATCHES.values(), ids=PATCHES.keys())
async def test_a_patch_that_is_refused_is_told_and_left_alone_for_an_hour(
    patch: Patch, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**patch.settings)
    gateway = await patch.build(azure, guard)
    kind, subject = FaultKind.AUTHORIZATION_FAILED, subject_of(gateway)
    fault = strike(azure, kind)
    for _ in range(2):
        report = await look(guard, subject, asked_at=azure.world.clock.now())
        assert [result.outcome for result in report.actions] == [Outcome.REFUSED]
        assert report.status is Status.NON_COMPLIANT
        (told,) = [finding for finding in report.findings if finding.reason is Reason.PERMISSION_MISSING]
        assert told.evidence["code"] == REFUSING[kind]
        assert report.look_again_after == timedelta(hours=1)
        assert len(patches(azure.world)) == 1
    (*_, write) = await trail_of(guard, subject)
    assert (write.fate, bool(write.request_id)) == (Fate.REFUSED, True)
    assert len((await read_leash(guard.clients)).failures) == 1
    azure.world.faults.remove(fault)
    await azure.advance(HOUR)
    await verify_end(azure, guard, gateway, patch)
    assert (await read_leash(guard.clients)).failures == ()
