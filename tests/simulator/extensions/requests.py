"""Requests for the AdminCenter extension, as customers send them."""

from __future__ import annotations

from typing import Any

from tests.simulator.raw_client import RawAnswer, RawClient


def admin_center(**changes: Any) -> dict[str, Any]:
    properties = {
        "publisher": "Microsoft.AdminCenter",
        "type": "AdminCenter",
        "typeHandlerVersion": "0.0",
        "autoUpgradeMinorVersion": True,
        "settings": {"port": "6516", "salt": "pepper"},
    }
    return {"location": "westeurope", "properties": properties | changes}


async def put(raw: RawClient, vm: str, **changes: Any) -> RawAnswer:
    return await raw.send("PUT", f"{vm}/extensions/AdminCenter", body=admin_center(**changes))


async def status_of(raw: RawClient, answer: RawAnswer) -> dict[str, Any]:
    return dict((await raw.send("GET", answer.headers["azure-asyncoperation"])).body)


async def state_of(raw: RawClient, extension: str) -> str:
    return str((await raw.get(extension)).body["properties"]["provisioningState"])
