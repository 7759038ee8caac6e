"""GET /api/reports and GET /api/writes: everything that is known, the worst first, and nothing that is not."""

import logging
from dataclasses import replace

import pytest

from handlers.guard import Guard
from handlers.poison import report_poison
from handlers.reports import show_reports, show_writes
from handlers.requests import request_check
from handlers.state_documents import document_subjects
from shared.azure.subjects import SubjectSummary, save_subject
from shared.model.past import Hold
from shared.model.reason import Status
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.azure.recordings import Answer as Recorded
from tests.azure.recordings import Replay
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, Site, build_site
from tests.handlers.requesting import PROBLEM, post, read, receive, report_of, row_of, work_off, writes_of

GROUP = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg-web"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web"
WIKI = "https://wiki.contoso.com/wac"


async def three_subjects(azure: LocalAzure, guard: Guard) -> dict[str, Site]:
    """Have three VMs looked at: one is well, one lacks the extension, one can't be read."""
    sites = {
        "zeta": build_site(azure.world, "zeta", installed=True),
        "beta": build_site(azure.world, "beta"),
        "alpha": build_site(azure.world, "alpha"),
    }
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED, path="/virtualMachines/beta"))
    for site in sites.values():
        await receive(guard, site.vm_id)
    return sites


async def test_all_subjects_are_listed_the_worst_first_then_by_name(azure: LocalAzure, auditing: Guard) -> None:
    sites = await three_subjects(azure, auditing)
    answer = await show_reports(auditing, {})
    listed = read(answer)
    assert answer.status == 200
    assert [(one["subject"], one["status"], one["reasons"]) for one in listed["subjects"]] == [
        (sites["beta"].vm_id, "UNKNOWN", ["READ_FAILED"]),
        (sites["alpha"].vm_id, "NON_COMPLIANT", ["EXTENSION_MISSING"]),
        (sites["zeta"].vm_id, "COMPLIANT", []),
    ]
    assert listed["counts"] == {"UNKNOWN": 1, "NON_COMPLIANT": 1, "COMPLIANT": 1}
    now = azure.world.clock.now().isoformat().replace("+00:00", "Z")
    assert [one["observed_at"] for one in listed["subjects"]] == [None, now, now]


async def test_a_list_can_be_of_one_status_alone_whatever_its_case(azure: LocalAzure, auditing: Guard) -> None:
    sites = await three_subjects(azure, auditing)
    for status, name in {"UNKNOWN": "beta", "non_compliant": "alpha"}.items():
        listed = read(await show_reports(auditing, {"status": status, "code": "the key"}))
        assert [one["subject"] for one in listed["subjects"]] == [sites[name].vm_id]
    assert read(await show_reports(auditing, {"status": "PENDING"})) == {"counts": {}, "subjects": []}


