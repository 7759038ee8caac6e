"""Whose decision a rule is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.decide.outrank import is_general, is_ours
from shared.model.estate import Access, SecurityRule
from tests.decide.estates import DEFAULT_RULES, deny_in, deny_out
from tests.decide.rule_cases import ours_out


def test_an_edited_rule_of_ours_is_told_by_its_marker_alone() -> None:
    assert is_ours(ours_out())
    assert not is_ours(ours_out(description="Not managed by WAC Guard."))
    assert not is_ours(ours_out(description=None))
    assert not is_ours(replace(ours_out(), access=Access.DENY))


@pytest.mark.parametrize(
    ("deny", "general"),
    [
        (deny_out(destination="*"), True),
        (deny_out(destination="Internet"), True),
        (deny_out(destination="AzureCloud"), True),
        (deny_out(destination=("10.0.0.0/8", "0.0.0.0/0")), True),
        (deny_out(ports="1-65535"), True),
        (deny_out(ports=("443", "*")), True),
        (deny_out(ports="443"), False),
        (deny_out(ports="1-1024"), False),
        (deny_out(destination="VirtualNetwork"), False),
        (deny_out(destination="AzureCloud.WestEurope"), False),
        (deny_out(destination="20.0.0.0/8"), False),
        (deny_in(), True),
        (deny_in(source="VirtualNetwork"), True),
        (deny_in(source="AzureCloud"), False),
        (deny_in(source="*", ports="6516"), False),
        (DEFAULT_RULES[2], True),
        (DEFAULT_RULES[5], True),
    ],
)
def test_a_deny_is_general_when_it_singles_out_neither_a_service_nor_a_port(
    deny: SecurityRule, general: bool
) -> None:
    assert is_general(deny) is general
