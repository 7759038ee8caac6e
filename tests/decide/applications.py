"""App registrations to decide on: a gateway's, as Windows Admin Center makes it, unless asked for otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from shared.decide.application import decide_application
from shared.model.application import Application, Gateway, RedirectSettings, ResourceAccess
from shared.model.desired import DesiredState, RedirectsMode
from shared.model.estate import Estate
from shared.model.past import NOTHING, Past
from shared.model.plan import PatchApplication, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId
from tests.decide.estates import OBSERVED_AT

APP = ResourceId("/providers/Microsoft.Graph/applications/0a1b2c3d-1111-4222-8333-444455556666")
OTHER_APP = ResourceId("/providers/Microsoft.Graph/applications/0a1b2c3d-1111-4222-8333-777788889999")
APP_ID = "99998888-7777-4666-8555-444433332222"

GRAPH, SERVICE_MANAGEMENT = "00000003-0000-0000-c000-000000000000", "797f4846-ba00-4fd7-ba43-dac1f8f63013"
READ_WRITE_ALL = ResourceAccess(GRAPH, "bdfbf15f-ee85-4955-8675-146e8e5296b5")
READ_WRITE_ALL_AS_ROLE = ResourceAccess(GRAPH, "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9")
USER_IMPERSONATION = ResourceAccess(SERVICE_MANAGEMENT, "41094075-9dad-400e-a0bd-54e686782033")
BOTH = (READ_WRITE_ALL, USER_IMPERSONATION)

WAC = "https://wac.contoso.com:6600"
PAIR = (WAC, f"{WAC}/signin-oidc")
LOCALHOST = "http://localhost:6516/*"
CALLBACK = "https://intranet.contoso.com/callback"

AUDITED = DesiredState()
MIGRATING = DesiredState(redirects_mode=RedirectsMode.MIGRATE)
CLEANING_UP = replace(MIGRATING, redirects_cleanup=True)


def application(
    web: str | Iterable[str] = (), spa: str | Iterable[str] = (), name: str | None = None, **more: Any
) -> Application:
    """Make the registration of a gateway at wac.contoso.com, for work accounts, without the implicit grant."""
    given: dict[str, Any] = {
        "id": APP,
        "app_id": APP_ID,
        "display_name": "WindowsAdminCenter-https://wac.contoso.com" if name is None else name,
        "sign_in_audience": "AzureADMyOrg",
        "web_redirect_uris": _several(web),
        "spa_redirect_uris": _several(spa),
        "federated_credentials": 0,
        "required_resource_access": BOTH,
        **more,
    }
    return Application(**given)


def tenant(*applications: Application, gateways: Iterable[Gateway] = (), **more: Any) -> Estate:
    """Make an estate of app registrations alone."""
    found = {one.id: one for one in applications}
    return Estate(OBSERVED_AT, applications=found, gateways=tuple(gateways), **more)


def plan_for(one: Application, desired: DesiredState = MIGRATING, past: Past = NOTHING, **more: Any) -> Plan:
    """Decide on an application by itself."""
    return decide_application(tenant(one, **more), one.id, desired, past)


def patch_of(plan: Plan) -> PatchApplication | None:
    """Give the one PATCH of a plan, if it has one."""
    assert len(plan.actions) <= 1
    for action in plan.actions:
        assert isinstance(action, PatchApplication)
        return action
    return None


def reasons_of(plan: Plan) -> list[Reason]:
    return [finding.reason for finding in plan.findings]


def settings(web: str | Iterable[str], spa: str | Iterable[str], **flags: bool) -> RedirectSettings:
    return RedirectSettings(_several(web), _several(spa), **flags)


def _several(uris: str | Iterable[str]) -> tuple[str, ...]:
    return (uris,) if isinstance(uris, str) else tuple(uris)
