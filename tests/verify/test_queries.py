"""Resource Graph takes every query that the app has, and answers in the shape that the app reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.raw_client import RawAnswer
from tests.verify.service import Azure

pytestmark = pytest.mark.azure

FOLDER = Path(__file__).parents[2] / "shared" / "azure" / "queries"
QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("*.kql"))}
PATH, VERSION = "/providers/Microsoft.ResourceGraph/resources", {"api-version": "2021-03-01"}
NO_GROUP = "/subscriptions/x/resourcegroups/x/providers/microsoft.network/networksecuritygroups/x"
ENVELOPE = {"totalRecords", "count", "data", "facets", "resultTruncated"}
QUOTA = {"x-ms-user-quota-remaining", "x-ms-user-quota-resets-after"}


async def query(azure: Azure, text: str, **options: Any) -> RawAnswer:
    asked = {
        "subscriptions": [azure.subscription_id],
        "query": text,
        "options": {"resultFormat": "objectArray"} | options,
    }
    return await azure.arm.ask("POST", PATH, asked, query=VERSION)


@pytest.mark.parametrize("name", QUERIES)
async def test_every_query_of_the_app_is_taken(azure_or_local: Azure, name: str) -> None:
    text = QUERIES[name].replace("{group}", f"'{NO_GROUP}'").replace("{subnets}", "''")
    answer = await query(azure_or_local, text, **{"$top": 1000})
    assert answer.status == 200, answer.body
    assert answer.body.keys() - {"$skipToken"} == ENVELOPE
    assert answer.headers.keys() >= QUOTA
    columns = re.split(r",\s*", re.findall(r"\| project ([\w, =()]+)\n\| order", text)[-1])
    for row in answer.body["data"]:
        assert list(row) == [column.partition(" = ")[0] for column in columns]


async def test_types_are_told_in_lower_case_and_ids_as_they_were_written(azure_or_local: Azure) -> None:
    text = "resources | project id, type, location, properties | order by id asc"
    for row in (await query(azure_or_local, text, **{"$top": 50})).body["data"]:
        assert row["type"] == row["type"].lower()
        assert row["id"].startswith("/subscriptions/")
        assert isinstance(row["properties"], dict | str | None)


async def test_pages_go_on_with_a_token_and_their_counts_are_of_all(azure_or_local: Azure) -> None:
    text = "resources | project id | order by id asc"
    first = await query(azure_or_local, text, **{"$top": 1})
    if first.body["totalRecords"] < 2:
        pytest.skip("there are fewer than two resources in the subscription")
    assert (first.body["count"], len(first.body["data"])) == (1, 1)
    second = await query(azure_or_local, text, **{"$top": 1, "$skipToken": first.body["$skipToken"]})
    assert second.body["totalRecords"] == first.body["totalRecords"]
    assert second.body["data"] != first.body["data"]


@pytest.mark.parametrize("text", ["resources | where", "resources | frobnicate id", "resources | where nothing == 1"])
async def test_a_query_that_makes_no_sense_is_refused(azure_or_local: Azure, text: str) -> None:
    answer = await query(azure_or_local, text)
    assert (answer.status, answer.code) == (400, "BadRequest")
    assert answer.body["error"]["details"][0].keys() >= {"code", "message"}
    assert answer.body["error"]["details"][0]["code"] == "InvalidQuery"
