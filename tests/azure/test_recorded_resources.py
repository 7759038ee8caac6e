"""Recorded resources, through the real SDKs into the model: nothing is lost, or read as something that it is not."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from azure.mgmt.compute import models

from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.parse_compute import parse_virtual_machine
from shared.azure.survey import Survey
from shared.model.check import Check
from shared.model.estate import (
    AgentState,
    Extension,
    IpConfiguration,
    NetworkInterface,
    NetworkSecurityGroup,
    SecurityRule,
    Subnet,
    VirtualMachine,
    VirtualNetwork,
)
from shared.model.resource_id import ResourceId
from tests.azure.conftest import Give
from tests.azure.recordings import Answer, answers_of, needs_recordings, recordings

pytestmark = needs_recordings

type Json = dict[str, Any]


def survey_for(clients: AzureClients, subject: ResourceId) -> Survey:
    return Survey(clients, AzureFacts(clients), Check(subject, "test", "c", None))


def id_in(document: Json, name: str) -> ResourceId | None:
    return ResourceId(document[name]["id"]) if document.get(name) else None


def ids_in(documents: Iterable[Json] | None) -> tuple[ResourceId, ...]:
    return tuple(ResourceId(one["id"]) for one in documents or ())


def both(document: Json, singular: str, plural: str) -> set[str]:
    return {*([document[singular]] if document.get(singular) else []), *(document.get(plural) or [])}


def status_code(view: Json, prefix: str) -> str | None:
    codes = [status.get("code", "") for status in view.get("statuses") or ()]
    return next((code for code in codes if code.startswith(prefix)), None)


def assert_is_vm(vm: VirtualMachine, body: Json) -> None:
    properties = body["properties"]
    view = properties.get("instanceView") or {}
    disk = properties["storageProfile"]["osDisk"]
    image = properties["storageProfile"].get("imageReference") or {}
    os_profile = properties.get("osProfile") or {}
    interfaces = properties["networkProfile"]["networkInterfaces"]
    assert (str(vm.id), vm.location, vm.managed_by) == (body["id"], body["location"], body.get("managedBy"))
    assert (vm.provisioning_state, vm.vm_id) == (properties["provisioningState"], properties.get("vmId"))
    assert (vm.vm_size, vm.os_type) == (properties["hardwareProfile"]["vmSize"], disk.get("osType"))
    assert (vm.image.publisher, vm.image.offer, vm.image.sku) == tuple(map(image.get, ("publisher", "offer", "sku")))
    assert vm.tags == (body.get("tags") or {})
    assert vm.computer_name == (view.get("computerName") or os_profile.get("computerName"))
    assert vm.os_name == view.get("osName")
    assert vm.allow_extension_operations is (os_profile.get("allowExtensionOperations") is not False)
    assert vm.network_interface_ids == ids_in(interfaces)
    primary = [one for one in interfaces if (one.get("properties") or {}).get("primary")]
    assert vm.primary_network_interface_id == (ResourceId(primary[0]["id"]) if primary else None)
    power = status_code(view, "PowerState/")
    assert vm.power_state.value == (power.split("/")[1] if power else "unknown")
    agent = status_code(view.get("vmAgent") or {}, "ProvisioningState/")
    ready = agent == "ProvisioningState/succeeded"
    assert vm.agent is (AgentState.READY if ready else AgentState.NOT_READY if agent else AgentState.ABSENT)
    views = {one["name"]: one for one in view.get("extensions") or ()}
    extensions = body.get("resources") or []
    assert len(vm.extensions) == len(extensions)
    for extension, document in zip(vm.extensions, extensions, strict=True):
        assert_is_extension(extension, document, views.get(document["name"], {}))


def assert_is_extension(extension: Extension, body: Json, view: Json) -> None:
    properties = body["properties"]
    assert (str(extension.id), extension.name) == (body["id"], body["name"])
    assert (extension.publisher, extension.type) == (properties["publisher"], properties["type"])
    assert extension.provisioning_state == properties["provisioningState"]
    settings = properties.get("settings") or {}
    assert extension.settings == (json.loads(settings) if isinstance(settings, str) else settings)
    assert extension.type_handler_version == properties.get("typeHandlerVersion")
    assert extension.auto_upgrade_minor_version == properties.get("autoUpgradeMinorVersion")
    assert extension.force_update_tag == properties.get("forceUpdateTag")
    assert extension.running_version == view.get("typeHandlerVersion")
    assert extension.status_code == status_code(view, "ProvisioningState/")


def assert_is_rule(rule: SecurityRule, body: Json) -> None:
    given = body["properties"]
    assert (rule.name, rule.priority, rule.description) == (
        body["name"],
        given["priority"],
        given.get("description"),
    )
    assert (rule.direction.value, rule.access.value, rule.protocol) == (
        given["direction"],
        given["access"],
        given["protocol"],
    )
    assert set(rule.source_address_prefixes) == both(given, "sourceAddressPrefix", "sourceAddressPrefixes")
    assert set(rule.source_port_ranges) == both(given, "sourcePortRange", "sourcePortRanges")
    destination = both(given, "destinationAddressPrefix", "destinationAddressPrefixes")
    assert set(rule.destination_address_prefixes) == destination
    assert set(rule.destination_port_ranges) == both(given, "destinationPortRange", "destinationPortRanges")
    for found, name in (
        (rule.source_application_security_group_ids, "sourceApplicationSecurityGroups"),
        (rule.destination_application_security_group_ids, "destinationApplicationSecurityGroups"),
    ):
        assert found == ids_in(given.get(name))
    assert rule.source_port_ranges
    assert rule.destination_port_ranges
    assert rule.source_address_prefixes or rule.source_application_security_group_ids
    assert rule.destination_address_prefixes or rule.destination_application_security_group_ids


def assert_is_nsg(group: NetworkSecurityGroup, body: Json) -> None:
    properties = body["properties"]
    assert (str(group.id), group.location, group.tags) == (body["id"], body["location"], body.get("tags") or {})
    assert group.network_interface_ids == ids_in(properties.get("networkInterfaces"))
    assert group.subnet_ids == ids_in(properties.get("subnets"))
    assert group.resource_guid == properties.get("resourceGuid")
    for rules, name in (
        (group.security_rules, "securityRules"),
        (group.default_security_rules, "defaultSecurityRules"),
    ):
        assert len(rules) == len(properties[name])
        for rule, document in zip(rules, properties[name], strict=True):
            assert_is_rule(rule, document)
    assert len(group.default_security_rules) == 6


def assert_is_nic(interface: NetworkInterface, body: Json) -> None:
    properties = body["properties"]
    assert str(interface.id) == body["id"]
    assert interface.primary is (properties.get("primary") is True)
    assert interface.virtual_machine_id == id_in(properties, "virtualMachine")
    assert interface.network_security_group_id == id_in(properties, "networkSecurityGroup")
    assert interface.ip_configurations == tuple(
        IpConfiguration(
            given.get("privateIPAddress"),
            id_in(given, "subnet"),
            id_in(given, "publicIPAddress"),
            primary=given.get("primary") is True,
            application_security_group_ids=ids_in(given.get("applicationSecurityGroups")),
            load_balancer_backend_pool_ids=ids_in(given.get("loadBalancerBackendAddressPools")),
            load_balancer_inbound_nat_rule_ids=ids_in(given.get("loadBalancerInboundNatRules")),
        )
        for given in (one["properties"] for one in properties["ipConfigurations"])
    )


def assert_is_network(network: VirtualNetwork, body: Json) -> None:
    properties = body["properties"]
    assert str(network.id) == body["id"]
    assert list(network.address_prefixes) == properties["addressSpace"]["addressPrefixes"]
    connected = [
        peering["properties"]
        for peering in properties.get("virtualNetworkPeerings") or ()
        if peering["properties"]["peeringState"] == "Connected"
    ]
    peered = {prefix for peer in connected for prefix in peer["remoteAddressSpace"]["addressPrefixes"]}
    assert set(network.peered_address_prefixes) == peered


def assert_is_subnet(subnet: Subnet, body: Json) -> None:
    properties = body["properties"]
    assert str(subnet.id) == body["id"]
    assert set(subnet.address_prefixes) == both(properties, "addressPrefix", "addressPrefixes")
    assert subnet.address_prefixes
    assert subnet.network_security_group_id == id_in(properties, "networkSecurityGroup")
    assert subnet.route_table_id == id_in(properties, "routeTable")
    assert subnet.nat_gateway_id == id_in(properties, "natGateway")
    assert subnet.default_outbound_access == properties.get("defaultOutboundAccess")
    configurations = [one["id"].lower() for one in properties.get("ipConfigurations") or ()]
    on_interfaces = {one.split("/ipconfigurations/")[0] for one in configurations if "/networkinterfaces/" in one}
    free = {one for one in on_interfaces if "/virtualmachinescalesets/" not in one}
    assert {str(one).lower() for one in subnet.network_interface_ids} == free


@pytest.mark.parametrize("recording", recordings("compute/vm_get"))
async def test_a_recorded_vm_is_read_whole(recording: Path, give: Give) -> None:
    answer, subject, survey = surveyed(recording, give)
    await survey.gather(survey.read_virtual_machines([subject]))
    assert_is_vm(survey.virtual_machines[subject], answer.body)


@pytest.mark.parametrize("recording", recordings("compute/vm_list"))
def test_a_vm_of_a_recorded_list_is_read_whole_unless_its_extensions_are_only_named(recording: Path) -> None:
    (answer,) = answers_of(recording)
    for body in answer.body["value"]:
        if any("properties" not in extension for extension in body.get("resources") or ()):
            with pytest.raises(ValueError, match="names an extension without showing it"):
                parse_virtual_machine(models.VirtualMachine(body))
        else:
            assert_is_vm(parse_virtual_machine(models.VirtualMachine(body)), body)


def surveyed(recording: Path, give: Give) -> tuple[Answer, ResourceId, Survey]:
    """Give a recording's one answer, whose it is, and a survey that is answered so."""
    (answer,) = answers_of(recording)
    subject = ResourceId(answer.path)
    return answer, subject, survey_for(give(answer), subject)


