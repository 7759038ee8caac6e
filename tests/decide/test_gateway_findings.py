"""What is found of a gateway's registration, each with the error that people see and what to do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.model.application import GatewayUrl
from shared.model.plan import Finding
from shared.model.reason import Reason, Status
from tests.decide.applications import (
    APP_ID,
    CLEANING_UP,
    LOCALHOST,
    MIGRATING,
    PAIR,
    WAC,
    application,
    patch_of,
    plan_for,
    reasons_of,
)
from tests.decide.gateway_finding_cases import CASES, Case


def finding_of(one: Case) -> Finding:
    plan = plan_for(one.one, one.desired, gateways=one.gateways)
    (finding,) = [found for found in plan.findings if found.reason is one.reason]
    return finding


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_a_finding_names_what_is_wrong_what_people_see_and_what_to_do(one: Case) -> None:
    finding = finding_of(one)
    for said in (f"({APP_ID})", *one.said):
        assert said in finding.message
    told = finding.evidence
    assert (told["uri"], told["platform"], told["error"]) == (one.uri, one.platform, one.error)
    assert finding.message.endswith(told["to_do"])
    assert told["recognised_by"]


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_nothing_else_is_found_of_it(one: Case) -> None:
    plan = plan_for(one.one, one.desired, gateways=one.gateways)
    assert sorted(reasons_of(plan)) == sorted((one.reason, *one.beside))


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_where_a_patch_mends_it_the_finding_has_it_with_the_portal_s_steps_and_the_line_to_type(one: Case) -> None:
    finding = finding_of(one)
    assert ("patch" in finding.evidence) is one.is_mended
    if one.is_mended:
        action = patch_of(plan_for(one.one, replace(one.desired, redirects_cleanup=True)))
        assert action is not None
        assert finding.evidence["patch"] == action.desired.body


INFORMATIONAL = {
    Reason.GATEWAY_PERMISSION_NOT_REQUESTED,
    Reason.GATEWAY_REDIRECT_UNRELATED,
    Reason.GATEWAY_REDIRECTS_NEAR_LIMIT,
}


@pytest.mark.parametrize("one", CASES.values(), ids=CASES.keys())
def test_what_breaks_or_exposes_a_sign_in_is_non_compliant_and_what_is_good_to_know_is_not(one: Case) -> None:
    expected = Status.COMPLIANT if one.reason in INFORMATIONAL else Status.NON_COMPLIANT
    assert finding_of(one).status is expected


def test_a_gateway_as_microsoft_wants_it_has_no_finding() -> None:
    assert reasons_of(plan_for(application((), PAIR), CLEANING_UP)) == []


BEFORE_THE_MOVE = {
    LOCALHOST: Reason.GATEWAY_REDIRECT_LOCALHOST,
    f"{WAC}/*": Reason.GATEWAY_REDIRECT_WILDCARD,
    "http://wac.contoso.com:6600": Reason.GATEWAY_REDIRECT_PLAIN_HTTP,
}


@pytest.mark.parametrize(("uri", "reason"), BEFORE_THE_MOVE.items())
def test_before_the_move_what_is_old_is_told_with_what_is_wrong_and_that_it_goes_later(
    uri: str, reason: Reason
) -> None:
    plan = plan_for(application((uri, WAC), access_token_issuance=True), CLEANING_UP)
    (finding,) = [found for found in plan.findings if found.evidence["uri"] == uri]
    assert finding.reason is reason
    assert "once its gateway's redirect URIs are on platform Single-page application" in finding.message
    (implicit,) = [found for found in plan.findings if found.reason is Reason.GATEWAY_IMPLICIT_GRANT]
    assert "Switch it off last" in implicit.message
    assert not any("patch" in told.evidence for told in (finding, implicit))


def test_what_the_operator_does_not_name_is_told_and_what_is_named_is_moved() -> None:
    one = application((WAC, "https://gw.contoso.com"))
    named = replace(MIGRATING, gateway_urls=(GatewayUrl("gw.contoso.com"),))
    assert Reason.GATEWAY_REDIRECT_UNRELATED in reasons_of(plan_for(one))
    assert Reason.GATEWAY_REDIRECT_UNRELATED not in reasons_of(plan_for(one, named))


def test_owners_are_told_where_they_were_read() -> None:
    for owners, told in ((None, None), ((), []), (("ann@contoso.com",), ["ann@contoso.com"])):
        (finding,) = plan_for(application((), PAIR[0], owners=owners)).findings
        assert finding.evidence["owners"] == told


def test_the_portal_s_steps_never_put_a_uri_on_two_platforms() -> None:
    one = application(("https://WAC.contoso.com:6600", LOCALHOST), "https://spa.contoso.com")
    (finding, *_) = plan_for(one).findings
    opened, moved, added, saved = finding.evidence["portal_steps"]
    assert opened.startswith("Open the page Authentication of the app registration WindowsAdminCenter-")
    assert opened.endswith(f"/Authentication/appId/{APP_ID}")
    assert "platform Web, select the warning" in moved
    assert moved.endswith("https://WAC.contoso.com:6600.")
    assert "platform Single-page application" in added
    assert added.endswith(f"add: {PAIR[1]}.")
    assert saved == "Save."


def test_the_portal_s_steps_of_a_clean_up_remove_and_uncheck() -> None:
    (finding, *_) = plan_for(application(LOCALHOST, PAIR, access_token_issuance=True)).findings
    assert finding.evidence["portal_steps"][1:] == [
        f"On platform Web, remove: {LOCALHOST}.",
        "Under Implicit grant and hybrid flows, uncheck Access tokens.",
        "Save.",
    ]
