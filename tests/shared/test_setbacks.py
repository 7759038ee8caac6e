"""Setbacks: what Azure did not take is not sent again at once, nor for ever."""

from datetime import UTC, datetime, timedelta

from shared.model.plan import Outcome
from shared.model.resource_id import ResourceId
from shared.setbacks import Setbacks

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
TARGET = ResourceId(
    "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm/extensions/AdminCenter"
)


def test_a_refusal_keeps_its_target_alone_ever_longer_up_to_a_day() -> None:
    setbacks, now, pauses = Setbacks(), NOON, []
    for _ in range(9):
        setbacks.refused(TARGET, now, "ScopeLocked", "locked")
        standing = setbacks.standing(TARGET, now)
        assert standing is not None
        assert standing.outcome is Outcome.REFUSED
        pauses.append(standing.until - now)
        assert setbacks.standing(TARGET, standing.until - timedelta(seconds=1)) == standing
        assert setbacks.standing(TARGET, standing.until) is None
        now = standing.until
    assert [pause / timedelta(minutes=15) for pause in pauses] == [1, 2, 4, 8, 16, 32, 64, 96, 96]


def test_a_passing_failure_waits_for_what_azure_asked_and_longer_when_it_goes_on() -> None:
    setbacks = Setbacks()
    pauses = []
    for retry_after in (None, None, timedelta(minutes=5), None):
        setbacks.postponed(TARGET, NOON, "busy", retry_after)
        standing = setbacks.standing(TARGET, NOON)
        assert standing is not None
        pauses.append(standing.pause.total_seconds())
    assert pauses == [15, 30, 300, 600]


def test_a_setback_of_another_kind_starts_over() -> None:
    setbacks = Setbacks()
    setbacks.postponed(TARGET, NOON, "busy", timedelta(minutes=50))
    setbacks.refused(TARGET, NOON, "ScopeLocked", "locked")
    standing = setbacks.standing(TARGET, NOON)
    assert standing is not None
    assert standing.pause == timedelta(minutes=15)


def test_what_was_overcome_is_forgotten() -> None:
    setbacks = Setbacks()
    setbacks.refused(TARGET, NOON, "ScopeLocked", "locked")
    setbacks.overcome(ResourceId(str(TARGET).upper()))
    assert setbacks.standing(TARGET, NOON) is None
