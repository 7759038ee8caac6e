"""What a public address lets in where no NSG stands before it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.desired import DesiredState
from shared.model.estate import NetworkInterface, PublicIpAddress
from shared.model.plan import Plan
from shared.model.reason import Reason, Status
from tests.decide.estates import (
    ENFORCED,
    NIC_NSG,
    PUBLIC_ADDRESS,
    VM,
    estate,
    extension,
    interface,
    machine,
    on_the_internet,
    security_group,
)

STANDARD = PublicIpAddress(PUBLIC_ADDRESS, "Standard")
HEALTHY = machine(extensions=(extension(),))
CLOSED, OPEN = Reason.INBOUND_DENIED, Reason.INBOUND_EXPOSED


def callers(*sources: str) -> DesiredState:
    return replace(ENFORCED, inbound_sources=sources)


@dataclass(frozen=True)
class Case:
    desired: DesiredState
    reasons: tuple[Reason, ...] = ()
    address: PublicIpAddress | None = STANDARD
    network_interface: NetworkInterface = field(default_factory=on_the_internet)
    around: dict[str, Any] = field(default_factory=dict)

    @property
    def plan(self) -> Plan:
        around = {
            "interfaces": [self.network_interface],
            "public_ip_addresses": {PUBLIC_ADDRESS: self.address} if self.address else {},
            **self.around,
        }
        return decide_virtual_machine(estate(HEALTHY, **around), VM, self.desired)


CASES = {
    "named callers from outside get in by no Standard address without an NSG": Case(
        callers("203.0.113.0/24"), (CLOSED,)
    ),
    "neither do those of a service": Case(callers("Storage"), (CLOSED,)),
    "nor of one whose prefixes are not known": Case(callers("AzureCloud"), (CLOSED,), around={"service_tags": {}}),
    "nor does the internet": Case(callers("Internet"), (CLOSED,)),
    "the sku is known in any case": Case(
        callers("203.0.113.9"), (CLOSED,), address=PublicIpAddress(PUBLIC_ADDRESS, "standard")
    ),
    "those of the network get in to the private address": Case(callers("VirtualNetwork", "10.1.7.0/24")),
    "so do those that come from private addresses elsewhere": Case(callers("192.168.0.0/16")),
    "nobody is named, so nobody is missed": Case(ENFORCED),
    "a Basic address lets everybody in": Case(
        callers("203.0.113.0/24"), (OPEN,), address=PublicIpAddress(PUBLIC_ADDRESS, "Basic")
    ),
    "so does one that names no sku": Case(
        callers("203.0.113.0/24"), (OPEN,), address=PublicIpAddress(PUBLIC_ADDRESS)
    ),
    "whom nobody named": Case(ENFORCED, (OPEN,), address=PublicIpAddress(PUBLIC_ADDRESS, "BASIC")),
    "unless everybody was named": Case(callers("Internet"), address=PublicIpAddress(PUBLIC_ADDRESS, "Basic")),
    "a VM without a public address is reached otherwise": Case(
        callers("203.0.113.0/24"), network_interface=interface()
    ),
    "an address that was not read can't be told": Case(
        callers("203.0.113.0/24"), (Reason.TRAFFIC_UNKNOWN,), address=None
    ),
    "an address that may not be read neither": Case(
        callers("203.0.113.0/24"), (Reason.READ_FAILED,), address=None, around={"unreadable": {PUBLIC_ADDRESS: "no"}}
    ),
    "not even where nobody is named, since it may be open to everybody": Case(
        ENFORCED, (Reason.TRAFFIC_UNKNOWN,), address=None
    ),
    "where an NSG stands on the subnet, its rules decide": Case(
        callers("Internet"), (Reason.INBOUND_DENIED,), address=None, around={"subnet_group": security_group()}
    ),
    "where one stands on the interface, too": Case(
        callers("Internet"),
        (Reason.INBOUND_DENIED,),
        address=None,
        network_interface=on_the_internet(interface(group=NIC_NSG)),
        around={"network_security_groups": {NIC_NSG: security_group(identity=NIC_NSG)}},
    ),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_who_gets_in_by_a_public_address(one: Case) -> None:
    plan = one.plan
    assert tuple(finding.reason for finding in plan.findings) == one.reasons
    public_is_named = any("public IP address vm-1-ip" in finding.message for finding in plan.findings)
    assert public_is_named is (one.address is not None and bool({CLOSED, OPEN} & set(one.reasons)))


def test_a_closed_public_address_is_told_with_what_to_do_about_it() -> None:
    (finding,) = Case(callers("203.0.113.0/24", "10.1.0.0/16")).plan.findings
    assert finding.message == (
        "Inbound TCP 6516 from 203.0.113.0/24 to 10.1.0.4 is let in by nothing: public IP address vm-1-ip (Standard)"
        " is closed while neither network interface vm-1-nic nor subnet web has an NSG. Put one on either: its check"
        " lets the named sources in."
    )
    assert finding.status is Status.NON_COMPLIANT
    assert finding.evidence["sources"] == ["203.0.113.0/24"]


def test_an_open_public_address_is_told_with_what_to_do_about_it() -> None:
    (finding,) = Case(ENFORCED, address=PublicIpAddress(PUBLIC_ADDRESS, "Basic")).plan.findings
    assert finding.message == (
        "The whole internet reaches port 6516 of 10.1.0.4, over public IP address vm-1-ip (Basic): neither network"
        " interface vm-1-nic nor subnet web has an NSG. Put one on either, and name the callers in its rules."
    )


def test_a_closed_public_address_keeps_nothing_from_being_installed() -> None:
    here = estate(interfaces=[on_the_internet()], public_ip_addresses={PUBLIC_ADDRESS: STANDARD})
    assert len(decide_virtual_machine(here, VM, callers("203.0.113.0/24")).actions) == 1
    unread = replace(here, public_ip_addresses={}, unreadable={PUBLIC_ADDRESS: "AuthorizationFailed"})
    assert decide_virtual_machine(unread, VM, callers("203.0.113.0/24")).actions == ()
