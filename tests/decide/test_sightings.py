"""Who is read again, since Resource Graph shows otherwise than a look did a short while ago."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.decide.memory import remember_observation
from shared.decide.sightings import RESOURCE_GRAPH_LAG, decide_sighting, find_doubtful
from shared.model.check import Check
from shared.model.estate import AgentState, NetworkInterface, PowerState, VirtualMachine
from shared.model.past import NOTHING, Sighting
from shared.model.resource_id import ResourceId
from tests.decide.estates import (
    NIC_NSG,
    NSG,
    OBSERVED_AT,
    VM,
    estate,
    extension,
    interface,
    interface_id,
    machine,
    on_the_internet,
    security_group,
)

MINUTE = timedelta(minutes=1)
INSTALLED = machine(extensions=(extension(),))
NIC = interface_id()


def seen(vm: VirtualMachine = INSTALLED, nic: NetworkInterface | None = None) -> dict[ResourceId, Sighting]:
    """Give what a look at both tells, a minute before."""
    here = estate(vm, interfaces=[nic] if nic else ())
    found = {subject: decide_sighting(here, subject) for subject in (VM, NIC)}
    return {subject: Sighting(text, OBSERVED_AT - MINUTE) for subject, text in found.items() if text}


def doubtful(sightings: dict[ResourceId, Sighting], **around: Any) -> tuple[ResourceId, ...]:
    return find_doubtful(replace(estate(INSTALLED, **around), from_resource_graph=frozenset({VM, NIC})), sightings)


OF_THE_MACHINE: dict[str, VirtualMachine] = {
    "its port": machine(extensions=(extension(settings={"port": "6600"}),)),
    "that it has the extension": machine(),
    "its tags": replace(INSTALLED, tags={"wac-guard": "exclude"}),
    "its size": replace(INSTALLED, vm_size="Standard_B1ms"),
    "its interfaces": replace(INSTALLED, network_interface_ids=(NIC, ResourceId(f"{NIC}-2"))),
    "who manages it": replace(INSTALLED, managed_by="/subscriptions/s/aks"),
    "whether extensions are allowed": replace(INSTALLED, allow_extension_operations=False),
}
OF_THE_INTERFACE: dict[str, NetworkInterface] = {
    "its address": interface(address="10.1.0.77"),
    "its NSG": interface(group=NIC_NSG),
    "its public address": on_the_internet(),
    "its VM": replace(interface(), virtual_machine_id=None),
}
ALIKE: dict[str, VirtualMachine] = {
    "the same": INSTALLED,
    "its power": replace(INSTALLED, power_state=PowerState.DEALLOCATED),
    "its agent": replace(INSTALLED, agent=AgentState.UNTOLD),
    "the running version": machine(extensions=(extension(running_version="0.0.0.1"),)),
    "the case of what Azure writes in several": replace(INSTALLED, vm_size="STANDARD_D2S_V5"),
}


@pytest.mark.parametrize("vm", OF_THE_MACHINE.values(), ids=OF_THE_MACHINE.keys())
def test_a_vm_that_was_seen_otherwise_lately_is_read_again(vm: VirtualMachine) -> None:
    assert doubtful(seen(vm)) == (VM,)


@pytest.mark.parametrize("nic", OF_THE_INTERFACE.values(), ids=OF_THE_INTERFACE.keys())
def test_an_interface_that_was_seen_otherwise_lately_is_read_again(nic: NetworkInterface) -> None:
    assert doubtful(seen(nic=nic)) == (NIC,)


@pytest.mark.parametrize("vm", ALIKE.values(), ids=ALIKE.keys())
def test_what_no_rule_hangs_on_makes_no_difference(vm: VirtualMachine) -> None:
    assert doubtful(seen(vm)) == ()


def test_a_look_of_long_ago_says_nothing_against_resource_graph() -> None:
    other = seen(machine())[VM]
    assert doubtful({VM: replace(other, at=OBSERVED_AT - RESOURCE_GRAPH_LAG)}) == (VM,)
    assert doubtful({VM: replace(other, at=OBSERVED_AT - RESOURCE_GRAPH_LAG - MINUTE)}) == ()


def test_what_was_read_live_is_in_no_doubt() -> None:
    assert find_doubtful(estate(INSTALLED), seen(machine())) == ()


@pytest.mark.parametrize("subject", [VM, NIC])
def test_a_check_leaves_word_of_how_its_subject_looked(subject: ResourceId) -> None:
    here = estate(INSTALLED)
    past = remember_observation(NOTHING, here, Check(subject, "test", "id", None))
    assert past.sighting == decide_sighting(here, subject)
    assert past.sighting is not None


def test_an_nsg_and_what_is_gone_leave_none() -> None:
    here = estate(subnet_group=security_group())
    assert decide_sighting(here, NSG) is None
    assert decide_sighting(here, ResourceId(f"{VM}-gone")) is None
