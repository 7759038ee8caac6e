"""Certificates and passwords among an application's properties: what is shown of them, what a client may give."""

from __future__ import annotations

import base64
import binascii
import hashlib

from simulator.graph.errors import bad_request, invalid_value
from simulator.store import Json


def complete_keys(given: list[Json], before: list[Json]) -> list[Json]:
    """Give `keyCredentials` with their thumbprints; raises GraphError 400.

    A key that was there before may be sent back without its value, which is not shown.
    """
    known = {one["keyId"]: one for one in before}
    return [known[one["keyId"]] if _is_sent_back(one, known) else _with_thumbprint(one) for one in given]


def kept_passwords(given: list[Json], before: list[Json]) -> list[Json]:
    """Give the `passwordCredentials` that are left; raises GraphError 400 for one that was not there before."""
    known = {one["keyId"]: one for one in before}
    if any(one["keyId"] not in known for one in given):
        raise bad_request("New password credentials must be generated with service actions.")
    return [known[one["keyId"]] for one in given]


def _is_sent_back(credential: Json, known: dict[str, Json]) -> bool:
    return credential["key"] is None and credential["keyId"] in known


def _with_thumbprint(credential: Json) -> Json:
    try:
        content = base64.b64decode(credential["key"] or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid_value("keyCredentials") from error
    if not content or not credential["keyId"]:
        raise invalid_value("keyCredentials")
    thumbprint = hashlib.sha1(content, usedforsecurity=False).hexdigest().upper()
    return credential | {"customKeyIdentifier": thumbprint}


def without_key_values(application: Json) -> Json:
    """Give an application as it is shown unless its keys are asked for by name."""
    if not application["keyCredentials"]:
        return application
    return application | {"keyCredentials": [one | {"key": None} for one in application["keyCredentials"]]}
