"""The app as the Functions host finds it: its functions, what its import costs, and how it refuses bad settings."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shared.azure.check_queue import CHECKS, REDIRECTS, SWEEPS

ROOT = Path(__file__).parents[1]
HOST = json.loads((ROOT / "host.json").read_text())
SETTINGS = {"AzureWebJobsStorage__accountName": "wacguard"}

# Each HTTP function with its methods and its route; no two answer the same.
ROUTES: dict[str, tuple[list[str], str]] = {
    "request_checks": (["POST"], "checks"),
    "explanations": (["POST"], "explain"),
    "reports": (["GET"], "reports"),
    "writes": (["GET"], "writes"),
    "plans": (["GET"], "plans"),
    "sweeps": (["GET"], "sweeps"),
    "release": (["POST"], "release"),
    "undo": (["POST"], "undo"),
    "hold": (["POST"], "hold"),
    "lift": (["POST"], "lift"),
    "stop": (["POST"], "stop"),
    "stops": (["GET"], "stop"),
    "decommission": (["POST"], "decommission"),
}

# Each costs tenths of seconds up to seconds, which a cold start has better uses for.
SLOW = (
    "azure.eventgrid",
    "azure.identity",
    "azure.mgmt",
    "azure.storage",
    "aiohttp",
    "msal",
    "msgraph",
    "kiota",
    "httpx",
)

DESCRIBE = """
import json, sys
import function_app
functions = {
    one.get_function_name(): [binding.get_dict_repr() for binding in one.get_bindings()]
    for one in function_app.app.get_functions()
}
print(json.dumps({"functions": functions, "modules": sorted(sys.modules)}, default=str))
"""


def import_app(**settings: str) -> subprocess.CompletedProcess[str]:
    """Import the app in a process of its own, which its settings and its modules are to itself in."""
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(("WAC_", "AzureWebJobs"))}
    return subprocess.run(
        [sys.executable, "-c", DESCRIBE],
        cwd=ROOT,
        env=inherited | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def app() -> dict[str, Any]:
    done = import_app(**SETTINGS)
    assert done.returncode == 0, done.stderr
    described: dict[str, Any] = json.loads(done.stdout)
    return described


def binding_of(app: dict[str, Any], function: str, kind: str) -> dict[str, Any]:
    (binding,) = [one for one in app["functions"][function] if one["type"] == kind]
    return dict(binding)


def test_the_app_has_these_functions_and_no_others(app: dict[str, Any]) -> None:
    triggers = {name: [binding["type"] for binding in bindings] for name, bindings in app["functions"].items()}
    assert triggers == {
        "virtual_machine_events": ["eventGridTrigger"],
        "network_events": ["eventGridTrigger"],
        "checks": ["queueTrigger"],
        "poisoned_checks": ["queueTrigger"],
        "sweep_timer": ["timerTrigger"],
        "sweep_checks": ["queueTrigger"],
        "poisoned_sweeps": ["queueTrigger"],
        "redirects_timer": ["timerTrigger"],
        "redirects": ["queueTrigger"],
        "poisoned_redirects": ["queueTrigger"],
    } | {name: ["httpTrigger", "http"] for name in ROUTES}


def test_checks_are_taken_from_the_queue_that_they_are_sent_to_and_poison_from_where_the_host_puts_it(
    app: dict[str, Any],
) -> None:
    for function, queue in (
        ("checks", CHECKS),
        ("poisoned_checks", f"{CHECKS}-poison"),
        ("sweep_checks", SWEEPS),
        ("poisoned_sweeps", f"{SWEEPS}-poison"),
        ("redirects", REDIRECTS),
        ("poisoned_redirects", f"{REDIRECTS}-poison"),
    ):
        trigger = binding_of(app, function, "queueTrigger")
        assert (trigger["queueName"], trigger["connection"]) == (queue, "AzureWebJobsStorage")


@pytest.mark.parametrize("function", ROUTES)
def test_people_need_a_key_to_ask(function: str, app: dict[str, Any]) -> None:
    trigger = binding_of(app, function, "httpTrigger")
    methods = [str(method).upper() for method in trigger["methods"]]
    assert (trigger["authLevel"], methods, trigger["route"]) == ("FUNCTION", *ROUTES[function])
    assert HOST["extensions"]["http"]["routePrefix"] == "api"


def test_importing_the_app_imports_no_sdk_and_no_http_client(app: dict[str, Any]) -> None:
    assert [module for module in app["modules"] if module.startswith(SLOW)] == []
    assert "handlers.checks" in app["modules"]


@pytest.mark.parametrize(
    ("settings", "timer", "schedule"),
    [
        ({}, "redirects_timer", "0 30 3 * * *"),
        ({"WAC_REDIRECTS_SCHEDULE": "0 0 * * * *"}, "redirects_timer", "0 0 * * * *"),
        ({}, "sweep_timer", "0 0 * * * *"),
        ({"WAC_SWEEP_SCHEDULE": "0 15 */6 * * *"}, "sweep_timer", "0 15 */6 * * *"),
    ],
)
def test_a_timer_comes_when_it_is_set_to(settings: dict[str, str], timer: str, schedule: str) -> None:
    described = json.loads(import_app(**SETTINGS, **settings).stdout)
    assert binding_of(described, timer, "timerTrigger")["schedule"] == schedule
