"""How requests get to Microsoft Graph by its own SDK: once each, with the app's identity."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kiota_abstractions.request_option import RequestOption
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from kiota_http.middleware.options import RetryHandlerOption
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph_core.graph_client_factory import GraphClientFactory

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential
    from httpx import AsyncClient

_SCOPE = "https://graph.microsoft.com/.default"


def make_graph_adapter(
    endpoint: str, credential: AsyncTokenCredential, connections: AsyncClient
) -> GraphRequestAdapter:
    """Make what the SDK's client sends its requests by, to an endpoint without a version.

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
    return adapter
