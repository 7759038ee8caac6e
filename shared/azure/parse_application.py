"""SDK objects of Microsoft Graph's applications, read into the model."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from shared.model.application import Application, ResourceAccess
from shared.model.resource_id import APPLICATION, ResourceId

if TYPE_CHECKING:
    from msgraph.generated.models.application import Application as GraphApplication
    from msgraph.generated.models.directory_object import DirectoryObject
    from msgraph.generated.models.required_resource_access import RequiredResourceAccess


def application_id(object_id: str) -> ResourceId:
    """Name an app registration by its object id. Raises ValueError for what is none."""
    return ResourceId(f"/providers/{APPLICATION}/{object_id}")


def parse_application(application: GraphApplication) -> Application:
    """Read an application. What Graph left out is named in `unread`: delta queries answer with parts.

    Raises ValueError when it has no object id.
    """
    if not application.id:
        raise ValueError("Graph's answer for an application has no id")
    web, spa, public = application.web, application.spa, application.public_client
    implicit = web.implicit_grant_settings if web else None
    return Application(
        id=application_id(application.id),
        app_id=application.app_id or "",
        display_name=application.display_name or "",
        sign_in_audience=application.sign_in_audience,
        web_redirect_uris=tuple((web.redirect_uris if web else None) or ()),
        spa_redirect_uris=tuple((spa.redirect_uris if spa else None) or ()),
        public_client_redirect_uris=tuple((public.redirect_uris if public else None) or ()),
        access_token_issuance=bool(implicit and implicit.enable_access_token_issuance),
        id_token_issuance=bool(implicit and implicit.enable_id_token_issuance),
        password_credentials=len(application.password_credentials or ()),
        certificate_credentials=len(application.key_credentials or ()),
        required_resource_access=tuple(_accesses(application.required_resource_access)),
        created_at=application.created_date_time,
        unread=tuple(_left_out(application)),
    )


def parse_owners(owners: Iterable[DirectoryObject] | None) -> tuple[str, ...]:
    """Name owners as people know them: by sign-in name, else by display name, else by object id."""
    return tuple(
        str(getattr(one, "user_principal_name", None) or getattr(one, "display_name", None) or one.id)
        for one in owners or ()
    )


def _accesses(resources: Iterable[RequiredResourceAccess] | None) -> Iterable[ResourceAccess]:
    for resource in resources or ():
        for access in resource.resource_access or ():
            if resource.resource_app_id and access.id:
                yield ResourceAccess(resource.resource_app_id, str(access.id))


def _left_out(application: GraphApplication) -> Iterable[str]:
    web, spa, public = application.web, application.spa, application.public_client
    given = {
        "appId": application.app_id,
        "displayName": application.display_name,
        "web": web and web.redirect_uris,
        "spa": spa and spa.redirect_uris,
        "publicClient": public and public.redirect_uris,
        "passwordCredentials": application.password_credentials,
        "keyCredentials": application.key_credentials,
        "requiredResourceAccess": application.required_resource_access,
    }
    return (name for name, value in given.items() if value is None)
