"""One security rule: its default form, and what Azure refuses in it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from simulator.arm.errors import ArmError, network
from simulator.arm.network.tags import is_service_tag
from simulator.store import Json

RULE_TYPE = "Microsoft.Network/networkSecurityGroups/securityRules"
DEFAULT_RULE_TYPE = "Microsoft.Network/networkSecurityGroups/defaultSecurityRules"
NAME = re.compile(r"^\w([\w.-]{0,78}\w)?$", re.ASCII)
PORTS = re.compile(r"^(\d+)(?:-(\d+))?$")
PROTOCOLS = frozenset({"*", "tcp", "udp", "icmp", "esp", "ah"})
CHOICES = {"access": ("Allow", "Deny"), "direction": ("Inbound", "Outbound")}
SINGULARS = ("sourcePortRange", "destinationPortRange", "sourceAddressPrefix", "destinationAddressPrefix")
PLURALS = ("sourcePortRanges", "destinationPortRanges", "sourceAddressPrefixes", "destinationAddressPrefixes")
SECURITY_GROUPS = ("sourceApplicationSecurityGroups", "destinationApplicationSecurityGroups")


def normalise(asked: Json) -> Json:
    """Give a rule's properties as Azure echoes them: plurals always, singulars only when given."""
    kept: Json = {}
    if asked.get("description") is not None:
        kept["description"] = asked["description"]
    kept["protocol"] = asked.get("protocol")
    kept |= {name: asked[name] for name in SINGULARS if asked.get(name) is not None}
    kept["access"] = _as_azure_writes("access", asked)
    kept["priority"] = asked.get("priority", 0)
    kept["direction"] = _as_azure_writes("direction", asked)
    kept |= {name: list(asked.get(name) or []) for name in PLURALS}
    kept |= {name: [{"id": group["id"]} for group in asked[name]] for name in SECURITY_GROUPS if asked.get(name)}
    return kept


def refuse_what_azure_refuses(rule_id: str, name: str, rule: Json) -> None:
    """Raise ArmError 400 for a name, value or combination that Azure does not take."""
    if not NAME.match(name):
        raise network(400, "InvalidResourceName", _invalid_name(name))
    for field, choices in (("protocol", ()), *CHOICES.items()):
        valid = str(rule[field]).lower() in PROTOCOLS if field == "protocol" else rule[field] in choices
        if not valid:
            raise _invalid_value(rule_id, field, rule[field])
    if not isinstance(rule["priority"], int) or not 100 <= rule["priority"] <= 4096:
        text = f"Security rule has invalid Priority. Value provided: {rule['priority']} Allowed range 100-4096."
        raise network(400, "SecurityRuleInvalidPriority", text)
    for side in ("source", "destination"):
        _refuse_ports(rule_id, side, rule)
        _refuse_prefixes(rule_id, side, rule)


def refuse_conflicts(rules: Iterable[tuple[str, Json]]) -> None:
    """Raise ArmError 400 when two rules share a direction and a priority; the rules are (name, properties)."""
    taken: dict[tuple[str, int], str] = {}
    for name, rule in rules:
        key = (rule["direction"], rule["priority"])
        if key in taken:
            text = (
                f"Security rule {taken[key]} conflicts with rule {name}. "
                "Rules cannot have the same Priority and Direction. To learn more, see aka.ms/nsgrules."
            )
            raise network(400, "SecurityRuleConflict", text)
        taken[key] = name


def _as_azure_writes(field: str, asked: Json) -> str | None:
    value = asked.get(field)
    return next((choice for choice in CHOICES[field] if choice.lower() == str(value).lower()), value)


def _refuse_ports(rule_id: str, side: str, rule: Json) -> None:
    single, many = rule.get(f"{side}PortRange"), rule[f"{side}PortRanges"]
    if not single and not many:
        raise _empty(rule_id, f"{side}PortRange")
    for ports in [single, *many] if single else many:
        if ports != "*" and not _are_ports(ports):
            text = (
                f"Security rule has invalid Port range. Value provided: {ports}. Value should be an integer OR "
                "integer range with '-' delimiter. Valid range 0-65535."
            )
            raise network(400, "SecurityRuleInvalidPortRange", text)


def _are_ports(text: str) -> bool:
    match = PORTS.match(text)
    return match is not None and int(match[1]) <= int(match[2] or match[1]) <= 65535


def _refuse_prefixes(rule_id: str, side: str, rule: Json) -> None:
    single, many = rule.get(f"{side}AddressPrefix"), rule[f"{side}AddressPrefixes"]
    if not single and not many and not rule.get(f"{side}ApplicationSecurityGroups"):
        raise _empty(rule_id, f"{side}AddressPrefix")
    if single and single != "*" and not is_service_tag(single) and not _is_prefix(single):
        raise _invalid_prefix(rule_id, single)
    for prefix in many:
        if prefix == "*" or is_service_tag(prefix):
            raise _tag_among_many(rule_id, f"{side}AddressPrefix", prefix)
        if not _is_prefix(prefix):
            raise _invalid_prefix(rule_id, prefix)


def _is_prefix(text: str) -> bool:
    if text.isdecimal():
        return True  # a recording has "111": Azure reads a bare number as an address
    try:
        ipaddress.ip_network(text)
    except ValueError:
        return False
    return True


def _capitalised(field: str) -> str:
    return field[0].upper() + field[1:]


def _invalid_name(name: str) -> str:
    return (
        f"Resource name {name} is invalid. The name can be up to 80 characters long. It must begin with a word "
        "character, and it must end with a word character or with '_'. The name may contain word characters or '.', "
        "'-', '_'."
    )


def _invalid_value(rule_id: str, field: str, value: object) -> ArmError:
    text = f"Value provided for {_capitalised(field)} of security rule {rule_id} is invalid: {value}."
    return network(400, f"SecurityRuleInvalid{_capitalised(field)}", text)


def _empty(rule_id: str, field: str) -> ArmError:
    text = f"Security rule parameter {_capitalised(field)} for rule with Id {rule_id} cannot be null or empty."
    return network(400, "SecurityRuleParameterMissing", text)


def _invalid_prefix(rule_id: str, value: str) -> ArmError:
    text = f"Security rule {rule_id} has invalid Address prefix. Value provided: {value}"
    return network(400, "SecurityRuleInvalidAddressPrefix", text)


def _tag_among_many(rule_id: str, field: str, value: str) -> ArmError:
    text = (
        f"Security rule parameter {_capitalised(field)} for rule with Id {rule_id} cannot specify existing "
        f"VIRTUALNETWORK, INTERNET, AZURELOADBALANCER, '*' or system tags. Unsupported value used: {value}."
    )
    return network(400, "SecurityRuleParameterContainsUnsupportedValue", text)