async def test_a_list_tells_what_is_held_or_contested_and_of_what_was_never_reported_on(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    await receive(auditing, site.vm_id)
    row = await row_of(auditing, site.vm_id)
    hold = Hold(azure.world.clock.now(), "hands off")
    await save_subject(auditing.clients, replace(row, past=replace(row.past, hold=hold, contested=True)))
    await save_subject(auditing.clients, await row_of(auditing, site.nsg_id))
    new, held = read(await show_reports(auditing, {}))["subjects"]
    assert (new["subject"], new["status"], new["held"]) == (site.nsg_id, None, False)
    assert (held["subject"], held["status"], held["held"], held["contested"]) == (site.vm_id, "COMPLIANT", True, True)


async def test_a_subjects_report_is_the_latest_as_saved_with_what_is_remembered_besides(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    await receive(auditing, site.vm_id)
    first = azure.world.clock.now()
    await azure.advance(3600)
    await receive(auditing, site.vm_id)
    for subject in (site.vm_id, f"{site.vm_id}/", site.vm_id.upper()):
        shown = await report_of(auditing, subject)
        assert (shown["status"], [found["reason"] for found in shown["findings"]]) == (
            "NON_COMPLIANT",
            ["EXTENSION_MISSING"],
        )
        (action,) = shown["actions"]
        assert action["azure_cli"].startswith("az vm extension set ")
        assert "\nresource extension_web_AdminCenter 'Microsoft.Compute/" in action["bicep"]
        assert '\nresource "azurerm_virtual_machine_extension" "web_AdminCenter" {' in action["terraform"]
        assert shown["since"] == {"EXTENSION_MISSING": first.isoformat().replace("+00:00", "Z")}
        assert (shown["held"], shown["contested"], shown["reinstalls"], shown["error"]) == (None, False, [], None)


@pytest.mark.parametrize(("settings", "folder"), [({}, "docs"), ({"WAC_DOCUMENTATION": WIKI}, WIKI)])
async def test_each_finding_leads_to_the_page_that_tells_of_its_reason_and_is_kept_without(
    settings: dict[str, str], folder: str, azure: LocalAzure, make: MakeGuard
) -> None:
    guard, site = await make(**settings), build_site(azure.world)
    page = f"{folder}/findings.md#extension_missing"
    _, asked = await post(request_check, guard, subject=site.vm_id)
    assert [found["page"] for found in asked["findings"]] == [page]
    await receive(guard, site.vm_id)
    assert [found["page"] for found in (await report_of(guard, site.vm_id))["findings"]] == [page]
    kept = (await row_of(guard, site.vm_id)).report
    assert kept is not None
    assert ["page" in found for found in kept["findings"]] == [False]


async def test_a_report_shows_the_hold_and_the_last_error(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    row = await row_of(auditing, site.vm_id)
    hold = Hold(azure.world.clock.now(), "“hands off”, says Zoë \\ <b>", "a-write")
    past = replace(row.past, hold=hold, status=Status.UNKNOWN)
    await save_subject(auditing.clients, replace(row, past=past, error="KeyError: 'x'"))
    shown = await report_of(auditing, site.vm_id)
    assert (shown["held"]["reason"], shown["held"]["undo"]) == (hold.reason, "a-write")
    assert (shown["status"], shown["error"]) == ("UNKNOWN", "KeyError: 'x'")


async def test_what_was_never_looked_at_is_not_found_and_says_how_to_have_it_looked_at(auditing: Guard) -> None:
    answer = await show_reports(auditing, {"subject": VM})
    problem = read(answer)
    assert (answer.status, answer.media_type) == (404, PROBLEM)
    assert "POST the example to /api/checks to have it looked at now" in problem["detail"]
    looked, _ = await post(request_check, auditing, **problem["example"])
    assert (problem["example"]["subject"], looked.status) == (VM, 200)


async def test_networks_are_reported_on_too(azure: LocalAzure, auditing: Guard) -> None:
    site = build_site(azure.world)
    await receive(auditing, site.interface_id)
    assert (await report_of(auditing, site.interface_id))["status"] == "COMPLIANT"


async def test_a_message_that_could_not_be_read_is_listed_and_shown_under_its_text(
    azure: LocalAzure, auditing: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)
    for text in ("web & <b>ü</b>\t100 %", "/" + "x" * 5000, "[]"):
        await report_poison(auditing, text.encode())
    listed = read(await show_reports(auditing, {"status": "UNKNOWN"}))["subjects"]
    assert sorted(len(one["subject"]) for one in listed) == [2, 20, 2048]
    for one in listed:
        shown = await report_of(auditing, one["subject"])
        assert (shown["status"], [found["reason"] for found in shown["findings"]]) == ("UNKNOWN", ["CHECK_FAILED"])


BAD_QUERIES = {
    "an unknown status": (
        {"status": "BAD"},
        "'BAD' is no status; name one of COMPLIANT, NOT_APPLICABLE, PENDING, NON_",
    ),
    "an empty status": ({"status": ""}, "'' is no status"),
    "both": ({"status": "UNKNOWN", "subject": VM}, "name a subject or a status, not both"),
    "no id": ({"subject": "web"}, "subject: 'web' is no resource id; one looks like /subscriptions/"),
    "an empty subject": ({"subject": ""}, "subject: String should have at least 1 character"),
    "an unknown question": ({"subjct": VM}, "subjct: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("query", "told"), BAD_QUERIES.values(), ids=BAD_QUERIES.keys())
async def test_a_bad_query_of_reports_is_told_with_examples(
    query: dict[str, str], told: str, azure: LocalAzure, auditing: Guard
) -> None:
    answer = await show_reports(auditing, query)
    problem = read(answer)
    assert (answer.status, problem["title"]) == (400, "The request is no query of reports")
    assert told in problem["detail"]
    assert [list(example) for example in problem["example"]] == [["subject"], ["status"]]


async def test_of_a_subscription_that_is_not_watched_nothing_is_shown(make: MakeGuard) -> None:
    guard = await make(WAC_SUBSCRIPTIONS="99999999-2222-3333-4444-555555555555")
    for show in (show_reports, show_writes):
        answer = await show(guard, {"subject": VM})
        assert (answer.status, read(answer)["title"]) == (403, "The subscription is not watched")


async def test_the_trail_of_a_subject_shows_each_write_whole_the_newest_first(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    await receive(enforcing, site.nsg_id)
    written_at = azure.world.clock.now().isoformat().replace("+00:00", "Z")
    await azure.advance(600)
    await work_off(azure, enforcing)
    second, first = await writes_of(enforcing, f"{site.nsg_id.upper()}/")
    assert first["id"] < second["id"]
    assert [one["target"].rsplit("/", 1)[1] for one in (first, second)] == ["PortForWACService", "PortForAADService"]
    assert (first["action"], first["fate"], first["existing"]) == ("PutSecurityRule", "done", None)
    assert (first["cause"], first["undoes"]) == ("test", None)
    assert first["intended_at"] == written_at < first["concluded_at"]
    assert (first["desired"]["priority"], first["desired"]["destination_address_prefixes"]) == (
        199,
        ["WindowsAdminCenter"],
    )
    assert first["azure_cli"].startswith("az network nsg rule create ")
    assert "\n    priority: 199\n" in first["bicep"]
    assert '\n  destination_address_prefix  = "WindowsAdminCenter"\n' in first["terraform"]
    assert first["request_id"]
    assert first["correlation_id"] == "11111111-0000-4000-8000-000000000000"


async def test_a_subject_that_was_never_written_has_an_empty_trail(auditing: Guard) -> None:
    assert await writes_of(auditing, VM) == []


BAD_TRAILS = {
    "nothing": ({}, "subject: Field required"),
    "no id": ({"subject": "web"}, "is no resource id"),
    "a group": ({"subject": GROUP}, "a Microsoft.Resources/resourceGroups can't be checked; name one of"),
    "an unknown question": ({"subject": VM, "fate": "done"}, "fate: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("query", "told"), BAD_TRAILS.values(), ids=BAD_TRAILS.keys())
async def test_a_bad_query_of_writes_is_told_with_an_example(
    query: dict[str, str], told: str, auditing: Guard
) -> None:
    answer = await show_writes(auditing, query)
    problem = read(answer)
    assert (answer.status, problem["title"]) == (400, "The request is no query of writes")
    assert told in problem["detail"]
    assert list(problem["example"]) == ["subject"]


async def test_names_with_odd_characters_are_asked_for_as_they_are(azure: LocalAzure, auditing: Guard) -> None:
    odd = VM.replace("web", "we b+ü&ß'\"<>;=\N{SNOWMAN}")
    await save_subject(auditing.clients, await row_of(auditing, odd))
    (listed,) = read(await show_reports(auditing, {}))["subjects"]
    assert listed["subject"] == odd
    assert (await report_of(auditing, odd))["subject"] == odd


async def test_state_that_cannot_be_reached_is_said_with_when_to_ask_again(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(AzureWebJobsStorage__tableServiceUri="https://localhost:1/account")
    answer, problem = await post(request_check, guard, subject=VM)
    assert (answer.status, problem["title"]) == (503, "The app's storage can't be reached now")
    assert answer.headers == {"Retry-After": "10"}
    assert problem["retry_after_seconds"] == 10
    assert list(azure.world.requests) == []


async def test_storage_that_refuses_the_app_is_said_with_the_role_to_grant(
    running_azure: LocalAzure, make: MakeGuard
) -> None:
    async with Replay(running_azure.certificates) as storage:
        denied = {"odata.error": {"code": "AuthorizationPermissionMismatch", "message": {"value": "Not permitted."}}}
        storage.give(Recorded(403, denied, {"Content-Type": "application/json"}))
        guard = await make(AzureWebJobsStorage__tableServiceUri=storage.url)
        answer, problem = await post(request_check, guard, subject=VM)
    assert (answer.status, problem["title"]) == (500, "The app's storage refuses the app")
    assert "AuthorizationPermissionMismatch" in problem["detail"]
    assert "`Storage Table Data Contributor`" in problem["detail"]
    assert "on the app's storage account" in problem["detail"]


async def test_state_that_a_newer_app_wrote_is_said_to_be(azure: LocalAzure, auditing: Guard) -> None:
    await save_subject(auditing.clients, await row_of(auditing, VM))
    table = azure.tables.get_table_client("wacsubjects")
    async for entity in table.list_entities():
        await table.update_entity(entity | {"version": 99})
    answer = await show_reports(auditing, {"subject": VM})
    problem = read(answer)
    assert (answer.status, problem["title"]) == (500, "The app's state can't be read")
    assert "a newer version of the app wrote it. Deploy that version" in problem["detail"]


def test_a_list_of_very_many_stays_small_enough_to_be_read() -> None:
    many = [
        SubjectSummary(f"{VM}{number}", "COMPLIANT", None, (), held=False, contested=False)
        for number in range(10_000)
    ]
    listed = document_subjects(many)
    assert len(listed.subjects) == 10_000
    assert len(listed.model_dump_json()) < 10_000 * 512
