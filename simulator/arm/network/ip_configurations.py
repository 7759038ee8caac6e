"""All IP configurations, whoever has them: who lies in a subnet, and who has a public address."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from simulator.store import Json, Naming
from simulator.world import World

HOLDERS = {
    "networkInterfaces": "ipConfigurations",
    "loadBalancers": "frontendIPConfigurations",
    "virtualNetworkGateways": "ipConfigurations",
}


def configurations_in(world: World, subnet_id: str) -> Iterator[Json]:
    """Give the IP configurations that lie in a subnet."""
    return _that_refer(world, "subnet", subnet_id)


def user_of_address(world: World, address_id: str) -> str | None:
    """Give the id of the IP configuration that has a public address."""
    return next((str(user["id"]) for user in _that_refer(world, "publicIPAddress", address_id)), None)


def taken_in(world: World, subnet_id: str, but: str) -> set[str | None]:
    """Give the private addresses in a subnet, but for those of one holder."""
    own = f"{but}/".lower()
    others = (one for one in configurations_in(world, subnet_id) if not one["id"].lower().startswith(own))
    return {configuration["properties"].get("privateIPAddress") for configuration in others}


def _that_refer(world: World, field: str, resource_id: str) -> Iterator[Json]:
    for kind in HOLDERS:
        yield from world.resources.users_of(resource_id, f"Microsoft.Network/{kind}", _by(kind, field))


@cache
def _by(kind: str, field: str) -> Naming:
    def named(holder: Json) -> Iterator[tuple[str, Json]]:
        for configuration in holder["properties"].get(HOLDERS[kind]) or ():
            reference = configuration["properties"].get(field)
            if reference:
                yield reference["id"], configuration

    return named
