"""`/metadata/endpoints`: what this cloud is, for `az cloud register --endpoint-resource-manager`."""

from __future__ import annotations

from aiohttp import web

from simulator.store import Json
from simulator.world import World


def add_metadata_routes(application: web.Application, world: World, graph_url: str) -> None:
    """Serve the cloud's metadata: one object since api-version 2022-09-01, a list of clouds before."""

    async def endpoints(request: web.Request) -> web.Response:
        version = request.query.get("api-version")
        if version is None:
            error = {"code": "MissingApiVersionParameter", "message": "The api-version query parameter is required."}
            return web.json_response({"error": error}, status=400)
        cloud = describe_cloud(str(request.url.origin()), graph_url, world.tenant_id)
        return web.json_response(cloud if version >= "2022-09-01" else [cloud])

    application.router.add_get("/metadata/endpoints", endpoints)


def describe_cloud(base_url: str, graph_url: str, tenant_id: str) -> Json:
    """Give the metadata of a cloud whose ARM and sign-in are both at `base_url`; audiences are the public cloud's.

    The Azure CLI takes Graph's address, and the audience of its tokens, from `microsoftGraphResourceId` alone:
    https://github.com/Azure/azure-cli/blob/dev/src/azure-cli-core/azure/cli/core/cloud.py
    """
    return {
        "name": "LocalAzure",
        "portal": "https://portal.azure.com",
        "authentication": {
            "loginEndpoint": base_url,
            "audiences": ["https://management.core.windows.net/", "https://management.azure.com/"],
            "tenant": tenant_id,
            "identityProvider": "AAD",
        },
        "graph": f"{graph_url}/",
        "graphAudience": "https://graph.microsoft.com/",
        "microsoftGraphResourceId": f"{graph_url}/",
        "resourceManager": base_url,
        "media": "https://rest.media.azure.net",
        "batch": "https://batch.core.windows.net/",
        "gallery": f"{base_url}/",
        "sqlManagement": "https://management.core.windows.net:8443/",
        "vmImageAliasDoc": f"{base_url}/vm-image-aliases.json",
        "activeDirectoryDataLake": "https://datalake.azure.net/",
        "logAnalyticsResourceId": "https://api.loganalytics.io",
        "appInsightsResourceId": "https://api.applicationinsights.io",
        "suffixes": {
            "acrLoginServer": "azurecr.io",
            "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.net",
            "azureDataLakeStoreFileSystem": "azuredatalakestore.net",
            "keyVaultDns": "vault.azure.net",
            "mhsmDns": "managedhsm.azure.net",
            "mysqlServerEndpoint": "mysql.database.azure.com",
            "postgresqlServerEndpoint": "postgres.database.azure.com",
            "mariadbServerEndpoint": "mariadb.database.azure.com",
            "sqlServerHostname": "database.windows.net",
            "storage": "core.windows.net",
            "storageSyncEndpointSuffix": "afs.azure.net",
            "synapseAnalytics": "dev.azuresynapse.net",
            "attestationEndpoint": "attest.azure.net",
        },
    }
