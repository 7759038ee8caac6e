"""Our rules go when nothing needs them any more, and only then."""

import pytest

from handlers.guard import Guard
from shared.model.plan import DeleteSecurityRule, Outcome, PutSecurityRule, Report
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from simulator.arm.compute.machine import Power
from simulator.arm.compute.power import stop
from simulator.build import add_virtual_machine, network_interface_of, subnet_id
from simulator.estate.somebody import delete_rule
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.faults import reasons
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, Site, build_site, look
from tests.handlers.trails import fates, past_of, verify_trail

DENY = "DenyAllOutbound"
OURS = {"PortForWACService", "PortForAADService"}


def rules_of(azure: LocalAzure, site: Site) -> set[str]:
    return {rule["name"] for rule in azure.world.resources.in_collection(f"{site.nsg_id}/securityRules")}


def deleted(report: Report) -> dict[str, Outcome]:
    results = (result for result in report.actions if isinstance(result.action, DeleteSecurityRule))
    return {result.action.id.name: result.outcome for result in results}


@pytest.fixture
async def site(azure: LocalAzure, enforcing: Guard) -> Site:
    """An NSG that has rules of ours."""
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,), installed=True)
    await look(enforcing, site.nsg_id)
    await azure.advance(60)
    assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
    return site


async def test_when_what_denied_is_gone_our_rules_go_and_no_loss_is_counted(
    azure: LocalAzure, enforcing: Guard, site: Site
) -> None:
    delete_rule(azure.world, f"{site.nsg_id}/securityRules/{DENY}")
    report = await look(enforcing, site.nsg_id)
    assert deleted(report) == dict.fromkeys(OURS, Outcome.STARTED)
    assert (report.status, reasons(report)) == (Status.PENDING, {Reason.RULE_NEEDLESS})
    assert report.look_again_after is not None
    await azure.advance(report.look_again_after.total_seconds())
    azure.world.requests.clear()
    report = await look(enforcing, site.nsg_id)
    assert (report.status, report.actions) == (Status.COMPLIANT, ())
    assert rules_of(azure, site) == set()
    past = await past_of(enforcing, site.nsg_id)
    assert (past.losses, dict(past.kept)) == ((), {})
    assert {fate for _, _, fate in await fates(enforcing, site.nsg_id)} == {Fate.DONE}
    await verify_trail(azure, enforcing, site.nsg_id)


async def test_with_the_last_vm_for_wac_they_go_and_other_peoples_stay(
    azure: LocalAzure, enforcing: Guard, site: Site
) -> None:
    azure.world.resources[site.vm_id]["tags"] = {"wac-guard": "exclude"}
    assert deleted(await look(enforcing, site.nsg_id)) == dict.fromkeys(OURS, Outcome.STARTED)
    await azure.advance(300)
    report = await look(enforcing, site.nsg_id)
    assert (report.status, reasons(report)) == (Status.NOT_APPLICABLE, {Reason.NO_ELIGIBLE_VM})
    assert rules_of(azure, site) == {DENY}


async def test_a_rule_that_somebody_takes_away_right_before_us_is_no_failure(
    azure: LocalAzure, enforcing: Guard, site: Site
) -> None:
    def take_away(method: str, path: str) -> bool:
        if method == "DELETE" and path in azure.world.resources:
            delete_rule(azure.world, path)
        return False

    delete_rule(azure.world, f"{site.nsg_id}/securityRules/{DENY}")
    azure.world.faults.add(Fault(FaultKind.UNAVAILABLE, path="/securityRules/", when=take_away))
    assert deleted(await look(enforcing, site.nsg_id)) == dict.fromkeys(OURS, Outcome.STARTED)
    assert rules_of(azure, site) == set()
    await azure.advance(300)
    assert (await look(enforcing, site.nsg_id)).status is Status.COMPLIANT
    assert (await past_of(enforcing, site.nsg_id)).losses == ()


async def test_who_stopped_or_is_being_reinstalled_keeps_them(
    azure: LocalAzure, enforcing: Guard, site: Site
) -> None:
    stop(azure.world.machine(site.vm_id), Power.DEALLOCATED)
    assert (await look(enforcing, site.nsg_id)).actions == ()
    del azure.world.resources[f"{site.vm_id}/extensions/AdminCenter"]
    assert (await look(enforcing, site.nsg_id)).actions == ()


async def test_an_audit_tells_of_them_and_deletes_nothing(azure: LocalAzure, auditing: Guard, site: Site) -> None:
    delete_rule(azure.world, f"{site.nsg_id}/securityRules/{DENY}")
    report = await look(auditing, site.nsg_id)
    assert deleted(report) == dict.fromkeys(OURS, Outcome.WOULD_DO)
    assert report.status is Status.NON_COMPLIANT
    assert rules_of(azure, site) == OURS


async def test_an_inbound_rule_is_for_the_vms_that_are_there(azure: LocalAzure, make: MakeGuard) -> None:
    scope = f"/subscriptions/{azure.world.subscription_id}"
    guard = await make(**ENFORCE, WAC_ENFORCE_SCOPES=scope, WAC_INBOUND_SOURCES="203.0.113.0/24")
    site = build_site(azure.world, installed=True)
    leaving = add_virtual_machine(azure.world, "rg-web", "leaving", subnet=subnet_id(site.network_id))
    addresses = []
    for _ in range(2):
        (put,) = [result.action for result in (await look(guard, site.nsg_id)).actions]
        assert isinstance(put, PutSecurityRule)
        addresses.append(len(put.desired.destination_address_prefixes))
        await azure.advance(300)
        assert (await look(guard, site.nsg_id)).actions == ()
        azure.world.resources[network_interface_of(azure.world, leaving)]["properties"].pop("virtualMachine", None)
    assert addresses == [2, 1]
