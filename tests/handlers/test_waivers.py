"""What people accept for a while is told as before and counts for nothing, is written all the same, and ends."""

import json
from datetime import datetime, timedelta

import pytest

from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.reports import show_reports
from handlers.requests import request_check
from handlers.waivers import order_waiver, show_waivers, withdraw_waiver
from shared.azure.check_queue import REDIRECTS, write_check
from shared.azure.entities import UnreadableRow
from shared.azure.failures import PassingFailure
from shared.azure.waivers import WAIVERS, list_waivers
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from simulator.build import add_older_gateway
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site, check_of, look
from tests.handlers.outages import Broken, Outage, Strike
from tests.handlers.queue_work import work_for
from tests.handlers.requesting import (
    Document,
    post,
    queued_subjects,
    read,
    receive,
    report_of,
    row_of,
    take,
    work_off,
)
from tests.handlers.waiving import ANYBODY, GROUP, MISSING, VM, listed

DAY = 24 * 60 * 60


def after(azure: LocalAzure, **ahead: float) -> str:
    """Give a moment that far ahead, as people send it."""
    return (azure.world.clock.now() + timedelta(**ahead)).isoformat()


async def waive(azure: LocalAzure, guard: Guard, subject: str, reason: str = MISSING, **ahead: float) -> Document:
    """Accept a reason of a subject for an hour, or as long as is said."""
    until = after(azure, **(ahead or {"hours": 1}))
    answer, waived = await post(order_waiver, guard, subject=subject, reason=reason, until=until, **ANYBODY)
    assert answer.status == 200, waived
    return waived


async def counts(guard: Guard) -> dict[str, int]:
    found: dict[str, int] = read(await show_reports(guard, {}))["counts"]
    return found


def found_in(report: Document) -> list[tuple[str, bool]]:
    return [(found["reason"], found["waiver"] is not None) for found in report["findings"]]


