"""HTTP of the App Service managed-identity endpoint, as `IDENTITY_ENDPOINT` and `IDENTITY_HEADER` announce it."""

from __future__ import annotations

from aiohttp import web

from simulator.delivery import host_of
from simulator.identity import EXPIRES
from simulator.world import World

PATH = "/msi/token"
API_VERSION = "2019-08-01"


def add_identity_routes(application: web.Application, world: World) -> None:
    """Serve `GET /msi/token`."""

    async def token(request: web.Request) -> web.Response:
        world.requests.token_requests += 1
        if request.headers.get("X-IDENTITY-HEADER") != world.identity_header:
            return _refusal(401, "The identity header is missing or invalid.")
        if request.query.get("api-version") != API_VERSION:
            return _refusal(400, f"Unsupported api-version '{request.query.get('api-version', '')}'.")
        resource = request.query.get("resource")
        if not resource:
            return _refusal(400, "The parameter resource is required.")
        identity = world.identities.find(request.query.get("client_id"))
        if identity is None:
            return _refusal(400, "No User Assigned or Delegated Managed Identity found for specified ClientId.")
        return web.json_response(
            {
                "access_token": world.identities.issue(resource, identity, host=host_of(world, request)),
                "expires_on": str(EXPIRES),
                "resource": resource,
                "token_type": "Bearer",
                "client_id": identity.client_id,
            }
        )

    application.router.add_get(PATH, token)


def _refusal(status: int, message: str) -> web.Response:
    return web.json_response({"statusCode": status, "message": message}, status=status)
