"""Alerts fire for what the app really logs in the situations that they are of, and for nothing else."""

from datetime import timedelta

import pytest

from handlers.reporting import log_report
from shared.model.plan import Finding, Report
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from simulator.child_process import ChildFailed
from simulator.host.process import HostProcess
from simulator.local import LocalAzure
from tests.flows.conftest import APP
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import build_site, check_of
from tests.handlers.sweeping import OTHER, subscription_of, sweep
from tests.handlers.sweeping import enforcing as enforcing_with
from tests.handlers.test_sweeps import put_sweep
from tests.infra.alert_rules import Rule, alerts, fields_in, messages_in, read_rules
from tests.infra.log_tables import Workspace
from tests.infra.situations import (
    FIRING,
    HOUR,
    OF_THE_APP,
    SITUATIONS,
    VM,
    Fired,
    Situation,
    a_check_that_is_given_up,
)

RULES = read_rules()
AWAITED = ("no-sweep", "subscription-not-swept")
TOLD = {name: rule for name, rule in RULES.items() if name not in AWAITED}


async def fired(azure: LocalAzure, workspace: Workspace, rules: dict[str, Rule] = TOLD) -> Fired:
    """Give the rules that fire now, each with its subjects."""
    tables, now = await workspace.tables(), azure.world.clock.now()
    found = {name: alerts(rule, tables, now) for name, rule in rules.items()}
    return {name: subjects for name, subjects in found.items() if subjects}


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
async def test_a_situation_fires_its_own_alerts_for_its_own_subjects_and_no_others(
    situation: Situation, azure: LocalAzure, make: MakeGuard, workspace: Workspace
) -> None:
    expected = await situation(azure, make)
    assert await fired(azure, workspace) == expected


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
