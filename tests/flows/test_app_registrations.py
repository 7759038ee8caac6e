"""App registrations from the timer to the last report, through the host, Microsoft's worker and HTTP."""

from typing import Any

from shared.azure.check_queue import REDIRECTS
from shared.model.resource_id import HOME_TENANT
from simulator.build import add_filler_applications, add_newer_gateway, add_older_gateway
from tests.flows.azure_with_app import AzureWithApp
from tests.flows.tenant import subject_of

HOUR = 3600.0
WEB = ("https://wac.contoso.com:6600", "http://localhost:6516/*")
PAIR = ["https://wac.contoso.com:6600", "https://wac.contoso.com:6600/signin-oidc"]
TIMER = "redirects_timer"


def build_gateway(app: AzureWithApp) -> str:
    return add_older_gateway(app.world, "wac.contoso.com", web=WEB)


async def listed(app: AzureWithApp) -> dict[str, str]:
    """Give the status of every application that is reported on, and of messages that named none."""
    _, found = await app.get("reports")
    statuses = {one["subject"].rpartition("/")[2]: one["status"] for one in found["subjects"]}
    return {name: status for name, status in statuses.items() if name != HOME_TENANT.name}


async def writes(app: AzureWithApp, subject: str) -> list[dict[str, Any]]:
    status, trail = await app.get("writes", subject=subject)
    assert status == 200
    found: list[dict[str, Any]] = trail["writes"]
    return found


async def test_a_day_of_a_tenant_from_the_timer_to_compliance(app: AzureWithApp) -> None:
    add_filler_applications(app.world, 120)
    old, fine = build_gateway(app), add_newer_gateway(app.world, "fine.contoso.com")
    theirs = add_older_gateway(app.world, "theirs.contoso.com", web=("https://theirs.contoso.com:6600",), owned=False)

    await app.fire(TIMER)
    tally = await app.azure.settle_for(HOUR)

    assert tally.failed == 0
    assert await listed(app) == {theirs: "NON_COMPLIANT", old: "COMPLIANT", fine: "COMPLIANT"}
    assert (await app.report(str(HOME_TENANT)))["status"] == "COMPLIANT"
    assert app.redirects(old) == ([], PAIR)
    trail = await writes(app, subject_of(old))
    assert [(one["action"], one["fate"]) for one in trail] == [("PatchApplication", "done")] * 2
    told = await app.report(subject_of(theirs))
    assert "PERMISSION_MISSING" in {finding["reason"] for finding in told["findings"]}
    assert app.patches(theirs) == 0


async def test_the_next_day_finds_what_somebody_has_made_since(app: AzureWithApp) -> None:
    await app.fire(TIMER)
    await app.azure.settle_for(24 * HOUR)
    gateway = build_gateway(app)
    await app.fire(TIMER)
    await app.azure.settle_for(HOUR)
    assert await listed(app) == {gateway: "COMPLIANT"}
    assert app.redirects(gateway) == ([], PAIR)


async def test_a_person_asks_for_one_registration_and_for_all(app: AzureWithApp) -> None:
    one, other = build_gateway(app), add_older_gateway(app.world, "other.contoso.com")

    report = await app.audit(subject_of(one))
    assert (report["status"], report["actions"][0]["outcome"]) == ("NON_COMPLIANT", "would do")
    assert app.patches(one) == 0

    status, queued = await app.ask({"subject": subject_of(one), "mode": "enforce"})
    assert (status, queued["subject"]) == (202, subject_of(one))
    await app.azure.settle_for(HOUR)
    assert await listed(app) == {one: "COMPLIANT"}

    status, queued = await app.ask({"subject": str(HOME_TENANT)})
    assert (status, queued["subject"]) == (202, str(HOME_TENANT))
    await app.azure.settle_for(HOUR)
    assert set(await listed(app)) == {one, other}


async def test_a_person_has_the_clean_up_then_the_move_undone_and_lifts_the_hold(app: AzureWithApp) -> None:
    gateway = build_gateway(app)
    subject = subject_of(gateway)
    await app.fire(TIMER)
    await app.azure.settle_for(HOUR)
    cleanup, move = await writes(app, subject)

    for write, web, spa in ((cleanup, [WEB[1]], PAIR), (move, list(WEB), [])):
        status, ordered = await app.post("undo", {"subject": subject, "write": write["id"]})
        assert (status, ordered["held"]["undo"]) == (202, write["id"])
        await app.azure.settle_for(HOUR)
        assert app.redirects(gateway) == (web, spa)
    report = await app.report(subject)
    assert (report["held"]["undo"], "HELD" in {found["reason"] for found in report["findings"]}) == (None, True)
    assert app.patches(gateway) == 4

    status, lifted = await app.post("lift", {"subject": subject})
    assert (status, lifted["checks"]) == (202, 1)
    await app.azure.settle_for(HOUR)
    assert app.redirects(gateway) == ([], PAIR)
    assert (await app.report(subject))["status"] == "COMPLIANT"
    assert app.patches(gateway) == 6


async def test_a_message_that_is_no_check_of_a_registration_is_poison_that_people_see(app: AzureWithApp) -> None:
    gateway = build_gateway(app)
    await app.fire(TIMER)
    await app.azure.settle()
    await app.azure.storage.get_queue_client(REDIRECTS).send_message("no check of a registration")

    await app.azure.settle_for(HOUR)

    assert len(await app.log_lines("Check given up as poison")) == 1
    assert await listed(app) == {"no check of a registration": "UNKNOWN", gateway: "COMPLIANT"}
