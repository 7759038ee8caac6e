"""An app registration's check: what is found, moved, cleaned up, refused and undone in the tenant."""

import pytest

from handlers.guard import Guard
from handlers.orders import order_undo
from handlers.stops import order_stop
from shared.azure.check_queue import REDIRECTS
from shared.azure.subjects import read_subject
from shared.azure.trail import list_writes
from shared.model.plan import Outcome
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate
from simulator.build import (
    add_newer_gateway,
    add_older_gateway,
    add_server_application,
    change_application,
    delete_application,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import LoggedRequest
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site, check_of, look
from tests.handlers.queue_work import put, work_for
from tests.handlers.requesting import post

HOST = "wac.contoso.com"
WEB = ("https://wac.contoso.com:6600", "http://localhost:6516/*", "https://shop.contoso.com/signin")
PAIR = ["https://wac.contoso.com:6600", "https://wac.contoso.com:6600/signin-oidc"]
MIGRATE = {"WAC_REDIRECTS_MODE": "migrate"}
HOUR = 3600.0


@pytest.fixture
async def migrating(make: MakeGuard) -> Guard:
    """A guard that moves what is certain."""
    return await make(**MIGRATE)


def subject_of(application_id: str) -> str:
    return f"/providers/Microsoft.Graph/applications/{application_id}"


def uris(world: World, application_id: str) -> tuple[list[str], list[str]]:
    """Give the redirect URIs of platform Web, and of the single-page application platform."""
    found = world.graph.find(application_id)
    return found["web"]["redirectUris"], found["spa"]["redirectUris"]


def asked(world: World, path: str) -> list[LoggedRequest]:
    """Give the requests whose path has that end."""
    return [one for one in world.requests if one.path.lower().endswith(path.lower())]


def patches(world: World) -> list[LoggedRequest]:
    return [one for one in world.requests if one.method == "PATCH"]


async def test_audited_a_gateway_on_the_web_platform_is_told_of_and_left(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    report = await look(auditing, subject_of(gateway))
    assert Reason.GATEWAY_ON_WEB_PLATFORM in {finding.reason for finding in report.findings}
    assert report.status is Status.NON_COMPLIANT
    assert [result.outcome for result in report.actions] == [Outcome.WOULD_DO]
    assert uris(azure.world, gateway) == (list(WEB), [])


async def test_migrated_its_own_are_moved_and_the_rest_stays_as_it_is(azure: LocalAzure, migrating: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    before = azure.world.graph.find(gateway)
    report = await look(migrating, subject_of(gateway))
    assert [result.outcome for result in report.actions] == [Outcome.STARTED]
    assert uris(azure.world, gateway) == ([WEB[1], WEB[2]], PAIR)
    after = azure.world.graph.find(gateway)
    assert {key: after[key] for key in after if key not in ("web", "spa")} == {
        key: before[key] for key in before if key not in ("web", "spa")
    }
    assert after["web"]["implicitGrantSettings"] == before["web"]["implicitGrantSettings"]


async def test_once_moved_nothing_more_is_written(azure: LocalAzure, migrating: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    await look(migrating, subject_of(gateway))
    for _ in range(3):
        await azure.advance(HOUR)
        assert (await look(migrating, subject_of(gateway))).actions == ()
    assert len(patches(azure.world)) == 1


async def test_cleaned_up_is_later_and_only_if_wanted(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(**MIGRATE, WAC_REDIRECTS_CLEANUP="on")
    gateway = add_older_gateway(azure.world, HOST, web=WEB[:2])
    await look(guard, subject_of(gateway))
    assert uris(azure.world, gateway) == ([WEB[1]], PAIR)
    await azure.advance(HOUR)
    await look(guard, subject_of(gateway))
    assert uris(azure.world, gateway) == ([], PAIR)
    web = azure.world.graph.find(gateway)["web"]
    assert not any(web["implicitGrantSettings"].values())
    await azure.advance(HOUR)
    assert (await look(guard, subject_of(gateway))).status is Status.COMPLIANT


async def test_what_is_not_certainly_a_gateway_is_never_written(azure: LocalAzure, migrating: Guard) -> None:
    server = add_server_application(azure.world, "Shop", "shop.contoso.com")
    before = uris(azure.world, server)
    assert (await look(migrating, subject_of(server))).actions == ()
    assert (uris(azure.world, server), patches(azure.world)) == (before, [])


async def test_one_that_the_identity_does_not_own_is_refused_with_what_to_grant(
    azure: LocalAzure, migrating: Guard
) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB, owned=False)
    report = await look(migrating, subject_of(gateway))
    assert [result.outcome for result in report.actions] == [Outcome.REFUSED]
    (told,) = [one for one in report.findings if one.reason is Reason.PERMISSION_MISSING]
    assert "owner" in told.message
    assert uris(azure.world, gateway) == (list(WEB), [])
    mine = add_older_gateway(azure.world, "other.contoso.com", web=("https://other.contoso.com:6600",))
    assert [result.outcome for result in (await look(migrating, subject_of(mine))).actions] == [Outcome.STARTED]


STOPS: dict[str, tuple[dict[str, str], Reason]] = {
    "the budget": ({"WAC_WRITES_PER_HOUR": "0"}, Reason.BUDGET_SPENT),
    "the kill switch": ({}, Reason.STOPPED_BY_KILL_SWITCH),
}


@pytest.mark.parametrize(("settings", "reason"), STOPS.values(), ids=STOPS.keys())
async def test_every_stop_holds_for_registrations_too(
    settings: dict[str, str], reason: Reason, azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**MIGRATE, **settings)
    if reason is Reason.STOPPED_BY_KILL_SWITCH:
        await post(order_stop, guard, reason="change 4711")
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    report = await look(guard, subject_of(gateway))
    assert reason in {finding.reason for finding in report.findings}
    assert uris(azure.world, gateway) == (list(WEB), [])


async def test_an_undo_puts_back_the_very_same_and_holds_it(azure: LocalAzure, migrating: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    await look(migrating, subject_of(gateway))
    await azure.advance(HOUR)
    await look(migrating, subject_of(gateway))
    (write,) = await list_writes(migrating.clients, ResourceId(subject_of(gateway)))
    assert write.fate is Fate.DONE
    answer, _ = await post(order_undo, migrating, subject=subject_of(gateway), write=write.id, reason="not yet")
    assert answer.status == 202
    await work_for(azure, migrating, 2 * HOUR, REDIRECTS)
    assert uris(azure.world, gateway) == (list(WEB), [])
    await azure.advance(HOUR)
    report = await look(migrating, subject_of(gateway))
    assert Reason.HELD in {finding.reason for finding in report.findings}
    assert uris(azure.world, gateway) == (list(WEB), [])


async def test_an_undo_leaves_what_somebody_changed_since(azure: LocalAzure, migrating: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    await look(migrating, subject_of(gateway))
    await azure.advance(HOUR)
    await look(migrating, subject_of(gateway))
    (write,) = await list_writes(migrating.clients, ResourceId(subject_of(gateway)))
    change_application(azure.world, gateway, {"spa": {"redirectUris": [*PAIR, "https://new.contoso.com"]}})
    await post(order_undo, migrating, subject=subject_of(gateway), write=write.id, reason="not yet")
    await work_for(azure, migrating, HOUR, REDIRECTS)
    report = await look(migrating, subject_of(gateway))
    assert Reason.UNDO_NOT_POSSIBLE in {finding.reason for finding in report.findings}
    assert uris(azure.world, gateway)[1] == [*PAIR, "https://new.contoso.com"]


async def test_owners_are_asked_for_where_there_is_something_to_tell_them(azure: LocalAzure, auditing: Guard) -> None:
    fine, wrong = add_newer_gateway(azure.world, "fine.contoso.com"), add_older_gateway(azure.world, HOST, web=WEB)
    await look(auditing, subject_of(fine))
    assert not asked(azure.world, "/owners")
    report = await look(auditing, subject_of(wrong))
    assert len(asked(azure.world, "/owners")) == 1
    assert report.findings[0].evidence["owners"] is not None


async def test_one_that_may_not_be_read_is_unknown(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST)
    azure.world.graph.revoke(azure.world.identities.system_assigned, "Application.ReadWrite.OwnedBy")
    report = await look(auditing, subject_of(gateway))
    assert (report.status, report.findings[0].reason) == (Status.UNKNOWN, Reason.READ_FAILED)
    assert "Authorization_RequestDenied" in report.findings[0].message


async def test_one_that_is_not_there_is_gone(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST)
    await look(auditing, subject_of(gateway))
    delete_application(azure.world, gateway)
    report = await look(auditing, subject_of(gateway))
    assert [finding.reason for finding in report.findings] == [Reason.GONE]


async def test_graph_out_of_reach_is_unknown_and_looked_at_again(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST)
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, path="/v1.0/applications"))
    report = await look(auditing, subject_of(gateway))
    assert (report.status, report.findings[0].reason) == (Status.UNKNOWN, Reason.READ_FAILED)
    assert report.look_again_after is not None


async def test_two_registrations_for_one_gateway_are_told_of_at_both(azure: LocalAzure, auditing: Guard) -> None:
    first, second = (add_newer_gateway(azure.world, HOST, display_name=name) for name in ("WAC one", "WAC two"))
    await put(azure, check_of(subject_of(first)), REDIRECTS)
    await put(azure, check_of(subject_of(second)), REDIRECTS)
    await work_for(azure, auditing, HOUR, REDIRECTS)
    for one in (first, second):
        row, _ = await read_subject(auditing.clients, ResourceId(subject_of(one)))
        assert row.report is not None
        assert Reason.GATEWAY_REGISTERED_TWICE in [finding["reason"] for finding in row.report["findings"]]
    assert len(asked(azure.world, f"/applications/{first}")) == 2


async def test_a_vm_named_like_a_registered_gateway_never_gets_the_extension(
    azure: LocalAzure, enforcing: Guard
) -> None:
    await look(enforcing, subject_of(add_newer_gateway(azure.world, "web.contoso.com")))
    site = build_site(azure.world)
    report = await look(enforcing, site.vm_id)
    (finding,) = report.findings
    assert (finding.reason, report.status) == (Reason.GATEWAY_HOST, Status.NOT_APPLICABLE)
    assert "WindowsAdminCenter-https://web.contoso.com" in finding.message
    assert azure.world.installs == []
