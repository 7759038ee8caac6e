"""Graph's limits for identity and access: resource units, and writes, for one application in one tenant.

https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
"""

from __future__ import annotations

import math
import re

from simulator.clock import Clock
from simulator.graph.answers import GraphRequest
from simulator.graph.errors import GraphError
from simulator.request_log import Kind, kind_of
from simulator.token_bucket import Bucket

SMALL_TENANT, MEDIUM_TENANT, LARGE_TENANT = 3500, 5000, 8000
UNITS_SECONDS = 10
WRITES, WRITES_SECONDS = 3000, 150
TOLD_FROM = 0.8
LIST = "/v1.0/applications"
UNDER_20 = re.compile("1?[0-9]")


class GraphThrottling:
    """Counts and tells; refuses where `refuses` is set. `units` is the quota of ten seconds, by the tenant's size."""

    def __init__(self, clock: Clock, tenant_id: str) -> None:
        self._clock = clock
        self._tenant_id = tenant_id
        self._buckets: dict[str, Bucket] = {}
        self.refuses = False
        self.units = SMALL_TENANT

    def count(self, request: GraphRequest) -> dict[str, str]:
        """Take what a request costs and give the headers that tell of it; raises GraphError 429."""
        cost = units_of(request)
        bucket = self._bucket("ReadWrite", request, self.units, self.units / UNITS_SECONDS)
        if not bucket.take(self._clock.now(), cost) and self.refuses:
            raise self._refusal(request, "ReadWrite", "ResourceUnitLimitExceeded", bucket, cost)
        if kind_of(request.method, request.path) is Kind.WRITE:
            writes = self._bucket("Write", request, WRITES, WRITES / WRITES_SECONDS)
            if not writes.take(self._clock.now()) and self.refuses:
                raise self._refusal(request, "Write", "WriteLimitExceeded", writes, 1)
        headers = {"x-ms-resource-unit": str(cost)}
        used = 1 - bucket.level / bucket.capacity
        return headers | ({"x-ms-throttle-limit-percentage": f"{used:.2f}"} if used > TOLD_FROM else {})

    def _bucket(self, limit: str, request: GraphRequest, capacity: float, rate: float) -> Bucket:
        name = f"{limit} {request.caller.client_id}"
        bucket = self._buckets.get(name)
        if bucket is None or bucket.capacity != capacity:
            bucket = self._buckets[name] = Bucket(capacity, rate, capacity, self._clock.now())
        return bucket

    def _refusal(self, request: GraphRequest, limit: str, reason: str, bucket: Bucket, cost: int) -> GraphError:
        seconds = max(1, math.ceil((cost - bucket.level) / bucket.rate))
        scope = f"Tenant_Application/{limit}/{request.caller.client_id}/{self._tenant_id}"
        headers = {"x-ms-throttle-scope": scope, "x-ms-throttle-information": reason}
        return throttled(seconds, headers)


def throttled(seconds: float, headers: dict[str, str] | None = None) -> GraphError:
    """Make Graph's refusal, as reported."""
    text = (
        "Too many requests from Identifier:West Europe under category:throttle.aad.ags.dc.list. "
        "Please try again later."
    )
    return GraphError(429, "TooManyRequests", text, {"Retry-After": f"{seconds:g}"} | (headers or {}))


def units_of(request: GraphRequest) -> int:
    """Give the resource units that a request costs."""
    query = request.query
    cost = 2 if request.method == "GET" and request.path.lower() == LIST else 1
    cost += "$expand" in query
    cost -= "$select" in query
    cost -= UNDER_20.fullmatch(query.get("$top", "")) is not None
    return max(1, cost)
