"""What Graph's JSON of applications says, what it leaves out, and what makes no sense."""

from typing import Any

import pytest

from shared.azure.parse_application import application_id, parse_application, parse_listed, parse_owners
from shared.model.application import Application, ResourceAccess

ID = "0a1b2c3d-1111-4222-8333-444455556666"
WHOLE: dict[str, Any] = {
    "id": ID,
    "appId": "99998888-7777-4666-8555-444433332222",
    "displayName": "WAC",
    "signInAudience": "AzureADMyOrg",
    "createdDateTime": "2024-05-01T09:30:00Z",
    "web": {
        "redirectUris": ["https://wac.contoso.com"],
        "implicitGrantSettings": {"enableAccessTokenIssuance": True, "enableIdTokenIssuance": False},
        "redirectUriSettings": [{"uri": "https://wac.contoso.com", "index": None}],
    },
    "spa": {"redirectUris": ["https://wac.contoso.com:6600"]},
    "publicClient": {"redirectUris": []},
    "passwordCredentials": [{"keyId": "1"}],
    "keyCredentials": [{"keyId": "2"}, {"keyId": "3"}],
    "requiredResourceAccess": [
        {"resourceAppId": "graph", "resourceAccess": [{"id": "a", "type": "Scope"}, {"id": "b", "type": "Role"}]}
    ],
}


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in WHOLE.items() if name not in names}


def test_an_application_is_read_whole() -> None:
    read = parse_application(WHOLE)
    assert (read.id, read.app_id, read.display_name) == (application_id(ID), WHOLE["appId"], "WAC")
    assert (read.web_redirect_uris, read.spa_redirect_uris) == (
        ("https://wac.contoso.com",),
        ("https://wac.contoso.com:6600",),
    )
    assert (read.access_token_issuance, read.id_token_issuance) == (True, False)
    assert (read.password_credentials, read.certificate_credentials, read.federated_credentials) == (1, 2, None)
    assert read.required_resource_access == (ResourceAccess("graph", "a"), ResourceAccess("graph", "b"))
    assert (read.owners, read.unread) == (None, ())


@pytest.mark.parametrize(
    "name",
    ["appId", "displayName", "web", "spa", "publicClient", "passwordCredentials", "keyCredentials"],
)
def test_what_graph_leaves_out_is_named(name: str) -> None:
    assert parse_application(without(name)).unread == (name,)
    assert parse_application({**WHOLE, name: None}).unread == (name,)


def test_a_platform_without_its_redirect_uris_is_left_out_too() -> None:
    assert parse_application({**WHOLE, "web": {"homePageUrl": None}}).unread == ("web",)


def test_a_list_need_not_tell_of_certificates() -> None:
    assert parse_listed(without("keyCredentials")).unread == ()
    assert parse_listed(without("keyCredentials", "spa")).unread == ("spa",)


@pytest.mark.parametrize("broken", [{"web": {"redirectUris": "https://x"}}, {"displayName": 7}, {"spa": []}])
def test_one_of_a_list_that_makes_no_sense_is_unread_and_by_itself_an_error(broken: dict[str, Any]) -> None:
    found = parse_listed({**WHOLE, **broken})
    assert isinstance(found, Application)
    assert (found.id, len(found.unread)) == (application_id(ID), 1)
    with pytest.raises(ValueError, match=next(iter(broken))):
        parse_application({**WHOLE, **broken})


@pytest.mark.parametrize("parse", [parse_application, parse_listed])
def test_one_without_an_id_is_none(parse: Any) -> None:
    with pytest.raises(ValueError, match="id"):
        parse(without("id"))


def test_owners_are_named_as_people_know_them() -> None:
    owners = [
        {"id": "1", "displayName": "Anne", "userPrincipalName": "anne@contoso.com"},
        {"id": "2", "displayName": "pipeline"},
        {"id": "3"},
    ]
    assert parse_owners(owners) == ("anne@contoso.com", "pipeline", "3")
