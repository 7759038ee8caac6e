"""What to click in the Microsoft Entra admin center to do by hand what an action does to an application."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.decide.redirect_uris import Platform
from shared.model.application import Application
from shared.model.plan import PatchApplication

_AUTHENTICATION = (
    "https://entra.microsoft.com/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Authentication/appId/"
)


def portal_steps(application: Application, action: PatchApplication) -> list[str]:
    """List the steps, in an order in which no redirect URI is ever on two platforms."""
    name = application.display_name or application.app_id
    return [
        f"Open the page Authentication of the app registration {name}: {_AUTHENTICATION}{application.app_id}",
        *_steps(action),
        "Save.",
    ]


def _steps(action: PatchApplication) -> Iterator[str]:
    before, after = action.existing, action.desired
    off_web = _without(before.web_redirect_uris, after.web_redirect_uris)
    onto_spa = _without(after.spa_redirect_uris, before.spa_redirect_uris)
    moved = _among(off_web, onto_spa)
    web, spa = Platform.WEB, Platform.SPA
    for step, uris in (
        (f"On platform {web}, select the warning that URIs should be migrated; choose these, and Configure", moved),
        (f"On platform {web}, remove", _without(off_web, moved)),
        (f"On platform {spa}, remove", _without(before.spa_redirect_uris, after.spa_redirect_uris)),
        (f"On platform {spa} (Add a platform, where there is none), add", _without(onto_spa, moved)),
        (
            f"On platform {web} (Add a platform, where there is none), add",
            _without(after.web_redirect_uris, before.web_redirect_uris),
        ),
    ):
        if uris:
            yield f"{step}: {', '.join(uris)}."
    for box, flag in (("Access tokens", after.access_token_issuance), ("ID tokens", after.id_token_issuance)):
        if flag is not None:
            yield f"Under Implicit grant and hybrid flows, {'check' if flag else 'uncheck'} {box}."


def _without(uris: Iterable[str], others: Iterable[str]) -> list[str]:
    taken = {uri.lower() for uri in others}
    return [uri for uri in uris if uri.lower() not in taken]


def _among(uris: Iterable[str], others: Iterable[str]) -> list[str]:
    found = {uri.lower() for uri in others}
    return [uri for uri in uris if uri.lower() in found]
