"""How the rule is written that is for very many VMs."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address

from shared.model.estate import Estate, Subnet, VirtualNetwork
from shared.model.plan import PutSecurityRule
from shared.model.reason import Reason
from tests.decide.estates import NETWORK, NSG, SUBNET, estate, extension, interface, machine, security_group, vm_named
from tests.decide.group_plans import OFFICE, plan_of, reasons

MOST = 4000
FIRST = int(ip_address("10.1.0.0"))


def at(addresses: Iterable[int]) -> Estate:
    """Put a healthy VM at each address, counted from the first of the network."""
    named = {vm_named(f"vm-{number}"): str(ip_address(FIRST + number)) for number in addresses}
    nics = [interface(vm, address) for vm, address in named.items()]
    return estate(
        *(machine(vm, extensions=(extension(vm=vm),)) for vm in named),
        interfaces=nics,
        subnet_group=security_group(),
        network=VirtualNetwork(NETWORK, ("10.1.0.0/16",)),
        subnets={SUBNET: Subnet(SUBNET, ("10.1.0.0/16",), NSG, None, tuple(one.id for one in nics))},
    )


def rule_for(addresses: Iterable[int]) -> tuple[str, ...]:
    (put,) = plan_of(at(addresses), OFFICE).actions
    assert isinstance(put, PutSecurityRule)
    return put.desired.destination_address_prefixes


def test_as_many_as_a_rule_may_name_are_named_one_by_one() -> None:
    assert len(rule_for(range(200))) == 200


def test_more_of_them_are_named_by_the_prefixes_that_they_make_up_and_no_wider() -> None:
    assert rule_for(range(256, 256 + 4096)) == (
        "10.1.1.0/24",
        "10.1.2.0/23",
        "10.1.4.0/22",
        "10.1.8.0/21",
        "10.1.16.0/24",
    )


def test_where_even_these_are_too_many_that_is_told_and_nothing_written() -> None:
    plan = plan_of(at(range(0, 2 * (MOST + 1), 2)), OFFICE)
    assert (reasons(plan), plan.actions) == ([Reason.TOO_MANY_ADDRESSES], ())
    assert "at 4001 addresses apart from each other, and Azure admits 4000 to a rule" in plan.findings[0].message
