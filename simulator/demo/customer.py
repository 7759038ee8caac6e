"""Somebody who works in the subscription with the real Azure SDK, and knows nothing of the app."""

from __future__ import annotations

from contextlib import AsyncExitStack
from types import TracebackType
from typing import Any, Self

from azure.core.credentials import AccessToken
from azure.mgmt.compute.aio import ComputeManagementClient
from azure.mgmt.compute.models import VirtualMachine
from azure.mgmt.network.aio import NetworkManagementClient
from azure.mgmt.network.models import NetworkInterface, SecurityRule

from simulator.build import LOCATION
from simulator.identity import ARM_AUDIENCES, EXPIRES, Identity
from simulator.local import LocalAzure
from simulator.world import World

CLIENT_ID = "5e0c1f4e-70d6-4c5b-9d0a-3c6a1d0f7b11"


class _Credential:
    """Signed in as that identity."""

    def __init__(self, world: World, identity: Identity) -> None:
        self._world = world
        self._identity = identity

    async def get_token(self, *_scopes: str, **_options: Any) -> AccessToken:
        return AccessToken(self._world.identities.issue(ARM_AUDIENCES[0], self._identity), EXPIRES)

    async def close(self) -> None:
        return

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        return


class Customer:
    """Every method sends the request and does not wait for what takes its time."""

    def __init__(self, azure: LocalAzure) -> None:
        self._azure = azure

    async def __aenter__(self) -> Self:
        world = self._azure.world
        credential = _Credential(world, world.identities.add(CLIENT_ID))
        options: dict[str, Any] = {
            "base_url": self._azure.arm_url,
            "connection_verify": str(self._azure.certificates.ca_file),
        }
        async with AsyncExitStack() as stack:
            self._compute = await stack.enter_async_context(
                ComputeManagementClient(credential, world.subscription_id, **options)
            )
            self._network = await stack.enter_async_context(
                NetworkManagementClient(credential, world.subscription_id, **options)
            )
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def create_virtual_machine(self, group: str, name: str, subnet: str, image: tuple[str, str, str]) -> str:
        """Create a NIC, then the VM; give the VM's id."""
        interface = await self._create_interface(group, f"{name}-nic", subnet)
        publisher, offer, sku = image
        reference = {"publisher": publisher, "offer": offer, "sku": sku, "version": "latest"}
        properties = {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"imageReference": reference, "osDisk": {"createOption": "FromImage"}},
            "osProfile": {"computerName": name, "adminUsername": "azureuser", "adminPassword": "n0t-A-secret"},
            "networkProfile": {"networkInterfaces": [{"id": interface}]},
        }
        vm = VirtualMachine({"location": LOCATION, "properties": properties})
        begun = await self._compute.virtual_machines.begin_create_or_update(group, name, vm, polling=False)
        return str((await begun.result()).id)

    async def _create_interface(self, group: str, name: str, subnet: str) -> str:
        configuration = {"name": "ipconfig1", "properties": {"subnet": {"id": subnet}}}
        document = NetworkInterface({"location": LOCATION, "properties": {"ipConfigurations": [configuration]}})
        begun = await self._network.network_interfaces.begin_create_or_update(group, name, document)
        return str((await begun.result()).id)

    async def start(self, group: str, name: str) -> None:
        """Start a VM."""
        await self._compute.virtual_machines.begin_start(group, name, polling=False)

    async def delete_virtual_machine(self, group: str, name: str) -> None:
        """Delete a VM; its NIC stays."""
        await self._compute.virtual_machines.begin_delete(group, name, polling=False)

    async def deny_all_outbound(self, group: str, nsg: str) -> None:
        """Put the rule DenyAllOutbound at priority 200."""
        everything = dict.fromkeys(
            ("sourceAddressPrefix", "sourcePortRange", "destinationAddressPrefix", "destinationPortRange"), "*"
        )
        properties = {"priority": 200, "direction": "Outbound", "access": "Deny", "protocol": "*"} | everything
        rule = SecurityRule({"properties": properties})
        await (
            await self._network.security_rules.begin_create_or_update(group, nsg, "DenyAllOutbound", rule)
        ).result()

    async def delete_rule(self, group: str, nsg: str, name: str) -> None:
        """Delete one rule of an NSG."""
        await (await self._network.security_rules.begin_delete(group, nsg, name)).result()
