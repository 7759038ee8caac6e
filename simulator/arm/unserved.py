"""Types that Azure has and this simulator has not: there is none of them, and readers are told so."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import resource_not_found
from simulator.arm.ids import ArmId
from simulator.arm.router import Route
from simulator.world import World

TYPES = {
    "Microsoft.Compute": (
        "availabilitySets disks diskEncryptionSets galleries hostGroups images proximityPlacementGroups "
        "restorePointCollections snapshots sshPublicKeys virtualMachineScaleSets"
    ),
    "Microsoft.Network": (
        "applicationGateways azureFirewalls bastionHosts ddosProtectionPlans networkManagers privateEndpoints "
        "publicIPPrefixes"
    ),
}


def _list(_: World, __: ArmRequest) -> Answer:
    return Answer(200, {"value": []})


def _get(_: World, request: ArmRequest) -> Answer:
    resource = ArmId.parse(request.path)
    raise resource_not_found(resource.type, resource.name, resource.resource_group)


def _delete(_: World, __: ArmRequest) -> Answer:
    return Answer(204)


def _routes(namespace: str, name: str) -> tuple[Route, ...]:
    of_all = f"/subscriptions/{{subscription}}/providers/{namespace}/{name}"
    of_group = f"/subscriptions/{{subscription}}/resourceGroups/{{group}}/providers/{namespace}/{name}"
    return (
        Route("GET", of_all, _list),
        Route("GET", of_group, _list),
        Route("GET", f"{of_group}/{{name}}", _get),
        Route("DELETE", f"{of_group}/{{name}}", _delete),
    )


ROUTES = tuple(
    route for namespace, names in TYPES.items() for name in names.split() for route in _routes(namespace, name)
)
