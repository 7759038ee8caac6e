"""Which VMs are for WAC, and what a person is told of those that are not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shared.decide.eligibility import decide_eligibility, is_certainly_ineligible
from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.estate import Image, ResourceGroup
from shared.model.reason import Reason, Status
from tests.decide.estates import AUDITED, ENFORCED, GROUP, VM, estate, extension, machine, without_network


@dataclass(frozen=True)
class Case:
    reasons: tuple[Reason, ...]
    vm: dict[str, Any] = field(default_factory=dict)
    around: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    desired: dict[str, Any] = field(default_factory=dict)


def server_image(sku: str, offer: str = "WindowsServer", publisher: str = "MicrosoftWindowsServer") -> dict[str, Any]:
    return {"os_name": None, "image": Image(publisher, offer, sku)}


def reported(name: str, image: Image | None = None) -> dict[str, Any]:
    return {"os_name": name, "image": image or Image()}


OK: tuple[Reason, ...] = ()
TOO_OLD, NOT_SERVER, OS_UNKNOWN = (Reason.WINDOWS_TOO_OLD,), (Reason.NOT_WINDOWS_SERVER,), (Reason.OS_UNKNOWN,)
LINUX: dict[str, Any] = {
    "os_type": "Linux",
    "os_name": "ubuntu",
    "image": Image("canonical", "ubuntu-24_04-lts", "server"),
}

GATEWAYS = {"gateways": frozenset({"wacgw01", "wac-gateway-west-europe"})}

CASES = {
    "Windows Server 2016 is for WAC": Case(OK, reported("Windows Server 2016 Datacenter")),
    "Windows Server 2019 is for WAC": Case(OK, reported("Windows Server 2019 Datacenter")),
    "Windows Server 2022 is for WAC": Case(OK, reported("Microsoft Windows Server 2022 Datacenter Azure Edition")),
    "Windows Server 2025 is for WAC": Case(OK, reported("Windows Server 2025 Datacenter")),
    "Windows Server 2012 R2 is too old": Case(
        TOO_OLD, reported("Windows Server 2012 R2 Datacenter"), said="2012 R2 Datacenter"
    ),
    "Windows Server 2008 is too old": Case(TOO_OLD, reported("Windows Server (R) 2008 Enterprise")),
    "Windows 11 is a client": Case(NOT_SERVER, reported("Windows 11 Enterprise"), said="Windows 11 Enterprise"),
    "Windows 10 for many users is a client": Case(NOT_SERVER, reported("Windows 10 Enterprise for Virtual Desktops")),
    "Linux is not for WAC": Case(NOT_SERVER, LINUX, said="runs ubuntu"),
    "Linux that reports nothing is known by its disk": Case(NOT_SERVER, {**LINUX, "os_name": None}),
    "the agent is believed before the image": Case(
        OK,
        reported(
            "Windows Server 2022 Datacenter", Image("MicrosoftWindowsServer", "WindowsServer", "2012-R2-Datacenter")
        ),
    ),
    "a name that says nothing leaves it to the image": Case(
        OK, reported("Windows", Image("MicrosoftWindowsServer", "WindowsServer", "2019-datacenter"))
    ),
    "an image of 2019, second generation": Case(OK, server_image("2019-datacenter-gensecond")),
    "an image of 2022, Azure edition": Case(OK, server_image("2022-datacenter-azure-edition")),
    "an image of 2016, Core, small disk": Case(OK, server_image("2016-Datacenter-Server-Core-smalldisk")),
    "an image of 2016 with an old prefix": Case(OK, server_image("[smalldisk]2016-Datacenter")),
    "an image of 2025": Case(OK, server_image("2025-datacenter-core-g2")),
    "an image of 2012 R2 is too old": Case(TOO_OLD, server_image("2012-R2-Datacenter")),
    "an image of 2008 R2 is too old": Case(TOO_OLD, server_image("2008-R2-SP1")),
    "a preview image named in full": Case(
        OK, server_image("windows-server-2025-azure-edition", "microsoftserveroperatingsystems-previews")
    ),
    "a half-yearly image is newer than 2016": Case(
        OK, server_image("datacenter-core-20h2-with-containers-smalldisk")
    ),
    "a half-yearly image whose number looks like an old year is newer too": Case(
        OK, server_image("Datacenter-Core-2004-smalldisk")
    ),
    "an image without any year can't be told": Case(OS_UNKNOWN, server_image("datacenter-vnext")),
    "SQL Server on 2022": Case(OK, server_image("standard-gen2", "SQL2019-WS2022", "MicrosoftSQLServer")),
    "SQL Server on 2019": Case(OK, server_image("sqldev", "sql2017-ws2019", "microsoftsqlserver")),
    "SQL Server on 2012 R2 is too old": Case(
        TOO_OLD, server_image("Enterprise", "SQL2014SP3-WS2012R2", "MicrosoftSQLServer")
    ),
    "a data science image names its Windows": Case(
        OK, server_image("winserver-2019", "dsvm-win-2019", "microsoft-dsvm")
    ),
    "Visual Studio on Windows 11 is a client": Case(
        NOT_SERVER, server_image("vs-2022-ent-latest-win11-n-gen2", "visualstudio2022", "microsoftvisualstudio")
    ),
    "a desktop image is a client": Case(
        NOT_SERVER, server_image("win11-24h2-ent", "windows-11", "MicrosoftWindowsDesktop")
    ),
    "an image of somebody's own can't be told": Case(OS_UNKNOWN, server_image("x", "golden", "contoso")),
    "no image and no report can't be told": Case(OS_UNKNOWN, {"os_name": None, "image": Image()}, said="agent"),
    "2 GiB of memory is too little": Case(
        (Reason.TOO_LITTLE_MEMORY,), {"vm_size": "Standard_B1ms"}, said="2 GiB of memory (size Standard_B1ms)"
    ),
    "3 GiB of memory is enough": Case(OK, {"vm_size": "STANDARD_D1"}),
    "a size that the region does not list can't be told": Case(
        (Reason.MEMORY_UNKNOWN,), {"vm_size": "Standard_X"}, said="is not among the region's sizes"
    ),
    "sizes that can't be read tell nothing": Case(
        (Reason.MEMORY_UNKNOWN,), around={"sizes": {}}, said="the region's sizes can't be read"
    ),
    "a VM without a size can't be told": Case((Reason.MEMORY_UNKNOWN,), {"vm_size": None}),
    "a VM that a service manages is left to it": Case(
        (Reason.MANAGED_BY_SERVICE,),
        {"managed_by": "/subscriptions/x/service"},
        said="managed by /subscriptions/x/service",
    ),
    "so is a VM in a group that a service manages, such as a node of AKS": Case(
        (Reason.MANAGED_BY_SERVICE,),
        around={"resource_groups": {GROUP: ResourceGroup(GROUP, managed_by="aks")}},
        said="resource group rg-app is managed by aks",
    ),
    "a tag opts a VM out": Case((Reason.EXCLUDED,), {"tags": {"wac-guard": "exclude"}}, said="wac-guard=exclude"),
    "whatever its case": Case((Reason.EXCLUDED,), {"tags": {"WAC-Guard": "Exclude"}}),
    "another value does not": Case(OK, {"tags": {"wac-guard": "include"}}),
    "another tag can be chosen": Case(
        (Reason.EXCLUDED,), {"tags": {"team": "blue"}}, desired={"exclude_tag": ("Team", "Blue")}
    ),
    "a group's tag opts all its VMs out": Case(
        (Reason.EXCLUDED,), around={"tags": {"wac-guard": "exclude"}}, said="Resource group rg-app has the tag"
    ),
    "a group's name opts all its VMs out": Case(
        (Reason.EXCLUDED,),
        desired={"exclude_resource_groups": frozenset({"RG-App"})},
        said="WAC_EXCLUDE_RESOURCE_GROUPS",
    ),
    "a VM may disallow extensions": Case(
        (Reason.EXTENSIONS_DISALLOWED,), {"allow_extension_operations": False}, said="allowExtensionOperations"
    ),
    "a gateway that somebody installed by hand is named, and why it is left alone": Case(
        (Reason.IS_GATEWAY,),
        {"computer_name": "WACGW01"},
        said="vm-1 is the Windows Admin Center gateway wacgw01 of WAC_GATEWAYS, installed by hand",
        desired=GATEWAYS,
    ),
    "a computer name with its domain is known by its first part": Case(
        (Reason.IS_GATEWAY,), {"computer_name": "wacgw01.contoso.com"}, desired=GATEWAYS
    ),
    "a name of which Windows tells but 15 letters is known by those": Case(
        (Reason.IS_GATEWAY,),
        {"computer_name": "WAC-GATEWAY-WES"},
        said="gateway wac-gateway-west-europe",
        desired=GATEWAYS,
    ),
    "where no agent has told the computer's name, the VM's counts": Case(
        (Reason.IS_GATEWAY,), {"computer_name": None}, desired={"gateways": frozenset({"vm-1"})}
    ),
    "where one has told it, the VM's does not": Case(
        OK, {"computer_name": "app01"}, desired={"gateways": frozenset({"vm-1"})}
    ),
    "a computer whose name only begins like a gateway's is none": Case(
        OK, {"computer_name": "wacgw01b"}, desired=GATEWAYS
    ),
    "an extension that is on a gateway already is left alone": Case(
        (Reason.IS_GATEWAY,),
        {"computer_name": "wacgw01", "extensions": (extension(state="Failed"),)},
        desired=GATEWAYS,
    ),
    "a group that may not be read may hold an opt-out": Case(
        (Reason.READ_FAILED,),
        around={"resource_groups": {}, "unreadable": {GROUP: "AuthorizationFailed"}},
        said="AuthorizationFailed",
    ),
    "so may a group that was not read": Case((Reason.READ_FAILED,), around={"resource_groups": {}}),
    "every reason is given, not the first alone": Case(
        (
            Reason.NOT_WINDOWS_SERVER,
            Reason.TOO_LITTLE_MEMORY,
            Reason.MANAGED_BY_SERVICE,
            Reason.EXCLUDED,
            Reason.EXTENSIONS_DISALLOWED,
        ),
        {
            **LINUX,
            "vm_size": "Standard_B1ms",
            "managed_by": "aks",
            "tags": {"wac-guard": "exclude"},
            "allow_extension_operations": False,
        },
    ),
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_vm_is_for_wac_or_it_is_said_why_not(one: Case) -> None:
    vm, desired = machine(**one.vm), replace(AUDITED, **one.desired)
    here = estate(vm, **one.around)
    findings = decide_eligibility(here, vm, desired)
    assert tuple(finding.reason for finding in findings) == one.reasons
    assert one.said in " ".join(finding.message for finding in findings)


@pytest.mark.parametrize("one", [one for one in CASES.values() if one.reasons])
def test_a_vm_that_is_not_for_wac_is_left_alone_without_a_look_at_its_network(one: Case) -> None:
    desired = replace(ENFORCED, **one.desired)
    here = estate(machine(**one.vm), **one.around)
    plan = decide_virtual_machine(here, VM, desired)
    assert (plan.actions, plan.checks) == ((), ())
    assert plan.findings == decide_eligibility(here, here.virtual_machines[VM], desired)
    assert not needs_network(without_network(here), VM, desired)
    assert plan == decide_virtual_machine(without_network(here), VM, desired)


def test_one_certain_reason_suffices_whatever_else_is_unknown() -> None:
    vm = machine(**LINUX, vm_size="Standard_X")
    findings = decide_eligibility(estate(vm), vm, AUDITED)
    assert {finding.status for finding in findings} == {Status.NOT_APPLICABLE, Status.UNKNOWN}
    assert is_certainly_ineligible(findings)
    assert not is_certainly_ineligible(decide_eligibility(estate(vm), machine(vm_size="Standard_X"), AUDITED))
