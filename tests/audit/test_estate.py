"""The whole estate of situations, audited from a laptop: what the deployed app would say, and not a byte written."""

from handlers.guard import Guard
from simulator.demo.cases import build_registrations
from simulator.estate.many import SHARED_NSG
from simulator.estate.registrations import subject_of
from simulator.estate.situations import SITUATIONS
from simulator.local import LocalAzure
from simulator.request_log import QUERY
from simulator.world import World
from tests.audit.running import Command
from tests.handlers.conftest import auditing, make
from tests.handlers.looking import build_site, look

__all__ = ["auditing", "make"]

GATEWAY = "https://wacgw01.contoso.com:6600"
WIKI = "https://wiki.contoso.com/wac"
# Resource Graph tells neither of an agent nor since when an install has been under way.
NOT_TOLD = {"AGENT_NOT_READY"}


def build_all(world: World) -> list[str]:
    """Build every situation but the one with hundreds of VMs; give the subjects."""
    built = [one.build(world) for one in SITUATIONS if one is not SHARED_NSG]
    return [subject for one in built for subject in (one.vm_id, *one.nsg_ids)]


async def assert_only_read(azure: LocalAzure) -> None:
    sent = {(one.method, one.path) for one in azure.world.requests}
    assert sent
    assert {path for method, path in sent if method != "GET"} == {QUERY}
    assert azure.world.requests.writes() == []
    assert [one async for one in azure.tables.list_tables()] == []
    assert [one async for one in azure.storage.list_queues()] == []


async def test_the_whole_estate_is_read_with_nothing_but_reads_and_told_as_wrong(
    audit: Command, azure: LocalAzure
) -> None:
    subjects = build_all(azure.world)
    registrations = build_registrations(azure.world)
    azure.world.requests.clear()
    ran = await audit(WAC_GATEWAYS=GATEWAY, WAC_DOCUMENTATION=WIKI)
    await assert_only_read(azure)
    document = ran.document
    assert (ran.exit_code, document["exit_code"], document["status"]) == (1, 1, "NON_COMPLIANT")
    told = {one["subject"].lower() for one in document["subjects"]}
    assert {one.lower() for one in subjects} <= told
    assert document["unread"] == []
    assert document["settings"] == {"WAC_GATEWAYS": GATEWAY}
    found = [finding for one in document["subjects"] for finding in one["findings"]]
    assert {one["page"] for one in found} == {f"{WIKI}/findings.md#{one['reason'].lower()}" for one in found} != set()
    assert document["app_registrations"]["registrations"] == 204
    for one in registrations:
        expected = one.registration.expected
        if expected.status == "NON_COMPLIANT":
            assert ran.status_of(one.subject) == (expected.status, set(expected.reasons) - {"PERMISSION_MISSING"})
    assert "OUTBOUND_DENIED_DELIBERATELY" in ran.output
    assert ran.errors == ""
    assert azure.world.identity_header not in ran.page + str(document)
    assert ran.files == ["wac-audit.html", "wac-audit.json"]


async def test_of_each_subject_it_says_what_the_deployed_app_says(
    audit: Command, azure: LocalAzure, auditing: Guard
) -> None:
    subjects = build_all(azure.world)
    ran = await audit("--no-app-registrations", "--quiet")
    for subject in subjects:
        report = await look(auditing, subject)
        live = {finding.reason.value for finding in report.findings}
        if not live & NOT_TOLD:
            assert ran.status_of(subject) == (report.status.name, live), subject


async def test_a_gateway_that_a_registration_tells_of_is_not_proposed_to_be_broken(
    audit: Command, azure: LocalAzure
) -> None:
    build_registrations(azure.world)
    site = build_site(azure.world, "wac")
    ran = await audit()
    assert ran.status_of(site.vm_id) == ("NOT_APPLICABLE", {"GATEWAY_HOST"})


async def test_what_is_proposed_is_written_down_in_three_languages(audit: Command, azure: LocalAzure) -> None:
    site = build_site(azure.world)
    ran = await audit(WAC_PORT="6600")
    (vm,) = [one for one in ran.document["subjects"] if one["subject"].lower() == site.vm_id.lower()]
    (proposal,) = vm["proposals"]
    assert proposal["azure_cli"].startswith("az vm extension set")
    assert '"port": "6600"' in proposal["azure_cli"]
    assert "resource " in proposal["bicep"]
    assert "azapi" in proposal["terraform"] or "azurerm" in proposal["terraform"]
    assert "az vm extension set" in ran.page


async def test_where_nothing_is_wrong_the_exit_code_is_0(audit: Command, azure: LocalAzure) -> None:
    build_site(azure.world, installed=True)
    ran = await audit()
    assert (ran.exit_code, ran.document["status"]) == (0, "COMPLIANT")
    assert "Nothing is wrong in what was read" in ran.output


async def test_an_empty_tenant_is_told_as_one(audit: Command) -> None:
    ran = await audit()
    assert (ran.exit_code, ran.document["subjects"]) == (0, [])
    assert "There is no VM" in ran.page


async def test_app_registrations_may_be_left_unread_and_that_is_told(audit: Command, azure: LocalAzure) -> None:
    build_registrations(azure.world)
    build_site(azure.world, "wac")
    azure.world.requests.clear()
    ran = await audit("--no-app-registrations")
    assert [one.path for one in azure.world.requests if "/applications" in one.path] == []
    assert not ran.document["app_registrations"]["was_asked"]
    assert any("WAC_GATEWAYS" in note for note in ran.document["notes"])


async def test_as_a_process_it_does_the_same(audit: Command, azure: LocalAzure) -> None:
    site = build_site(azure.world)
    gateway = build_registrations(azure.world)[0]
    # A terminal that knows nothing but ASCII, as files on Windows may.
    ran = await audit.end(await audit.start(environment=audit.environment | {"PYTHONIOENCODING": "ascii"}))
    assert (ran.exit_code, ran.errors) == (1, "")
    assert ran.status_of(site.vm_id) == ("NON_COMPLIANT", {"EXTENSION_MISSING"})
    assert ran.status_of(subject_of(gateway.application_id))[0] == "NON_COMPLIANT"
    assert "EXTENSION_MISSING" in ran.output
    assert "are wrong" in ran.output


async def test_quiet_it_says_nothing_and_leaves_the_files(audit: Command, azure: LocalAzure) -> None:
    build_site(azure.world)
    ran = await audit("--quiet", "--html", "one.html", "--json", "two.json", "--svg", "three.svg")
    assert (ran.exit_code, ran.output, ran.errors) == (1, "", "")
    assert ran.files == ["one.html", "three.svg", "two.json"]
