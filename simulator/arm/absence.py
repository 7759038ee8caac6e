"""What the gateway says of a path that goes on below something that is not there: it looks before any provider."""

from __future__ import annotations

from simulator.arm.answers import ArmRequest
from simulator.arm.errors import parent_not_found, resource_group_not_found, resource_not_found
from simulator.arm.ids import group_id
from simulator.world import World

READS = frozenset({"GET", "HEAD"})


def refuse_below_absent(world: World, request: ArmRequest) -> None:
    """Raise ArmError 404 when the group that a path names is absent, or the resource that it goes on below."""
    segments = request.path.strip("/").split("/")
    if len(segments) < 7 or segments[2].lower() != "resourcegroups":
        return
    group = segments[3]
    if group_id(segments[1], group) not in world.resources:
        raise resource_group_not_found(group)
    below, parent_id = segments[8:], "/" + "/".join(segments[:8])
    if not below or parent_id in world.resources:
        return
    namespace, kind, name = segments[5:8]
    if request.method in {"DELETE", "POST"}:
        raise resource_not_found(f"{namespace}/{kind}", name, group)
    if "providers" in [segment.lower() for segment in below]:
        below = below[: [segment.lower() for segment in below].index("providers")]
    types = "/".join([kind, *below[::2]])
    raise parent_not_found("read" if request.method in READS else "write", types, parent_id)
