"""The app as the Functions host finds it: its functions, what its import costs, and how it refuses bad settings."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.azure.check_queue import CHECKS, REDIRECTS, SWEEPS
from shared.azure.outbox import PUBLICATIONS

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
    "waive": (["POST"], "waivers"),
    "waive_no_more": (["DELETE"], "waivers"),
    "waivers": (["GET"], "waivers"),
    "dead_letters": (["GET"], "dead-letters"),
    "take_up_dead_letters": (["POST"], "dead-letters"),
}

# Each costs tenths of seconds up to seconds, which a cold start has better uses for.
SLOW = (
    "azure.eventgrid",
    "azure.identity",
    "azure.mgmt",
    "azure.monitor",
    "azure.storage",
    "aiohttp",
    "msal",
    "msgraph",
    "kiota",
    "httpx",
    "opentelemetry",
)

DESCRIBE = """
import json, sys
import function_app
found = function_app.app.get_functions()
functions = {one.get_function_name(): [binding.get_dict_repr() for binding in one.get_bindings()] for one in found}
retries = {one.get_function_name(): one.get_settings_dict("retry_policy") for one in found}
print(json.dumps({"functions": functions, "retries": retries, "modules": sorted(sys.modules)}, default=str))
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
        "publications": ["queueTrigger"],
        "poisoned_publications": ["queueTrigger"],
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
        ("publications", PUBLICATIONS),
        ("poisoned_publications", f"{PUBLICATIONS}-poison"),
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


def test_a_timer_that_fails_comes_again_since_nobody_else_would_bring_it_back(app: dict[str, Any]) -> None:
    timers = [name for name, (first, *_) in app["functions"].items() if first["type"] == "timerTrigger"]
    assert sorted(timers) == ["redirects_timer", "sweep_timer"]
    for name in timers:
        assert int(app["retries"][name]["max_retry_count"]) >= 5


def test_bad_settings_stop_the_app_and_are_all_told_at_once() -> None:
    done = import_app(WAC_EXTENSION_MODE="fix", WAC_PORT="0", WAC_ENFORCE_SCOPE="x")
    assert done.returncode != 0
    told = done.stderr[done.stderr.rindex("SettingsError") :]
    for fault in (
        "WAC_EXTENSION_MODE: Input should be 'audit' or 'enforce'",
        "WAC_PORT: Input should be greater than or equal to 1",
        "WAC_ENFORCE_SCOPE is not a setting of WAC Guard; did you mean WAC_ENFORCE_SCOPES?",
        "AzureWebJobsStorage__queueServiceUri is missing",
    ):
        assert told.count(fault) == 1


def seconds(text: str) -> float:
    hours, minutes, rest = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=float(rest)).total_seconds()


def test_the_hosts_queue_settings_fit_what_the_code_promises() -> None:
    queues = HOST["extensions"]["queues"]
    assert HOST["version"] == "2.0"
    assert queues["messageEncoding"] == "none"  # the JSON stands in the queue as it is written
    assert queues["maxDequeueCount"] > 1
    assert seconds(queues["visibilityTimeout"]) >= 10
    assert seconds(queues["maxPollingInterval"]) <= 5
    assert 1 <= queues["newBatchThreshold"] < queues["batchSize"] <= 32
    assert seconds(HOST["functionTimeout"]) <= 600


def test_the_host_is_told_to_bring_the_bindings_that_python_apps_do_not_carry() -> None:
    bundle = HOST["extensionBundle"]
    assert bundle["id"] == "Microsoft.Azure.Functions.ExtensionBundle"
    assert bundle["version"] == "[4.0.0, 5.0.0)"  # from 4 on, its Event Grid trigger understands CloudEvents
