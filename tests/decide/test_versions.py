from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.versions import parse_version

NUMBERS = st.lists(st.integers(0, 2**40), min_size=1, max_size=6)


@given(NUMBERS, NUMBERS)
def test_versions_are_ordered_by_their_numbers(one: list[int], other: list[int]) -> None:
    longest = max(len(one), len(other))
    padded = [numbers + [0] * (longest - len(numbers)) for numbers in (one, other)]
    ours, theirs = (parse_version(".".join(map(str, numbers))) for numbers in (one, other))
    assert (ours < theirs, ours == theirs) == (padded[0] < padded[1], padded[0] == padded[1])


@pytest.mark.parametrize("junk", ["", "latest", "1.", ".1", "1..2", "1.2-beta", "v1.2", "1,2", "\u0661.\u0662", "-1"])
def test_what_is_no_version_is_refused(junk: str) -> None:
    with pytest.raises(ValueError, match="is no version"):
        parse_version(junk)
