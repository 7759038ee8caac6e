"""Subjects that go, come again under their names, have odd ones, or have very much to tell."""

from typing import Any

import pytest

from handlers.guard import Guard
from shared.model.plan import Outcome
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from simulator.build import add_extension, add_security_group, add_virtual_machine, security_rule, subnet_id
from simulator.estate.somebody import delete_rule
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.request_log import Kind
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.faults import reasons
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, build_site, check_of, look
from tests.handlers.queue_work import put, work_for
from tests.handlers.requesting import report_of
from tests.handlers.trails import fates, past_of, trail_of, verify_trail

HOUR = 3600.0


def delete_below(world: World, resource_id: str) -> None:
    """Take a resource away with all that is below it."""
    below = f"{resource_id.lower()}/"
    for one in [known for known in world.resources if known.lower().startswith(below)]:
        del world.resources[one]
    del world.resources[resource_id]


@pytest.mark.parametrize("seen_gone", [True, False], ids=["seen gone", "never missed"])
async def test_a_vm_that_comes_again_under_its_name_is_another_vm(
    seen_gone: bool, azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    extension = f"{site.vm_id}/extensions/AdminCenter"
    salts = []
    for round_ in range(3):
        if round_:
            delete_below(azure.world, site.vm_id)
            if seen_gone:
                report = await look(enforcing, site.vm_id)
                assert (report.status, reasons(report)) == (Status.NOT_APPLICABLE, {Reason.GONE})
            add_virtual_machine(azure.world, "rg-web", "web", subnet=subnet_id(site.network_id))
        report = await look(enforcing, site.vm_id)
        assert [result.outcome for result in report.actions] == [Outcome.STARTED], "nobody took anything from it"
        salts.append(azure.world.resources[extension]["properties"]["settings"]["salt"])
        await azure.advance(20 * 60)
        assert (await look(enforcing, site.vm_id)).status is Status.COMPLIANT
    assert len(set(salts)) == 3
    assert not (await past_of(enforcing, site.vm_id)).contested
    assert await fates(enforcing, site.vm_id) == [("PutExtension", "AdminCenter", Fate.DONE)] * 3
    await verify_trail(azure, enforcing, site.vm_id)


async def test_an_nsg_that_comes_again_under_its_name_is_not_contested_for_what_the_earlier_one_lost(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    for _ in range(2):
        await look(enforcing, site.nsg_id)
        await azure.advance(60)
        await look(enforcing, site.nsg_id)
        delete_rule(azure.world, f"{site.nsg_id}/securityRules/PortForWACService")
    assert reasons(await look(enforcing, site.nsg_id)) >= {Reason.CONTESTED}
    delete_below(azure.world, site.nsg_id)
    add_security_group(azure.world, "rg-web", "nsg", (DENY_ALL_OUTBOUND,))
    report = await look(enforcing, site.nsg_id)
    assert [result.outcome for result in report.actions] == [Outcome.STARTED] * 2


async def test_a_write_whose_end_nobody_saw_before_its_vm_was_gone_is_settled_as_unknown(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.DROPPED_AFTER, method="PUT"))
    await look(enforcing, site.vm_id)
    delete_below(azure.world, site.vm_id)
    await look(enforcing, site.vm_id)
    assert await fates(enforcing, site.vm_id) == [("PutExtension", "AdminCenter", Fate.UNKNOWN)]
    (write,) = await trail_of(enforcing, site.vm_id)
    assert "is gone" in write.message
    assert (await past_of(enforcing, site.vm_id)).unsettled == ()


ODD = ["web.1", "Höhe (2)", "日本", "it's", "a=b&c+d", "x" * 64, "web~1!$,;@"]


@pytest.mark.parametrize("name", ODD)
async def test_whatever_characters_a_name_has_its_subjects_are_written_once_and_remembered(
    name: str, azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, name, rules=(DENY_ALL_OUTBOUND,))
    await put(azure, check_of(site.vm_id))
    assert await work_for(azure, enforcing, HOUR) == []
    for subject, writes in ((site.vm_id, 1), (site.nsg_id, 2)):
        assert len(await trail_of(enforcing, subject.upper())) == writes
        assert (await report_of(enforcing, subject))["status"] == "COMPLIANT"
    assert len(azure.world.installs) == 1
    await verify_trail(azure, enforcing, site.vm_id, site.nsg_id)


MACHINES = 200


async def test_a_report_on_hundreds_of_vms_behind_one_nsg_is_kept_whole(azure: LocalAzure, enforcing: Guard) -> None:
    site = build_site(azure.world)
    for number in range(MACHINES - 1):
        add_virtual_machine(azure.world, "rg-web", f"web-{number:03}", subnet=subnet_id(site.network_id))
    for path in ("/virtualMachines/", "Microsoft.ResourceGraph/resources"):
        azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, on=Kind.READ, path=path, times=None))
    report = await look(enforcing, site.nsg_id)
    assert (report.status, len(report.findings)) == (Status.UNKNOWN, MACHINES)
    kept: dict[str, Any] = await report_of(enforcing, site.nsg_id)
    assert len(kept["findings"]) == MACHINES
    assert sum(len(str(finding)) for finding in kept["findings"]) > 2 * 64 * 1024


async def test_rules_for_hundreds_of_vms_on_two_ports_are_put_told_and_kept_whole(
    azure: LocalAzure, make: MakeGuard
) -> None:
    guard = await make(
        **ENFORCE,
        WAC_ENFORCE_SCOPES=f"/subscriptions/{azure.world.subscription_id}",
        WAC_INBOUND_SOURCES="203.0.113.0/24",
    )
    site = build_site(azure.world, rules=(security_rule("NobodyComesIn", priority=1000, direction="Inbound"),))
    for number in range(200):
        vm = add_virtual_machine(azure.world, "rg-web", f"web-{number:03}", subnet=subnet_id(site.network_id))
        add_extension(azure.world, vm, settings={"port": ("6516", "6600")[number % 2]})
    await look(guard, site.nsg_id)
    await azure.advance(60)
    assert (await look(guard, site.nsg_id)).status is Status.COMPLIANT
    writes = await trail_of(guard, site.nsg_id)
    assert [write.fate for write in writes] == [Fate.DONE] * 2
    rules = {str(write.action.id).lower(): getattr(write.action, "desired", None) for write in writes}
    for rule_id, desired in rules.items():
        stands = azure.world.resources[rule_id]["properties"]
        assert desired is not None
        assert sorted(stands["destinationAddressPrefixes"]) == sorted(desired.destination_address_prefixes)
        assert len(desired.destination_address_prefixes) >= 100
    await verify_trail(azure, guard, site.nsg_id)
