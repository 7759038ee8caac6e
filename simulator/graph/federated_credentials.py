"""The federated identity credentials of an application: tokens of other issuers that stand for its own secrets."""

from __future__ import annotations

from uuid import uuid4

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import GraphError, bad_request, invalid_value, resource_not_found, value_required
from simulator.store import Json
from simulator.world import World

TYPE = "FederatedIdentityCredential"
TEXTS = ("name", "issuer", "subject", "description")
NEEDED = ("name", "issuer", "subject", "audiences")
MOST = 20


def list_credentials(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer all of an application."""
    body = {"@odata.context": _context(request), "value": list(_credentials(world, request).values())}
    return GraphAnswer(200, body)


def get_credential(world: World, request: GraphRequest) -> GraphAnswer:
    """Answer one, by its id or its name."""
    return GraphAnswer(200, {"@odata.context": f"{_context(request)}/$entity"} | _find(world, request))


def create_credential(world: World, request: GraphRequest) -> GraphAnswer:
    """Make one, of which no other has the name, or the issuer and subject."""
    credentials = _credentials(world, request)
    if len(credentials) >= MOST:
        raise bad_request(f"The number of federated identity credentials would exceed the limit of {MOST}.")
    created: Json = {"id": str(uuid4())} | dict.fromkeys(TEXTS) | {"audiences": []} | _read(request.document)
    for name in NEEDED:
        if not created[name]:
            raise value_required(name, TYPE)
    _check_unique(created, credentials)
    credentials[created["id"]] = created
    location = f"{request.base_url}/v2/{world.tenant_id}/federatedIdentityCredentials/{created['id']}"
    return GraphAnswer(201, {"@odata.context": f"{_context(request)}/$entity"} | created, {"Location": location})


def change_credential(world: World, request: GraphRequest) -> GraphAnswer:
    """Change one; its name stays."""
    before = _find(world, request)
    changed = before | _read(request.document)
    if changed["name"] != before["name"]:
        raise bad_request("Property 'name' is read-only and cannot be set.")
    credentials = _credentials(world, request)
    _check_unique(changed, {key: one for key, one in credentials.items() if key != before["id"]})
    credentials[before["id"]] = changed
    return GraphAnswer(204)


def delete_credential(world: World, request: GraphRequest) -> GraphAnswer:
    """Delete one."""
    del _credentials(world, request)[_find(world, request)["id"]]
    return GraphAnswer(204)


def _credentials(world: World, request: GraphRequest) -> dict[str, Json]:
    graph = world.graph
    return graph.applications.federated_credentials[graph.find(request.params["id"])["id"]]


def _find(world: World, request: GraphRequest) -> Json:
    key = request.params["credential"].strip("'")
    for credential in _credentials(world, request).values():
        if key in {credential["id"], credential["name"]}:
            return credential
    raise resource_not_found(key)


def _context(request: GraphRequest) -> str:
    return request.context(f"applications('{request.params['id']}')/federatedIdentityCredentials")


def _read(document: Json) -> Json:
    given = {name: value for name, value in document.items() if "@odata." not in name}
    for name, value in given.items():
        if name == "audiences":
            sound = isinstance(value, list) and all(isinstance(one, str) for one in value)
        elif name in TEXTS:
            sound = value is None or isinstance(value, str)
        else:
            raise bad_request(f"Invalid property '{name}'.")
        if not sound:
            raise invalid_value(name, TYPE)
    return given


def _check_unique(credential: Json, others: dict[str, Json]) -> None:
    for other in others.values():
        if other["name"] == credential["name"] or _told_by(other) == _told_by(credential):
            text = f"{TYPE} with name {other['name']} already exists."
            raise GraphError(409, "Request_MultipleObjectsWithSameKeyValue", text)


def _told_by(credential: Json) -> tuple[object, object]:
    return credential["issuer"], credential["subject"]
