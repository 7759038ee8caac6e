"""Whose decision a rule is: ours, a general deny that ours may go ahead of, or somebody's that stands."""

from __future__ import annotations

from shared.decide.rule_match import covers_all_ports, remote_side
from shared.decide.service_tags import AZURE_ACTIVE_DIRECTORY, WINDOWS_ADMIN_CENTER
from shared.model.desired import Outrank
from shared.model.estate import Access, Direction, SecurityRule

# The description of every rule of ours begins with this. It is how ours are known, and only ours are ever changed.
MARKER = "Managed by WAC Guard."

_JUST_IN_TIME = "securitycenter-jitrule"
_LARGEST_CUSTOM_PRIORITY = 4096
_EVERYTHING = frozenset({"*", "0.0.0.0/0", "::/0", "internet"})
_GENERAL = {
    Direction.OUTBOUND: _EVERYTHING | {"azurecloud"},
    Direction.INBOUND: _EVERYTHING | {"virtualnetwork"},
}
_SINGLED_OUT = frozenset({WINDOWS_ADMIN_CENTER.casefold(), AZURE_ACTIVE_DIRECTORY.casefold()})


def is_ours(rule: SecurityRule) -> bool:
    """Tell whether we wrote a rule. One turned into a deny is not ours any more: somebody has decided otherwise."""
    return rule.access is Access.ALLOW and (rule.description or "").startswith(MARKER)


def is_default(rule: SecurityRule) -> bool:
    """Tell whether Azure put this rule into every NSG."""
    return rule.priority > _LARGEST_CUSTOM_PRIORITY


def is_just_in_time(rule: SecurityRule) -> bool:
    """Tell whether Microsoft Defender's just-in-time access wrote a rule."""
    return rule.name.casefold().startswith(_JUST_IN_TIME)


def is_general(rule: SecurityRule) -> bool:
    """Tell whether a deny says "nothing goes through here" rather than singling out a service or a port."""
    if is_default(rule):
        return True
    remotes = {prefix.strip().casefold() for prefix in remote_side(rule).prefixes}
    return (
        bool(remotes & _GENERAL[rule.direction])
        and not remotes & _SINGLED_OUT
        and covers_all_ports(rule.destination_port_ranges)
    )


def may_outrank(rule: SecurityRule, outrank: Outrank) -> bool:
    """Tell whether a rule of ours may go ahead of this deny."""
    if is_just_in_time(rule) or outrank is Outrank.NONE:
        return False
    return outrank is Outrank.ANY or is_general(rule)


def stands(rule: SecurityRule, outrank: Outrank) -> bool:
    """Tell whether a rule is a deny that ours must not go ahead of."""
    return rule.access is Access.DENY and not may_outrank(rule, outrank)
