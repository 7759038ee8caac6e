"""Makes what a recording takes for granted: the resources that its requests and answers refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from simulator.arm.ids import ArmId, group_id
from simulator.arm.network import interfaces, load_balancers, subnets
from simulator.arm.network.writes import SUCCEEDED
from simulator.build import (
    add_application_security_group,
    add_extension,
    add_nat_gateway,
    add_network,
    add_network_watcher,
    add_public_address,
    add_resource_group,
    add_route_table,
    add_rule,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from simulator.store import Json
from simulator.world import World

EVERYTHING = "0.0.0.0/0"
SCRATCH = "scratch-network"


class Surroundings:
    """Adds resources by id, with all that they need themselves; what is there already stays as it is."""

    def __init__(self, world: World, location: str = "westeurope") -> None:
        self._world = world
        self._location = location
        self._prefixes = 0
        self._make: dict[str, Callable[[ArmId], object]] = {
            "microsoft.network/virtualnetworks": self._network,
            "microsoft.network/virtualnetworks/subnets": self._subnet,
            "microsoft.network/networksecuritygroups": self._security_group,
            "microsoft.network/publicipaddresses": self._public_address,
            "microsoft.network/networkinterfaces": self._interface,
            "microsoft.network/networkinterfaces/ipconfigurations": self._configuration,
            "microsoft.network/networksecuritygroups/securityrules": self._security_rule,
            "microsoft.network/applicationsecuritygroups": self._application_security_group,
            "microsoft.network/routetables": self._route_table,
            "microsoft.network/natgateways": self._nat_gateway,
            "microsoft.network/networkwatchers": self._network_watcher,
            "microsoft.network/loadbalancers/frontendipconfigurations": self._part_of_balancer,
            "microsoft.network/loadbalancers/backendaddresspools": self._part_of_balancer,
            "microsoft.network/loadbalancers/inboundnatrules": self._part_of_balancer,
            "microsoft.compute/virtualmachines": self._virtual_machine,
            "microsoft.compute/virtualmachines/extensions": self._extension,
        }

    def group(self, resource: ArmId) -> str:
        """Add the resource group of a resource."""
        found = group_id(resource.subscription_id, resource.resource_group)
        if found not in self._world.resources:
            add_resource_group(self._world, resource.resource_group, location=self._location)
        return found

    def add(self, resource_id: str) -> None:
        """Add a resource of a type that the simulator has; do nothing for others."""
        if resource_id in self._world.resources:
            return
        resource = ArmId.parse(resource_id)
        make = self._make.get(resource.type.lower())
        if make is not None:
            self.group(resource)
            make(resource)

    def add_parents(self, resource: ArmId) -> None:
        """Add the group of a resource, and for a child what it lies in."""
        self.group(resource)
        if resource.type.count("/") > 1:
            self.add(resource.parent_id)

    def add_referenced(self, document: Any, *, but: str = "") -> None:
        """Add all that a document refers to by id, but for itself and for one id."""
        own = document.get("id", "") if isinstance(document, dict) else ""
        for reference in _references(document):
            if reference.lower().startswith(own.lower() + "/") and own:
                continue
            if reference.lower() not in {but.lower(), own.lower()}:
                self.add(reference)

    def connect(self, shown: Json) -> None:
        """Let the resources that a shown one names as its users use it."""
        properties = shown.get("properties", {})
        for user in (*properties.get("networkInterfaces", ()), *properties.get("subnets", ())):
            if user["id"] in self._world.resources and "defaultSecurityRules" in properties:
                attach(self._world, shown["id"], to=user["id"])
        for user in (*properties.get("ipConfigurations", ()), properties.get("ipConfiguration", {})):
            if user.keys() == {"id"} and self._is_configuration(user["id"]):
                self._use(user["id"], shown["id"])
            elif user.keys() == {"id"} and "/frontendIPConfigurations/" in user["id"]:
                self._part_of_balancer(ArmId.parse(user["id"]), self._as_used(shown["id"]))

    def subnet(self, resource_id: str, prefix: str) -> None:
        """Add a subnet of a certain prefix."""
        resource = ArmId.parse(resource_id)
        self.group(resource)
        self.add(resource.parent_id)
        parent = self._world.resources[resource.parent_id]
        subnets.store_subnet(self._world, parent, resource.name, {"addressPrefix": prefix}, SUCCEEDED)

    def _network(self, resource: ArmId) -> None:
        add_network(self._world, resource.resource_group, resource.name, [EVERYTHING], subnets={})

    def _subnet(self, resource: ArmId) -> None:
        self._prefixes += 1
        self.subnet(resource.text, f"10.{200 + self._prefixes // 256}.{self._prefixes % 256}.0/24")

    def _security_group(self, resource: ArmId) -> None:
        add_security_group(self._world, resource.resource_group, resource.name)

    def _public_address(self, resource: ArmId) -> None:
        add_public_address(self._world, resource.resource_group, resource.name)

    def _interface(self, resource: ArmId) -> None:
        self._interface_with(resource.text, "ipconfig1", {})

    def _configuration(self, resource: ArmId) -> None:
        if resource.parent_id not in self._world.resources:
            self._interface_with(resource.parent_id, resource.name, {})

    def _interface_with(self, interface_id: str, name: str, uses: Json) -> None:
        properties = {"subnet": {"id": self._scratch_subnet(interface_id)}} | uses
        existing = self._world.resources.get(interface_id)
        others = (
            [one for one in existing["properties"]["ipConfigurations"] if one["name"] != name] if existing else []
        )
        configurations = [*others, {"name": name, "properties": properties}]
        document = {"location": self._location, "properties": {"ipConfigurations": configurations}}
        interfaces.store_interface(self._world, interface_id, document)

    def _virtual_machine(self, resource: ArmId) -> None:
        subnet = self._scratch_subnet(resource.text)
        add_virtual_machine(self._world, resource.resource_group, resource.name, subnet=subnet)

    def _security_rule(self, resource: ArmId) -> None:
        self.add(resource.parent_id)
        add_rule(self._world, resource.parent_id, security_rule(resource.name, priority=100))

    def _application_security_group(self, resource: ArmId) -> None:
        add_application_security_group(self._world, resource.resource_group, resource.name)

    def _route_table(self, resource: ArmId) -> None:
        add_route_table(self._world, resource.resource_group, resource.name, {})

    def _nat_gateway(self, resource: ArmId) -> None:
        add_nat_gateway(self._world, resource.resource_group, resource.name)

    def _network_watcher(self, resource: ArmId) -> None:
        add_network_watcher(self._world, resource.resource_group, resource.name)

    def _part_of_balancer(self, resource: ArmId, properties: Json | None = None) -> None:
        """Add a part of a load balancer, which is made with the parts that it has so far."""
        self.group(resource)
        existing = self._world.resources.get(resource.parent_id, {"properties": {}})
        kind = resource.type.rpartition("/")[2]
        parts = [one for one in existing["properties"].get(kind, ()) if one["name"] != resource.name]
        part = {"name": resource.name, "properties": properties or {}}
        document = {"location": self._location, "properties": existing["properties"] | {kind: [*parts, part]}}
        load_balancers.store_balancer(self._world, resource.parent_id, document, SUCCEEDED)

    def _extension(self, resource: ArmId) -> None:
        self.add(resource.parent_id)
        add_extension(self._world, resource.parent_id, resource.name)

    def _scratch_subnet(self, beside: str) -> str:
        network = f"{ArmId.parse(beside).group_id}/providers/Microsoft.Network/virtualNetworks/{SCRATCH}"
        self.add(subnet_id(network))
        return subnet_id(network)

    def _is_configuration(self, resource_id: str) -> bool:
        return ArmId.parse(resource_id).type.lower() == "microsoft.network/networkinterfaces/ipconfigurations"

    def _use(self, configuration_id: str, used: str) -> None:
        configuration = ArmId.parse(configuration_id)
        self.group(configuration)
        self._interface_with(configuration.parent_id, configuration.name, self._as_used(used))

    def _as_used(self, used: str) -> Json:
        return {"subnet" if "/subnets/" in used.lower() else "publicIPAddress": {"id": used}}


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "id" and isinstance(inner, str) and inner.lower().startswith("/subscriptions/"):
                yield inner
            else:
                yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
