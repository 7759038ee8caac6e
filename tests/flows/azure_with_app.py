"""What flows ask of the local Azure with the app in it."""

from typing import Any

from handlers.events import OPERATIONS
from shared.azure.dead_letters import CONTAINER
from simulator.estate.situations import Built
from simulator.eventgrid import Schema
from simulator.local import LocalAzure
from simulator.request_log import GRAPH_APPLICATIONS
from simulator.world import World
from tests.conftest import trusting

MARKER = "Managed by WAC Guard."


class AzureWithApp:
    """The local Azure, and what the app did to it."""

    def __init__(self, azure: LocalAzure) -> None:
        self.azure = azure
        self._logged = 0

    @property
    def world(self) -> World:
        return self.azure.world

    async def subscribe(self, schema: Schema = "EventGridSchema") -> None:
        """Have the app told of what it wants to know, as a deployment would."""
        for function, provider in (
            ("virtual_machine_events", "Microsoft.Compute"),
            ("network_events", "Microsoft.Network"),
        ):
            operations = [operation for operation in OPERATIONS if operation.startswith(provider)]
            await self.azure.subscribe(function, *operations, schema=schema, dead_letters=CONTAINER)

    async def reset(self) -> None:
        await self.azure.reset()
        self._logged = len(self.azure.host.log_lines())

    async def log_lines(self, message: str | None = None) -> list[dict[str, Any]]:
        """Give what the app has logged in this test, or the lines with this message."""
        await self.azure.host.catch_up()
        lines = self.azure.host.log_lines()[self._logged :]
        return [line for line in lines if message is None or line["message"] == message]

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Post to /api/…; give the status and the document."""
        url = f"{self.azure.host_url}/api/{path}?code={self.azure.function_key}"
        async with trusting() as session, session.post(url, json=body) as response:
            document: dict[str, Any] = await response.json(content_type=None)
            return response.status, document

    async def ask(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Post to /api/checks; give the status and the document."""
        return await self.post("checks", body)

    async def audit(self, subject: str) -> dict[str, Any]:
        """Have a subject audited."""
        status, document = await self.ask({"subject": subject})
        assert status == 200, document
        return document

    async def get(self, path: str, **query: str) -> tuple[int, dict[str, Any]]:
        """Ask /api/… for something; give the status and the document."""
        url = f"{self.azure.host_url}/api/{path}"
        query |= {"code": self.azure.function_key}
        async with trusting() as session, session.get(url, params=query) as response:
            document: dict[str, Any] = await response.json(content_type=None)
            return response.status, document

    async def fire(self, timer: str) -> None:
        """Have a timer function run by hand, by the admin endpoint; what it begins is done when all is settled."""
        await self.azure.host.run(timer)

    async def report(self, subject: str) -> dict[str, Any]:
        """Give the latest report of a subject."""
        status, document = await self.get("reports", subject=subject)
        assert status == 200, document
        return document

    def installs(self, vm_id: str) -> int:
        """Count the installs that really ran on a VM."""
        under = f"{vm_id}/extensions/".lower()
        return sum(install.extension_id.lower().startswith(under) for install in self.world.installs)

    def installs_in(self, built: Built) -> int:
        """Count the installs that really ran in the resource group of a situation."""
        group = built.vm_id.lower().split("/providers/")[0]
        return sum(install.extension_id.lower().startswith(f"{group}/") for install in self.world.installs)

    def settings(self, vm_id: str) -> dict[str, Any]:
        """Give the settings of the AdminCenter extension of a VM, whatever its name."""
        extensions = self.world.resources.in_collection(f"{vm_id}/extensions")
        (found,) = [one["properties"] for one in extensions if one["properties"]["type"] == "AdminCenter"]
        settings: dict[str, Any] = found["settings"]
        return settings

    def rules(self, nsg_id: str) -> dict[str, dict[str, Any]]:
        """Give the custom rules of an NSG by name."""
        rules = self.world.resources.in_collection(f"{nsg_id}/securityRules")
        return {rule["name"]: rule["properties"] for rule in rules}

    def redirects(self, application_id: str) -> tuple[list[str], list[str]]:
        """Give the redirect URIs of an application: on platform Web, and on the single-page application platform."""
        found = self.world.graph.find(application_id)
        return found["web"]["redirectUris"], found["spa"]["redirectUris"]

    def patches(self, application_id: str) -> int:
        """Count the writes to an application that took effect."""
        under = f"{GRAPH_APPLICATIONS}/{application_id}"
        return sum(request.took_effect for request in self.world.requests.writes(under))

    def our_rules(self, nsg_id: str) -> dict[str, int]:
        """Give the priorities of our rules by name."""
        return {
            name: rule["priority"]
            for name, rule in self.rules(nsg_id).items()
            if rule.get("description", "").startswith(MARKER)
        }
