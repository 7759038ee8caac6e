"""The gateway's look at what stands in the way of a request: deny assignments, then locks, then policies."""

from __future__ import annotations

from simulator.arm.answers import ArmRequest
from simulator.arm.authorization.locks import LOCK_TYPE
from simulator.arm.authorization.refusals import denied_by_assignment, disallowed_by_policy, scope_locked, scope_of
from simulator.request_log import Kind, kind_of
from simulator.world import World


def refuse_restricted(world: World, request: ArmRequest, resource_type: str) -> None:
    """Raise ArmError 403 or 409 for what is forbidden at the request's scope. No lock forbids to write locks."""
    restrictions, scope = world.restrictions, scope_of(request)
    for denied in restrictions.deny_assignments:
        if denied.forbids(request.operation_name, scope):
            raise denied_by_assignment(request, denied)
    if kind_of(request.method, request.path) is Kind.READ:
        return
    locked = [lock.scope for lock in restrictions.locks if lock.forbids(request.method, scope)]
    if locked and resource_type != LOCK_TYPE:
        raise scope_locked(request, dict.fromkeys(locked))
    for policy in restrictions.policies:
        if policy.forbids(request.method, scope, resource_type):
            raise disallowed_by_policy(request, policy)
