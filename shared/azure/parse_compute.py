"""SDK objects of the compute provider, read into the model."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from shared.azure.sdk_text import text_of
from shared.model.estate import AgentState, Extension, Image, PowerState, VirtualMachine
from shared.model.resource_id import ResourceId

if TYPE_CHECKING:
    from azure.mgmt.compute import models

_POWER = "PowerState/"
_PROVISIONING = "ProvisioningState/"
_AGENT_READY = "provisioningstate/succeeded"


def parse_virtual_machine(vm: models.VirtualMachine) -> VirtualMachine:
    """Read a VM that was got with `$expand=instanceView`.

    Raises ValueError when Azure's answer has no id or no properties: nothing may be decided on that.
    """
    if vm.id is None or vm.properties is None:
        raise ValueError("Azure's answer for a virtual machine has no id or no properties")
    properties = vm.properties
    view = properties.instance_view
    agent, agent_message = _agent(view)
    os_profile = properties.os_profile
    disk = properties.storage_profile.os_disk if properties.storage_profile else None
    interfaces = (properties.network_profile.network_interfaces if properties.network_profile else None) or []
    primary = [one for one in interfaces if one.properties and one.properties.primary]
    return VirtualMachine(
        id=ResourceId(vm.id),
        location=vm.location,
        provisioning_state=properties.provisioning_state or "",
        vm_id=properties.vm_id,
        vm_size=_vm_size(properties),
        os_type=text_of(disk.os_type) if disk and disk.os_type else None,
        os_name=view.os_name if view else None,
        computer_name=(view.computer_name if view else None) or (os_profile.computer_name if os_profile else None),
        image=_image(properties),
        tags=MappingProxyType(dict(vm.tags or {})),
        managed_by=vm.managed_by,
        allow_extension_operations=os_profile is None or os_profile.allow_extension_operations is not False,
        power_state=_power_state(view),
        agent=agent,
        agent_message=agent_message,
        extensions=tuple(_extensions(vm)),
        network_interface_ids=tuple(ResourceId(one.id) for one in interfaces if one.id),
        primary_network_interface_id=ResourceId(primary[0].id) if primary and primary[0].id else None,
    )


def _vm_size(properties: models.VirtualMachineProperties) -> str | None:
    size = properties.hardware_profile.vm_size if properties.hardware_profile else None
    return text_of(size) if size else None


def _image(properties: models.VirtualMachineProperties) -> Image:
    reference = properties.storage_profile.image_reference if properties.storage_profile else None
    return Image(reference.publisher, reference.offer, reference.sku) if reference else Image()


def _codes(statuses: Iterable[models.InstanceViewStatus] | None) -> Iterable[str]:
    return (status.code for status in statuses or () if status.code)


def _power_state(view: models.VirtualMachineInstanceView | None) -> PowerState:
    for code in _codes(view.statuses if view else None):
        if code.startswith(_POWER):
            name = code.removeprefix(_POWER)
            return PowerState(name) if name in PowerState else PowerState.UNKNOWN
    return PowerState.UNKNOWN


def _agent(view: models.VirtualMachineInstanceView | None) -> tuple[AgentState, str | None]:
    """Read the agent's own status: a deallocated VM has none, or a stale one."""
    if view is None or view.vm_agent is None or not view.vm_agent.statuses:
        return AgentState.ABSENT, None
    message = next((status.message for status in view.vm_agent.statuses if status.message), None)
    ready = any(code.casefold() == _AGENT_READY for code in _codes(view.vm_agent.statuses))
    return (AgentState.READY if ready else AgentState.NOT_READY), message


def _extensions(vm: models.VirtualMachine) -> Iterable[Extension]:
    view = vm.properties.instance_view if vm.properties else None
    views = {one.name.casefold(): one for one in (view.extensions if view else None) or () if one.name}
    for extension in vm.resources or ():
        if extension.id is None or extension.properties is None:
            raise ValueError(f"Azure's answer for {vm.id} names an extension without showing it")
        properties = extension.properties
        seen = views.get((extension.name or "").casefold())
        status = next((one for one in (seen.statuses if seen else None) or () if _is_provisioning(one)), None)
        yield Extension(
            id=ResourceId(extension.id),
            publisher=properties.publisher or "",
            type=properties.type or "",
            provisioning_state=properties.provisioning_state or "",
            settings=MappingProxyType(_settings(properties.settings)),
            type_handler_version=properties.type_handler_version,
            auto_upgrade_minor_version=properties.auto_upgrade_minor_version,
            force_update_tag=properties.force_update_tag,
            running_version=seen.type_handler_version if seen else None,
            status_code=status.code if status else None,
            status_message=status.message if status else None,
        )


def _settings(given: object) -> dict[str, Any]:
    """Read settings, which Azure shows as text where a tool has sent them as text."""
    if isinstance(given, str):
        with suppress(ValueError):
            given = json.loads(given)
    return dict(given) if isinstance(given, dict) else {}


def _is_provisioning(status: models.InstanceViewStatus) -> bool:
    return bool(status.code and status.code.startswith(_PROVISIONING))
