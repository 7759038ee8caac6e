"""A VM's extensions: installed, changed and removed while the VM runs."""

from __future__ import annotations

import copy

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute import installs
from simulator.arm.compute.instance_view import extension_view
from simulator.arm.compute.lookup import find_vm, vm_id_of
from simulator.arm.compute.machine import Machine, Power
from simulator.arm.compute.models import EXTENSION_TYPE
from simulator.arm.compute.refusals import being_deleted, extensions_disallowed, fixed, not_running, second_instance
from simulator.arm.compute.work import prepare, start
from simulator.arm.errors import missing, resource_not_found
from simulator.arm.locations import location_of
from simulator.arm.operations import Operation
from simulator.store import Json
from simulator.world import World

ECHOED = (
    "autoUpgradeMinorVersion",
    "forceUpdateTag",
    "provisioningState",
    "enableAutomaticUpgrade",
    "suppressFailures",
    "publisher",
    "type",
    "typeHandlerVersion",
    "settings",
)
FIXED = ("publisher", "type")
REQUIRED = (*FIXED, "typeHandlerVersion")


def list_extensions(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a VM's extensions."""
    vm = find_vm(world, request)
    return Answer(200, {"value": world.resources.in_collection(f"{vm['id']}/extensions")})


def get_extension(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one extension, with its instance view when asked."""
    extension = _find(world, request)
    if not request.expands("instanceView"):
        return Answer(200, extension)
    seen = extension_view(extension, world.machine(vm_id_of(world, request)))
    return Answer(200, extension | {"properties": extension["properties"] | {"instanceView": seen}})


def put_extension(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT: an install begins, unless nothing has changed."""
    vm = find_vm(world, request)
    machine = world.machine(vm["id"])
    _refuse_if_impossible(vm, machine)
    location_of(request.document)
    extension_id = f"{vm['id']}/extensions/{request.params['extension']}"
    existing = world.resources.get(extension_id)
    stored = {name: existing["properties"][name] for name in REQUIRED} if existing else {}
    asked = stored | _named(request)
    for name in REQUIRED:
        if not asked.get(name):
            raise missing(name)
    _refuse_second_instance(world, vm, request.params["extension"], asked)
    if existing is None:
        extension = _new(extension_id, request.params["extension"], vm["location"], request.document, asked)
        world.resources[extension_id] = extension
        return _install(world, request, machine, extension, 201)
    return _change(world, request, machine, existing, asked)


def patch_extension(world: World, request: ArmRequest) -> Answer:
    """Answer a PATCH: what it does not name stays."""
    extension = _find(world, request)
    vm = find_vm(world, request)
    machine = world.machine(vm["id"])
    _refuse_if_impossible(vm, machine)
    kept = {name: extension["properties"][name] for name in ECHOED if name in extension["properties"]}
    return _change(world, request, machine, extension, kept | _named(request))


def delete_extension(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE, in whatever state the extension is: 204 if it is not there; one being deleted goes once."""
    vm = find_vm(world, request)
    extension = world.resources.get(f"{vm['id']}/extensions/{request.params['extension']}")
    if extension is None:
        return Answer(204)
    machine = world.machine(vm["id"])
    _refuse_if_impossible(vm, machine)
    removing = machine.removing.get(extension["name"].lower())
    if removing:
        return start(world, request, Answer(202), _seconds_left(world, removing), lambda: None)
    installs.preempt(world, machine, extension)
    extension["properties"]["provisioningState"] = "Deleting"
    operation = prepare(world, request, lambda: _remove(world, machine, extension))
    machine.removing[extension["name"].lower()] = operation
    return world.operations.begin(operation, Answer(202), world.uninstall_seconds)


def _remove(world: World, machine: Machine, extension: Json) -> None:
    if world.resources.get(extension["id"]) is extension:
        del world.resources[extension["id"]]
        machine.forget(extension["name"])


def _find(world: World, request: ArmRequest) -> Json:
    name = request.params["extension"]
    found = world.resources.get(f"{vm_id_of(world, request)}/extensions/{name}")
    if found is None:
        raise resource_not_found(EXTENSION_TYPE, f"{request.params['vm']}/{name}", request.params["group"])
    return found


def _named(request: ArmRequest) -> Json:
    properties = request.document.get("properties") or {}
    return {key: value for key, value in properties.items() if value is not None}


def _refuse_if_impossible(vm: Json, machine: Machine) -> None:
    if vm["properties"]["provisioningState"] == "Deleting":
        raise being_deleted()
    if not vm["properties"].get("osProfile", {}).get("allowExtensionOperations", True):
        raise extensions_disallowed()
    if machine.power is not Power.RUNNING:
        raise not_running()


def _refuse_second_instance(world: World, vm: Json, name: str, asked: Json) -> None:
    handler = f"{asked['publisher']}.{asked['type']}"
    for other in world.resources.in_collection(f"{vm['id']}/extensions"):
        theirs = f"{other['properties']['publisher']}.{other['properties']['type']}"
        if other["name"].lower() != name.lower() and theirs.lower() == handler.lower():
            raise second_instance(vm, name, handler)


def _new(extension_id: str, name: str, location: str, document: Json, asked: Json) -> Json:
    extension: Json = {"name": name, "id": extension_id, "type": EXTENSION_TYPE, "location": location}
    if document.get("tags"):
        extension["tags"] = dict(document["tags"])
    return extension | {"properties": _echo(asked, "Creating")}


def _echo(asked: Json, state: str) -> Json:
    wanted = {"autoUpgradeMinorVersion": False} | {key: value for key, value in asked.items() if value is not None}
    wanted["provisioningState"] = state
    return {name: copy.deepcopy(wanted[name]) for name in ECHOED if name in wanted}


def _change(world: World, request: ArmRequest, machine: Machine, extension: Json, asked: Json) -> Answer:
    old = extension["properties"]
    if old["provisioningState"] == "Deleting":
        raise being_deleted()
    for field in FIXED:
        if asked[field].lower() != old[field].lower():
            raise fixed(field)
    name = extension["name"].lower()
    protected = asked.get("protectedSettings")
    same_model = _echo(asked, old["provisioningState"]) == old
    if same_model and protected in (None, machine.protected.get(name)) and old["provisioningState"] != "Failed":
        return _join(world, request, machine, extension)
    extension["properties"] = _echo(asked, "Updating")
    if "tags" in request.document:
        extension["tags"] = dict(request.document["tags"] or {})
    return _install(world, request, machine, extension, 200)


def _install(world: World, request: ArmRequest, machine: Machine, extension: Json, status: int) -> Answer:
    course, complete = installs.begin_install(world, machine, extension, request.correlation_id)
    name = extension["name"].lower()
    protected = (request.document.get("properties") or {}).get("protectedSettings")
    if protected is not None:
        machine.protected[name] = protected
    operation = prepare(world, request, complete)
    machine.installing[name] = operation
    return world.operations.begin(operation, Answer(status, extension), course.seconds)


def _join(world: World, request: ArmRequest, machine: Machine, extension: Json) -> Answer:
    """Answer a PUT that changes nothing: no new install, it ends when the one under way does."""
    name = extension["name"].lower()
    running = installs.under_way(machine, extension)
    seconds = _seconds_left(world, running) if running else 0.0
    state = "Creating" if extension["properties"]["provisioningState"] == "Creating" else "Updating"
    shown = extension | {"properties": extension["properties"] | {"provisioningState": state}}
    return start(world, request, Answer(200, shown), seconds, lambda: machine.failures.get(name))


def _seconds_left(world: World, operation: Operation) -> float:
    due = operation.timer.due if operation.timer else world.clock.now()
    return (due - world.clock.now()).total_seconds()
