from __future__ import annotations

import time

import jwt
import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity.aio import ManagedIdentityCredential

from simulator.server import ArmServer
from simulator.tls import Certificates
from simulator.world import World
from tests.simulator.raw_client import RawClient

TOKEN = "/msi/token"
STORAGE = "https://storage.azure.com/"


def claims_of(token: str) -> dict[str, object]:
    return dict(jwt.decode(token, options={"verify_signature": False}))


async def test_the_real_credential_gets_a_token_for_the_audience_it_asks(
    credential: ManagedIdentityCredential, world: World
) -> None:
    token = await credential.get_token(f"{STORAGE}.default")
    claims = claims_of(token.token)
    identity = world.identities.system_assigned
    assert claims["aud"] in {STORAGE, STORAGE.rstrip("/")}
    assert claims["iss"] == f"https://sts.windows.net/{world.tenant_id}/"
    assert (claims["tid"], claims["oid"], claims["appid"]) == (
        world.tenant_id,
        identity.object_id,
        identity.client_id,
    )
    assert str(claims["xms_mirid"]).startswith("/subscriptions/")
    assert claims["exp"] == token.expires_on


async def test_a_token_holds_from_long_before_to_long_after_any_simulated_time(
    credential: ManagedIdentityCredential,
) -> None:
    claims = claims_of((await credential.get_token(f"{STORAGE}.default")).token)
    year = 365 * 24 * 3600
    assert int(str(claims["nbf"])) < time.time() - year
    assert int(str(claims["exp"])) > time.time() + year


async def test_a_user_assigned_identity_has_its_own_token(
    identity_environment: None, certificates: Certificates, world: World
) -> None:
    world.identities.add("11111111-2222-3333-4444-555555555555")
    async with ManagedIdentityCredential(
        client_id="11111111-2222-3333-4444-555555555555", connection_verify=str(certificates.ca_file)
    ) as credential:
        token = await credential.get_token("https://management.azure.com/.default")
    assert claims_of(token.token)["appid"] == "11111111-2222-3333-4444-555555555555"


async def test_an_unknown_client_id_gets_no_token(identity_environment: None, certificates: Certificates) -> None:
    async with ManagedIdentityCredential(
        client_id="99999999-2222-3333-4444-555555555555", connection_verify=str(certificates.ca_file)
    ) as credential:
        with pytest.raises(ClientAuthenticationError):
            await credential.get_token("https://management.azure.com/.default")


@pytest.mark.parametrize(
    ("query", "header", "status"),
    [
        ({"api-version": "2019-08-01", "resource": STORAGE}, None, 401),
        ({"api-version": "2019-08-01", "resource": STORAGE}, "wrong", 401),
        ({"resource": STORAGE}, "right", 400),
        ({"api-version": "2018-02-01", "resource": STORAGE}, "right", 400),
        ({"api-version": "2019-08-01"}, "right", 400),
    ],
)
async def test_a_token_request_that_is_not_right_is_refused(
    raw: RawClient, world: World, query: dict[str, str], header: str | None, status: int
) -> None:
    value = world.identity_header if header == "right" else header
    headers = {"X-IDENTITY-HEADER": value} if value else {}
    answer = await raw.send("GET", TOKEN, query=query, headers=headers)
    assert answer.status == status
    assert answer.body["statusCode"] == status


async def test_token_requests_do_not_count_as_requests_to_arm(
    credential: ManagedIdentityCredential, world: World, server: ArmServer
) -> None:
    await credential.get_token("https://management.azure.com/.default")
    assert len(world.requests) == 0
    assert world.requests.token_requests == 1


async def test_arm_refuses_a_request_without_a_token(raw: RawClient) -> None:
    answer = await raw.send("GET", "/subscriptions", headers={})
    assert (answer.status, answer.code) == (401, "AuthenticationFailed")
    assert answer.headers["www-authenticate"].startswith(
        'Bearer authorization_uri="https://login.microsoftonline.com/'
    )
    assert answer.headers["x-ms-failure-cause"] == "gateway"


async def test_arm_refuses_a_token_it_did_not_issue(raw: RawClient) -> None:
    forged = jwt.encode({"aud": "https://management.azure.com/"}, "a key of somebody else's, long enough", "HS256")
    answer = await raw.send("GET", "/subscriptions", headers={"Authorization": f"Bearer {forged}"})
    assert (answer.status, answer.code) == (401, "InvalidAuthenticationToken")


async def test_arm_refuses_a_token_for_another_audience(raw: RawClient, world: World) -> None:
    token = world.identities.issue(STORAGE, world.identities.system_assigned)
    answer = await raw.send("GET", "/subscriptions", headers={"Authorization": f"Bearer {token}"})
    assert (answer.status, answer.code) == (401, "InvalidAuthenticationTokenAudience")
    assert STORAGE in answer.message


async def test_a_request_is_known_for_its_hosts_by_the_token_that_the_host_got(
    raw: RawClient, server: ArmServer, world: World
) -> None:
    headers = {"X-IDENTITY-HEADER": world.identity_header, "User-Agent": "azsdk local-host/3"}
    query = {"api-version": "2019-08-01", "resource": "https://graph.microsoft.com"}
    async with raw.session.get(f"{server.url}{TOKEN}", params=query, headers=headers) as answer:
        token = (await answer.json())["access_token"]
    said = {"Authorization": f"Bearer {token}", "User-Agent": "of another kind"}
    async with raw.session.get(f"{server.graph_url}/v1.0/applications", headers=said) as answer:
        assert answer.status == 200
    assert [request.host for request in world.requests] == [3]
