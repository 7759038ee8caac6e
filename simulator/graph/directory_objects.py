"""Who can own applications: people, and the service principals of applications and managed identities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.graph.errors import resource_not_found
from simulator.identity import Identity
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.world import World

_UNKNOWN_OF_USERS = "givenName jobTitle mail mobilePhone officeLocation preferredLanguage surname"
_UNKNOWN_OF_SERVICE_PRINCIPALS = (
    "deletedDateTime appDescription applicationTemplateId createdDateTime description disabledByMicrosoftStatus "
    "homepage loginUrl logoutUrl notes preferredSingleSignOnMode preferredTokenSigningKeyThumbprint signInAudience "
    "tokenEncryptionKeyId samlSingleSignOnSettings"
)
_EMPTY_OF_SERVICE_PRINCIPALS = (
    "addIns appRoles keyCredentials notificationEmailAddresses oauth2PermissionScopes passwordCredentials replyUrls "
    "resourceSpecificApplicationPermissions tags"
)


class DirectoryObjects:
    """By object id. Every identity that has tokens is there; others are added."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._known: dict[str, Identity] = {}

    def add(self, identity: Identity) -> str:
        """Make somebody known; give the object id."""
        self._known[identity.object_id.lower()] = identity
        return identity.object_id

    def find(self, object_id: str) -> Json:
        """Give an object as lists of owners show it; raises GraphError 404."""
        identity = self._known.get(object_id.lower()) or self._world.identities.with_object_id(object_id)
        if identity is None:
            raise resource_not_found(object_id)
        return _user(identity) if identity.upn else self._service_principal(identity)

    def _service_principal(self, identity: Identity) -> Json:
        managed = bool(identity.resource_id)
        name = identity.name or identity.resource_id.rpartition("/")[2] or identity.client_id
        return {
            "@odata.type": "#microsoft.graph.servicePrincipal",
            "id": identity.object_id,
            "accountEnabled": True,
            "alternativeNames": ["isExplicit=False", identity.resource_id] if managed else [],
            "appDisplayName": None if managed else name,
            "appId": identity.client_id,
            "appOwnerOrganizationId": None if managed else self._world.tenant_id,
            "appRoleAssignmentRequired": False,
            "displayName": name,
            "servicePrincipalNames": [identity.client_id],
            "servicePrincipalType": "ManagedIdentity" if managed else "Application",
            **dict.fromkeys(_UNKNOWN_OF_SERVICE_PRINCIPALS.split()),
            **{name: [] for name in _EMPTY_OF_SERVICE_PRINCIPALS.split()},
        }


def _user(identity: Identity) -> Json:
    return {
        "@odata.type": "#microsoft.graph.user",
        "id": identity.object_id,
        "businessPhones": [],
        "displayName": identity.name,
        "userPrincipalName": identity.upn,
        **dict.fromkeys(_UNKNOWN_OF_USERS.split()),
    }
