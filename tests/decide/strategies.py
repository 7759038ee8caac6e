"""NSGs, VMs and estates that hypothesis makes up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from shared.decide.outrank import MARKER
from shared.model.desired import Outrank, Rules
from shared.model.estate import Access, AgentState, Direction, NetworkSecurityGroup, PowerState, SecurityRule
from tests.decide.estates import DEFAULT_RULES, ENFORCED, NSG, extension, machine, rule, vm_named

PUBLIC = ("20.1.0.0/24", "20.1.0.128/25", "20.2.8.0/25", "20.190.128.0/18", "20.0.0.0/8", "203.0.113.0/24", "8.8.8.8")
PRIVATE = ("10.1.0.0/16", "10.1.0.0/24", "10.1.0.4", "10.1.0.5", "10.9.0.0/16", "168.63.129.16")
# In some letters Azure would accept, for tags and protocols mean the same in any.
TAGS = ("VirtualNetwork", "virtualnetwork", "Internet", "INTERNET", "AzureLoadBalancer", "AzureCloud", "Storage")
SERVICES = ("WindowsAdminCenter", "windowsadmincenter", "AzureActiveDirectory")
EVERYTHING = ("*", "0.0.0.0/0")
PORTS = ("*", "443", "6516", "6600", "400-500", "6000-7000", "0-65535", "1-65535", "80")
PROTOCOLS = ("*", "Tcp", "TCP", "tcp", "Udp", "Icmp")
NAMES = ("One", "Two", "Three", "PortForWACService", "portforaadservice", "PortForWAC", "SecurityCenter-JITRule-1")

PREFIXES = st.sampled_from([*PUBLIC, *PRIVATE, *TAGS, *SERVICES, *EVERYTHING])
LOCALS = st.sampled_from(["*", "*", "10.1.0.4", "10.1.0.5", "10.1.0.0/24", "VirtualNetwork"])


@st.composite
def custom_rules(draw: st.DrawFn, priorities: Iterable[int]) -> list[SecurityRule]:
    """Make some rules of other people's: any name once, any priority once per direction."""
    made = []
    free = {direction: list(priorities) for direction in Direction}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=5, unique_by=str.casefold)):
        direction = draw(st.sampled_from(Direction))
        remotes, local = draw(st.lists(PREFIXES, min_size=1, max_size=2)), draw(LOCALS)
        outbound = direction is Direction.OUTBOUND
        priority = draw(st.sampled_from(free[direction]))
        free[direction].remove(priority)
        made.append(
            rule(
                name,
                priority,
                direction,
                draw(st.sampled_from(Access)),
                source=local if outbound else remotes,
                destination=remotes if outbound else local,
                ports=draw(st.lists(st.sampled_from(PORTS), min_size=1, max_size=2)),
                protocol=draw(st.sampled_from(PROTOCOLS)),
            )
        )
    return made


def _old_rule_of_ours(name: str, remote: str, *, ports: str = "443", local: str = "*") -> SecurityRule:
    inbound = name.startswith("PortForWAC-") or name == "PortForWAC"
    return rule(
        name,
        0,
        Direction.INBOUND if inbound else Direction.OUTBOUND,
        Access.ALLOW,
        source=remote if inbound else local,
        destination=local if inbound else remote,
        ports=ports,
        protocol="Tcp",
        description=MARKER,
    )


# As they should be, for another port or another VM, once more under another name, or pointed elsewhere by somebody.
_OLD_RULES_OF_OURS = (
    _old_rule_of_ours("PortForWACService", "WindowsAdminCenter"),
    _old_rule_of_ours("PortForWACService-wac-guard", "windowsadmincenter"),
    _old_rule_of_ours("PortForWACService-wac-guard-2", "WindowsAdminCenter", local="10.1.0.5"),
    _old_rule_of_ours("PortForAADService", "AzureActiveDirectory"),
    _old_rule_of_ours("PortForAADService-wac-guard", "Storage"),
    _old_rule_of_ours("PortForWAC", "203.0.113.0/24", ports="6516", local="10.1.0.4"),
    _old_rule_of_ours("PortForWAC-6600", "203.0.113.0/24", ports="6600", local="10.1.0.9"),
    _old_rule_of_ours("PortForWAC-6516-Storage", "Storage", ports="6516", local="10.1.0.5"),
)


@st.composite
def security_groups(draw: st.DrawFn) -> NetworkSecurityGroup:
    """Make an NSG of other people's rules, close together or not, and perhaps some old rules of ours."""
    priorities = draw(st.sampled_from([(100, 101, 102, 103, 104, 105), (100, 200, 300, 1000, 4000, 4096)]))
    made = draw(custom_rules(priorities))
    # What the product is for: somebody lets nothing out, or singles out the services or one VM.
    for name, free in (("DenyOut", 110), ("DenyMore", 210)):
        remote = draw(
            st.sampled_from([None, None, None, "*", "Internet", "AzureCloud", "WindowsAdminCenter", "20.1.0.128/25"])
        )
        if remote:
            priority = free + draw(st.integers(0, 5))
            made.append(
                rule(name, priority, Direction.OUTBOUND, Access.DENY, source=draw(LOCALS), destination=remote)
            )
    taken = {one.name.casefold() for one in made}
    free_ones = draw(st.permutations([120, 150, 250, 3999, 4095]))
    olds = draw(st.lists(st.sampled_from(_OLD_RULES_OF_OURS), max_size=3, unique_by=lambda one: one.name))
    made += [
        replace(old, priority=priority)
        for old, priority in zip(olds, free_ones, strict=False)
        if old.name.casefold() not in taken
    ]
    return NetworkSecurityGroup(NSG, "westeurope", tuple(made), DEFAULT_RULES)


DESIRED = st.builds(
    replace,
    st.just(ENFORCED),
    inbound_sources=st.sampled_from([(), (), ("203.0.113.0/24",), ("203.0.113.0/24", "10.9.0.0/16"), ("Storage",)]),
    rules=st.sampled_from([Rules.NEEDED, Rules.NEEDED, Rules.ALWAYS]),
    outrank=st.sampled_from([Outrank.GENERAL, Outrank.GENERAL, Outrank.ANY, Outrank.NONE]),
)

_EXTENSIONS: list[tuple[Any, ...]] = [
    (),
    (extension(),),
    (extension(settings={"port": 6600}),),
    (extension("AdminCenter", publisher="Contoso", kind="Other"),),
    (extension("wac", state="Failed", settings={"port": 6600, "salt": "s", "proxy": {"mode": "application"}}),),
    (extension(status_code="ProvisioningState/failed/5"),),
    (extension(state="Updating"),),
]
MACHINES = st.lists(
    st.fixed_dictionaries(
        {
            "extensions": st.sampled_from(_EXTENSIONS),
            "os_name": st.sampled_from(["Windows Server 2022 Datacenter"] * 3 + ["Windows 11 Enterprise"]),
            "power_state": st.sampled_from([PowerState.RUNNING] * 3 + [PowerState.DEALLOCATED]),
            "agent": st.sampled_from([AgentState.READY] * 3 + [AgentState.NOT_READY]),
        }
    ),
    min_size=1,
    max_size=3,
).map(lambda made: [machine(vm_named(f"vm-{number}"), **one) for number, one in enumerate(made, start=1)])
