"""One thing to be told of an app registration, and the finding that tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.decide.command_lines import azure_cli
from shared.decide.portal_steps import portal_steps
from shared.decide.redirect_uris import Platform, RedirectUri
from shared.model.application import Application
from shared.model.plan import Finding, PatchApplication
from shared.model.reason import Reason

# What people see when they sign in. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
NO_SUCH_REDIRECT_URI = "AADSTS50011"
ONLY_FOR_SINGLE_PAGE = "AADSTS9002326"
ONLY_ACROSS_ORIGINS = "AADSTS9002327"
"""The other way round: a server redeems what was given to a single-page application."""


@dataclass(frozen=True, slots=True)
class Remark:
    """What is so, and what to do about it, each as a sentence.

    `error` is what people see who sign in, `uris` are those that it is about, and `mended_by` is the PATCH that would
    mend it.
    """

    reason: Reason
    said: str
    to_do: str
    uris: tuple[str, ...] = ()
    platform: Platform | None = None
    error: str | None = None
    mended_by: PatchApplication | None = None


def explain_remark(application: Application, remark: Remark, recognised_by: Sequence[str] = ()) -> Finding:
    """Make of a remark a finding with all that is needed to mend it by hand."""
    evidence: dict[str, object] = {
        "object_id": application.id.name,
        "app_id": application.app_id,
        "name": application.display_name,
        "owners": None if application.owners is None else list(application.owners),
        "uri": remark.uris[0] if len(remark.uris) == 1 else None,
        "uris": list(remark.uris),
        "platform": remark.platform and remark.platform.value,
        "error": remark.error,
        "to_do": remark.to_do,
        "recognised_by": list(recognised_by),
    }
    action = remark.mended_by
    if action is not None:
        evidence |= {
            "patch": action.desired.body,
            "portal_steps": portal_steps(application, action),
            "azure_cli": azure_cli(action),
        }
    return Finding(application.id, remark.reason, f"{remark.said} {remark.to_do}", evidence)


def name_of(application: Application) -> str:
    """Name an application as people find it: names are not unique, ids are."""
    return f"{application.display_name or 'app registration'} ({application.app_id})"


def name_uri(one: RedirectUri) -> str:
    """Name a redirect URI with its platform."""
    return f"{one.text} on platform {one.platform}"
