"""Taking away all that is ours, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.decide.application_state import find_application
from shared.decide.extension_state import Decision
from shared.decide.outrank import is_ours
from shared.decide.presence import decide_presence
from shared.decide.removal import remove_extension
from shared.decide.undo import NEVER_WRITTEN
from shared.model.estate import Estate, Extension, NetworkSecurityGroup, VirtualMachine
from shared.model.plan import DeleteExtension, DeleteSecurityRule, Finding, Plan, PutExtension
from shared.model.reason import Reason
from shared.model.resource_id import APPLICATION, NETWORK_SECURITY_GROUP, VIRTUAL_MACHINE, ResourceId
from shared.model.write import Fate, Write


def decide_decommission(estate: Estate, subject: ResourceId, writes: Sequence[Write]) -> Plan:
    """Take away an NSG's rules that carry our marker, and a VM's extension if by the trail we installed it."""
    vm, group = estate.virtual_machines.get(subject), estate.network_security_groups.get(subject)
    if any(subject.is_a(one) for one in (VIRTUAL_MACHINE, NETWORK_SECURITY_GROUP, APPLICATION)):
        application = find_application(estate, subject)
        was_read = any(one is not None for one in (vm, group, application))
        findings = decide_presence(estate, subject, was_read=was_read)
        if findings:
            return Plan(subject, findings)
    decision, sentence = Decision(), "nothing is written here"
    if group is not None:
        decision, sentence = _take_rules(group)
    elif vm is not None:
        decision, sentence = _take_extension(vm, sorted(writes, key=lambda write: write.id))
    message = (
        f"WAC Guard is being taken away, so {sentence}."
        ' To have it look after all of this again, POST {"stop": "decommission"} to /api/lift.'
    )
    finding = Finding(subject, Reason.DECOMMISSIONED, message)
    return Plan(subject, (finding, *decision.findings), decision.actions)


def _take_rules(group: NetworkSecurityGroup) -> tuple[Decision, str]:
    ours = sorted(filter(is_ours, group.security_rules), key=lambda rule: rule.name.casefold())
    deletes = tuple(DeleteSecurityRule(group.id.child("securityRules", rule.name), rule) for rule in ours)
    if not ours:
        return Decision(), f"{group.id.name} is left alone: none of its rules is ours"
    names = ", ".join(rule.name for rule in ours)
    return Decision(actions=deletes), f"its rules in {group.id.name} are to go: {names}"


def _take_extension(vm: VirtualMachine, trail: Sequence[Write]) -> tuple[Decision, str]:
    extension = vm.admin_center
    if extension is None:
        return Decision(), _tell_of_none(vm, trail)
    if not _is_our_install(extension, trail):
        told = f"extension {extension.name} of {vm.id.name}, which somebody else installed, stays"
        return Decision(), told
    return remove_extension(
        vm, extension
    ), f"extension {extension.name}, which it installed on {vm.id.name}, is to go"


def _is_our_install(extension: Extension, trail: Iterable[Write]) -> bool:
    """Tell whether we put an extension where none was, and have not taken that away since.

    Its settings hold a salt made from the vmId: one of an earlier VM of that name is never taken for this one.
    """
    installed = is_there = False
    for write in trail:
        action = write.action
        if action.id != extension.id or write.fate in NEVER_WRITTEN:
            continue
        if isinstance(action, PutExtension):
            first = action.existing is None
            installed, is_there = (action.desired.settings == extension.settings if first else installed), True
        elif isinstance(action, DeleteExtension) and write.fate is Fate.DONE:
            is_there = False
    return installed and is_there


def _tell_of_none(vm: VirtualMachine, trail: Iterable[Write]) -> str:
    """Tell of somebody's extension that a reinstall took away and can no more put back."""
    none = f"{vm.id.name} is left alone: it has no AdminCenter extension"
    written = [write for write in trail if write.fate not in NEVER_WRITTEN]
    match written[-1].action if written else None:
        case DeleteExtension(existing=removed, to_reinstall=True) if not _is_our_install(removed, written[:-1]):
            return f"{none}. Somebody else's was removed to be installed again: undo write {written[-1].id} for that"
    return none
