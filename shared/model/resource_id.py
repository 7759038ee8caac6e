"""Azure resource ids: equal whatever their case, printed as they came."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

VIRTUAL_MACHINE = "Microsoft.Compute/virtualMachines"
EXTENSION = "Microsoft.Compute/virtualMachines/extensions"
NETWORK_INTERFACE = "Microsoft.Network/networkInterfaces"
NETWORK_SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"
SECURITY_RULE = "Microsoft.Network/networkSecurityGroups/securityRules"
VIRTUAL_NETWORK = "Microsoft.Network/virtualNetworks"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
RESOURCE_GROUP = "Microsoft.Resources/resourceGroups"
SUBSCRIPTION = "Microsoft.Resources/subscriptions"
ESTATE = "Microsoft.Resources/tenants"
APPLICATION = "Microsoft.Graph/applications"
TENANT = "Microsoft.Graph/tenants"

_OF_THE_TENANT = frozenset({APPLICATION.casefold(), TENANT.casefold(), ESTATE.casefold()})

# What would turn an id, or a part of it, into something else when it is put into a URL.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f?#%\\]|/\.{1,2}(?=/|\Z)")


_PARTS_OF_A_SUBSCRIPTION = 3


@dataclass(frozen=True, slots=True, eq=False)
class ResourceId:
    """An ARM id of a subscription, or below one: a resource group, a resource, or a resource's child.

    Or the id of what lies in no subscription, to which ARM gives none: `/providers/Microsoft.Graph/applications/
    <object id>` for an app registration, HOME_TENANT and WHOLE_ESTATE. Azure gives the same id in different case from
    call to call, so equality and hash ignore case.
    """

    text: str
    _folded: str = field(init=False, repr=False)
    """What ids are compared by, thousands of times each."""

    def __post_init__(self) -> None:
        """Refuse what is no resource id.

        Raises ValueError with a message that says what an id looks like.
        """
        object.__setattr__(self, "_folded", self.text.casefold())
        parts = self.text.split("/")
        well_formed = (
            len(parts) >= _PARTS_OF_A_SUBSCRIPTION
            and parts[0] == ""
            and all(parts[1:])
            and not _UNSAFE.search(self.text)
            and (_is_below_a_subscription(parts) or _is_of_the_tenant(parts))
        )
        if not well_formed:
            raise ValueError(
                f"{self.text!r} is no resource id; one looks like /subscriptions/<id>/resourceGroups/<group>"
                f"/providers/<namespace>/<type>/<name>, an app registration's like /providers/{APPLICATION}"
                "/<object id>"
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and self._folded == other._folded

    def __hash__(self) -> int:
        return hash(self._folded)

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: ResourceId) -> bool:
        return self._folded < other._folded

    @property
    def _parts(self) -> list[str]:
        return self.text.split("/")

    @property
    def is_of_the_tenant(self) -> bool:
        """Tell whether this lies in no subscription: what Microsoft Graph has, and the estate as a whole."""
        return _is_of_the_tenant(self._parts)

    @property
    def subscription_id(self) -> str:
        """The subscription; "" for what lies in none."""
        return "" if self.is_of_the_tenant else self._parts[2]

    @property
    def resource_group(self) -> str:
        """The resource group's name; "" for what lies in none."""
        return self._parts[4] if self._lies_in_a_group else ""

    @property
    def resource_group_id(self) -> ResourceId:
        """The resource group. Raises ValueError for what lies in none."""
        if not self._lies_in_a_group:
            raise ValueError(f"{self.text} lies in no resource group")
        return ResourceId("/".join(self._parts[:5]))

    @property
    def name(self) -> str:
        return self._parts[-1]

    @property
    def type(self) -> str:
        """The resource type as written in the id, children included."""
        if len(self._parts) == _PARTS_OF_A_SUBSCRIPTION:
            return SUBSCRIPTION
        rest = self._parts[2:] if self.is_of_the_tenant else self._parts[6:]
        return "/".join([rest[0], *rest[1::2]]) if rest else RESOURCE_GROUP

    @property
    def _lies_in_a_group(self) -> bool:
        return len(self._parts) > _PARTS_OF_A_SUBSCRIPTION and not self.is_of_the_tenant

    def is_a(self, resource_type: str) -> bool:
        """Tell whether this id is of `resource_type`, whatever the case."""
        return self.type.casefold() == resource_type.casefold()

    @property
    def parent(self) -> ResourceId | None:
        """The resource that this child belongs to; None for what is no child."""
        return ResourceId("/".join(self._parts[:-2])) if len(self._parts) > 9 else None

    def child(self, collection: str, name: str) -> ResourceId:
        """Name a child of this resource, such as a rule of an NSG."""
        return ResourceId(f"{self.text}/{collection}/{name}")


def _is_below_a_subscription(parts: list[str]) -> bool:
    return (
        parts[1].casefold() == "subscriptions"
        and (len(parts) == _PARTS_OF_A_SUBSCRIPTION or len(parts) >= 5)
        and all(part.casefold() == "resourcegroups" for part in parts[3:4])
        and (len(parts) <= 5 or _names_a_resource(parts[5:]))
    )


def _is_of_the_tenant(parts: list[str]) -> bool:
    is_named = len(parts) == 5 and parts[1].casefold() == "providers"
    return is_named and "/".join(parts[2:4]).casefold() in _OF_THE_TENANT


def _names_a_resource(parts: list[str]) -> bool:
    return len(parts) >= 4 and len(parts) % 2 == 0 and parts[0].casefold() == "providers"


HOME_TENANT = ResourceId(f"/providers/{TENANT}/home")
"""The tenant that the app's identity is of, as the subject of the audit of all its app registrations."""

WHOLE_ESTATE = ResourceId(f"/providers/{ESTATE}/home")
"""All subscriptions that are watched, as the subject of the sweep of them all."""


def subscription_resource_id(subscription_id: str) -> ResourceId:
    """Name a subscription. Raises ValueError for what can be no subscription's id."""
    return ResourceId(f"/subscriptions/{subscription_id}")
