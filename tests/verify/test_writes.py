"""What a write of an NSG and its rules answers; asked of the real Azure in a group that somebody named for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest

from tests.simulator.raw_client import RawAnswer
from tests.verify.reads_only import SCRATCH_NAME
from tests.verify.service import Azure

pytestmark = pytest.mark.azure

VERSION = {"api-version": "2024-05-01"}
RULE = {
    "protocol": "Tcp",
    "sourcePortRange": "*",
    "destinationPortRange": "443",
    "sourceAddressPrefix": "*",
    "destinationAddressPrefix": "WindowsAdminCenter",
    "access": "Allow",
    "direction": "Outbound",
    "priority": 200,
}
MOST_POLLS = 60


async def put(azure: Azure, path: str, body: Any) -> RawAnswer:
    return await azure.arm.ask("PUT", path, body, query=VERSION)


async def settled(azure: Azure, answer: RawAnswer) -> None:
    """Follow an operation to its end."""
    link = answer.headers.get("azure-asyncoperation")
    for _ in range(MOST_POLLS if link else 0):
        polled = await azure.arm.get(str(link))
        if polled.body["status"] != "InProgress":
            return
        await asyncio.sleep(float(polled.headers.get("retry-after", "1")) if azure.is_real else 0)


@pytest.fixture
async def scratch_nsg(azure_or_local: Azure) -> AsyncIterator[str]:
    """An NSG of these tests' own, which is gone afterwards, whatever happens meanwhile."""
    scratch = azure_or_local.scratch
    if scratch is None:
        pytest.skip("nothing is written without WRITES=<an empty resource group>")
    group = f"{azure_or_local.subscription}/resourceGroups/{scratch.resource_group}"
    found = await azure_or_local.arm.get(group, **{"api-version": "2025-04-01"})
    assert found.status == 200, f"there is no resource group {scratch.resource_group}: make an empty one first"
    within = await azure_or_local.arm.items(f"{group}/resources", **{"api-version": "2025-04-01"})
    assert not within, f"the resource group {scratch.resource_group} is not empty: name one that is"
    nsg = f"{group}/providers/Microsoft.Network/networkSecurityGroups/{SCRATCH_NAME}{uuid4()}"
    try:
        made = await put(azure_or_local, nsg, {"location": found.body["location"]})
        assert made.status == 201, made.body
        assert "azure-asyncoperation" in made.headers
        await settled(azure_or_local, made)
        yield nsg
    finally:
        gone = await azure_or_local.arm.ask("DELETE", nsg, query=VERSION)
        assert gone.status in {202, 204}, f"delete it by hand: {nsg}"
        await settled(azure_or_local, gone)


async def test_a_rule_is_made_and_changed_and_its_operation_can_be_followed(
    azure_or_local: Azure, scratch_nsg: str
) -> None:
    path = f"{scratch_nsg}/securityRules/one"
    made = await put(azure_or_local, path, {"properties": RULE})
    assert made.status == 201
    assert {"azure-asyncoperation", "retry-after"} <= made.headers.keys()
    assert made.body["etag"].startswith('W/"')
    await settled(azure_or_local, made)
    again = await put(azure_or_local, path, {"properties": RULE | {"priority": 210}})
    assert again.status == 200
    assert again.body["etag"] != made.body["etag"]
    await settled(azure_or_local, again)
    shown = await azure_or_local.arm.get(path, **VERSION)
    assert shown.body["properties"]["provisioningState"] == "Succeeded"
    assert shown.body["properties"].keys() >= RULE.keys()


async def test_a_priority_that_is_taken_is_refused_with_the_rule_that_has_it(
    azure_or_local: Azure, scratch_nsg: str
) -> None:
    await settled(azure_or_local, await put(azure_or_local, f"{scratch_nsg}/securityRules/one", {"properties": RULE}))
    refused = await put(azure_or_local, f"{scratch_nsg}/securityRules/two", {"properties": RULE})
    assert (refused.status, refused.code) == (400, "SecurityRuleConflict")
    assert "one" in refused.message


async def test_a_rule_that_is_absent_is_deleted_with_no_content(azure_or_local: Azure, scratch_nsg: str) -> None:
    gone = await azure_or_local.arm.ask("DELETE", f"{scratch_nsg}/securityRules/absent", query=VERSION)
    assert gone.status == 204
