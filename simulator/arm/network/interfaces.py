"""Network interfaces and their addresses."""

from __future__ import annotations

import hashlib

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import ArmError, network
from simulator.arm.network import writes
from simulator.arm.network.ip_configurations import taken_in
from simulator.arm.network.private_addresses import private_address
from simulator.store import Json
from simulator.world import World

INTERFACES = "networkInterfaces"
INTERFACE_TYPE = f"{writes.PROVIDER}/{INTERFACES}"
CONFIGURATION_TYPE = f"{INTERFACE_TYPE}/ipConfigurations"
REFERENCES = {
    "applicationGatewayBackendAddressPools": writes.anything,
    "applicationSecurityGroups": writes.require,
    "loadBalancerBackendAddressPools": writes.require_part,
    "loadBalancerInboundNatRules": writes.require_part,
}
"""What a configuration may belong to, each with what looks whether that is there."""


def view(interface: Json) -> Json:
    """Give an interface as Azure shows it: every configuration has the interface's etag."""
    properties = dict(interface["properties"])
    properties["ipConfigurations"] = [
        {**configuration, "etag": interface["etag"]} for configuration in properties["ipConfigurations"]
    ]
    attached = properties.pop("virtualMachine", None)
    primary = properties.pop("primary", None)
    if attached:
        properties |= {"macAddress": _mac_address(interface["id"]), "primary": primary, "virtualMachine": attached}
    rest = {key: value for key, value in interface.items() if key not in {"properties", "type", "location", "kind"}}
    return rest | {"properties": properties} | {key: interface[key] for key in ("type", "location", "kind")}


def attach(interface: Json, vm_id: str | None, *, primary: bool = True) -> None:
    """Say which VM an interface belongs to; None: to no one."""
    if vm_id is None:
        interface["properties"].pop("virtualMachine", None)
        interface["properties"].pop("primary", None)
    else:
        interface["properties"] |= {"virtualMachine": {"id": vm_id}, "primary": primary}
    interface["etag"] = writes.new_etag()


def store_interface(world: World, interface_id: str, document: Json) -> Json:
    """Check an interface and put it into the world; raises ArmError 400, or 429 for what is still being updated."""
    existing = world.resources.get(interface_id)
    interface = writes.head(existing, interface_id, INTERFACE_TYPE, document)
    asked = document.get("properties") or {}
    group = writes.require(world, asked.get("networkSecurityGroup"), interface_id)
    old = (existing or {"properties": {}})["properties"]
    properties = interface["properties"]
    properties["provisioningState"] = writes.SUCCEEDED
    properties["ipConfigurations"] = _configurations(world, interface, asked, old.get("ipConfigurations", []))
    properties["dnsSettings"] = _dns_settings(interface_id, asked.get("dnsSettings") or {})
    properties |= {
        "enableAcceleratedNetworking": bool(asked.get("enableAcceleratedNetworking")),
        "vnetEncryptionSupported": False,
        "enableIPForwarding": bool(asked.get("enableIPForwarding")),
        "disableTcpStateTracking": bool(asked.get("disableTcpStateTracking")),
    }
    properties |= {"networkSecurityGroup": {"id": group["id"]}} if group else {}
    properties |= {key: old[key] for key in ("virtualMachine", "primary") if key in old}
    properties |= {"hostedWorkloads": [], "tapConfigurations": [], "nicType": "Standard", "allowPort25Out": True}
    properties |= {key: asked.get(key) or "None" for key in ("auxiliaryMode", "auxiliarySku")}
    interface["kind"] = "Regular"
    world.resources[interface_id] = interface
    return interface


def _dns_settings(interface_id: str, asked: Json) -> Json:
    suffix = _domain_suffix(interface_id)
    settings: Json = {"dnsServers": list(asked.get("dnsServers") or []), "appliedDnsServers": []}
    if label := asked.get("internalDnsNameLabel"):
        settings |= {"internalDnsNameLabel": label, "internalFqdn": f"{label}.{suffix}"}
    return settings | {"internalDomainNameSuffix": suffix}


