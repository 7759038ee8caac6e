"""The write of app registrations: one PATCH, built fresh."""

from __future__ import annotations

from typing import Any

from shared.azure.clients import AzureClients, Purpose
from shared.azure.graph_reading import GraphRequests
from shared.model.plan import PatchApplication


async def patch_application(clients: AzureClients, action: PatchApplication) -> str | None:
    """Write an application's redirect URIs, both arrays at once, and give Graph's request-id.

    A URI is never on two platforms in between, which Graph would refuse. Raises Absent, PassingFailure, Refusal.
    """
    from msgraph.generated.models.application import Application  # noqa: PLC0415 - a second to import
    from msgraph.generated.models.spa_application import SpaApplication  # noqa: PLC0415 - a second to import
    from msgraph.generated.models.web_application import WebApplication  # noqa: PLC0415 - a second to import

    desired = action.desired
    body = Application(
        web=WebApplication(redirect_uris=list(desired.web_redirect_uris), **_implicit_grant(action)),
        spa=SpaApplication(redirect_uris=list(desired.spa_redirect_uris)),
    )
    requests, graph = GraphRequests(clients, lambda _: None), await clients.graph(Purpose.REDIRECTS)
    await requests.send(graph.applications.by_application_id(action.id.name).patch, body)
    return requests.request_id


def _implicit_grant(action: PatchApplication) -> dict[str, Any]:
    """Give the flags that change, if any do: the SDK would write a field that is set to None under a wrong name."""
    from msgraph.generated.models.implicit_grant_settings import ImplicitGrantSettings  # noqa: PLC0415 - as above

    flags = {
        "enable_access_token_issuance": action.desired.access_token_issuance,
        "enable_id_token_issuance": action.desired.id_token_issuance,
    }
    written: dict[str, Any] = {name: flag for name, flag in flags.items() if flag is not None}
    return {"implicit_grant_settings": ImplicitGrantSettings(**written)} if written else {}
