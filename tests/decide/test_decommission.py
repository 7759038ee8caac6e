"""What is taken away when WAC Guard is: all that is ours, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given

from shared.decide.decommission import decide_decommission
from shared.decide.network_security_group import decide_network_security_group
from shared.decide.outrank import MARKER, is_ours
from shared.decide.undo import decide_undo
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState
from shared.model.estate import Access, AgentState, Estate, Extension, PowerState
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    Plan,
    PutExtension,
    RefreshExtension,
)
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write
from tests.decide.actions import PUT_EXTENSION
from tests.decide.any_estate import FIRST_VM, estates
from tests.decide.applying import applied
from tests.decide.estates import (
    ENFORCED,
    NSG,
    OBSERVED_AT,
    SUBNET,
    VM,
    allow_out,
    deny_out,
    estate,
    extension,
    interface_id,
    machine,
    security_group,
)
from tests.decide.strategies import DESIRED
from tests.decide.writes import written

OURS = extension(settings=PUT_EXTENSION.desired.settings)
FOREIGN = extension("wac", settings={"port": 6600, "salt": "terraform"})
INSTALL, AGAIN = PUT_EXTENSION, replace(PUT_EXTENSION, existing=OURS)
REMOVAL, TO_REINSTALL = DeleteExtension(OURS.id, OURS), DeleteExtension(OURS.id, OURS, to_reinstall=True)
FOREIGN_AGAIN = PutExtension(FOREIGN.id, FOREIGN, replace(PUT_EXTENSION.desired, settings=FOREIGN.settings))


@dataclass(frozen=True)
class Case:
    there: tuple[Extension, ...]
    trail: Sequence[Action | tuple[Action, Fate]] = ()
    taken: bool = False
    said: str = "which somebody else installed, stays"
    vm: dict[str, Any] = field(default_factory=dict)
    waits: tuple[Reason, ...] = ()


GOES = "extension AdminCenter, which it installed on vm-1, is to go"
OFF = {"power_state": PowerState.DEALLOCATED, "agent": AgentState.ABSENT}
CASES = {
    "what we installed goes": Case((OURS,), [INSTALL], taken=True, said=GOES),
    "what we installed and it failed goes": Case(
        (replace(OURS, provisioning_state="Failed"),), [(INSTALL, Fate.FAILED)], taken=True, said=GOES
    ),
    "what we installed and reinstalled goes": Case((OURS,), [INSTALL, TO_REINSTALL, AGAIN], taken=True, said=GOES),
    "what we installed and refreshed goes": Case(
        (OURS,), [INSTALL, RefreshExtension(OURS.id, OURS, "t")], taken=True, said=GOES
    ),
    "a write whose end nobody saw counts by its settings": Case(
        (OURS,), [(INSTALL, Fate.UNKNOWN)], taken=True, said=GOES
    ),
    "what was taken away and put back by people's orders goes": Case(
        (OURS,), [INSTALL, REMOVAL, AGAIN], taken=True, said=GOES
    ),
    "a removal that Azure did not carry out is tried again": Case(
        (OURS,), [INSTALL, (REMOVAL, Fate.NOT_DONE)], taken=True, said=GOES
    ),
    "what is not in the trail stays": Case((OURS,)),
    "a foreign one that we reinstalled stays": Case(
        (FOREIGN,), [DeleteExtension(FOREIGN.id, FOREIGN, to_reinstall=True), FOREIGN_AGAIN]
    ),
    "a foreign one that we refreshed stays": Case((FOREIGN,), [RefreshExtension(FOREIGN.id, FOREIGN, "t")]),
    "what was refused was never ours": Case((OURS,), [(INSTALL, Fate.REFUSED), (INSTALL, Fate.NOT_DONE)]),
    "one with other settings is somebody's, such as that of an earlier VM of that name": Case(
        (replace(OURS, settings={"port": "6516", "salt": "another VM's"}),), [INSTALL]
    ),
    "one under another name is somebody's": Case((FOREIGN,), [INSTALL]),
    "one that somebody installed after we took ours away is theirs": Case((OURS,), [INSTALL, REMOVAL]),
    "a VM without the extension is left alone": Case((), [INSTALL, REMOVAL], said="it has no AdminCenter extension."),
    "so are other extensions": Case(
        (extension(publisher="Contoso"),), [INSTALL], said="it has no AdminCenter extension."
    ),
    "of a foreign one that is gone between removal and reinstall a person is told": Case(
        (), [TO_REINSTALL], said="Somebody else's was removed to be installed again: undo write 2026"
    ),
    "of one of ours that is gone then nobody is": Case(
        (), [INSTALL, TO_REINSTALL], said="it has no AdminCenter extension. To have"
    ),
    "a stopped VM is waited for": Case((OURS,), [INSTALL], said=GOES, vm=OFF, waits=(Reason.VM_STOPPED,)),
    "so is one whose agent isn't ready": Case(
        (OURS,), [INSTALL], said=GOES, vm={"agent": AgentState.NOT_READY}, waits=(Reason.AGENT_NOT_READY,)
    ),
    "so is a removal under way": Case(
        (replace(OURS, provisioning_state="Deleting"),),
        [INSTALL, (REMOVAL, Fate.ACCEPTED)],
        said=GOES,
        waits=(Reason.EXTENSION_DELETING,),
    ),
    "a VM that allows no extension operations is told of": Case(
        (OURS,),
        [INSTALL],
        said=GOES,
        vm={"allow_extension_operations": False},
        waits=(Reason.EXTENSIONS_DISALLOWED,),
    ),
    "a VM that is not for WAC any more loses it too": Case(
        (OURS,), [INSTALL], taken=True, said=GOES, vm={"tags": {"wac-guard": "exclude"}}
    ),
}


def trail_of(actions: Sequence[Action | tuple[Action, Fate]]) -> list[Write]:
    return [written(*one) if isinstance(one, tuple) else written(one) for one in actions]


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_vm_loses_the_extension_that_we_installed_and_no_other(one: Case) -> None:
    here = estate(machine(extensions=one.there, **one.vm))
    trail = trail_of(one.trail)
    plan = decide_decommission(here, VM, trail)
    assert [finding.reason for finding in plan.findings] == [Reason.DECOMMISSIONED, *one.waits]
    assert plan.actions == (tuple(DeleteExtension(it.id, it) for it in one.there) if one.taken else ())
    assert one.said in plan.findings[0].message
    assert 'POST {"stop": "decommission"} to /api/lift.' in plan.findings[0].message
    assert plan == decide_decommission(here, VM, trail[::-1])


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_once_it_is_gone_nothing_is_left_to_do(one: Case) -> None:
    here = estate(machine(extensions=one.there, **one.vm))
    trail = trail_of(one.trail)
    plan = decide_decommission(here, VM, trail)
    after = decide_decommission(applied(here, plan), VM, [*trail, *map(written, plan.actions)])
    if plan.actions:
        assert (after.actions, [finding.reason for finding in after.findings]) == ((), [Reason.DECOMMISSIONED])


def test_an_nsg_loses_the_rules_that_carry_our_marker_and_no_others() -> None:
    service = allow_out("PortForWACService", 199, destination="WindowsAdminCenter", ports="443", description=MARKER)
    renamed = replace(service, name="renamed by hand", priority=150, description=f"{MARKER} And more.")
    foreign = replace(service, name="PortForAADService", priority=198, description="by Terraform")
    turned = replace(service, name="turned", priority=197, access=Access.DENY)
    plan = decide_decommission(
        estate(subnet_group=security_group(service, renamed, foreign, turned, deny_out())), NSG, []
    )
    (finding,) = plan.findings
    assert (finding.reason, plan.status) == (Reason.DECOMMISSIONED, Status.NOT_APPLICABLE)
    assert "its rules in nsg-web are to go: PortForWACService, renamed by hand." in finding.message
    assert plan.actions == tuple(
        DeleteSecurityRule(NSG.child("securityRules", rule.name), rule) for rule in (service, renamed)
    )


@given(estates(), DESIRED)
def test_all_that_a_check_writes_is_taken_away_again_and_all_else_stays(here: Estate, desired: DesiredState) -> None:
    plans: dict[ResourceId, Plan] = {
        NSG: decide_network_security_group(here, NSG, desired),
        FIRST_VM: decide_virtual_machine(here, FIRST_VM, desired),
    }
    installed = [one for one in plans[FIRST_VM].actions if isinstance(one, PutExtension)]
    after = applied(here, replace(plans[FIRST_VM], actions=tuple(installed)))
    after = applied(after, plans[NSG])
    for subject in plans:
        after = applied(after, decide_decommission(after, subject, [written(one) for one in installed]))
    assert after.virtual_machines == here.virtual_machines
    before, left = (one.network_security_groups[NSG].security_rules for one in (here, after))
    assert set(left) == {rule for rule in before if not is_ours(rule)}


def test_what_was_taken_away_can_be_put_back() -> None:
    here = estate(machine(extensions=(OURS,)))
    plan = decide_decommission(here, VM, [written(INSTALL)])
    gone = applied(here, plan)
    back = applied(gone, decide_undo(gone, VM, written(plan.actions[0])))
    assert back.virtual_machines[VM].extensions[0].settings == OURS.settings
    assert decide_virtual_machine(back, VM, ENFORCED).findings == ()


@pytest.mark.parametrize("subject", [interface_id(), SUBNET])
def test_nothing_is_written_for_other_subjects(subject: ResourceId) -> None:
    plan = decide_decommission(estate(), subject, [written(INSTALL)])
    assert ([finding.reason for finding in plan.findings], plan.actions) == ([Reason.DECOMMISSIONED], ())


@pytest.mark.parametrize("subject", [NSG, VM])
@pytest.mark.parametrize(
    ("around", "reason"),
    [("absent", Reason.GONE), ("unreadable", Reason.READ_FAILED), (None, Reason.READ_FAILED)],
)
def test_what_is_gone_or_was_not_read_is_left_alone(subject: ResourceId, around: str | None, reason: Reason) -> None:
    given: dict[str, Any] = {"absent": frozenset({subject}), "unreadable": {subject: "AuthorizationFailed"}}
    here = Estate(OBSERVED_AT, **({around: given[around]} if around else {}))
    plan = decide_decommission(here, subject, [written(INSTALL)])
    assert ([finding.reason for finding in plan.findings], plan.actions) == ([reason], ())
