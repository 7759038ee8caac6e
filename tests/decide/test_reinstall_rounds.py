"""What becomes of a failed extension in the end, however its settings look and its installs end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from shared.model.estate import Extension
from shared.model.plan import DeleteExtension, PutExtension
from shared.model.reason import Reason
from tests.decide.estates import OBSERVED_AT, estate, extension, machine
from tests.decide.rounds import Rounds

WEEK, DAY, MINUTE = timedelta(days=7), timedelta(days=1), timedelta(minutes=1)

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
SETTINGS = st.builds(
    lambda more, port: {**more, "port": port},
    st.dictionaries(st.text(max_size=10), _VALUES, max_size=4),
    st.integers(1, 65535) | st.integers(1, 65535).map(str),
)
FAILED = st.builds(
    extension,
    st.sampled_from(["AdminCenter", "wac", "WAC by Terraform"]),
    publisher=st.sampled_from(["Microsoft.AdminCenter", "microsoft.admincenter"]),
    state=st.sampled_from(["Failed", "Canceled"]),
    settings=SETTINGS,
    type_handler_version=st.sampled_from(["0.0", "0.1", None]),
    auto_upgrade_minor_version=st.sampled_from([True, False, None]),
)


def kept(one: Extension) -> tuple[Any, ...]:
    return (
        str(one.id),
        one.publisher,
        one.type,
        one.type_handler_version or "0.0",
        one.auto_upgrade_minor_version is not False,
        repr(sorted(one.settings.items())),
    )


@given(FAILED, st.booleans())
def test_it_is_there_again_in_two_rounds_with_all_that_it_had_and_then_left_alone(
    failed: Extension, looked_at_on_its_way: bool
) -> None:
    rounds = Rounds(estate(machine(extensions=(failed,))))
    for _ in range(2):
        rounds.look()
        if looked_at_on_its_way:
            assert rounds.look().actions == ()
        rounds.end()
    assert [type(action) for _, action in rounds.written] == [DeleteExtension, PutExtension]
    plan = rounds.look()
    assert (plan.findings, plan.actions) == ((), ())
    (healthy,) = rounds.extensions
    assert kept(healthy) == kept(failed)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 600)), min_size=40, max_size=60))
def test_one_that_never_gets_well_is_reinstalled_three_times_in_a_week_with_growing_pauses(
    looks: list[tuple[bool, int]],
) -> None:
    rounds = Rounds(estate(machine(extensions=(extension(state="Failed"),))))
    for looked_at_on_its_way, minutes in looks:
        rounds.look()
        if looked_at_on_its_way:
            rounds.look()
        rounds.end(well=False, after=minutes * MINUTE)
    times = rounds.removals()
    for number, at in enumerate(times):
        before = [earlier for earlier in times[:number] if at - earlier < WEEK]
        assert len(before) < 3
        pause = (0 * MINUTE, 30 * MINUTE, 240 * MINUTE)[len(before)]
        assert not before or at - before[-1] >= pause


def test_each_look_at_the_time_that_the_plan_said_goes_on() -> None:
    rounds = Rounds(estate(machine(extensions=(extension(state="Failed"),))))
    seen: list[Reason] = []
    for _ in range(20):
        plan = rounds.look()
        seen += [finding.reason for finding in plan.findings]
        wait = plan.look_at - rounds.here.observed_at if plan.look_at else 3 * MINUTE
        rounds.end(well=False, after=wait)
    assert [at - OBSERVED_AT for at in rounds.removals()] == [0 * MINUTE, 33 * MINUTE, 276 * MINUTE]
    assert set(seen) == {Reason.EXTENSION_FAILED, Reason.EXTENSION_MISSING}