async def test_what_is_accepted_is_told_and_not_counted_until_it_ends(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    await receive(auditing, site.vm_id)
    assert await counts(auditing) == {"NON_COMPLIANT": 1}

    waived = await waive(azure, auditing, site.vm_id.upper(), hours=30)
    assert (waived["checks"], waived["waiver"]["expired"]) == (1, False)
    await work_off(azure, auditing)
    report = await report_of(auditing, site.vm_id)
    assert (report["status"], found_in(report)) == ("COMPLIANT", [(MISSING, True)])
    assert report["findings"][0]["status"] == "NON_COMPLIANT"
    assert report["findings"][0]["waiver"] == {
        "subject": site.vm_id.upper(),
        "until": waived["waiver"]["until"],
        **ANYBODY,
    }
    assert MISSING in report["since"]
    shown = read(await show_reports(auditing, {}))
    assert (shown["counts"], shown["subjects"][0]["reasons"], shown["subjects"][0]["waived"]) == (
        {"COMPLIANT": 1},
        [MISSING],
        [MISSING],
    )

    # A look each day, and one when it ends: nobody else has to come by.
    assert await work_for(azure, auditing, 30 * 3600 - 60) == []
    assert await counts(auditing) == {"COMPLIANT": 1}
    await work_for(azure, auditing, 61)
    report = await report_of(auditing, site.vm_id)
    assert (report["status"], found_in(report)) == ("NON_COMPLIANT", [(MISSING, False)])
    assert [one["expired"] for one in await listed(auditing)] == [True]


async def test_an_audit_by_http_knows_what_is_accepted_as_well(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    await waive(azure, auditing, site.vm_id)
    _, report = await post(request_check, auditing, subject=site.vm_id)
    assert (report["status"], found_in(report)) == ("COMPLIANT", [(MISSING, True)])
    await azure.advance(3600)
    _, report = await post(request_check, auditing, subject=site.vm_id)
    assert (report["status"], found_in(report)) == ("NON_COMPLIANT", [(MISSING, False)])


async def test_a_waiver_that_is_withdrawn_counts_no_more(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    kept = (await waive(azure, auditing, site.vm_id))["waiver"]
    await work_off(azure, auditing)
    assert await counts(auditing) == {"COMPLIANT": 1}
    asked = {"subject": site.vm_id.upper(), "reason": MISSING.lower()}
    answer = await withdraw_waiver(auditing, asked)
    withdrawn = read(answer)
    assert (answer.status, withdrawn["waiver"], withdrawn["checks"]) == (200, kept, 1)
    await work_off(azure, auditing)
    assert (await counts(auditing), await listed(auditing)) == ({"NON_COMPLIANT": 1}, [])
    again = read(await withdraw_waiver(auditing, asked))
    assert (again["waiver"], again["message"]) == (None, f"There was no waiver of {MISSING} of WEB.")


async def test_a_waiver_keeps_nothing_from_being_written(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    for subject, reason in ((site.vm_id, MISSING), (site.nsg_id, Reason.OUTBOUND_DENIED.value)):
        waived = await waive(azure, enforcing, subject, reason)
        assert "written all the same: to have nothing written, POST to /api/hold" in waived["message"]
    await work_for(azure, enforcing, 3600)
    assert len(azure.world.installs) == 1
    assert len(azure.world.requests.writes(site.nsg_id)) == 2


async def test_the_check_of_a_waiver_insists_on_no_write(azure: LocalAzure, auditing: Guard) -> None:
    """Whoever accepts that something is refused does not ask for it to be tried again."""
    site = build_site(azure.world)
    await waive(azure, auditing, site.vm_id)
    (check,) = await take(azure)
    assert check.asked_at is not None


async def test_a_look_that_did_not_see_a_waiver_does_not_answer_its_check(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    await waive(azure, auditing, site.vm_id)
    table = azure.tables.get_table_client(WAIVERS)
    (row,) = [entity async for entity in table.list_entities()]
    await table.delete_entity(row)
    await azure.advance(5)
    await receive(auditing, site.vm_id)
    await table.create_entity(row)
    assert await counts(auditing) == {"NON_COMPLIANT": 1}
    await work_off(azure, auditing)
    assert await counts(auditing) == {"COMPLIANT": 1}


async def test_a_groups_waiver_is_of_all_in_it_and_of_nobody_else(azure: LocalAzure, auditing: Guard) -> None:
    one, other = build_site(azure.world, "one"), build_site(azure.world, "one-2")
    installed = build_site(azure.world, "three", installed=True)
    for site in (one, other, installed):
        await receive(auditing, site.vm_id)
        await receive(auditing, site.nsg_id)
    await take(azure)
    waived = await waive(azure, auditing, one.group_id.upper())
    assert (waived["checks"], await queued_subjects(azure)) == (1, [one.vm_id])
    await work_off(azure, auditing)
    assert (await report_of(auditing, one.vm_id))["status"] == "COMPLIANT"
    assert (await report_of(auditing, other.vm_id))["status"] == "NON_COMPLIANT"
    assert [kept["subject"] for kept in await listed(auditing, subject=one.vm_id)] == [one.group_id.upper()]
    assert await listed(auditing, subject=other.vm_id) == await listed(auditing, subject=other.group_id) == []

    assert read(await withdraw_waiver(auditing, {"subject": one.group_id, "reason": MISSING}))["checks"] == 1
    await work_off(azure, auditing)
    assert (await report_of(auditing, one.vm_id))["status"] == "NON_COMPLIANT"


async def test_a_list_shows_what_concerns_a_subject_and_of_a_group_all_in_it(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    for subject in (site.vm_id, site.nsg_id, site.group_id):
        await waive(azure, auditing, subject, Reason.OUTBOUND_DENIED_DELIBERATELY.value)
    everything = [site.group_id, site.vm_id, site.nsg_id]
    assert [one["subject"] for one in await listed(auditing)] == everything
    assert [one["subject"] for one in await listed(auditing, subject=site.group_id)] == everything
    assert [one["subject"] for one in await listed(auditing, subject=site.vm_id)] == [site.group_id, site.vm_id]
    (first, *_) = await listed(auditing)
    now = azure.world.clock.now().replace(microsecond=0)
    assert (datetime.fromisoformat(first["at"]), datetime.fromisoformat(first["until"])) == (
        now,
        now + timedelta(hours=1),
    )
    assert {name: first[name] for name in ("reason", "by", "why", "expired")} == {
        "reason": "OUTBOUND_DENIED_DELIBERATELY",
        **ANYBODY,
        "expired": False,
    }


async def test_a_later_waiver_takes_the_place_of_the_first(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    await waive(azure, auditing, site.vm_id)
    await waive(azure, auditing, site.vm_id.upper(), days=300)
    (kept,) = await listed(auditing)
    assert datetime.fromisoformat(kept["until"]) - datetime.fromisoformat(kept["at"]) == timedelta(days=300)


async def test_a_day_counts_to_its_end(azure: LocalAzure, auditing: Guard) -> None:
    today = azure.world.clock.now().date()
    _, waived = await post(order_waiver, auditing, subject=VM, reason=MISSING, until=f"{today}", **ANYBODY)
    assert waived["waiver"]["until"] == f"{today + timedelta(days=1)}T00:00:00Z"
    until = f"{today + timedelta(days=1)}T12:00:00.5+02:00"
    _, waived = await post(order_waiver, auditing, subject=VM, reason=MISSING, until=until, **ANYBODY)
    assert waived["waiver"]["until"] == f"{today + timedelta(days=1)}T10:00:00Z"


async def test_what_is_accepted_for_months_costs_a_look_a_day(azure: LocalAzure, auditing: Guard) -> None:
    site, well = build_site(azure.world), build_site(azure.world, "well", installed=True)
    for subject in (site.vm_id, well.vm_id):
        await waive(azure, auditing, subject, days=200)
    await work_for(azure, auditing, 30 * DAY)
    due = await azure.azurite.next_visible()
    assert due is not None
    assert due - azure.world.clock.now() <= timedelta(days=1)
    await azure.advance((due - azure.world.clock.now()).total_seconds())
    (check,) = await take(azure)  # the other has nothing that is accepted
    assert (check.subject, check.attempt) == (ResourceId(site.vm_id), 1)


async def test_an_nsg_and_what_hangs_on_a_network_are_looked_at_with_what_is_accepted(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    assert (await look(auditing, site.nsg_id)).status is Status.NON_COMPLIANT
    await waive(azure, auditing, site.group_id, Reason.OUTBOUND_DENIED.value)
    assert (await look(auditing, site.nsg_id)).status is Status.COMPLIANT
    assert (await look(auditing, site.vm_id)).status is Status.COMPLIANT
    assert (await look(auditing, site.network_id)).checks == (ResourceId(site.nsg_id),)


async def test_an_app_registration_is_looked_at_with_what_is_accepted_and_is_moved_all_the_same(
    azure: LocalAzure, auditing: Guard, make: MakeGuard
) -> None:
    gateway = add_older_gateway(azure.world, "wac.contoso.com", web=("https://wac.contoso.com:6600",))
    subject = f"/providers/Microsoft.Graph/applications/{gateway}"
    found = {one.reason for one in (await look(auditing, subject)).findings if one.status is Status.NON_COMPLIANT}
    assert Reason.GATEWAY_ON_WEB_PLATFORM in found
    for reason in found:
        await waive(azure, auditing, subject, reason.value)
    report = await look(auditing, subject)
    assert (report.status < Status.NON_COMPLIANT, {one.reason for one in report.findings if one.waiver}) == (
        True,
        found,
    )
    await work_for(azure, await make(WAC_REDIRECTS_MODE="migrate"), 60, REDIRECTS)
    assert azure.world.graph.find(gateway)["spa"]["redirectUris"] != []


async def test_a_waiver_of_a_newer_app_stops_the_checks_of_its_group_and_no_others(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site, other = build_site(azure.world), build_site(azure.world, "other")
    await waive(azure, enforcing, site.vm_id)
    await take(azure)
    table = azure.tables.get_table_client(WAIVERS)
    (row,) = [entity async for entity in table.list_entities()]
    await table.upsert_entity(row | {"version": 99})
    with pytest.raises(UnreadableRow):
        await receive(enforcing, site.vm_id)
    assert azure.world.requests.writes() == []
    assert "Deploy that version" in (await report_of(enforcing, site.vm_id))["error"]
    answer, problem = await post(request_check, enforcing, subject=site.vm_id)
    assert (answer.status, problem["title"]) == (500, "The app's state can't be read")
    await receive(enforcing, other.vm_id)
    assert len(azure.world.installs) == 1


async def test_while_nobody_can_tell_what_is_accepted_nothing_is_written_and_nothing_is_lost(
    azure: LocalAzure, enforcing: Guard, struck: Strike
) -> None:
    site = build_site(azure.world)
    outage = Outage(Broken.UNAVAILABLE, WAIVERS, is_write=False)
    async with struck(enforcing, outage) as unlucky:
        await receive_check(unlucky, write_check(check_of(site.vm_id)))
        await work_for(azure, unlucky, 600)
        assert (azure.world.requests.writes(), (await row_of(enforcing, site.vm_id)).report) == ([], None)
        answer, problem = await post(request_check, unlucky, subject=site.vm_id)
        assert (answer.status, problem["title"]) == (503, "The app's storage can't be reached now")
        with pytest.raises(PassingFailure):
            await list_waivers(unlucky.clients)
        outage.is_over = True
        await work_for(azure, unlucky, 3600)
    assert len(azure.world.installs) == 1


async def test_a_subscription_that_is_not_watched_has_no_waivers(make: MakeGuard) -> None:
    guard = await make(WAC_SUBSCRIPTIONS="11111111-2222-3333-4444-555555555555")
    body = {"subject": VM, "reason": MISSING, "until": "2026-12-31", **ANYBODY}
    answers = (
        await order_waiver(guard, json.dumps(body).encode()),
        await withdraw_waiver(guard, {"subject": GROUP, "reason": MISSING}),
        await show_waivers(guard, {"subject": VM}),
    )
    assert [answer.status for answer in answers] == [403, 403, 403]
