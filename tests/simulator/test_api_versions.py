"""An api-version shows no field that is newer than itself."""

from __future__ import annotations

import pytest

from simulator.arm.api_versions import shown_to
from simulator.build import (
    add_extension,
    add_network,
    add_network_interface,
    add_resource_group,
    add_virtual_machine,
    subnet_id,
)
from simulator.world import World
from tests.simulator.raw_client import RawClient


@pytest.fixture
def subnet(world: World) -> str:
    add_resource_group(world, "Shop")
    return subnet_id(add_network(world, "Shop", "net"))


@pytest.mark.parametrize(("version", "has_etag"), [("2023-09-01", False), ("2024-03-01", True)])
async def test_a_vm_has_an_etag_since_the_version_that_brought_it(
    raw: RawClient, world: World, subnet: str, version: str, has_etag: bool
) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet)
    answer = await raw.send("GET", vm, query={"api-version": version})
    assert ("etag" in answer.body, "etag" in answer.headers) == (has_etag, has_etag)


async def test_an_old_version_hides_fields_in_lists_and_below_other_fields_too(
    raw: RawClient, world: World, subnet: str
) -> None:
    interface = add_network_interface(world, "Shop", "nic", subnet=subnet)
    old = await raw.send("GET", interface.rpartition("/")[0], query={"api-version": "2018-06-01"})
    new = await raw.get(interface.rpartition("/")[0])
    later = {"kind", "hostedWorkloads", "tapConfigurations", "nicType", "allowPort25Out", "auxiliaryMode"}
    assert not later & {*old.body["value"][0], *old.body["value"][0]["properties"]}
    assert later <= {*new.body["value"][0], *new.body["value"][0]["properties"]}


async def test_what_people_wrote_is_shown_to_every_version(raw: RawClient, world: World, subnet: str) -> None:
    vm = add_virtual_machine(world, "Shop", "till", subnet=subnet, tags={"etag": "mine"})
    settings = {"properties": {"timeCreated": "yesterday"}}
    extension = add_extension(world, vm, settings=settings)
    answers = [await raw.send("GET", path, query={"api-version": "2016-03-30"}) for path in (vm, extension)]
    assert answers[0].body["tags"] == {"etag": "mine"}
    assert answers[1].body["properties"]["settings"] == settings


def test_hiding_leaves_the_stored_body_alone() -> None:
    stored = {"properties": {"kept": 1, "new": 2}}
    assert shown_to("2020-01-01", stored, {"properties.new": "2021-01-01"}) == {"properties": {"kept": 1}}
    assert stored == {"properties": {"kept": 1, "new": 2}}
