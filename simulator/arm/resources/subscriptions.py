"""Tenants, subscriptions, locations and provider registrations: what a client asks before anything else."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import gateway
from simulator.arm.locations import LOCATIONS
from simulator.arm.router import Route
from simulator.store import Json
from simulator.world import World

API_VERSIONS = ["2026-04-01", "2026-03-01", "2024-07-01", "2022-09-01"]
PROVIDERS = {
    "Microsoft.Authorization": ("locks",),
    "Microsoft.Compute": ("virtualMachines", "virtualMachines/extensions", "locations", "skus"),
    "Microsoft.Network": ("virtualNetworks", "networkInterfaces", "networkSecurityGroups", "publicIPAddresses"),
    "Microsoft.ResourceGraph": ("resources", "operations"),
    "Microsoft.Resources": ("subscriptions", "resourceGroups", "resources"),
}


def subscription_view(world: World, subscription_id: str) -> Json:
    """Give a subscription as Azure shows it."""
    return {
        "id": f"/subscriptions/{subscription_id}",
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": subscription_id,
        "tenantId": world.tenant_id,
        "displayName": f"Local Azure {list(world.subscriptions).index(subscription_id.lower()) + 1}",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "PayAsYouGo_2014-09-01",
            "spendingLimit": "Off",
        },
    }


def _list_subscriptions(world: World, _: ArmRequest) -> Answer:
    value = [subscription_view(world, subscription) for subscription in world.subscriptions.values()]
    return Answer(200, {"value": value, "count": {"type": "Total", "value": len(value)}})


def _get_subscription(world: World, request: ArmRequest) -> Answer:
    return Answer(200, subscription_view(world, world.subscriptions[request.params["subscription"].lower()]))


def _list_tenants(world: World, _: ArmRequest) -> Answer:
    tenant = {
        "id": f"/tenants/{world.tenant_id}",
        "tenantId": world.tenant_id,
        "countryCode": "NL",
        "displayName": "Local Azure",
        "domains": ["local.onmicrosoft.com"],
        "tenantCategory": "Home",
        "defaultDomain": "local.onmicrosoft.com",
        "tenantType": "AAD",
    }
    return Answer(200, {"value": [tenant]})


def _list_locations(_: World, request: ArmRequest) -> Answer:
    root = f"/subscriptions/{request.params['subscription']}/locations"
    value = [
        {
            "id": f"{root}/{name}",
            "name": name,
            "type": "Region",
            "displayName": display_name,
            "regionalDisplayName": display_name,
            "metadata": {"regionType": "Physical", "regionCategory": "Recommended"},
        }
        for name, display_name in LOCATIONS.items()
    ]
    return Answer(200, {"value": value})


def _provider(root: str, namespace: str) -> Json:
    types = [
        {
            "resourceType": resource_type,
            "locations": list(LOCATIONS.values()),
            "apiVersions": API_VERSIONS,
            "defaultApiVersion": API_VERSIONS[0],
            "capabilities": "SupportsTags, SupportsLocation",
        }
        for resource_type in PROVIDERS[namespace]
    ]
    return {
        "id": f"{root}/providers/{namespace}",
        "namespace": namespace,
        "resourceTypes": types,
        "registrationState": "Registered",
        "registrationPolicy": "RegistrationRequired",
    }


def _list_providers(_: World, request: ArmRequest) -> Answer:
    root = f"/subscriptions/{request.params['subscription']}"
    return Answer(200, {"value": [_provider(root, namespace) for namespace in PROVIDERS]})


def _get_provider(_: World, request: ArmRequest) -> Answer:
    asked = request.params["namespace"]
    namespace = next((known for known in PROVIDERS if known.lower() == asked.lower()), None)
    if namespace is None:
        raise gateway(404, "InvalidResourceNamespace", f"The resource namespace '{asked}' is invalid.")
    root = f"/subscriptions/{request.params['subscription']}"
    return Answer(200, _provider(root, namespace))


SUBSCRIPTION = "/subscriptions/{subscription}"
ROUTES = (
    Route("GET", "/tenants", _list_tenants),
    Route("GET", "/subscriptions", _list_subscriptions),
    Route("GET", SUBSCRIPTION, _get_subscription),
    Route("GET", f"{SUBSCRIPTION}/locations", _list_locations),
    Route("GET", f"{SUBSCRIPTION}/providers", _list_providers),
    Route("GET", f"{SUBSCRIPTION}/providers/{{namespace}}", _get_provider),
    Route("POST", f"{SUBSCRIPTION}/providers/{{namespace}}/register", _get_provider),
)