@pytest.mark.parametrize("recording", recordings("network/nsg_get"))
async def test_a_recorded_nsg_is_read_with_all_its_rules(recording: Path, give: Give) -> None:
    answer, subject, survey = surveyed(recording, give)
    await survey.gather(survey.read_network_security_groups([subject]))
    assert_is_nsg(survey.network_security_groups[subject], answer.body)


@pytest.mark.parametrize("recording", recordings("network/nic_get"))
async def test_a_recorded_interface_is_read_with_all_its_addresses(recording: Path, give: Give) -> None:
    answer, subject, survey = surveyed(recording, give)
    await survey.gather(survey.read_network_interfaces([subject]))
    assert_is_nic(survey.network_interfaces[subject], answer.body)


@pytest.mark.parametrize("recording", recordings("network/public_ip_get"))
async def test_a_recorded_public_address_is_read_with_its_sku(recording: Path, give: Give) -> None:
    answer, subject, survey = surveyed(recording, give)
    await survey.gather(survey.read_public_ip_addresses([subject]))
    address = survey.estate().public_ip_addresses[subject]
    assert (str(address.id), address.sku) == (answer.body["id"], (answer.body.get("sku") or {}).get("name"))


@pytest.mark.parametrize("recording", recordings("network/vnet_subnet_get"))
async def test_a_recorded_network_is_read_with_all_its_subnets(recording: Path, give: Give) -> None:
    (answer,) = answers_of(recording)
    subject = ResourceId(answer.path)
    network = around(subject, answer.body) if subject.parent else answer.body
    survey = survey_for(give(Answer(200, network, answer.headers)), subject)
    network_id = subject.parent or subject
    await survey.gather(survey.read_virtual_networks([network_id]))
    if not subject.parent:
        assert_is_network(survey.virtual_networks[network_id], network)
    assert len(survey.subnets) == len(network["properties"]["subnets"])
    for document in network["properties"]["subnets"]:
        assert_is_subnet(survey.subnets[ResourceId(document["id"])], document)


