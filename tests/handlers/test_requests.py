"""POST /api/checks: an audit is answered, enforcing is queued where it is permitted, all else says what to send."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from handlers.answers import Answer
from handlers.checks import receive_check
from handlers.guard import Guard
from handlers.requests import request_check
from handlers.stops import order_stop
from simulator.build import add_extension, add_lock
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.conftest import MakeGuard
from tests.handlers.looking import DENY_ALL_OUTBOUND, ENFORCE, build_site
from tests.handlers.requesting import PROBLEM, post, queued

SCOPE = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590"
GROUP = f"{SCOPE}/resourceGroups/rg-web"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web"


async def ask(guard: Guard, **body: Any) -> tuple[Answer, dict[str, Any]]:
    return await post(request_check, guard, **body)


@pytest.mark.parametrize("chosen", [{}, ENFORCE | {"WAC_ENFORCE_SCOPES": SCOPE}], ids=["auditing", "enforcing"])
async def test_an_audit_answers_with_the_report_and_neither_writes_nor_queues(
    chosen: dict[str, str], azure: LocalAzure, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    answer, report = await ask(await make(**chosen), subject=site.vm_id)
    assert (answer.status, answer.media_type) == (200, "application/json")
    assert (report["subject"], report["status"]) == (site.vm_id, "NON_COMPLIANT")
    assert [(found["reason"], found["status"]) for found in report["findings"]] == [
        ("EXTENSION_MISSING", "NON_COMPLIANT")
    ]
    assert report["observed_at"] == azure.world.clock.now().isoformat().replace("+00:00", "Z")
    assert len(report["correlation_id"]) == 36
    assert (report["checks"], report["look_again_after_seconds"]) == ([], None)
    (action,) = report["actions"]
    assert (action["action"], action["outcome"]) == ("PutExtension", "would do")
    assert action["resource"] == f"{site.vm_id}/extensions/AdminCenter"
    assert action["azure_cli"].startswith("az vm extension set ")
    assert azure.world.requests.writes() == []
    assert await queued(azure) == []


async def test_an_audit_says_of_every_write_what_keeps_it_from_being_made(
    azure: LocalAzure, auditing: Guard, enforcing: Guard
) -> None:
    site = build_site(azure.world, rules=(DENY_ALL_OUTBOUND,))
    _, of_auditing = await ask(auditing, subject=site.nsg_id)
    _, of_enforcing = await ask(enforcing, subject=site.nsg_id, mode="audit")
    assert [action["resource"].rsplit("/", 1)[1] for action in of_auditing["actions"]] == [
        "PortForWACService",
        "PortForAADService",
    ]
    assert all("WAC_NETWORK_MODE is audit" in action["message"] for action in of_auditing["actions"])
    assert all("WAC_NETWORK_MODE" not in action["message"] for action in of_enforcing["actions"])
    for action in of_auditing["actions"] + of_enforcing["actions"]:
        assert action["azure_cli"].startswith("az network nsg rule create ")
        assert "/securityRules@" in action["bicep"]
        assert '\nresource "azurerm_network_security_rule" ' in action["terraform"]
    assert azure.world.requests.writes() == []


async def test_an_audit_tells_what_keeps_checks_that_may_write_from_writing(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    add_lock(azure.world, "rg-web", "no-changes")
    await ask(enforcing, subject=site.vm_id, mode="enforce")
    await receive_check(enforcing, (await queued(azure))[0])
    _, report = await ask(enforcing, subject=site.vm_id)
    assert {found["reason"] for found in report["findings"]} == {"EXTENSION_MISSING", "LOCKED"}
    await post(order_stop, enforcing, reason="audit week")
    _, report = await ask(enforcing, subject=site.vm_id)
    assert "STOPPED_BY_KILL_SWITCH" in {found["reason"] for found in report["findings"]}


async def test_an_audit_of_what_cannot_be_read_says_so_and_when_to_ask_again(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world)
    azure.world.faults.add(Fault(FaultKind.ARM_THROTTLED))
    answer, report = await ask(auditing, subject=site.vm_id)
    assert (answer.status, report["status"], report["observed_at"]) == (200, "UNKNOWN", None)
    assert report["look_again_after_seconds"] == 17
    assert await queued(azure) == []


async def test_an_id_may_be_written_in_any_case_and_with_a_slash_at_its_end(
    azure: LocalAzure, auditing: Guard
) -> None:
    site = build_site(azure.world, installed=True)
    for subject in (site.vm_id.upper(), site.vm_id.lower(), f"{site.vm_id}/", f"{site.nsg_id.upper()}//"):
        answer, report = await ask(auditing, subject=subject)
        assert (answer.status, report["status"]) == (200, "COMPLIANT"), subject


async def test_enforcing_queues_one_check_that_does_its_work_when_it_is_received(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    add_extension(azure.world, site.vm_id, "Other", publisher="Contoso", type="Agent")
    answer, receipt = await ask(enforcing, subject=site.vm_id, mode="enforce")
    assert (answer.status, answer.media_type) == (202, "application/json")
    assert list(azure.world.requests) == []
    (message,) = await queued(azure)
    await receive_check(enforcing, message)
    assert len(azure.world.installs) == 1
    assert receipt == {"subject": site.vm_id, "correlation_id": json.loads(message)["correlation_id"]}


FORBIDDING = {
    "nothing set": ({}, "vm_id", "WAC_EXTENSION_MODE is audit: set it to enforce and add"),
    "nothing set, of an NSG": ({}, "nsg_id", "WAC_NETWORK_MODE is audit: set it to enforce and add"),
    "no scope": (ENFORCE, "vm_id", "WAC_ENFORCE_SCOPES covers no /subscriptions/"),
    "another group": (ENFORCE | {"WAC_ENFORCE_SCOPES": f"{SCOPE}/resourceGroups/rg"}, "nsg_id", "WAC_ENFORCE_SCOPES"),
    "only the other mode": (
        {"WAC_NETWORK_MODE": "enforce", "WAC_ENFORCE_SCOPES": SCOPE},
        "vm_id",
        "WAC_EXTENSION_MODE is audit: set it to enforce to have",
    ),
    "a subscription that is not watched": (
        ENFORCE | {"WAC_ENFORCE_SCOPES": SCOPE, "WAC_SUBSCRIPTIONS": "99999999-2222-3333-4444-555555555555"},
        "vm_id",
        "is not among WAC_SUBSCRIPTIONS: add it there",
    ),
}


@pytest.mark.parametrize(("chosen", "subject", "told"), FORBIDDING.values(), ids=FORBIDDING.keys())
async def test_enforcing_what_the_settings_forbid_names_the_setting_to_change(
    chosen: dict[str, str], subject: str, told: str, azure: LocalAzure, make: MakeGuard
) -> None:
    site = build_site(azure.world)
    answer, problem = await ask(await make(**chosen), subject=getattr(site, subject), mode="enforce")
    assert (answer.status, answer.media_type, problem["status"]) == (403, PROBLEM, 403)
    assert told in problem["detail"]
    assert (await queued(azure), list(azure.world.requests)) == ([], [])


async def test_a_subscription_that_is_not_watched_is_not_even_audited(azure: LocalAzure, make: MakeGuard) -> None:
    guard = await make(WAC_SUBSCRIPTIONS="99999999-2222-3333-4444-555555555555")
    answer, problem = await ask(guard, subject=VM)
    assert (answer.status, problem["title"]) == (403, "The subscription is not watched")
    assert list(azure.world.requests) == []


BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "body: Invalid JSON"),
    "no JSON": (b"subject=web", "body: Invalid JSON"),
    "JSON that is cut off": (b'{"subject": "/subscr', "body: Invalid JSON"),
    "bytes that are no text": (b'{"subject": "\xff"}', "body: Invalid JSON"),
    "another encoding": (json.dumps({"subject": VM}).encode("utf-16"), "body: Invalid JSON"),
    "JSON too deep": (b'{"subject": ' + b"[" * 5000 + b"]" * 5000 + b"}", "body: Invalid JSON"),
    "null": (b"null", "body: Input should be an object"),
    "a list": (json.dumps([{"subject": VM}]).encode(), "body: Input should be an object"),
    "no subject": (b"{}", "subject: Field required"),
    "a subject that is null": (b'{"subject": null}', "subject: Input should be a valid string"),
    "a subject that is a number": (b'{"subject": 7}', "subject: Input should be a valid string"),
    "several subjects": (json.dumps({"subject": [VM]}).encode(), "subject: Input should be a valid string"),
    "a subject that is a name": (b'{"subject": "web"}', "subject: 'web' is no resource id; one looks like /subscr"),
    "a subject that is empty": (b'{"subject": ""}', "is no resource id"),
    "a subject with a query": (json.dumps({"subject": f"{VM}?a=b"}).encode(), "is no resource id"),
    "a subject that climbs": (json.dumps({"subject": f"{VM}/../../x"}).encode(), "is no resource id"),
    "a subject that is a group": (
        json.dumps({"subject": GROUP}).encode(),
        "a Microsoft.Resources/resourceGroups can't be checked; name one of Microsoft.Compute/virtualMachines or",
    ),
    "an extension": (json.dumps({"subject": f"{VM}/extensions/x"}).encode(), "extensions can't be checked"),
    "an unknown mode": (json.dumps({"subject": VM, "mode": "fix"}).encode(), "mode: Input should be 'audit' or 'enf"),
    "a mode that is null": (
        json.dumps({"subject": VM, "mode": None}).encode(),
        "mode: Input should be 'audit' or 'e",
    ),
    "a mode that is no text": (
        json.dumps({"subject": VM, "mode": True}).encode(),
        "mode: Input should be 'audit' or",
    ),
    "an unknown field": (json.dumps({"subject": VM, "port": 1}).encode(), "port: Extra inputs are not permitted"),
    "two faults": (b'{"mode": "fix", "port": 1}', "; "),
    "a body without end": (
        json.dumps({"subject": VM, "x": "x" * 10**6}).encode(),
        " bytes; send 16384 at most",
    ),
}


@pytest.mark.parametrize(("body", "told"), BAD.values(), ids=BAD.keys())
async def test_bad_input_is_told_with_an_example_of_what_to_send(
    body: bytes, told: str, azure: LocalAzure, enforcing: Guard
) -> None:
    answer = await request_check(enforcing, body)
    assert (answer.status, answer.media_type) == (400, PROBLEM)
    problem = json.loads(answer.body)
    assert (problem["status"], problem["title"]) == (400, "The request is no check")
    assert told in problem["detail"]
    assert problem["example"].keys() == {"subject", "mode"}
    assert len(answer.body) < 4096
    assert (await queued(azure), list(azure.world.requests)) == ([], [])


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
subjects = st.builds("/".join, st.permutations(VM.split("/"))) | st.builds(VM.replace, st.just("web"), st.text())
requests = st.fixed_dictionaries(
    {}, optional={"subject": subjects | json_values, "mode": st.sampled_from(["audit", "enforce"]) | json_values}
)
bodies = st.binary() | (json_values | requests).map(lambda value: json.dumps(value).encode())


@given(body=bodies)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_is_sent_is_answered(body: bytes, azure: LocalAzure, enforcing: Guard) -> None:
    answer = await request_check(enforcing, body)
    assert answer.status in {200, 202, 400, 403}
    assert (answer.media_type == PROBLEM) == (answer.status >= 400)
    assert isinstance(json.loads(answer.body), dict)
    assert azure.world.requests.writes() == []
