"""What is told of app registrations that are not, or not certainly, a gateway's. Nothing is ever written to them.

Their owners did not ask for this audit, and a tenant has thousands of them. So each has one finding of a kind at the
most, none of which counts as non-compliance: they are there to be looked for, not to be alarmed by.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shared.decide.gateway_score import Certainty, Recognised
from shared.decide.redirect_uris import Platform, RedirectUri, read_redirect_uris
from shared.decide.remarks import ONLY_ACROSS_ORIGINS, ONLY_FOR_SINGLE_PAGE, Remark, name_of, name_uri
from shared.decide.sentences import list_some
from shared.model.application import Application
from shared.model.reason import Reason

# Where a server's own sign-in comes back: ASP.NET's, and that of App Service.
_SERVERS_PATHS = ("/signin-oidc", "/.auth/login/aad/callback")


def explain_other_application(application: Application, recognised: Recognised) -> Iterator[Remark]:
    """Tell what its owner may want to know of an application, and whether it may be a gateway's after all."""
    uris = [one for one in read_redirect_uris(application) if one.platform is not Platform.PUBLIC_CLIENT]
    if recognised.certainty is Certainty.LIKELY:
        yield from _explain_likely_gateway(application, uris, recognised.evidence)
    else:
        yield from _explain_likely_single_page(application, uris)
    name = name_of(application)
    in_the_clear = [one for one in uris if one.is_plain_http]
    if in_the_clear:
        said = (
            f"{name} has {_list(in_the_clear)}: plain http, so that codes and tokens pass the network in the clear."
        )
        to_do = "Have its owner replace it by https: Entra ID admits http for localhost alone."
        yield _remark(Reason.PLAIN_HTTP_REDIRECT, said, to_do, in_the_clear)
    wildcards = [one for one in uris if one.has_wildcard and one.host and not one.is_loopback]
    if wildcards:
        said = f"{name} has {_list(wildcards)}: a wildcard, so that codes and tokens go to whatever matches it."
        to_do = "Have its owner register each redirect URI as it is."
        yield _remark(Reason.WILDCARD_REDIRECT, said, to_do, wildcards)


def _explain_likely_gateway(
    application: Application, uris: Sequence[RedirectUri], evidence: Sequence[str]
) -> Iterator[Remark]:
    """Tell of what may be a gateway's unless all that it has is where a gateway's would have to be."""
    elsewhere = [one for one in uris if one.platform is Platform.WEB]
    if uris and not elsewhere:
        return
    said = (
        f"{name_of(application)} looks like the registration of a Windows Admin Center gateway, but not for certain:"
        f" {'; '.join(evidence)}. It is left alone."
    )
    to_do = (
        "If it is one, put the URL at which people open the gateway into WAC_GATEWAYS; from version 2410 on it signs"
        f" in on platform {Platform.SPA} alone, and elsewhere people see {ONLY_FOR_SINGLE_PAGE}."
    )
    yield _remark(Reason.GATEWAY_NOT_CERTAIN, said, to_do, elsewhere, ONLY_FOR_SINGLE_PAGE)


def _explain_likely_single_page(application: Application, uris: Sequence[RedirectUri]) -> Iterator[Remark]:
    """Tell of what only a page in a browser can sign in with: tokens without a code, or no secret to redeem one with.

    ID tokens alone are what servers ask for too, with nothing to redeem: so where a server's own sign-in comes back
    says that it is one.
    """
    is_implicit = application.access_token_issuance or application.id_token_issuance
    redeems = application.password_credentials or application.certificate_credentials
    if not is_implicit or redeems or application.federated_credentials:
        return
    of_a_page = [one for one in uris if one.platform is Platform.WEB and one.host and not _is_a_servers(one)]
    if not of_a_page:
        return
    tokens = "on" if application.access_token_issuance else "on for ID tokens, which some servers ask for too"
    known = "" if application.federated_credentials is not None else "; whether a federated one can is not known"
    said = (
        f"{name_of(application)} has {_list(of_a_page)}, like a single-page application: its implicit grant is"
        f" {tokens}, and no secret or certificate can redeem a code{known}."
    )
    to_do = (
        f"WAC Guard never moves it. If it is one, have its owner move it to platform {Platform.SPA}: with a code,"
        f" people see {ONLY_FOR_SINGLE_PAGE} on {Platform.WEB}. A server's would see {ONLY_ACROSS_ORIGINS} there."
    )
    yield _remark(Reason.LIKELY_SINGLE_PAGE_ON_WEB, said, to_do, of_a_page, ONLY_FOR_SINGLE_PAGE)


def _is_a_servers(one: RedirectUri) -> bool:
    return one.rest.lower().partition("?")[0].endswith(_SERVERS_PATHS)


def _list(uris: Sequence[RedirectUri]) -> str:
    return list_some([name_uri(one) for one in uris])


def _remark(reason: Reason, said: str, to_do: str, uris: Sequence[RedirectUri], error: str | None = None) -> Remark:
    platforms = {one.platform for one in uris}
    platform = platforms.pop() if len(platforms) == 1 else None
    return Remark(reason, said, to_do, tuple(one.text for one in uris), platform, error)
