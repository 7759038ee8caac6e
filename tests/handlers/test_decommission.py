"""POST /api/decommission: told before it is done, done to what is ours alone, and over when somebody lifts it."""

from typing import Any

import pytest

from handlers.decommission import order_decommission
from handlers.guard import Guard
from handlers.lifting import order_lift
from handlers.poison import report_poison
from shared.azure.leash import read_leash
from simulator.build import add_extension, security_rule
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, Site, build_site
from tests.handlers.requesting import PROBLEM, post, queued, queued_subjects, receive, report_of, work_off

# Enough for an install, for its check, and for a removal.
ROUND = 1200


async def mended(azure: LocalAzure, guard: Guard) -> tuple[Site, Site]:
    """Have rules and an extension of ours written to one site, and nothing to another, which has its own."""
    ours = build_site(azure.world, "ours", rules=(DENY_ALL_OUTBOUND,))
    theirs = build_site(
        azure.world,
        "theirs",
        rules=(security_rule("PortForWACService", priority=300, access="Allow"),),
        installed=True,
    )
    add_extension(azure.world, ours.vm_id, "Other", publisher="Contoso", type="Agent")
    for subject in (ours.nsg_id, ours.vm_id, theirs.nsg_id, theirs.vm_id, theirs.interface_id):
        await receive(guard, subject)
    await settle(azure, guard)
    assert belongings(azure, ours) == [
        "AdminCenter",
        "Other",
        "DenyAllOutbound",
        "PortForAADService",
        "PortForWACService",
    ]
    return ours, theirs


async def settle(azure: LocalAzure, guard: Guard) -> None:
    for _ in range(4):
        await work_off(azure, guard)
        await azure.advance(ROUND)


def belongings(azure: LocalAzure, site: Site) -> list[str]:
    """Give the names of the extensions of a site's VM and of the rules of its NSG."""
    under = (f"{site.vm_id}/extensions", f"{site.nsg_id}/securityRules")
    return [
        name for path in under for name in sorted(one["name"] for one in azure.world.resources.in_collection(path))
    ]


async def test_an_audit_tells_what_would_be_taken_away_and_changes_nothing(
    azure: LocalAzure, enforcing: Guard
) -> None:
    ours, _ = await mended(azure, enforcing)
    writes = len(azure.world.requests.writes())
    answer, told = await post(order_decommission, enforcing, reason="we move")
    assert answer.status == 200
    assert [(one["subject"], one["permitted"], one["message"]) for one in told["subjects"]] == [
        (ours.vm_id, True, None),
        (ours.nsg_id, True, None),
    ]
    assert [(part["resource"], part["fate"]) for one in told["subjects"] for part in one["resources"]] == [
        (f"{ours.vm_id}/extensions/AdminCenter", "done"),
        (f"{ours.nsg_id}/securityRules/PortForWACService", "done"),
        (f"{ours.nsg_id}/securityRules/PortForAADService", "done"),
    ]
    assert (await read_leash(enforcing.clients)).decommission is None
    assert (await queued(azure), len(azure.world.requests.writes())) == ([], writes)


@pytest.mark.parametrize(
    ("chosen", "told"),
    [({}, "WAC_EXTENSION_MODE is audit"), (ENFORCE, "WAC_ENFORCE_SCOPES covers no /subscriptions/")],
    ids=["auditing", "no scope"],
)
async def test_an_audit_tells_what_mode_or_scope_would_keep(
    chosen: dict[str, str], told: str, azure: LocalAzure, enforcing: Guard, make: MakeGuard
) -> None:
    await mended(azure, enforcing)
    _, audit = await post(order_decommission, await make(**chosen), reason="we move", mode="audit")
    assert [one["permitted"] for one in audit["subjects"]] == [False, False]
    assert told in audit["subjects"][0]["message"]


async def test_a_decommissioning_takes_away_all_that_is_ours_and_only_that(
    azure: LocalAzure, enforcing: Guard
) -> None:
    ours, theirs = await mended(azure, enforcing)
    before = belongings(azure, theirs)
    await report_poison(enforcing, b"no check")
    answer, order = await post(order_decommission, enforcing, reason="we move", mode="enforce")
    assert (answer.status, order["checks"], order["not_permitted"]) == (202, 4, 0)
    assert order["decommission"]["reason"] == "we move"
    assert 'POST {"stop": "decommission"} to /api/lift' in order["message"]
    assert await queued_subjects(azure) == sorted([ours.vm_id, ours.nsg_id, theirs.vm_id, theirs.nsg_id])
    await settle(azure, enforcing)
    assert belongings(azure, ours) == ["Other", "DenyAllOutbound"]
    assert belongings(azure, theirs) == before
    assert "DECOMMISSIONED" in [found["reason"] for found in (await report_of(enforcing, ours.vm_id))["findings"]]
    _, audit = await post(order_decommission, enforcing, reason="what is left?")
    assert audit["subjects"] == []


async def test_the_app_installs_again_once_the_decommissioning_is_lifted(azure: LocalAzure, enforcing: Guard) -> None:
    ours, _ = await mended(azure, enforcing)
    before = belongings(azure, ours)
    await post(order_decommission, enforcing, reason="we move", mode="enforce")
    await settle(azure, enforcing)
    _, lifted = await post(order_lift, enforcing, stop="decommission")
    assert lifted["checks"] == 4
    await settle(azure, enforcing)
    assert belongings(azure, ours) == before


async def test_a_second_order_keeps_the_time_and_reason_of_the_first_and_asks_for_the_checks_again(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    await receive(enforcing, site.vm_id)
    _, first = await post(order_decommission, enforcing, reason="first", mode="enforce")
    await azure.advance(600)
    _, second = await post(order_decommission, enforcing, reason="second", mode="enforce")
    assert second["decommission"] == first["decommission"]
    assert (second["checks"], second["correlation_id"] == first["correlation_id"]) == (1, False)


async def test_an_order_counts_the_subjects_that_the_settings_leave_as_they_are(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    await receive(auditing, site.vm_id)
    answer, order = await post(order_decommission, auditing, reason="we move", mode="enforce")
    assert (answer.status, order["checks"], order["not_permitted"]) == (202, 1, 1)


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "nothing": ({}, "reason: Field required"),
    "an unknown mode": ({"reason": "x", "mode": "now"}, "mode: Input should be 'audit' or 'enforce'"),
    "a subject": ({"reason": "x", "subject": "y"}, "subject: Extra inputs are not permitted"),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
async def test_a_bad_order_is_told_with_an_example_and_takes_nothing_away(
    body: dict[str, Any], told: str, enforcing: Guard
) -> None:
    answer, problem = await post(order_decommission, enforcing, **body)
    assert (answer.status, answer.media_type) == (400, PROBLEM)
    assert problem["example"] == {"reason": "<why>", "mode": "audit"}
    assert told in problem["detail"]
    assert (await read_leash(enforcing.clients)).decommission is None
