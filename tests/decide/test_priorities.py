from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.decide.priorities import LARGEST, SMALLEST, greatest_free_below, smallest_free_from

NEAR = st.integers(95, 110)


@given(NEAR | st.sampled_from([4096, 4097, 65500]), NEAR | st.just(0), st.frozensets(NEAR | st.integers(4090, 4096)))
def test_the_greatest_free_number_before_a_deny_is_found(limit: int, above: int, taken: frozenset[int]) -> None:
    fitting = [one for one in range(SMALLEST, LARGEST + 1) if above < one < limit and one not in taken]
    assert greatest_free_below(limit, above, taken) == max(fitting, default=None)


@given(NEAR | st.just(4096), NEAR | st.integers(4090, 4096), st.frozensets(NEAR | st.integers(4090, 4096)))
def test_the_smallest_free_number_is_found(start: int, above: int, taken: frozenset[int]) -> None:
    fitting = [one for one in range(SMALLEST, LARGEST + 1) if one >= start and one > above and one not in taken]
    assert smallest_free_from(start, above, taken) == min(fitting, default=None)
