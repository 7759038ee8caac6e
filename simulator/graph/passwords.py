"""An application's passwords (client secrets), which Graph makes up and tells once."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from simulator.graph.answers import GraphAnswer, GraphRequest
from simulator.graph.errors import bad_request, invalid_value
from simulator.graph.schema import GUID
from simulator.store import Json
from simulator.world import World

LASTING = timedelta(days=730)
TAKEN = frozenset({"displayName", "endDateTime", "keyId", "startDateTime"})


def add_password(world: World, request: GraphRequest) -> GraphAnswer:
    """Make a password and tell it."""
    application = world.graph.find(request.params["id"])
    given = request.document.get("passwordCredential") or {}
    if not isinstance(given, dict) or set(given) - TAKEN - {"@odata.type"}:
        raise invalid_value("passwordCredential")
    text = secrets.token_urlsafe(30)
    added = new_password(given, text, world.clock.now())
    changed = application | {"passwordCredentials": [*application["passwordCredentials"], added]}
    world.graph.applications.put(changed)
    context = request.context("microsoft.graph.passwordCredential")
    body = {"@odata.context": context} | added | {"secretText": text}
    return GraphAnswer(200, body, {"Location": request.base_url})


def remove_password(world: World, request: GraphRequest) -> GraphAnswer:
    """Remove the password of a key id."""
    application = world.graph.find(request.params["id"])
    key_id = request.document.get("keyId")
    left = [one for one in application["passwordCredentials"] if one["keyId"] != key_id]
    if len(left) == len(application["passwordCredentials"]):
        raise bad_request("No password credential found with keyId.")
    world.graph.applications.put(application | {"passwordCredentials": left})
    return GraphAnswer(204)


def new_password(given: Json, text: str, now: datetime) -> Json:
    """Give a password as it is shown, which is without its text; raises GraphError 400."""
    start, end = (_moment(given.get(name)) for name in ("startDateTime", "endDateTime"))
    key_id, name = given.get("keyId"), given.get("displayName")
    if key_id is not None and not (isinstance(key_id, str) and GUID.fullmatch(key_id)):
        raise invalid_value("passwordCredential")
    if name is not None and not isinstance(name, str):
        raise invalid_value("passwordCredential")
    start = start or now
    return {
        "customKeyIdentifier": None,
        "displayName": name,
        "endDateTime": _written(end or start + LASTING),
        "hint": text[:3],
        "keyId": key_id or str(uuid4()),
        "secretText": None,
        "startDateTime": _written(start),
    }


def _moment(text: object) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise invalid_value("passwordCredential") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _written(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
