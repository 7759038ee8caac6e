"""Undoing the write of an application."""

from __future__ import annotations

from shared.decide.application_state import differing, explain_settling, is_as_before, settings_now
from shared.decide.extension_state import Decision
from shared.decide.redirects import find_faults
from shared.model.application import Application
from shared.model.plan import PatchApplication
from shared.model.write import Fate, Write


def undo_application(application: Application, action: PatchApplication, write: Write) -> Decision | str:
    """Put back the very redirect URIs and implicit grant that were there before, or say why that can't be."""
    if is_as_before(application, action):
        may_come = write.fate in (Fate.ACCEPTED, Fate.UNKNOWN)
        return Decision((explain_settling(application, write.intended_at),) if may_come else ())
    now = settings_now(application, action.desired)
    changed = differing(now, action.desired)
    if changed:
        return f"somebody has changed the {', '.join(changed)} since"
    faults = find_faults(application, action.existing)
    if faults:
        return f"Graph would refuse it, since {'; '.join(faults)}"
    return Decision(actions=(PatchApplication(action.id, now, action.existing),))
