"""The real SDK works against the local Graph: it reads, pages, tracks, writes, and reads refusals."""

from __future__ import annotations

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.applications.applications_request_builder import ApplicationsRequestBuilder
from msgraph.generated.applications.delta.delta_request_builder import DeltaRequestBuilder
from msgraph.generated.models.application import Application
from msgraph.generated.models.federated_identity_credential import FederatedIdentityCredential
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.service_principal import ServicePrincipal
from msgraph.generated.models.spa_application import SpaApplication
from msgraph.generated.models.web_application import WebApplication
from msgraph.graph_service_client import GraphServiceClient
from msgraph_core.tasks.page_iterator import PageIterator  # not marked

from simulator.build import (
    add_application,
    add_filler_applications,
    add_older_gateway,
    change_application,
    delete_application,
)
from simulator.world import World
from tests.simulator.graph.asking import SPA, WEB

type ListQuery = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters
type DeltaQuery = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters


def listing(**options: object) -> RequestConfiguration[ListQuery]:
    query = ApplicationsRequestBuilder.ApplicationsRequestBuilderGetQueryParameters(**options)  # type: ignore[arg-type] # by name
    return RequestConfiguration(query_parameters=query)


async def test_every_application_is_met_once_page_by_page(sdk: GraphServiceClient, world: World) -> None:
    made = set(add_filler_applications(world, 250))
    first = await sdk.applications.get(listing(select=["id", "displayName", "web", "spa"], top=100))
    assert first is not None
    met: list[str] = []

    def meet(application: Application) -> bool:
        assert application.id is not None
        met.append(application.id)
        return True

    await PageIterator(first, sdk.request_adapter).iterate(meet)
    assert len(met) == 250
    assert set(met) == made
    assert [request.status for request in world.requests.reads("/v1.0/applications")] == [200, 200, 200]


async def test_redirect_uris_move_from_one_platform_to_the_other_in_one_patch(
    sdk: GraphServiceClient, world: World
) -> None:
    application_id = add_older_gateway(world, "gateway")
    moved = Application(web=WebApplication(redirect_uris=[]), spa=SpaApplication(redirect_uris=list(SPA)))
    await sdk.applications.by_application_id(application_id).patch(moved)
    read = await sdk.applications.by_application_id(application_id).get()
    assert read is not None
    assert read.web is not None
    assert read.spa is not None
    assert (read.web.redirect_uris, read.spa.redirect_uris) == ([], SPA)
    assert read.web.implicit_grant_settings is not None
    assert read.web.implicit_grant_settings.enable_id_token_issuance is True


async def test_an_application_is_made_found_by_its_client_id_and_deleted(
    sdk: GraphServiceClient, world: World
) -> None:
    asked = Application(display_name="Portal", web=WebApplication(redirect_uris=["https://portal.contoso.com"]))
    made = await sdk.applications.post(asked)
    assert made is not None
    assert made.app_id is not None
    found = await sdk.applications_with_app_id(made.app_id).get()
    assert found is not None
    assert (found.id, found.display_name) == (made.id, "Portal")
    assert found.created_date_time == world.clock.now()
    assert made.id is not None
    await sdk.applications.by_application_id(made.id).delete()
    assert world.graph.applications.get(made.id) is None


async def test_advanced_queries_are_asked_with_their_header(sdk: GraphServiceClient, world: World) -> None:
    gateway = add_older_gateway(world, "gateway", web=WEB)
    add_filler_applications(world, 20)
    asked = listing(filter="web/redirectUris/any(p:startswith(p,'http://localhost:6516'))", count=True, top=5)
    asked.headers.add("ConsistencyLevel", "eventual")
    found = await sdk.applications.get(asked)
    assert found is not None
    assert [application.id for application in found.value or []] == [gateway]
    assert found.odata_count == 1


