"""App registrations: those of Windows Admin Center's gateways, unrelated ones of many kinds, and very many at once.

What is added is shown by lists at once, however far behind they are; what people then change or delete is not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from uuid import UUID, uuid4

from simulator.graph.applications import blank_application, changed_application, new_application
from simulator.graph.passwords import new_password
from simulator.store import Json
from simulator.world import World

GRAPH_APP_ID = "00000003-0000-0000-c000-000000000000"
AZURE_APP_ID = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
USER_READ = "e1fe6dd8-ba31-4d61-89e7-88639da4683d"
# What a gateway asks for: to write applications in Graph, and Azure Service Management on behalf of its users.
GATEWAY_ACCESS = {
    GRAPH_APP_ID: "bdfbf15f-ee85-4955-8675-146e8e5296b5",
    AZURE_APP_ID: "41094075-9dad-400e-a0bd-54e686782033",
}
_FILLER_SEED = 20260105


def add_application(  # noqa: PLR0913 - the parts of an application that anybody looks at
    world: World,
    display_name: str,
    *,
    web: Sequence[str] = (),
    spa: Sequence[str] = (),
    public_client: Sequence[str] = (),
    implicit_grant: bool = False,
    sign_in_audience: str = "AzureADMyOrg",
    permissions: Mapping[str, str] | None = None,
    owners: Sequence[str] = (),
    properties: Json | None = None,
) -> str:
    """Add an application and give its object id; `permissions` are delegated ones, by the API's application id.

    `owners` are object ids; `properties` may be anything that Graph takes. Raises GraphError for what it doesn't.
    """
    grant = {"enableAccessTokenIssuance": implicit_grant, "enableIdTokenIssuance": implicit_grant}
    access = (permissions or {}).items()
    document: Json = {
        "displayName": display_name,
        "signInAudience": sign_in_audience,
        "web": {"redirectUris": list(web), "implicitGrantSettings": grant},
        "spa": {"redirectUris": list(spa)},
        "publicClient": {"redirectUris": list(public_client)},
        "requiredResourceAccess": [
            {"resourceAppId": api, "resourceAccess": [{"id": scope, "type": "Scope"}]} for api, scope in access
        ],
    }
    application = new_application(world.graph, document | (properties or {}))
    return _store(world, application, owners)


def add_older_gateway(
    world: World,
    host: str,
    *,
    web: Sequence[str] = ("http://localhost:6516/*",),
    display_name: str | None = None,
    owned: bool = True,
) -> str:
    """Add a gateway's registration as made before Windows Admin Center 2410: platform Web, and the implicit grant.

    `owned`: the system-assigned identity is an owner of it, and so may change it.
    """
    return add_application(
        world,
        display_name or gateway_name(host),
        web=web,
        implicit_grant=True,
        permissions=GATEWAY_ACCESS,
        owners=_identity(world) if owned else (),
    )


def add_newer_gateway(
    world: World, host: str, *, port: int = 6600, display_name: str | None = None, owned: bool = True
) -> str:
    """Add a gateway's registration as made from Windows Admin Center 2410 on: the two URIs of a single-page one."""
    return add_application(
        world,
        display_name or gateway_name(host),
        spa=gateway_uris(host, port),
        permissions=GATEWAY_ACCESS,
        owners=_identity(world) if owned else (),
    )


def gateway_name(host: str) -> str:
    """Name a registration as the gateway itself does."""
    return f"WindowsAdminCenter-https://{host}"


def gateway_uris(host: str, port: int) -> tuple[str, str]:
    """Give the two redirect URIs that a gateway of today needs."""
    return f"https://{host}:{port}", f"https://{host}:{port}/signin-oidc"


def add_server_application(world: World, name: str, host: str) -> str:
    """Add a web application that signs people in on a server, with a secret: it breaks as a single-page one."""
    secret = new_password({"displayName": "production"}, "s3c-not-shown", world.clock.now())
    application_id = add_application(
        world, name, web=(f"https://{host}/signin-oidc",), permissions={GRAPH_APP_ID: USER_READ}
    )
    return _replace(world, application_id, {"passwordCredentials": [secret]})


def add_single_page_application(world: World, name: str, host: str) -> str:
    """Add a single-page application that has nothing to do with a gateway."""
    uris = (f"https://{host}", f"https://{host}/callback", "http://localhost:3000")
    return add_application(world, name, spa=uris, permissions={GRAPH_APP_ID: USER_READ})


def add_daemon(world: World, name: str) -> str:
    """Add an application that nobody signs in to: no redirect URI, and a secret."""
    secret = new_password({}, "d43-not-shown", world.clock.now())
    return _replace(world, add_application(world, name), {"passwordCredentials": [secret]})


def add_federated_application(world: World, name: str, subject: str) -> str:
    """Add an application that signs in with the tokens of GitHub's workflows."""
    application_id = add_application(world, name)
    credential: Json = {
        "id": str(uuid4()),
        "name": "workflow",
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "description": None,
        "audiences": ["api://AzureADTokenExchange"],
    }
    world.graph.applications.federated_credentials[application_id] = {credential["id"]: credential}
    return application_id


def add_filler_applications(world: World, count: int) -> list[str]:
    """Add many applications of every sort but gateways, quickly; the same ones each time. Give their object ids."""
    chance = Random(_FILLER_SEED + len(world.graph.applications))
    blank = blank_application(world.graph) | {"signInAudience": "AzureADMyOrg"}
    return [_store(world, _filler(blank, number, chance), ()) for number in range(count)]


def change_application(world: World, application_id: str, given: Json) -> None:
    """Change an application as somebody else's PATCH would. Raises GraphError for what Graph does not take."""
    graph = world.graph
    graph.applications.put(changed_application(graph, graph.find(application_id), given))


def delete_application(world: World, application_id: str, *, for_good: bool = False) -> None:
    """Delete an application as somebody else would; `for_good`: out of the deleted items, too."""
    world.graph.applications.delete(application_id)
    if for_good:
        world.graph.applications.purge(application_id)


def _filler(blank: Json, number: int, chance: Random) -> Json:
    kind = number % 4
    host = f"app-{number:05}.contoso.com"
    application = blank | {
        "id": str(UUID(int=chance.getrandbits(128), version=4)),
        "appId": str(UUID(int=chance.getrandbits(128), version=4)),
        "displayName": f"{('Shop', 'Portal', 'Batch', 'Phone')[kind]} {number:05}",
    }
    if kind == 0:
        uri = f"https://{host}/signin-oidc"
        settings = [{"uri": uri, "index": None}]
        application["web"] = blank["web"] | {"redirectUris": [uri], "redirectUriSettings": settings}
    elif kind == 1:
        application["spa"] = {"redirectUris": [f"https://{host}"]}
    elif kind == 3:
        application["publicClient"] = {"redirectUris": [f"msal{application['appId']}://auth"]}
    return application


def _store(world: World, application: Json, owners: Sequence[str]) -> str:
    world.graph.applications.put(application, settled=True)
    world.graph.applications.owners[application["id"]] = list(owners)
    return str(application["id"])


def _replace(world: World, application_id: str, properties: Json) -> str:
    world.graph.applications.put(world.graph.find(application_id) | properties, settled=True)
    return application_id


def _identity(world: World) -> tuple[str, ...]:
    return (world.identities.system_assigned.object_id,)
