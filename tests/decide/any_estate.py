"""Estates that hypothesis makes up, and their plans."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState
from shared.model.estate import Estate, SecurityRule, VirtualMachine
from shared.model.past import NOTHING, Past
from shared.model.plan import DeleteExtension, DeleteSecurityRule, Plan, PutSecurityRule
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.applying import applied
from tests.decide.estates import GROUP, NSG, SERVICE_TAGS, estate, interface_id, vm_named
from tests.decide.strategies import MACHINES, security_groups

ROUTES = ResourceId(f"{GROUP}/providers/Microsoft.Network/routeTables/routes")
FIRST_VM = vm_named("vm-1")
SUBJECTS = (FIRST_VM, NSG)


@st.composite
def estates(draw: st.DrawFn) -> Estate:
    """Make VMs in a subnet whose NSG is other people's, with or without what else is to be known of it."""
    return estate(
        *draw(MACHINES),
        subnet_group=draw(security_groups()),
        route_table=draw(st.sampled_from([None, None, ROUTES])),
        service_tags=draw(st.sampled_from([SERVICE_TAGS, SERVICE_TAGS, {}])),
    )


def plan_of(here: Estate, subject: ResourceId, desired: DesiredState, past: Past = NOTHING) -> Plan:
    if subject == NSG:
        return decide_network_security_group(here, subject, desired)
    return decide_virtual_machine(here, subject, desired, past)


def carried_through(here: Estate, subject: ResourceId, desired: DesiredState) -> tuple[Estate, Past]:
    """Carry out the plan, and the next one too where that takes two rounds.

    An extension was removed to be installed again, or a rule of ours is needless only now that another is put right.
    """
    plan, past = plan_of(here, subject, desired), NOTHING
    here = applied(here, plan)
    again = plan_of(here, subject, desired)
    if puts(plan) and again.actions and names_of(again) <= needless_in(plan):
        here = applied(here, again)
    for action in plan.actions:
        if isinstance(action, DeleteExtension):
            past = Past(removed=action.existing, reinstalls=(here.observed_at,))
            here = applied(here, plan_of(here, subject, desired, past))
    return here, past


def names_of(plan: Plan) -> set[str]:
    return {action.id.name for action in plan.actions if isinstance(action, DeleteSecurityRule)} | {
        "a put" for _ in puts(plan)
    }


def needless_in(plan: Plan) -> set[str]:
    return {str(one.evidence["rule"]) for one in plan.findings if one.reason is Reason.RULE_NEEDLESS}


def puts(plan: Plan) -> list[PutSecurityRule]:
    return [action for action in plan.actions if isinstance(action, PutSecurityRule)]


def rules_of(here: Estate) -> tuple[SecurityRule, ...]:
    group = here.network_security_groups[NSG]
    return (*group.security_rules, *group.default_security_rules)


def address_of(here: Estate, vm: VirtualMachine) -> str | None:
    return here.network_interfaces[interface_id(vm.id)].ip_configurations[0].private_ip_address
