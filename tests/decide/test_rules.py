"""Which rules of ours an NSG gets, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.outrank import MARKER, is_general, is_ours
from shared.model.desired import DesiredState, Outrank, Rules
from shared.model.estate import Access, Direction, Estate, SecurityRule, VirtualMachine
from shared.model.plan import Plan, PutSecurityRule, Reason
from tests.decide.applying import applied
from tests.decide.estates import (
    DEFAULT_RULES,
    ENFORCED,
    NSG,
    allow_in,
    allow_out,
    deny_in,
    deny_out,
    estate,
    extension,
    machine,
    rule,
    security_group,
    vm_named,
)

OUT, DELIBERATE, IN = Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED_DELIBERATELY, Reason.INBOUND_DENIED
LACKING, FULL = Reason.RULE_MISSING, Reason.NO_FREE_PRIORITY
HEALTHY = machine(extensions=(extension(),))
OFFICE = replace(ENFORCED, inbound_sources=("203.0.113.0/24",))
ALWAYS = replace(ENFORCED, rules=Rules.ALWAYS)
ANY, NONE = replace(ENFORCED, outrank=Outrank.ANY), replace(ENFORCED, outrank=Outrank.NONE)
DENY_WAC = deny_out("DenyWac", 150, destination="WindowsAdminCenter", ports="443")


def ours_out(
    name: str = "PortForWACService", priority: int = 199, tag: str = "WindowsAdminCenter", **more: Any
) -> SecurityRule:
    given = {"destination": tag, "ports": "443", "protocol": "Tcp", "description": f"{MARKER} Once more.", **more}
    return allow_out(name, priority, **given)


def ours_in(name: str = "PortForWAC", priority: int = 4096, **more: Any) -> SecurityRule:
    given = {
        "source": "203.0.113.0/24",
        "destination": "10.1.0.4",
        "ports": "6516",
        "protocol": "Tcp",
        "description": MARKER,
        **more,
    }
    return allow_in(name, priority, **given)


BOTH_OURS = (ours_out(), ours_out("PortForAADService", 198, "AzureActiveDirectory"))
FULL_BELOW_200 = tuple(allow_out(f"Filler-{number}", number, ports="80") for number in range(100, 200))


@dataclass(frozen=True)
class Case:
    rules: tuple[SecurityRule, ...]
    puts: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    desired: DesiredState = ENFORCED
    machines: tuple[VirtualMachine, ...] = (HEALTHY,)
    said: str = ""
    around: dict[str, Any] = field(default_factory=dict)

    @property
    def estate(self) -> Estate:
        return estate(*self.machines, subnet_group=security_group(*self.rules), **self.around)

    @property
    def plan(self) -> Plan:
        return decide_network_security_group(self.estate, NSG, self.desired)


def puts_of(plan: Plan) -> tuple[SecurityRule, ...]:
    return tuple(action.desired for action in plan.actions if isinstance(action, PutSecurityRule))


CASES = {
    "what the default rules allow needs none": Case(()),
    "what a rule of another name allows needs none": Case(
        (
            allow_out("LetWacOut", 120, destination=("WindowsAdminCenter",), ports="443"),
            allow_out("SignIn", 121, destination="AzureActiveDirectory"),
            deny_out(),
        ),
    ),
    "a deny of the internet is gone ahead of": Case(
        (deny_out(),),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
        said="at priority 199, is to go ahead of it",
    ),
    "so is a deny of everything": Case(
        (deny_out(destination="*"),), ("PortForWACService 199", "PortForAADService 198"), (OUT, OUT)
    ),
    "so is a deny of AzureCloud": Case(
        (deny_out(destination="azurecloud"),), ("PortForWACService 199", "PortForAADService 198"), (OUT, OUT)
    ),
    "so is a deny of 0.0.0.0/0, for TCP alone and all ports by number": Case(
        (deny_out(destination="0.0.0.0/0", protocol="Tcp", ports="0-65535"),),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "where service tags are not known, the same": Case(
        (deny_out(),), ("PortForWACService 199", "PortForAADService 198"), (OUT, OUT), around={"service_tags": {}}
    ),
    "the nearest free priority ahead of the deny is taken": Case(
        (deny_out(), allow_out("Other", 199, ports="80"), allow_out("Another", 197, ports="80")),
        ("PortForWACService 198", "PortForAADService 196"),
        (OUT, OUT),
    ),
    "a priority of the other direction is free": Case(
        (deny_out(), allow_in("Other", 199, ports="80", source="10.0.0.1")),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "of two denies the first is gone ahead of": Case(
        (deny_out(), deny_out("DenyAll", 4096, destination="*")),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "a deny of the services' ports alone is somebody's decision": Case(
        (deny_out(ports=("443", "80")),), (), (DELIBERATE, DELIBERATE), said="Somebody singled this traffic out"
    ),
    "a deny of the service's tag is somebody's decision": Case(
        (DENY_WAC,), (), (DELIBERATE,), said="rule DenyWac (priority 150)"
    ),
    "it stays so for all ports": Case((deny_out(destination="WindowsAdminCenter"),), (), (DELIBERATE,)),
    "it stays so among other prefixes": Case(
        (deny_out(destination=("Internet", "windowsadmincenter")),), (), (DELIBERATE, DELIBERATE)
    ),
    "a deny of addresses is somebody's decision": Case(
        (deny_out(destination="20.0.0.0/8"),), (), (DELIBERATE, DELIBERATE)
    ),
    "a decision is not gone ahead of for another deny's sake": Case(
        (DENY_WAC, deny_out()), ("PortForAADService 199",), (DELIBERATE, OUT)
    ),
    "nor when it stands behind that other deny": Case(
        (deny_out(), replace(DENY_WAC, priority=300)), ("PortForAADService 199",), (DELIBERATE, OUT)
    ),
    "nor when it is for a part of the service": Case(
        (deny_out("DenyPart", 150, destination="20.2.8.0/25"), deny_out()),
        ("PortForAADService 199",),
        (DELIBERATE, DELIBERATE, OUT),
    ),
    "nor when it is for a machine that is none of ours": Case(
        (deny_out(), replace(DENY_WAC, priority=300, source_address_prefixes=("10.1.0.99",))),
        ("PortForAADService 199",),
        (DELIBERATE, OUT),
        said="would go ahead of another deny too. Somebody singled this traffic out with rule DenyWac (priority 300)",
    ),
    "our rule stands behind a decision about a machine that is none of ours": Case(
        (replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)), deny_out(priority=152)),
        ("PortForWACService 151", "PortForAADService 149"),
        (OUT, OUT),
    ),
    "our rule that stands ahead of such a decision is put behind it when it is put": Case(
        (
            ours_out(priority=140, ports="*"),
            replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)),
            BOTH_OURS[1],
            deny_out(),
        ),
        ("PortForWACService 199",),
        (LACKING,),
    ),
    "and where there is no room behind it, there is none": Case(
        (replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)), deny_out(priority=151)),
        ("PortForAADService 149",),
        (OUT, FULL, OUT),
        said="no free priority for rule PortForWACService ahead of priority 151",
    ),
    "a decision that an allow overruled before does not count": Case(
        (
            allow_out("AllowWac", 120, destination="WindowsAdminCenter"),
            DENY_WAC,
            deny_out(priority=119, destination="*"),
        ),
        ("PortForWACService 118", "PortForAADService 117"),
        (OUT, OUT),
    ),
    "just-in-time access is a decision, however general its rule": Case(
        (deny_out("SecurityCenter-JITRule-1"),), (), (DELIBERATE, DELIBERATE), ANY, said="Just-in-time access wrote"
    ),
    "any deny is gone ahead of when a setting says so": Case((DENY_WAC,), ("PortForWACService 149",), (OUT,), ANY),
    "none is when a setting says so": Case((deny_out(),), (), (OUT, OUT), NONE, said="WAC_OUTRANK is none"),
    "no free priority is said, and nothing is written": Case(
        (*FULL_BELOW_200, deny_out()), (), (OUT, FULL, OUT, FULL), said="No priority is free"
    ),
    "a single free priority goes to the service": Case(
        (*FULL_BELOW_200[1:], deny_out()), ("PortForWACService 100",), (OUT, OUT, FULL)
    ),
    "our rules that do their work are left": Case((*BOTH_OURS, deny_out())),
    "wherever they stand": Case(
        (ours_out(priority=120), ours_out("PortForAADService", 100, "azureactivedirectory"), deny_out())
    ),
    "and however their prefixes are written": Case(
        (ours_out(protocol="TCP", tag="WINDOWSADMINCENTER"), BOTH_OURS[1], deny_out()),
    ),
    "our rules that are not needed any more are left": Case(BOTH_OURS),
    "our rule is moved ahead of a new deny": Case(
        (*BOTH_OURS, deny_out(priority=150)), ("PortForWACService 149", "PortForAADService 148"), (OUT, OUT)
    ),
    "our rule that somebody made wider is put right where it stands": Case(
        (ours_out(ports="*"), BOTH_OURS[1], deny_out()),
        ("PortForWACService 199",),
        (LACKING,),
        said="is not as it should be",
    ),
    "our rule that somebody pointed elsewhere is put right": Case(
        (ours_out(tag="Storage"), BOTH_OURS[1], deny_out()), ("PortForWACService 199",), (OUT,)
    ),
    "our rule that somebody turned into a deny is somebody's decision": Case(
        (replace(ours_out(), access=Access.DENY), BOTH_OURS[1], deny_out()), (), (DELIBERATE,)
    ),
    "another rule of ours that was pointed elsewhere is left when one does the work": Case(
        (*BOTH_OURS, ours_out("PortForWACService-wac-guard", 150, "Storage"), deny_out()),
    ),
    "a name that somebody has is left to them": Case(
        (deny_out(), allow_in("portforwacservice", 100, source="10.0.0.1", ports="80")),
        ("PortForWACService-wac-guard 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "so are two": Case(
        (
            deny_out(),
            allow_in("PortForWACService", 100, source="10.0.0.1", ports="80"),
            allow_in("PortForWACService-wac-guard", 101, source="10.0.0.1", ports="80"),
        ),
        ("PortForWACService-wac-guard-2 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "our rule under its other name is known again": Case(
        (
            ours_out("PortForWACService-wac-guard"),
            BOTH_OURS[1],
            deny_out(),
            allow_in("PortForWACService", 100, source="10.0.0.1", ports="80"),
        ),
    ),
    "somebody's rule with Microsoft's name that is in effect needs no other": Case(
        (ours_out(description=None), replace(BOTH_OURS[1], description="by hand"), deny_out()),
    ),
    "somebody's rule with Microsoft's name that is hidden is left, and ours put": Case(
        (ours_out(description=None, priority=300), BOTH_OURS[1], deny_out()),
        ("PortForWACService-wac-guard 199",),
        (OUT,),
    ),
    "what can't be told is left alone": Case(
        (deny_out(destination="CorpNetPublic"),),
        (),
        (Reason.TRAFFIC_UNKNOWN, Reason.TRAFFIC_UNKNOWN),
        said="CorpNetPublic are not known",
    ),
    "what can't be told before a certain deny of everything is gone ahead of with it": Case(
        (deny_out("Doubtful", 150, destination="Internet", source_port_ranges=("1-9",)), deny_out()),
        ("PortForWACService 149", "PortForAADService 148"),
        (OUT, OUT),
    ),
    "a flow of which a part can't be told is not opened": Case(
        (allow_out("Doubtful", 150, destination="20.2.8.0/25", source_port_ranges=("1-9",)), deny_out()),
        ("PortForAADService 199",),
        (OUT, Reason.TRAFFIC_UNKNOWN, OUT),
        said="Another part of the flow can't be judged",
    ),
    "what may be allowed before a certain deny can't be told": Case(
        (allow_out("Doubtful", 150, destination="CorpNetPublic"), deny_out()),
        (),
        (Reason.TRAFFIC_UNKNOWN, Reason.TRAFFIC_UNKNOWN),
    ),
    "always asks for the rules where nothing denies": Case(
        (), ("PortForWACService 100", "PortForAADService 101"), (LACKING, LACKING), ALWAYS
    ),
    "upwards from Microsoft's numbers": Case(
        (allow_out("Other", 100, ports="80"), allow_out("Another", 101, ports="80")),
        ("PortForWACService 102", "PortForAADService 103"),
        (LACKING, LACKING),
        ALWAYS,
    ),
    "ahead of a deny that something hides": Case(
        (allow_out("All", 120), deny_out()),
        ("PortForWACService 199", "PortForAADService 198"),
        (LACKING, LACKING),
        ALWAYS,
    ),
    "behind a decision about a machine that is none of ours, as well": Case(
        (replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)),),
        ("PortForWACService 151", "PortForAADService 101"),
        (LACKING, LACKING),
        ALWAYS,
    ),
    "always is content with rules of ours": Case(
        (ours_out(priority=3000), ours_out("PortForAADService", 3001, "AzureActiveDirectory")), desired=ALWAYS
    ),
    "always is content with the same rule of somebody's": Case(
        (ours_out(description=None), ours_out("PortForAADService", 198, "AzureActiveDirectory", description=None)),
        desired=ALWAYS,
    ),
    "always never means against a decision": Case(
        (DENY_WAC,), ("PortForAADService 101",), (DELIBERATE, LACKING), ALWAYS
    ),
    "no inbound rule without named sources": Case(
        (deny_in(),), (), (IN,), said="Name the callers in WAC_INBOUND_SOURCES"
    ),
    "named sources are let in past the default deny": Case((), ("PortForWAC 4096",), (IN,), OFFICE),
    "and past a general one": Case((deny_in(),), ("PortForWAC 199",), (IN,), OFFICE),
    "and past one of the internet": Case((deny_in(source="Internet"),), ("PortForWAC 199",), (IN,), OFFICE),
    "not past one of their own addresses": Case(
        (deny_in(source="203.0.113.0/24"),), (), (IN,), OFFICE, said="Somebody singled"
    ),
    "not past one of the port": Case((deny_in(ports="6516"),), (), (IN,), OFFICE, said="Somebody singled"),
    "never past just-in-time access": Case(
        (deny_in("SecurityCenter-JITRule_1", 1000, ports="6516"),),
        (),
        (IN,),
        replace(OFFICE, outrank=Outrank.ANY),
        said="request access there",
    ),
    "sources that are let in already need no rule": Case(
        (allow_in("Office", 300, source="203.0.112.0/23", ports="6500-6599"),), desired=OFFICE
    ),
    "always asks for the inbound rule too": Case(
        (allow_in("Office", 300, source="203.0.112.0/23", ports="6500-6599"), *BOTH_OURS),
        ("PortForWAC 100",),
        (LACKING,),
        replace(OFFICE, rules=Rules.ALWAYS),
    ),
    "always asks for no inbound rule without sources": Case(BOTH_OURS, desired=ALWAYS),
    "a name that somebody's wide open rule has is left to them, and the rule told of": Case(
        (allow_in("PortForWAC", 100, source="*", ports="6516", destination="10.1.0.99"),),
        ("PortForWAC-wac-guard 4096",),
        (IN,),
        OFFICE,
    ),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_rules_of_ours_are_put_where_they_are_needed_and_nowhere_else(one: Case) -> None:
    plan = one.plan
    assert tuple(f"{put.name} {put.priority}" for put in puts_of(plan)) == one.puts
    assert tuple(finding.reason for finding in plan.findings) == one.reasons
    assert one.said in " ".join(finding.message for finding in plan.findings)


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_once_they_are_there_nothing_more_is_to_do(one: Case) -> None:
    after = applied(one.estate, one.plan)
    again = decide_network_security_group(after, NSG, one.desired)
    assert again.actions == ()
    opened = {OUT, LACKING} if one.puts and not {FULL, Reason.TRAFFIC_UNKNOWN} & {*one.reasons} else set()
    assert not opened & {finding.reason for finding in again.findings}


def test_the_outbound_rules_are_microsofts_and_no_wider() -> None:
    service, sign_in = puts_of(Case((deny_out(),)).plan)
    for put, tag in ((service, "WindowsAdminCenter"), (sign_in, "AzureActiveDirectory")):
        assert (put.direction, put.access, put.protocol) == (Direction.OUTBOUND, Access.ALLOW, "Tcp")
        assert (put.source_address_prefixes, put.source_port_ranges) == (("*",), ("*",))
        assert (put.destination_address_prefixes, put.destination_port_ranges) == ((tag,), ("443",))
        assert put.description is not None
        assert put.description.startswith(MARKER)
        assert len(put.description) <= 140, "Azure takes no longer description"


def on_port(name: str, port: int | None) -> VirtualMachine:
    installed = () if port is None else (extension(vm=vm_named(name), settings={"port": str(port)}),)
    return machine(vm_named(name), extensions=installed)


FOUR = (on_port("a", 6516), on_port("b", 6600), on_port("c", None), on_port("d", 6600))


def test_inbound_rules_are_one_per_port_from_the_named_sources_to_the_vms_that_have_it() -> None:
    first, second = puts_of(Case((), desired=OFFICE, machines=FOUR).plan)
    assert (first.name, first.destination_port_ranges) == ("PortForWAC", ("6516",))
    assert first.destination_address_prefixes == ("10.1.0.4", "10.1.0.6")
    assert (second.name, second.destination_port_ranges) == ("PortForWAC-6600", ("6600",))
    assert second.destination_address_prefixes == ("10.1.0.5", "10.1.0.7")
    for put in (first, second):
        assert (put.direction, put.access, put.protocol) == (Direction.INBOUND, Access.ALLOW, "Tcp")
        assert (put.source_address_prefixes, put.source_port_ranges) == (("203.0.113.0/24",), ("*",))


def test_addresses_are_sorted_as_numbers() -> None:
    many = tuple(on_port(f"vm-{number:02}", None) for number in range(9))
    (put,) = puts_of(Case((), desired=OFFICE, machines=many).plan)
    assert put.destination_address_prefixes[-3:] == ("10.1.0.10", "10.1.0.11", "10.1.0.12")


def test_a_service_tag_among_the_sources_gets_a_rule_of_its_own() -> None:
    desired = replace(ENFORCED, inbound_sources=("203.0.113.0/24", "Storage.WestEurope", "198.51.100.7"))
    first, second = puts_of(Case((), desired=desired).plan)
    assert (first.name, first.source_address_prefixes) == ("PortForWAC", ("203.0.113.0/24", "198.51.100.7"))
    assert (second.name, second.source_address_prefixes) == (
        "PortForWAC-6516-Storage.WestEurope",
        ("Storage.WestEurope",),
    )


def test_sources_of_another_ip_family_than_the_vms_get_no_rule() -> None:
    mixed = replace(ENFORCED, inbound_sources=("2001:db8::/32", "203.0.113.0/24"))
    (put,) = puts_of(Case((), desired=mixed).plan)
    assert put.source_address_prefixes == ("203.0.113.0/24",)
    assert Case((), desired=replace(ENFORCED, inbound_sources=("2001:db8::/32",))).plan.actions == ()


def test_the_internet_is_let_in_only_where_a_setting_says_so_in_as_many_words() -> None:
    named = replace(ENFORCED, inbound_sources=("Internet",))
    (put,) = puts_of(Case((), desired=named).plan)
    assert put.source_address_prefixes == ("Internet",)


def test_a_vm_that_comes_or_goes_changes_the_rule_where_it_stands() -> None:
    old = ours_in(priority=4000)
    grown = Case((old,), desired=OFFICE, machines=(on_port("a", 6516), on_port("b", 6516)))
    (put,) = grown.plan.actions
    assert isinstance(put, PutSecurityRule)
    assert put.existing == old
    assert (put.desired.priority, put.desired.destination_address_prefixes) == (4000, ("10.1.0.4", "10.1.0.5"))
    assert [finding.reason for finding in grown.plan.findings] == [IN]

    shrunk = Case((ours_in(destination=("10.1.0.4", "10.1.0.5")),), desired=OFFICE).plan
    assert puts_of(shrunk)[0].destination_address_prefixes == ("10.1.0.4",)
    assert [finding.reason for finding in shrunk.findings] == [LACKING]


def test_a_rule_keeps_its_name_when_the_ports_change_around_it() -> None:
    rules = (ours_in(), ours_in("PortForWAC-6600", 4095, ports="6600", destination="10.1.0.5"))
    assert Case(rules, desired=OFFICE, machines=FOUR[:2]).plan.actions == ()
    (put,) = puts_of(Case(rules[1:], desired=OFFICE, machines=FOUR[:2]).plan)
    assert (put.name, put.destination_port_ranges) == ("PortForWAC", ("6516",))


def test_a_rule_is_known_by_its_port_before_its_name() -> None:
    rules = (ours_in("PortForWAC-6600", ports="6600", destination="10.1.0.4"),)
    assert Case(rules, desired=OFFICE, machines=FOUR[1:2]).plan.actions == ()


def test_our_rule_for_a_port_that_nobody_has_any_more_is_taken_for_the_new_one() -> None:
    (put,) = Case((ours_in(),), desired=OFFICE, machines=(on_port("a", 6600),)).plan.actions
    assert isinstance(put, PutSecurityRule)
    assert put.existing == ours_in()
    assert put.desired.destination_port_ranges == ("6600",)


def test_an_edited_rule_of_ours_is_told_by_its_marker_alone() -> None:
    assert is_ours(ours_out())
    assert not is_ours(ours_out(description="Not managed by WAC Guard."))
    assert not is_ours(ours_out(description=None))
    assert not is_ours(replace(ours_out(), access=Access.DENY))


@pytest.mark.parametrize(
    ("deny", "general"),
    [
        (deny_out(destination="*"), True),
        (deny_out(destination="Internet"), True),
        (deny_out(destination="AzureCloud"), True),
        (deny_out(destination=("10.0.0.0/8", "0.0.0.0/0")), True),
        (deny_out(ports="1-65535"), True),
        (deny_out(ports=("443", "*")), True),
        (deny_out(ports="443"), False),
        (deny_out(ports="1-1024"), False),
        (deny_out(destination="VirtualNetwork"), False),
        (deny_out(destination="AzureCloud.WestEurope"), False),
        (deny_out(destination="20.0.0.0/8"), False),
        (deny_in(), True),
        (deny_in(source="VirtualNetwork"), True),
        (deny_in(source="AzureCloud"), False),
        (deny_in(source="*", ports="6516"), False),
        (DEFAULT_RULES[2], True),
        (DEFAULT_RULES[5], True),
    ],
)
def test_a_deny_is_general_when_it_singles_out_neither_a_service_nor_a_port(
    deny: SecurityRule, general: bool
) -> None:
    assert is_general(deny) is general


def test_a_rule_for_no_vm_is_never_written() -> None:
    client = machine(os_name="Windows 11 Enterprise")
    for desired in (OFFICE, replace(ALWAYS, inbound_sources=("203.0.113.0/24",))):
        plan = Case((deny_out(), deny_in()), desired=desired, machines=(client,)).plan
        assert [finding.reason for finding in plan.findings] == [Reason.NO_ELIGIBLE_VM]
        assert plan.actions == ()


def test_one_rule_serves_all_vms_and_stands_ahead_of_all_their_denies() -> None:
    rules = (
        rule("DenyB", 300, Direction.OUTBOUND, Access.DENY, source="10.1.0.5", destination="Internet"),
        rule("DenyA", 200, Direction.OUTBOUND, Access.DENY, source="10.1.0.4", destination="Internet"),
    )
    plan = Case(rules, machines=(on_port("a", 6516), on_port("b", 6516))).plan
    assert [f"{put.name} {put.priority}" for put in puts_of(plan)] == [
        "PortForWACService 199",
        "PortForAADService 198",
    ]
    assert [finding.evidence["rule"] for finding in plan.findings] == ["DenyA", "DenyB", "DenyA", "DenyB"]


def test_what_one_deny_does_to_many_vms_is_one_finding() -> None:
    many = tuple(on_port(f"vm-{number:02}", 6516) for number in range(6))
    plan = Case((deny_out(),), machines=many).plan
    assert [finding.reason for finding in plan.findings] == [OUT, OUT]
    assert "The same goes for 10.1.0.5, 10.1.0.6, 10.1.0.7 and 2 more." in plan.findings[0].message
    assert plan.findings[0].evidence["addresses"] == [f"10.1.0.{number}" for number in range(4, 10)]
