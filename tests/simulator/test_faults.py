from __future__ import annotations

import aiohttp
import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError, ServiceResponseError
from azure.mgmt.network.aio import NetworkManagementClient

from simulator.build import add_resource_group, add_security_group
from simulator.faults import Fault, FaultKind
from simulator.request_log import Kind
from simulator.world import World
from tests.simulator.raw_client import RawClient

RULE = {
    "protocol": "Tcp",
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "WindowsAdminCenter",
    "destinationPortRange": "443",
    "access": "Allow",
    "priority": 100,
    "direction": "Outbound",
}
BODY = {"properties": RULE}
ANSWERS = {
    FaultKind.ARM_THROTTLED: (429, "SubscriptionRequestsThrottled", None, True),
    FaultKind.COMPUTE_THROTTLED: (429, "OperationNotAllowed", "TooManyRequests", True),
    FaultKind.BUSY: (429, "RetryableError", "RetryableErrorDueToAnotherOperation", True),
    FaultKind.NOT_PROVISIONED: (429, "RetryableError", "ReferencedResourceNotProvisioned", False),
    FaultKind.ANOTHER_OPERATION: (409, "AnotherOperationInProgress", None, False),
    FaultKind.INTERNAL_ERROR: (500, "InternalServerError", None, False),
    FaultKind.BAD_GATEWAY: (502, "BadGatewayConnection", None, False),
    FaultKind.UNAVAILABLE: (503, "ServerTimeout", None, False),
    FaultKind.SCOPE_LOCKED: (409, "ScopeLocked", None, False),
    FaultKind.POLICY_REFUSAL: (403, "RequestDisallowedByPolicy", None, False),
    FaultKind.AUTHORIZATION_FAILED: (403, "AuthorizationFailed", None, False),
    FaultKind.LINKED_AUTHORIZATION_FAILED: (403, "LinkedAuthorizationFailed", None, False),
    FaultKind.DENY_ASSIGNMENT: (403, "DenyAssignmentAuthorizationFailed", None, False),
}


@pytest.fixture
def rule(world: World) -> str:
    add_resource_group(world, "Shop")
    return f"{add_security_group(world, 'Shop', 'nsg')}/securityRules/allow"


@pytest.mark.parametrize("kind", ANSWERS)
async def test_a_fault_answers_as_azure_does_once_and_changes_nothing(
    raw: RawClient, world: World, rule: str, kind: FaultKind
) -> None:
    status, code, detail, waits = ANSWERS[kind]
    world.faults.add(Fault(kind))
    answer = await raw.send("PUT", rule, body=BODY)
    assert (answer.status, answer.code, "retry-after" in answer.headers) == (status, code, waits)
    assert detail is None or answer.body["error"]["details"][0]["code"] == detail
    assert rule not in world.resources
    assert (await raw.send("PUT", rule, body=BODY)).status == 201


async def test_a_503_can_have_no_body(raw: RawClient, world: World, rule: str) -> None:
    world.faults.add(Fault(FaultKind.UNAVAILABLE_WITHOUT_BODY))
    answer = await raw.send("PUT", rule, body=BODY)
    assert (answer.status, answer.body) == (503, None)


async def test_a_policys_refusal_names_the_policy(raw: RawClient, world: World, rule: str) -> None:
    world.faults.add(Fault(FaultKind.POLICY_REFUSAL, name="no-open-ports"))
    error = (await raw.send("PUT", rule, body=BODY)).body["error"]
    assert error["target"] == "allow"
    info = error["additionalInfo"][0]
    assert (info["type"], info["info"]["policyDefinitionName"]) == ("PolicyViolation", "no-open-ports")


async def test_a_lock_is_named(raw: RawClient, world: World, rule: str) -> None:
    scope = rule.split("/providers/", 1)[0]
    world.faults.add(Fault(FaultKind.SCOPE_LOCKED, path="/resourcegroups/shop"))
    message = (await raw.send("DELETE", rule)).message
    assert message == (
        f"The scope '{rule}' cannot perform delete operation because following scope(s) are locked: '{scope}'. "
        "Please remove the lock and try again."
    )


async def test_an_action_that_a_lock_forbids_is_told_of_the_vm(raw: RawClient, world: World, rule: str) -> None:
    vm = rule.replace(
        "Microsoft.Network/networkSecurityGroups/nsg/securityRules/allow", "Microsoft.Compute/virtualMachines/till"
    )
    world.faults.add(Fault(FaultKind.SCOPE_LOCKED))
    answer = await raw.send("POST", f"{vm}/deallocate")
    assert answer.message.startswith(f"The scope '{vm}' cannot perform write operation")


async def test_a_missing_permission_names_who_may_not_do_what(raw: RawClient, world: World, rule: str) -> None:
    world.faults.add(Fault(FaultKind.AUTHORIZATION_FAILED, on=Kind.READ))
    answer = await raw.get(rule)
    identity = world.identities.system_assigned
    assert answer.status == 403
    assert f"The client '{identity.client_id}' with object id '{identity.object_id}'" in answer.message
    assert "perform action 'Microsoft.Network/networkSecurityGroups/securityRules/read' over scope" in answer.message


