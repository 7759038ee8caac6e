"""Which registration is for which host, and what follows from that for VMs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from shared.decide.eligibility import decide_eligibility
from shared.decide.gateways import decide_gateways, summarise_gateway
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.application import Application, Gateway, GatewayUrl
from shared.model.reason import Reason, Status
from tests.decide.applications import (
    APP,
    APP_ID,
    AUDITED,
    LOCALHOST,
    MIGRATING,
    OTHER_APP,
    PAIR,
    WAC,
    application,
    plan_for,
    reasons_of,
)
from tests.decide.estates import ENFORCED, VM, estate, extension, machine

GATEWAY = Gateway(APP, APP_ID, "WindowsAdminCenter-https://wac.contoso.com", ("wac.contoso.com",))
TWIN = Gateway(OTHER_APP, "other-app-id", "SME-wac", ("wac.contoso.com", "wac2.contoso.com"))

SUMMARIES: dict[str, tuple[Application, tuple[str, ...] | None]] = {
    "the host of its URIs, on whichever platform": (application(WAC), ("wac.contoso.com",)),
    "each host that it has": (
        application((WAC, "https://a.contoso.com:6516/*"), name="Gateways"),
        ("a.contoso.com", "wac.contoso.com"),
    ),
    "the host that its name names, though no URI does": (application(LOCALHOST), ("wac.contoso.com",)),
    "no host where nothing names one": (application(LOCALHOST, name="Gateway"), ()),
    "a host of which only the pair tells": (
        application((), ("https://gw.contoso.com", "https://gw.contoso.com/signin-oidc"), "Gateway"),
        ("gw.contoso.com",),
    ),
    "no host of somebody else's": (application((WAC, "https://intranet.contoso.com")), ("wac.contoso.com",)),
    "nothing where it is only likely one": (application(WAC, name="Contoso", required_resource_access=()), None),
    "nothing of others": (application("https://intranet.contoso.com/cb", name="Intranet"), None),
}


@pytest.mark.parametrize(("one", "hosts"), SUMMARIES.values(), ids=SUMMARIES.keys())
def test_of_a_certain_gateway_its_hosts_are_kept(one: Application, hosts: tuple[str, ...] | None) -> None:
    kept = summarise_gateway(one, AUDITED)
    assert kept == (None if hosts is None else Gateway(APP, APP_ID, one.display_name, hosts))


def test_of_what_was_read_in_part_nothing_new_can_be_kept() -> None:
    with pytest.raises(ValueError, match="was read without its web"):
        summarise_gateway(replace(application(), unread=("web",)), AUDITED)


def test_a_gateway_that_the_operator_names_is_kept_too() -> None:
    one = application("https://gw.contoso.com/signin-oidc", name="Contoso", required_resource_access=())
    named = replace(AUDITED, gateway_urls=(GatewayUrl("gw.contoso.com"),))
    assert summarise_gateway(one, AUDITED) is None
    assert summarise_gateway(one, named) == Gateway(APP, APP_ID, "Contoso", ("gw.contoso.com",))


def test_hosts_are_listed_with_all_their_registrations_in_any_order() -> None:
    expected = {"wac.contoso.com": (GATEWAY, TWIN), "wac2.contoso.com": (TWIN,)}
    assert list(decide_gateways([TWIN, GATEWAY]).items()) == list(expected.items())
    assert list(decide_gateways([GATEWAY, TWIN]).items()) == list(expected.items())


@pytest.mark.parametrize(
    ("gateways", "twins"),
    [
        ((), 0),
        ((GATEWAY,), 0),
        ((GATEWAY, TWIN), 1),
        ((TWIN, replace(TWIN, id=replace(APP, text=f"{APP}0"), app_id="third")), 2),
        ((replace(TWIN, hosts=("wac2.contoso.com",)),), 0),
    ],
)
def test_each_other_registration_for_one_of_its_hosts_is_told_once(gateways: Any, twins: int) -> None:
    plan = plan_for(application((), PAIR), MIGRATING, gateways=gateways)
    assert reasons_of(plan) == [Reason.GATEWAY_REGISTERED_TWICE] * twins


HOSTS = {
    "a VM of a gateway's host is left alone": ({"computer_name": "WAC"}, True),
    "whatever its domain": ({"computer_name": "wac.fabrikam.com"}, True),
    "where no agent has told the name, the VM's counts": ({"computer_name": None}, False),
    "another VM is not": ({"computer_name": "wac9"}, False),
    "one with the extension is left alone too": ({"computer_name": "wac", "extensions": (extension(),)}, True),
}


@pytest.mark.parametrize(("vm", "is_host"), HOSTS.values(), ids=HOSTS.keys())
def test_a_vm_is_left_alone_whose_host_name_is_of_a_registered_gateway(vm: dict[str, Any], is_host: bool) -> None:
    one = machine(**vm)
    here = estate(one, gateways=(GATEWAY, TWIN))
    found = decide_eligibility(here, one, ENFORCED)
    assert [finding.reason for finding in found] == ([Reason.GATEWAY_HOST] if is_host else [])
    for finding in found:
        assert finding.status is Status.NOT_APPLICABLE
        assert f"gateway wac.contoso.com of app registration {GATEWAY.display_name} ({APP_ID}) and SME-wac (" in (
            finding.message
        )
        assert finding.evidence["registrations"] == [str(APP), str(OTHER_APP)]
        assert decide_virtual_machine(here, VM, ENFORCED).actions == ()


def test_a_name_of_which_windows_tells_but_15_letters_is_known_by_those() -> None:
    gateway = replace(GATEWAY, hosts=("wac-gateway-west-europe.contoso.com",))
    one = machine(computer_name="WAC-GATEWAY-WES")
    (finding,) = decide_eligibility(estate(one, gateways=(gateway,)), one, ENFORCED)
    assert finding.reason is Reason.GATEWAY_HOST


def test_what_the_operator_says_and_what_the_audit_knows_are_both_told() -> None:
    one, desired = machine(computer_name="wac"), replace(ENFORCED, gateways=frozenset({"wac"}))
    found = decide_eligibility(estate(one, gateways=(GATEWAY,)), one, desired)
    assert [finding.reason for finding in found] == [Reason.IS_GATEWAY, Reason.GATEWAY_HOST]
