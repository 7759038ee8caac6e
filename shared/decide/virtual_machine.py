"""A VM's plan: its extension, and whom to ask about the network in its way."""

from __future__ import annotations

from shared.decide.eligibility import decide_eligibility
from shared.decide.extension import decide_extension
from shared.decide.extension_state import decide_what_is_on_its_way
from shared.decide.presence import decide_presence
from shared.decide.reachability import decide_reachability
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.past import NOTHING, Past
from shared.model.plan import Plan
from shared.model.resource_id import ResourceId


def decide_virtual_machine(estate: Estate, subject: ResourceId, desired: DesiredState, past: Past = NOTHING) -> Plan:
    """Decide on a VM; an estate without its network will do where `needs_network` says so."""
    settled = _settle_without_network(estate, subject, desired, past)
    if settled is not None:
        return settled
    vm = estate.virtual_machines[subject]
    reachability = decide_reachability(estate, vm, desired)
    decision = decide_extension(vm, desired, past, estate.observed_at, outbound_allowed=reachability.outbound_allowed)
    # What could not be read may hold anything: nothing is written on that, not even what does not hang on it.
    permitted = decision.actions if reachability.is_known else ()
    findings = (*decision.findings, *reachability.findings)
    return Plan(subject, findings, permitted, reachability.checks, decision.look_at)


def needs_network(estate: Estate, subject: ResourceId, desired: DesiredState, past: Past = NOTHING) -> bool:
    """Tell whether a VM's plan depends on its network; the estate need only hold the VM, its group and sizes."""
    return _settle_without_network(estate, subject, desired, past) is None


def _settle_without_network(estate: Estate, subject: ResourceId, desired: DesiredState, past: Past) -> Plan | None:
    vm = estate.virtual_machines.get(subject)
    findings = decide_presence(estate, subject, was_read=vm is not None)
    if vm is None or findings:
        return Plan(subject, findings)
    ineligible = decide_eligibility(estate, vm, desired)
    if ineligible:
        return Plan(subject, ineligible)
    decision = decide_what_is_on_its_way(vm, past, estate.observed_at)
    return Plan(subject, decision.findings, look_at=decision.look_at) if decision.findings else None
