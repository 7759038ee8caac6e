"""What holds of every app registration's plan, whatever is registered."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from urllib.parse import urlsplit

from hypothesis import event, given
from hypothesis import strategies as st

from shared.decide.gateway_redirects import find_gateway_redirects
from shared.decide.gateway_score import Certainty, recognise_gateway
from shared.decide.undo import decide_undo
from shared.model.application import Application, Gateway
from shared.model.desired import DesiredState
from shared.model.plan import PatchApplication
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from tests.decide.any_application import DESIRED, GATEWAYS, applications, shuffled
from tests.decide.applications import APP, patch_of, plan_for, reasons_of, tenant
from tests.decide.applying import applied
from tests.decide.writes import written


def steps(one: Application, desired: DesiredState) -> Iterator[tuple[Application, PatchApplication, Application]]:
    """Carry out the plan, and the next one, and tell of each what was there, what was written, and what is there."""
    for _ in range(2):
        plan = plan_for(one, desired)
        patch = patch_of(plan)
        if patch is None:
            return
        event("moves" if set(patch.desired.spa_redirect_uris) - set(one.spa_redirect_uris) else "cleans up")
        after = applied(tenant(one), plan).applications[APP]
        yield one, patch, after
        one = after


@given(applications(), DESIRED)
def test_once_moved_and_cleaned_up_nothing_more_is_to_do(one: Application, desired: DesiredState) -> None:
    for _, _, after in [*steps(one, desired)][: 2 if desired.redirects_cleanup else 1]:
        one = after
    assert plan_for(one, desired).actions == ()


@given(applications(), DESIRED)
def test_an_undo_puts_back_the_very_same_whether_it_was_a_move_or_a_clean_up(
    one: Application, desired: DesiredState
) -> None:
    for before, patch, after in steps(one, desired):
        undo = decide_undo(tenant(after), APP, written(patch, Fate.DONE))
        if is_as_graph_takes_it(before):
            assert applied(tenant(after), undo).applications == {APP: before}
        else:
            assert (reasons_of(undo), undo.actions) == ([Reason.UNDO_NOT_POSSIBLE], ())


def is_as_graph_takes_it(one: Application) -> bool:
    uris = (*one.web_redirect_uris, *one.spa_redirect_uris, *one.public_client_redirect_uris)
    return len({uri.lower() for uri in uris}) == len(uris)


@given(applications(), DESIRED)
def test_what_is_not_certainly_a_gateway_is_never_written_to(one: Application, desired: DesiredState) -> None:
    certainty = recognise_gateway(one, desired).certainty
    event(certainty)
    plan = plan_for(one, desired)
    assert certainty is Certainty.CERTAIN or not plan.actions
    assert not plan.actions or all(action.id == APP for action in plan.actions)


@given(applications(), DESIRED)
def test_nothing_of_anybody_else_s_is_dropped_moved_or_respelled(one: Application, desired: DesiredState) -> None:
    for before, patch, _ in steps(one, desired):
        redirects = find_gateway_redirects(before, desired)
        gateways = {uri.text for uri in (*redirects.own, *redirects.old)}
        gateways |= {uri for url in redirects.urls for uri in url.pair}

        def of_others(uris: tuple[str, ...], gateways: set[str] = gateways) -> list[str]:
            return [uri for uri in uris if uri not in gateways]

        assert of_others(patch.desired.web_redirect_uris) == of_others(before.web_redirect_uris)
        assert of_others(patch.desired.spa_redirect_uris) == of_others(before.spa_redirect_uris)


@given(applications(), DESIRED)
def test_a_gateway_s_uri_has_its_form_and_is_of_a_host_known_by_port_name_setting_or_its_wildcard(
    one: Application, desired: DesiredState
) -> None:
    """Read with a library, apart from the app's own reading."""
    redirects = find_gateway_redirects(one, desired)
    hosts = {url.host for url in redirects.urls}
    for uri in (*redirects.own, *redirects.old):
        parts = urlsplit(uri.text.lower())
        assert uri.text.lower().removeprefix(f"{parts.scheme}://{parts.netloc}") in ("", "/", "/*", "/signin-oidc")
        is_local = parts.hostname in ("localhost", "127.0.0.1", "::1")
        assert is_local or parts.hostname in hosts
        assert parts.port in (6516, 6600) or not is_local
    for url in redirects.urls:
        registered = keys(one.web_redirect_uris, one.spa_redirect_uris)
        assert (
            url.port in (6516, 6600)
            or url in desired.gateway_urls
            or url.host.partition(".")[0] in one.display_name.lower()
            or any(uri.endswith("/*") and urlsplit(uri).hostname == url.host for uri in registered)
        )


@given(applications(), DESIRED)
def test_a_move_drops_nothing_and_a_clean_up_adds_nothing(one: Application, desired: DesiredState) -> None:
    for before, patch, after in steps(one, desired):
        flags = {patch.desired.access_token_issuance, patch.desired.id_token_issuance} - {None}
        there, left = (
            keys(before.web_redirect_uris, before.spa_redirect_uris),
            keys(after.web_redirect_uris, after.spa_redirect_uris),
        )
        assert keys(after.web_redirect_uris) <= keys(before.web_redirect_uris)
        assert after.public_client_redirect_uris == before.public_client_redirect_uris
        if there <= left and not flags:
            assert set(before.spa_redirect_uris) <= set(after.spa_redirect_uris)
        else:
            assert desired.redirects_cleanup
            assert left <= there
            assert flags <= {False}


def keys(*several: tuple[str, ...]) -> set[str]:
    return {uri.lower() for uris in several for uri in uris}


@given(applications(), DESIRED)
def test_once_moved_every_gateway_has_its_pair_on_one_platform(one: Application, desired: DesiredState) -> None:
    for before, _, after in steps(one, desired):
        elsewhere = keys(after.public_client_redirect_uris)
        for url in find_gateway_redirects(before, desired).urls:
            for uri in url.pair:
                assert (uri in keys(after.spa_redirect_uris)) is not (uri in elsewhere)
                assert uri not in keys(after.web_redirect_uris)


@given(applications(), DESIRED, GATEWAYS)
def test_whatever_is_found_is_a_sentence_with_all_that_mends_it(
    one: Application, desired: DesiredState, gateways: tuple[Gateway, ...]
) -> None:
    plan = plan_for(one, desired, gateways=gateways)
    assert not plan.actions or plan.status is Status.NON_COMPLIANT
    for finding in plan.findings:
        assert finding.subject == APP
        assert finding.message.endswith(".")
        evidence = json.loads(json.dumps(dict(finding.evidence)))
        assert (evidence["object_id"], evidence["app_id"]) == (APP.name, one.app_id)
        assert evidence["error"] is None or evidence["error"].startswith("AADSTS")
        assert ("patch" in evidence) == ("portal_steps" in evidence) == ("azure_cli" in evidence)


@given(applications(), DESIRED, st.randoms(use_true_random=False))
def test_the_order_in_which_graph_lists_things_means_nothing(
    one: Application, desired: DesiredState, chance: random.Random
) -> None:
    plan, again = plan_for(one, desired), plan_for(shuffled(one, chance), desired)
    assert sorted(reasons_of(plan)) == sorted(reasons_of(again))
    patch, other = patch_of(plan), patch_of(again)
    assert (patch is None) == (other is None)
    if patch is not None and other is not None:
        assert sorted(patch.desired.web_redirect_uris) == sorted(other.desired.web_redirect_uris)
        assert sorted(patch.desired.spa_redirect_uris) == sorted(other.desired.spa_redirect_uris)