async def test_the_applications_are_counted(sdk: GraphServiceClient, world: World) -> None:
    add_filler_applications(world, 20)
    asked: RequestConfiguration[None] = RequestConfiguration()
    asked.headers.add("ConsistencyLevel", "eventual")
    assert await sdk.applications.count.get(asked) == 20  # type: ignore[arg-type] # no options


async def test_rounds_of_changes_are_followed_by_their_links(sdk: GraphServiceClient, world: World) -> None:
    kept, dropped, *_ = add_filler_applications(world, 150)
    query = DeltaRequestBuilder.DeltaRequestBuilderGetQueryParameters(select=["displayName", "web", "spa"])
    page = await sdk.applications.delta.get(RequestConfiguration(query_parameters=query))
    met = 0
    while page and page.odata_next_link:
        met += len(page.value or [])
        page = await sdk.applications.delta.with_url(page.odata_next_link).get()
    assert page is not None
    assert page.odata_delta_link is not None
    assert met + len(page.value or []) == 150

    change_application(world, kept, {"spa": {"redirectUris": SPA}})
    delete_application(world, dropped)
    later = await sdk.applications.delta.with_url(page.odata_delta_link).get()
    assert later is not None
    changed, removed = later.value or []
    assert (changed.id, removed.id) == (kept, dropped)
    assert changed.spa is not None
    assert (changed.spa.redirect_uris, changed.display_name) == (SPA, None)
    assert removed.additional_data["@removed"] == {"reason": "changed"}


async def test_the_owners_are_told_as_what_they_are(sdk: GraphServiceClient, world: World) -> None:
    application_id = add_older_gateway(world, "gateway", owned=False)
    identity = world.identities.system_assigned
    world.graph.grant(identity, "Application.ReadWrite.All")
    one = sdk.applications.by_application_id(application_id)
    reference = ReferenceCreate(odata_id=f"https://graph.microsoft.com/v1.0/directoryObjects/{identity.object_id}")
    await one.owners.ref.post(reference)
    owners = await one.owners.get()
    assert owners is not None
    assert owners.value is not None
    [owner] = owners.value
    assert isinstance(owner, ServicePrincipal)
    assert (owner.id, owner.app_id) == (identity.object_id, identity.client_id)
    await one.owners.by_directory_object_id(identity.object_id).ref.delete()
    assert world.graph.applications.owners[application_id] == []


async def test_federated_credentials_are_made_and_listed(sdk: GraphServiceClient, world: World) -> None:
    one = sdk.applications.by_application_id(add_older_gateway(world, "gateway"))
    asked = FederatedIdentityCredential(
        name="workflow",
        issuer="https://token.actions.githubusercontent.com",
        subject="repo:contoso/shop:ref:refs/heads/main",
        audiences=["api://AzureADTokenExchange"],
    )
    made = await one.federated_identity_credentials.post(asked)
    listed = await one.federated_identity_credentials.get()
    assert made is not None
    assert listed is not None
    assert [credential.id for credential in listed.value or []] == [made.id]


async def test_a_refusal_has_its_code_and_the_ids_to_report_it_by(sdk: GraphServiceClient, world: World) -> None:
    application_id = add_application(world, "Not ours")
    with pytest.raises(ODataError) as refused:
        await sdk.applications.by_application_id(application_id).patch(Application(display_name="Ours"))
    assert refused.value.response_status_code == 403
    assert refused.value.error is not None
    assert refused.value.error.code == "Authorization_RequestDenied"
    assert refused.value.error.inner_error is not None
    assert refused.value.error.inner_error.request_id
    assert world.graph.find(application_id)["displayName"] == "Not ours"


async def test_what_is_not_there_is_an_error_too(sdk: GraphServiceClient) -> None:
    with pytest.raises(ODataError) as refused:
        await sdk.applications.by_application_id("cc46cd6e-d9e9-46eb-87a0-fdb69c74358e").get()
    assert refused.value.response_status_code == 404
    assert refused.value.error is not None
    assert refused.value.error.code == "Request_ResourceNotFound"
