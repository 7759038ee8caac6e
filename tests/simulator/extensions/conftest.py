"""A VM to install on."""

from __future__ import annotations

import pytest

from simulator.build import add_network, add_resource_group, add_virtual_machine, subnet_id
from simulator.world import World


@pytest.fixture
def subnet(world: World) -> str:
    add_resource_group(world, "Shop")
    return subnet_id(add_network(world, "Shop", "net"))


@pytest.fixture
def vm(world: World, subnet: str) -> str:
    return add_virtual_machine(world, "Shop", "till", subnet=subnet)
