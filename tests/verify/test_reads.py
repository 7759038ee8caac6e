"""What the app reads is put into the simulator as it was read, and shown by it again as Azure showed it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tests.simulator.raw_client import RawAnswer
from tests.verify.live import Compare, left_of, recorded
from tests.verify.service import Azure

pytestmark = pytest.mark.azure

COMPUTE, NETWORK, GROUPS = "2026-04-01", "2026-03-01", "2025-04-01"
MOST_OF_A_KIND = 20


@dataclass(frozen=True, slots=True)
class Resources:
    """A kind of resource by the path of its list, what is read below each, and the app's options."""

    path: str
    api_version: str
    below: tuple[str, ...] = ()
    options: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


KINDS = (
    Resources("providers/Microsoft.Compute/virtualMachines", COMPUTE, ("extensions",), {"$expand": "instanceView"}),
    Resources("providers/Microsoft.Network/networkInterfaces", NETWORK),
    Resources(
        "providers/Microsoft.Network/networkSecurityGroups", NETWORK, ("securityRules", "defaultSecurityRules")
    ),
    Resources("providers/Microsoft.Network/virtualNetworks", NETWORK, ("subnets",)),
    Resources("providers/Microsoft.Network/routeTables", NETWORK, ("routes",)),
    Resources("providers/Microsoft.Network/publicIPAddresses", NETWORK),
    Resources("providers/Microsoft.Network/loadBalancers", NETWORK),
    Resources("resourcegroups", GROUPS),
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_each_resource_is_shown_as_azure_shows_it(
    azure_or_local: Azure, compare_live: Compare, kind: Resources
) -> None:
    listed = await azure_or_local.arm.items(
        f"{azure_or_local.subscription}/{kind.path}", **{"api-version": kind.api_version}
    )
    if not listed:
        pytest.skip(f"there are no {kind.name} in the subscription")
    left: list[str] = []
    for one in listed[:MOST_OF_A_KIND]:
        query = {"api-version": kind.api_version, **kind.options}
        left += await _compare(azure_or_local, compare_live, kind.name, one["id"], query)
        for part in kind.below:
            query = {"api-version": kind.api_version}
            left += await _compare(azure_or_local, compare_live, part, f"{one['id']}/{part}", query)
    assert not left, "\n".join(sorted(set(left)))


@pytest.mark.parametrize("kind", KINDS[:-1], ids=lambda kind: kind.name)
async def test_a_list_says_of_a_resource_what_the_resource_says_of_itself(
    azure_or_local: Azure, kind: Resources
) -> None:
    query = {"api-version": kind.api_version}
    for one in (await azure_or_local.arm.items(f"{azure_or_local.subscription}/{kind.path}", **query))[:3]:
        answer = await azure_or_local.arm.get(one["id"], **query)
        assert answer.body["id"] == one["id"] or answer.body["id"].lower() == one["id"].lower()
        assert answer.body.keys() - {"etag", "resources"} == one.keys() - {"etag", "resources"}


async def test_sizes_are_described_as_azure_describes_them(azure_or_local: Azure, compare_live: Compare) -> None:
    query = {"api-version": "2021-07-01", "$filter": "location eq 'westeurope'"}
    path = f"{azure_or_local.subscription}/providers/Microsoft.Compute/skus"
    answer = await azure_or_local.arm.get(path, **query)
    machines = [one for one in answer.body["value"] if one["resourceType"] == "virtualMachines"]
    assert machines
    whole = RawAnswer(answer.status, answer.headers, {"value": machines})
    left = await left_of(recorded("skus", path, query, whole), compare_live)
    assert not left, "\n".join(left)


async def test_service_tags_have_the_shape_of_azures(azure_or_local: Azure, compare_live: Compare) -> None:
    query = {"api-version": NETWORK}
    path = f"{azure_or_local.subscription}/providers/Microsoft.Network/locations/westeurope/serviceTags"
    answer = await azure_or_local.arm.get(path, **query)
    names = {one["name"] for one in answer.body["values"]}
    assert {"WindowsAdminCenter", "AzureActiveDirectory", "AzureCloud"} <= names
    left = await left_of(recorded("service_tags", path, query, answer), compare_live)
    assert not left, "\n".join(left)


async def _compare(azure: Azure, compare: Compare, category: str, path: str, query: dict[str, str]) -> list[str]:
    answer = await azure.arm.get(path, **query)
    if answer.status in {404, 409} or answer.body.get("value") == []:
        return []  # gone, or on its way, since it was listed; or there is nothing below it to compare
    return await left_of(recorded(category, path, query, answer), compare)
