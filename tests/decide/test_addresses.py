from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.decide.addresses import Addresses, parse_prefix, parse_prefixes, union

# Few addresses, of both families and around the seam between them, so that sets often touch.
NUMBERS = [*range(6), *range(2**32 - 3, 2**32)]
POOL = [
    *(str(ip_address(number)) for number in NUMBERS),
    *(f"::{number:x}" for number in range(6)),
    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
]
SETS = st.frozensets(st.sampled_from(POOL))


def as_set(addresses: Addresses) -> frozenset[str]:
    return frozenset(one for one in POOL if addresses.covers(parse_prefix(one)))


def of(texts: frozenset[str]) -> Addresses:
    return parse_prefixes(tuple(texts))


@given(SETS, SETS)
def test_sets_of_addresses_do_what_sets_do(ours: frozenset[str], theirs: frozenset[str]) -> None:
    assert as_set(of(ours) | of(theirs)) == ours | theirs
    assert as_set(of(ours) & of(theirs)) == ours & theirs
    assert as_set(of(ours) - of(theirs)) == ours - theirs
    assert of(ours).covers(of(theirs)) == (theirs <= ours)
    assert bool(of(ours)) == bool(ours)


@given(SETS)
def test_prefixes_of_a_set_read_back_are_the_set(texts: frozenset[str]) -> None:
    assert parse_prefixes(of(texts).prefixes()) == of(texts)


@given(st.permutations(POOL))
def test_a_set_is_the_same_however_it_was_put_together(texts: list[str]) -> None:
    assert union(parse_prefix(one) for one in texts) == union(parse_prefix(one) for one in POOL)


@pytest.mark.parametrize(
    ("text", "prefixes"),
    [
        ("10.1.0.4", ("10.1.0.4/32",)),
        ("10.1.0.4/24", ("10.1.0.0/24",)),
        (" 10.0.0.0/8 ", ("10.0.0.0/8",)),
        ("2001:DB8::/32", ("2001:db8::/32",)),
        ("::/0", ("::/0",)),
    ],
)
def test_prefixes_and_single_addresses_are_read(text: str, prefixes: tuple[str, ...]) -> None:
    assert parse_prefix(text).prefixes() == prefixes


@pytest.mark.parametrize("text", ["", "*", "Internet", "111", "10.0.0.0-10.0.0.9", "10.0.0.0/33"])
def test_what_is_no_prefix_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="appear to be"):
        parse_prefix(text)


def test_a_whole_tag_is_neither_split_nor_mixed_up_with_addresses() -> None:
    tag = Addresses(tags=frozenset({"WindowsAdminCenter"}))
    both = tag | parse_prefix("10.0.0.0/8")
    assert both - parse_prefix("0.0.0.0/0") == tag
    assert both & tag == tag
    assert both.prefixes() == ("10.0.0.0/8", "WindowsAdminCenter")
