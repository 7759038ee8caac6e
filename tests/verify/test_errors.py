"""What Azure says to a request that it does not do, beside what the simulator says to the same request."""

from __future__ import annotations

import pytest

from tests.verify.live import Compare, left_of, recorded
from tests.verify.service import Azure

pytestmark = pytest.mark.azure

NOBODYS = "/subscriptions/6b085460-5f21-477e-ba44-1035046e9101"
GROUP = "resourceGroups/wac-guard-verify-absent"
NSG = "providers/Microsoft.Network/networkSecurityGroups/wac-guard-verify-absent"
VERSION = {"api-version": "2024-07-01"}


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        (GROUP, 404, "ResourceGroupNotFound"),
        (f"{GROUP}/{NSG}", 404, "ResourceGroupNotFound"),
        (f"{GROUP}/providers/Microsoft.Compute/virtualMachines/absent", 404, "ResourceGroupNotFound"),
        (f"{GROUP}/{NSG}/securityRules/absent", 404, "ResourceGroupNotFound"),
    ],
)
async def test_what_is_absent_is_said_to_be(
    azure_or_local: Azure, compare_live: Compare, path: str, status: int, code: str
) -> None:
    whole = f"{azure_or_local.subscription}/{path}"
    answer = await azure_or_local.arm.get(whole, **VERSION)
    assert (answer.status, answer.code) == (status, code)
    left = await left_of(recorded("errors", whole, VERSION, answer), compare_live)
    assert not left, "\n".join(left)


@pytest.mark.parametrize(
    "path", [NSG, f"{NSG}/securityRules/absent", "providers/Microsoft.Compute/virtualMachines/absent"]
)
async def test_what_is_absent_from_a_group_is_named(azure_or_local: Azure, compare_live: Compare, path: str) -> None:
    groups = await azure_or_local.arm.items(f"{azure_or_local.subscription}/resourcegroups", **VERSION)
    if not groups:
        pytest.skip("there are no resource groups in the subscription")
    whole = f"{groups[0]['id']}/{path}"
    answer = await azure_or_local.arm.get(whole, **VERSION)
    assert (answer.status, answer.code) in {(404, "ResourceNotFound"), (404, "ParentResourceNotFound")}
    left = await left_of(recorded("errors", whole, VERSION, answer), compare_live)
    assert not left, "\n".join(left)


async def test_a_subscription_that_nobody_has_is_not_found(azure_or_local: Azure) -> None:
    answer = await azure_or_local.arm.get(f"{NOBODYS}/resourcegroups", **VERSION)
    assert (answer.status, answer.code) == (404, "SubscriptionNotFound")
    assert answer.message == f"The subscription '{NOBODYS.rpartition('/')[2]}' could not be found."


async def test_a_request_without_an_api_version_is_told_to_have_one(azure_or_local: Azure) -> None:
    answer = await azure_or_local.arm.get(f"{azure_or_local.subscription}/resourcegroups")
    assert (answer.status, answer.code) == (400, "MissingApiVersionParameter")


async def test_names_are_found_whatever_their_case(azure_or_local: Azure) -> None:
    groups = await azure_or_local.arm.items(f"{azure_or_local.subscription}/resourcegroups", **VERSION)
    if not groups:
        pytest.skip("there are no resource groups in the subscription")
    answer = await azure_or_local.arm.get(
        groups[0]["id"].upper().replace("/SUBSCRIPTIONS", "/subscriptions"), **VERSION
    )
    assert answer.status == 200
    assert answer.body["id"] == groups[0]["id"]
