"""What each kind of fault answers, word for word as recorded or reported."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.authorization.refusals import (
    authorization_failed,
    denied_by_assignment,
    disallowed_by_policy,
    scope_locked,
    scope_of,
    who,
)
from simulator.arm.errors import ArmError, gateway, network
from simulator.arm.ids import top_level
from simulator.arm.throttling import compute_throttled, subscription_throttled
from simulator.clock import Clock
from simulator.faults import Fault, FaultKind
from simulator.restrictions import DenyAssignment, PolicyAssignment

SOMEWHERE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Struck:
    """A fault, the request it strikes, and the resource type's action."""

    fault: Fault
    request: ArmRequest
    clock: Clock

    @property
    def scope(self) -> str:
        """The resource: of an action, the one that it acts on."""
        return scope_of(self.request)

    @property
    def action(self) -> str:
        return self.request.operation_name

    @property
    def subscription_id(self) -> str:
        return self.request.params.get("subscription", SOMEWHERE)

    def seconds(self, otherwise: float) -> float:
        return otherwise if self.fault.retry_after is None else self.fault.retry_after


def answer_for(fault: Fault, request: ArmRequest, clock: Clock) -> Answer:
    """Give the answer of a fault that has one of its own."""
    struck = Struck(fault, request, clock)
    answer = _ANSWERS[fault.kind](struck)
    answer = answer.answer if isinstance(answer, ArmError) else answer
    if fault.retry_after is not None:
        answer.headers.pop("Retry-After", None)
        if fault.retry_after >= 0:
            answer.headers["Retry-After"] = f"{fault.retry_after:g}"
    return answer


def _arm_throttled(struck: Struck) -> ArmError:
    return subscription_throttled(struck.subscription_id, struck.request, struck.seconds(17))


def _compute_throttled(struck: Struck) -> ArmError:
    return compute_throttled("HighCostGet3Min", struck.clock.now(), struck.seconds(30))


def _busy(struck: Struck) -> ArmError:
    wait = round(struck.seconds(11))
    text = (
        f"Operation {_operation(struck)} ({uuid4()}) is updating resource {top_level(struck.scope)}. "
        f"The call can be retried in {wait} seconds."
    )
    return _retryable("RetryableErrorDueToAnotherOperation", text, {"Retry-After": str(wait)})


def _operation(struck: Struck) -> str:
    """Name the provider's own operation, such as PutSecurityRuleOperation."""
    verb = "Delete" if struck.request.method == "DELETE" else "Put"
    kind = struck.action.split("/")[-2].removesuffix("s")
    return f"{verb}{kind[0].upper()}{kind[1:]}Operation"


def not_provisioned(referenced: str, by: str, operation: str) -> ArmError:
    """Say that a referenced resource is still being updated: 429, though no throttling, and no `Retry-After`."""
    text = (
        f"Cannot proceed with operation because resource {referenced} used by resource {by} is not in Succeeded "
        "state. Resource is in Updating state and the last operation that updated/is updating the resource is "
        f"{operation}."
    )
    return _retryable("ReferencedResourceNotProvisioned", text, {})


def _not_provisioned(struck: Struck) -> ArmError:
    referenced = struck.fault.name or struck.scope.rsplit("/", 2)[0]
    return not_provisioned(referenced, struck.scope, "PutSubnetOperation")


def _retryable(code: str, text: str, headers: dict[str, str]) -> ArmError:
    detail = {"code": code, "message": text}
    return ArmError(
        429, "RetryableError", "A retryable error occurred.", details=[detail], headers=headers, cause="service"
    )


def another_operation(base_url: str, subscription_id: str, location: str, api_version: str) -> ArmError:
    """Refuse a write since another one on the same or a dependent resource is under way."""
    uri = (
        f"{base_url}/subscriptions/{subscription_id}/providers/Microsoft.Network/locations/{location}"
        f"/operations/{uuid4()}?api-version={api_version}"
    )
    text = (
        "Another operation on this or dependent resource is in progress. "
        f"To retrieve status of the operation use uri: {uri}."
    )
    return network(409, "AnotherOperationInProgress", text)


