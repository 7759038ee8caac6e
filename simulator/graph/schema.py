"""What an application has: its properties and their types, as recorded and as Graph's metadata tells them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from simulator.store import Json

GUID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Primitive:
    """A value of one Python type; None where nothing was given, unless there is a default."""

    of: type
    default: Any = None


@dataclass(frozen=True, slots=True)
class Collection:
    """A list, which is replaced whole and is empty where nothing was given."""

    of: Primitive | Complex


@dataclass(frozen=True, slots=True)
class Complex:
    """An object of known properties; where `nullable`, there is none until one is given."""

    name: str
    properties: Mapping[str, Primitive | Collection | Complex] = field(default_factory=dict)
    nullable: bool = False

    def blank(self) -> Json:
        """Give an object of this type of which nothing was told."""
        return {name: default(kind) for name, kind in self.properties.items()}


type Type = Primitive | Collection | Complex


def default(kind: Type) -> Any:
    """Give what is shown of a property that was never given."""
    if isinstance(kind, Primitive):
        return kind.default
    if isinstance(kind, Collection):
        return []
    return None if kind.nullable else kind.blank()


TEXT, FLAG, NUMBER = Primitive(str), Primitive(bool), Primitive(int)
NO = Primitive(bool, default=False)
TEXTS = Collection(TEXT)


def _texts(names: str) -> dict[str, Type]:
    return dict.fromkeys(names.split(), TEXT)


def _flags(names: str) -> dict[str, Type]:
    return dict.fromkeys(names.split(), FLAG)


_CLAIM = Complex("optionalClaim", {"additionalProperties": TEXTS, "essential": NO, "name": TEXT, "source": TEXT})
_SCOPE = Complex(
    "permissionScope",
    _texts("adminConsentDescription adminConsentDisplayName id")
    | {"isEnabled": NO}
    | _texts("origin type userConsentDescription userConsentDisplayName value"),
)
_ROLE = Complex(
    "appRole",
    {"allowedMemberTypes": TEXTS}
    | _texts("description displayName id")
    | {"isEnabled": NO, "origin": Primitive(str, default="Application"), "value": TEXT},
)
_KEY = Complex(
    "keyCredential", _texts("customKeyIdentifier displayName endDateTime key keyId startDateTime type usage")
)
_PASSWORD = Complex(
    "passwordCredential", _texts("customKeyIdentifier displayName endDateTime hint keyId secretText startDateTime")
)
_ACCESS = Complex(
    "requiredResourceAccess",
    {"resourceAppId": TEXT, "resourceAccess": Collection(Complex("resourceAccess", _texts("id type")))},
)
_WEB = Complex(
    "webApplication",
    _texts("homePageUrl logoutUrl")
    | {
        "redirectUris": TEXTS,
        "implicitGrantSettings": Complex(
            "implicitGrantSettings", {"enableAccessTokenIssuance": NO, "enableIdTokenIssuance": NO}
        ),
        "redirectUriSettings": Collection(Complex("redirectUriSettings", {"uri": TEXT, "index": NUMBER})),
    },
)
_API = Complex(
    "apiApplication",
    {
        "acceptMappedClaims": FLAG,
        "knownClientApplications": TEXTS,
        "requestedAccessTokenVersion": NUMBER,
        "oauth2PermissionScopes": Collection(_SCOPE),
        "preAuthorizedApplications": Collection(
            Complex("preAuthorizedApplication", {"appId": TEXT, "delegatedPermissionIds": TEXTS})
        ),
    },
)
_ADD_IN = Complex("addIn", _texts("id type") | {"properties": Collection(Complex("keyValue", _texts("key value")))})
_LOCK = Complex(
    "servicePrincipalLockConfiguration",
    _flags("isEnabled allProperties credentialsWithUsageVerify credentialsWithUsageSign tokenEncryptionKeyId"),
    nullable=True,
)

APPLICATION = Complex(
    "application",
    _texts("id deletedDateTime appId applicationTemplateId disabledByMicrosoftStatus createdDateTime displayName")
    | _texts("description groupMembershipClaims")
    | {"identifierUris": TEXTS}
    | _flags("isDeviceOnlyAuthSupported isFallbackPublicClient")
    | _texts("nativeAuthenticationApisEnabled notes publisherDomain serviceManagementReference")
    | {"signInAudience": TEXT, "tags": TEXTS}
    | _texts("tokenEncryptionKeyId uniqueName samlMetadataUrl defaultRedirectUri")
    | {
        "certification": Complex("certification", nullable=True),
        "optionalClaims": Complex(
            "optionalClaims",
            dict.fromkeys(("accessToken", "idToken", "saml2Token"), Collection(_CLAIM)),
            nullable=True,
        ),
        "servicePrincipalLockConfiguration": _LOCK,
        "requestSignatureVerification": Complex(
            "requestSignatureVerification",
            {"isSignedRequestRequired": FLAG, "allowedWeakAlgorithms": TEXT},
            nullable=True,
        ),
        "addIns": Collection(_ADD_IN),
        "api": _API,
        "appRoles": Collection(_ROLE),
        "info": Complex(
            "informationalUrl",
            _texts("logoUrl marketingUrl privacyStatementUrl supportUrl termsOfServiceUrl"),
        ),
        "keyCredentials": Collection(_KEY),
        "parentalControlSettings": Complex(
            "parentalControlSettings",
            {"countriesBlockedForMinors": TEXTS, "legalAgeGroupRule": Primitive(str, default="Allow")},
        ),
        "passwordCredentials": Collection(_PASSWORD),
        "publicClient": Complex("publicClientApplication", {"redirectUris": TEXTS}),
        "requiredResourceAccess": Collection(_ACCESS),
        "verifiedPublisher": Complex("verifiedPublisher", _texts("displayName verifiedPublisherId addedDateTime")),
        "web": _WEB,
        "spa": Complex("spaApplication", {"redirectUris": TEXTS}),
    },
)
READ_ONLY = frozenset(
    {
        "appId",
        "applicationTemplateId",
        "certification",
        "createdDateTime",
        "deletedDateTime",
        "disabledByMicrosoftStatus",
        "id",
        "publisherDomain",
        "verifiedPublisher",
    }
)
