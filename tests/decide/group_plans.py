"""Plans of NSGs, in short."""

from __future__ import annotations

from dataclasses import replace

from shared.decide.network_security_group import decide_network_security_group
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import ENFORCED, NSG, deny_out, extension, machine, vm_named

OFFICE = replace(ENFORCED, inbound_sources=("203.0.113.0/24",))
HEALTHY = machine(extensions=(extension(),))
OTHER = vm_named("other")
DENY = deny_out()


def plan_of(here: Estate, desired: DesiredState = ENFORCED, group: ResourceId = NSG) -> Plan:
    return decide_network_security_group(here, group, desired)


def reasons(plan: Plan) -> list[Reason]:
    return [finding.reason for finding in plan.findings]


def names(plan: Plan) -> list[str]:
    return [action.id.name for action in plan.actions]
