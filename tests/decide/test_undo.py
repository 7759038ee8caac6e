"""What undoing a write does: what was there is put back, unless somebody has changed it since."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.outrank import MARKER
from shared.decide.undo import decide_undo
from shared.model.estate import Access, AgentState, Estate, Extension, PowerState, SecurityRule
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    Plan,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Fate
from tests.decide.actions import PUT_EXTENSION
from tests.decide.applying import applied
from tests.decide.estates import (
    NSG,
    OBSERVED_AT,
    VM,
    allow_out,
    deny_in,
    deny_out,
    estate,
    extension,
    machine,
    security_group,
)
from tests.decide.writes import written


def ours(priority: int = 199, **more: Any) -> SecurityRule:
    given = {"destination": "WindowsAdminCenter", "ports": "443", "protocol": "Tcp", "description": MARKER, **more}
    return allow_out("PortForWACService", priority, **given)


RULE = NSG.child("securityRules", "PortForWACService")
MOVED = ours(150)
PUT_NEW = PutSecurityRule(RULE, None, ours())
PUT_OVER = PutSecurityRule(RULE, MOVED, ours())
DELETED = DeleteSecurityRule(RULE, ours())
FIELD = "somebody has changed the rule's"


@dataclass(frozen=True)
class RuleCase:
    action: PutSecurityRule | DeleteSecurityRule
    there: tuple[SecurityRule, ...]
    undone: PutSecurityRule | DeleteSecurityRule | None = None
    said: str = ""


RULE_CASES = {
    "a rule that we put is taken away": RuleCase(PUT_NEW, (ours(),), DeleteSecurityRule(RULE, ours())),
    "in whatever letters Azure shows it": RuleCase(
        PUT_NEW,
        (replace(ours(protocol="TCP", destination="windowsadmincenter"), name="PORTFORWACSERVICE"),),
        DeleteSecurityRule(
            RULE, replace(ours(protocol="TCP", destination="windowsadmincenter"), name="PORTFORWACSERVICE")
        ),
    ),
    "one whose description somebody has added to is still ours": RuleCase(
        PUT_NEW,
        (ours(description=f"{MARKER} See ticket 7."),),
        DeleteSecurityRule(RULE, ours(description=f"{MARKER} See ticket 7.")),
    ),
    "a rule that is gone already needs nothing": RuleCase(PUT_NEW, (deny_out(),)),
    "one that somebody has moved stays": RuleCase(PUT_NEW, (ours(198),), said=f"{FIELD} priority since"),
    "one that somebody has widened stays": RuleCase(
        PUT_NEW,
        (ours(destination="*", ports="*"),),
        said="destination address prefixes, destination port ranges since",
    ),
    "one that somebody has made their own stays": RuleCase(
        PUT_NEW, (ours(description="Networking team"),), said="description (it no longer begins with"
    ),
    "one that somebody has turned into a deny stays": RuleCase(
        PUT_NEW, (replace(ours(), access=Access.DENY),), said=f"{FIELD} access since"
    ),
    "a rule that we changed is put back": RuleCase(PUT_OVER, (ours(),), PutSecurityRule(RULE, ours(), MOVED)),
    "one that is back already needs nothing": RuleCase(PUT_OVER, (MOVED,)),
    "one that somebody has changed again stays": RuleCase(PUT_OVER, (ours(151),), said="priority since"),
    "one that somebody has taken away stays away": RuleCase(PUT_OVER, (), said="has been taken away since"),
    "one whose old place is taken stays": RuleCase(
        PUT_OVER, (ours(), deny_out("Theirs", 150)), said="rule Theirs (priority 150) stands where it stood"
    ),
    "a rule that we deleted is put back": RuleCase(DELETED, (deny_out(),), PutSecurityRule(RULE, None, ours())),
    "one that is there again needs nothing": RuleCase(DELETED, (ours(),)),
    "another rule of its name stays": RuleCase(
        DELETED, (ours(300),), said="a rule of that name has been put there since"
    ),
    "another rule in its place stays": RuleCase(
        DELETED, (deny_out("Theirs", 199),), said="rule Theirs (priority 199) stands where it stood"
    ),
    "the same priority in the other direction is another place": RuleCase(
        DELETED, (deny_in("Theirs", 199),), PutSecurityRule(RULE, None, ours())
    ),
}


def undo_rule(one: RuleCase) -> tuple[Estate, Plan, str]:
    here = estate(subnet_group=security_group(*one.there))
    write = written(one.action)
    return here, decide_undo(here, NSG, write), write.id


@pytest.mark.parametrize("one", RULE_CASES.values(), ids=RULE_CASES.keys())
def test_a_write_of_a_rule_is_undone_if_nobody_changed_it_since(one: RuleCase) -> None:
    _, plan, write_id = undo_rule(one)
    assert plan.actions == ((one.undone,) if one.undone else ())
    assert plan.undoes == (write_id if one.undone else None)
    assert_told(plan, one.said, write_id)


def assert_told(plan: Plan, said: str, write_id: str) -> None:
    assert [finding.reason for finding in plan.findings] == ([Reason.UNDO_NOT_POSSIBLE] if said else [])
    for finding in plan.findings:
        assert said in finding.message
        assert "The write of 2026-11-21 08:00 UTC to " in finding.message
        assert finding.message.endswith("is left as it is.")
        assert finding.evidence["write"] == write_id


@pytest.mark.parametrize("one", RULE_CASES.values(), ids=RULE_CASES.keys())
def test_once_a_rule_is_put_back_nothing_is_left_to_undo(one: RuleCase) -> None:
    here, plan, _ = undo_rule(one)
    if plan.actions:
        again = decide_undo(applied(here, plan), NSG, written(one.action))
        assert (again.findings, again.actions) == ((), ())


OURS = extension(settings=PUT_EXTENSION.desired.settings)
REMOVED = extension("wac", settings={"port": 6600, "salt": "s"}, type_handler_version="0.1")
INSTALLED, REMOVAL = PUT_EXTENSION, DeleteExtension(REMOVED.id, REMOVED)
OFF = {"power_state": PowerState.DEALLOCATED, "agent": AgentState.ABSENT}


@dataclass(frozen=True)
class ExtensionCase:
    action: PutExtension | RefreshExtension | DeleteExtension
    there: tuple[Extension, ...] = ()
    vm: dict[str, Any] = field(default_factory=dict)
    undone: type[PutExtension | DeleteExtension] | None = None
    said: str = ""
    waits: tuple[Reason, ...] = ()
    fate: Fate = Fate.DONE


def with_state(state: str) -> Extension:
    return replace(OURS, provisioning_state=state)


EXTENSION_CASES = {
    "what we installed is taken away": ExtensionCase(INSTALLED, (OURS,), undone=DeleteExtension),
    "if it failed, too": ExtensionCase(INSTALLED, (with_state("Failed"),), undone=DeleteExtension, fate=Fate.FAILED),
    "if it is on its way, too": ExtensionCase(
        INSTALLED, (with_state("Creating"),), undone=DeleteExtension, fate=Fate.ACCEPTED
    ),
    "if it is gone already, nothing is left to do": ExtensionCase(INSTALLED),
    "one that is on another name was not ours": ExtensionCase(INSTALLED, (REMOVED,)),
    "if it is going, that is waited for": ExtensionCase(
        INSTALLED, (with_state("Deleting"),), waits=(Reason.EXTENSION_DELETING,)
    ),
    "one whose settings somebody has changed stays": ExtensionCase(
        INSTALLED,
        (replace(OURS, settings={**OURS.settings, "port": "6600", "proxy": {}}),),
        said="somebody has changed its settings (port, proxy) since",
    ),
    "a port is not the same as text and as a number: somebody has written it": ExtensionCase(
        INSTALLED, (replace(OURS, settings={**OURS.settings, "port": 6516}),), said="settings (port) since"
    ),
    "one of another kind under its name stays": ExtensionCase(
        INSTALLED, (replace(OURS, publisher="Contoso"),), said="has been replaced by one of Contoso since"
    ),
    "a stopped VM is waited for": ExtensionCase(INSTALLED, (OURS,), OFF, waits=(Reason.VM_STOPPED,)),
    "so is an agent that isn't ready": ExtensionCase(
        INSTALLED, (OURS,), {"agent": AgentState.NOT_READY}, waits=(Reason.AGENT_NOT_READY,)
    ),
    "a VM that allows no extension operations can't be written to": ExtensionCase(
        INSTALLED, (OURS,), {"allow_extension_operations": False}, said="vm-1 allows no extension operations"
    ),
    "what we removed is put back": ExtensionCase(REMOVAL, undone=PutExtension),
    "also what a reinstall removed": ExtensionCase(replace(REMOVAL, to_reinstall=True), undone=PutExtension),
    "if it is there again, nothing is left to do": ExtensionCase(REMOVAL, (REMOVED,)),
    "also where it failed meanwhile": ExtensionCase(REMOVAL, (replace(REMOVED, provisioning_state="Failed"),)),
    "a removal that was but accepted is waited for": ExtensionCase(
        REMOVAL, (REMOVED,), waits=(Reason.EXTENSION_DELETING,), fate=Fate.ACCEPTED
    ),
    "so is one that is under way": ExtensionCase(
        REMOVAL, (replace(REMOVED, provisioning_state="Deleting"),), waits=(Reason.EXTENSION_DELETING,)
    ),
    "one installed since under its name stays": ExtensionCase(
        REMOVAL,
        (replace(REMOVED, settings={"port": 6600, "salt": "t"}),),
        said="extension wac has been installed since, with another salt",
    ),
    "one installed since under another name stays": ExtensionCase(
        REMOVAL, (extension(),), said="extension AdminCenter has been installed since"
    ),
    "one of another kind under its name is not replaced": ExtensionCase(
        REMOVAL, (extension("WAC", publisher="Contoso"),), said="extension WAC has been installed since"
    ),
    "a stopped VM is waited for before it is put back": ExtensionCase(REMOVAL, (), OFF, waits=(Reason.VM_STOPPED,)),
    "a reinstall is not undone, since it changed nothing": ExtensionCase(
        replace(INSTALLED, existing=REMOVED), (OURS,), said="it put back, with the same settings"
    ),
    "a refresh is not, since Azure has no way back": ExtensionCase(
        RefreshExtension(OURS.id, OURS, "tag"), (OURS,), said="Azure can't bring back the older version"
    ),
}


def undo_extension(one: ExtensionCase) -> tuple[Estate, Plan, str]:
    here = estate(machine(extensions=one.there, **one.vm))
    write = written(one.action, one.fate)
    return here, decide_undo(here, VM, write), write.id


@pytest.mark.parametrize("one", EXTENSION_CASES.values(), ids=EXTENSION_CASES.keys())
def test_a_write_of_an_extension_is_undone_if_nobody_changed_it_since(one: ExtensionCase) -> None:
    _, plan, write_id = undo_extension(one)
    assert [type(action) for action in plan.actions] == ([one.undone] if one.undone else [])
    assert plan.undoes == (write_id if one.undone else None)
    if one.waits:
        assert tuple(finding.reason for finding in plan.findings) == one.waits
        assert plan.status is Status.PENDING
    else:
        assert_told(plan, one.said, write_id)


@pytest.mark.parametrize("one", EXTENSION_CASES.values(), ids=EXTENSION_CASES.keys())
def test_once_an_extension_is_as_it_was_nothing_is_left_to_undo(one: ExtensionCase) -> None:
    here, plan, _ = undo_extension(one)
    if plan.actions:
        again = decide_undo(applied(here, plan), VM, written(one.action))
        assert (again.findings, again.actions) == ((), ())


def test_an_extension_is_put_back_with_all_that_it_had() -> None:
    plan = decide_undo(estate(machine(location="northeurope")), VM, written(REMOVAL))
    (action,) = plan.actions
    assert isinstance(action, PutExtension)
    assert (action.id, action.desired.location) == (REMOVED.id, "northeurope")
    assert (action.desired.settings, action.desired.type_handler_version) == (REMOVED.settings, "0.1")


@pytest.mark.parametrize("fate", [Fate.REFUSED, Fate.NOT_DONE, Fate.POSTPONED])
@pytest.mark.parametrize(("subject", "action"), [(NSG, PUT_NEW), (VM, INSTALLED), (VM, REMOVAL), (NSG, PUT_OVER)])
def test_what_was_never_written_is_not_undone(fate: Fate, subject: ResourceId, action: Action) -> None:
    here = estate(machine(extensions=(OURS,)), subnet_group=security_group(ours()))
    plan = decide_undo(here, subject, written(action, fate))
    assert (plan.findings, plan.actions, plan.undoes) == ((), (), None)


@pytest.mark.parametrize("subject", [NSG, VM])
@pytest.mark.parametrize(
    ("around", "reason"),
    [("absent", Reason.GONE), ("unreadable", Reason.READ_FAILED), (None, Reason.READ_FAILED)],
)
def test_nothing_is_undone_of_what_is_gone_or_was_not_read(
    subject: ResourceId, around: str | None, reason: Reason
) -> None:
    given: dict[str, Any] = {"absent": frozenset({subject}), "unreadable": {subject: "AuthorizationFailed"}}
    here = Estate(OBSERVED_AT, **({around: given[around]} if around else {}))
    plan = decide_undo(here, subject, written(PUT_NEW if subject == NSG else INSTALLED))
    assert [finding.reason for finding in plan.findings] == [reason]
    assert (plan.actions, plan.undoes) == ((), None)


def test_a_write_to_another_subject_is_not_undone() -> None:
    here = estate(machine(extensions=(OURS,)), subnet_group=security_group(ours()))
    plan = decide_undo(here, VM, written(PUT_NEW))
    assert plan.actions == ()
    assert f"it was made to {NSG}" in plan.findings[0].message
