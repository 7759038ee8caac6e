"""What became of a write, by what is there at the next look."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.decide.settlement import decide_settlement
from shared.model.estate import Estate
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    ExtensionRequest,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.write import Fate, Write
from tests.decide.estates import NSG, OBSERVED_AT, VM, allow_out, deny_out, estate, extension, machine, security_group

RULE = allow_out("PortForWACService", 199, destination="WindowsAdminCenter", ports="443")
EXTENSION = extension()
REQUEST = ExtensionRequest("westeurope", "Microsoft.AdminCenter", "AdminCenter", "0.0", True, EXTENSION.settings)
PUT_RULE = PutSecurityRule(NSG.child("securityRules", RULE.name), None, RULE)
DELETE_RULE = DeleteSecurityRule(PUT_RULE.id, RULE)
INSTALL = PutExtension(EXTENSION.id, None, REQUEST)
REFRESH = RefreshExtension(EXTENSION.id, EXTENSION, "345")
DELETE = DeleteExtension(EXTENSION.id, EXTENSION, to_reinstall=True)


def write(action: Action, fate: Fate = Fate.ACCEPTED, **before: float) -> Write:
    at = OBSERVED_AT - timedelta(**(before or {"seconds": 30}))
    return Write("1", action.id.parent or action.id, action, "test", "1", at, fate)


def with_rules(*rules: Any) -> Estate:
    return estate(subnet_group=security_group(*rules))


def with_extension(state: str | None, **more: Any) -> Estate:
    there = () if state is None else (extension(state=state, **more),)
    return estate(machine(extensions=there))


CASES: dict[str, tuple[Write, Estate, Fate | None]] = {
    "a rule that is there as written is done": (write(PUT_RULE), with_rules(RULE), Fate.DONE),
    "a rule whose answer was lost but which is there is done": (
        write(PUT_RULE, Fate.UNKNOWN),
        with_rules(RULE),
        Fate.DONE,
    ),
    "a rule that was to be written when the process ended, and is not there, is not done": (
        write(PUT_RULE, Fate.INTENDED),
        with_rules(deny_out()),
        Fate.NOT_DONE,
    ),
    "a rule that stands elsewhere was replaced": (
        write(PUT_RULE),
        with_rules(replace(RULE, priority=150)),
        Fate.REPLACED,
    ),
    "a rule that is gone was taken away": (write(DELETE_RULE), with_rules(), Fate.DONE),
    "a rule that is still there was not": (write(DELETE_RULE, Fate.INTENDED), with_rules(RULE), Fate.NOT_DONE),
    "an install that succeeded is done": (write(INSTALL), with_extension("Succeeded"), Fate.DONE),
    "an install that failed has failed": (write(INSTALL), with_extension("Failed"), Fate.FAILED),
    "an install under way is yet to be settled": (write(INSTALL, Fate.INTENDED), with_extension("Creating"), None),
    "an install that never began is not done": (write(INSTALL, Fate.UNKNOWN), with_extension(None), Fate.NOT_DONE),
    "a refresh that the extension knows of is done": (
        write(REFRESH),
        with_extension("Succeeded", force_update_tag="345"),
        Fate.DONE,
    ),
    "a refresh that the extension knows nothing of is not": (
        write(REFRESH),
        with_extension("Succeeded", force_update_tag="344"),
        Fate.NOT_DONE,
    ),
    "an extension that is gone was taken away": (write(DELETE), with_extension(None), Fate.DONE),
    "an extension that is on its way out is yet to be settled": (
        write(DELETE, Fate.INTENDED),
        with_extension("Deleting"),
        None,
    ),
    "a delete that was accepted just now is given time": (write(DELETE), with_extension("Failed"), None),
    "a delete that was accepted long ago is not done": (
        write(DELETE, minutes=10),
        with_extension("Failed"),
        Fate.NOT_DONE,
    ),
    "a delete that was only intended is not done": (
        write(DELETE, Fate.INTENDED),
        with_extension("Failed"),
        Fate.NOT_DONE,
    ),
    "what was accepted stays so where its VM is gone": (
        write(INSTALL),
        replace(estate(), virtual_machines={}, absent=frozenset({VM})),
        Fate.ACCEPTED,
    ),
    "what was only intended is unknown where its VM is gone": (
        write(INSTALL, Fate.INTENDED),
        replace(estate(), virtual_machines={}, absent=frozenset({VM})),
        Fate.UNKNOWN,
    ),
    "where its VM can't be read nothing is settled": (
        write(INSTALL),
        replace(estate(), virtual_machines={}),
        None,
    ),
}


@pytest.mark.parametrize(("one", "seen", "fate"), CASES.values(), ids=CASES.keys())
def test_at_the_next_look(one: Write, seen: Estate, fate: Fate | None) -> None:
    settlement = decide_settlement(one, seen)
    assert (settlement and settlement.fate) == fate
    assert settlement is None or settlement.message
