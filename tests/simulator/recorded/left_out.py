"""Which recordings cannot be asked of the simulator, and why."""

from __future__ import annotations

import re
from typing import Any

from simulator.arm.resource_graph.kql.parser import TABLES
from simulator.server import ROUTER
from tests.simulator.recorded.recording import Recording

# What is at fault in Azure or in the subscription, not in the request: nothing of it is simulated.
OF_THE_SUBSCRIPTION = {
    "ResourcePurchaseValidationFailed": "the marketplace is not simulated",
    "exceeding quota": "quotas are not simulated",
    "GetEffectiveNetworkSecurityGroupsApiNotAllowed": "effective rules are not simulated",
    "LoadBalancingRulesNotSupportedOnSecondaryIpConfigurations": "secondary configurations may be balanced by now",
    "applicationGateways/": "application gateways are not simulated",
}
# What is told of any type, since it is looked at before the provider is asked.
OF_THE_GATEWAY = frozenset({"ParentResourceNotFound", "ResourceGroupNotFound", "ResourceNotFound"})


def why_left_out(recording: Recording) -> str | None:
    """Tell why a recording is left out; None for one that is to be compared."""
    first = recording.first
    needs_body = first.method in {"PUT", "PATCH"} or first.is_query
    if needs_body and not isinstance(first.body, dict):
        return "the recorder did not keep the request's body"
    if first.is_query:
        return _why_not_asked(first.body)
    found = ROUTER.find(first.method, first.path)
    if (found is None or found.route is None) and first.error.get("code") not in OF_THE_GATEWAY:
        return "the simulator has nothing at this path"
    told = f"{first.error.get('code')} {first.error.get('message')}"
    if first.status >= 400:
        return next((reason for sign, reason in OF_THE_SUBSCRIPTION.items() if sign in told), None)
    return None


def _why_not_asked(body: dict[str, Any]) -> str | None:
    """Tell why a query of Resource Graph is left out."""
    table = re.match(r"\s*(\w+resources)\b", body["query"])
    if table and table[1].lower() not in TABLES:
        return "Resource Graph's other tables are not simulated"
    if "$skipToken" in (body.get("options") or {}):
        return "it goes on from a page that Azure alone knows"
    return None
