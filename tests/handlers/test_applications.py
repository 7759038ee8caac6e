"""An app registration's check: what is found, moved, cleaned up, refused and undone in the tenant."""

from dataclasses import replace
from typing import Any

import pytest

from handlers.guard import Guard
from shared.model.plan import Outcome, Reason, Status
from simulator.build import add_newer_gateway, add_older_gateway, add_server_application, change_application
from simulator.local import LocalAzure
from simulator.world import World
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import look

HOST = "wac.contoso.com"
WEB = ("https://wac.contoso.com:6600", "http://localhost:6516/*", "https://shop.contoso.com/signin")
PAIR = ["https://wac.contoso.com:6600", "https://wac.contoso.com:6600/signin-oidc"]
MIGRATE = {"WAC_REDIRECTS_MODE": "migrate"}
CLEANUP = {**MIGRATE, "WAC_REDIRECTS_CLEANUP": "on"}
MINUTE, HOUR = 60.0, 3600.0


def subject_of(application_id: str) -> str:
    return f"/providers/Microsoft.Graph/applications/{application_id}"


def uris(world: World, application_id: str) -> tuple[list[str], list[str]]:
    """Give the redirect URIs of platform Web, and of the single-page application platform."""
    found = world.graph.find(application_id)
    return found["web"]["redirectUris"], found["spa"]["redirectUris"]


async def test_audited_a_gateway_on_the_web_platform_is_told_of_and_left(azure: LocalAzure, auditing: Guard) -> None:
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    report = await look(auditing, subject_of(gateway))
    assert Reason.GATEWAY_ON_WEB_PLATFORM in {finding.reason for finding in report.findings}
    assert report.status is Status.NON_COMPLIANT
    assert [result.outcome for result in report.actions] == [Outcome.WOULD_DO]
    assert uris(azure.world, gateway) == (list(WEB), [])


async def test_migrated_its_own_are_moved_and_the_rest_stays_as_it_is(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(**MIGRATE)
    gateway = add_older_gateway(azure.world, HOST, web=WEB)
    before = azure.world.graph.find(gateway)
    report = await look(guard, subject_of(gateway))
    assert [result.outcome for result in report.actions] == [Outcome.STARTED], report.actions[0].message
    assert uris(azure.world, gateway) == ([WEB[1], WEB[2]], PAIR)
    after = azure.world.graph.find(gateway)
    assert {key: after[key] for key in after if key not in ("web", "spa")} == {
        key: before[key] for key in before if key not in ("web", "spa")
    }
    assert after["web"]["implicitGrantSettings"] == before["web"]["implicitGrantSettings"]
    await azure.advance(HOUR)
    again = await look(guard, subject_of(gateway))
    assert again.actions == ()
