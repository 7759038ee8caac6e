"""Cases of an NSG with the rules of ours that it gets."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.outrank import MARKER
from shared.model.desired import DesiredState, Outrank, Rules
from shared.model.estate import Estate, SecurityRule, VirtualMachine
from shared.model.plan import DeleteSecurityRule, Plan, PutSecurityRule
from shared.model.reason import Reason
from tests.decide.estates import (
    ENFORCED,
    NSG,
    allow_in,
    allow_out,
    deny_out,
    estate,
    extension,
    machine,
    security_group,
    vm_named,
)

OUT, DELIBERATE, IN = Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED_DELIBERATELY, Reason.INBOUND_DENIED
LACKING, FULL, NEEDLESS = Reason.RULE_MISSING, Reason.NO_FREE_PRIORITY, Reason.RULE_NEEDLESS
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
    deletes: tuple[str, ...] = ()

    @property
    def estate(self) -> Estate:
        return estate(*self.machines, subnet_group=security_group(*self.rules), **self.around)

    @property
    def plan(self) -> Plan:
        return decide_network_security_group(self.estate, NSG, self.desired)


def puts_of(plan: Plan) -> tuple[SecurityRule, ...]:
    return tuple(action.desired for action in plan.actions if isinstance(action, PutSecurityRule))


def deletes_of(plan: Plan) -> tuple[str, ...]:
    return tuple(action.id.name for action in plan.actions if isinstance(action, DeleteSecurityRule))


def on_port(name: str, port: int | None) -> VirtualMachine:
    installed = () if port is None else (extension(vm=vm_named(name), settings={"port": str(port)}),)
    return machine(vm_named(name), extensions=installed)


FOUR = (on_port("a", 6516), on_port("b", 6600), on_port("c", None), on_port("d", 6600))
