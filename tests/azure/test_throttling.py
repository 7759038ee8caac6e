"""Answers that ask to come back later are counted by the service whose limit it is."""

import pytest

from shared.azure.throttling import GRAPH, name_service

ARM = "https://management.azure.com/subscriptions/s"

SERVICES = {
    f"{ARM}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web?api-version=1": "microsoft.compute",
    "https://management.azure.com/providers/Microsoft.ResourceGraph/resources": "microsoft.resourcegraph",
    f"{ARM}/resourceGroups/g/providers/Microsoft.Compute/x/y/providers/Microsoft.Network/z": "microsoft.network",
    f"{ARM}/resourcegroups/g": "management.azure.com",
    "https://wacguard.table.core.windows.net/wacsubjects(PartitionKey='p')": "wacguard.table.core.windows.net",
    GRAPH: "graph.microsoft.com",
    "": "unknown",
}


@pytest.mark.parametrize("url", SERVICES)
def test_a_service_is_named_by_its_provider_or_its_host(url: str) -> None:
    assert name_service(url) == SERVICES[url]
