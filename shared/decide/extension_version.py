"""Whether the extension that runs is new enough."""

from __future__ import annotations

from shared.decide.versions import parse_version
from shared.model.desired import DesiredState
from shared.model.estate import AgentState, Extension, PowerState, VirtualMachine
from shared.model.plan import Finding
from shared.model.reason import Reason


def decide_version(
    vm: VirtualMachine, extension: Extension, desired: DesiredState
) -> tuple[tuple[Finding, ...], str | None]:
    """Compare the running version with the least one wanted.

    Returns findings, and the `forceUpdateTag` with which Azure would be made to update it. An extension that
    carries that tag has been refreshed already: doing so again would change nothing.
    """
    minimum, running = desired.minimum_extension_version, extension.running_version
    if minimum is None:
        return (), None
    if running is None:
        return _not_reported(vm, extension), None
    try:
        outdated = parse_version(running) < parse_version(minimum)
    except ValueError as error:
        message = f"The version of extension {extension.name} could not be compared with the least wanted: {error}."
        return (_finding(vm, Reason.READ_FAILED, message, running, minimum),), None
    if not outdated:
        return (), None
    tag = f"wac-guard-{minimum}"
    message = f"Extension {extension.name} of {vm.id.name} runs version {running}, older than {minimum}"
    if extension.force_update_tag == tag:
        refreshed = f"{message}. It has been refreshed and is still older: see whether its region has a newer one."
        return (_finding(vm, Reason.EXTENSION_OUTDATED, refreshed, running, minimum),), None
    return (_finding(vm, Reason.EXTENSION_OUTDATED, f"{message}: refresh it.", running, minimum),), tag


def _finding(vm: VirtualMachine, reason: Reason, message: str, running: str, minimum: str) -> Finding:
    return Finding(vm.id, reason, message, {"running_version": running, "minimum_version": minimum})


def _not_reported(vm: VirtualMachine, extension: Extension) -> tuple[Finding, ...]:
    """Wait for the agent of a VM that runs; one that is off reports no versions, and runs none."""
    if vm.power_state is not PowerState.RUNNING:
        return ()
    agent = "has not reported yet" if vm.agent is AgentState.READY else f"is {vm.agent}"
    message = f"The VM agent of {vm.id.name} {agent}, so which version of {extension.name} runs is not known."
    return (Finding(vm.id, Reason.AGENT_NOT_READY, message, {"agent": vm.agent.value}),)
