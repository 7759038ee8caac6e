"""What has to be read of app registrations, and when."""

from __future__ import annotations

from shared.azure.directory import Directory
from shared.model.estate import Estate
from shared.model.resource_id import ResourceId


async def observe_application(directory: Directory, subject: ResourceId) -> Estate:
    """Read a registration. Raises PassingFailure."""
    await directory.read_application(subject)
    return directory.estate()


async def observe_gateways(directory: Directory) -> Estate:
    """Add what is known of all gateways. Raises PassingFailure, Refusal."""
    await directory.read_gateways()
    return directory.estate()


async def observe_details(directory: Directory, subject: ResourceId) -> Estate:
    """Add who owns a registration, and whether it has federated credentials. Raises PassingFailure."""
    await directory.read_details(subject)
    return directory.estate()
