"""Undoing the write of an application."""

from __future__ import annotations

from shared.decide.application_state import differing, explain_settling, is_as_before, settings_now
from shared.decide.extension_state import Decision
from shared.decide.redirects import find_faults
from shared.model.application import Application
from shared.model.estate import Estate
from shared.model.past import Past
from shared.model.plan import PatchApplication, Plan
from shared.model.write import Fate, Write


def undo_application(application: Application, action: PatchApplication, write: Write) -> Decision | str:
    """Put back the very redirect URIs and implicit grant that were there before, or say why that can't be."""
    if is_as_before(application, action):
        may_come = write.fate in (Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN)
        return Decision((explain_settling(application, write.intended_at),) if may_come else ())
    now = settings_now(application, action.desired)
    changed = differing(now, action.desired)
    if changed:
        return f"somebody has changed the {', '.join(changed)} since"
    faults = find_faults(application, action.existing)
    if faults:
        return f"Graph would refuse it, since {'; '.join(faults)}"
    return Decision(actions=(PatchApplication(action.id, now, action.existing),))


def decide_patience(undo: Plan, estate: Estate, past: Past) -> Plan:
    """Have an undo wait while a PATCH may yet be seen: it may be the undo itself, which Graph has taken before."""
    application = estate.applications.get(undo.subject)
    if application is None or not undo.actions or not past.unsettled:
        return undo
    at = max(past.writes, default=estate.observed_at)
    return Plan(undo.subject, (*undo.findings, explain_settling(application, at)))
