"""What the gateway asks of a request before any provider sees it: a token, an api-version, a path it knows."""

from __future__ import annotations

from dataclasses import replace

from simulator.arm.absence import refuse_below_absent
from simulator.arm.answers import ArmRequest
from simulator.arm.errors import ArmError, gateway, method_not_allowed
from simulator.arm.router import Route, Router
from simulator.identity import ARM_AUDIENCES, Identity, TokenRefused
from simulator.world import World

CHALLENGE = 'Bearer authorization_uri="https://login.microsoftonline.com/{}", error="invalid_token", '


def authenticate(world: World, request: ArmRequest) -> Identity:
    """Tell who calls; raises ArmError 401 with a challenge."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    challenge = CHALLENGE.format(world.tenant_id)
    if scheme.lower() != "bearer" or not token:
        text = "Authentication failed. The 'Authorization' header is missing."
        described = "error_description=\"The authentication failed because of missing 'Authorization' header.\""
        raise gateway(401, "AuthenticationFailed", text, **{"WWW-Authenticate": challenge + described})
    try:
        return world.identities.recognise(token, (*ARM_AUDIENCES, request.base_url, request.base_url + "/"))
    except TokenRefused as refused:
        described = f'error_description="{refused.description}"'
        headers = {"WWW-Authenticate": challenge + described}
        raise gateway(401, refused.code, refused.message, **headers) from refused


def admit(world: World, router: Router, request: ArmRequest) -> tuple[Route, ArmRequest]:
    """Find the route of a request and name what it names; raises ArmError 400, 404 or 405."""
    if not request.api_version:
        text = "The api-version query parameter (?api-version=) is required for all requests."
        raise gateway(400, "MissingApiVersionParameter", text)
    segments = request.path.strip("/").split("/")
    lower = [segment.lower() for segment in segments]
    if lower[0] == "subscriptions" and len(lower) > 1 and lower[1] not in world.subscriptions:
        raise gateway(404, "SubscriptionNotFound", f"The subscription '{segments[1]}' could not be found.")
    match = router.find(request.method, request.path)
    if match is None:
        raise _unknown_path(world, router, request, segments)
    if match.route is None:
        raise method_not_allowed(request.method)
    route = match.route
    return route, replace(request, params=match.params, operation_name=route.operation_name, template=route.template)


def _unknown_path(world: World, router: Router, request: ArmRequest, segments: list[str]) -> ArmError:
    lower = [segment.lower() for segment in segments]
    if "providers" not in lower[:-1]:
        text = f"The request URI '{request.path}' does not name a resource that Azure Resource Manager knows."
        return gateway(404, "NotFound", text)
    namespace, *rest = segments[lower.index("providers") + 1 :]
    if namespace.lower().startswith("microsoft."):
        refuse_below_absent(world, request)
    if namespace.lower() not in router.namespaces:
        return gateway(404, "InvalidResourceNamespace", f"The resource namespace '{namespace}' is invalid.")
    text = (
        f"The resource type '{'/'.join(rest[::2])}' could not be found in the namespace '{namespace}' "
        f"for api version '{request.api_version}'."
    )
    return gateway(404, "InvalidResourceType", text)
