"""When a failed extension is installed again, and how much of it is kept."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.estate import AgentState, Extension, PowerState
from shared.model.past import Past
from shared.model.plan import DeleteExtension, Plan, PutExtension
from shared.model.reason import Reason, Status
from tests.decide.estates import (
    AUDITED,
    ENFORCED,
    OBSERVED_AT,
    VM,
    deny_out,
    estate,
    extension,
    machine,
    security_group,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PROXIED: dict[str, Any] = {
    "port": 6600,
    "salt": "terraform",
    "proxy": {"mode": "application", "address": "http://proxy:3128"},
    "somethingNew": [1, {"a": None}],
}
FAILED = extension(
    "wac",
    publisher="microsoft.admincenter",
    state="Failed",
    settings=PROXIED,
    type_handler_version="0.1",
    auto_upgrade_minor_version=False,
)
BLOCKED = {"subnet_group": security_group(deny_out(destination="WindowsAdminCenter"))}


def ago(*times: timedelta) -> Past:
    return Past(reinstalls=tuple(OBSERVED_AT - time for time in times))


@dataclass(frozen=True)
class Case:
    past: Past = field(default_factory=Past)
    removes: bool = False
    said: str = ""
    looks_after: timedelta | None = None
    vm: dict[str, Any] = field(default_factory=dict)
    around: dict[str, Any] = field(default_factory=dict)
    also: tuple[Reason, ...] = ()


REMOVED_NOW = "It can be removed now, to be installed again with all of its settings."
CASES = {
    "the first time, it is at once": Case(removes=True, said=REMOVED_NOW),
    "a minute after the first, the second waits for its half hour": Case(
        ago(MINUTE), said="installed again at 2026-11-22 08:29:00 UTC", looks_after=29 * MINUTE
    ),
    "a second before the half hour is over, too": Case(
        ago(30 * MINUTE - timedelta(seconds=1)), said="08:00:01 UTC", looks_after=timedelta(seconds=1)
    ),
    "when it is over, it is removed": Case(ago(30 * MINUTE), removes=True, said=REMOVED_NOW),
    "the third waits for four hours since the second, not the first": Case(
        ago(DAY, HOUR), said="installed again at 2026-11-22 11:00:00 UTC", looks_after=3 * HOUR
    ),
    "in whatever order they are remembered": Case(ago(HOUR, DAY), said="11:00:00 UTC", looks_after=3 * HOUR),
    "and is made then": Case(ago(DAY, 4 * HOUR), removes=True),
    "after the third it is left to a person, who is told how to lift that": Case(
        ago(3 * DAY, 2 * DAY, DAY),
        said="reinstalled 3 times within seven days, so it is left to you: mend what its logs name, and then have it"
        f' tried again by POST /api/lift with {{"subject": "{VM}"}}.',
    ),
    "a stopped VM can't be written to": Case(
        said="once the VM and its agent are ready",
        vm={"power_state": PowerState.DEALLOCATED, "agent": AgentState.ABSENT},
        also=(Reason.VM_STOPPED,),
    ),
    "an agent that isn't ready is waited for": Case(
        said="once the VM and its agent are ready",
        vm={"agent": AgentState.NOT_READY},
        also=(Reason.AGENT_NOT_READY,),
    ),
    "so is a VM that is being updated": Case(
        said="once the VM and its agent are ready",
        vm={"provisioning_state": "Updating"},
        also=(Reason.VM_NOT_PROVISIONED,),
    ),
    "a pause is told of a stopped VM, too": Case(
        ago(MINUTE),
        said="08:29:00 UTC",
        looks_after=29 * MINUTE,
        vm={"power_state": PowerState.STOPPED},
        also=(Reason.VM_STOPPED,),
    ),
    "without the outbound path it would fail again": Case(
        said="once the outbound path is allowed", around=BLOCKED, also=(Reason.OUTBOUND_DENIED_DELIBERATELY,)
    ),
    "nothing is removed on what could not be read": Case(
        said="once the outbound path is allowed", around={"network_interfaces": {}}, also=(Reason.TRAFFIC_UNKNOWN,)
    ),
    "one whose settings can't be seen is left to a person, since they would be lost": Case(
        said="Azure shows no settings of it that could be kept: remove it",
        vm={"extensions": (replace(FAILED, settings={}),)},
    ),
}


def plan_of(one: Case) -> Plan:
    here = estate(machine(**{"extensions": (FAILED,), **one.vm}), **one.around)
    return decide_virtual_machine(here, VM, ENFORCED, one.past)


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_failed_extension_is_removed_to_be_installed_again_or_it_is_said_what_that_waits_for(one: Case) -> None:
    plan = plan_of(one)
    finding = plan.findings[0]
    assert {found.reason for found in plan.findings} == {Reason.EXTENSION_FAILED, *one.also}
    assert (finding.reason, finding.status) == (Reason.EXTENSION_FAILED, Status.NON_COMPLIANT)
    assert one.said in finding.message
    assert plan.actions == ((DeleteExtension(FAILED.id, FAILED, to_reinstall=True),) if one.removes else ())
    assert plan.look_at == (OBSERVED_AT + one.looks_after if one.looks_after else None)


def test_an_audit_shows_the_removal_and_says_what_follows() -> None:
    plan = decide_virtual_machine(estate(machine(extensions=(FAILED,))), VM, AUDITED)
    assert [type(action) for action in plan.actions] == [DeleteExtension]
    assert "to be installed again with all of its settings" in plan.findings[0].message


def removed(gone: Extension = FAILED, **vm: Any) -> Plan:
    return decide_virtual_machine(estate(machine(**vm)), VM, ENFORCED, Past(removed=gone))


def test_what_was_removed_is_put_back_with_all_that_it_had() -> None:
    plan = removed(location="northeurope", vm_id=None)
    (action,) = plan.actions
    assert isinstance(action, PutExtension)
    assert (action.id, action.existing) == (FAILED.id, FAILED)
    asked = action.desired
    assert (asked.publisher, asked.type, asked.location) == (FAILED.publisher, FAILED.type, "northeurope")
    assert (asked.type_handler_version, asked.auto_upgrade_minor_version) == ("0.1", False)
    assert asked.settings == PROXIED
    assert type(asked.settings["port"]) is int


def test_it_is_told_that_it_was_removed_to_be_installed_again() -> None:
    (finding,) = removed().findings
    assert finding.reason is Reason.EXTENSION_MISSING
    assert "since it was removed to be installed again; it can be put back now" in finding.message
    assert finding.evidence["settings"] == ["port", "proxy", "salt", "somethingNew"]


def test_what_azure_never_told_is_put_as_microsoft_would() -> None:
    (action,) = removed(replace(FAILED, type_handler_version=None, auto_upgrade_minor_version=None)).actions
    assert isinstance(action, PutExtension)
    assert (action.desired.type_handler_version, action.desired.auto_upgrade_minor_version) == ("0.0", True)


def test_one_that_took_its_name_meanwhile_is_not_replaced() -> None:
    theirs = extension("WAC", publisher="Contoso", kind="Backup")
    (action,) = removed(extensions=(theirs,)).actions
    assert action.id.name == "wac-2"


@pytest.mark.parametrize(
    ("vm", "around", "reason"),
    [
        ({"power_state": PowerState.DEALLOCATED}, {}, Reason.VM_STOPPED),
        ({"agent": AgentState.NOT_READY}, {}, Reason.AGENT_NOT_READY),
        ({}, BLOCKED, Reason.EXTENSION_MISSING),
        ({"tags": {"wac-guard": "exclude"}}, {}, Reason.EXCLUDED),
    ],
)
def test_it_is_put_back_when_a_first_install_could_be_made(
    vm: dict[str, Any], around: dict[str, Any], reason: Reason
) -> None:
    plan = decide_virtual_machine(estate(machine(**vm), **around), VM, ENFORCED, Past(removed=FAILED))
    assert plan.findings[0].reason is reason
    assert plan.actions == ()


def test_one_that_somebody_installed_meanwhile_is_left_as_it_is() -> None:
    plan = removed(extensions=(extension(),))
    assert (plan.findings, plan.actions) == ((), ())
