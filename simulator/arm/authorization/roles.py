"""The gateway's look at the roles of who calls, which comes before all else that stands in the way."""

from __future__ import annotations

from simulator.arm.answers import ArmRequest
from simulator.arm.authorization.refusals import authorization_failed, scope_of
from simulator.request_log import QUERY
from simulator.world import World

READ_SUBSCRIPTION = "Microsoft.Resources/subscriptions/read"
# Everybody may ask which there are; the answer is what differs.
OPEN = frozenset({"/tenants", "/subscriptions"})


def refuse_unpermitted(world: World, request: ArmRequest) -> None:
    """Raise ArmError 403 for what no role permits to the caller.

    A query of Resource Graph has no scope of its own: a role anywhere permits it, and its rows are looked at singly.
    """
    roles = world.role_assignments.of(request.caller)
    if roles is None or request.template in OPEN:
        return
    action, scope = _action(request), scope_of(request)
    if request.template == QUERY:
        scope = request.path
        permitted = any(role.names(action) for role in roles)
    else:
        permitted = any(role.permits(action, scope) for role in roles)
    if not permitted:
        raise authorization_failed(request, action, scope)


def _action(request: ArmRequest) -> str:
    """Name what a request needs: what is said of a subscription itself, to read it."""
    of_a_resource = "providers" in request.template.split("/")[:-1] or "resourcegroups" in request.template.lower()
    return request.operation_name if of_a_resource else READ_SUBSCRIPTION
