"""What to write to a gateway's registration: first the move of its redirect URIs, later what is left over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from shared.decide.gateway_redirects import GatewayRedirects
from shared.decide.redirect_uris import Platform
from shared.model.application import Application, RedirectSettings
from shared.model.plan import PatchApplication

_LONGEST_URI = 256
_MOST_URIS = 256
_MOST_WITH_PERSONAL_ACCOUNTS = 100


@dataclass(frozen=True, slots=True)
class Migration:
    """The PATCH that moves, or else the one that cleans up afterwards; `faults` say why neither would be taken."""

    move: PatchApplication | None = None
    cleanup: PatchApplication | None = None
    faults: tuple[str, ...] = ()


def most_redirect_uris(application: Application) -> int:
    """Give how many redirect URIs an application may have, over all platforms.

    https://learn.microsoft.com/entra/identity-platform/reply-url#maximum-number-of-redirect-uris
    """
    has_personal = "personal" in (application.sign_in_audience or "").lower()
    return _MOST_WITH_PERSONAL_ACCOUNTS if has_personal else _MOST_URIS


def decide_migration(application: Application, redirects: GatewayRedirects) -> Migration:
    """Decide on the next PATCH of a gateway's registration, whether it may be written or not."""
    existing = RedirectSettings(application.web_redirect_uris, application.spa_redirect_uris)
    desired = _moved(application, redirects)
    if desired == existing and redirects.is_moved:
        existing, desired = _cleaned_up(application, redirects)
    if desired == existing:
        return Migration()
    faults = find_faults(application, desired)
    if faults:
        return Migration(faults=faults)
    patch = PatchApplication(application.id, existing, desired)
    return Migration(cleanup=patch) if redirects.is_moved else Migration(move=patch)


def find_faults(application: Application, desired: RedirectSettings) -> tuple[str, ...]:
    """Tell by which of its rules Graph would refuse a PATCH, whoever put there what is at fault."""
    return tuple(_faults(application, desired))


def is_implicit_grant_needless(redirects: GatewayRedirects) -> bool:
    """Tell whether nobody but the gateways could use the implicit grant, which is one for all of a registration."""
    gateways = redirects.urls or redirects.settled
    return all(
        one.platform is Platform.PUBLIC_CLIENT or (one.platform is Platform.SPA and one.gateway_url in gateways)
        for one in redirects.others
    )


def _moved(application: Application, redirects: GatewayRedirects) -> RedirectSettings:
    """Put the pair of each gateway on the single-page application platform, and all else of its own on Web with it.

    What is on that platform already keeps its spelling, and what is on the public client platform its place: no value
    may be there twice, even in other letters.
    """
    public = {one.key for one in redirects.all if one.platform is Platform.PUBLIC_CLIENT}
    moving = [one.text for one in redirects.own_on_web if one.key not in public]
    added: list[str] = []
    taken = {*public, *(uri.lower() for uri in application.spa_redirect_uris)}
    for uri in (*(uri for url in redirects.urls for uri in url.pair), *moving):
        if uri.lower() not in taken:
            taken.add(uri.lower())
            added.append(uri)
    left = tuple(uri for uri in application.web_redirect_uris if uri not in moving)
    return RedirectSettings(left, (*application.spa_redirect_uris, *added))


def _cleaned_up(application: Application, redirects: GatewayRedirects) -> tuple[RedirectSettings, RedirectSettings]:
    """Give what is there, and what is to be: without old URIs, and without an implicit grant that nobody else has.

    Its flags are written only where they change.
    """
    old = {one.text for one in redirects.old}
    web, spa = application.web_redirect_uris, application.spa_redirect_uris
    goes = is_implicit_grant_needless(redirects)
    drops_access_tokens = goes and application.access_token_issuance
    drops_id_tokens = goes and application.id_token_issuance
    existing = RedirectSettings(web, spa, True if drops_access_tokens else None, True if drops_id_tokens else None)
    desired = RedirectSettings(
        tuple(uri for uri in web if uri not in old),
        tuple(uri for uri in spa if uri not in old),
        False if drops_access_tokens else None,
        False if drops_id_tokens else None,
    )
    return existing, desired


def _faults(application: Application, desired: RedirectSettings) -> Iterator[str]:
    uris = (*desired.web_redirect_uris, *desired.spa_redirect_uris, *application.public_client_redirect_uris)
    for key, count in sorted(Counter(uri.lower() for uri in uris).items()):
        if count > 1:
            yield f"{key} would be there {count} times, on several platforms or in other letters"
    for uri in sorted({uri for uri in uris if len(uri) > _LONGEST_URI}):
        yield f"{uri} has {len(uri)} characters, more than {_LONGEST_URI}"
    most = most_redirect_uris(application)
    if len(uris) > most:
        yield f"it would have {len(uris)} redirect URIs, more than {most}"
