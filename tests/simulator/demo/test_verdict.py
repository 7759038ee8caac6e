"""Whatever is not as it should be at the end of the demo is found."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from rich.console import Console

from simulator.arm.compute.machine import Install
from simulator.build import add_rule, change_application, security_rule
from simulator.dead_letters import DeadLetter
from simulator.demo.audit import Reports
from simulator.demo.cases import RegistrationCase, build_cases, build_registrations
from simulator.demo.chronicle import Chronicle
from simulator.demo.customer import Customer
from simulator.demo.screen import Screen
from simulator.demo.stage import Stage
from simulator.demo.verdict import find_faults
from simulator.estate.networks import MARKER
from simulator.host.contract import Tally
from simulator.local import LocalAzure


@pytest.fixture
async def stage(azure: LocalAzure) -> AsyncIterator[Stage]:
    """A stage on which all has ended as it should, without an app having done it."""
    screen = Screen(Console(file=io.StringIO()))
    clock = azure.world.clock
    async with Customer(azure) as customer:
        stage = Stage(azure, customer, screen, Chronicle(clock, screen.tell, screen.glance), clock.now())
        stage.cases = build_cases(azure.world)
        for case in stage.cases.values():
            _install(stage, case.vm_id, case.installs)
            for name, priority in case.rules.items():
                add_rule(azure.world, case.nsg_ids[0], security_rule(name, priority=priority, description=MARKER))
        stage.registrations = build_registrations(azure.world)
        for one in stage.registrations:
            _move(stage, one)
        stage.people_have_changed()
        stage.quiet_since = clock.now()
        yield stage


def _install(stage: Stage, vm_id: str, times: int = 1) -> None:
    install = Install(stage.now, f"{vm_id}/extensions/AdminCenter")
    stage.azure.world.installs.extend([install] * times)


def _move(stage: Stage, one: RegistrationCase) -> None:
    moved = {"web": {"redirectUris": list(one.registration.web)}, "spa": {"redirectUris": list(one.registration.spa)}}
    change_application(stage.azure.world, one.application_id, moved)


def reports_as_expected(stage: Stage) -> Reports:
    expected = {
        subject: expected
        for case in stage.cases.values()
        for subject, expected in zip((case.vm_id, *case.nsg_ids), (case.vm, *case.nsgs), strict=True)
    }
    expected |= {one.subject: one.registration.expected for one in stage.registrations}
    return {
        subject: {"status": one.status, "findings": [{"reason": reason} for reason in one.reasons]}
        for subject, one in expected.items()
    }


async def test_nothing_is_found_where_all_is_as_it_should_be(stage: Stage) -> None:
    assert find_faults(stage, reports_as_expected(stage)) == []


def _installed_twice(stage: Stage) -> None:
    _install(stage, stage.cases["server-2019"].vm_id)


def _our_rule_is_gone(stage: Stage) -> None:
    case = stage.cases["two-nsgs"]
    del stage.azure.world.resources[f"{case.nsg_ids[0]}/securityRules/PortForWACService"]


def _anothers_rule_is_changed(stage: Stage) -> None:
    world = stage.azure.world
    world.resources[f"{stage.cases['singled-out'].nsg_ids[0]}/securityRules/DenyAdminCenter"]["properties"][
        "access"
    ] = "Allow"


def _anothers_extension_is_changed(stage: Stage) -> None:
    extension = f"{stage.cases['port-6600'].vm_id}/extensions/wac-by-terraform"
    stage.azure.world.resources[extension]["properties"]["settings"]["port"] = "6516"


def _a_rule_without_our_marker_is_new(stage: Stage) -> None:
    rule = security_rule("AllowAnything", priority=101, access="Allow")
    add_rule(stage.azure.world, stage.cases["server-2016"].nsg_ids[0], rule)


def _a_redirect_uri_is_lost(stage: Stage) -> None:
    lost: dict[str, Any] = {"spa": {"redirectUris": []}}
    change_application(stage.azure.world, stage.registrations[0].application_id, lost)


def _an_invocation_failed(stage: Stage) -> None:
    stage.tally = Tally(10, 1)


def _an_event_was_given_up(stage: Stage) -> None:
    now = stage.azure.world.clock.now()
    letter = DeadLetter("webhook", None, {}, "TimeToLiveExceeded", 11, "Busy", published_at=now, attempted_at=now)
    stage.azure.world.event_grid.dead_letters.append(letter)


def _the_app_logged_an_error(stage: Stage) -> None:
    stage.chronicle.hear([{"message": "Check given up as poison", "level": "ERROR"}])


WRONG: dict[str, tuple[Callable[[Stage], None], str]] = {
    "an install too many": (_installed_twice, "server-2019 was installed 2 times, not 1."),
    "our rule gone": (_our_rule_is_gone, "two-nsgs: our rules are PortForAADService (198), not"),
    "another's rule changed": (
        _anothers_rule_is_changed,
        "securityRules/DenyAdminCenter is another's, and was changed.",
    ),
    "another's extension changed": (
        _anothers_extension_is_changed,
        "wac-by-terraform is another's, and was changed.",
    ),
    "a rule of ours without a marker": (_a_rule_without_our_marker_is_new, "AllowAnything is another's"),
    "a redirect URI lost": (
        _a_redirect_uri_is_lost,
        "wac has on platform spa none, not https://wac.contoso.com:6600",
    ),
    "a failed invocation": (_an_invocation_failed, "1 invocations failed."),
    "a dead letter": (_an_event_was_given_up, "1 events ended as dead letters, the first one as TimeToLiveExceeded."),
    "an error": (_the_app_logged_an_error, "1 errors in the app's log, the first one: Check given up as poison"),
}


@pytest.mark.parametrize(("spoil", "sentence"), WRONG.values(), ids=WRONG.keys())
async def test_found_is(stage: Stage, spoil: Callable[[Stage], None], sentence: str) -> None:
    spoil(stage)
    [fault] = find_faults(stage, reports_as_expected(stage))
    assert sentence in fault


async def test_a_subject_with_another_status_or_other_reasons_is_found(stage: Stage) -> None:
    reports = reports_as_expected(stage)
    reports[stage.cases["asleep"].vm_id] = {"status": "COMPLIANT", "findings": []}
    reports[stage.cases["small"].vm_id]["findings"].append({"reason": "EXCLUDED"})
    assert find_faults(stage, reports) == [
        "small is NOT_APPLICABLE EXCLUDED TOO_LITTLE_MEMORY, not NOT_APPLICABLE TOO_LITTLE_MEMORY.",
        "asleep is COMPLIANT, not PENDING VM_STOPPED.",
    ]


async def test_writes_after_all_had_settled_are_found_unless_a_person_made_them(stage: Stage) -> None:
    await stage.customer.start("rg-asleep", "asleep")
    assert find_faults(stage, reports_as_expected(stage)) == []
    world = stage.azure.world
    by_person = next(request for request in world.requests if request.method == "POST")
    ours = replace(by_person, caller=world.identities.system_assigned.client_id)
    world.requests.add(replace(ours, took_effect=False))
    assert find_faults(stage, reports_as_expected(stage)) == []
    world.requests.add(ours)
    [fault] = find_faults(stage, reports_as_expected(stage))
    assert fault.startswith("1 writes since nothing happens any more, such as POST /subscriptions/")
