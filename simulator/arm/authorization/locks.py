"""Management locks as resources, of subscriptions, resource groups and resources."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import ArmError, gateway
from simulator.arm.resources.groups import stored
from simulator.arm.router import Route
from simulator.restrictions import PROVIDER, Lock, LockLevel, is_within
from simulator.store import Json
from simulator.world import World

LOCK_TYPE = f"{PROVIDER}/locks"


def _scope(world: World, request: ArmRequest) -> str:
    """Give the scope that a path names, in the casing it was created with; raises ArmError 404 for an absent one."""
    asked = request.path.lower().rindex(f"/providers/{PROVIDER.lower()}/")
    path = request.path[:asked]
    if "group" not in request.params:
        return f"/subscriptions/{world.subscriptions[request.params['subscription'].lower()]}"
    group = stored(world, request)
    if "name" not in request.params:
        return str(group["id"])
    resource = world.resources.get(path)
    if resource is None:
        raise gateway(404, "ResourceNotFound", f"The resource '{path}' was not found.")
    return str(resource["id"])


def _view(lock: Lock) -> Json:
    notes = {} if lock.notes is None else {"notes": lock.notes}
    return {"properties": {"level": str(lock.level)} | notes, "id": lock.id, "type": LOCK_TYPE, "name": lock.name}


def _list(world: World, request: ArmRequest) -> Answer:
    """Answer the locks at a scope, below it, and, since they hold here too, above it."""
    scope = _scope(world, request)
    found = [
        lock for lock in world.restrictions.locks if is_within(lock.scope, scope) or is_within(scope, lock.scope)
    ]
    return Answer(200, {"value": [_view(lock) for lock in found]})


def _find(world: World, request: ArmRequest) -> Lock | None:
    found = world.restrictions.get(f"{_scope(world, request)}/providers/{LOCK_TYPE}/{request.params['lock']}")
    return found if isinstance(found, Lock) else None


def _get(world: World, request: ArmRequest) -> Answer:
    lock = _find(world, request)
    if lock is None:
        name = request.params["lock"]
        raise gateway(404, "LockNotFound", f"The lock '{name}' could not be found.")
    return Answer(200, _view(lock))


def _put(world: World, request: ArmRequest) -> Answer:
    asked = request.document.get("properties") or {}
    level = next((level for level in LockLevel if level.lower() == str(asked.get("level")).lower()), None)
    if level is None:
        raise _invalid(asked.get("level"))
    existing = _find(world, request)
    name = existing.name if existing else request.params["lock"]
    lock = Lock(_scope(world, request), name, level, asked.get("notes"))
    world.restrictions.add(lock)
    return Answer(200 if existing else 201, _view(lock))


def _delete(world: World, request: ArmRequest) -> Answer:
    lock = _find(world, request)
    if lock is None:
        return Answer(204)
    world.restrictions.remove(lock.id)
    return Answer(200)


def _invalid(level: object) -> ArmError:
    text = f"The lock level '{level}' is invalid. Supported levels are: '{', '.join(LockLevel)}'."
    return gateway(400, "LockLevelInvalid", text)


_SUBSCRIPTION = "/subscriptions/{subscription}"
_GROUP = f"{_SUBSCRIPTION}/resourceGroups/{{group}}"
_RESOURCE = f"{_GROUP}/providers/{{namespace}}/{{kind}}/{{name}}"
_SCOPES = (_SUBSCRIPTION, _GROUP, _RESOURCE, f"{_RESOURCE}/{{child_kind}}/{{child}}")

ROUTES = tuple(
    route
    for scope in _SCOPES
    for route in (
        Route("GET", f"{scope}/providers/{LOCK_TYPE}", _list),
        Route("GET", f"{scope}/providers/{LOCK_TYPE}/{{lock}}", _get),
        Route("PUT", f"{scope}/providers/{LOCK_TYPE}/{{lock}}", _put),
        Route("DELETE", f"{scope}/providers/{LOCK_TYPE}/{{lock}}", _delete),
    )
)
