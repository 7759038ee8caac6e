"""Many VMs as Resource Graph shows them, and when they were seen."""

from datetime import timedelta

from shared.model.estate import AgentState, Estate
from shared.model.resource_id import subscription_resource_id
from tests.decide.estates import (
    OBSERVED_AT,
    SUBSCRIPTION,
    deny_out,
    estate,
    extension,
    machine,
    security_group,
    vm_named,
)

HERE = subscription_resource_id(SUBSCRIPTION)


SOON, LONG_AGO = OBSERVED_AT - timedelta(minutes=1), OBSERVED_AT - timedelta(hours=1)


def crowd(bare: int, installed: int = 0, *, denied: bool = False) -> Estate:
    """Make an estate as Resource Graph shows it, in which so many VMs lack the extension."""
    names = [vm_named(f"vm-{number:03}") for number in range(bare + installed)]
    return estate(
        *(machine(name, agent=AgentState.UNTOLD) for name in names[:bare]),
        *(machine(name, agent=AgentState.UNTOLD, extensions=(extension(vm=name),)) for name in names[bare:]),
        subnet_group=security_group(*([deny_out()] if denied else [])),
    )
