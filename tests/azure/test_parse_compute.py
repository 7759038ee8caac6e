"""What few VMs show, and what no recording has: read all the same, or refused where nothing may be decided on it."""

from typing import Any

import pytest
from azure.mgmt.compute import models

from shared.azure.parse_compute import parse_virtual_machine
from shared.model.estate import AgentState, PowerState, VirtualMachine

type Json = dict[str, Any]

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"
SUCCEEDED = {"code": "ProvisioningState/succeeded"}


def parse(view: Json | None = None, extension: Json | None = None) -> VirtualMachine:
    body: Json = {
        "id": VM,
        "location": "westeurope",
        "properties": {"provisioningState": "Succeeded", "instanceView": view},
    }
    if extension is not None:
        body["resources"] = [
            {"id": f"{VM}/extensions/AdminCenter", "name": "AdminCenter", "properties": extension},
        ]
    return parse_virtual_machine(models.VirtualMachine(body))


SETTINGS: dict[str, tuple[Any, dict[str, Any]]] = {
    "an object": ({"port": "6600"}, {"port": "6600"}),
    "an object written as text, as some tools send it": ('{"port": 6600}', {"port": 6600}),
    "none": (None, {}),
    "empty text": ("", {}),
    "text that is no object": ("[6600]", {}),
    "text that is no JSON": ("port=6600", {}),
}


@pytest.mark.parametrize(("given", "read"), SETTINGS.values(), ids=SETTINGS.keys())
def test_the_settings_of_an_extension_are_read_however_they_were_sent(given: object, read: dict[str, Any]) -> None:
    (extension,) = parse(extension={"settings": given}).extensions
    assert extension.settings == read


POWERS = {
    "running": (["ProvisioningState/succeeded", "PowerState/running"], PowerState.RUNNING),
    "deallocating": (["PowerState/deallocating"], PowerState.DEALLOCATING),
    "one that Azure has not told of": (["PowerState/hibernated"], PowerState.UNKNOWN),
    "none": (["ProvisioningState/succeeded", "OSState/generalized"], PowerState.UNKNOWN),
    "no status at all": ([], PowerState.UNKNOWN),
}


@pytest.mark.parametrize(("codes", "power"), POWERS.values(), ids=POWERS.keys())
def test_the_power_is_what_the_view_says_and_unknown_otherwise(codes: list[str], power: PowerState) -> None:
    assert parse(view={"statuses": [{"code": code} for code in codes]}).power_state is power
    assert parse(view=None).power_state is PowerState.UNKNOWN


AGENTS: dict[str, tuple[Json | None, AgentState, str | None]] = {
    "no view of it": (None, AgentState.ABSENT, None),
    "one without a status": ({"vmAgentVersion": "Unknown"}, AgentState.ABSENT, None),
    "one that has reported": (
        {"statuses": [{**SUCCEEDED, "message": "GuestAgent is running and processing the extensions."}]},
        AgentState.READY,
        "GuestAgent is running and processing the extensions.",
    ),
    "one whose report has another case": (
        {"statuses": [{"code": "provisioningstate/Succeeded"}]},
        AgentState.READY,
        None,
    ),
    "one that does not answer": (
        {"statuses": [{"code": "ProvisioningState/Unavailable", "message": "VM Agent is unresponsive."}]},
        AgentState.NOT_READY,
        "VM Agent is unresponsive.",
    ),
}


@pytest.mark.parametrize(("agent", "state", "message"), AGENTS.values(), ids=AGENTS.keys())
def test_the_agent_is_ready_only_when_it_says_so(agent: Json | None, state: AgentState, message: str | None) -> None:
    vm = parse(view={"vmAgent": agent})
    assert (vm.agent, vm.agent_message) == (state, message)


VIEWS: dict[str, tuple[list[Json], tuple[str | None, str | None]]] = {
    "no report yet": ([{"name": "AdminCenter"}], (None, None)),
    "a report": (
        [{"name": "AdminCenter", "typeHandlerVersion": "0.0.0.350", "statuses": [SUCCEEDED]}],
        ("0.0.0.350", "ProvisioningState/succeeded"),
    ),
    "a report with the name in another case": (
        [{"name": "ADMINCENTER", "typeHandlerVersion": "0.0.0.350", "statuses": [SUCCEEDED]}],
        ("0.0.0.350", "ProvisioningState/succeeded"),
    ),
    "a report of something besides": (
        [
            {
                "name": "AdminCenter",
                "statuses": [{"code": "ComponentStatus/x"}, {"code": "ProvisioningState/failed/1"}],
            }
        ],
        (None, "ProvisioningState/failed/1"),
    ),
    "a report of another extension": ([{"name": "Other", "typeHandlerVersion": "1.0"}], (None, None)),
}


@pytest.mark.parametrize(("view", "seen"), VIEWS.values(), ids=VIEWS.keys())
def test_an_extension_is_shown_with_what_the_agent_reports_of_it(
    view: list[Json], seen: tuple[str | None, str | None]
) -> None:
    (extension,) = parse(view={"extensions": view}, extension={"provisioningState": "Succeeded"}).extensions
    assert (extension.running_version, extension.status_code) == seen


def test_a_machine_that_is_barely_there_has_nothing_made_up() -> None:
    vm = parse()
    assert (vm.vm_id, vm.vm_size, vm.os_type, vm.os_name, vm.computer_name) == (None,) * 5
    assert (vm.extensions, vm.network_interface_ids, vm.managed_by) == ((), (), None)
    assert vm.allow_extension_operations


@pytest.mark.parametrize("body", [{}, {"id": VM}, {"properties": {}}, {"location": "westeurope"}])
def test_an_answer_that_is_no_machine_is_refused(body: Json) -> None:
    with pytest.raises(ValueError, match="has no id or no properties"):
        parse_virtual_machine(models.VirtualMachine(body))
