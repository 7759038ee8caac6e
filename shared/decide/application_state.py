"""An app registration as it is now, held against a PATCH of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.decide.remarks import name_of
from shared.model.application import Application, RedirectSettings
from shared.model.estate import Estate
from shared.model.plan import Finding, PatchApplication
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId

SETTLING = timedelta(minutes=10)
"""How long Graph's replicas may at the most show what was there before a write: they follow each other in a while."""


def is_whole(application: Application) -> bool:
    """Tell whether Graph's answer had all that is decided upon."""
    return not application.unread


def find_application(estate: Estate, target: ResourceId) -> Application | None:
    """Give an application that was read whole."""
    application = estate.applications.get(target)
    return application if application is not None and is_whole(application) else None


def settings_now(application: Application, like: RedirectSettings) -> RedirectSettings:
    """Give the settings as they are, of the implicit grant's flags those that `like` has."""
    return RedirectSettings(
        application.web_redirect_uris,
        application.spa_redirect_uris,
        None if like.access_token_issuance is None else application.access_token_issuance,
        None if like.id_token_issuance is None else application.id_token_issuance,
    )


def is_as_written(application: Application, action: PatchApplication) -> bool:
    """Tell whether all that a PATCH writes is as it was written."""
    return not differing(settings_now(application, action.desired), action.desired)


def is_as_before(application: Application, action: PatchApplication) -> bool:
    """Tell whether all that a PATCH writes is as it was before it."""
    return not differing(settings_now(application, action.existing), action.existing)


def differing(one: RedirectSettings, other: RedirectSettings) -> tuple[str, ...]:
    """Name the settings that differ; the order of redirect URIs means nothing."""
    pairs = {
        "Web redirect URIs": (sorted(one.web_redirect_uris), sorted(other.web_redirect_uris)),
        "single-page application redirect URIs": (sorted(one.spa_redirect_uris), sorted(other.spa_redirect_uris)),
        "implicit grant of access tokens": (one.access_token_issuance, other.access_token_issuance),
        "implicit grant of ID tokens": (one.id_token_issuance, other.id_token_issuance),
    }
    return tuple(name for name, (this, that) in pairs.items() if this != that)


def stands(application: Application, action: PatchApplication) -> bool:
    """Tell whether what a PATCH changed is so still, whatever others have added or taken away besides."""
    before, after = action.existing, action.desired
    flags = (
        (application.access_token_issuance, after.access_token_issuance),
        (application.id_token_issuance, after.id_token_issuance),
    )
    web, spa = _keys(application.web_redirect_uris), _keys(application.spa_redirect_uris)
    return (
        _keys(after.spa_redirect_uris) - _keys(before.spa_redirect_uris) <= spa
        and not (_keys(before.web_redirect_uris) - _keys(after.web_redirect_uris)) & web
        and not (_keys(before.spa_redirect_uris) - _keys(after.spa_redirect_uris)) & spa
        and all(now == written for now, written in flags if written is not None)
    )


def drops_nothing(action: PatchApplication) -> bool:
    """Tell whether a PATCH only moves and adds: every redirect URI stays, and the implicit grant as it is."""
    before, after = action.existing, action.desired
    there, left = (_keys((*one.web_redirect_uris, *one.spa_redirect_uris)) for one in (before, after))
    return there <= left and after.access_token_issuance is None and after.id_token_issuance is None


def explain_settling(application: Application, at: datetime) -> Finding:
    """Say that what was written is not to be seen yet."""
    message = (
        f"{name_of(application)} was written at {at:%Y-%m-%d %H:%M:%S} UTC, and Graph still shows what was there"
        " before: that takes minutes at the most."
    )
    return Finding(application.id, Reason.GATEWAY_SETTLING, message, {"written_at": f"{at:%FT%TZ}"})


def _keys(uris: Iterable[str]) -> set[str]:
    return {uri.lower() for uri in uris}
