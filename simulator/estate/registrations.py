"""App registrations of every everyday kind, and what should become of each when the app migrates and cleans up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.build import (
    add_newer_gateway,
    add_older_gateway,
    add_server_application,
    gateway_uris,
)
from simulator.estate.situation import COMPLIANT, Expected
from simulator.world import World

PORT = 6600
LOCALHOST = "http://localhost:6516/*"


@dataclass(frozen=True, slots=True)
class Registration:
    """`build` puts it into the tenant and gives its object id; `web` and `spa` are its redirect URIs at last."""

    name: str
    story: str
    build: Callable[[World], str]
    expected: Expected
    web: tuple[str, ...] = ()
    spa: tuple[str, ...] = ()


def subject_of(application_id: str) -> str:
    """Give the id by which the app knows an application of an object id."""
    return f"/providers/Microsoft.Graph/applications/{application_id}"


REGISTRATIONS = (
    Registration(
        "wac",
        "A gateway that was updated to 2410, its registration as it was before: moved, then cleaned up",
        lambda world: add_older_gateway(
            world, "wac.contoso.com", web=(gateway_uris("wac.contoso.com", PORT)[0], LOCALHOST)
        ),
        COMPLIANT,
        spa=gateway_uris("wac.contoso.com", PORT),
    ),
    Registration(
        "lab",
        "A gateway registered as Windows Admin Center does today",
        lambda world: add_newer_gateway(world, "lab.contoso.com", port=PORT),
        COMPLIANT,
        spa=gateway_uris("lab.contoso.com", PORT),
    ),
    Registration(
        "branch",
        "The same as the first, but the app's identity is no owner of it: told, with what to grant",
        lambda world: add_older_gateway(
            world, "branch.contoso.com", web=(gateway_uris("branch.contoso.com", PORT)[0], LOCALHOST), owned=False
        ),
        Expected(
            "NON_COMPLIANT",
            (
                "GATEWAY_IMPLICIT_GRANT",
                "GATEWAY_ON_WEB_PLATFORM",
                "GATEWAY_REDIRECT_LOCALHOST",
                "GATEWAY_REDIRECT_MISSING",
                "PERMISSION_MISSING",
            ),
        ),
        web=(gateway_uris("branch.contoso.com", PORT)[0], LOCALHOST),
    ),
    Registration(
        "shop",
        "A web application of somebody's, on the Web platform, where it belongs",
        lambda world: add_server_application(world, "Shop", "shop.contoso.com"),
        COMPLIANT,
        web=("https://shop.contoso.com/signin-oidc",),
    ),
)
