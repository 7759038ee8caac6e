"""The document of an audit: what is counted, what comes first, and when something is wrong."""

import json

import pytest

from audit.document import AuditDocument
from audit.result import RegistrationsAudit, SubscriptionAudit
from shared.model.reason import Reason
from tests.audit.audits import (
    APPLICATION,
    NSG,
    SUBSCRIPTION,
    SUBSCRIPTION_ID,
    VM,
    documented,
    plan,
    registrations,
    subscription,
    vm,
)
from tests.decide.actions import PUT_EXTENSION

FAILED = SubscriptionAudit(SUBSCRIPTION_ID, "Production", failure="AuthorizationFailed: no")


@pytest.mark.parametrize(
    ("reasons", "status", "exit_code"),
    [
        ((), "COMPLIANT", 0),
        ((Reason.OUTBOUND_THROUGH_APPLIANCE,), "COMPLIANT", 0),
        ((Reason.EXCLUDED,), "NOT_APPLICABLE", 0),
        ((Reason.VM_STOPPED,), "PENDING", 0),
        ((Reason.EXTENSION_MISSING,), "NON_COMPLIANT", 1),
        ((Reason.EXTENSION_MISSING, Reason.READ_FAILED), "UNKNOWN", 2),
        ((Reason.TRAFFIC_UNKNOWN,), "UNKNOWN", 2),
    ],
)
def test_the_whole_is_as_bad_as_its_worst(reasons: tuple[Reason, ...], status: str, exit_code: int) -> None:
    document = documented(subscription(plan(vm("fine")), plan(VM, *reasons)))
    assert (document.status, document.exit_code) == (status, exit_code)


@pytest.mark.parametrize(
    "told",
    [
        documented(FAILED),
        documented(subscription(plan(VM)), unseen=("Prod",)),
        documented(subscription(plan(VM), unreadable={NSG: "a row makes no sense"})),
        documented(subscription(plan(VM)), tenant=RegistrationsAudit(failure="not allowed")),
    ],
    ids=["a subscription", "a subscription that is not seen", "a part of one", "app registrations"],
)
def test_whatever_could_not_be_read_makes_the_whole_unknown(told: AuditDocument) -> None:
    assert (told.status, told.exit_code, len(told.unread)) == ("UNKNOWN", 2, 1)


def test_a_subject_that_could_not_be_read_is_told_once() -> None:
    document = documented(subscription(plan(VM, Reason.READ_FAILED), unreadable={VM: "no"}))
    assert (document.unread, document.counts.by_reason) == ([], {"READ_FAILED": 1})


def test_the_worst_comes_first_and_all_are_there() -> None:
    document = documented(
        subscription(
            plan(vm("a")),
            plan(vm("b"), Reason.EXCLUDED),
            plan(vm("c"), Reason.OS_UNKNOWN),
            plan(NSG, Reason.RULE_MISSING),
        ),
        tenant=registrations(plan(APPLICATION, Reason.GATEWAY_ON_WEB_PLATFORM)),
    )
    assert [(one.kind, one.name) for one in document.subjects] == [
        ("VM", "c"),
        ("NSG", "nsg-web"),
        ("app registration", "WAC"),
        ("VM", "b"),
        ("VM", "a"),
    ]


def test_subjects_are_counted_by_status_by_kind_and_once_for_each_reason() -> None:
    document = documented(
        subscription(
            plan(VM, Reason.OUTBOUND_DENIED, Reason.OUTBOUND_DENIED, Reason.EXTENSION_MISSING),
            plan(vm("b"), Reason.OUTBOUND_DENIED),
            plan(NSG),
        )
    )
    assert document.counts.by_status == {
        "UNKNOWN": 0,
        "NON_COMPLIANT": 2,
        "PENDING": 0,
        "NOT_APPLICABLE": 0,
        "COMPLIANT": 1,
    }
    assert document.counts.by_kind["NSG"]["COMPLIANT"] == 1
    assert document.counts.by_reason == {"OUTBOUND_DENIED": 2, "EXTENSION_MISSING": 1}
    (read,) = document.subscriptions
    assert (read.virtual_machines, read.network_security_groups, read.name) == (2, 1, "Production")


def test_a_subject_tells_where_it_lies_what_is_wrong_and_what_to_do() -> None:
    document = documented(subscription(plan(VM, Reason.EXTENSION_MISSING, actions=(PUT_EXTENSION,), port=6516)))
    (one,) = document.subjects
    assert (one.subscription, one.resource_group) == ("Production", "rg-app")
    assert one.findings[0].evidence == {"port": 6516}
    assert one.proposals[0].azure_cli.startswith("az vm extension set")


def test_it_tells_once_how_old_what_was_read_may_be() -> None:
    (stale,) = [note for note in documented(subscription(plan(VM))).notes if "Resource Graph" in note]
    assert "minutes old" in stale


@pytest.mark.parametrize(
    ("tenant", "told"),
    [(None, True), (RegistrationsAudit(failure="no"), True), (RegistrationsAudit(read=3), False)],
)
def test_without_app_registrations_it_warns_of_gateways(tenant: RegistrationsAudit | None, told: bool) -> None:
    notes = documented(subscription(plan(VM)), tenant=tenant).notes
    assert any("WAC_GATEWAYS" in note for note in notes) is told


def test_what_was_written_can_be_read_back_and_has_its_version() -> None:
    document = documented(subscription(plan(VM, Reason.EXTENSION_MISSING)), settings={"WAC_PORT": "6600"})
    text = document.model_dump_json()
    assert AuditDocument.model_validate_json(text) == document
    assert json.loads(text)["version"] == 1


def test_the_subscription_of_a_subject_is_its_id_where_it_has_no_name() -> None:
    nameless = SubscriptionAudit(SUBSCRIPTION_ID, "", None, (plan(VM),))
    assert documented(nameless).subjects[0].subscription == SUBSCRIPTION


@pytest.mark.parametrize(("documentation", "folder"), [(None, "docs"), ("https://wiki.contoso.com/wac",) * 2])
def test_a_finding_leads_to_the_page_that_tells_of_its_reason(documentation: str | None, folder: str) -> None:
    told = documented(subscription(plan(VM, Reason.VM_STOPPED)), documentation=documentation)
    assert told.subjects[0].findings[0].page == f"{folder}/findings.md#vm_stopped"
