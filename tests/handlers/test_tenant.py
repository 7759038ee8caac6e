"""The audit of all app registrations: who gets a look of its own, what it costs, and what it never leaves out."""

from collections import Counter

import pytest

from handlers.guard import Guard
from handlers.orders import order_hold
from handlers.requests import request_check
from handlers.timers import begin_audit
from shared.azure.check_queue import REDIRECTS
from shared.azure.subjects import SubjectSummary, list_subjects, read_subject
from shared.model.reason import Reason, Status
from shared.model.resource_id import HOME_TENANT, ResourceId
from simulator.build import (
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    change_application,
    delete_application,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import check_of
from tests.handlers.queue_work import put, work_for
from tests.handlers.requesting import post
from tests.handlers.test_applications import MIGRATE, PAIR, WEB, subject_of, uris

DAY, HOUR = 86400.0, 3600.0
LIST, DELTA = "/v1.0/applications", "/v1.0/applications/delta"


async def audit(azure: LocalAzure, guard: Guard, seconds: float = HOUR) -> None:
    """Let the timer come, and all that follows from it."""
    await begin_audit(guard)
    assert await work_for(azure, guard, seconds, REDIRECTS) == []


def requests_of(world: World) -> Counter[str]:
    """Count the requests to Graph by what they are for."""
    paths = (one.path.lower().removesuffix("()") for one in world.requests)
    kinds = {LIST: "list", DELTA: "delta"}
    return Counter(kinds.get(path, "one") for path in paths if path.startswith(LIST))


async def status_of_audit(guard: Guard) -> Status | None:
    row, _ = await read_subject(guard.clients, HOME_TENANT)
    return row.past.status


async def reported(guard: Guard) -> dict[str, SubjectSummary]:
    found = await list_subjects(guard.clients)
    return {one.subject.rpartition("/")[2]: one for one in found if "/applications/" in one.subject}


async def test_whoever_there_is_something_to_tell_of_gets_a_report_and_nobody_else(
    azure: LocalAzure, auditing: Guard
) -> None:
    add_filler_applications(azure.world, 250)
    wrong, fine = add_older_gateway(azure.world, "old.contoso.com"), add_newer_gateway(azure.world, "wac.contoso.com")
    await audit(azure, auditing)
    found = await reported(auditing)
    assert set(found) == {wrong, fine}
    assert found[wrong].status == Status.NON_COMPLIANT.name
    assert await status_of_audit(auditing) is Status.COMPLIANT
    # Of the older gateway, its owners and federated credentials too.
    assert requests_of(azure.world) == Counter({"list": 3, "delta": 1, "one": 4})
    assert [one for one in azure.world.requests.writes() if "/applications" in one.path] == []


async def test_the_next_day_costs_one_request_where_nothing_changed(azure: LocalAzure, auditing: Guard) -> None:
    add_filler_applications(azure.world, 450)
    add_older_gateway(azure.world, "old.contoso.com")
    await audit(azure, auditing, DAY)
    azure.world.requests.clear()
    await audit(azure, auditing, DAY)
    assert requests_of(azure.world) == Counter({"delta": 1})


async def test_what_changed_since_is_read_again_whole_and_looked_at(azure: LocalAzure, auditing: Guard) -> None:
    (unrelated, _) = add_filler_applications(azure.world, 2)
    gateway = add_newer_gateway(azure.world, "wac.contoso.com")
    await audit(azure, auditing, DAY)
    azure.world.requests.clear()
    change_application(azure.world, gateway, {"spa": {"redirectUris": [PAIR[0]]}})
    change_application(azure.world, unrelated, {"displayName": "Shop, renamed"})
    await audit(azure, auditing, DAY)
    found = await reported(auditing)
    assert found[gateway].reasons == (Reason.GATEWAY_REDIRECT_MISSING.value,)
    assert unrelated not in found
    # Both are read again; the gateway then by its own check, with its owners and federated credentials.
    assert requests_of(azure.world) == Counter({"delta": 1, "one": 5})


async def test_one_that_was_deleted_is_gone(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, "old.contoso.com")
    await audit(azure, auditing, DAY)
    delete_application(azure.world, gateway)
    await audit(azure, auditing, DAY)
    assert (await reported(auditing))[gateway].reasons == (Reason.GONE.value,)


async def test_an_expired_link_starts_over_and_finds_those_that_are_gone(azure: LocalAzure, auditing: Guard) -> None:
    add_filler_applications(azure.world, 150)
    gone, stays = (add_older_gateway(azure.world, f"{name}.contoso.com") for name in ("gone", "stays"))
    await audit(azure, auditing, DAY)
    azure.world.graph.expire_delta_tokens()
    delete_application(azure.world, gone, for_good=True)
    azure.world.requests.clear()
    await audit(azure, auditing, DAY)
    assert requests_of(azure.world)["list"] == 2
    found = await reported(auditing)
    assert found[gone].reasons == (Reason.GONE.value,)
    assert found[stays].status == Status.NON_COMPLIANT.name


@pytest.mark.parametrize("changed", [{"WAC_GATEWAYS": "https://new.contoso.com:6600"}, MIGRATE])
async def test_other_settings_start_over(changed: dict[str, str], azure: LocalAzure, make: MakeGuard) -> None:
    add_filler_applications(azure.world, 150)
    await audit(azure, await make(), DAY)
    azure.world.requests.clear()
    await audit(azure, await make(**changed), DAY)
    assert requests_of(azure.world)["list"] == 2


async def test_an_audit_that_fails_half_way_is_unknown_and_goes_on_from_there(
    azure: LocalAzure, auditing: Guard
) -> None:
    add_filler_applications(azure.world, 250)
    late = add_older_gateway(azure.world, "late.contoso.com")
    pages = iter(range(99))
    azure.world.faults.add(
        Fault(FaultKind.UNAVAILABLE, when=lambda _, path: path.lower() == LIST and next(pages) >= 1)
    )
    await begin_audit(auditing)
    await work_for(azure, auditing, 5, REDIRECTS)
    assert await status_of_audit(auditing) is Status.UNKNOWN
    assert late not in await reported(auditing)
    azure.world.faults.clear()
    azure.world.requests.clear()
    await work_for(azure, auditing, HOUR, REDIRECTS)
    assert await status_of_audit(auditing) is Status.COMPLIANT
    assert late in await reported(auditing)
    assert requests_of(azure.world)["list"] == 2


async def test_what_changes_while_all_are_read_is_looked_at_the_next_time(azure: LocalAzure, auditing: Guard) -> None:
    early = add_filler_applications(azure.world, 4001)[0]
    await begin_audit(auditing)
    await work_for(azure, auditing, 0, REDIRECTS)
    name = "WindowsAdminCenter-https://late.contoso.com"
    change_application(azure.world, early, {"displayName": name, "web": {"redirectUris": [WEB[0]]}})
    await work_for(azure, auditing, DAY, REDIRECTS)
    await audit(azure, auditing)
    assert early in await reported(auditing)


async def test_without_the_permission_the_audit_is_unknown_and_names_it(azure: LocalAzure, auditing: Guard) -> None:
    azure.world.graph.revoke(azure.world.identities.system_assigned, "Application.ReadWrite.OwnedBy")
    await audit(azure, auditing)
    row, _ = await read_subject(auditing.clients, HOME_TENANT)
    assert row.report is not None
    (finding,) = row.report["findings"]
    assert (finding["reason"], finding["status"]) == (Reason.READ_FAILED.value, Status.UNKNOWN.name)
    assert "Authorization_RequestDenied" in finding["message"]


async def test_a_large_tenant_is_read_in_several_shares(azure: LocalAzure, auditing: Guard) -> None:
    add_filler_applications(azure.world, 4000)
    last = add_older_gateway(azure.world, "last.contoso.com")
    await begin_audit(auditing)
    await work_for(azure, auditing, 0, REDIRECTS)
    assert await status_of_audit(auditing) is Status.PENDING
    await work_for(azure, auditing, HOUR, REDIRECTS)
    assert await status_of_audit(auditing) is Status.COMPLIANT
    assert last in await reported(auditing)
    assert requests_of(azure.world)["list"] == 41


async def test_throttled_it_waits_as_long_as_graph_asks_and_leaves_nobody_out(
    azure: LocalAzure, auditing: Guard
) -> None:
    add_filler_applications(azure.world, 350)
    late = add_older_gateway(azure.world, "late.contoso.com")
    fault = Fault(FaultKind.ARM_THROTTLED, path="/v1.0/applications", times=3)
    azure.world.faults.add(fault)
    await audit(azure, auditing)
    assert await status_of_audit(auditing) is Status.COMPLIANT
    assert late in await reported(auditing)


async def test_migrating_each_certain_gateway_is_moved_and_a_refused_one_stops_no_other(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(**MIGRATE)
    theirs = add_older_gateway(
        azure.world, "theirs.contoso.com", web=("https://theirs.contoso.com:6600",), owned=False
    )
    ours = [
        add_older_gateway(azure.world, f"wac-{number}.contoso.com", web=(f"https://wac-{number}.contoso.com:6600",))
        for number in range(5)
    ]
    await audit(azure, guard)
    assert uris(azure.world, theirs) == (["https://theirs.contoso.com:6600"], [])
    for number, one in enumerate(ours):
        host = f"https://wac-{number}.contoso.com:6600"
        assert uris(azure.world, one) == ([], [host, f"{host}/signin-oidc"])
    found = await reported(guard)
    assert Reason.PERMISSION_MISSING.value in found[theirs].reasons


async def test_a_person_asks_for_the_audit_and_for_one_registration(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, "old.contoso.com", web=WEB)
    answer, queued = await post(request_check, auditing, subject=str(HOME_TENANT))
    assert (answer.status, queued["subject"]) == (202, str(HOME_TENANT))
    await work_for(azure, auditing, HOUR, REDIRECTS)
    assert set(await reported(auditing)) == {gateway}
    answer, report = await post(request_check, auditing, subject=subject_of(gateway))
    assert (answer.status, report["status"]) == (200, Status.NON_COMPLIANT.name)
    assert report["actions"][0]["outcome"] == "would do"
    assert ResourceId(report["subject"]) == ResourceId(subject_of(gateway))


async def test_one_that_was_held_in_the_middle_is_looked_at_all_the_same(azure: LocalAzure, auditing: Guard) -> None:
    add_filler_applications(azure.world, 44)
    azure.world.graph.largest_page = 1
    last = add_older_gateway(azure.world, "last.contoso.com")
    await begin_audit(auditing)
    await work_for(azure, auditing, 0, REDIRECTS)
    await post(order_hold, auditing, subject=subject_of(last), reason="being moved")
    await work_for(azure, auditing, HOUR, REDIRECTS)
    assert (await reported(auditing))[last].status == Status.NON_COMPLIANT.name


async def test_however_many_shares_there_were_a_failure_is_looked_at_again(
    azure: LocalAzure, auditing: Guard
) -> None:
    add_filler_applications(azure.world, 44)
    azure.world.graph.largest_page = 1
    await put(azure, check_of(str(HOME_TENANT), attempt=24), REDIRECTS)
    await work_for(azure, auditing, 0, REDIRECTS)
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, path=LIST))
    await work_for(azure, auditing, HOUR, REDIRECTS)
    assert await status_of_audit(auditing) is Status.COMPLIANT
