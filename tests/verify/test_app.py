"""The app answers where it was deployed to, refuses whom it must, and does what it should by itself. Reads only."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.verify.deployed_app import DeployedApp, functions, settings_of
from tests.verify.deployment_faults import sweep_faults

pytestmark = [pytest.mark.azure, pytest.mark.xdist_group("verify-app")]

SHOWN = sorted({each.route for each in functions() if each.route and "GET" in each.methods})
READING_POSTS = ("checks", "explain")
ABSENT = "providers/Microsoft.Network/networkSecurityGroups/wac-guard-verify-absent"
HOURLY = "0 0 * * * *"


def query_of(route: str, app: DeployedApp) -> str:
    """Give what a route needs to be asked with."""
    subscription = f"?subscription={app.subscription_id}"
    subject = f"?subject=/subscriptions/{app.subscription_id}/resourceGroups/rg/{ABSENT}"
    return {"plans": subscription, "sweeps": subscription, "writes": subject}.get(route, "")


@pytest.mark.parametrize("route", SHOWN)
async def test_what_can_be_shown_is_shown(app_or_local: DeployedApp, route: str) -> None:
    status, document = await app_or_local.ask("GET", route + query_of(route, app_or_local))
    assert (status, type(document)) == (200, dict), document


@pytest.mark.parametrize("route", SHOWN)
async def test_nobody_is_shown_anything_without_a_key(app_or_local: DeployedApp, route: str) -> None:
    assert (await app_or_local.ask("GET", route + query_of(route, app_or_local), with_key=False))[0] == 401


@pytest.mark.parametrize("route", READING_POSTS)
async def test_what_makes_no_sense_is_answered_with_what_to_send(app_or_local: DeployedApp, route: str) -> None:
    status, problem = await app_or_local.ask("POST", route, ["verify"])
    assert status == 400
    assert problem.keys() >= {"title", "status", "detail", "example"}


@pytest.mark.parametrize("route", SHOWN)
async def test_a_query_of_something_unknown_is_refused(app_or_local: DeployedApp, route: str) -> None:
    status, problem = await app_or_local.ask("GET", f"{route}?frobnicate=1")
    assert status == 400
    assert problem["status"] == 400


async def test_sweeps_keep_to_their_schedule(app_in_azure: DeployedApp) -> None:
    settings = await settings_of(app_in_azure)
    _, document = await app_in_azure.ask("GET", f"sweeps?subscription={app_in_azure.subscription_id}")
    schedule = settings.get("WAC_SWEEP_SCHEDULE") or HOURLY
    assert not list(sweep_faults(document["sweeps"], schedule, datetime.now(UTC)))
