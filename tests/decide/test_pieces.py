"""Sets as numbers, with a bit for each piece or for each set: they say what the sets themselves say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.decide.addresses import Addresses, is_single, parse_prefix
from shared.decide.cut import Cut
from shared.decide.index import Index
from tests.decide.test_addresses import POOL, SETS, of

TAGS = st.frozensets(st.sampled_from(["Storage", "Sql", "WindowsAdminCenter"]))
WITH_TAGS = st.builds(lambda texts, tags: Addresses(of(texts).ranges, tags), SETS, TAGS)


@given(WITH_TAGS, st.lists(WITH_TAGS, max_size=4))
def test_pieces_of_a_cut_do_what_the_sets_do_that_it_was_cut_by(whole: Addresses, sets: list[Addresses]) -> None:
    parts = [whole & some for some in sets]
    cut = Cut(whole, parts)
    assert cut.addresses(cut.everything) == whole
    assert cut.addresses(0) == Addresses()
    for one in parts:
        assert cut.addresses(cut.pieces(one)) == one
        for other in parts:
            assert cut.addresses(cut.pieces(one) & cut.pieces(other)) == one & other
            assert cut.addresses(cut.pieces(one) | cut.pieces(other)) == one | other
            assert cut.addresses(cut.pieces(one) & ~cut.pieces(other)) == one - other


@given(st.lists(SETS, max_size=5), SETS)
def test_an_index_tells_which_sets_have_all_and_which_have_any_of_some_addresses(
    sets: list[frozenset[str]], texts: frozenset[str]
) -> None:
    index = Index(map(of, sets))
    for place, some in enumerate(sets):
        assert bool(index.having_all(of(texts)) >> place & 1) == (texts <= some)
        assert bool(index.having_any(of(texts)) >> place & 1) == bool(texts & some)


@given(SETS, st.sampled_from(POOL))
def test_a_set_has_an_address_or_not(texts: frozenset[str], text: str) -> None:
    ((number, _),) = parse_prefix(text).ranges
    assert of(texts).has(number) == (text in texts)


def test_one_address_is_single_and_nothing_else_is() -> None:
    assert is_single(parse_prefix("10.0.0.4"))
    assert is_single(parse_prefix("::1"))
    tag = Addresses(tags=frozenset({"Storage"}))
    for some in (parse_prefix("10.0.0.4/31"), Addresses(), tag, tag | parse_prefix("10.0.0.4")):
        assert not is_single(some)
