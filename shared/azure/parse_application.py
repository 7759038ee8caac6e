"""Microsoft Graph's JSON of applications, read into the model."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from shared.model.application import Application, ResourceAccess
from shared.model.resource_id import APPLICATION, ResourceId

# Graph answers 150 requests a minute for these, which the pages of a large tenant are more than.
# https://learn.microsoft.com/graph/api/application-list#optional-query-parameters
_NOT_LISTED = "keyCredentials"
LISTED = (
    *("id", "appId", "displayName", "signInAudience", "web", "spa", "publicClient", "passwordCredentials"),
    *("requiredResourceAccess", "createdDateTime"),
)


class _Read(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, frozen=True)


class _Grant(_Read):
    enable_access_token_issuance: bool | None = None
    enable_id_token_issuance: bool | None = None


class _Platform(_Read):
    redirect_uris: tuple[str, ...] | None = None
    implicit_grant_settings: _Grant | None = None


class _Access(_Read):
    id: str


class _Resource(_Read):
    resource_app_id: str
    resource_access: tuple[_Access, ...] = ()


class _Application(_Read):
    id: str = Field(min_length=1)
    app_id: str | None = None
    display_name: str | None = None
    sign_in_audience: str | None = None
    web: _Platform | None = None
    spa: _Platform | None = None
    public_client: _Platform | None = None
    password_credentials: tuple[Any, ...] | None = None
    key_credentials: tuple[Any, ...] | None = None
    required_resource_access: tuple[_Resource, ...] | None = None
    created_date_time: datetime | None = None


def application_id(object_id: str) -> ResourceId:
    """Name an app registration by its object id. Raises ValueError for what is none."""
    return ResourceId(f"/providers/{APPLICATION}/{object_id}")


def parse_application(given: Mapping[str, Any]) -> Application:
    """Read an application. What Graph left out is named in `unread`: delta queries answer with parts.

    Raises ValueError when it has no object id, or anything in it is not of the kind that it should be.
    """
    read = _Application.model_validate(given)
    web, spa, public = (one or _Platform() for one in (read.web, read.spa, read.public_client))
    implicit = web.implicit_grant_settings or _Grant()
    return Application(
        id=application_id(read.id),
        app_id=read.app_id or "",
        display_name=read.display_name or "",
        sign_in_audience=read.sign_in_audience,
        web_redirect_uris=web.redirect_uris or (),
        spa_redirect_uris=spa.redirect_uris or (),
        public_client_redirect_uris=public.redirect_uris or (),
        access_token_issuance=bool(implicit.enable_access_token_issuance),
        id_token_issuance=bool(implicit.enable_id_token_issuance),
        password_credentials=len(read.password_credentials or ()),
        certificate_credentials=len(read.key_credentials or ()),
        required_resource_access=tuple(
            ResourceAccess(resource.resource_app_id, access.id)
            for resource in read.required_resource_access or ()
            for access in resource.resource_access
        ),
        created_at=read.created_date_time,
        unread=tuple(_left_out(read, web, spa, public)),
    )


def parse_listed(given: Mapping[str, Any]) -> Application:
    """Read one of many, without certificates; one that makes no sense counts as unread, and hides no other.

    Raises ValueError when it has no object id.
    """
    try:
        read = parse_application(given)
    except ValidationError as damage:
        return Application(application_id(str(given.get("id", ""))), "", "", unread=(str(damage),))
    return replace(read, unread=tuple(name for name in read.unread if name != _NOT_LISTED))


def parse_owners(owners: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name owners as people know them: by sign-in name, else by display name, else by object id."""
    return tuple(str(one.get("userPrincipalName") or one.get("displayName") or one.get("id")) for one in owners)


def _left_out(read: _Application, web: _Platform, spa: _Platform, public: _Platform) -> Iterable[str]:
    given = {
        "appId": read.app_id,
        "displayName": read.display_name,
        "web": web.redirect_uris,
        "spa": spa.redirect_uris,
        "publicClient": public.redirect_uris,
        "passwordCredentials": read.password_credentials,
        "keyCredentials": read.key_credentials,
        "requiredResourceAccess": read.required_resource_access,
    }
    return (name for name, value in given.items() if value is None)
