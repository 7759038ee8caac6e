"""The situations are what they say they are, before any app has looked at them."""

from __future__ import annotations

import time
from collections import Counter

import pytest

from simulator.build import security_rule
from simulator.estate.announce import announce_situation
from simulator.estate.networks import MARKER
from simulator.estate.situations import EVERYDAY, SITUATIONS, Announced, Situation
from simulator.estate.somebody import TERRAFORM, put_rule
from simulator.restrictions import is_within
from simulator.store import Json
from simulator.world import World
from tests.simulator.extensions.requests import admin_center
from tests.simulator.raw_client import RawAnswer, RawClient

BY_NAME = {situation.name: situation for situation in SITUATIONS}
IN_DOUBT = {"EXTENSION_MISSING", "OUTBOUND_DENIED"}


def each(*names: str) -> pytest.MarkDecorator:
    chosen = [BY_NAME[name] for name in names] if names else SITUATIONS
    return pytest.mark.parametrize("situation", chosen, ids=lambda situation: situation.name)


async def install(raw: RawClient, vm_id: str) -> RawAnswer:
    return await raw.send("PUT", f"{vm_id}/extensions/AdminCenter", body=admin_center())


def properties_of(world: World, resource_id: str) -> Json:
    return dict(world.resources[resource_id]["properties"])


def test_all_situations_fit_into_one_world_each_in_a_group_of_its_own(world: World) -> None:
    groups = [situation.build(world).vm_id.split("/")[4] for situation in SITUATIONS]
    assert len(BY_NAME) == len(set(groups)) == len(SITUATIONS)
    assert set(EVERYDAY) < set(SITUATIONS)


@each()
async def test_a_situation_has_its_vm_and_its_nsgs_and_expects_something_of_each(
    situation: Situation, raw: RawClient, world: World
) -> None:
    built = situation.build(world)
    assert len(built.nsg_ids) == len(situation.nsgs)
    for subject in (built.vm_id, *built.nsg_ids):
        assert (await raw.get(subject)).body["properties"]["provisioningState"] == "Succeeded"
    is_compliant = situation.vm.status == "COMPLIANT"
    assert is_compliant is not bool(situation.vm.reasons)
    assert (situation.disturb is None) == (situation.disturbances == 0)


@each()
async def test_the_events_of_a_situation_are_those_of_what_it_announces(situation: Situation, world: World) -> None:
    built = situation.build(world)
    announce_situation(world, situation, built)
    expected = [built.vm_id] * (Announced.VM in situation.announced)
    expected += built.nsg_ids if Announced.NSG in situation.announced else ()
    assert sorted(event["subject"] for event in world.event_grid.published) == sorted(expected)
    assert {event["data"]["operationName"] for event in world.event_grid.published} <= {
        "Microsoft.Compute/virtualMachines/write",
        "Microsoft.Network/networkSecurityGroups/write",
    }


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("locked-group", "ScopeLocked"),
        ("refused-by-policy", "RequestDisallowedByPolicy"),
        ("denied-by-assignment", "DenyAssignmentAuthorizationFailed"),
        ("extensions-disallowed", "OperationNotAllowed"),
    ],
)
async def test_what_azure_refuses_it_refuses_again_and_again(
    raw: RawClient, world: World, name: str, code: str
) -> None:
    built = BY_NAME[name].build(world)
    assert [(await install(raw, built.vm_id)).code for _ in range(2)] == [code, code]
    for restriction in world.restrictions:
        world.restrictions.remove(restriction.id)
    if name != "extensions-disallowed":
        assert (await install(raw, built.vm_id)).status == 201


@each("locked-group", "refused-by-policy", "denied-by-assignment")
def test_a_restriction_is_of_its_own_group_alone(situation: Situation, world: World) -> None:
    built = situation.build(world)
    [restriction] = world.restrictions
    assert is_within(built.vm_id, restriction.scope)
    assert not is_within(BY_NAME["server-2022"].build(world).vm_id, restriction.scope)


@each("failed-extension", "other-name")
async def test_a_failed_extension_is_told_with_its_settings_and_can_be_deleted_and_put_again(
    situation: Situation, raw: RawClient, world: World
) -> None:
    built = situation.build(world)
    [extension] = (await raw.get(built.vm_id)).body["resources"]
    assert extension["properties"]["provisioningState"] == "Failed"
    assert extension["properties"]["settings"] == situation.settings
    assert (await raw.send("DELETE", extension["id"])).status == 202
    await world.clock.advance(60)
    body = {"location": extension["location"], "properties": extension["properties"]}
    assert (await raw.send("PUT", extension["id"], body=body)).status == 201
    await world.clock.advance(180)
    assert (await raw.get(extension["id"])).body["properties"]["provisioningState"] == "Succeeded"
    assert [one.extension_id for one in world.installs] == [extension["id"]]


