"""How long an install may be on its way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.estate import Estate
from shared.model.past import Past
from shared.model.reason import Reason, Status
from tests.decide.estates import ENFORCED, OBSERVED_AT, VM, estate, extension, machine, without_network

INSTALLING = estate(machine(extensions=(extension(state="Creating"),), provisioning_state="Updating"))
AT_WORK = estate(machine(extensions=(extension(status_code="ProvisioningState/transitioning"),)))
MINUTE = timedelta(minutes=1)


def since(minutes: int, reason: Reason = Reason.EXTENSION_INSTALLING) -> Past:
    return Past(since={reason: OBSERVED_AT - minutes * MINUTE})


@pytest.mark.parametrize("here", [INSTALLING, AT_WORK])
@pytest.mark.parametrize(
    ("past", "look_in"),
    [(Past(), None), (since(0), 90), (since(1), 89), (since(89), 1), (since(300, Reason.AGENT_NOT_READY), None)],
)
def test_an_install_is_waited_for_and_looked_at_when_its_time_is_over(
    here: Estate, past: Past, look_in: int | None
) -> None:
    plan = decide_virtual_machine(here, VM, ENFORCED, past)
    assert [finding.reason for finding in plan.findings] == [Reason.EXTENSION_INSTALLING]
    assert plan.look_at == (None if look_in is None else OBSERVED_AT + look_in * MINUTE)


@pytest.mark.parametrize("here", [INSTALLING, AT_WORK])
@pytest.mark.parametrize(
    ("past", "told"),
    [
        (since(90), "since 2026-11-22 06:30 UTC"),
        (since(600), "since 2026-11-21 22:00 UTC"),
        (since(0, Reason.EXTENSION_STUCK), "since 2026-11-22 06:30 UTC"),
        (since(30, Reason.EXTENSION_STUCK), "since 2026-11-22 06:00 UTC"),
        (Past(since={**since(300).since, **since(210, Reason.EXTENSION_STUCK).since}), "since 2026-11-22 03:00 UTC"),
    ],
)
def test_then_it_is_stuck_and_a_person_is_told_since_when_and_what_to_do(here: Estate, past: Past, told: str) -> None:
    plan = decide_virtual_machine(here, VM, ENFORCED, past)
    (finding,) = plan.findings
    assert (finding.reason, finding.status) == (Reason.EXTENSION_STUCK, Status.NON_COMPLIANT)
    for words in (told, "AdminCenter on the VM", "remove the extension, and it will be installed again", "restart"):
        assert words in finding.message
    assert (plan.actions, plan.look_at, plan.checks) == ((), None, ())


def test_what_is_stuck_is_told_without_a_look_at_the_network() -> None:
    first = without_network(INSTALLING)
    assert not needs_network(first, VM, ENFORCED, since(90))
    assert decide_virtual_machine(first, VM, ENFORCED, since(90)) == decide_virtual_machine(
        INSTALLING, VM, ENFORCED, since(90)
    )


@pytest.mark.parametrize("state", ["Succeeded", "Deleting"])
def test_what_ended_is_not_stuck_however_long_it_took(state: str) -> None:
    here = estate(machine(extensions=(extension(state=state),)))
    plan = decide_virtual_machine(here, VM, ENFORCED, since(600))
    assert Reason.EXTENSION_STUCK not in {finding.reason for finding in plan.findings}