def _another_operation(struck: Struck) -> ArmError:
    request = struck.request
    return another_operation(request.base_url, struck.subscription_id, "westeurope", request.api_version)


def _internal_error(_: Struck) -> Answer:
    return Answer(500, {"error": {"code": "InternalServerError", "message": "An error occurred.", "details": []}})


def _bad_gateway(_: Struck) -> ArmError:
    text = "The gateway did not receive a response from 'Microsoft.Network' within the specified time period."
    return gateway(502, "BadGatewayConnection", text)


def _unavailable(struck: Struck) -> ArmError:
    tracking = uuid4()
    text = (
        f"The request timed out. Diagnostic information: timestamp '{struck.clock.now():%Y%m%dT%H%M%SZ}', "
        f"subscription id '{struck.subscription_id}', tracking id '{tracking}', request correlation id '{tracking}'."
    )
    return gateway(503, "ServerTimeout", text)


def _unavailable_without_body(_: Struck) -> Answer:
    return Answer(503)


def _scope_locked(struck: Struck) -> ArmError:
    return scope_locked(struck.request, [struck.fault.name or struck.scope.split("/providers/")[0]])


def _policy_refusal(struck: Struck) -> ArmError:
    subscription = f"/subscriptions/{struck.subscription_id}"
    policy = PolicyAssignment(subscription, struck.fault.name or "deny-vm-extensions", denies="")
    return disallowed_by_policy(struck.request, policy)


def _authorization_failed(struck: Struck) -> ArmError:
    return authorization_failed(struck.request, struck.action, struck.scope)


def _linked_authorization_failed(struck: Struck) -> ArmError:
    linked = (
        struck.fault.name
        or f"{struck.scope.split('/providers/')[0]}/providers/Microsoft.Network/virtualNetworks/n/subnets/s"
    )
    text = (
        f"{who(struck.request)} has permission to perform action '{struck.action}' on scope '{struck.scope}'; "
        f"however, it does not have permission to perform action '{_linked_action(linked)}' on the linked scope(s) "
        f"'{linked}'."
    )
    return gateway(403, "LinkedAuthorizationFailed", text)


def _linked_action(linked: str) -> str:
    """Name what one must be allowed to do with a resource that another one refers to."""
    if "/vaults/" in linked:
        return "Microsoft.KeyVault/vaults/deploy/action"
    return "Microsoft.Network/virtualNetworks/subnets/join/action"


def _deny_assignment(struck: Struck) -> ArmError:
    name, scope = struck.fault.name or "managed application deny", struck.scope.split("/providers/")[0]
    return denied_by_assignment(struck.request, DenyAssignment(scope, name, actions=()))


_ANSWERS: dict[FaultKind, Callable[[Struck], Answer | ArmError]] = {
    FaultKind.ARM_THROTTLED: _arm_throttled,
    FaultKind.COMPUTE_THROTTLED: _compute_throttled,
    FaultKind.BUSY: _busy,
    FaultKind.NOT_PROVISIONED: _not_provisioned,
    FaultKind.ANOTHER_OPERATION: _another_operation,
    FaultKind.INTERNAL_ERROR: _internal_error,
    FaultKind.BAD_GATEWAY: _bad_gateway,
    FaultKind.UNAVAILABLE: _unavailable,
    FaultKind.UNAVAILABLE_WITHOUT_BODY: _unavailable_without_body,
    FaultKind.SCOPE_LOCKED: _scope_locked,
    FaultKind.POLICY_REFUSAL: _policy_refusal,
    FaultKind.AUTHORIZATION_FAILED: _authorization_failed,
    FaultKind.LINKED_AUTHORIZATION_FAILED: _linked_authorization_failed,
    FaultKind.DENY_ASSIGNMENT: _deny_assignment,
}
