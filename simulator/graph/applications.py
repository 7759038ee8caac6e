"""Makes applications, and changes them, by the rules of the directory."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from simulator.graph.errors import bad_request, invalid_value, value_required
from simulator.graph.key_credentials import complete_keys, kept_passwords
from simulator.graph.redirect_uris import PERSONAL, check_redirect_uris, follow_with_settings
from simulator.graph.schema import APPLICATION
from simulator.graph.values import merge_application
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.graph.state import Graph

AUDIENCES = frozenset({"AzureADMyOrg", "AzureADMultipleOrgs"}) | PERSONAL
BY_DEFAULT = "AzureADandPersonalMicrosoftAccount"
LONGEST_NAME = 256
BLANK = APPLICATION.blank()


def blank_application(graph: Graph) -> Json:
    """Give an application with ids, of which nothing was told yet."""
    return BLANK | {
        "id": str(uuid4()),
        "appId": str(uuid4()),
        "createdDateTime": f"{graph.clock.now():%Y-%m-%dT%H:%M:%SZ}",
        "publisherDomain": graph.publisher_domain,
    }


def new_application(graph: Graph, given: Json) -> Json:
    """Make an application that is not stored yet; raises GraphError 400."""
    application = merge_application(blank_application(graph), given)
    if application["displayName"] is None:
        raise value_required("displayName")
    if "signInAudience" not in given:
        application["signInAudience"] = BY_DEFAULT
    if application["signInAudience"] in PERSONAL and "requestedAccessTokenVersion" not in (given.get("api") or {}):
        application["api"] = application["api"] | {"requestedAccessTokenVersion": 2}
    return _checked(graph, application, given, BLANK)


def changed_application(graph: Graph, before: Json, given: Json) -> Json:
    """Give an application as a PATCH leaves it; raises GraphError 400."""
    return _checked(graph, merge_application(before, given), given, before)


def _checked(graph: Graph, application: Json, given: Json, before: Json) -> Json:
    _check_name_and_audience(application)
    application["web"] = follow_with_settings(application["web"], given)
    for name, complete in (("keyCredentials", complete_keys), ("passwordCredentials", kept_passwords)):
        if name in given:
            application[name] = complete(application[name], before[name])
    check_redirect_uris(application)
    _check_identifier_uris(graph, application)
    return application


def _check_name_and_audience(application: Json) -> None:
    name = application["displayName"]
    if not name or len(name) > LONGEST_NAME:
        raise invalid_value("displayName")
    if application["signInAudience"] not in AUDIENCES:
        raise invalid_value("signInAudience")
    version = application["api"]["requestedAccessTokenVersion"]
    if version not in {None, 1, 2} or (version != 2 and application["signInAudience"] in PERSONAL):
        raise bad_request("Property api.requestedAccessTokenVersion is invalid.")


def _check_identifier_uris(graph: Graph, application: Json) -> None:
    for uri in application["identifierUris"]:
        if graph.applications.has_identifier_uri(uri, besides=application["id"]):
            raise bad_request("Another object with the same value for property identifierUris already exists.")
