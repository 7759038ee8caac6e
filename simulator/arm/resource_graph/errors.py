"""Resource Graph's error bodies: what is wrong is in the details. Recorded, or reported where a source is named."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from simulator.arm.answers import ArmRequest, zulu
from simulator.arm.errors import ArmError
from simulator.arm.resource_graph.kql.refusals import QueryRefused, detail
from simulator.store import Json

INVALID_QUERY = detail(
    "InvalidQuery",
    "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error "
    "before retrying.",
)
THROTTLED = detail(
    "RateLimiting",
    "Client application has been throttled and should not attempt to repeat the request until an amount of time has "
    "elapsed. Please see https://aka.ms/resourcegraph-throttling for help.",
)
DENIED = detail(
    "AccessDenied",
    "Access is denied to the requested resource. The user might not have enough permission.",
)


class RequestRefused(Exception):
    """A request that is refused whatever its query says."""

    def __init__(self, problem: Json, status: int = 400) -> None:
        super().__init__(problem["message"])
        self.problem = problem
        self.status = status


def as_answered(request: ArmRequest, now: datetime, refused: QueryRefused | RequestRefused) -> ArmError:
    """Put a refusal into Resource Graph's envelope."""
    if isinstance(refused, QueryRefused):
        found = [refused.problem] if refused.stands_alone else [INVALID_QUERY, refused.problem]
        return _error(request, now, 400, "BadRequest", found)
    code = "AccessDenied" if refused.status == 403 else "BadRequest"
    return _error(request, now, refused.status, code, [refused.problem])


def malformed(message: str) -> RequestRefused:
    """Refuse a body that is not of the documented form. The code is not known from recordings."""
    return RequestRefused(detail("InvalidRequest", message))


def invalid_subscriptions(ids: Iterable[str]) -> RequestRefused:
    """Refuse subscriptions that are no GUIDs. https://github.com/microsoft/ARI/issues/76"""
    text = f"Subscription ids have to be valid GUIDs. Given: '{','.join(ids)}'."
    return RequestRefused(detail("SubscriptionsContainInvalidGuids", text))


def invalid_management_groups(ids: Iterable[str]) -> RequestRefused:
    """Refuse names that no management group can have. https://github.com/rubrikinc/rubrik-sizing-scripts/issues/87"""
    text = f"The provided management groups must be valid. Given: '{','.join(ids)}'."
    return RequestRefused(detail("ManagementGroupsContainInvalidIds", text))


def no_subscription(ids: Iterable[str]) -> RequestRefused:
    """Refuse a query that runs over nothing. https://github.com/Azure/aztfexport/issues/491"""
    given = ",".join(ids)
    text = f"There must be at least one subscription that is eligible to contain resources. Given: '{given}'."
    return RequestRefused(detail("NoValidSubscriptionsInQueryRequest", text))


def access_denied() -> RequestRefused:
    """Refuse a caller who may read nothing of what was named. https://github.com/Azure/azure-sdk-for-java/issues/29924"""
    return RequestRefused(DENIED, status=403)


def query_throttled(request: ArmRequest, now: datetime, seconds: int, headers: dict[str, str]) -> ArmError:
    """Refuse a query beyond the quota. https://github.com/Azure/azure-cli-extensions/issues/3325"""
    error = _error(request, now, 429, "RateLimiting", [THROTTLED])
    error.headers |= headers | {"Retry-After": str(seconds)}
    return error


def _error(request: ArmRequest, now: datetime, status: int, code: str, details: Sequence[Json]) -> ArmError:
    text = (
        f"Please provide below info when asking for support: timestamp = {zulu(now)}, "
        f"correlationId = {request.correlation_id}."
    )
    return ArmError(status, code, text, details=details)
