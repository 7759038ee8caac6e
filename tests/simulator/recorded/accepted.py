"""The differences between recordings and simulator that are accepted, each with its reason: one table.

The simulator is the Azure of today: most of these are Azure's own changes over the years.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.simulator.recorded.comparison import Difference, Kind
from tests.simulator.recorded.recording import Recording

EVER = "9999"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A difference at a place (a pattern, without the step), in what was recorded before `until`.

    `of` is a pattern for the recordings, as `<category>/<name>`, that have it.
    """

    place: str
    kind: Kind
    reason: str
    until: str = EVER
    of: str = ".*"

    def covers(self, recording: Recording, difference: Difference) -> bool:
        """Tell whether a difference is this one."""
        return (
            difference.kind is self.kind
            and recording.date < self.until
            and re.fullmatch(self.place, difference.place.partition(" ")[2]) is not None
            and re.fullmatch(self.of, f"{recording.category}/{recording.name}") is not None
        )


MISSING, EXTRA, VALUE = Kind.MISSING, Kind.EXTRA, Kind.VALUE
URLS = r"headers\.(azure-asyncoperation|location)\?"
PROPERTIES = r"body(\.(value|data)\[\])?\.properties"
RULES = rf"({PROPERTIES}|body\.properties\.(s|defaultS)ecurityRules\[\](\.properties)?)"
PEERINGS = "virtualNetworkPeerings"
VIEW = r"body(\.properties\.instanceView)?"
QUERY_ERROR = r"body\.error(\.details\[\])?"
MALFORMED = r".*ResourcesMalformedQueryTest"