async def test_a_wait_can_be_set_or_left_out(raw: RawClient, world: World, rule: str) -> None:
    world.faults.add(Fault(FaultKind.ARM_THROTTLED, retry_after=42))
    world.faults.add(Fault(FaultKind.ARM_THROTTLED, retry_after=-1))
    first = await raw.get(rule)
    second = await raw.get(rule)
    assert first.headers["retry-after"] == "42"
    assert "try again after '42' seconds" in first.message
    assert (second.status, "retry-after" in second.headers) == (429, False)


@pytest.mark.parametrize(
    ("fault", "struck"),
    [
        (Fault(FaultKind.UNAVAILABLE, method="PUT", times=None), [False, True, True]),
        (Fault(FaultKind.UNAVAILABLE, on=Kind.READ, times=None), [True, False, False]),
        (Fault(FaultKind.UNAVAILABLE, path="SECURITYRULES/ALLOW", times=None), [True, True, True]),
        (Fault(FaultKind.UNAVAILABLE, path="virtualMachines", times=None), [False, False, False]),
        (
            Fault(FaultKind.UNAVAILABLE, resource_type="microsoft.network/networksecuritygroups", times=None),
            [False, False, False],
        ),
        (Fault(FaultKind.UNAVAILABLE, skip=1, times=1), [False, True, False]),
        (Fault(FaultKind.UNAVAILABLE, times=2), [True, True, False]),
        (Fault(FaultKind.UNAVAILABLE, when=lambda method, _: method == "GET", times=None), [True, False, False]),
    ],
)
async def test_a_fault_strikes_what_it_is_meant_for(
    raw: RawClient, world: World, rule: str, fault: Fault, struck: list[bool]
) -> None:
    world.faults.add(fault)
    statuses = [(await raw.get(rule)).status]
    statuses += [(await raw.send("PUT", rule, body=BODY)).status for _ in range(2)]
    assert [status == 503 for status in statuses] == struck
    assert len(world.faults.struck) == sum(struck)


async def test_faults_can_be_taken_back(raw: RawClient, world: World, rule: str) -> None:
    lock = world.faults.add(Fault(FaultKind.SCOPE_LOCKED, times=None))
    world.faults.add(Fault(FaultKind.UNAVAILABLE, on=Kind.READ, times=None))
    world.faults.remove(lock)
    assert (await raw.send("PUT", rule, body=BODY)).status == 201
    world.faults.clear()
    assert (await raw.get(rule)).status == 200


async def test_a_connection_dropped_before_a_write_leaves_the_world_as_it_was(
    network: NetworkManagementClient, world: World, rule: str
) -> None:
    world.faults.add(Fault(FaultKind.DROPPED_BEFORE, method="PUT", times=None))
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        await network.security_rules.begin_create_or_update("Shop", "nsg", "allow", BODY)  # type: ignore[call-overload] # a plain document
    assert rule not in world.resources
    assert {request.status for request in world.requests.writes()} == {None}


async def test_a_connection_dropped_after_a_write_leaves_the_write_done(
    network: NetworkManagementClient, world: World, rule: str
) -> None:
    world.faults.add(Fault(FaultKind.DROPPED_AFTER, method="PUT", times=None))
    with pytest.raises((ServiceRequestError, ServiceResponseError)):
        await network.security_rules.begin_create_or_update("Shop", "nsg", "allow", BODY)  # type: ignore[call-overload] # a plain document
    assert rule in world.resources


async def test_a_time_out_holds_the_answer_until_the_client_gives_up(raw: RawClient, world: World, rule: str) -> None:
    world.faults.add(Fault(FaultKind.TIME_OUT))
    headers = {"Authorization": f"Bearer {raw.token}"}
    with pytest.raises(TimeoutError):
        async with raw.session.get(
            raw.url + rule,
            params={"api-version": "2024-07-01"},
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=0.1),
        ):
            pass
    assert (await raw.get(rule)).status == 404


async def test_once_held_answers_are_let_go_the_connection_just_drops(
    raw: RawClient, world: World, rule: str
) -> None:
    world.faults.add(Fault(FaultKind.TIME_OUT, times=None))
    world.faults.release()
    with pytest.raises(aiohttp.ClientError):
        await raw.send("PUT", rule, body=BODY)
    assert rule not in world.resources


async def test_the_sdk_sees_the_code_of_a_refusal(network: NetworkManagementClient, world: World, rule: str) -> None:
    world.faults.add(Fault(FaultKind.LINKED_AUTHORIZATION_FAILED, name="/subscriptions/x/subnets/y"))
    with pytest.raises(HttpResponseError) as refused:
        await network.security_rules.begin_create_or_update("Shop", "nsg", "allow", BODY)  # type: ignore[call-overload] # a plain document
    assert refused.value.error is not None
    assert refused.value.error.code == "LinkedAuthorizationFailed"
    assert "linked scope(s) '/subscriptions/x/subnets/y'" in str(refused.value)
