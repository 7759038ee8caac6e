"""Virtual machines: what is asked of them but their power and their extensions."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute.changes import next_etag, update_vm
from simulator.arm.compute.instance_view import instance_view
from simulator.arm.compute.lookup import find_vm, vm_id_of
from simulator.arm.compute.models import VM_TYPE, new_vm
from simulator.arm.compute.profiles import disk_ids, while_disks_are_made
from simulator.arm.compute.work import start
from simulator.arm.errors import ArmError, compute, network_child_not_found
from simulator.arm.ids import ArmId, group_id, same
from simulator.arm.network import interfaces
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World


def view(world: World, vm: Json, *, expanded: bool = False) -> Json:
    """Give a VM as a GET shows it: with its whole extensions, and its instance view when asked."""
    extensions = world.resources.in_collection(f"{vm['id']}/extensions")
    shown = vm | {"properties": dict(vm["properties"])}
    if expanded:
        created = shown["properties"].pop("timeCreated")
        shown["properties"]["instanceView"] = instance_view(world, vm, world.machine(vm["id"]))
        shown["properties"]["timeCreated"] = created
    return shown | ({"resources": extensions} if extensions else {})


def list_by_group(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a group: extensions by id alone."""
    group = world.resources[group_id(request.params["subscription"], request.params["group"])]
    found = world.resources.in_collection(f"{group['id']}/providers/{VM_TYPE}")
    return page(request, [_listed(world, vm, request) for vm in found], world.page_size)


def list_by_subscription(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a subscription, whose ids have the group in upper case."""
    found = world.resources.of_type(request.params["subscription"], VM_TYPE)
    return page(request, [_shouted(_listed(world, vm, request)) for vm in found], world.page_size)


def _listed(world: World, vm: Json, request: ArmRequest) -> Json:
    shown = view(world, vm, expanded=request.expands("instanceView"))
    if "resources" in shown:
        shown["resources"] = [{"id": extension["id"]} for extension in shown["resources"]]
    return shown


def _shouted(vm: Json) -> Json:
    group = ArmId.parse(vm["id"]).resource_group
    old, new = f"/resourceGroups/{group}/", f"/resourceGroups/{group.upper()}/"
    vm["id"] = vm["id"].replace(old, new, 1)
    for extension in vm.get("resources", ()):
        extension["id"] = extension["id"].replace(old, new, 1)
    return vm


def get_vm(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one VM: with its instance view it has no ETag header."""
    vm = find_vm(world, request)
    expanded = request.expands("instanceView")
    return Answer(200, view(world, vm, expanded=expanded), {} if expanded else {"ETag": vm["etag"]})


def get_instance_view(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of the instance view alone."""
    vm = find_vm(world, request)
    return Answer(200, instance_view(world, vm, world.machine(vm["id"])))


def put_vm(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT: a new VM starts running in the end."""
    vm_id = vm_id_of(world, request)
    existing = world.resources.get(vm_id)
    if existing is not None:
        return _update(world, request, existing)
    vm, machine = new_vm(world, vm_id, request.document)
    attach_interfaces(world, vm)
    world.resources[vm_id] = vm
    world.machines[vm_id.lower()] = machine

    def finish() -> None:
        vm["properties"]["provisioningState"] = "Succeeded"
        machine.boot(world.clock.now(), world.agent_seconds)
        machine.since = world.clock.now()

    answer = Answer(201, while_disks_are_made(view(world, vm), set()), {"ETag": vm["etag"]})
    return start(world, request, answer, world.machine_seconds, finish)


def patch_vm(world: World, request: ArmRequest) -> Answer:
    """Answer a PATCH."""
    return _update(world, request, find_vm(world, request))


def delete_vm(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE: extensions go too, interfaces only where `deleteOption` says so; 204 if it is not there."""
    vm = world.resources.get(vm_id_of(world, request))
    if vm is None:
        return Answer(204)
    vm["properties"]["provisioningState"] = "Deleting"

    def finish() -> None:
        for reference in vm["properties"]["networkProfile"]["networkInterfaces"]:
            interface = world.resources.get(reference["id"])
            if interface is not None:
                interfaces.attach(interface, None)
                if (reference.get("properties") or {}).get("deleteOption") == "Delete":
                    del world.resources[reference["id"]]
        for key in [*world.resources.below(vm["id"]), vm["id"]]:
            world.resources.pop(key, None)
        world.machines.pop(vm["id"].lower(), None)

    return start(world, request, Answer(202), world.machine_seconds, finish)


def attach_interfaces(world: World, vm: Json) -> None:
    """Give a VM its interfaces; raises ArmError where one is absent or another VM's."""
    references = vm["properties"]["networkProfile"]["networkInterfaces"]
    found = [_free_interface(world, reference["id"], vm["id"]) for reference in references]
    for position, (reference, interface) in enumerate(zip(references, found, strict=True)):
        primary = (reference.get("properties") or {}).get("primary", position == 0)
        interfaces.attach(interface, vm["id"], primary=primary)


def _update(world: World, request: ArmRequest, vm: Json) -> Answer:
    before = [reference["id"] for reference in vm["properties"]["networkProfile"]["networkInterfaces"]]
    disks = disk_ids(vm["properties"]["storageProfile"])
    update_vm(world, vm, world.machine(vm["id"]), request.document)
    attach_interfaces(world, vm)
    after = {reference["id"].lower() for reference in vm["properties"]["networkProfile"]["networkInterfaces"]}
    for interface_id in before:
        if interface_id.lower() not in after and interface_id in world.resources:
            interfaces.attach(world.resources[interface_id], None)
    vm["properties"]["provisioningState"] = "Updating"
    next_etag(vm)

    def finish() -> None:
        vm["properties"]["provisioningState"] = "Succeeded"

    answer = Answer(200, while_disks_are_made(view(world, vm), disks), {"ETag": vm["etag"]})
    return start(world, request, answer, world.machine_seconds, finish)


def _free_interface(world: World, interface_id: str, vm_id: str) -> Json:
    interface = world.resources.get(interface_id)
    if interface is None:
        raise network_child_not_found(interface_id)
    owner = interface["properties"].get("virtualMachine")
    if owner and not same(owner["id"], vm_id):
        raise _in_use(interface_id, owner["id"])
    return interface


def _in_use(interface_id: str, vm_id: str) -> ArmError:
    text = f"Network interface {interface_id} is already in use by the virtual machine {vm_id}."
    return compute(400, "NicInUse", text)