def _configurations(world: World, interface: Json, asked: Json, old: list[Json]) -> list[Json]:
    configurations = asked.get("ipConfigurations") or []
    if not configurations:
        text = f"Network interface {interface['id']} must have one or more IP configurations."
        raise network(400, "NetworkInterfaceMustHaveAtLeastOneIpConfiguration", text)
    earlier = {configuration["name"].lower(): configuration["properties"] for configuration in old}
    made: list[Json] = []
    for configuration in configurations:
        name = configuration.get("name") or "ipconfig1"
        wanted = configuration.get("properties") or {}
        if made and wanted.get("applicationGatewayBackendAddressPools"):
            raise _only_the_first_behind_a_gateway(interface["id"], name)
        made.append(
            {
                "name": name,
                "id": f"{interface['id']}/ipConfigurations/{name}",
                "type": CONFIGURATION_TYPE,
                "properties": _configuration(world, interface["id"], wanted, earlier.get(name.lower(), {}), made),
            }
        )
    return made


def _configuration(world: World, interface_id: str, wanted: Json, earlier: Json, siblings: list[Json]) -> Json:
    method = wanted.get("privateIPAllocationMethod") or "Dynamic"
    version = wanted.get("privateIPAddressVersion") or "IPv4"
    state = {"provisioningState": writes.SUCCEEDED}
    subnet = writes.require(world, wanted.get("subnet"), interface_id)
    if subnet is None and siblings and version == "IPv6":
        return state | {"privateIPAllocationMethod": method, "privateIPAddressVersion": version}
    if subnet is None:
        text = f"Subnet reference is required for ipconfiguration of {interface_id}."
        raise network(400, "SubnetIsRequired", text)
    public = writes.require(world, wanted.get("publicIPAddress"), interface_id)
    taken = taken_in(world, subnet["id"], but=interface_id)
    taken |= {sibling["properties"].get("privateIPAddress") for sibling in siblings}
    properties: Json = state | {
        "privateIPAddress": private_address(subnet, wanted, earlier, taken),
        "privateIPAllocationMethod": method,
    }
    properties |= {"publicIPAddress": {"id": public["id"]}} if public else {}
    properties |= {"subnet": {"id": subnet["id"]}, "primary": wanted.get("primary", not siblings)}
    properties["privateIPAddressVersion"] = version
    return properties | _memberships(world, interface_id, wanted)


def _memberships(world: World, interface_id: str, wanted: Json) -> Json:
    kept: Json = {}
    for key, look in REFERENCES.items():
        for reference in wanted.get(key) or ():
            look(world, reference, interface_id)
            kept.setdefault(key, []).append({"id": reference["id"]})
    return kept


def _only_the_first_behind_a_gateway(interface_id: str, name: str) -> ArmError:
    text = (
        f"Network Interface with Id: {interface_id} has a secondary IpConfigurations {name} is using "
        "ApplicationGatewayAddressPools. ApplicationGateway loadbalancing is not supported for secondary "
        "IpConfigurations."
    )
    return network(400, "ApplicationGatewayLoadBalancingNotSupportedOnSecondaryIpConfigurations", text)


def _mac_address(interface_id: str) -> str:
    digest = hashlib.sha256(interface_id.lower().encode()).hexdigest().upper()
    return "-".join(["00", "22", "48", digest[0:2], digest[2:4], digest[4:6]])


def _domain_suffix(interface_id: str) -> str:
    digest = hashlib.sha256(interface_id.lower().encode()).hexdigest()
    return f"{digest[:26]}.ax.internal.cloudapp.net"


def list_interfaces(world: World, request: ArmRequest) -> Answer:
    """Answer the lists by group and by subscription."""
    return writes.listed(world, request, INTERFACES, view)


def get_interface(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one interface."""
    return writes.with_etag(view(writes.find(world, request, INTERFACES, "name")))


def put_interface(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT, which succeeds at once, as it mostly does on Azure."""
    interface_id = writes.resource_id(world, request, INTERFACES, request.params["name"])
    existed = interface_id in world.resources
    interface = store_interface(world, interface_id, request.document)
    return Answer(200 if existed else 201, view(interface))


def patch_interface(world: World, request: ArmRequest) -> Answer:
    """Answer a PATCH, which changes tags alone."""
    interface = writes.find(world, request, INTERFACES, "name")
    writes.change_tags(request, interface)
    return Answer(200, view(interface))


def delete_interface(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE: refused while a VM has the interface, 204 if it is not there."""
    interface = world.resources.get(writes.resource_id(world, request, INTERFACES, request.params["name"]))
    if interface is None:
        return Answer(204)
    machine = interface["properties"].get("virtualMachine")
    if machine:
        text = (
            f"Network Interface {interface['id']} is used by existing resource {machine['id']}. In order to delete "
            "the network interface, it must be dissociated from the resource. To learn more, see aka.ms/deletenic."
        )
        raise network(400, "NicInUse", text)
    return writes.delete(world, request, interface["id"], interface["location"])
