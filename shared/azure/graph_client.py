"""Microsoft Graph by its own SDK, with all of it that is used: loading that takes a second."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kiota_abstractions.request_option import RequestOption
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core.graph_client_factory import GraphClientFactory

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from httpx import AsyncClient

# The SDK imports each of these when it is first used, in the middle of whatever else goes on.
_ITEM = "msgraph.generated.applications.item"
for _module in (
    "msgraph.generated.applications.delta.delta_request_builder",
    f"{_ITEM}.application_item_request_builder",
    f"{_ITEM}.federated_identity_credentials.federated_identity_credentials_request_builder",
    f"{_ITEM}.owners.owners_request_builder",
    "msgraph.generated.models.application",
    "msgraph.generated.models.implicit_grant_settings",
    "msgraph.generated.models.o_data_errors.o_data_error",
    "msgraph.generated.models.spa_application",
    "msgraph.generated.models.web_application",
):
    importlib.import_module(_module)

_SCOPE = "https://graph.microsoft.com/.default"


def make_graph_client(
    endpoint: str, credential: AsyncTokenCredential, connections: AsyncClient
) -> GraphServiceClient:
    """Make the client, to an endpoint without a version.

    Its own retries are off: they would sleep in a handler for as long as Graph asks, and send writes again.
    """
    authentication = AzureIdentityAuthenticationProvider(
        credential, scopes=[_SCOPE], allowed_hosts=[urlsplit(endpoint).hostname or ""]
    )
    once: dict[str, RequestOption] = {RetryHandlerOption.get_key(): RetryHandlerOption(should_retry=False)}
    adapter = GraphRequestAdapter(
        authentication, GraphClientFactory.create_with_default_middleware(client=connections, options=once)
    )
    adapter.base_url = f"{endpoint.rstrip('/')}/v1.0"
    return GraphServiceClient(request_adapter=adapter)
