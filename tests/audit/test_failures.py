"""Where something can't be read: it is told, it is never called right, and it hides nothing else."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from simulator.build import add_filler_applications, add_older_gateway
from simulator.estate.registrations import subject_of
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.local_clock import LocalClock
from simulator.request_log import QUERY
from simulator.world import SUBSCRIPTION_ID, World
from tests.audit.running import Command, somewhere
from tests.handlers.looking import build_site, tell_when

OTHER = "11111111-2222-3333-4444-555555555555"
SIZES, LIST = "Microsoft.Compute/skus", "/v1.0/applications"


@pytest.fixture
async def two_subscriptions(azure: LocalAzure) -> AsyncIterator[World]:
    yield await azure.reset(World(LocalClock(azure.world.clock.now()), (SUBSCRIPTION_ID, OTHER)))
    # Worlds to come have the subscriptions of the last one.
    await azure.reset(World(LocalClock(azure.world.clock.now()), (SUBSCRIPTION_ID,)))


async def test_a_subscription_that_cannot_be_read_is_unknown_and_hides_no_other(
    two_subscriptions: World, audit: Command
) -> None:
    build_site(two_subscriptions, installed=True)
    fault = Fault(FaultKind.UNAVAILABLE, path=f"{SUBSCRIPTION_ID}/providers/{SIZES}", times=None, retry_after=0)
    two_subscriptions.faults.add(fault)
    ran = await audit()
    assert (ran.exit_code, ran.document["status"]) == (2, "UNKNOWN")
    assert {one["id"]: one["was_read"] for one in ran.document["subscriptions"]} == {
        SUBSCRIPTION_ID: False,
        OTHER: True,
    }
    (unread,) = ran.document["unread"]
    assert unread["subject"] == f"/subscriptions/{SUBSCRIPTION_ID}"
    assert "503" in unread["message"]
    assert ran.document["subjects"] == []
    assert "Could not be read" in ran.output
    assert "Could not be read" in ran.page


async def test_what_passes_is_outlasted(audit: Command, azure: LocalAzure) -> None:
    site = build_site(azure.world)
    gateway = add_older_gateway(azure.world, "old.contoso.com")
    for path in (QUERY, SIZES, LIST):
        azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, path=path, times=2, retry_after=0))
    ran = await audit()
    assert len(azure.world.faults.struck) == 6
    assert ran.document["unread"] == []
    assert ran.status_of(site.vm_id) == ("NON_COMPLIANT", {"EXTENSION_MISSING"})
    assert ran.status_of(subject_of(gateway))[0] == "NON_COMPLIANT"
    assert "asking again in 0 s" in ran.errors


async def test_not_allowed_to_see_app_registrations_is_told_and_the_subscriptions_are_read(
    audit: Command, azure: LocalAzure
) -> None:
    site = build_site(azure.world, installed=True)
    azure.world.graph.revoke(azure.world.identities.system_assigned, "Application.ReadWrite.OwnedBy")
    ran = await audit()
    assert ran.exit_code == 2
    (unread,) = ran.document["unread"]
    assert "not allowed to see app registrations" in unread["message"]
    assert "--no-app-registrations" in unread["message"]
    assert any("WAC_GATEWAYS" in note for note in ran.document["notes"])
    assert ran.status_of(site.vm_id) == ("COMPLIANT", set())


async def test_a_list_of_registrations_that_breaks_off_is_unknown_and_what_was_found_is_told(
    audit: Command, azure: LocalAzure
) -> None:
    early = add_older_gateway(azure.world, "early.contoso.com")
    add_filler_applications(azure.world, 150)
    pages = iter(range(99))
    azure.world.faults.add(
        Fault(
            FaultKind.UNAVAILABLE,
            when=lambda _, path: path.lower() == LIST and next(pages) >= 1,
            times=None,
            retry_after=0,
        )
    )
    ran = await audit()
    assert ran.exit_code == 2
    assert [one["name"] for one in ran.document["unread"]] == ["App registrations"]
    assert ran.status_of(subject_of(early))[0] == "NON_COMPLIANT"


async def test_one_registration_that_cannot_be_read_is_unknown(audit: Command, azure: LocalAzure) -> None:
    ill, well = (add_older_gateway(azure.world, f"{name}.contoso.com") for name in ("ill", "well"))
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, path=f"{LIST}/{ill}", times=None, retry_after=0))
    ran = await audit()
    assert ran.status_of(subject_of(ill)) == ("UNKNOWN", {"READ_FAILED"})
    assert ran.status_of(subject_of(well))[0] == "NON_COMPLIANT"
    assert ran.exit_code == 2


@pytest.mark.parametrize("named", [SUBSCRIPTION_ID.upper(), "local azure 1", f"/subscriptions/{SUBSCRIPTION_ID}"])
async def test_subscriptions_are_named_by_id_or_by_name(named: str, two_subscriptions: World, audit: Command) -> None:
    ran = await audit("--subscription", named)
    assert [one["id"] for one in ran.document["subscriptions"]] == [SUBSCRIPTION_ID]


async def test_one_that_is_named_and_not_seen_is_told_and_the_others_are_read(
    two_subscriptions: World, audit: Command
) -> None:
    ran = await audit("--subscription", OTHER, "--subscription", "Prod")
    assert ran.exit_code == 2
    assert [one["id"] for one in ran.document["subscriptions"]] == [OTHER]
    (unread,) = ran.document["unread"]
    assert (unread["name"], "az login --tenant" in unread["message"]) == ("Prod", True)


async def test_the_settings_of_the_app_say_which_subscriptions_are_watched(
    two_subscriptions: World, audit: Command
) -> None:
    ran = await audit(WAC_SUBSCRIPTIONS=OTHER)
    assert [one["id"] for one in ran.document["subscriptions"]] == [OTHER]
    ran = await audit("--subscription", SUBSCRIPTION_ID, WAC_SUBSCRIPTIONS=OTHER)
    assert [one["id"] for one in ran.document["subscriptions"]] == [SUBSCRIPTION_ID]


async def test_one_that_the_settings_watch_and_is_not_seen_is_told(audit: Command) -> None:
    ran = await audit(WAC_SUBSCRIPTIONS=OTHER)
    assert (ran.exit_code, [one["name"] for one in ran.document["unread"]]) == (2, [OTHER])


async def test_a_management_group_gives_its_subscriptions(two_subscriptions: World, audit: Command) -> None:
    ran = await audit("--management-group", two_subscriptions.tenant_id)
    assert {one["id"] for one in ran.document["subscriptions"]} == {SUBSCRIPTION_ID, OTHER}


async def test_a_management_group_that_is_not_seen_is_told_in_a_sentence(audit: Command) -> None:
    ran = await audit("--management-group", "platform")
    assert ran.exit_code == 2
    assert "Management group platform shows no subscriptions to read" in ran.errors
    assert ran.files == []


async def test_settings_that_make_no_sense_are_told_all_at_once(audit: Command) -> None:
    ran = await audit(WAC_PROT="1", WAC_PORT="0")
    assert ran.exit_code == 2
    assert "WAC_PROT is not a setting of WAC Guard; did you mean WAC_PORT" in ran.errors
    assert "WAC_PORT: " in ran.errors


async def test_a_file_that_cannot_be_written_is_told_before_anything_is_read(
    audit: Command, azure: LocalAzure
) -> None:
    with pytest.raises(SystemExit) as ended:
        await audit("--html", "nowhere/audit.html")
    assert ended.value.code == 2
    assert len(azure.world.requests) == 0


async def test_whoever_is_not_signed_in_is_told_what_to_do_in_a_sentence(audit: Command, tmp_path: Path) -> None:
    ran = await audit.end(await audit.start(environment=somewhere(audit.environment, tmp_path)))
    assert ran.exit_code == 2
    assert "az login" in ran.errors
    assert "Azure CLI not found on path" in ran.errors
    assert len(ran.errors.splitlines()) == 1
    assert ran.output == ""
    assert ran.files == []


async def test_a_sign_in_that_is_set_up_wrong_is_told_in_a_sentence(audit: Command) -> None:
    ran = await audit(AZURE_TOKEN_CREDENTIALS="nonsense")
    assert (ran.exit_code, ran.files) == (2, [])
    assert "Invalid value for AZURE_TOKEN_CREDENTIALS: nonsense" in ran.errors
    assert "Traceback" not in ran.errors


async def test_ctrl_c_ends_it_at_once_and_leaves_nothing(audit: Command, azure: LocalAzure) -> None:
    build_site(azure.world)
    arrived = tell_when(azure.world, QUERY)
    azure.world.faults.add(Fault(FaultKind.TIME_OUT, path=QUERY, times=None))
    process = await audit.start()
    async with asyncio.timeout(60):
        await arrived.wait()
    ran = await audit.end(process, signal.SIGINT)
    azure.world.faults.release()
    assert (ran.exit_code, ran.errors) == (130, "Stopped. Nothing was written, neither in Azure nor here.\n")
    assert (ran.output, ran.files) == ("", [])
