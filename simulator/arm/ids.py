"""Resource ids: what they say of themselves."""

from __future__ import annotations

from dataclasses import dataclass

RESOURCE_GROUP_TYPE = "Microsoft.Resources/resourceGroups"


@dataclass(frozen=True, slots=True)
class ArmId:
    """An id below a subscription, with the segments' casing as it came."""

    text: str
    subscription_id: str
    resource_group: str
    type: str
    name: str

    @classmethod
    def parse(cls, text: str) -> ArmId:
        """Take an id apart; raises ValueError for what is none."""
        parts = text.strip("/").split("/")
        if len(parts) < 4 or parts[0].lower() != "subscriptions" or parts[2].lower() != "resourcegroups":
            raise ValueError(f"not a resource id: {text}")
        rest = _behind_last_provider(parts[5:])
        kind = "/".join([rest[0], *rest[1::2]]) if rest else RESOURCE_GROUP_TYPE
        return cls("/" + "/".join(parts), parts[1], parts[3], kind, parts[-1])

    @property
    def group_id(self) -> str:
        return "/".join(self.text.split("/")[:5])

    @property
    def parent_id(self) -> str:
        """The id two segments up: the NSG of a rule, the VM of an extension."""
        return self.text.rsplit("/", 2)[0]


def _behind_last_provider(parts: list[str]) -> list[str]:
    """Give what follows: a lock's id, say, goes on behind that of the resource it locks."""
    lower = [part.lower() for part in parts]
    return parts[len(parts) - lower[::-1].index("providers") :] if "providers" in lower else parts


def group_id(subscription_id: str, name: str) -> str:
    """Give a resource group's id as Azure writes it."""
    return f"/subscriptions/{subscription_id}/resourceGroups/{name}"


def subscription_of(resource_id: str) -> str:
    """Give the subscription that an id lies in."""
    return resource_id.split("/")[2]


def top_level(path: str) -> str:
    """Cut a path off behind the first resource it names: a rule's NSG, an extension's VM; a group's path stays."""
    return "/".join(path.split("/")[:9])


def same(one: str, other: str) -> bool:
    """Tell whether two ids name the same thing: case never matters."""
    return one.lower() == other.lower()
