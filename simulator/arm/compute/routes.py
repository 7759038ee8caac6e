"""The paths of `Microsoft.Compute`, with the throttling group of each."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.compute import actions, extension_images, extensions, power, skus, virtual_machines
from simulator.arm.router import Route
from simulator.world import World

SUBSCRIPTION = "/subscriptions/{subscription}/providers/Microsoft.Compute"
VMS = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Compute/virtualMachines"
VM = f"{VMS}/{{vm}}"
EXTENSION = f"{VM}/extensions/{{extension}}"
LOCATION = f"{SUBSCRIPTION}/locations/{{location}}"
IMAGES = f"{LOCATION}/publishers/{{publisher}}/artifacttypes/vmextension/types"


def _poll(world: World, request: ArmRequest) -> Answer:
    if request.query.get("monitor", "").lower() == "true":
        return world.operations.result(request)
    return world.operations.status(request)


ROUTES = (
    Route("GET", f"{SUBSCRIPTION}/virtualMachines", virtual_machines.list_by_subscription, "HighCostGet"),
    Route("GET", VMS, virtual_machines.list_by_group, "HighCostGet"),
    Route("GET", VM, virtual_machines.get_vm, "LowCostGet"),
    Route("PUT", VM, virtual_machines.put_vm, "PutVM"),
    Route("PATCH", VM, virtual_machines.patch_vm, "UpdateVM"),
    Route("DELETE", VM, virtual_machines.delete_vm, "DeleteVM"),
    Route("GET", f"{VM}/instanceView", virtual_machines.get_instance_view, "LowCostGet"),
    Route("POST", f"{VM}/start", power.start, "UpdateVM"),
    Route("POST", f"{VM}/restart", power.restart, "UpdateVM"),
    Route("POST", f"{VM}/powerOff", power.power_off, "UpdateVM"),
    Route("POST", f"{VM}/deallocate", power.deallocate, "DeleteVM"),
    Route("POST", f"{VM}/redeploy", power.redeploy, "UpdateVM"),
    Route("POST", f"{VM}/reapply", actions.reapply, "UpdateVM"),
    Route("POST", f"{VM}/generalize", actions.generalize, "UpdateVM"),
    Route("POST", f"{VM}/runCommand", actions.run_command, "UpdateVM"),
    Route("POST", f"{VM}/simulateEviction", actions.simulate_eviction, "DeleteVM"),
    Route("POST", f"{VM}/performMaintenance", actions.perform_maintenance, "UpdateVM"),
    Route("POST", f"{VM}/reimage", actions.reimage, "UpdateVM"),
    Route("GET", f"{VM}/extensions", extensions.list_extensions, "LowCostGet"),
    Route("GET", EXTENSION, extensions.get_extension, "LowCostGet"),
    Route("PUT", EXTENSION, extensions.put_extension, "UpdateVM"),
    Route("PATCH", EXTENSION, extensions.patch_extension, "UpdateVM"),
    Route("DELETE", EXTENSION, extensions.delete_extension, "UpdateVM"),
    Route("GET", f"{SUBSCRIPTION}/skus", skus.list_skus),
    Route("GET", f"{LOCATION}/vmSizes", skus.list_sizes),
    Route("GET", f"{LOCATION}/publishers", extension_images.list_publishers),
    Route("GET", IMAGES, extension_images.list_types, "ListVMExtensionTypes"),
    Route("GET", f"{IMAGES}/{{type}}/versions", extension_images.list_versions),
    Route("GET", f"{IMAGES}/{{type}}/versions/{{version}}", extension_images.get_version, "GetVMExtension"),
    Route("GET", f"{LOCATION}/operations/{{operation}}", _poll, "GetOperation"),
)
