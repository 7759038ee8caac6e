"""What is wrong with the redirect URIs of a gateway's registration, URI by URI."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from shared.decide.gateway_redirects import GatewayRedirects
from shared.decide.redirect_uris import Platform, RedirectUri
from shared.decide.redirects import Migration
from shared.decide.remarks import NO_SUCH_REDIRECT_URI, ONLY_ACROSS_ORIGINS, ONLY_FOR_SINGLE_PAGE, Remark, name_uri
from shared.decide.sentences import list_some
from shared.model.desired import DesiredState
from shared.model.reason import Reason

_SPA = Platform.SPA
_NEVER_USED = "no gateway from version 2410 on signs in with that"
# What is wrong with a URI by itself, by Microsoft's rules for gateways: https alone, no localhost, no wildcard.
# https://learn.microsoft.com/windows-server/manage/windows-admin-center/azure/azure-integration
_WRONG: Mapping[Reason, tuple[str, str | None]] = MappingProxyType(
    {
        Reason.GATEWAY_REDIRECT_LOCALHOST: (f"is of localhost: {_NEVER_USED}", None),
        Reason.GATEWAY_REDIRECT_WILDCARD: (
            f"has a wildcard: {_NEVER_USED}, and whatever matches it is given tokens",
            None,
        ),
        Reason.GATEWAY_REDIRECT_PLAIN_HTTP: (
            f"is plain http: a gateway signs in by https alone, and people see {NO_SUCH_REDIRECT_URI}",
            NO_SUCH_REDIRECT_URI,
        ),
        Reason.GATEWAY_REDIRECT_NO_HOST_NAME: (
            "names an address, or what no host is called: a gateway signs in with the host name or FQDN of its"
            f" certificate, and people see {NO_SUCH_REDIRECT_URI}",
            NO_SUCH_REDIRECT_URI,
        ),
    }
)


def explain_own_redirects(name: str, redirects: GatewayRedirects, migration: Migration) -> Iterator[Remark]:
    """Tell of the pairs that gateways sign in with: on another platform, or on none."""
    for one in redirects.own_on_web:
        said = (
            f"{name} has {name_uri(one)}, where a gateway from version 2410 on can't sign in: people see"
            f" {ONLY_FOR_SINGLE_PAGE} (cross-origin token redemption)."
        )
        to_do = f"Move it to platform {_SPA}, where older gateways can go on using it too."
        uris, error = (one.text,), ONLY_FOR_SINGLE_PAGE
        yield Remark(Reason.GATEWAY_ON_WEB_PLATFORM, said, to_do, uris, one.platform, error, migration.move)
    for one in redirects.own:
        if one.platform is Platform.PUBLIC_CLIENT:
            said = (
                f"{name} has {name_uri(one)}, where a gateway can't sign in: people see {ONLY_FOR_SINGLE_PAGE}."
                " WAC Guard changes nothing on that platform, and no URI can be on two."
            )
            to_do = f"Remove it there, and add it to platform {_SPA}."
            uris, error = (one.text,), ONLY_FOR_SINGLE_PAGE
            yield Remark(Reason.GATEWAY_ON_PUBLIC_CLIENT, said, to_do, uris, one.platform, error)
    for uri in redirects.missing:
        said = f"{name} has no redirect URI {uri}, which a gateway signs in with: people see {NO_SUCH_REDIRECT_URI}."
        to_do = f"Add it to platform {_SPA}."
        error = NO_SUCH_REDIRECT_URI
        yield Remark(Reason.GATEWAY_REDIRECT_MISSING, said, to_do, (uri,), None, error, migration.move)


def explain_other_redirects(
    name: str, redirects: GatewayRedirects, migration: Migration, desired: DesiredState
) -> Iterator[Remark]:
    """Tell of all else in a gateway's registration that Microsoft's rules for gateways admit no more."""
    for one in (*redirects.old, *redirects.others):
        reason = _wrong_with(one)
        if one.platform is Platform.PUBLIC_CLIENT:
            continue
        if reason is None:
            yield from _explain_uncertain(name, one)
            continue
        what, error = _WRONG[reason]
        said, patch = f"{name} has {name_uri(one)}, which {what}.", None
        to_do = "WAC Guard leaves it, since it may be another application's: remove it if nobody needs it."
        if one in redirects.old:
            to_do = f"Remove it once its gateway's redirect URIs are on platform {_SPA}."
        if one in redirects.old and redirects.is_moved:
            reason, patch = Reason.GATEWAY_REDIRECT_LEFTOVER, migration.cleanup
            said = f"{name} has {name_uri(one)}, left over from before the move, which {what}."
            to_do = "Remove it." if desired.redirects_cleanup else "Remove it, or set WAC_REDIRECTS_CLEANUP to on."
        yield Remark(reason, said, to_do, (one.text,), one.platform, error, patch)
    yield from _explain_localhost_ports(name, redirects.all)


def _explain_uncertain(name: str, one: RedirectUri) -> Iterator[Remark]:
    """Tell of a URI that has a gateway's form, and may as well be a server's: nothing but its owner knows."""
    if one.platform is not Platform.WEB or one.gateway_url is None:
        return
    said = f"{name} has {name_uri(one)}; whether that is another gateway's can't be told."
    to_do = (
        f"If it is, put {one.gateway_url} into WAC_GATEWAYS; if it is a server's, leave it there: moved, it"
        f" would see {ONLY_ACROSS_ORIGINS}."
    )
    yield Remark(Reason.GATEWAY_REDIRECT_UNRELATED, said, to_do, (one.text,), one.platform)


def _explain_localhost_ports(name: str, uris: Iterable[RedirectUri]) -> Iterator[Remark]:
    """Tell of URIs among which Entra ID chooses at will, since it does not look at a localhost's port.

    https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
    """
    alike: dict[tuple[str, str, str], list[RedirectUri]] = {}
    for one in uris:
        if one.is_loopback:
            alike.setdefault((one.scheme, one.host, one.rest.lower()), []).append(one)
    for _, some in sorted(alike.items()):
        if len({one.port for one in some}) > 1:
            said = (
                f"{name} has {list_some([name_uri(one) for one in some])}, which differ by their port alone. Entra ID"
                " does not look at a localhost's port: it takes any of them, with the platform of that one."
            )
            to_do = f"Keep one: where it takes one on platform {Platform.WEB}, people see {ONLY_FOR_SINGLE_PAGE}."
            uris_alike = tuple(one.text for one in some)
            yield Remark(Reason.GATEWAY_LOCALHOST_PORTS, said, to_do, uris_alike, error=ONLY_FOR_SINGLE_PAGE)


def _wrong_with(one: RedirectUri) -> Reason | None:
    """Tell the first thing that is wrong with an http or https URI by itself."""
    if not one.host:
        return None
    if one.is_loopback:
        return Reason.GATEWAY_REDIRECT_LOCALHOST
    if one.has_wildcard:
        return Reason.GATEWAY_REDIRECT_WILDCARD
    if one.is_plain_http:
        return Reason.GATEWAY_REDIRECT_PLAIN_HTTP
    return None if one.names_a_host else Reason.GATEWAY_REDIRECT_NO_HOST_NAME
