"""Which extensions a publisher offers, and in which versions: what `az vm extension set` asks before it writes."""

from __future__ import annotations

from collections.abc import Iterable

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import compute
from simulator.world import World

OFFERED: dict[str, tuple[str, dict[str, tuple[str, ...]]]] = {
    "microsoft.admincenter": ("Microsoft.AdminCenter", {"AdminCenter": ("0.0.0.337", "0.0.0.350")}),
    "microsoft.compute": (
        "Microsoft.Compute",
        {"CustomScriptExtension": ("1.10.15",), "VMAccessAgent": ("1.0.2", "2.4.14")},
    ),
    "microsoft.azure.networkwatcher": (
        "Microsoft.Azure.NetworkWatcher",
        {"NetworkWatcherAgentLinux": ("1.4.3320.1",), "NetworkWatcherAgentWindows": ("1.4.3320.1",)},
    ),
}


def list_publishers(_: World, request: ArmRequest) -> Answer:
    """Answer the publishers as a bare list."""
    location = request.params["location"]
    root = f"/Subscriptions/{request.params['subscription']}/Providers/Microsoft.Compute/Locations/{location}"
    names = [name for name, _ in OFFERED.values()]
    return Answer(200, [{"location": location, "name": name, "id": f"{root}/Publishers/{name}"} for name in names])


def list_types(_: World, request: ArmRequest) -> Answer:
    """Answer a publisher's types as a bare list."""
    root, types = _publisher(request)
    location = request.params["location"]
    return Answer(200, [{"location": location, "name": name, "id": f"{root}/Types/{name}"} for name in types])


def list_versions(_: World, request: ArmRequest) -> Answer:
    """Answer a type's versions as a bare list, none for an unknown one."""
    root, types = _publisher(request)
    name = _as_offered(types, request.params["type"])
    return Answer(
        200,
        [
            {
                "location": request.params["location"],
                "name": version,
                "id": f"{root}/Types/{name}/Versions/{version}",
            }
            for version in types.get(name, ())
        ],
    )


def get_version(_: World, request: ArmRequest) -> Answer:
    """Answer one version of a type; raises ArmError 404 for one that is not offered."""
    root, types = _publisher(request)
    kind, version = request.params["type"], request.params["version"]
    if version not in types.get(_as_offered(types, kind), ()):
        text = f"Artifact: VMExtension was not found. Publisher, type and version: {root}/Types/{kind}/{version}."
        raise compute(404, "NotFound", text)
    properties = {
        "operatingSystem": "Linux" if "linux" in kind.lower() else "Windows",
        "computeRole": "IaaS",
        "vmScaleSetEnabled": True,
        "supportsMultipleExtensions": False,
        "rollbackSupported": False,
        "isJsonExtension": True,
    }
    name = {"location": request.params["location"], "name": version}
    return Answer(200, {"properties": properties} | name | {"id": f"{root}/Types/{kind}/Versions/{version}"})


def _as_offered(types: Iterable[str], asked: str) -> str:
    return next((known for known in types if known.lower() == asked.lower()), asked)


def _publisher(request: ArmRequest) -> tuple[str, dict[str, tuple[str, ...]]]:
    asked = request.params["publisher"]
    name, types = OFFERED.get(asked.lower()) or (asked, {})
    root = (
        f"/Subscriptions/{request.params['subscription']}/Providers/Microsoft.Compute"
        f"/Locations/{request.params['location']}/Publishers/{name}/ArtifactTypes/VMExtension"
    )
    return root, types
