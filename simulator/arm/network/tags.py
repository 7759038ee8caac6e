"""Service tags: a few with prefixes, in the style of Azure's public ranges, and the names of the others."""

from __future__ import annotations

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.locations import LOCATIONS
from simulator.store import Json
from simulator.world import World

CHANGE_NUMBER = "342"
WINDOWS_ADMIN_CENTER = ("20.61.99.192/28", "20.119.28.112/28", "52.142.235.96/28", "2603:1020:206:5::1c0/124")
ACTIVE_DIRECTORY = ("20.190.128.0/18", "40.126.0.0/18", "20.20.32.0/19", "2603:1006:2000::/48")
STORAGE_WEST_EUROPE = ("20.38.108.0/23", "52.239.140.0/22")
STORAGE_EAST_US = ("20.38.98.0/24", "52.239.152.0/22")
AZURE_CLOUD_WEST_EUROPE = (
    "20.38.108.0/23",
    "20.61.0.0/16",
    "52.142.192.0/18",
    "52.239.140.0/22",
    "2603:1020:200::/40",
)
AZURE_CLOUD_EAST_US = ("20.38.98.0/24", "20.119.0.0/17", "52.239.152.0/22")
ENTRA_RANGES = ("20.20.32.0/19", "20.190.128.0/18", "40.126.0.0/18", "2603:1006:2000::/48")

# Name, region, service, and prefixes: AzureCloud contains those of all the others.
TAGS = (
    ("WindowsAdminCenter", "", "WindowsAdminCenter", WINDOWS_ADMIN_CENTER),
    ("AzureActiveDirectory", "", "AzureAD", ACTIVE_DIRECTORY),
    ("AzureCloud", "", "", (*AZURE_CLOUD_WEST_EUROPE, *AZURE_CLOUD_EAST_US, *ENTRA_RANGES)),
    ("AzureCloud.westeurope", "westeurope", "", AZURE_CLOUD_WEST_EUROPE),
    ("AzureCloud.eastus", "eastus", "", AZURE_CLOUD_EAST_US),
    ("Storage", "", "AzureStorage", (*STORAGE_WEST_EUROPE, *STORAGE_EAST_US)),
    ("Storage.WestEurope", "westeurope", "AzureStorage", STORAGE_WEST_EUROPE),
    ("Storage.EastUS", "eastus", "AzureStorage", STORAGE_EAST_US),
)
NAMED_BUT_NOT_LISTED = (
    "ActionGroup ApiManagement AppConfiguration AppService AppServiceManagement AzureAdvancedThreatProtection "
    "AzureArcInfrastructure AzureBackup AzureBotService AzureConnectors AzureContainerRegistry AzureCosmosDB "
    "AzureDatabricks AzureDevOps AzureEventGrid AzureFrontDoor.Backend AzureFrontDoor.Frontend "
    "AzureInformationProtection AzureIoTHub AzureKeyVault AzureMachineLearning AzureMonitor AzurePlatformDNS "
    "AzurePlatformIMDS AzurePlatformLKM AzureResourceManager AzureSiteRecovery AzureTrafficManager "
    "AzureUpdateDelivery BatchNodeManagement CorpNetPublic CorpNetSaw DataFactory EventHub GatewayManager "
    "GuestAndHybridManagement HDInsight LogicApps MicrosoftCloudAppSecurity MicrosoftContainerRegistry PowerBI "
    "ServiceBus ServiceFabric Sql SqlManagement StorageSyncService WindowsVirtualDesktop"
)
NETWORK_RELATIVE = ("VirtualNetwork", "AzureLoadBalancer", "Internet")
_NAMES = {name.lower() for name in (*NETWORK_RELATIVE, *NAMED_BUT_NOT_LISTED.split(), *(tag[0] for tag in TAGS))}


def is_service_tag(text: str) -> bool:
    """Tell whether a rule may name this tag: any known one, also for one of its regions."""
    lower = text.lower()
    base, _, region = lower.rpartition(".")
    return lower in _NAMES or (base in _NAMES and region.isalnum())


def list_service_tags(world: World, request: ArmRequest) -> Answer:
    """Answer the Service Tags API: the whole cloud's tags, whatever the location asked."""
    subscription = world.subscriptions[request.params["subscription"].lower()]
    if request.params["location"].lower() not in LOCATIONS:
        return Answer(200, {})
    body: Json = {
        "name": "Public",
        "id": f"/subscriptions/{subscription}/providers/Microsoft.Network/serviceTags/Public",
        "type": "Microsoft.Network/serviceTags",
        "changeNumber": CHANGE_NUMBER,
        "cloud": "Public",
        "values": [_value(*tag) for tag in TAGS],
        "nextLink": "",
    }
    return Answer(200, body)


def _value(name: str, region: str, service: str, prefixes: tuple[str, ...]) -> Json:
    properties = {
        "changeNumber": CHANGE_NUMBER,
        "region": region,
        "state": "GA",
        "networkFeatures": _features(name.partition(".")[0]),
        "systemService": service,
        "addressPrefixes": list(prefixes),
    }
    return {"name": name, "id": name, "properties": properties}


def _features(service: str) -> list[str]:
    """Say where a tag may be used: in rules alone, in routes and firewalls too, and some by service endpoints."""
    if service == "AzureCloud":
        return ["API", "NSG"]
    return ["API", "NSG", "UDR", "FW", *(["VSE"] if service in {"AzureActiveDirectory", "Storage"} else [])]
