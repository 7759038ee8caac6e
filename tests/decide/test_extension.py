"""What a VM's plan does about its extension, where the network is no matter."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.estate import AgentState, Estate, Extension, PowerState
from shared.model.past import NOTHING, Past
from shared.model.plan import DeleteExtension, Plan, PutExtension, RefreshExtension
from shared.model.reason import Reason, Status
from tests.decide.applying import applied
from tests.decide.estates import ENFORCED, OBSERVED_AT, VM, VM_ID, estate, extension, machine, without_network

PUT, REFRESH, DELETE = PutExtension.__name__, RefreshExtension.__name__, DeleteExtension.__name__
OTHER = extension("MDE.Windows", publisher="Microsoft.Azure.AzureDefenderForServers", kind="MDE.Windows")


@dataclass(frozen=True)
class Case:
    reasons: tuple[Reason, ...]
    vm: dict[str, Any] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    said: str = ""
    minimum: str | None = None
    looks_at_network: bool = True


def has(*extensions: Extension, **more: Any) -> dict[str, Any]:
    return {"extensions": extensions, **more}


def waits(*reasons: Reason, said: str = "", **vm: Any) -> Case:
    return Case(reasons, vm, said=said, looks_at_network=False)


MISSING, FAILED, OUTDATED = (Reason.EXTENSION_MISSING,), (Reason.EXTENSION_FAILED,), (Reason.EXTENSION_OUTDATED,)
OLD = extension(running_version="0.0.0.321")
STOPPED = {"power_state": PowerState.DEALLOCATED, "agent": AgentState.ABSENT}

CASES = {
    "a VM without the extension gets it": Case(MISSING, actions=(PUT,), said="on port 6516"),
    "other people's extensions are no matter": Case(MISSING, has(OTHER), (PUT,)),
    "a healthy extension leaves nothing to do": Case((), has(OTHER, extension())),
    "one that another tool installed under another name is adopted": Case((), has(extension("WAC-by-Terraform"))),
    "one is known by publisher and type, whatever their case": Case(
        (), has(extension(publisher="microsoft.admincenter", kind="ADMINCENTER"))
    ),
    "one that the agent has not reported on yet is healthy": Case((), has(extension(status_code=None))),
    "an extension being created is waited for": waits(
        Reason.EXTENSION_INSTALLING, **has(extension(state="Creating"))
    ),
    "an extension being updated is waited for": waits(
        Reason.EXTENSION_INSTALLING, **has(extension(state="Updating"))
    ),
    "an extension that is still at work in the guest is waited for": waits(
        Reason.EXTENSION_INSTALLING, **has(extension(status_code="ProvisioningState/transitioning"))
    ),
    "an extension being removed is waited for": waits(Reason.EXTENSION_DELETING, **has(extension(state="Deleting"))),
    "a failed extension is removed, and it is told what Azure says and what follows": Case(
        FAILED,
        has(extension(state="Failed", status_message="Port 6516 is in use.")),
        (DELETE,),
        said="failed (Port 6516 is in use.); its logs are in C:\\WindowsAzure\\Logs\\Plugins\\AdminCenter on the VM."
        " It can be removed now, to be installed again with all of its settings.",
    ),
    "an extension that failed in the guest has failed": Case(
        FAILED, has(extension(status_code="ProvisioningState/failed/3")), (DELETE,)
    ),
    "a state that nobody knows is no success": Case(FAILED, has(extension(state="Canceled")), (DELETE,)),
    "a stopped VM waits for its start": waits(Reason.VM_STOPPED, said="start it", **STOPPED),
    "so does one that is stopping": waits(Reason.VM_STOPPED, power_state=PowerState.STOPPING),
    "so does one that is stopped and still allocated": waits(Reason.VM_STOPPED, power_state=PowerState.STOPPED),
    "so does one that is being deallocated": waits(Reason.VM_STOPPED, power_state=PowerState.DEALLOCATING),
    "a stopped VM with a healthy extension lacks nothing": Case((), has(extension(), **STOPPED)),
    "a VM being created is looked at again": waits(Reason.VM_NOT_PROVISIONED, provisioning_state="Creating"),
    "a VM being updated is looked at again": waits(Reason.VM_NOT_PROVISIONED, provisioning_state="Updating"),
    "a VM whose last update failed can be installed on": Case(MISSING, {"provisioning_state": "Failed"}, (PUT,)),
    "a starting VM is not ready, nor is its agent": waits(
        Reason.VM_NOT_PROVISIONED,
        Reason.AGENT_NOT_READY,
        power_state=PowerState.STARTING,
        agent=AgentState.NOT_READY,
    ),
    "an agent that is not ready is waited for": waits(
        Reason.AGENT_NOT_READY,
        said="VM Agent is unresponsive. It has to be ready",
        agent=AgentState.NOT_READY,
        agent_message="VM Agent is unresponsive.",
    ),
    "so is one that says nothing": waits(Reason.AGENT_NOT_READY, agent=AgentState.ABSENT),
    "an agent that is not ready is no matter where nothing is to be installed": Case(
        (), has(extension(), agent=AgentState.NOT_READY)
    ),
    "a power state that nobody knows is no matter when the agent is ready": Case(
        MISSING, {"power_state": PowerState.UNKNOWN}, (PUT,)
    ),
    "without the VM's unique id no salt is made up": Case(
        (Reason.EXTENSION_MISSING, Reason.READ_FAILED), {"vm_id": None}, said="vmId"
    ),
    "an old version is refreshed": Case(
        OUTDATED, has(OLD), (REFRESH,), "0.0.0.321, older than 0.0.0.345", "0.0.0.345"
    ),
    "versions are compared by number": Case(OUTDATED, has(OLD), (REFRESH,), minimum="0.0.0.1000"),
    "the least version is new enough": Case((), has(OLD), minimum="0.0.0.321"),
    "zeros at the end make no difference": Case((), has(extension(running_version="1.0")), minimum="1.0.0.0"),
    "a newer version is new enough": Case((), has(OLD), minimum="0.0.0.99"),
    "one that was refreshed and is still old is told of alone": Case(
        OUTDATED,
        has(replace(OLD, force_update_tag="wac-guard-0.0.0.345")),
        said="still older",
        minimum="0.0.0.345",
    ),
    "a refresh for another version does not count": Case(
        OUTDATED, has(replace(OLD, force_update_tag="wac-guard-0.0.0.322")), (REFRESH,), minimum="0.0.0.345"
    ),
    "an old one that failed is not refreshed but reinstalled, which makes it new": Case(
        (*FAILED, *OUTDATED), has(replace(OLD, provisioning_state="Failed")), (DELETE,), minimum="0.0.0.345"
    ),
    "which version a failed one would run is no news": Case(
        FAILED, has(extension(state="Failed")), (DELETE,), minimum="0.0.0.345"
    ),
    "an old one on a stopped VM waits for its start": Case(
        (*OUTDATED, Reason.VM_STOPPED), has(OLD, **STOPPED), minimum="0.0.0.345"
    ),
    "an old one waits for its agent": Case(
        (*OUTDATED, Reason.AGENT_NOT_READY), has(OLD, agent=AgentState.NOT_READY), minimum="0.0.0.345"
    ),
    "a version that can't be read is unknown, not old": Case(
        (Reason.READ_FAILED,),
        has(extension(running_version="latest")),
        said="could not be compared",
        minimum="0.0.0.345",
    ),
    "a wish that can't be read makes nothing old": Case((Reason.READ_FAILED,), has(OLD), minimum="newest"),
    "a version that is not reported yet is waited for": Case(
        (Reason.AGENT_NOT_READY,), has(extension()), said="which version", minimum="0.0.0.345"
    ),
    "a stopped VM runs no version": Case((), has(extension(), **STOPPED), minimum="0.0.0.345"),
    "no version is asked for unless a setting does": Case((), has(OLD)),
}


def decided(one: Case) -> tuple[Estate, Plan]:
    here = estate(machine(**one.vm))
    return here, decide_virtual_machine(here, VM, replace(ENFORCED, minimum_extension_version=one.minimum))


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_the_extension_is_brought_to_where_it_should_be(one: Case) -> None:
    _, plan = decided(one)
    assert tuple(finding.reason for finding in plan.findings) == one.reasons
    assert tuple(type(action).__name__ for action in plan.actions) == one.actions
    assert one.said in " ".join(finding.message for finding in plan.findings)


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_the_network_is_asked_for_only_where_the_plan_hangs_on_it(one: Case) -> None:
    here, plan = decided(one)
    desired = replace(ENFORCED, minimum_extension_version=one.minimum)
    first_look = without_network(here)
    assert needs_network(first_look, VM, desired) is one.looks_at_network
    if not one.looks_at_network:
        assert decide_virtual_machine(first_look, VM, desired) == plan


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_carried_out_plans_leave_nothing_to_do_after_one_round_or_two_where_it_is_reinstalled(one: Case) -> None:
    here, plan = decided(one)
    desired = replace(ENFORCED, minimum_extension_version=one.minimum)
    past = NOTHING
    for action in plan.actions:
        if isinstance(action, DeleteExtension):
            past = Past(removed=action.existing)
            here = applied(here, plan)
            plan = decide_virtual_machine(here, VM, desired, past)
            assert [type(one).__name__ for one in plan.actions] == [PUT]
    assert decide_virtual_machine(applied(here, plan), VM, desired, past).actions == ()


def install(**vm: Any) -> PutExtension:
    (action,) = decide_virtual_machine(estate(machine(**vm)), VM, replace(ENFORCED, port=6601)).actions
    assert isinstance(action, PutExtension)
    return action


def test_what_is_installed_is_what_the_portal_would_install() -> None:
    action = install()
    assert action.id == VM.child("extensions", "AdminCenter")
    assert (action.desired.publisher, action.desired.type) == ("Microsoft.AdminCenter", "AdminCenter")
    assert (action.desired.location, action.desired.type_handler_version) == ("westeurope", "0.0")
    assert action.desired.auto_upgrade_minor_version
    assert set(action.desired.settings) == {"port", "salt"}
    assert action.desired.settings["port"] == "6601"


def test_the_salt_is_the_same_for_a_vm_however_its_id_is_written() -> None:
    salt = install().desired.settings["salt"]
    assert salt == hashlib.sha256(VM_ID.lower().encode()).hexdigest()[:32]
    assert salt == install(vm_id=VM_ID.lower()).desired.settings["salt"]
    assert salt != install(vm_id=VM_ID[::-1]).desired.settings["salt"]


def test_an_extension_of_the_same_name_and_another_kind_is_never_replaced() -> None:
    theirs = extension("admincenter", publisher="Contoso", kind="Other")
    assert install(extensions=(theirs,)).id.name == "AdminCenter-2"
    assert install(extensions=(theirs, replace(theirs, id=VM.child("extensions", "ADMINCENTER-2")))).id.name == (
        "AdminCenter-3"
    )


def test_a_refresh_keeps_the_extension_it_found() -> None:
    desired = replace(ENFORCED, minimum_extension_version="0.0.0.345")
    (action,) = decide_virtual_machine(estate(machine(extensions=(OLD,))), VM, desired).actions
    assert action == RefreshExtension(OLD.id, OLD, "wac-guard-0.0.0.345")


@pytest.mark.parametrize(
    ("around", "reason", "status"),
    [
        ({"absent": frozenset({VM})}, Reason.GONE, Status.NOT_APPLICABLE),
        ({"unreadable": {VM: "AuthorizationFailed"}}, Reason.READ_FAILED, Status.UNKNOWN),
        ({}, Reason.READ_FAILED, Status.UNKNOWN),
    ],
)
def test_a_vm_that_is_gone_or_was_not_read_is_left_alone(
    around: dict[str, Any], reason: Reason, status: Status
) -> None:
    here = Estate(OBSERVED_AT, **around)
    plan = decide_virtual_machine(here, VM, ENFORCED)
    assert [finding.reason for finding in plan.findings] == [reason]
    assert (plan.status, plan.actions, plan.checks) == (status, (), ())
    assert not needs_network(here, VM, ENFORCED)