OF_THE_PAST = (
    Accepted(r"headers\.x-(cache|msedge-ref)", EXTRA, "Azure's front ends were Front Door only later", "2024-06"),
    Accepted(r"headers\.x-ms-need-to-refresh-epl-cache", EXTRA, "Compute sends it since 2024", "2024-10"),
    Accepted(r"headers\.x-ms-arm-service-request-id", EXTRA, "not told, or not kept, in these years", "2023-04"),
    Accepted(r"headers\.x-ms-ratelimit-remaining-subscription-global-\w+", EXTRA, "limits since 2024", "2024-10"),
    Accepted(r"headers\.x-ms-ratelimit-remaining-tenant-reads", EXTRA, "not told on that day", "2020-10"),
    Accepted(r"headers\.x-ms-ratelimit-remaining-subscription-\w+", MISSING, "limits before 2024", "2022"),
    Accepted(r"headers\.x-ms-ratelimit-remaining-resource", EXTRA, "Compute's limits were told later", "2021"),
    Accepted(r"headers\.x-ms-ratelimit-remaining-subscription-\w+", EXTRA, "deletes counted as writes", "2018-08"),
    Accepted(r"headers\.x-ms-failure-cause", EXTRA, "the network's are marked `service` since 2025", "2025-08"),
    Accepted(r"headers\.x-content-type-options", EXTRA, "added in 2018", "2018-08"),
    Accepted(r"headers\.azure-asyncnotification", EXTRA, "added bit by bit", "2022-07"),
    Accepted(r"headers\.azure-async(operation|notification)", MISSING, "an interface's PUT was polled", "2023-04"),
    Accepted(r"status", VALUE, "an interface was once gone with the answer", "2023-03", r".*/015_.*DELETE-200.*"),
    Accepted(rf"{URLS}\.[tcsh]", EXTRA, "URLs of operations are signed since the end of 2023", "2023-10"),
    Accepted(rf"{URLS}\.p", EXTRA, "URLs of Compute's operations name a partition since 2021", "2021-05"),
    Accepted(
        rf"({RULES}|body\.properties\.(subnets|{PEERINGS})\[\]|body)\.type",
        EXTRA,
        "children told their type later",
        "2018-05",
    ),
    Accepted(r"body\.value\[\]\.type", EXTRA, "children told their type later", "2018-05"),
    Accepted(rf"{RULES}\.\w+(Ranges|Prefixes)", EXTRA, "rules had no plural fields yet", "2017-07"),
    Accepted(r"body\.properties\.enableVmProtection", MISSING, "networks told it for a while", "2020-11"),
    Accepted(r"body\.properties\.subnets\[\]\.properties\.subnetID", MISSING, "told for a while", "2020-11"),
    Accepted(r"body\.properties\.ipamPoolPrefixAllocations", MISSING, "told for a while", "2024-08"),
    Accepted(r"body\.sku\.tier", MISSING, "told by a few regions at first", "2019-06"),
    Accepted(rf"{PROPERTIES}\.(vnetEncryptionSupported|auxiliaryMode)", EXTRA, "told later", "2023-06"),
    Accepted(rf"{PROPERTIES}\.enableAcceleratedNetworking", EXTRA, "told where it was asked for", "2024-10"),
    Accepted(rf"{PROPERTIES}\.dnsSettings\.internalDomainNameSuffix", EXTRA, "not told of all", "2021"),
    Accepted(r"(body(\.value\[\])?|headers)\.etag", EXTRA, "VMs have etags since the middle of 2024", "2024-06"),
    Accepted(
        rf"{PROPERTIES}\.osProfile\.(windowsConfiguration\.patchSettings|allow\w+)", EXTRA, "told later", "2020"
    ),
    Accepted(rf"{PROPERTIES}\.storageProfile\.imageReference\.exactVersion", EXTRA, "told later", "2020"),
    Accepted(r"body\.location", VALUE, "regions kept the case they were written in", "2018-02"),
    Accepted(rf"{VIEW}\.(computerName|osName|osVersion)", EXTRA, "the agent told less", "2016-08"),
    Accepted(rf"{VIEW}\.vmAgent\.statuses\[\]\.message", VALUE, "other words of the agent", "2018-12"),
    Accepted(
        r"body\.error\.message", VALUE, "other words", "2024", r".*(extension_put|DataDiskNegative|15_manageiq).*"
    ),
    Accepted(
        r"body\.error(\.details\[\])?\.message", VALUE, "spot VMs had other names", "2020", r".*003_fluent-net.*"
    ),
    Accepted(r"body\.value\[\]\.capabilities\[\]", EXTRA, "sizes have more capabilities now", "2018-08"),
    Accepted(
        r"headers\.x-ms-(user-quota-[a-z-]+|ratelimit-remaining-tenant-resource-requests)",
        EXTRA,
        "queries had no quota of their own yet",
        "2018-10",
    ),
    Accepted(r"headers\.x-ms-ratelimit-remaining-tenant-writes", MISSING, "queries counted as writes", "2018-10"),
    Accepted(r"headers\.x-ms-resource-graph-request-duration", EXTRA, "told later", "2021"),
    Accepted(
        rf"{QUERY_ERROR}\.(code|message)", VALUE, "the invalid query was the error itself", "2018-10", MALFORMED
    ),
    Accepted(rf"{QUERY_ERROR}\.\w+", MISSING, "the parser's failure was the only detail", "2018-10", MALFORMED),
    Accepted(r"body\.error\.details\[\]", EXTRA, "the parser's failure was the only detail", "2018-10", MALFORMED),
    Accepted(r"body\.error\.details\[\]\.expectedToken", VALUE, "its grammar has grown", "2021"),
    Accepted(
        r"body\.data\[\]\.properties\.(auxiliarySku|allowPort25Out|disableTcpStateTracking)",
        EXTRA,
        "interfaces told less",
        "2021",
    ),
)
OF_THE_SUBSCRIPTION = (
    Accepted(rf"{URLS}\.api-version", VALUE, "rewritten in the requests, not in the answers", of=r".*_fluent-net_.*"),
    Accepted(r"headers\.(cache|expires|pragma|strict).*", EXTRA, "a proxy of the recorder's answered", "2018-08"),
    Accepted(r"headers\.content-type", MISSING, "an empty answer had a type", "2023-03"),
    Accepted(r"body\.(tags|identity)", MISSING, "a policy added them", of=r".*(_aso_|_c7n_).*"),
    Accepted(r"body\.value\[\]\.(tags|managedByTenants\[\])", MISSING, "the subscription has them", "2020-10"),
    Accepted(
        r"body\.nextLink", MISSING, "a page may be empty, and not be the last one", of=r".*/resources_list_paging/.*"
    ),
    Accepted(r"body\.value\[\]", EXTRA, "interfaces that the recorded public addresses name", of=r".*/nic_list/.*"),
    Accepted(rf"{PROPERTIES}\.ipConfigurations\[\]\.properties\.provisioningState", VALUE, "mid-way", "2021"),
    Accepted(r"body\.properties\.osProfile\.(admin|computer).*", EXTRA, "a migrated VM, made by no PUT", "2016-11"),
    Accepted(r"body\.properties\.storageProfile\..*createOption", EXTRA, "a migrated VM, made by no PUT", "2016-11"),
)
NOT_SIMULATED = (
    Accepted(
        r"body\.properties\.subnets\[\]\.properties\.ipConfigurations",
        MISSING,
        "users that are no interface",
        "2018-12",
    ),
    Accepted(
        r"body\.properties\.ipConfigurations\[\]\.id", VALUE, "names in upper case, as Azure writes them at times"
    ),
    Accepted(r"body\.properties\.ipAddress", MISSING, "addresses given when they are used", "2020-06"),
    Accepted(r"body\.properties\.serviceAssociationLinks", MISSING, "services in subnets"),
    Accepted(
        rf"({PROPERTIES}|body)\.(bareMetalServer|managedBy|privateEndpoint|linkedResourceType|hostedWorkloads\[\]|"
        r"macAddress|primary|ipConfigurations\[\]\.properties\.privateLinkConnectionProperties)",
        MISSING,
        "interfaces of other services than VMs",
    ),
    Accepted(rf"{PROPERTIES}\.allowPort25Out", VALUE, "subscriptions that may not send mail", "2023-03"),
    Accepted(
        rf"{VIEW}\.(bootDiagnostics|platform\w+Domain|maintenanceRedeployStatus)",
        MISSING,
        "hosts and their care",
        "2024-05",
    ),
    Accepted(rf"{VIEW}\.statuses\[\]", MISSING, "migration from the classic model", "2016-11"),
    Accepted(rf"{VIEW}\.(vmAgent|extensions)", MISSING, "what a deallocated VM's agent said last", "2016-11"),
    Accepted(rf"{VIEW}\.(extensions\[\]\.)?statuses\[\]\.time", EXTRA, "handlers that tell no time", "2023-10"),
    Accepted(
        rf"{VIEW}\.vmAgent\.extensionHandlers\[\]\..*",
        VALUE,
        "handlers in another state than their extension",
        "2023-10",
    ),
    Accepted(rf"{VIEW}\.vmAgent\.extensionHandlers\[\]\.status\.message", MISSING, "what handlers say", "2021-05"),
    Accepted(r"body\.properties\.settings", MISSING, "one extension's settings are shown though it has none"),
    Accepted(
        r"body\.properties\.(isJsonExtension|vmScaleSetEnabled)", VALUE, "what each extension is able to", "2021-05"
    ),
    Accepted(r"body(\.properties\.output)?\.value\[\](\.message|\.code)?", VALUE, "what commands print", "2021-05"),
    Accepted(r"body(\.properties\.output)?\.value\[\]", EXTRA, "what commands print", "2020", r".*/run_command.*"),
    Accepted(r"body\.value\[\]", MISSING, "sizes that were offered to some for a while", "2017-07"),
    Accepted(r"body\.values?\[\].*", MISSING, "all service tags", of=r".*/service_tags/.*"),
    Accepted(r"body\.(changeNumber|values\[\].*)", VALUE, "all service tags", of=r".*/service_tags/.*"),
)
ACCEPTED = (*OF_THE_PAST, *OF_THE_SUBSCRIPTION, *NOT_SIMULATED)


def not_accepted(
    recording: Recording, found: list[Difference], table: tuple[Accepted, ...] = ACCEPTED
) -> list[Difference]:
    """Give the differences that the table does not have."""
    return [one for one in found if not any(accepted.covers(recording, one) for accepted in table)]
