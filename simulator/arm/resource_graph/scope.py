"""Which subscriptions a query runs over, and what of them may be read: the rest is left out without a word."""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.arm.authorization.roles import READ_SUBSCRIPTION
from simulator.arm.resource_graph.errors import (
    access_denied,
    invalid_management_groups,
    invalid_subscriptions,
    no_subscription,
)
from simulator.arm.resource_graph.request import Asked
from simulator.arm.resource_graph.tables import MayRead
from simulator.identity import Identity
from simulator.restrictions import DenyAssignment, is_within
from simulator.role_assignments import RoleAssignment
from simulator.world import World

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.I)
MANAGEMENT_GROUP = re.compile(r"[\w().-]{1,90}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Readable:
    """What may be read: by the caller's roles, if it is held to any; deny assignments take it from everybody.

    The knob `omitted` takes scopes away.
    """

    denied: tuple[DenyAssignment, ...]
    omitted: tuple[str, ...]
    roles: tuple[RoleAssignment, ...] | None

    def may_read(self, resource_id: str, resource_type: str) -> bool:
        """Tell whether a resource may be read."""
        if any(is_within(resource_id, scope) for scope in self.omitted):
            return False
        action = f"{resource_type}/read"
        if self.roles is not None and not any(role.permits(action, resource_id) for role in self.roles):
            return False
        return not any(one.forbids(action, resource_id) for one in self.denied)

    def may_read_subscription(self, subscription_id: str) -> bool:
        """Tell whether anything at all of a subscription may be read."""
        scope = f"/subscriptions/{subscription_id}"
        if any(is_within(scope, omitted) for omitted in self.omitted):
            return False
        if self.roles is not None and not any(role.touches(scope) for role in self.roles):
            return False
        return not any(one.forbids(READ_SUBSCRIPTION, scope) for one in self.denied)

    @property
    def test(self) -> MayRead | None:
        """The test of a resource; None where everything may be read."""
        return None if self.roles is None and not self.denied and not self.omitted else self.may_read


def readable_in(world: World, caller: Identity) -> Readable:
    """Give what a caller may read in a world."""
    return Readable(
        tuple(world.restrictions.deny_assignments),
        tuple(world.resource_graph.omitted),
        world.role_assignments.of(caller),
    )


def subscriptions_of(world: World, asked: Asked, readable: Readable) -> tuple[str, ...]:
    """Give the subscriptions, in lower case, that a query runs over.

    Raises RequestRefused for ids that can be none, and when nothing is left of what was named.
    """
    named = _named(world, asked)
    known = tuple(dict.fromkeys(one.lower() for one in named if one.lower() in world.subscriptions))
    found = tuple(one for one in known if readable.may_read_subscription(one))
    if found:
        return found
    if known and (asked.subscriptions or asked.management_groups):
        raise access_denied()
    raise no_subscription(asked.subscriptions or ())


def _named(world: World, asked: Asked) -> tuple[str, ...]:
    if asked.subscriptions:
        invalid = [one for one in asked.subscriptions if not GUID.fullmatch(one)]
        if invalid:
            raise invalid_subscriptions(invalid)
        return asked.subscriptions
    if asked.management_groups:
        invalid = [one for one in asked.management_groups if not MANAGEMENT_GROUP.fullmatch(one)]
        if invalid:
            raise invalid_management_groups(invalid)
        if world.tenant_id.lower() not in {one.lower() for one in asked.management_groups}:
            raise access_denied()  # there is no management group but the tenant's root
    return tuple(world.subscriptions)