async def test_a_stuck_install_stays_so_for_ever(raw: RawClient, world: World) -> None:
    built = BY_NAME["stuck-install"].build(world)
    await world.clock.advance(24 * 3600)
    [extension] = (await raw.get(built.vm_id)).body["resources"]
    assert extension["properties"]["provisioningState"] == "Creating"


def test_every_priority_from_100_to_120_is_taken_and_one_nsg_has_room_behind(world: World) -> None:
    for name, room in (("crowded-priorities", 0), ("roomy-priorities", 79)):
        [nsg] = BY_NAME[name].build(world).nsg_ids
        rules = world.resources.in_collection(f"{nsg}/securityRules")
        priorities = {rule["properties"]["priority"] for rule in rules}
        assert set(range(100, 121)) < priorities
        assert max(priorities) - 121 == room


async def test_of_two_nics_the_first_is_the_primary_one(raw: RawClient, world: World) -> None:
    built = BY_NAME["two-nics"].build(world)
    references = properties_of(world, built.vm_id)["networkProfile"]["networkInterfaces"]
    assert [reference["properties"]["primary"] for reference in references] == [True, False]
    shown = [(await raw.get(reference["id"])).body["properties"] for reference in references]
    assert [one["primary"] for one in shown] == [True, False]
    subnets = [one["ipConfigurations"][0]["properties"]["subnet"]["id"] for one in shown]
    groups = [properties_of(world, subnet)["networkSecurityGroup"]["id"] for subnet in subnets]
    assert groups == list(built.nsg_ids)


async def test_a_gateways_host_tells_its_name(raw: RawClient, world: World) -> None:
    situation = BY_NAME["gateway-host"]
    built = situation.build(world)
    view = (await raw.get(built.vm_id, **{"$expand": "instanceView"})).body["properties"]
    assert view["instanceView"]["computerName"] == view["osProfile"]["computerName"] == "wacgw01"
    assert "https://wacgw01." in situation.app_settings["WAC_GATEWAYS"]


async def test_a_scale_sets_vm_names_it_and_the_scale_set_is_not_served(raw: RawClient, world: World) -> None:
    built = BY_NAME["scale-set-vm"].build(world)
    scale_set = (await raw.get(built.vm_id)).body["properties"]["virtualMachineScaleSet"]["id"]
    assert (await raw.get(scale_set)).code == "ResourceNotFound"


def test_terraform_takes_our_rules_away_and_no_others_each_time_it_runs(world: World) -> None:
    situation = BY_NAME["contested"]
    built = situation.build(world)
    [nsg] = built.nsg_ids
    disturb = situation.disturb
    assert disturb is not None
    for _ in range(situation.disturbances):
        put_rule(world, nsg, security_rule("Ours", priority=199, access="Allow", description=f"{MARKER} For WAC."))
        before = properties_of(world, nsg), world.resources[nsg]["etag"]
        world.event_grid.published.clear()
        disturb(world, built)
        [event] = world.event_grid.published
        assert event["eventType"] == "Microsoft.Resources.ResourceDeleteSuccess"
        assert event["data"]["operationName"] == "Microsoft.Network/networkSecurityGroups/securityRules/delete"
        assert event["subject"] == f"{nsg}/securityRules/Ours"
        assert (event["data"]["claims"]["appid"], event["data"]["claims"]["name"]) == (
            TERRAFORM.client_id,
            "terraform",
        )
        assert [rule["name"] for rule in world.resources.in_collection(f"{nsg}/securityRules")] == ["DenyAllOutbound"]
        assert (properties_of(world, nsg), world.resources[nsg]["etag"]) != before


async def test_three_hundred_vms_share_an_nsg_and_are_built_and_read_in_no_time(raw: RawClient, world: World) -> None:
    began = time.process_time()
    built = BY_NAME["shared-nsg"].build(world)
    assert time.process_time() - began < 1
    group = built.vm_id.split("/virtualMachines/", maxsplit=1)[0]
    vms = (await raw.get(f"{group}/virtualMachines")).body["value"]
    assert len(vms) == 300
    assert [vm["name"] for vm in vms if "resources" not in vm] == ["shared-nsg"]
    extensions = world.resources.of_type(world.subscription_id, "Microsoft.Compute/virtualMachines/extensions")
    assert Counter(one["properties"]["settings"]["port"] for one in extensions) == {"6516": 149, "6600": 150}
    began = time.process_time()
    for vm in vms:
        await raw.get(vm["id"], **{"$expand": "instanceView"})
    assert time.process_time() - began < 3


def test_what_is_expected_of_a_vm_that_should_have_the_extension_agrees_with_its_installs() -> None:
    for situation in SITUATIONS:
        if set(situation.vm.reasons) >= IN_DOUBT or situation.vm.status == "NOT_APPLICABLE":
            assert situation.installs == 0, situation.name
