"""What refusals mean to people, as the SDKs tell of them."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from shared.azure.clients import AzureClients
from shared.azure.failures import Refusal
from shared.azure.write import write
from shared.decide.refusals import explain_refusal
from shared.model.plan import DeleteSecurityRule, Finding, PutSecurityRule
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from shared.settings import parse_settings
from simulator.build import (
    add_deny_assignment,
    add_lock,
    add_policy,
    add_resource_group,
    add_security_group,
    security_rule,
)
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from simulator.world import World
from tests.azure.conftest import Give
from tests.azure.recordings import answers_of, needs_recordings, recordings
from tests.decide.estates import allow_out

RULE_TYPE = "Microsoft.Network/networkSecurityGroups/securityRules"
RULE = allow_out("Ours", 100)


@pytest.fixture
async def clients(azure: LocalAzure, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AzureClients]:
    for name, text in azure.environment().items():
        monkeypatch.setenv(name, text)
    clients = AzureClients(parse_settings(azure.environment()))
    yield clients
    await clients.close()


async def refused(clients: AzureClients, action: PutSecurityRule | DeleteSecurityRule) -> Finding:
    with pytest.raises(Refusal) as caught:
        await write(clients, action)
    assert caught.value.request_id
    group = action.id.parent
    assert group is not None
    return explain_refusal(group, action.id, caught.value.code, str(caught.value), caught.value.details)


def fault(kind: FaultKind) -> Callable[[World], object]:
    return lambda world: world.faults.add(Fault(kind, method="PUT", times=None))


def deny(world: World) -> object:
    return add_deny_assignment(world, "rg-app", "stack", actions=(f"{RULE_TYPE}/write",))


RULE_WRITE = {"action": f"{RULE_TYPE}/write", "role": "WAC Guard network enforcer"}
CASES: dict[str, tuple[Callable[[World], object], Reason, dict[str, Any]]] = {
    "a lock": (fault(FaultKind.SCOPE_LOCKED), Reason.LOCKED, {}),
    "a lasting lock": (lambda world: add_lock(world, "rg-app", "frozen"), Reason.LOCKED, {}),
    "a policy": (fault(FaultKind.POLICY_REFUSAL), Reason.POLICY_REFUSED, {}),
    "a lasting policy": (
        lambda world: add_policy(world, "rg-app", "no-rules", denies=RULE_TYPE),
        Reason.POLICY_REFUSED,
        {"policy_assignments": ["no-rules"]},
    ),
    "a deny assignment": (fault(FaultKind.DENY_ASSIGNMENT), Reason.ASSIGNMENT_DENIED, {}),
    "a lasting deny assignment": (deny, Reason.ASSIGNMENT_DENIED, {"deny_assignment": "stack"}),
    "a missing permission": (fault(FaultKind.AUTHORIZATION_FAILED), Reason.PERMISSION_MISSING, RULE_WRITE),
    "a missing permission elsewhere": (
        fault(FaultKind.LINKED_AUTHORIZATION_FAILED),
        Reason.PERMISSION_MISSING,
        {"action": "Microsoft.Network/virtualNetworks/subnets/join/action", "role": "Network Contributor"},
    ),
}


@pytest.mark.parametrize(("refuse", "reason", "named"), CASES.values(), ids=CASES.keys())
async def test_what_refuses_a_write_is_named(
    refuse: Callable[[World], object],
    reason: Reason,
    named: dict[str, Any],
    azure: LocalAzure,
    clients: AzureClients,
) -> None:
    add_resource_group(azure.world, "rg-app")
    group = ResourceId(add_security_group(azure.world, "rg-app", "nsg", ()))
    refuse(azure.world)
    finding = await refused(clients, PutSecurityRule(group.child("securityRules", RULE.name), None, RULE))
    assert finding.reason is reason
    assert named.items() <= finding.evidence.items()
    assert set(finding.evidence) > {"code", "resource"}


async def test_a_lock_that_keeps_from_deleting_is_named_too(azure: LocalAzure, clients: AzureClients) -> None:
    add_resource_group(azure.world, "rg-app")
    there = security_rule(RULE.name, priority=RULE.priority, access="Allow")
    group = ResourceId(add_security_group(azure.world, "rg-app", "nsg", (there,)))
    add_lock(azure.world, "rg-app", "keep", "CanNotDelete")
    finding = await refused(clients, DeleteSecurityRule(group.child("securityRules", RULE.name), RULE))
    assert finding.reason is Reason.LOCKED
    assert finding.evidence["locks"] == [str(group.resource_group_id)]


FORBIDDEN = [one for one in recordings("arm/errors") if "_403-" in one.id]


@needs_recordings
@pytest.mark.parametrize("recording", FORBIDDEN)
async def test_a_recorded_missing_permission_is_named(recording: Path, give: Give) -> None:
    (recorded,) = answers_of(recording)
    group = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n")
    action = PutSecurityRule(group.child("securityRules", "r"), None, RULE)
    with pytest.raises(Refusal) as caught:
        await write(give(recorded), action)
    finding = explain_refusal(group, action.id, recorded.code, str(caught.value), caught.value.details)
    message = recorded.body["error"]["message"]
    assert finding.reason is Reason.PERMISSION_MISSING
    assert f"'{finding.evidence['action']}'" in message.partition("not have")[2]
    assert f"'{finding.evidence['scope']}'" in message.partition("not have")[2]
