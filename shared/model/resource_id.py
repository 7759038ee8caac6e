"""Azure resource ids: equal whatever their case, printed as they came."""

from __future__ import annotations

import re
from dataclasses import dataclass

VIRTUAL_MACHINE = "Microsoft.Compute/virtualMachines"
EXTENSION = "Microsoft.Compute/virtualMachines/extensions"
NETWORK_INTERFACE = "Microsoft.Network/networkInterfaces"
NETWORK_SECURITY_GROUP = "Microsoft.Network/networkSecurityGroups"
SECURITY_RULE = "Microsoft.Network/networkSecurityGroups/securityRules"
VIRTUAL_NETWORK = "Microsoft.Network/virtualNetworks"
SUBNET = "Microsoft.Network/virtualNetworks/subnets"
RESOURCE_GROUP = "Microsoft.Resources/resourceGroups"

# What would turn a part of an id into something else when it is put into a URL.
_UNSAFE_PART = re.compile(r"\.{1,2}|.*[\x00-\x1f\x7f?#%\\].*", re.DOTALL)


@dataclass(frozen=True, slots=True, eq=False)
class ResourceId:
    """An ARM id below a subscription: a resource group, a resource, or a resource's child.

    Azure gives the same id in different case from call to call, so equality and hash ignore case.
    """

    text: str

    def __post_init__(self) -> None:
        """Refuse what is no resource id.

        Raises ValueError with a message that says what an id looks like.
        """
        parts = self.text.split("/")
        well_formed = (
            len(parts) >= 5
            and parts[0] == ""
            and all(parts[1:])
            and not any(_UNSAFE_PART.fullmatch(part) for part in parts)
            and parts[1].casefold() == "subscriptions"
            and parts[3].casefold() == "resourcegroups"
            and (len(parts) == 5 or _names_a_resource(parts[5:]))
        )
        if not well_formed:
            raise ValueError(
                f"{self.text!r} is no resource id; one looks like /subscriptions/<id>/resourceGroups/<group>"
                "/providers/<namespace>/<type>/<name>"
            )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ResourceId) and self.text.casefold() == other.text.casefold()

    def __hash__(self) -> int:
        return hash(self.text.casefold())

    def __str__(self) -> str:
        return self.text

    def __lt__(self, other: ResourceId) -> bool:
        return self.text.casefold() < other.text.casefold()

    @property
    def _parts(self) -> list[str]:
        return self.text.split("/")

    @property
    def subscription_id(self) -> str:
        return self._parts[2]

    @property
    def resource_group(self) -> str:
        return self._parts[4]

    @property
    def resource_group_id(self) -> ResourceId:
        return ResourceId("/".join(self._parts[:5]))

    @property
    def name(self) -> str:
        return self._parts[-1]

    @property
    def type(self) -> str:
        """The resource type as written in the id, children included."""
        rest = self._parts[6:]
        return "/".join([rest[0], *rest[1::2]]) if rest else RESOURCE_GROUP

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


def _names_a_resource(parts: list[str]) -> bool:
    return len(parts) >= 4 and len(parts) % 2 == 0 and parts[0].casefold() == "providers"
