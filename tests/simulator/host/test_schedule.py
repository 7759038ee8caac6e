from __future__ import annotations

from datetime import UTC, datetime

import pytest

from simulator.host.schedule import BadSchedule, parse_schedule

MONDAY = datetime(2026, 1, 5, 8, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "upcoming"),
    [
        ("0 0 * * * *", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("0 * * * *", datetime(2026, 1, 5, 9, tzinfo=UTC)),
        ("*/20 * * * * *", datetime(2026, 1, 5, 8, 0, 40, tzinfo=UTC)),
        ("30 0 8 * * *", datetime(2026, 1, 6, 8, 0, 30, tzinfo=UTC)),
        ("0 30 9,17 * * mon-fri", datetime(2026, 1, 5, 9, 30, tzinfo=UTC)),
        ("0 0 0 * * Sun", datetime(2026, 1, 11, tzinfo=UTC)),
        ("0 0 0 1 feb *", datetime(2026, 2, 1, tzinfo=UTC)),
        ("0 0 0 29 2 *", datetime(2028, 2, 29, tzinfo=UTC)),
        ("0 5/25 * * * *", datetime(2026, 1, 5, 8, 5, tzinfo=UTC)),
        ("0 0 0 31 2 *", None),
    ],
)
def test_the_next_time_is_the_first_that_fits_all_fields(expression: str, upcoming: datetime | None) -> None:
    assert parse_schedule(expression).next_after(MONDAY) == upcoming


@pytest.mark.parametrize(
    "expression", ["", "* * *", "60 * * * * *", "0 0 24 * * *", "0 5-3 * * * *", "x * * * * *", "*/0 * * * * *"]
)
def test_what_is_no_schedule_is_refused(expression: str) -> None:
    with pytest.raises(BadSchedule):
        parse_schedule(expression)
