"""Situations of what WAC can and cannot manage."""

from __future__ import annotations

from simulator.estate.site import (
    SERVER_2012_R2,
    SERVER_2016,
    SERVER_2019,
    SERVER_2022,
    SERVER_2025,
    UBUNTU,
    WINDOWS_11,
    Site,
    situation,
)
from simulator.estate.situation import COMPLIANT, Expected
from simulator.world import SUBSCRIPTION_ID

AKS_CLUSTER = (
    f"/subscriptions/{SUBSCRIPTION_ID}/resourceGroups/rg-shop/providers"
    "/Microsoft.ContainerService/managedClusters/shop"
)
GATEWAY = "wacgw01"

SYSTEMS = (
    *(
        situation(
            Site(f"server-{year}", machine={"image": image}),
            f"Windows Server {year}, nothing in the way",
            COMPLIANT,
            installs=1,
        )
        for year, image in ((2016, SERVER_2016), (2019, SERVER_2019), (2022, SERVER_2022), (2025, SERVER_2025))
    ),
    situation(
        Site("server-2012", machine={"image": SERVER_2012_R2}),
        "Windows Server 2012 R2: older than WAC can manage",
        Expected("NOT_APPLICABLE", ("WINDOWS_TOO_OLD",)),
    ),
    situation(
        Site("windows-11", machine={"image": WINDOWS_11}),
        "Windows 11: a client",
        Expected("NOT_APPLICABLE", ("NOT_WINDOWS_SERVER",)),
    ),
    situation(
        Site("linux", machine={"image": UBUNTU, "os_type": "Linux"}),
        "Ubuntu",
        Expected("NOT_APPLICABLE", ("NOT_WINDOWS_SERVER",)),
    ),
    situation(
        Site("small", machine={"size": "Standard_B1ms"}),
        "2 GiB of memory: WAC needs 3",
        Expected("NOT_APPLICABLE", ("TOO_LITTLE_MEMORY",)),
    ),
)
ASLEEP = situation(
    Site("asleep", machine={"running": False}),
    "Deallocated: waits for its start",
    Expected("PENDING", ("VM_STOPPED",)),
)
SLOW_AGENT = situation(
    Site("slow-agent", machine={"agent_ready": False}), "The VM agent needs a while", COMPLIANT, installs=1
)
OPTED_OUT = situation(
    Site("opted-out", machine={"tags": {"wac-guard": "exclude"}}),
    "Opted out by tag, for somebody installed WAC there by hand",
    Expected("NOT_APPLICABLE", ("EXCLUDED",)),
)
AKS_NODE = situation(
    Site("aks-node", group={"managed_by": AKS_CLUSTER}),
    "In a resource group that AKS manages",
    Expected("NOT_APPLICABLE", ("MANAGED_BY_SERVICE",)),
    nsgs=(Expected("NOT_APPLICABLE", ("MANAGED_BY_SERVICE",)),),
)
EXTENSIONS_DISALLOWED = situation(
    Site("extensions-disallowed", machine={"allow_extension_operations": False}),
    "Its profile allows no extension operations",
    Expected("NOT_APPLICABLE", ("EXTENSIONS_DISALLOWED",)),
)
GATEWAY_HOST = situation(
    Site("gateway-host", machine={"computer_name": GATEWAY}),
    "A WAC gateway was installed by hand there: the extension would break it",
    Expected("NOT_APPLICABLE", ("IS_GATEWAY",)),
    app_settings={"WAC_GATEWAYS": f"https://{GATEWAY}.contoso.com:6600"},
)
