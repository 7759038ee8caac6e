"""Conditions: which of the rows a, b and c meet them."""

from __future__ import annotations

import pytest

from tests.simulator.resource_graph.language import ids_where

CONDITIONS = {
    "== minds the case": ("name == 'till'", ""),
    "=~ does not": ("name =~ 'till'", "a"),
    "!= minds it too": ("name != 'till'", "abc"),
    "!~ does not": ("name !~ 'till'", "bc"),
    "in minds it": ("name in ('till', 'kiosk-7')", "b"),
    "in~ does not": ("name in~ ('TILL', 'KIOSK-7')", "ab"),
    "!in and !in~ are the rest": ("name !in ('Till') and name !in~ ('TILL_2')", "b"),
    "contains finds a part": ("name contains 'OSK'", "b"),
    "has finds a whole term": ("name has 'KIOSK'", "b"),
    "has finds no part of a term": ("name has 'kios'", ""),
    "an underscore ends a term": ("name has 'till'", "ac"),
    "!has is the rest": ("name !has 'till'", "b"),
    "has_cs minds the case": ("name has_cs 'till'", "c"),
    "startswith": ("name startswith 'TI'", "ac"),
    "!startswith": ("name !startswith 'TI'", "b"),
    "endswith": ("name endswith '-7'", "b"),
    "endswith_cs minds the case": ("name endswith_cs 'LL' or name endswith_cs 'ill'", "a"),
    "strings have an order": ("id > '/a' and id <= '/b'", "b"),
    "a path into properties": ("properties.state == 'Succeeded'", "a"),
    "a path in brackets": ("properties['state'] =~ 'SUCCEEDED'", "ac"),
    "a name with a dot": ("properties.['odd.name'] == 'x'", "a"),
    "a path into a list": ("properties.nics[1].id == '/a/2'", "a"),
    "a path from the end of a list": ("properties.nics[-1].id == '/a/2'", "a"),
    "a path beyond a list leads nowhere": ("isnull(properties.nics[2])", "abc"),
    "names in a path mind the case": ("properties.State =~ 'succeeded'", ""),
    "a number in properties": ("properties.port == 6516", "a"),
    "what is missing is unequal to any number": ("properties.port != 6516", "bc"),
    "a number is not the text of it": ("properties.state == 6516", ""),
    "a converted number has an order": ("toint(properties.port) >= 6600", "b"),
    "null meets no order": ("toint(properties.port) < 9999", "ab"),
    "the text of a number": ("tostring(properties.port) == '6600'", "b"),
    "true in properties": ("properties.on == true", "a"),
    "the text of true, as Microsoft's samples write it": ("properties.on =~ 'true'", "a"),
    "what is missing is neither": ("properties.on == true or properties.on == false", "ab"),
    "what is missing is the empty text": ("properties.port == ''", "c"),
    "a tag that is missing is unequal": ("tags.env != 'prod'", "bc"),
    "isnull of what is missing": ("isnull(tags)", "b"),
    "isnull of a string is never": ("isnull(name)", ""),
    "isempty of what is missing, or empty": ("isempty(tags.env)", "bc"),
    "an empty bag is not empty": ("isempty(tags)", "b"),
    "isnotempty": ("isnotempty(tags.env)", "a"),
    "isnotnull": ("isnotnull(properties.nics)", "ab"),
    "and binds before or": ("name == 'Till' or name == 'kiosk-7' and id == '/x'", "a"),
    "brackets go first": ("(name == 'Till' or name == 'kiosk-7') and id == '/b'", "b"),
    "not": ("not(name == 'Till')", "bc"),
    "not of null is null": ("not(toint(properties.port) > 1)", ""),
    "null and true is null": ("toint(properties.port) > 1 and true", "ab"),
    "null or false is null": ("not(toint(properties.port) > 9999 or false)", "ab"),
    "null or true is true": ("toint(properties.port) > 1 or id == '/c'", "abc"),
    "a bool alone": ("tobool(properties.on)", "a"),
    "a constant": ("true", "abc"),
    "a text with quotes": (r"name == 'it\'s' or name == " + r'"Till" or name == @' + "'a''b'", "a"),
    "a negative number": ("toint(properties.port) > -1", "ab"),
    "a comment": ("name == 'Till' // and nobody else", "a"),
    "several lines": ("name == 'Till'\n  or\r\n\tname == 'kiosk-7'", "ab"),
}


@pytest.mark.parametrize("sentence", CONDITIONS)
def test_a_condition_is_met_as_in_kusto(sentence: str) -> None:
    condition, expected = CONDITIONS[sentence]
    assert ids_where(condition) == expected
