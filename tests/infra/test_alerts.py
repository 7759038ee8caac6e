"""Alerts fire for what the app really logs in the situations that they are of, and for nothing else."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from handlers.poison import report_poisoned_events
from handlers.reporting import log_report
from handlers.stops import order_stop
from handlers.waivers import order_waiver
from shared.azure.leash import set_stop
from shared.model.leash import Stop
from shared.model.plan import Finding, Report
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from simulator.build import add_lock
from simulator.child_process import ChildFailed
from simulator.estate.somebody import delete_rule
from simulator.faults import Fault, FaultKind
from simulator.host.process import HostProcess
from simulator.local import LocalAzure
from tests.flows.conftest import APP
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, build_site, check_of
from tests.handlers.requesting import post, receive
from tests.handlers.sweeping import ESTATE, OTHER, crowd, subscription_of, sweep
from tests.handlers.sweeping import enforcing as enforcing_with
from tests.handlers.test_poison import poison
from tests.handlers.test_sweeps import put_sweep
from tests.infra.alert_rules import Rule, alerts, fields_in, messages_in, read_rules
from tests.infra.log_tables import Workspace

RULES = read_rules()
AWAITED = ("no-sweep", "subscription-not-swept")
TOLD = {name: rule for name, rule in RULES.items() if name not in AWAITED}
HOUR = 60 * 60
OF_THE_APP = {""}
VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"

type Fired = dict[str, set[str]]
type Situation = Callable[[LocalAzure, MakeGuard], Awaitable[Fired]]


async def fired(azure: LocalAzure, workspace: Workspace, rules: dict[str, Rule] = TOLD) -> Fired:
    """Give the rules that fire now, each with its subjects."""
    tables, now = await workspace.tables(), azure.world.clock.now()
    found = {name: alerts(rule, tables, now) for name, rule in rules.items()}
    return {name: subjects for name, subjects in found.items() if subjects}


async def all_is_well(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure.world)
    await receive(guard, site.vm_id)
    await azure.advance(20 * 60)
    await receive(guard, site.vm_id)
    await sweep(azure, guard)
    return {}


async def an_audit_of_what_is_wrong(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND])
    guard = await make()
    await receive(guard, site.nsg_id)
    await receive(guard, site.vm_id)
    return {}


async def a_check_that_is_given_up(azure: LocalAzure, make: MakeGuard) -> Fired:
    await poison(await make(), VM)
    return {"poison": {VM.lower()}}


async def events_that_are_given_up(azure: LocalAzure, make: MakeGuard) -> Fired:
    await report_poisoned_events(await make(), b"no events")
    return {"poison": {"unreadable"}}


async def a_lock_that_keeps_a_write_away(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    add_lock(azure.world, "rg-web", "freeze")
    await receive(await enforcing_with(make, azure.world), site.vm_id)
    return {"write-refused": {site.vm_id.lower()}}


async def an_install_that_fails(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure.world)
    azure.world.faults.add(Fault(FaultKind.FAILED_INSTALL, path="/virtualmachines/web/"))
    await receive(guard, site.vm_id)
    await azure.advance(20 * 60)
    await receive(guard, site.vm_id)
    return {"write-failed": {site.vm_id.lower()}}


async def five_refusals_in_a_row(azure: LocalAzure, make: MakeGuard) -> Fired:
    sites = [build_site(azure.world, f"web{number}") for number in range(6)]
    guard = await enforcing_with(make, azure.world)
    azure.world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, method="PUT", times=5))
    for site in sites:
        await receive(guard, site.vm_id)
    return {"write-refused": {site.vm_id.lower() for site in sites[:5]}, "stopped-by-failures": OF_THE_APP}


async def the_kill_switch_by_the_app(azure: LocalAzure, make: MakeGuard) -> Fired:
    await post(order_stop, await make(), reason="we look into it")
    return {"stopped-by-person": OF_THE_APP}


async def the_kill_switch_by_hand(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world)
    guard = await enforcing_with(make, azure.world)
    await set_stop(guard.clients, "kill_switch", Stop(azure.world.clock.now(), "by hand"))
    await receive(guard, site.vm_id)
    return {"stopped-by-person": OF_THE_APP}


async def the_kill_switch_and_what_it_keeps_back(azure: LocalAzure, make: MakeGuard) -> Fired:
    await the_kill_switch_by_the_app(azure, make)
    return await the_kill_switch_by_hand(azure, make)


async def a_sweep_that_is_braked(azure: LocalAzure, make: MakeGuard) -> Fired:
    crowd(azure.world, 3)
    await sweep(azure, await enforcing_with(make, azure.world, WAC_MAX_CHANGES="2"))
    return {"sweep-braked": {subscription_of(azure.world).lower()}}


async def a_rule_that_is_taken_away_again_and_again(azure: LocalAzure, make: MakeGuard) -> Fired:
    site = build_site(azure.world, rules=[DENY_ALL_OUTBOUND])
    guard = await enforcing_with(make, azure.world)
    await receive(guard, site.nsg_id)
    for _ in range(2):
        await azure.advance(20 * 60)
        await receive(guard, site.nsg_id)
        delete_rule(azure.world, f"{site.nsg_id}/securityRules/PortForWACService")
        await receive(guard, site.nsg_id)
    return {"contested": {site.nsg_id.lower()}}


async def a_contest_that_somebody_accepts(azure: LocalAzure, make: MakeGuard) -> Fired:
    (nsg,) = (await a_rule_that_is_taken_away_again_and_again(azure, make))["contested"]
    guard = await enforcing_with(make, azure.world)
    until = (azure.world.clock.now() + timedelta(days=9)).isoformat()
    await post(order_waiver, guard, subject=nsg, reason="CONTESTED", until=until, by="Ada", why="change 4711")
    # What was told of it before is out of the window by then.
    await azure.advance(25 * HOUR)
    await receive(guard, nsg)
    return {}


async def vms_that_are_not_shown_any_more(azure: LocalAzure, make: MakeGuard) -> Fired:
    build_site(azure.world, installed=True)
    build_site(azure.world, "app", installed=True)
    guard = await enforcing_with(make, azure.world)
    await sweep(azure, guard)
    subscription = subscription_of(azure.world)
    azure.world.resource_graph.omitted.add(f"{subscription}/resourceGroups/rg-app")
    await sweep(azure, guard)
    return {"not-seen": {subscription.lower()}}


async def a_subscription_that_is_not_shown(azure: LocalAzure, make: MakeGuard) -> Fired:
    build_site(azure.world, installed=True)
    named = f"{azure.world.subscription_id},{OTHER}"
    await sweep(azure, await enforcing_with(make, azure.world, WAC_SUBSCRIPTIONS=named))
    return {"not-seen": {ESTATE.lower()}}


SITUATIONS: tuple[Situation, ...] = (
    all_is_well,
    an_audit_of_what_is_wrong,
    a_check_that_is_given_up,
    events_that_are_given_up,
    a_lock_that_keeps_a_write_away,
    an_install_that_fails,
    five_refusals_in_a_row,
    the_kill_switch_by_the_app,
    the_kill_switch_by_hand,
    a_sweep_that_is_braked,
    a_rule_that_is_taken_away_again_and_again,
    a_contest_that_somebody_accepts,
    vms_that_are_not_shown_any_more,
    a_subscription_that_is_not_shown,
)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
async def test_a_situation_fires_its_own_alerts_for_its_own_subjects_and_no_others(
    situation: Situation, azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    expected = await situation(azure, make)
    assert await fired(azure, workspace) == expected


FIRING: dict[str, Situation] = {
    "poison": a_check_that_is_given_up,
    "write-refused": a_lock_that_keeps_a_write_away,
    "write-failed": an_install_that_fails,
    "stopped-by-failures": five_refusals_in_a_row,
    "stopped-by-person": the_kill_switch_and_what_it_keeps_back,
    "sweep-braked": a_sweep_that_is_braked,
    "contested": a_rule_that_is_taken_away_again_and_again,
    "not-seen": a_subscription_that_is_not_shown,
    "no-sweep": all_is_well,
    "subscription-not-swept": all_is_well,
}


@pytest.mark.parametrize("name", FIRING)
async def test_all_fields_that_a_query_reads_are_those_of_the_lines_it_asks_for(
    name: str, azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    await FIRING[name](azure, make)
    query, rows = RULES[name].query, (await workspace.tables())["AppTraces"]
    of_these = [row["Properties"] for row in rows if row["Message"] in messages_in(query)]
    assert fields_in(query) <= {field for properties in of_these for field in properties}


async def test_an_alert_ends_when_nothing_is_told_any_more(
    azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    await a_check_that_is_given_up(azure, make)
    await azure.advance(24 * HOUR - 1)
    assert "poison" in await fired(azure, workspace)
    await azure.advance(2)
    assert await fired(azure, workspace) == {}


async def test_what_has_more_findings_than_application_insights_keeps_still_fires(
    azure: LocalAzure, workspace: Workspace
) -> None:
    subject = ResourceId(VM)
    findings = [Finding(subject, Reason.INBOUND_EXPOSED, "x" * 1000) for _ in range(20)]
    contested = Finding(subject, Reason.CONTESTED, "twice within seven days")
    log_report(Report(check_of(VM), Status.NON_COMPLIANT, azure.world.clock.now(), (*findings, contested)))
    assert await fired(azure, workspace) == {"contested": {VM.lower()}}
    (row,) = (await workspace.tables())["AppTraces"]
    assert len(row["Properties"]["findings"]) == 8192
    assert "CONTESTED" not in row["Properties"]["findings"]


async def test_a_sweep_that_does_not_run_for_three_hours_is_missed_until_the_next_one(
    azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    no_sweep = {"no-sweep": RULES["no-sweep"]}
    build_site(azure.world, installed=True)
    guard = await enforcing_with(make, azure.world)
    assert await fired(azure, workspace, no_sweep) == {"no-sweep": OF_THE_APP}
    for pause in (3 * HOUR - 60, 3 * HOUR + 60):
        await sweep(azure, guard)
        assert await fired(azure, workspace, no_sweep) == {}
        await azure.advance(pause)
    assert await fired(azure, workspace, no_sweep) == {"no-sweep": OF_THE_APP}


async def test_a_sweep_is_missed_where_its_timer_comes_but_nothing_can_be_read(
    azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    build_site(azure.world, installed=True)
    guard = await enforcing_with(make, azure.world)
    subscription = subscription_of(azure.world)
    azure.world.resource_graph.omitted.add(subscription)
    await sweep(azure, guard)
    await put_sweep(azure, guard)
    awaited = {name: RULES[name] for name in AWAITED}
    assert await fired(azure, workspace, awaited) == {
        "no-sweep": OF_THE_APP,
        "subscription-not-swept": {subscription.lower()},
    }


async def test_of_the_subscriptions_only_those_are_told_of_that_no_sweep_saw(
    azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    build_site(azure.world, installed=True)
    azure.world.subscriptions[OTHER] = OTHER
    guard = await enforcing_with(make, azure.world)
    await sweep(azure, guard)
    awaited = {name: RULES[name] for name in AWAITED}
    assert await fired(azure, workspace, awaited) == {}
    azure.world.resource_graph.omitted.add(subscription_of(azure.world))
    # Of the last three hours: what was seen before is forgotten.
    for _ in range(3):
        await sweep(azure, guard)
        await put_sweep(azure, guard)
    assert await fired(azure, workspace, awaited) == {
        "subscription-not-swept": {subscription_of(azure.world).lower()}
    }


@pytest.mark.parametrize("window", ["PT1H", "P1D", "P2D"])
def test_the_time_for_sweeps_is_that_of_both_rules_that_wait_for_them(window: str) -> None:
    rules = read_rules(window)
    assert {rules[name].window for name in AWAITED} == {
        {"PT1H": 1, "P1D": 24, "P2D": 48}[window] * timedelta(hours=1)
    }


async def test_an_app_whose_settings_make_no_sense_is_one_that_does_not_start(azure: LocalAzure) -> None:
    """The worker's own words, and the row that the host is taken to make of them: the host isn't here to ask."""
    environment = azure.environment() | {"WAC_EXTENSION_MODE": "sometimes"}
    with pytest.raises(ChildFailed) as failed:
        async with HostProcess(APP, environment, certificates=azure.certificates):
            pytest.fail("it started")
    now = azure.world.clock.now()
    message = f"Result: Failure\nException: {failed.value}"
    row = {"TimeGenerated": now.isoformat(), "OuterMessage": message, "Details": [{"message": message}]}
    rule = RULES["not-starting"]
    assert alerts(rule, {"AppExceptions": [row]}, now) == OF_THE_APP
    assert alerts(rule, {"AppExceptions": [row | {"OuterMessage": "Worker failed to index functions"}]}, now)
    failure = {"OuterMessage": "Result: Failure\nException: ServiceRequestError", "Details": []}
    assert alerts(rule, {"AppExceptions": [row | failure]}, now) == set()