def around(subnet_id: ResourceId, subnet: Json) -> Json:
    """Put a network around a subnet that was recorded alone: the app reads subnets through their network."""
    return {"id": str(subnet_id.parent), "properties": {"subnets": [subnet]}}


@pytest.mark.parametrize("recording", recordings("compute/skus"))
async def test_the_memory_of_every_recorded_size_that_tells_it_is_read(recording: Path, give: Give) -> None:
    (answer,) = answers_of(recording)
    sizes = await AzureFacts(give(answer)).sizes("s", "westeurope")
    expected = {
        sku["name"].lower(): float(capability["value"])
        for sku in answer.body["value"]
        for capability in sku.get("capabilities") or ()
        if capability["name"] == "MemoryGB"
    }
    assert sizes == expected


@pytest.mark.parametrize("recording", recordings("network/service_tags"))
async def test_the_prefixes_of_every_recorded_service_tag_are_read(recording: Path, give: Give) -> None:
    (answer,) = answers_of(recording)
    tags = await AzureFacts(give(answer)).service_tags("s", "westeurope")
    assert tags == {tag["name"].lower(): tuple(tag["properties"]["addressPrefixes"]) for tag in answer.body["values"]}


@pytest.mark.parametrize("recording", recordings("arm/resource_groups"))
async def test_every_recorded_resource_group_is_read_with_its_owner_and_tags(recording: Path, give: Give) -> None:
    for answer in answers_of(recording):
        for body in answer.body.get("value", [answer.body]) if answer.status == 200 and answer.body else []:
            clients = give(Answer(200, body, answer.headers))
            group = await AzureFacts(clients).resource_group(ResourceId(body["id"]))
            assert str(group.id) == body["id"]
            assert (group.managed_by, group.tags) == (body.get("managedBy"), body.get("tags") or {})
