"""ARM's and Compute's token buckets, and Resource Graph's quota: headers always, refusals as its knobs say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from simulator.arm.answers import ArmRequest
from simulator.arm.errors import ArmError, gateway
from simulator.arm.resource_graph.errors import query_throttled
from simulator.clock import Clock
from simulator.request_log import QUERY
from simulator.token_bucket import Bucket

# Documented token buckets of a subscription and caller: capacity, and tokens a second.
ARM_LIMITS = {"reads": (250, 25), "writes": (200, 10), "deletes": (200, 10)}
GLOBAL_LIMITS = {"reads": (3750, 375), "writes": (3000, 150), "deletes": (3000, 150)}

# Compute's operation groups: capacity and tokens a second, for the subscription and for one resource.
VM_WRITES = 12
COMPUTE_GROUPS = {
    "PutVM": ((1500, 25.0), (VM_WRITES, 4 / 60)),
    "UpdateVM": ((1500, 25.0), (VM_WRITES, 4 / 60)),
    "DeleteVM": ((1500, 25.0), (VM_WRITES, 4 / 60)),
    "LowCostGet": ((24000, 400.0), (36, 0.2)),
    "GetOperation": ((15000, 250.0), (45, 0.25)),
    "HighCostGet": ((900, 15.0), None),
}
# Older groups: how many in 3 minutes, and how many in 30.
WINDOWED_GROUPS = {"ListVMExtensionTypes": (18000, 22500), "GetVMExtension": (10000, 22000)}
REFUSING_GROUPS = frozenset({"PutVM", "UpdateVM", "DeleteVM"})


# As documented: so many queries of Resource Graph in so many seconds, from each caller.
QUERIES, QUERY_SECONDS = 15, 5


@dataclass(slots=True)
class Window:
    """Lets so many through until it `ends`; the next one begins with the first request after that."""

    ends: datetime
    remaining: int


class Throttling:
    """`refuses_arm` makes ARM's own buckets refuse too.

    `refuses_compute` and `refuses_queries` (Resource Graph) are on from the start, as on Azure.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}
        self._query_windows: dict[str, Window] = {}
        self.refuses_arm = False
        self.refuses_compute = True
        self.refuses_queries = True

    def count(self, subscription_id: str, request: ArmRequest) -> dict[str, str]:
        """Take ARM's tokens for a request and give the headers; raises ArmError when there are none left."""
        kind = _kind(request)
        own = self._bucket(f"arm {subscription_id} {kind}", *ARM_LIMITS[kind])
        if not own.take(self._clock.now()) and self.refuses_arm:
            raise subscription_throttled(subscription_id, request, own.seconds_to_next)
        whole = self._bucket(f"global {subscription_id} {kind}", *GLOBAL_LIMITS[kind])
        whole.take(self._clock.now())
        headers = {f"x-ms-ratelimit-remaining-subscription-global-{kind}": str(whole.remaining)}
        if kind != "reads":
            headers[f"x-ms-ratelimit-remaining-subscription-{kind}"] = str(own.remaining)
        return headers

    def count_tenant(self, request: ArmRequest) -> dict[str, str]:
        """Take a tenant's token for a request that names no subscription, and give the header."""
        kind = _kind(request)
        bucket = self._bucket(f"tenant {kind}", *GLOBAL_LIMITS[kind])
        bucket.take(self._clock.now())
        return {f"x-ms-ratelimit-remaining-tenant-{kind}": str(bucket.remaining)}

    def count_compute(self, group: str, subscription_id: str, resource_id: str) -> dict[str, str]:
        """Take Compute's tokens for an operation group and give the header; raises ArmError when used up."""
        if group in WINDOWED_GROUPS:
            return self._count_windows(group, subscription_id)
        of_all, of_one = COMPUTE_GROUPS[group]
        whole = self._bucket(f"{group} {subscription_id}", *of_all)
        whole.take(self._clock.now())
        parts = [f"Microsoft.Compute/{group}SubscriptionMaximum;{whole.remaining}"]
        if of_one:
            own = self._bucket(f"{group} {resource_id.lower()}", *of_one)
            if not own.take(self._clock.now()) and group in REFUSING_GROUPS and self.refuses_compute:
                raise compute_throttled(f"{group}Resource", self._clock.now(), own.seconds_to_next)
            parts.append(f"Microsoft.Compute/{group}Resource;{own.remaining}")
        return {"x-ms-ratelimit-remaining-resource": ",".join(parts)}

    def count_query(self, request: ArmRequest) -> dict[str, str]:
        """Count a query of Resource Graph against its caller's quota and give the headers; raises ArmError beyond it.

        https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests
        """
        now, caller = self._clock.now(), request.caller.client_id
        window = self._query_windows.get(caller)
        if window is None or window.ends <= now:
            window = self._query_windows[caller] = Window(now + timedelta(seconds=QUERY_SECONDS), QUERIES)
        wait = ceil((window.ends - now).total_seconds())
        if window.remaining == 0 and self.refuses_queries:
            raise query_throttled(request, now, wait, _quota_headers(0, wait))
        window.remaining = max(0, window.remaining - 1)
        return _quota_headers(window.remaining, wait)

    def _count_windows(self, group: str, subscription_id: str) -> dict[str, str]:
        parts = []
        for minutes, capacity in zip((3, 30), WINDOWED_GROUPS[group], strict=True):
            bucket = self._bucket(f"{group}{minutes} {subscription_id}", capacity, capacity / minutes / 60)
            bucket.take(self._clock.now())
            parts.append(f"Microsoft.Compute/{group}{minutes}Min;{bucket.remaining}")
        return {"x-ms-ratelimit-remaining-resource": ",".join(parts)}

    def _bucket(self, name: str, capacity: float, rate: float) -> Bucket:
        return self._buckets.setdefault(name, Bucket(capacity, rate, capacity, self._clock.now()))


