"""What is never written, whoever asked for it; all that is decided of what is there is within these limits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.decide.limits import explain_beyond_limits, reason_of_limit
from shared.decide.outrank import MARKER
from shared.decide.undo import decide_undo
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.application import GatewayUrl
from shared.model.desired import DesiredState
from shared.model.estate import Access, Estate, SecurityRule
from shared.model.past import Past
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
    Plan,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from shared.model.write import Fate
from tests.decide.actions import (
    CLEAN_UP,
    DELETE_EXTENSION,
    DELETE_RULE,
    PATCH,
    PUT_EXTENSION,
    PUT_RULE,
    REFRESH,
)
from tests.decide.any_application import DESIRED as REDIRECTS_DESIRED
from tests.decide.any_application import applications
from tests.decide.any_estate import SUBJECTS, carried_through, estates, plan_of
from tests.decide.applications import APP, CALLBACK, LOCALHOST, PAIR, WAC, patch_of, plan_for, settings, tenant
from tests.decide.applying import applied
from tests.decide.estates import ENFORCED, NSG, VM, allow_out, deny_out, estate, extension, machine
from tests.decide.inbound_rule_cases import CASES as INBOUND
from tests.decide.needless_rule_cases import CASES as NEEDLESS
from tests.decide.outbound_rule_cases import CASES as OUTBOUND
from tests.decide.rule_cases import Case
from tests.decide.standing_rule_cases import CASES as STANDING
from tests.decide.strategies import DESIRED
from tests.decide.writes import written

OFFICE = replace(ENFORCED, inbound_sources=("203.0.113.0/24", "198.51.100.7"))
GROUP_CASES = INBOUND | NEEDLESS | OUTBOUND | STANDING


def assert_within_limits(plan: Plan, desired: DesiredState) -> None:
    assert [explain_beyond_limits(action, desired) for action in plan.actions] == [None] * len(plan.actions)


@pytest.mark.parametrize("one", GROUP_CASES.values(), ids=GROUP_CASES.keys())
def test_what_is_decided_of_each_group_is_within_the_limits(one: Case) -> None:
    assert_within_limits(one.plan, one.desired)


@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_whatever_is_decided_of_vms_and_groups_is_within_the_limits(
    here: Estate, desired: DesiredState, subject: ResourceId
) -> None:
    assert_within_limits(plan_of(here, subject, desired), desired)
    after, past = carried_through(here, subject, desired)
    assert_within_limits(plan_of(after, subject, desired, past), desired)


@given(estates(), DESIRED)
def test_what_was_put_anew_can_be_undone_within_the_limits(here: Estate, desired: DesiredState) -> None:
    plan = plan_of(here, NSG, desired)
    for action in plan.actions:
        if isinstance(action, PutSecurityRule) and action.existing is None:
            undo = decide_undo(applied(here, replace(plan, actions=(action,))), NSG, written(action, Fate.DONE))
            assert_within_limits(undo, desired)


@given(applications(), REDIRECTS_DESIRED)
def test_whatever_is_decided_of_app_registrations_and_its_undo_is_within_the_limits(
    one: Any, desired: DesiredState
) -> None:
    for _ in range(2):
        plan = plan_for(one, desired)
        patch = patch_of(plan)
        if patch is None:
            return
        assert_within_limits(plan, desired)
        one = applied(tenant(one), plan).applications[APP]
        assert_within_limits(decide_undo(tenant(one), APP, written(patch, Fate.DONE)), desired)


WITHIN: dict[str, Action] = {
    "installing": PUT_EXTENSION,
    "in whatever letters": replace(
        PUT_EXTENSION, desired=replace(PUT_EXTENSION.desired, publisher="MICROSOFT.ADMINCENTER", type="admincenter")
    ),
    "bringing up to date": REFRESH,
    "removing": DELETE_EXTENSION,
    "a rule that lets the named sources in": PUT_RULE,
    "in the letters that Azure shows": replace(PUT_RULE, desired=replace(PUT_RULE.desired, protocol="TCP")),
    "a part of the named sources": replace(
        PUT_RULE, desired=replace(PUT_RULE.desired, source_address_prefixes=("203.0.113.128/25",))
    ),
    "taking our rule away": DELETE_RULE,
    "moving redirect URIs": PATCH,
    "back again": PatchApplication(APP, PATCH.desired, PATCH.existing),
    "cleaning up": CLEAN_UP,
    "and back": PatchApplication(APP, CLEAN_UP.desired, CLEAN_UP.existing),
}


@pytest.mark.parametrize("action", WITHIN.values(), ids=WITHIN.keys())
def test_what_the_app_writes_is_within_the_limits(action: Action) -> None:
    assert explain_beyond_limits(action, OFFICE) is None


def put(**changed: Any) -> PutSecurityRule:
    return replace(PUT_RULE, desired=replace(PUT_RULE.desired, **changed))


def let_out(**changed: Any) -> PutSecurityRule:
    given: dict[str, Any] = {"destination": "WindowsAdminCenter", "ports": "443", "protocol": "Tcp", **changed}
    rule = allow_out("Ours", 150, description=MARKER, **given)
    return PutSecurityRule(NSG.child("securityRules", "Ours"), None, rule)


def registered(web: tuple[str, ...], spa: tuple[str, ...]) -> PatchApplication:
    return PatchApplication(APP, settings(CALLBACK, PAIR), settings(web, spa))


SCRIPT = extension("wac", publisher="Microsoft.Compute", kind="CustomScriptExtension")
SCRIPTED = replace(PUT_EXTENSION.desired, publisher="Microsoft.Compute", type="CustomScriptExtension")
EVERYONE = ("*", "Internet", "0.0.0.0/0", "0.0.0.0/1", "::/0", "VirtualNetwork", "203.0.112.0/23", "192.0.2.1")


@dataclass(frozen=True)
class Forged:
    action: Action
    said: str


BEYOND = {
    "a script": Forged(replace(PUT_EXTENSION, desired=SCRIPTED), "CustomScriptExtension of Microsoft.Compute"),
    "a script of WAC's type": Forged(
        replace(PUT_EXTENSION, desired=replace(PUT_EXTENSION.desired, publisher="Contoso")), "AdminCenter of Contoso"
    ),
    "another type of WAC's publisher": Forged(
        replace(PUT_EXTENSION, desired=replace(PUT_EXTENSION.desired, type="Other")), "Other of Microsoft.AdminCenter"
    ),
    "over a script": Forged(replace(PUT_EXTENSION, existing=SCRIPT), "CustomScriptExtension"),
    "a script brought up to date": Forged(RefreshExtension(SCRIPT.id, SCRIPT, "tag"), "CustomScriptExtension"),
    "a script removed": Forged(DeleteExtension(SCRIPT.id, SCRIPT), "CustomScriptExtension"),
    "an extension of no VM": Forged(replace(PUT_EXTENSION, id=NSG), "is no Microsoft.Compute"),
    "an extension of a scale set": Forged(
        replace(
            PUT_EXTENSION, id=ResourceId(f"{VM}/extensions/x".replace("virtualMachines", "virtualMachineScaleSets"))
        ),
        "is no Microsoft.Compute",
    ),
    "the VM itself": Forged(replace(DELETE_EXTENSION, id=VM), "is no Microsoft.Compute"),
    "a rule of no group": Forged(replace(PUT_RULE, id=VM), "is no Microsoft.Network"),
    "the group itself": Forged(replace(DELETE_RULE, id=NSG), "is no Microsoft.Network"),
    "no registration": Forged(replace(PATCH, id=VM), "is no Microsoft.Graph"),
    "a rule without our marker": Forged(put(description="Networking team"), "does not begin with"),
    "a marker that is not at the start": Forged(put(description=f"See: {MARKER}"), "does not begin with"),
    "no description": Forged(put(description=None), "does not begin with"),
    "a deny": Forged(put(access=Access.DENY), "does not allow"),
    "other people's rule written over": Forged(
        PutSecurityRule(NSG.child("securityRules", "PortForWAC"), deny_out("PortForWAC"), PUT_RULE.desired),
        "is not of ours",
    ),
    "other people's rule taken away": Forged(
        DeleteSecurityRule(NSG.child("securityRules", "DenyInternet"), deny_out()), "is not of ours"
    ),
    "a rule under another's name": Forged(put(name="Other"), "is called Other"),
    "all protocols": Forged(put(protocol="*"), "for TCP"),
    "UDP": Forged(put(protocol="Udp"), "for TCP"),
    "all ports": Forged(put(destination_port_ranges=("*",)), "ours open one"),
    "a range of ports": Forged(put(destination_port_ranges=("1-65535",)), "ours open one"),
    "two ports": Forged(put(destination_port_ranges=("6516", "3389")), "ours open one"),
    "no port": Forged(put(destination_port_ranges=()), "ours open one"),
    "to everything": Forged(put(destination_address_prefixes=("*",)), "addresses of VMs"),
    "to the whole network": Forged(put(destination_address_prefixes=("VirtualNetwork",)), "addresses of VMs"),
    "to a wide prefix": Forged(put(destination_address_prefixes=("10.0.0.0/8",)), "addresses of VMs"),
    "to nothing": Forged(put(destination_address_prefixes=()), "addresses of VMs"),
    "from a security group": Forged(
        put(source_application_security_group_ids=(NSG,)), "names application security groups"
    ),
    "from nobody named": Forged(put(source_address_prefixes=()), "WAC_INBOUND_SOURCES"),
    **{
        f"from {source}": Forged(put(source_address_prefixes=("198.51.100.7", source)), f"lets in {source}, which")
        for source in EVERYONE
    },
    "out to everything": Forged(let_out(destination="*"), "ours lead to"),
    "out to an address": Forged(let_out(destination="20.1.0.4"), "ours lead to"),
    "out to another service": Forged(let_out(destination=("WindowsAdminCenter", "Storage")), "ours lead to"),
    "out on another port": Forged(let_out(ports="22"), "ours lead to"),
    "out on all ports": Forged(let_out(ports="*"), "ours lead to"),
    "a redirect URI of another host": Forged(
        registered((CALLBACK,), (*PAIR, "https://evil.example")), "https://evil.example (Single-page application)"
    ),
    "with a gateway's port": Forged(
        registered((CALLBACK, "https://evil.example:6600/signin-oidc"), PAIR), "https://evil.example:6600/signin-oidc"
    ),
    "of a host like it": Forged(
        registered((CALLBACK,), (*PAIR, "https://wac.contoso.com.evil.example")), "https://wac.contoso.com.evil"
    ),
    "whose user looks like it": Forged(
        registered((CALLBACK,), (*PAIR, "https://wac.contoso.com@evil.example")), "@evil.example"
    ),
    "of its host with another path": Forged(registered((CALLBACK,), (*PAIR, f"{WAC}/steal")), f"{WAC}/steal"),
    "of a host whose only live one is no gateway's": Forged(
        registered((CALLBACK, "https://intranet.contoso.com/signin-oidc"), PAIR), "intranet.contoso.com/signin-oidc"
    ),
    "at localhost on any port": Forged(
        registered((CALLBACK, "http://localhost:8080/"), PAIR), "http://localhost:8080/"
    ),
    "of another scheme": Forged(registered((CALLBACK,), (*PAIR, "evil://auth")), "evil://auth"),
    "somebody's dropped": Forged(registered((), PAIR), CALLBACK),
    "somebody's moved": Forged(registered((), (*PAIR, CALLBACK)), CALLBACK),
    "registered with nothing live": Forged(
        PatchApplication(APP, settings((), ()), settings((), PAIR)), "is of no gateway"
    ),
}


@pytest.mark.parametrize("one", BEYOND.values(), ids=BEYOND.keys())
def test_what_the_app_never_writes_is_beyond_them(one: Forged) -> None:
    said = explain_beyond_limits(one.action, OFFICE)
    assert said is not None
    assert one.said in said


@pytest.mark.parametrize("source", EVERYONE)
def test_whom_the_operator_names_in_as_many_words_may_be_let_in(source: str) -> None:
    action = put(source_address_prefixes=(source,))
    assert explain_beyond_limits(action, replace(ENFORCED, inbound_sources=(source.upper(),))) is None
    assert explain_beyond_limits(action, ENFORCED) is not None


@given(estates(), DESIRED, st.data())
def test_no_rule_of_other_people_is_ever_put(here: Estate, desired: DesiredState, data: st.DataObject) -> None:
    others = [
        rule
        for rule in here.network_security_groups[NSG].security_rules
        if not (rule.description or "").startswith(MARKER)
    ]
    assume(others)
    rule: SecurityRule = data.draw(st.sampled_from(others))
    assert explain_beyond_limits(PutSecurityRule(NSG.child("securityRules", rule.name), None, rule), desired)


def test_a_rule_of_ours_that_others_widened_may_be_narrowed_and_never_widened() -> None:
    wide = replace(
        PUT_RULE.desired, source_address_prefixes=("*",), destination_address_prefixes=("10.0.0.0/8", "172.16.0.4")
    )
    narrower = replace(wide, destination_address_prefixes=("10.1.0.4", "172.16.0.4"))
    assert explain_beyond_limits(PutSecurityRule(PUT_RULE.id, wide, narrower), OFFICE) is None
    assert explain_beyond_limits(PutSecurityRule(PUT_RULE.id, narrower, wide), OFFICE) is not None
    elsewhere = replace(narrower, priority=100)
    assert explain_beyond_limits(PutSecurityRule(PUT_RULE.id, wide, elsewhere), OFFICE) is not None


def test_a_gateway_that_the_operator_names_may_be_registered() -> None:
    named = replace(ENFORCED, gateway_urls=(GatewayUrl("wac.contoso.com", 6600),))
    assert explain_beyond_limits(PatchApplication(APP, settings(LOCALHOST, ()), settings((), PAIR)), named) is None


def test_a_refused_undo_is_one_that_is_not_possible() -> None:
    assert reason_of_limit("20261121T080000") is Reason.UNDO_NOT_POSSIBLE
    assert reason_of_limit(None) is Reason.WRITE_REFUSED


def test_what_is_remembered_as_removed_and_is_no_admin_center_is_named_and_never_put_back() -> None:
    plan = decide_virtual_machine(estate(machine()), VM, ENFORCED, Past(removed=SCRIPT))
    (action,) = plan.actions
    assert isinstance(action, PutExtension)
    assert action == decide_virtual_machine(estate(machine()), VM, ENFORCED).actions[0]
    assert [finding.reason for finding in plan.findings] == [Reason.EXTENSION_MISSING]
    assert "CustomScriptExtension of Microsoft.Compute, is none, and is never put back" in plan.findings[0].message
