"""Installing a failed extension again, as Microsoft advises: it is removed, then put with all of its settings."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from shared.decide.extension_state import LOGS, Decision, not_ready_to_install
from shared.model.estate import Extension, VirtualMachine
from shared.model.past import Past
from shared.model.plan import DeleteExtension, Finding
from shared.model.reason import Reason

# How long after the last reinstall of the past week the next one may follow; after the last of these, none.
PAUSES = (timedelta(0), timedelta(minutes=30), timedelta(hours=4))


def decide_reinstall(
    vm: VirtualMachine, extension: Extension, past: Past, now: datetime, *, outbound_allowed: bool
) -> Decision:
    """Remove a failed extension so that it can be installed again, or tell what that waits for."""
    look_at: datetime | None = None
    remove = False
    waits = not_ready_to_install(vm)
    due = _due(past.reinstalls, now)
    if not extension.settings:
        sentence = "Azure shows no settings of it that could be kept: remove it, and a new one will be installed."
    elif due is None:
        sentence = _given_up(vm, past.reinstalls)
    elif due > now:
        sentence, look_at = f"It can be installed again at {due:%Y-%m-%d %H:%M:%S} UTC.", due
    elif waits:
        sentence = "It can be installed again once the VM and its agent are ready."
    elif not outbound_allowed:
        sentence = "It can be installed again once the outbound path is allowed, which the install needs."
    else:
        sentence, remove = "It can be removed now, to be installed again with all of its settings.", True
    actions = (DeleteExtension(extension.id, extension, to_reinstall=True),) if remove else ()
    return Decision((_failed(vm, extension, past, sentence), *waits), actions, look_at)


def _due(reinstalls: Sequence[datetime], now: datetime) -> datetime | None:
    """Tell when the next reinstall may be; None when there were as many as may be."""
    if len(reinstalls) >= len(PAUSES):
        return None
    return max(reinstalls, default=now) + PAUSES[len(reinstalls)]


def _given_up(vm: VirtualMachine, reinstalls: Sequence[datetime]) -> str:
    return (
        f"It was reinstalled {len(reinstalls)} times within seven days, so it is left to you: mend what its logs"
        f' name, and then have it tried again by POST /api/lift with {{"subject": "{vm.id}"}}.'
    )


def _failed(vm: VirtualMachine, extension: Extension, past: Past, sentence: str) -> Finding:
    said = f" ({extension.status_message.strip()})" if extension.status_message else ""
    evidence = {
        "extension": str(extension.id),
        "provisioning_state": extension.provisioning_state,
        "status_code": extension.status_code,
        "reinstalls": [at.isoformat() for at in sorted(past.reinstalls)],
    }
    message = f"Extension {extension.name} of {vm.id.name} has failed{said}; {LOGS}. {sentence}"
    return Finding(vm.id, Reason.EXTENSION_FAILED, message, evidence)
