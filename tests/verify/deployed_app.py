"""The app that is asked: the deployed one, with what Azure has of it, or the one in the local host."""

from __future__ import annotations

import ast
import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from simulator.deployment import subscribe_app
from simulator.local import LocalAzure
from simulator.world import SUBSCRIPTION_ID
from tests.conftest import CERTIFICATES
from tests.verify.service import Azure

FOLDER = Path(__file__).parents[2]
WEB = {"api-version": "2024-04-01"}

type Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Function:
    """A function of `function_app.py`; `route` and `methods` are of those that answer HTTP."""

    name: str
    route: str | None
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeployedApp:
    """`site` is what Azure has of it (Microsoft.Web/sites), None of the local one."""

    url: str
    key: str
    subscription_id: str
    site: Json | None = None

    async def ask(self, method: str, path: str, body: Any = None, *, with_key: bool = True) -> tuple[int, Any]:
        """Ask the app; give the status and the document."""
        headers = {"x-functions-key": self.key} if with_key else {}
        timeout = aiohttp.ClientTimeout(total=60)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.request(method, f"{self.url}/api/{path}", json=body, headers=headers) as response,
        ):
            text = await response.text()
            return response.status, json.loads(text) if text.startswith(("{", "[")) else text


def functions() -> tuple[Function, ...]:
    """Read the functions of the app from its source, which has the bindings and nothing else."""
    tree = ast.parse((FOLDER / "function_app.py").read_text(encoding="utf-8"))
    decorated = [one for one in tree.body if isinstance(one, ast.AsyncFunctionDef) and one.decorator_list]
    return tuple(_function(one) for one in decorated)


def _function(definition: ast.AsyncFunctionDef) -> Function:
    for decorator in definition.decorator_list:
        if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "app.route":
            named = {each.arg: ast.literal_eval(each.value) for each in decorator.keywords if each.arg == "methods"}
            return Function(definition.name, ast.literal_eval(decorator.args[0]), tuple(named["methods"]))
    return Function(definition.name, None, ())


@asynccontextmanager
async def open_local_app() -> AsyncIterator[DeployedApp]:
    """Run the app in the local host."""
    async with LocalAzure(FOLDER, directory=CERTIFICATES) as azure:
        await subscribe_app(azure)
        yield DeployedApp(azure.host_url, azure.function_key, SUBSCRIPTION_ID)


async def find_app(azure: Azure, name: str, key: str | None) -> DeployedApp:
    """Find a function app by its name or host name, and its key with the Azure CLI where none is given."""
    sites = await azure.arm.items(f"{azure.subscription}/providers/Microsoft.Web/sites", **WEB)
    named = [one for one in sites if name.lower() in {one["name"].lower(), one["properties"]["defaultHostName"]}]
    assert named, f"there is no function app {name} in the subscription {azure.subscription_id}"
    site = (await azure.arm.get(named[0]["id"], **WEB)).body
    known = key or (await ask_az(site, "functionapp keys list"))["functionKeys"]["default"]
    return DeployedApp(f"https://{site['properties']['defaultHostName']}", known, azure.subscription_id, site)


async def ask_az(site: Json, command: str) -> Any:
    """Ask the Azure CLI what Resource Manager only tells to a POST: keys and app settings. Raises AssertionError."""
    executable = shutil.which("az")
    assert executable, "the Azure CLI is not installed: give KEY=<a function key>"
    parts = site["id"].split("/")
    place = ("--subscription", parts[2], "--resource-group", parts[4], "--name", site["name"], "--output", "json")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(executable, *command.split(), *place, stdout=pipe, stderr=pipe)
    told, complaint = await process.communicate()
    assert process.returncode == 0, f"az {command}: {complaint.decode()[-300:]}"
    return json.loads(told)


def site_of(app: DeployedApp) -> Json:
    """Give what Azure has of a deployed app. Raises AssertionError for the local one."""
    assert app.site
    return app.site


async def settings_of(app: DeployedApp) -> dict[str, str]:
    """Give the app settings of a deployed app, which are shown to nobody."""
    told = await ask_az(site_of(app), "functionapp config appsettings list")
    return {each["name"]: each["value"] for each in told}
