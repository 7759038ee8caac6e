"""What Bicep and Terraform say alike of a resource."""

from __future__ import annotations

import re

from shared.decide.literals import Value
from shared.model.estate import SecurityRule
from shared.model.plan import ExtensionRequest
from shared.model.resource_id import ResourceId


def parent_of(child: ResourceId) -> ResourceId:
    """Give the resource that a child belongs to.

    Raises ValueError for what is no child.
    """
    if child.parent is None:
        raise ValueError(f"{child} is nobody's child, so nothing can be written that names its parent")
    return child.parent


def path_of(child: ResourceId) -> str:
    """Name a child with its parent, as ARM templates do."""
    return f"{parent_of(child).name}/{child.name}"


def comment(mark: str, *lines: str) -> str:
    """Make lines a comment. None ends early: ids hold no control characters, and all else in them is quoted."""
    return "".join(f"{mark} {line}\n" for line in lines)


def identifier(*names: str) -> str:
    """Make of names an identifier of ASCII letters, digits and underscores, which both languages take."""
    joined = re.sub(r"[^A-Za-z0-9_]", "_", "_".join(names))
    return f"_{joined}" if joined[:1].isdigit() else joined


def rule_properties(rule: SecurityRule) -> dict[str, Value]:
    """Name a rule's properties as azurerm does; ARM's names are the same in camel case, but for security groups.

    One value has the singular form and several have the plural: Azure takes no tag among several prefixes, and
    azurerm not both forms at once. Both spell a protocol `Tcp`, whatever Azure answered.
    """
    described: dict[str, Value] = {} if rule.description is None else {"description": rule.description}
    return {
        **described,
        "priority": rule.priority,
        "direction": rule.direction.value,
        "access": rule.access.value,
        "protocol": rule.protocol.capitalize(),
        **_addresses("source", rule.source_address_prefixes, rule.source_application_security_group_ids),
        **_one_or_more("source_port_range", "source_port_ranges", rule.source_port_ranges),
        **_addresses(
            "destination", rule.destination_address_prefixes, rule.destination_application_security_group_ids
        ),
        **_one_or_more("destination_port_range", "destination_port_ranges", rule.destination_port_ranges),
    }


def extension_properties(request: ExtensionRequest) -> dict[str, Value]:
    """Name an extension's properties, but its settings, as azurerm does; ARM's names are the same in camel case."""
    return {
        "publisher": request.publisher,
        "type": request.type,
        "type_handler_version": request.type_handler_version,
        "auto_upgrade_minor_version": request.auto_upgrade_minor_version,
    }


def _addresses(side: str, prefixes: tuple[str, ...], groups: tuple[ResourceId, ...]) -> dict[str, Value]:
    named: dict[str, Value] = {}
    if prefixes or not groups:
        named |= _one_or_more(f"{side}_address_prefix", f"{side}_address_prefixes", prefixes)
    if groups:
        named[f"{side}_application_security_group_ids"] = tuple(map(str, groups))
    return named


def _one_or_more(singular: str, plural: str, values: tuple[str, ...]) -> dict[str, Value]:
    return {singular: values[0]} if len(values) == 1 else {plural: values}