def _quota_headers(remaining: int, wait: int) -> dict[str, str]:
    return {
        "x-ms-ratelimit-remaining-tenant-resource-requests": str(remaining),
        "x-ms-user-quota-remaining": str(remaining),
        "x-ms-user-quota-resets-after": f"00:00:{wait:02}",
        "x-ms-resource-graph-request-duration": "0:00:00:00.0519327",
    }


# As recorded: these questions count as reads, though they are POSTs, and `ipFlowVerify` as a write.
ASKED_BY_POST = ("/networkconfigurationdiagnostic", "/nexthop", QUERY.lower())


def _kind(request: ArmRequest) -> str:
    if request.method == "POST" and request.path.lower().endswith(ASKED_BY_POST):
        return "reads"
    return {"GET": "reads", "HEAD": "reads", "DELETE": "deletes"}.get(request.method, "writes")


def subscription_throttled(subscription_id: str, request: ArmRequest, seconds: float) -> ArmError:
    """Make ARM's own refusal."""
    wait = max(1, round(seconds))
    fixed = [segment for segment in request.template.split("/") if segment and not segment.startswith("{")]
    operation = "/".join([request.method, *fixed])
    text = (
        f"Number of requests for subscription '{subscription_id}' and operation '{operation.upper()}' "
        f"exceeded the backend storage limit. Please try again after '{wait}' seconds."
    )
    return gateway(429, "SubscriptionRequestsThrottled", text, **{"Retry-After": str(wait)})


def compute_throttled(group: str, now: datetime, seconds: float) -> ArmError:
    """Make Compute's refusal: its detail is a JSON document inside a string."""
    wait = max(1, round(seconds))
    detail = {
        "operationGroup": group,
        "startTime": now.isoformat(),
        "endTime": (now + timedelta(seconds=wait)).isoformat(),
        "allowedRequestCount": VM_WRITES,
        "measuredRequestCount": VM_WRITES + 1,
    }
    return ArmError(
        429,
        "OperationNotAllowed",
        "The server rejected the request because too many requests have been received for this subscription.",
        details=[{"code": "TooManyRequests", "target": group, "message": json.dumps(detail)}],
        extra={"innererror": {"internalErrorCode": "TooManyRequestsReceived"}},
        headers={"Retry-After": str(wait)},
    )
