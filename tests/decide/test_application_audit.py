"""From where the audit of app registrations goes on, who of a page gets a check, and who is told of whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.decide.application_audit import (
    advance,
    decide_basis,
    decide_start,
    decide_tenant,
    find_candidates,
    find_others_to_tell,
)
from shared.decide.gateways import remember_gateway
from shared.model.application import Application, Changes, Gateway, GatewayUrl
from shared.model.desired import DesiredState, RedirectsMode
from shared.model.estate import Estate
from shared.model.past import NOTHING, Audit, Past
from shared.model.reason import Reason, Status
from shared.model.resource_id import APPLICATION, HOME_TENANT, ResourceId
from tests.decide.applications import OTHER_APP, PAIR, application
from tests.decide.estates import OBSERVED_AT

HERE = Estate(OBSERVED_AT)
WISHES = DesiredState()
FINE = Audit("later", is_complete=True, basis=decide_basis(WISHES), is_anew=False, began_at=OBSERVED_AT)
LISTING = replace(FINE, link="page-2", is_complete=False, is_anew=True, later="later")
WAC = application(spa=PAIR)
SHOP = application("https://shop.contoso.com/signin-oidc", name="Shop", id=OTHER_APP, required_resource_access=())


def page(*applications: Application, **more: Any) -> Changes:
    given: dict[str, Any] = {"gone": (), "link": "next", "is_last": False, **more}
    return Changes(applications, **given)


OTHER_WISHES = {
    "another gateway": replace(WISHES, gateway_urls=(GatewayUrl("wac.contoso.com", 6600),)),
    "another mode": replace(WISHES, redirects_mode=RedirectsMode.MIGRATE),
    "a cleanup": replace(WISHES, redirects_cleanup=True),
}


@pytest.mark.parametrize("desired", OTHER_WISHES.values(), ids=OTHER_WISHES.keys())
def test_with_other_wishes_it_begins_with_all_registrations(desired: DesiredState) -> None:
    assert decide_start(FINE, WISHES) is FINE
    assert decide_start(FINE, desired) is None
    assert decide_start(None, WISHES) is None


def test_what_says_nothing_of_registrations_is_no_reason_to_begin_anew() -> None:
    assert decide_start(FINE, replace(WISHES, port=6600, inbound_sources=("203.0.113.0/24",))) is FINE


CANDIDATES: dict[str, tuple[Changes, Audit | None, set[ResourceId], tuple[ResourceId, ...]]] = {
    "a gateway on a page of all": (page(SHOP, WAC), LISTING, set(), (WAC.id,)),
    "one that is known was queued when the round began": (page(WAC), LISTING, {WAC.id}, ()),
    "which begins with all that are known, there or not": (
        page(SHOP, is_anew=True, later="later"),
        None,
        {WAC.id},
        (WAC.id,),
    ),
    "a gateway that changed": (page(WAC), FINE, {WAC.id}, (WAC.id,)),
    "one of whom there was something to tell before": (page(SHOP), FINE, {SHOP.id}, (SHOP.id,)),
    "one that is gone, if it is known": (page(gone=(WAC.id,)), FINE, {WAC.id}, (WAC.id,)),
    "and no other": (page(gone=(WAC.id,)), FINE, set(), ()),
    "one that makes no sense, for its own check to tell": (
        page(replace(SHOP, unread=("web",))),
        FINE,
        set(),
        (SHOP.id,),
    ),
    "nobody of whom there is nothing to tell": (page(SHOP), FINE, set(), ()),
}


@pytest.mark.parametrize(("changes", "audit", "known", "expected"), CANDIDATES.values(), ids=CANDIDATES.keys())
def test_a_look_of_its_own_gets(
    changes: Changes, audit: Audit | None, known: set[ResourceId], expected: tuple[ResourceId, ...]
) -> None:
    assert find_candidates(HERE, changes, audit, known, WISHES) == expected


def test_a_round_of_all_counts_its_pages_and_ends_where_the_changes_since_begin() -> None:
    audit = advance(None, page(SHOP, WAC, is_anew=True, later="later"), 1, WISHES, OBSERVED_AT)
    assert (audit.link, audit.is_listing, audit.read, audit.told) == ("next", True, 2, 1)
    audit = advance(audit, page(SHOP, is_last=True, link=""), 0, WISHES, OBSERVED_AT + timedelta(minutes=1))
    assert (audit.link, audit.is_complete, audit.read, audit.told) == ("later", True, 3, 1)
    assert audit.began_at == OBSERVED_AT


def test_a_round_of_changes_begins_its_counts_anew_and_keeps_the_last_link() -> None:
    audit = advance(replace(FINE, read=9, told=9), page(WAC, is_last=True, link="latest"), 1, WISHES, OBSERVED_AT)
    assert (audit.link, audit.is_complete, audit.is_anew, audit.read, audit.told) == ("latest", True, False, 1, 1)


def test_a_link_that_expired_in_the_middle_begins_anew() -> None:
    audit = advance(replace(LISTING, read=900), page(WAC, is_anew=True, later="newer"), 1, WISHES, OBSERVED_AT)
    assert (audit.read, audit.later, audit.is_listing) == (1, "newer", True)


def test_an_audit_is_compliant_when_all_were_read_pending_before_and_unknown_when_it_may_not_read() -> None:
    assert decide_tenant(HERE, HOME_TENANT, FINE).status is Status.COMPLIANT
    under_way = decide_tenant(HERE, HOME_TENANT, replace(LISTING, read=200, told=3))
    assert (under_way.status, under_way.findings[0].reason) == (Status.PENDING, Reason.AUDIT_UNDER_WAY)
    assert "200 app registrations were read so far" in under_way.findings[0].message
    refused = replace(HERE, unreadable={HOME_TENANT: "Authorization_RequestDenied"})
    for audit in (None, FINE, LISTING):
        assert decide_tenant(refused, HOME_TENANT, audit).status is Status.UNKNOWN
    assert decide_tenant(HERE, HOME_TENANT, None).status is Status.UNKNOWN


OTHER = Gateway(ResourceId(f"/providers/{APPLICATION}/other"), "app", "WAC", ("wac.contoso.com",))
ELSEWHERE = replace(OTHER, id=ResourceId(f"/providers/{APPLICATION}/elsewhere"), hosts=("lab.contoso.com",))


def told(past: Past) -> Past:
    """What is remembered once all others were asked to look."""
    return replace(past, announced=past.gateway)


def test_others_for_the_same_host_are_looked_at_once_when_that_becomes_known_and_once_when_it_is_no_more() -> None:
    here = replace(HERE, applications={WAC.id: WAC}, gateways=(OTHER, ELSEWHERE))
    assert find_others_to_tell(here, WAC.id, NOTHING) == ()
    known = remember_gateway(NOTHING, here, WAC.id, WISHES)
    assert find_others_to_tell(here, WAC.id, known) == (OTHER.id,)
    assert find_others_to_tell(here, WAC.id, told(known)) == ()
    renamed = replace(here, applications={WAC.id: replace(SHOP, id=WAC.id)})
    known_no_more = remember_gateway(told(known), renamed, WAC.id, WISHES)
    assert find_others_to_tell(renamed, WAC.id, known_no_more) == (OTHER.id,)
    assert find_others_to_tell(renamed, WAC.id, told(known_no_more)) == ()


def test_one_that_was_read_in_part_changes_nothing_that_is_known() -> None:
    here = replace(HERE, applications={WAC.id: WAC}, gateways=(OTHER,))
    known = told(remember_gateway(NOTHING, here, WAC.id, WISHES))
    partly = replace(here, applications={WAC.id: replace(WAC, unread=("web",))})
    assert remember_gateway(known, partly, WAC.id, WISHES) == known
    assert find_others_to_tell(partly, WAC.id, known) == ()
