"""What holds of every plan, whatever the estate."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from shared.decide.network_security_group import decide_network_security_group
from shared.decide.virtual_machine import decide_virtual_machine, needs_network
from shared.model.desired import DesiredState, Outrank
from shared.model.estate import Estate, NetworkSecurityGroup, SecurityRule
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from tests.decide.any_estate import FIRST_VM, SUBJECTS, carried_through, estates, plan_of, puts
from tests.decide.applying import applied
from tests.decide.estates import NSG, without_network
from tests.decide.strategies import DESIRED


@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_once_a_plan_is_carried_out_nothing_more_is_to_do(
    here: Estate, desired: DesiredState, subject: ResourceId
) -> None:
    after, past = carried_through(here, subject, desired)
    assert plan_of(after, subject, desired, past).actions == ()


@given(estates(), DESIRED)
def test_no_setting_of_an_extension_is_ever_lost(here: Estate, desired: DesiredState) -> None:
    before = here.virtual_machines[FIRST_VM].admin_center
    after = carried_through(here, FIRST_VM, desired)[0].virtual_machines[FIRST_VM].admin_center
    if before is not None:
        assert after is not None
        assert (after.id, after.settings) == (before.id, before.settings)


@given(estates(), DESIRED)
def test_what_an_nsgs_plan_opens_lets_its_vms_go_on(here: Estate, desired: DesiredState) -> None:
    assume(desired.outrank is not Outrank.NONE)
    plan = decide_network_security_group(here, NSG, desired)
    wanted = {finding.reason for finding in plan.findings}
    assume(plan.actions and not wanted & {Reason.NO_FREE_PRIORITY, Reason.TRAFFIC_UNKNOWN})
    after = decide_network_security_group(applied(here, plan), NSG, desired)
    assert Reason.OUTBOUND_DENIED not in {finding.reason for finding in after.findings}


@given(estates(), DESIRED, st.sampled_from(SUBJECTS), st.randoms(use_true_random=False))
def test_the_same_estate_gives_the_same_plan_in_whatever_order_it_was_read(
    here: Estate, desired: DesiredState, subject: ResourceId, chance: random.Random
) -> None:
    again = plan_of(shuffled(here, chance), subject, desired)
    plan = plan_of(here, subject, desired)
    assert repr(again.findings) == repr(plan.findings)
    assert repr([(action.id, action.desired) for action in puts(again)]) == repr(
        [(action.id, action.desired) for action in puts(plan)]
    )
    assert repr((again.checks, again.status)) == repr((plan.checks, plan.status))


def shuffled(here: Estate, chance: random.Random) -> Estate:
    def mixed(things: Mapping[Any, Any]) -> dict[Any, Any]:
        return dict(chance.sample(list(things.items()), len(things)))

    group = here.network_security_groups[NSG]
    rules, defaults = group.security_rules, group.default_security_rules
    group = replace(
        group,
        security_rules=tuple(chance.sample(rules, len(rules))),
        default_security_rules=tuple(chance.sample(defaults, len(defaults))),
    )
    return replace(
        here,
        virtual_machines=mixed(here.virtual_machines),
        network_interfaces=mixed(here.network_interfaces),
        network_security_groups={NSG: group},
        service_tags=mixed(here.service_tags),
    )


@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_whatever_is_done_is_explained(here: Estate, desired: DesiredState, subject: ResourceId) -> None:
    plan = plan_of(here, subject, desired)
    assert not plan.actions or plan.status is not Status.COMPLIANT
    for finding in plan.findings:
        assert finding.subject == subject
        assert finding.message.endswith(".")
        json.dumps(dict(finding.evidence))


@given(estates(), DESIRED)
def test_a_first_look_without_the_network_settles_what_it_can(here: Estate, desired: DesiredState) -> None:
    first = without_network(here)
    assert needs_network(first, FIRST_VM, desired) == needs_network(here, FIRST_VM, desired)
    if not needs_network(first, FIRST_VM, desired):
        assert decide_virtual_machine(first, FIRST_VM, desired) == decide_virtual_machine(here, FIRST_VM, desired)


@given(estates(), DESIRED)
def test_a_vm_and_its_nsg_never_keep_asking_for_each_other(here: Estate, desired: DesiredState) -> None:
    asked_by_group = decide_network_security_group(here, NSG, desired).checks
    for vm in asked_by_group:
        assert NSG not in decide_virtual_machine(here, vm, desired).checks


@given(estates(), DESIRED, st.sampled_from(SUBJECTS))
def test_case_makes_no_difference(here: Estate, desired: DesiredState, subject: ResourceId) -> None:
    loud, quiet = plan_of(shouted(here), subject, desired), plan_of(here, subject, desired)
    assert [finding.reason for finding in loud.findings] == [finding.reason for finding in quiet.findings]
    assert [action.id for action in loud.actions] == [action.id for action in quiet.actions]
    assert loud.checks == quiet.checks


def shouted(here: Estate) -> Estate:
    """Write all that Azure compares without case in another one."""

    def loud(rule: SecurityRule) -> SecurityRule:
        return replace(
            rule,
            protocol=rule.protocol.upper(),
            source_address_prefixes=tuple(map(str.upper, rule.source_address_prefixes)),
            destination_address_prefixes=tuple(map(str.upper, rule.destination_address_prefixes)),
        )

    def group(one: NetworkSecurityGroup) -> NetworkSecurityGroup:
        rules, defaults = tuple(map(loud, one.security_rules)), tuple(map(loud, one.default_security_rules))
        return replace(one, id=ResourceId(str(one.id).upper()), security_rules=rules, default_security_rules=defaults)

    def keyed(things: Mapping[ResourceId, Any]) -> dict[ResourceId, Any]:
        return {ResourceId(str(one).upper()): thing for one, thing in things.items()}

    return replace(
        here,
        virtual_machines=keyed(here.virtual_machines),
        network_interfaces=keyed(here.network_interfaces),
        network_security_groups={one: group(thing) for one, thing in keyed(here.network_security_groups).items()},
        subnets=keyed(here.subnets),
        virtual_networks=keyed(here.virtual_networks),
        resource_groups=keyed(here.resource_groups),
    )
