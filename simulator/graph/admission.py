"""Who calls: Graph's own words for tokens that it does not take."""

from __future__ import annotations

from simulator.graph.answers import GraphRequest
from simulator.graph.errors import GraphError
from simulator.identity import Identity, TokenRefused
from simulator.world import World

APP_ID = "00000003-0000-0000-c000-000000000000"
AUDIENCES = ("https://graph.microsoft.com", "https://graph.microsoft.com/", APP_ID)
CHALLENGE = (
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", '
    f'client_id="{APP_ID}"'
)
WORDS = {
    "InvalidAuthenticationTokenAudience": "Access token validation failure. Invalid audience.",
    "ExpiredAuthenticationToken": "Lifetime validation failed, the token is expired.",
}


def authenticate(world: World, request: GraphRequest) -> Identity:
    """Tell who calls; raises GraphError 401 with a challenge."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise _refusal("Access token is empty.")
    try:
        return world.identities.recognise(token, (*AUDIENCES, request.base_url, f"{request.base_url}/"))
    except TokenRefused as refused:
        text = WORDS.get(refused.code, "CompactToken parsing failed with error code: 80049217")
        raise _refusal(text) from refused


def _refusal(message: str) -> GraphError:
    return GraphError(401, "InvalidAuthenticationToken", message, {"WWW-Authenticate": CHALLENGE})
