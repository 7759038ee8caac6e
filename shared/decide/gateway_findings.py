"""All that there is to tell of a gateway's registration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from shared.decide.gateway_names import read_gateway_name
from shared.decide.gateway_redirect_findings import explain_other_redirects, explain_own_redirects
from shared.decide.gateway_redirects import GatewayRedirects
from shared.decide.gateway_score import missing_permissions
from shared.decide.redirect_uris import Platform
from shared.decide.redirects import Migration, is_implicit_grant_needless, most_redirect_uris
from shared.decide.remarks import NO_SUCH_REDIRECT_URI, Remark, name_of
from shared.decide.sentences import list_some
from shared.model.application import Application, Gateway
from shared.model.desired import DesiredState
from shared.model.reason import Reason

# From there on a gateway or two more are too many.
_NEAR = 0.9


def explain_gateway(
    application: Application,
    redirects: GatewayRedirects,
    migration: Migration,
    desired: DesiredState,
    same_hosts: Iterable[Gateway],
) -> Iterator[Remark]:
    """Tell all that is to be known of a gateway's registration; `same_hosts` are others for one of its hosts."""
    name = name_of(application)
    yield from explain_own_redirects(name, redirects, migration)
    yield from _explain_unknown_host(application, redirects)
    yield from _explain_impossible(application, migration)
    yield from explain_other_redirects(name, redirects, migration, desired)
    yield from _explain_implicit_grant(application, redirects, migration, desired)
    yield from _explain_twins(application, same_hosts)
    yield from _explain_limit(application, redirects)
    missing = missing_permissions(application)
    if missing:
        said = f"{name} does not request {' and '.join(missing)}, which a gateway needs."
        to_do = "See in its API permissions whether it was consented to in another way; else add it there."
        yield Remark(Reason.GATEWAY_PERMISSION_NOT_REQUESTED, said, to_do)


def _explain_unknown_host(application: Application, redirects: GatewayRedirects) -> Iterator[Remark]:
    """Tell that nothing says where people open the gateway: never is a redirect URI made up."""
    if redirects.urls or redirects.settled:
        return
    uris = tuple(dict.fromkeys(one.text for one in redirects.all))
    told = f"it has {list_some(uris)}" if uris else "it has none"
    named = read_gateway_name(application.display_name).url
    said = (
        f"No redirect URI of {name_of(application)} tells on which host its gateway is ({told}): whoever opens it by"
        f" its host's name sees {NO_SUCH_REDIRECT_URI}."
    )
    hint = f"; if that is {named}, as its name says, putting that URL into WAC_GATEWAYS will do" if named else ""
    to_do = (
        f"Add https://<host>:<port> and https://<host>:<port>/signin-oidc to platform {Platform.SPA}, as people open"
        f" it{hint}."
    )
    yield Remark(Reason.GATEWAY_HOST_UNKNOWN, said, to_do, uris, error=NO_SUCH_REDIRECT_URI)


def _explain_impossible(application: Application, migration: Migration) -> Iterator[Remark]:
    """Give Microsoft's own way out where Graph would refuse the PATCH."""
    for fault in migration.faults:
        said = f"Graph would refuse new redirect URIs for {name_of(application)}: {fault}."
        to_do = (
            "Mend that by hand; or unregister the gateway in its settings, under Azure, and register it again with"
            f" the same application id, {application.app_id}, or with a new registration."
        )
        yield Remark(Reason.GATEWAY_MIGRATION_NOT_POSSIBLE, said, to_do)


def _explain_implicit_grant(
    application: Application, redirects: GatewayRedirects, migration: Migration, desired: DesiredState
) -> Iterator[Remark]:
    flags = (("access tokens", application.access_token_issuance), ("ID tokens", application.id_token_issuance))
    on = [what for what, flag in flags if flag]
    if not on:
        return
    said, patch = f"The implicit grant of {name_of(application)} is on, for {' and '.join(on)}.", None
    if not redirects.is_moved:
        to_do = (
            f"Switch it off last: its gateway being 2410 or newer, and its redirect URIs on platform {Platform.SPA}."
        )
    elif not is_implicit_grant_needless(redirects):
        to_do = "WAC Guard leaves it on for whoever signs in with its other redirect URIs: see to these first."
    else:
        patch = migration.cleanup
        is_asked_for = desired.redirects_cleanup
        by_setting = "" if is_asked_for else " if its gateway is 2410 or newer, or set WAC_REDIRECTS_CLEANUP to on"
        to_do = f"Switch it off{by_setting}."
    yield Remark(Reason.GATEWAY_IMPLICIT_GRANT, said, to_do, platform=Platform.WEB, mended_by=patch)


def _explain_twins(application: Application, same_hosts: Iterable[Gateway]) -> Iterator[Remark]:
    for other in sorted(same_hosts, key=lambda one: one.id):
        said = (
            f"{other.display_name or 'App registration'} ({other.app_id}) is for the same host as"
            f" {name_of(application)}: {list_some(other.hosts)}."
        )
        to_do = "See in the gateway's settings, under Azure, which one it uses, and delete the other."
        yield Remark(Reason.GATEWAY_REGISTERED_TWICE, said, to_do)


def _explain_limit(application: Application, redirects: GatewayRedirects) -> Iterator[Remark]:
    count, most = len(redirects.all), most_redirect_uris(application)
    if count >= _NEAR * most:
        said = f"{name_of(application)} has {count} redirect URIs, of {most} that it may have."
        to_do = "Remove those that nobody needs any more, or give some of its gateways a registration of their own."
        yield Remark(Reason.GATEWAY_REDIRECTS_NEAR_LIMIT, said, to_do)
