"""Undoing a write: what was there before is put back, unless somebody has changed it since."""

from __future__ import annotations

from shared.decide.application_state import find_application
from shared.decide.extension_state import Decision
from shared.decide.presence import decide_presence
from shared.decide.undo_application import undo_application
from shared.decide.undo_extension import undo_extension
from shared.decide.undo_rule import undo_rule
from shared.model.estate import Estate
from shared.model.plan import DeleteSecurityRule, Finding, PatchApplication, Plan, PutSecurityRule
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write

NEVER_WRITTEN = frozenset({Fate.POSTPONED, Fate.REFUSED, Fate.NOT_DONE})


def decide_undo(estate: Estate, subject: ResourceId, write: Write) -> Plan:
    """Put back what was there before a write; nothing is left to do where it is as it was."""
    was_read = (
        subject in estate.virtual_machines
        or subject in estate.network_security_groups
        or find_application(estate, subject) is not None
    )
    findings = decide_presence(estate, subject, was_read=was_read)
    if findings or write.fate in NEVER_WRITTEN:
        return Plan(subject, findings)
    decision = _undo(estate, subject, write)
    if isinstance(decision, str):
        when = f"{write.intended_at:%Y-%m-%d %H:%M} UTC"
        message = (
            f"The write of {when} to {write.action.id.name} of {subject.name} can't be undone: {decision}."
            " What is there is left as it is."
        )
        evidence = {"write": write.id, "resource": str(write.action.id)}
        return Plan(subject, (Finding(subject, Reason.UNDO_NOT_POSSIBLE, message, evidence),))
    return Plan(subject, decision.findings, decision.actions, undoes=write.id if decision.actions else None)


def _undo(estate: Estate, subject: ResourceId, write: Write) -> Decision | str:
    action = write.action
    written = action.id.parent or action.id
    if written != subject:
        return f"it was made to {written}"
    if isinstance(action, PutSecurityRule | DeleteSecurityRule):
        return undo_rule(estate.network_security_groups[subject], action)
    if isinstance(action, PatchApplication):
        return undo_application(estate.applications[subject], action, write)
    return undo_extension(estate.virtual_machines[subject], action, write.fate)
