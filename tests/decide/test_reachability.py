"""What a VM's plan says of the network in its way, and whom it asks to do something about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.outrank import MARKER
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState, Outrank
from shared.model.estate import Estate, NetworkSecurityGroup, VirtualMachine
from shared.model.plan import Plan, PutExtension
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    AUDITED,
    ENFORCED,
    NIC_NSG,
    NSG,
    SUBNET,
    VM,
    allow_in,
    allow_out,
    deny_in,
    deny_out,
    estate,
    extension,
    interface,
    interface_id,
    machine,
    security_group,
    vm_named,
)

HEALTHY = machine(extensions=(extension(),))
ON_6600 = machine(extensions=(extension(settings={"port": 6600}),))
OFFICE = replace(ENFORCED, inbound_sources=("203.0.113.0/24",))
DENY_WAC = deny_out("DenyWac", 150, destination="WindowsAdminCenter", ports="443")
DENY_JIT = deny_in("SecurityCenter-JITRule-1", 1000, ports="6516")
OUT, DELIBERATE, IN = Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED_DELIBERATELY, Reason.INBOUND_DENIED
MISSING, UNKNOWN = Reason.EXTENSION_MISSING, Reason.TRAFFIC_UNKNOWN


@dataclass(frozen=True)
class Case:
    reasons: tuple[Reason, ...]
    subnet_group: NetworkSecurityGroup | None = None
    interface_group: NetworkSecurityGroup | None = None
    vm: VirtualMachine = HEALTHY
    checks: tuple[ResourceId, ...] = ()
    installs: bool = False
    said: str = ""
    desired: DesiredState = ENFORCED
    around: dict[str, Any] = field(default_factory=dict)

    @property
    def estate(self) -> Estate:
        return estate(self.vm, subnet_group=self.subnet_group, interface_group=self.interface_group, **self.around)


def nic_group(*rules: Any) -> NetworkSecurityGroup:
    return security_group(*rules, identity=NIC_NSG)


CASES = {
    "no NSG at all lets everything through": Case((MISSING,), vm=machine(), installs=True),
    "default rules let through what is needed": Case((MISSING,), security_group(), vm=machine(), installs=True),
    "nothing is installed while the way out is closed": Case(
        (MISSING, OUT, OUT),
        security_group(deny_out()),
        vm=machine(),
        checks=(NSG,),
        said="waits for the outbound path",
    ),
    "a denied flow is told with rule, priority, NSG and place": Case(
        (OUT, OUT),
        security_group(deny_out()),
        checks=(NSG,),
        said="Outbound TCP 443 from 10.1.0.4 to WindowsAdminCenter is denied by rule DenyInternet (priority 200)"
        " of nsg-web, on subnet web.",
    ),
    "of two NSGs the one that denies is asked": Case(
        (OUT, OUT), security_group(), nic_group(deny_out()), checks=(NIC_NSG,), said="on network interface vm-1-nic"
    ),
    "where both deny, both are told and asked": Case(
        (OUT, OUT, OUT, OUT), security_group(deny_out()), nic_group(deny_out()), checks=(NIC_NSG, NSG)
    ),
    "what is denied for one of the services closes the way out": Case(
        (MISSING, OUT),
        security_group(deny_out(destination="20.190.128.0/17")),
        vm=machine(),
        desired=replace(ENFORCED, outrank=Outrank.ANY),
        checks=(NSG,),
        said="to AzureActiveDirectory (of it 20.190.128.0/18) is denied",
    ),
    "a deny that singles the service out is somebody's decision": Case(
        (MISSING, DELIBERATE), security_group(DENY_WAC), vm=machine(), said="left alone: take that rule away"
    ),
    "it stands behind a general deny too": Case(
        (DELIBERATE, OUT),
        security_group(deny_out(), replace(DENY_WAC, priority=300)),
        checks=(NSG,),
        said="singled this traffic out with rule DenyWac (priority 300)",
    ),
    "and when a rule of ours hides it that is itself hidden": Case(
        (DELIBERATE, OUT),
        security_group(
            deny_out(),
            allow_out("PortForWACService", 250, destination="WindowsAdminCenter", description=MARKER),
            replace(DENY_WAC, priority=300),
        ),
        checks=(NSG,),
    ),
    "unless something allowed the service before it": Case(
        (OUT, OUT),
        security_group(
            deny_out(),
            replace(DENY_WAC, priority=300),
            allow_out("AllowWac", 250, destination="WindowsAdminCenter"),
        ),
        checks=(NSG,),
    ),
    "a part that is denied by its own rule is told by that rule": Case(
        (DELIBERATE, DELIBERATE, OUT),
        security_group(deny_out("DenyPart", 150, destination="20.2.8.0/25"), deny_out()),
        checks=(NSG,),
        said="(of it 20.2.8.0/25) is denied by rule DenyPart",
    ),
    "specific denies may be outranked when a setting says any": Case(
        (OUT,), security_group(DENY_WAC), desired=replace(ENFORCED, outrank=Outrank.ANY), checks=(NSG,)
    ),
    "nothing is outranked when a setting says none": Case(
        (OUT, OUT),
        security_group(deny_out()),
        desired=replace(ENFORCED, outrank=Outrank.NONE),
        said="WAC_OUTRANK is none",
    ),
    "in audit it is said what could be done and which setting to change": Case(
        (OUT, OUT), security_group(deny_out()), desired=AUDITED, checks=(NSG,), said="WAC_NETWORK_MODE is audit"
    ),
    "an NSG that is opted out is not asked": Case(
        (OUT, OUT), security_group(deny_out(), tags={"wac-guard": "exclude"}), said="nsg-web is opted out"
    ),
    "what can't be told of the way out is unknown, and nothing is installed": Case(
        (MISSING, UNKNOWN, UNKNOWN),
        security_group(deny_out(destination="CorpNetPublic")),
        vm=machine(),
        said="can't be told",
    ),
    "the network reaches WAC by default": Case((), security_group()),
    "what keeps a part of the network out is no matter": Case((), security_group(deny_in(source="10.1.3.0/24"))),
    "what keeps all of the network out is told, and left to people": Case(
        (IN,),
        security_group(deny_in()),
        said="Inbound TCP 6516 from VirtualNetwork to 10.1.0.4 is denied by rule DenyAllIn (priority 200) of nsg-web,"
        " on subnet web. Name the callers in WAC_INBOUND_SOURCES",
    ),
    "two NSGs that keep one half out each keep all out": Case(
        (IN, IN), security_group(deny_in(source="10.1.0.0/17")), nic_group(deny_in(source="10.1.128.0/17"))
    ),
    "the port is the one that the extension has": Case(
        (IN,), security_group(deny_in(ports="6600")), vm=ON_6600, said="Inbound TCP 6600"
    ),
    "another port is no matter": Case((), security_group(deny_in(ports="6516")), vm=ON_6600),
    "named sources must get in, which the default rules don't let them": Case(
        (IN,),
        security_group(),
        desired=OFFICE,
        checks=(NSG,),
        said="denied by default rule DenyAllInBound (priority 65500)",
    ),
    "named sources that get in leave nothing to do": Case(
        (), security_group(allow_in("Office", 100, source="203.0.113.0/24", ports="6516")), desired=OFFICE
    ),
    "every part of the named sources must get in": Case(
        (IN,),
        security_group(allow_in("Office", 100, source="203.0.113.0/25", ports="6516")),
        desired=OFFICE,
        checks=(NSG,),
        said="(of it 203.0.113.128/25)",
    ),
    "a VM asks for its port once it has the extension": Case(
        (MISSING, IN), security_group(), vm=machine(), desired=OFFICE, installs=True
    ),
    "just-in-time access is never outranked": Case(
        (IN,),
        security_group(DENY_JIT),
        desired=replace(OFFICE, outrank=Outrank.ANY),
        said="Just-in-time access wrote rule SecurityCenter-JITRule-1",
    ),
    "a failed extension does not hide what the network does": Case(
        (Reason.EXTENSION_FAILED, OUT, OUT),
        security_group(deny_out()),
        vm=machine(extensions=(extension(state="Failed"),)),
        checks=(NSG,),
    ),
}


def decided(one: Case) -> Plan:
    return decide_virtual_machine(one.estate, VM, one.desired)


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_the_network_is_judged_by_what_it_does_with_the_needed_flows(one: Case) -> None:
    plan = decided(one)
    assert tuple(finding.reason for finding in plan.findings) == one.reasons
    assert one.said in " ".join(finding.message for finding in plan.findings)
    assert plan.checks == one.checks
    assert any(isinstance(action, PutExtension) for action in plan.actions) is one.installs


def test_nsgs_are_told_in_the_order_in_which_traffic_meets_them() -> None:
    here = estate(
        HEALTHY, subnet_group=security_group(deny_in(), deny_out()), interface_group=nic_group(deny_in(), deny_out())
    )
    findings = decide_virtual_machine(here, VM, ENFORCED).findings
    met = [(finding.reason, finding.evidence["network_security_group"]) for finding in findings]
    assert met[:2] == [(OUT, str(NIC_NSG)), (OUT, str(NSG))]
    assert met[-2:] == [(IN, str(NSG)), (IN, str(NIC_NSG))]


@pytest.mark.parametrize(
    ("port", "expected"),
    [
        ("6600", 6600),
        (6600, 6600),
        (" 6600 ", 6600),
        ("0", 6516),
        ("70000", 6516),
        ("https", 6516),
        (None, 6516),
        ("\u0666\u0666\u0660\u0660", 6516),
    ],
)
def test_the_extensions_port_may_be_text_or_a_number_and_nonsense_is_the_usual_one(
    port: object, expected: int
) -> None:
    vm = machine(extensions=(extension(settings={"port": port}),))
    plan = decide_virtual_machine(estate(vm, subnet_group=security_group(deny_in())), VM, ENFORCED)
    assert f"Inbound TCP {expected} " in plan.findings[0].message


def test_evidence_tells_a_machine_what_the_message_tells_a_person() -> None:
    plan = decide_virtual_machine(estate(HEALTHY, subnet_group=security_group(deny_out())), VM, ENFORCED)
    evidence = plan.findings[0].evidence
    assert evidence["flow"] == "Outbound TCP 443 from 10.1.0.4 to WindowsAdminCenter"
    assert evidence["network_security_group"] == str(NSG)
    assert evidence["attached_to"] == str(SUBNET)
    assert (evidence["rule"], evidence["priority"], evidence["default_rule"]) == ("DenyInternet", 200, False)
    assert (evidence["prefixes"], evidence["prefix_count"]) == (["20.1.0.0/24", "20.2.8.0/25"], 2)


def test_evidence_stays_small_however_many_prefixes_a_service_has() -> None:
    many = {"windowsadmincenter": tuple(f"20.{number}.0.0/24" for number in range(200))}
    here = estate(HEALTHY, subnet_group=security_group(deny_out()), service_tags=many)
    evidence = decide_virtual_machine(here, VM, ENFORCED).findings[0].evidence
    assert (len(evidence["prefixes"]), evidence["prefix_count"]) == (20, 200)


def test_ids_are_the_same_in_any_case() -> None:
    here = estate(machine(), subnet_group=security_group(deny_out()))
    shouted = estate(
        machine(ResourceId(str(VM).upper()), network_interface_ids=(ResourceId(str(interface_id()).upper()),)),
        subnet_group=security_group(deny_out(), identity=ResourceId(str(NSG).upper())),
        interfaces=[interface(subnet=ResourceId(str(SUBNET).upper()))],
    )
    quiet, loud = (decide_virtual_machine(one, VM, ENFORCED) for one in (here, shouted))
    assert [finding.reason for finding in loud.findings] == [finding.reason for finding in quiet.findings]
    assert loud.checks == quiet.checks == (NSG,)


def test_another_vms_trouble_is_not_this_ones() -> None:
    other = vm_named("other")
    here = estate(HEALTHY, machine(other), subnet_group=security_group(deny_out(source="10.1.0.5")))
    assert decide_virtual_machine(here, VM, ENFORCED).findings == ()
    assert decide_virtual_machine(here, other, ENFORCED).checks == (NSG,)
