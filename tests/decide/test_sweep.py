"""A sweep's decisions: whom to look at, when the brake holds, and when a part is missing without a word."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.brake import contents_of, fingerprint, plan_id
from shared.decide.contents import content_of
from shared.decide.permission import decide_permission
from shared.decide.subscription import decide_subscription
from shared.decide.sweep import decide_sweep, remember_sweep
from shared.model.desired import DesiredState, MostChanges, Scope
from shared.model.estate import AgentState, Estate, PowerState, ResourceGroup
from shared.model.plan import Outcome
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.sweep import Known, LastSweep, Standing, Sweep
from shared.model.waiver import Waiver
from tests.decide.crowds import HERE, LONG_AGO, SOON, crowd
from tests.decide.estates import (
    ENFORCED,
    NSG,
    OBSERVED_AT,
    SUBSCRIPTION,
    deny_out,
    estate,
    extension,
    interface,
    interface_id,
    machine,
    security_group,
    vm_named,
)

DELIBERATE = security_group(deny_out("DenyTheService", destination="WindowsAdminCenter"))


def swept(
    here: Estate,
    last: LastSweep | None = None,
    standings: Iterable[Standing] = (),
    desired: DesiredState = ENFORCED,
) -> Sweep:
    return decide_sweep(here, HERE, desired, Known(last, {one.subject: one for one in standings}))


def reasons(sweep: Sweep) -> list[Reason]:
    return [finding.reason for finding in sweep.findings]


def most(count: int) -> DesiredState:
    return replace(ENFORCED, most_changes=MostChanges(count, 0))


def test_each_vm_and_nsg_is_decided_on_once_and_in_order() -> None:
    here = crowd(2, 2)
    assert [plan.subject for plan in decide_subscription(here, ENFORCED)] == [*sorted(here.virtual_machines), NSG]


def test_an_agent_that_nothing_is_told_of_is_taken_to_be_ready() -> None:
    sweep = swept(crowd(1))
    assert [type(action).__name__ for plan in sweep.wrong for action in plan.actions] == ["PutExtension"]


def test_what_can_be_written_is_looked_at_live_and_what_is_well_is_not() -> None:
    sweep = swept(crowd(3, 5))
    assert sweep.checks == tuple(vm_named(f"vm-{number:03}") for number in range(3))
    assert (sweep.changes, sweep.is_braked, reasons(sweep)) == (3, False, [Reason.SUBSCRIPTION_SWEPT])
    assert sweep.counts == {Status.COMPLIANT: 6, Status.NON_COMPLIANT: 3}


def test_for_all_vms_behind_an_nsg_that_is_in_the_way_there_is_one_check() -> None:
    seen_well = LastSweep(LONG_AGO)
    assert swept(crowd(0, 40, denied=True), seen_well).checks == (NSG,)


@pytest.mark.parametrize(
    ("limit", "bare", "is_braked"),
    [
        (MostChanges(3, 0), 3, False),
        (MostChanges(3, 0), 4, True),
        (MostChanges(0, 0), 0, False),
        (MostChanges(0, 0), 1, True),
        (MostChanges(10, 10), 10, False),
        (MostChanges(10, 10), 11, True),
        (MostChanges(1, 50), 20, False),
        (MostChanges(1, 50), 21, True),
    ],
)
def test_the_brake_holds_beyond_its_limit_and_then_nobody_is_asked_for(
    limit: MostChanges, bare: int, *, is_braked: bool
) -> None:
    sweep = swept(crowd(bare, 40 - bare), LastSweep(LONG_AGO), desired=replace(ENFORCED, most_changes=limit))
    assert sweep.is_braked is is_braked
    assert (sweep.checks == ()) is (is_braked or bare == 0)
    assert (Reason.SWEEP_BRAKED in reasons(sweep)) is is_braked
    assert sweep.changes == sum(len(plan.actions) for plan in sweep.wrong) == bare


def test_a_ring_within_the_limit_is_mended_while_the_rest_of_its_subscription_is_told_of() -> None:
    ring = ResourceId(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/ring-0")
    inside = ResourceId(f"{ring}/providers/Microsoft.Compute/virtualMachines/vm-9")
    here = crowd(20)
    machines = {**here.virtual_machines, inside: machine(inside, agent=AgentState.UNTOLD)}
    nic = replace(interface(inside, "10.1.0.99"), id=interface_id(inside))
    groups = {**here.resource_groups, ring: ResourceGroup(ring)}
    more = replace(
        here,
        virtual_machines=machines,
        network_interfaces={**here.network_interfaces, nic.id: nic},
        resource_groups=groups,
    )
    desired = replace(most(5), enforce_scopes=(Scope(SUBSCRIPTION, "ring-0"),))
    sweep = swept(more, desired=desired)
    assert (sweep.changes, sweep.is_braked, sweep.checks) == (21, True, (inside,))
    assert "only the 1 that mode and scope permit were asked for" in sweep.findings[0].message
    assert swept(more, desired=replace(desired, most_changes=MostChanges(0, 0))).checks == ()
    assert swept(more, desired=replace(DesiredState(), most_changes=MostChanges(5, 0))).checks == ()


WAITING = (
    Reason.HELD,
    Reason.CONTESTED,
    Reason.LOCKED,
    Reason.POLICY_REFUSED,
    Reason.ASSIGNMENT_DENIED,
    Reason.PERMISSION_MISSING,
    Reason.WRITE_REFUSED,
    Reason.DECOMMISSIONED,
)


@pytest.mark.parametrize("reason", WAITING)
def test_whoever_waits_for_somebody_is_not_asked_for_again_and_does_not_count(reason: Reason) -> None:
    first = vm_named("vm-000")
    sweep = swept(crowd(2), standings=[Standing(first, frozenset({reason}), LONG_AGO)])
    assert (sweep.checks, sweep.changes) == ((vm_named("vm-001"),), 1)
    assert first in {plan.subject for plan in sweep.wrong}


def test_a_live_look_that_resource_graph_may_be_behind_stands() -> None:
    first = vm_named("vm-000")
    assert swept(crowd(1), standings=[Standing(first, answered=SOON)]).wrong == ()
    assert swept(crowd(1), standings=[Standing(first, answered=LONG_AGO)]).checks == (first,)
    assert swept(crowd(1), standings=[Standing(first)]).checks == (first,)


def test_whoever_is_reported_on_and_not_shown_any_more_is_looked_at_until_a_report_says_gone() -> None:
    gone = vm_named("gone")
    assert swept(crowd(0, 1), standings=[Standing(gone, answered=LONG_AGO)]).checks == (gone,)
    assert swept(crowd(0, 1), standings=[Standing(gone, answered=SOON)]).checks == ()
    assert swept(crowd(0, 1), standings=[Standing(gone, frozenset({Reason.GONE}), LONG_AGO)]).checks == ()
    assert swept(crowd(0, 1), standings=[Standing(interface_id(gone), answered=LONG_AGO)]).checks == ()
    assert swept(crowd(2), standings=[Standing(gone, answered=LONG_AGO)], desired=most(1)).checks == ()


def without_remedy(count: int) -> Estate:
    """Make an estate of VMs of which something is wrong that nothing can be written for."""
    names = [vm_named(f"vm-{number:03}") for number in range(count)]
    return estate(*(machine(name, vm_size="Standard_Unheard_of") for name in names))


def test_the_first_sweep_finds_what_has_long_been_so_and_asks_for_no_look_at_it() -> None:
    sweep = swept(without_remedy(3))
    assert (len(sweep.wrong), sweep.checks, sweep.changes) == (3, (), 0)


def test_what_a_later_sweep_finds_for_the_first_time_is_looked_at_live_once() -> None:
    first = swept(without_remedy(2))
    second = swept(without_remedy(3), remember_sweep(first))
    assert second.checks == (vm_named("vm-002"),)
    assert swept(without_remedy(3), remember_sweep(second)).checks == ()


def test_a_stopped_vm_waits_for_its_start_and_not_for_a_sweep() -> None:
    stopped = estate(machine(power_state=PowerState.DEALLOCATED))
    sweep = swept(stopped, LastSweep(LONG_AGO))
    assert (sweep.wrong, sweep.checks) == ((), ())


def test_what_a_person_accepts_is_neither_counted_nor_looked_at() -> None:
    names = [vm_named(f"vm-{number:03}") for number in range(2)]
    here = estate(*(machine(name, extensions=(extension(vm=name),)) for name in names), subnet_group=DELIBERATE)
    reason = Reason.OUTBOUND_DENIED_DELIBERATELY
    accepted = [Waiver(NSG, reason, OBSERVED_AT + timedelta(days=1), "ann", "by design", LONG_AGO)]
    accepted += [replace(accepted[0], subject=name) for name in names]
    assert NSG in swept(here, LastSweep(LONG_AGO)).checks
    sweep = decide_sweep(here, HERE, ENFORCED, Known(LastSweep(LONG_AGO), waivers=tuple(accepted)))
    assert (sweep.wrong, sweep.checks, dict(sweep.counts)) == ((), (), {Status.COMPLIANT: 3})
    ended = [replace(one, until=OBSERVED_AT) for one in accepted]
    assert NSG in decide_sweep(here, HERE, ENFORCED, Known(LastSweep(LONG_AGO), waivers=tuple(ended))).checks


def test_whatever_could_not_be_read_is_among_what_is_wrong() -> None:
    here = replace(crowd(0, 1), unreadable={vm_named("vm-9"): "the row makes no sense"})
    sweep = swept(here, LastSweep(LONG_AGO))
    assert [(plan.subject, plan.status) for plan in sweep.wrong] == [(vm_named("vm-9"), Status.UNKNOWN)]
    assert sweep.checks == (vm_named("vm-9"),)


@given(bare=st.integers(0, 12), installed=st.integers(0, 12), limit=st.integers(0, 15), first=st.booleans())
def test_nobody_is_asked_for_who_is_not_wrong_nor_more_changes_than_the_limit(
    *, bare: int, installed: int, limit: int, first: bool
) -> None:
    here = crowd(bare, installed) if bare + installed else estate(machine())
    sweep = swept(here, None if first else LastSweep(LONG_AGO), desired=most(limit))
    by_subject = {plan.subject: plan for plan in sweep.wrong}
    assert set(sweep.checks) <= set(by_subject)
    assert sum(len(by_subject[one].actions) for one in sweep.checks) <= limit
    assert sum(sweep.counts.values()) == len(here.virtual_machines) + len(here.network_security_groups)
    assert sweep.is_braked or {one for one, plan in by_subject.items() if plan.actions} <= set(sweep.checks)


def test_a_plan_is_the_same_whenever_it_is_made_and_another_when_anything_in_it_is() -> None:
    one, two = swept(crowd(2)), swept(crowd(2), LastSweep(LONG_AGO))
    assert fingerprint(one.wrong) == fingerprint(two.wrong) == fingerprint(reversed(one.wrong))
    assert fingerprint(swept(crowd(3)).wrong) != fingerprint(one.wrong)
    other_port = swept(crowd(2), desired=replace(ENFORCED, port=6600))
    assert fingerprint(other_port.wrong) != fingerprint(one.wrong)
    assert plan_id(OBSERVED_AT, one.wrong) == f"20261122T080000Z-{fingerprint(one.wrong)}"


def test_a_check_that_was_released_may_write_that_alone() -> None:
    (plan,) = swept(crowd(1)).wrong
    (action,) = plan.actions
    assert contents_of(plan) == (content_of(action),)
    assert decide_permission(action, ENFORCED, contents_of(plan)) is None
    (other,) = swept(crowd(1), desired=replace(ENFORCED, port=6600)).wrong
    refusal = decide_permission(other.actions[0], ENFORCED, contents_of(plan))
    assert refusal is not None
    assert refusal.outcome is Outcome.WOULD_DO
    assert decide_permission(action, ENFORCED, ()) is not None
    assert decide_permission(action, DesiredState(), contents_of(plan)) is not None


def test_of_very_many_vms_some_are_remembered_from_all_of_them() -> None:
    machines = tuple(vm_named(f"vm-{number:06}") for number in range(30_000))
    sweep = replace(swept(crowd(1)), machines=machines)
    remembered = remember_sweep(sweep).machines
    assert 4000 <= len(remembered) <= 5000
    assert (remembered[0], remembered[-1] > machines[29_000]) == (machines[0], True)
