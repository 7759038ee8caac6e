"""Microsoft Graph lists app registrations, and refuses, as the app takes it to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.raw_client import RawAnswer
from tests.verify.service import Azure

pytestmark = pytest.mark.azure

APPLICATIONS = "/v1.0/applications"
SELECTED = "id,appId,displayName,web,spa,publicClient"
OF_GRAPH = {"error"}
ABSENT = "6b085460-5f21-477e-ba44-1035046e9101"


async def read(azure: Azure, path: str, **options: str) -> RawAnswer:
    """Ask Graph; skips where whoever is signed in may not read app registrations."""
    answer = await azure.graph.get(path, **{f"${name}": value for name, value in options.items()})
    if answer.status == 403:
        pytest.skip("who is signed in may not read app registrations (Application.Read.All)")
    return answer


def uris(platform: Any) -> Any:
    return platform["redirectUris"]


async def test_a_list_has_what_was_selected_and_the_uris_of_each_platform(azure_or_local: Azure) -> None:
    answer = await read(azure_or_local, APPLICATIONS, select=SELECTED, top="5")
    assert answer.status == 200
    assert answer.body.keys() - {"@odata.nextLink"} == {"@odata.context", "value"}
    for one in answer.body["value"]:
        assert one.keys() == set(SELECTED.split(","))
        assert all(isinstance(uris(one[platform]), list) for platform in ("web", "spa", "publicClient"))
        assert one["web"].keys() >= {"redirectUris", "implicitGrantSettings"}


async def test_pages_are_followed_by_their_links(azure_or_local: Azure) -> None:
    first = await read(azure_or_local, APPLICATIONS, select="id", top="1")
    link = first.body.get("@odata.nextLink")
    if not link:
        pytest.skip("there are fewer than two app registrations in the tenant")
    second = await azure_or_local.graph.get(link)
    assert second.status == 200
    assert second.body["value"] != first.body["value"]


async def test_a_delta_ends_in_a_link_that_tells_of_nothing_new(azure_or_local: Azure) -> None:
    answer = await read(azure_or_local, f"{APPLICATIONS}/delta", select=SELECTED)
    for _ in range(200):
        assert answer.status == 200
        if "@odata.deltaLink" in answer.body:
            break
        answer = await azure_or_local.graph.get(answer.body["@odata.nextLink"])
    else:
        pytest.skip("the tenant has more app registrations than two hundred pages hold")
    again = await azure_or_local.graph.get(answer.body["@odata.deltaLink"])
    assert again.status == 200
    assert again.body.keys() & {"@odata.deltaLink", "@odata.nextLink"}


@pytest.mark.parametrize(
    ("path", "options", "status", "code"),
    [
        (f"{APPLICATIONS}/{ABSENT}", {}, 404, "Request_ResourceNotFound"),
        (APPLICATIONS, {"select": "nothing"}, 400, "BadRequest"),
        (APPLICATIONS, {"filter": "displayName eq"}, 400, "BadRequest"),
        (APPLICATIONS, {"top": "1000"}, 400, "Request_UnsupportedQuery"),
    ],
)
async def test_refusals_have_graphs_body(
    azure_or_local: Azure, path: str, options: dict[str, str], status: int, code: str
) -> None:
    answer = await read(azure_or_local, path, **options)
    assert answer.status == status
    assert answer.body.keys() == OF_GRAPH
    assert answer.body["error"].keys() == {"code", "message", "innerError"}
    assert answer.code == code
