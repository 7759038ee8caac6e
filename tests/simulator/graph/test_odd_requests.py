from __future__ import annotations

import base64
import json
import random
from typing import Any

from simulator.build import (
    add_federated_application,
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    add_server_application,
)
from simulator.graph.schema import APPLICATION, READ_ONLY
from simulator.world import World
from tests.simulator.graph.asking import Asking

METHODS = (*("GET", "PATCH", "POST") * 5, *("DELETE",) * 2, "PUT", "HEAD", "OPTIONS")
ODD: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "x",
    "*",
    "\ud800",
    "https://",
    "https://[",
    [],
    [None],
    ["x"],
    [{}],
    [["x"]],
    {},
    {"id": None},
    {"redirectUris": ["https://a", 5]},
    {"keyId": {}},
    {"@odata.id": 3},
    {"@odata.id": "https://["},
)
OTHER_BODIES: tuple[dict[str, Any], ...] = (
    {"passwordCredential": {"displayName": "x", "endDateTime": "2027-01-05T08:00:00Z"}},
    {"name": "x", "issuer": "https://x", "subject": "x", "audiences": ["x"]},
    {"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/x"},
    {"displayName": "x", "owners@odata.bind": ["https://graph.microsoft.com/v1.0/directoryObjects/x"]},
)
SUFFIXES = (
    "",
    "/",
    "/x",
    "/owners",
    "/owners/$ref",
    "/owners/x/$ref",
    "/federatedIdentityCredentials",
    "/federatedIdentityCredentials/workflow",
    "/addPassword",
    "/removePassword",
    "/%2e%2e/x",
    "/$value",
    "()",
    "(x)",
)
ROOTS = (
    "/applications",
    "/applications/delta",
    "/applications/delta()",
    "/applications/$count",
    "/applications(appId='x')",
    "/applications(uniqueName='x')",
    "/me",
    "",
    "/$metadata",
)
TEXTS = (
    "",
    "x",
    "0",
    "²",
    "9" * 400,
    "displayName",
    "displayName,,id",
    "displayName eq 'x'",
    "((((((",
    "'",
    "any(x:x eq",
    "web/redirectUris/any(p:startswith(p,'x'))",
    "/any(x:x eq 'x')",
    "web/any(x:x eq 'x')",
    "startswith(api,'x')",
    "identifierUris/any(any:any eq 'x')",
    '"displayName:"',
    '"displayName:é"',
    "owners($select=)",
    "latest",
    "eyJhZnRlciI6IngifQ",
    "eyJhZnRlciI6OTk5OTk5OTk5OTk5OTk5OTk5OTk5OX0",
    "é€",
    "\x00",
)
OPTIONS = ("select", "top", "filter", "count", "orderby", "search", "expand", "skiptoken", "deltatoken", "skip", "x")


ODD_PLACE = (("skipped", -1), ("after", "x"))
ODD_ROUND = (
    ("issued", "2026-01-05T08:00:00"),
    ("until", -1),
    ("since", "x"),
    ("read", -2),
    ("read", 10**30),
    ("select", "displayName"),
    ("select", ["colour"]),
    ("top", 0),
)


async def test_no_request_however_odd_is_an_error_of_the_server(graph: Asking, world: World) -> None:
    chance = random.Random(20260105)
    _settle(world)
    for _ in range(3000):
        method, path = chance.choice(METHODS), _path(world, chance)
        options = {name: chance.choice(TEXTS) for name in chance.sample(OPTIONS, chance.choice((0, 0, 0, 1, 2)))}
        headers = chance.choice(({}, {"ConsistencyLevel": "eventual"}, {"Prefer": "return=minimal"}))
        body = _body(world, chance) if method in {"PUT", "PATCH", "POST"} else None
        answer = await graph.send(method, path, body, headers=headers, options=options)
        assert answer.status < 500, (method, path, options, body)
        if len(world.graph.applications) < 3:
            _settle(world)


async def test_a_body_that_is_no_json_is_refused(graph: Asking, world: World) -> None:
    url = f"{graph.raw.url}/v1.0/applications"
    headers = {"Authorization": f"Bearer {graph.raw.token}", "Content-Type": "application/json"}
    for body in (b"{", b"\xff\xfe", b"[" * 100_000, b'{"displayName": NaN}', b""):
        async with graph.raw.session.post(url, data=body, headers=headers) as response:
            assert response.status == 400, body[:20]
    assert len(world.graph.applications) == 0


async def test_a_token_that_was_tampered_with_is_refused(graph: Asking, world: World) -> None:
    add_filler_applications(world, 3)
    for path, odd in (("/applications", ODD_PLACE), ("/applications/delta", ODD_ROUND)):
        link = (await graph.get(path, top="1")).body["@odata.nextLink"]
        before, _, token = link.partition("$skiptoken=")
        content = json.loads(base64.urlsafe_b64decode(token + "=="))
        for name, value in odd:
            tampered = base64.urlsafe_b64encode(json.dumps(content | {name: value}).encode()).decode()
            answer = await graph.get(f"{before}$skiptoken={tampered}")
            assert (answer.status, answer.message) == (400, "Badly formed token."), (path, name)


async def test_paths_that_lead_nowhere_are_refused_in_graphs_words(graph: Asking) -> None:
    for path, words in {
        "/servicePrincipals": "Resource not found for the segment 'servicePrincipals'.",
        "/applications/x/colour": "Resource not found for the segment 'colour'.",
        "": "Resource not found for the segment ''.",
    }.items():
        answer = await graph.get(path)
        assert (answer.status, answer.code, answer.message) == (400, "BadRequest", words)
    version = await graph.get(f"{graph.raw.url}/v2.0/applications")
    assert (version.status, version.message) == (400, "Invalid version.")
    method = await graph.send("PUT", "/applications")
    assert (method.status, method.headers["allow"]) == (405, "GET, POST")


def _settle(world: World) -> None:
    add_older_gateway(world, "old")
    add_newer_gateway(world, "new")
    add_server_application(world, "Shop", "shop.contoso.com")
    add_federated_application(world, "Deploy", "repo:contoso/shop")
    add_filler_applications(world, 3)


def _path(world: World, chance: random.Random) -> str:
    known = [application["id"] for _, application in world.graph.applications.listed()]
    root = chance.choice((*ROOTS, *(f"/applications/{chance.choice(known)}" for _ in range(8))))
    return root + (chance.choice(SUFFIXES) if chance.random() < 0.6 else "")


def _body(world: World, chance: random.Random) -> Any:
    """Give an application, a part of one, or something else, with something odd in it."""
    if chance.random() < 0.1:
        return chance.choice(ODD)
    application = chance.choice([application for _, application in world.graph.applications.listed()])
    names = chance.sample(sorted(APPLICATION.properties.keys() - READ_ONLY), 2)
    some = {"displayName": "x"} | {name: application[name] for name in names}
    some = chance.choice((some, some, some, *OTHER_BODIES))
    return _replace_one(some, chance) if chance.random() < 0.7 else some


def _replace_one(value: Any, chance: random.Random) -> Any:
    if isinstance(value, dict) and value and chance.random() < 0.85:
        key = chance.choice(list(value))
        return value | {key: _replace_one(value[key], chance)}
    if isinstance(value, list) and value and chance.random() < 0.85:
        position = chance.randrange(len(value))
        return [*value[:position], _replace_one(value[position], chance), *value[position + 1 :]]
    return chance.choice(ODD)
