"""Who is opted out, and who belongs to another service."""

from __future__ import annotations

from collections.abc import Mapping

from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.plan import Finding
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


def decide_exclusion(
    estate: Estate, subject: ResourceId, tags: Mapping[str, str], desired: DesiredState
) -> tuple[Finding, ...]:
    """Tell how a resource is opted out, by its own tag, its group's or its group's name."""
    found = _named_group(subject, desired)
    group = estate.resource_groups.get(subject.resource_group_id)
    tagged = ((subject.name, tags), (f"Resource group {subject.resource_group}", group.tags if group else {}))
    for name, its_tags in tagged:
        if _is_excluding(its_tags, desired):
            tag = "=".join(desired.exclude_tag)
            found = (*found, f"{name} has the tag {tag}: remove it to have {subject.name} looked after.")
    return tuple(Finding(subject, Reason.EXCLUDED, message) for message in found)


def decide_ownership(estate: Estate, subject: ResourceId, managed_by: str | None) -> tuple[Finding, ...]:
    """Tell which service manages a resource, or its whole group: it is left to that service."""
    group = estate.resource_groups.get(subject.resource_group_id)
    owners = (("", managed_by), (f"'s resource group {subject.resource_group}", group.managed_by if group else None))
    return tuple(
        Finding(
            subject,
            Reason.MANAGED_BY_SERVICE,
            f"{subject.name}{of} is managed by {owner}, which would undo what others change there.",
            {"managed_by": owner},
        )
        for of, owner in owners
        if owner
    )


def decide_group_readable(estate: Estate, subject: ResourceId) -> tuple[Finding, ...]:
    """Tell that a resource's group is not known: it may opt out or belong to a service, so nothing may be written."""
    group_id = subject.resource_group_id
    if group_id in estate.resource_groups and group_id not in estate.unreadable:
        return ()
    why = estate.unreadable.get(group_id, "it was not read")
    message = (
        f"Resource group {group_id.name} can't be read ({why}), so an opt-out there can't be ruled out:"
        " let the app's identity read it."
    )
    return (Finding(subject, Reason.READ_FAILED, message, {"resource": str(group_id)}),)


def _named_group(subject: ResourceId, desired: DesiredState) -> tuple[str, ...]:
    excluded = {name.casefold() for name in desired.exclude_resource_groups}
    if subject.resource_group.casefold() not in excluded:
        return ()
    return (
        f"Resource group {subject.resource_group} is named in WAC_EXCLUDE_RESOURCE_GROUPS:"
        f" take it out there to have {subject.name} looked after.",
    )


def _is_excluding(tags: Mapping[str, str], desired: DesiredState) -> bool:
    """Compare a tag's name as Azure does, without case; its value too, since nobody means two things by that."""
    name, value = (text.casefold() for text in desired.exclude_tag)
    return any(tag.casefold() == name and content.casefold() == value for tag, content in tags.items())
