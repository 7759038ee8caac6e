"""The writes: each is started and not waited for, and never sent again by the SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shared.azure.clients import AzureClients, Purpose
from shared.azure.failures import explained
from shared.azure.patch_application import patch_application
from shared.model.estate import SecurityRule
from shared.model.plan import (
    Action,
    DeleteExtension,
    DeleteSecurityRule,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from shared.model.resource_id import ResourceId

if TYPE_CHECKING:
    from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
    from azure.core.pipeline import PipelineResponse


async def _sent_once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """Pass a request on, and keep aiohttp from sending it again when its connection drops.

    It does so with PUT, which is idempotent; but what became of the first one is for the next look to see.
    """
    from aiohttp import ClientConnectionError, ClientOSError, ServerDisconnectedError  # noqa: PLC0415 - slow to import

    try:
        return await send(request)
    except (ClientOSError, ServerDisconnectedError) as error:
        raise ClientConnectionError(str(error)) from error


class _Answer:
    """Looks at the answer to a write, for the id by which Azure's support finds it."""

    request_id: str | None = None

    def look_at(self, response: PipelineResponse[Any, Any]) -> None:
        self.request_id = response.http_response.headers.get("x-ms-request-id")

    @property
    def once(self) -> dict[str, Any]:
        """Say to a client: don't wait, and send once. The SDK's own retries are off for all requests."""
        return {"polling": False, "middlewares": (_sent_once,), "raw_response_hook": self.look_at}


async def write(clients: AzureClients, action: Action) -> str | None:
    """Start what the action says, and give the id of the request. Raises Absent, PassingFailure or Refusal."""
    answer = _Answer()
    with explained():
        match action:
            case PutExtension():
                await _put_extension(clients, action, answer.once)
            case RefreshExtension():
                await _patch_extension(clients, action, answer.once)
            case DeleteExtension():
                machine = _parent(action.id)
                extensions = clients.compute(machine.subscription_id, Purpose.EXTENSIONS).virtual_machine_extensions
                await extensions.begin_delete(machine.resource_group, machine.name, action.id.name, **answer.once)
            case PutSecurityRule():
                await _put_security_rule(clients, action, answer.once)
            case DeleteSecurityRule():
                group = _parent(action.id)
                rules = clients.network(group.subscription_id, Purpose.NETWORK).security_rules
                await rules.begin_delete(group.resource_group, group.name, action.id.name, **answer.once)
            case PatchApplication():
                return await patch_application(clients, action)
    return answer.request_id


async def _put_extension(clients: AzureClients, action: PutExtension, once: dict[str, Any]) -> None:
    from azure.mgmt.compute import models  # noqa: PLC0415 - a second to import

    desired = action.desired
    machine = _parent(action.id)
    await clients.compute(
        machine.subscription_id, Purpose.EXTENSIONS
    ).virtual_machine_extensions.begin_create_or_update(
        machine.resource_group,
        machine.name,
        action.id.name,
        models.VirtualMachineExtension(
            location=desired.location,
            properties=models.VirtualMachineExtensionProperties(
                publisher=desired.publisher,
                type=desired.type,
                type_handler_version=desired.type_handler_version,
                auto_upgrade_minor_version=desired.auto_upgrade_minor_version,
                settings=dict(desired.settings),
            ),
        ),
        **once,
    )


async def _patch_extension(clients: AzureClients, action: RefreshExtension, once: dict[str, Any]) -> None:
    from azure.mgmt.compute import models  # noqa: PLC0415 - a second to import

    machine = _parent(action.id)
    await clients.compute(machine.subscription_id, Purpose.EXTENSIONS).virtual_machine_extensions.begin_update(
        machine.resource_group,
        machine.name,
        action.id.name,
        models.VirtualMachineExtensionUpdate(
            properties=models.VirtualMachineExtensionUpdateProperties(force_update_tag=action.force_update_tag)
        ),
        **once,
    )


async def _put_security_rule(clients: AzureClients, action: PutSecurityRule, once: dict[str, Any]) -> None:
    from azure.mgmt.network import models  # noqa: PLC0415 - seconds to import

    group = _parent(action.id)
    await clients.network(group.subscription_id, Purpose.NETWORK).security_rules.begin_create_or_update(
        group.resource_group,
        group.name,
        action.id.name,
        models.SecurityRule(properties=models.SecurityRulePropertiesFormat(**_rule_fields(action.desired))),
        **once,
    )


def _rule_fields(rule: SecurityRule) -> dict[str, Any]:
    """Use the singular form for one value and the plural for several: Azure refuses a tag among several prefixes."""
    fields: dict[str, Any] = {
        "description": rule.description,
        "protocol": rule.protocol,
        "access": rule.access.value,
        "priority": rule.priority,
        "direction": rule.direction.value,
    }
    for singular, plural, values in (
        ("source_address_prefix", "source_address_prefixes", rule.source_address_prefixes),
        ("source_port_range", "source_port_ranges", rule.source_port_ranges),
        ("destination_address_prefix", "destination_address_prefixes", rule.destination_address_prefixes),
        ("destination_port_range", "destination_port_ranges", rule.destination_port_ranges),
    ):
        if len(values) == 1:
            fields[singular] = values[0]
        else:
            fields[plural] = list(values)
    return fields


def _parent(identity: ResourceId) -> ResourceId:
    if identity.parent is None:
        raise ValueError(f"{identity} is nobody's child, so there is nothing to write it to")
    return identity.parent
