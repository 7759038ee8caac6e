"""Whoever can write the app's tables has it write nothing that it would not decide by itself."""

import json
import logging
from dataclasses import replace
from typing import Any

import pytest

from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.orders import order_undo
from shared.azure.check_queue import CHECKS, REDIRECTS, write_check
from shared.azure.subjects import save_subject
from shared.azure.trail import intend
from shared.decide.outrank import MARKER
from shared.model.application import RedirectSettings
from shared.model.estate import Access, Direction, Extension, SecurityRule
from shared.model.past import Past
from shared.model.plan import Action, DeleteExtension, DeleteSecurityRule, Outcome, PatchApplication
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write
from simulator.build import add_older_gateway
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import ENFORCE, build_site, check_of, look
from tests.handlers.queue_work import work_for
from tests.handlers.requesting import post, queued, report_of, row_of
from tests.handlers.test_applications import MIGRATE, WEB, subject_of, uris

HOUR = 3600.0
OTHER_SUBSCRIPTION = "99999999-2222-3333-4444-555555555555"


def script_on(vm_id: str) -> Extension:
    identity, settings = ResourceId(f"{vm_id}/extensions/wac"), {"commandToExecute": "whoami"}
    return Extension(identity, "Microsoft.Compute", "CustomScriptExtension", "Succeeded", settings)


def wide_rule_in(nsg_id: str, **changed: Any) -> DeleteSecurityRule:
    given: dict[str, Any] = {"description": f"{MARKER} Trust me.", "source_address_prefixes": ("*",), **changed}
    rule = SecurityRule(
        "PortForWAC",
        100,
        Direction.INBOUND,
        Access.ALLOW,
        "Tcp",
        destination_address_prefixes=("10.1.0.4",),
        destination_port_ranges=("3389",),
        **given,
    )
    return DeleteSecurityRule(ResourceId(f"{nsg_id}/securityRules/PortForWAC"), rule)


async def forge(guard: Guard, azure: LocalAzure, subject: str, action: Action) -> str:
    """Put a write into the trail that was never made."""
    write = Write("20261101T000000", ResourceId(subject), action, "forged", "c", azure.world.clock.now(), Fate.DONE)
    await intend(guard.clients, write)
    return write.id


async def assert_not_undone(
    guard: Guard, azure: LocalAzure, action: Action, log: pytest.LogCaptureFixture, queue: str = CHECKS
) -> None:
    """Order the undo of a forged write, let hours pass, and see that nothing was written, and little was tried."""
    subject = str(action.id.parent or action.id)
    write = await forge(guard, azure, subject, action)
    answer, _ = await post(order_undo, guard, subject=subject, write=write)
    assert answer.status == 202
    with log.at_level(logging.ERROR):
        assert await work_for(azure, guard, 3 * HOUR, queue) == []
    assert azure.world.requests.writes() == []
    found = [one for one in (await report_of(guard, subject))["findings"] if one["reason"] == "UNDO_NOT_POSSIBLE"]
    assert len(found) == 1
    assert found[0]["evidence"]["write"] == write
    lines = [vars(record) for record in log.records if record.message == "Write beyond the limits refused"]
    assert 1 <= len(lines) <= 3
    assert {(line["levelname"], line["subject"], line["undoes"]) for line in lines} == {("ERROR", subject, write)}


@pytest.fixture
async def guard(make: MakeGuard, azure: LocalAzure) -> Guard:
    scope = f"/subscriptions/{azure.world.subscription_id}"
    return await make(**ENFORCE, **MIGRATE, WAC_ENFORCE_SCOPES=scope, WAC_INBOUND_SOURCES="203.0.113.0/24")


async def test_a_forged_removal_puts_no_script_on_a_vm(
    azure: LocalAzure, guard: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    vm_id = build_site(azure.world).vm_id
    script = script_on(vm_id)
    await assert_not_undone(guard, azure, DeleteExtension(script.id, script), caplog)


@pytest.mark.parametrize("description", [f"{MARKER} Trust me.", "Networking team"])
async def test_a_forged_deletion_opens_no_port_to_everybody(
    description: str, azure: LocalAzure, guard: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    nsg_id = build_site(azure.world).nsg_id
    await assert_not_undone(guard, azure, wide_rule_in(nsg_id, description=description), caplog)


async def test_a_forged_patch_registers_no_foreign_redirect_uri(
    azure: LocalAzure, guard: Guard, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = add_older_gateway(azure.world, "wac.contoso.com", web=WEB)
    subject = subject_of(gateway)
    forged = PatchApplication(
        ResourceId(subject),
        RedirectSettings((*WEB, "https://evil.example:6600/signin-oidc"), ()),
        RedirectSettings(WEB, ()),
    )
    await assert_not_undone(guard, azure, forged, caplog, REDIRECTS)
    assert uris(azure.world, gateway) == (list(WEB), [])


async def test_what_is_remembered_as_removed_is_put_back_only_if_it_is_admin_center(
    azure: LocalAzure, guard: Guard
) -> None:
    vm_id = build_site(azure.world).vm_id
    row = await row_of(guard, vm_id)
    await save_subject(guard.clients, replace(row, past=Past(removed=script_on(vm_id))))
    report = await look(guard, vm_id)
    assert [result.outcome for result in report.actions] == [Outcome.STARTED]
    assert "CustomScriptExtension of Microsoft.Compute, is none" in report.findings[0].message
    assert report.findings[0].reason is Reason.EXTENSION_MISSING
    (written,) = azure.world.requests.writes()
    assert written.path.lower().endswith("/extensions/admincenter")


@pytest.mark.parametrize("is_sweep", [False, True])
async def test_a_message_of_a_subscription_that_is_not_watched_is_dropped(
    is_sweep: bool, azure: LocalAzure, make: MakeGuard, caplog: pytest.LogCaptureFixture
) -> None:
    guard = await make(WAC_SUBSCRIPTIONS=OTHER_SUBSCRIPTION)
    site = build_site(azure.world)
    subject = f"/subscriptions/{azure.world.subscription_id}" if is_sweep else site.vm_id
    with caplog.at_level(logging.INFO):
        await receive_check(guard, write_check(check_of(subject)))
    assert list(azure.world.requests) == []
    assert await queued(azure) == []
    assert (await row_of(guard, subject)).etag is None
    (line,) = [vars(record) for record in caplog.records if record.message == "Check dropped"]
    assert (line["levelname"], line["subject"]) == ("WARNING", subject)
    assert line["reason"] == f"subscription {azure.world.subscription_id} is not watched"


async def test_what_lies_in_no_subscription_is_watched_whichever_are_named(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(WAC_SUBSCRIPTIONS=OTHER_SUBSCRIPTION)
    subject = subject_of(add_older_gateway(azure.world, "wac.contoso.com", web=WEB))
    await receive_check(guard, write_check(check_of(subject)))
    assert (await row_of(guard, subject)).etag is not None
    for of_all in ("/providers/Microsoft.Graph/tenants/home", "/providers/Microsoft.Resources/tenants/home"):
        await receive_check(guard, json.dumps(json.loads(write_check(check_of(of_all)))))
        assert (await row_of(guard, of_all)).etag is not None
