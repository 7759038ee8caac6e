"""Operators and functions: what a query answers."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.arm.resource_graph.shapes import data_of
from tests.simulator.resource_graph.language import rows_of, table_of

QUERIES: dict[str, tuple[str, list[dict[str, Any]]]] = {
    "the table may be left out, and any case of it does": (
        "where name == 'Till' | project id",
        [{"id": "/a"}],
    ),
    "a table's name is found in any case": ("RESOURCES | project id | take 1", [{"id": "/a"}]),
    "a column is renamed, and a path called by its parts": (
        "resources | take 1 | project name, ID = id, properties.nics[0].id, tostring(properties.state)",
        [{"name": "Till", "ID": "/a", "properties_nics_0_id": "/a/1", "properties_state": "Succeeded"}],
    ),
    "what has no name gets a number": (
        "resources | take 1 | project strcat(id, '!'), toupper(id)",
        [{"Column1": "/a!", "Column2": "/A"}],
    ),
    "a name that comes twice gets a number": ("resources | take 1 | project id, id", [{"id": "/a", "id1": "/a"}]),
    "extend takes the place of a column, as it was before": (
        "resources | take 1 | extend id = tolower(name), was = id | project id, was",
        [{"id": "till", "was": "/a"}],
    ),
    "columns are dropped, by the beginning of their names too": (
        "resources | take 1 | project-away t*, properties, name",
        [{"id": "/a"}],
    ),
    "an order is descending unless told otherwise": (
        "resources | order by id | project id",
        [{"id": "/c"}, {"id": "/b"}, {"id": "/a"}],
    ),
    "capital letters come first": (
        "resources | sort by name asc | project name",
        [{"name": "Till"}, {"name": "kiosk-7"}, {"name": "till_2"}],
    ),
    "an order by two keys": (
        "resources | order by type desc, id desc | project id",
        [{"id": "/c"}, {"id": "/b"}, {"id": "/a"}],
    ),
    "nulls come last when descending": (
        "resources | extend port = toint(properties.port) | order by port | project port",
        [{"port": 6600}, {"port": 6516}, {"port": None}],
    ),
    "nulls come first when ascending": (
        "resources | extend port = toint(properties.port) | order by port asc | project port",
        [{"port": None}, {"port": 6516}, {"port": 6600}],
    ),
    "nulls come where they are told to": (
        "resources | extend port = toint(properties.port) | order by port asc nulls last | project port",
        [{"port": 6516}, {"port": 6600}, {"port": None}],
    ),
    "top sorts and takes": ("resources | top 1 by id asc | project id", [{"id": "/a"}]),
    "limit takes": ("resources | limit 2 | project id", [{"id": "/a"}, {"id": "/b"}]),
    "count gives one row": ("resources | count", [{"Count": 3}]),
    "count of nothing is 0": ("resources | where false | count", [{"Count": 0}]),
    "rows are counted by a key": (
        "resources | summarize count() by type | order by type asc",
        [{"type": "machine", "count_": 2}, {"type": "network", "count_": 1}],
    ),
    "a count has the name that it is given": ("resources | summarize n = count()", [{"n": 3}]),
    "nothing makes one row without a key": (
        "resources | where false | summarize count()",
        [{"count_": 0}],
    ),
    "and to none with one": ("resources | where false | summarize count() by type", []),
    "the keys alone are distinct": ("resources | summarize by type", [{"type": "machine"}, {"type": "network"}]),
    "as distinct gives them": ("resources | distinct type", [{"type": "machine"}, {"type": "network"}]),
    "a list is made of a group": (
        "resources | where type == 'machine' | summarize ids = make_list(id) by type",
        [{"type": "machine", "ids": ["/a", "/b"]}],
    ),
    "mv-expand makes a row of each element, of null one and of an empty list none": (
        "resources | mv-expand nic = properties.nics | project id, nic.id",
        [{"id": "/a", "nic_id": "/a/1"}, {"id": "/a", "nic_id": "/a/2"}, {"id": "/c", "nic_id": None}],
    ),
    "mv-expand takes the place of a column": (
        "resources | project id, nics = properties.nics | mv-expand nics | project nics.primary | take 2",
        [{"nics_primary": True}, {"nics_primary": False}],
    ),
    "mv-expand takes no more elements than it is told": (
        "resources | mv-expand nic = properties.nics limit 1 | project id",
        [{"id": "/a"}, {"id": "/c"}],
    ),
    "mv-expand makes a bag of each entry of a bag": (
        "resources | take 1 | mv-expand tags | project tags",
        [{"tags": {"env": "prod"}}],
    ),
    "an inner join keeps what has a match": (
        "resources | project id, name"
        " | join kind=inner (resourcecontainers | where id == '/b' | project id, of = name) on id",
        [{"id": "/b", "name": "kiosk-7", "id1": "/b", "of": "container kiosk-7"}],
    ),
    "an outer join keeps all of the left": (
        "resources | project id | join kind=leftouter (resourcecontainers | where id == '/b'"
        " | project key = id, state = properties.state) on $left.id == $right.key",
        [
            {"id": "/a", "key": "", "state": None},
            {"id": "/b", "key": "/b", "state": "Failed"},
            {"id": "/c", "key": "", "state": None},
        ],
    ),
    "a join minds the case": (
        "resources | project id = toupper(id) | join kind=inner resourcecontainers on id | count",
        [{"Count": 0}],
    ),
    "a join by two keys, the sides either way": (
        "resources | join kind=inner (resources | project id, t = type) on id, $right.t == $left.type | count",
        [{"Count": 3}],
    ),
    "types are narrowed by all conditions alike": (
        "resources | where type =~ 'Machine' and type in~ ('MACHINE', 'network') | where type == 'machine' | count",
        [{"Count": 2}],
    ),
    "a type in another case is not equal": ("resources | where type == 'Machine' | count", [{"Count": 0}]),
}
VALUES: dict[str, Any] = {
    "tostring(properties.nics[0])": '{"id":"/a/1","primary":true}',
    "tostring(properties.nothing)": "",
    "toint('12')": 12,
    "toint('twelve')": None,
    "tolong(1.9)": 1,
    "tobool('TRUE')": True,
    "tobool('yes')": None,
    "tobool(0)": False,
    "split('a/b/c', '/')": ["a", "b", "c"],
    "split('a/b/c', '/', 1)": ["b"],
    "tostring(split(properties.nics[0].id, '/')[2])": "1",
    "strcat('a', 1, properties.port)": "a16516",
    "substring('abc', 1)": "bc",
    "substring('abc', 0, indexof('abc', 'c'))": "ab",
    "indexof('abc', 'x')": -1,
    "array_length(properties.nics)": 2,
    "array_length(properties)": None,
    "iff(tobool(properties.on), 'on', 'off')": "on",
    "iif(isnull(properties.x), properties.state, 'off')": "Succeeded",
    "coalesce(properties.x, properties.state, 'none')": "Succeeded",
    "coalesce('', name)": "Till",
    "coalesce(toint('x'), 7)": 7,
    "bag_pack('name', name, 'port', properties.port)": {"name": "Till", "port": 6516},
    "pack('a', 1.5)": {"a": 1.5},
    "toupper(properties.state)": "SUCCEEDED",
    "1 == 2": False,
}


@pytest.mark.parametrize("sentence", QUERIES)
def test_a_query_answers_as_in_kusto(sentence: str) -> None:
    query, expected = QUERIES[sentence]
    assert rows_of(query) == expected


@pytest.mark.parametrize("expression", VALUES)
def test_an_expression_has_the_value_that_it_has_in_kusto(expression: str) -> None:
    (row,) = rows_of(f"resources | take 1 | project value = {expression}")
    assert row["value"] == VALUES[expression]


def test_a_table_tells_the_types_of_its_columns() -> None:
    table = table_of(
        "resources | project s = name, i = toint(properties.port), n = 1.5, b = tobool(properties.on), o = tags"
    )
    data = data_of(table.schema, table.rows[:1], as_table=True)
    assert isinstance(data, dict)
    assert {column["name"]: column["type"] for column in data["columns"]} == {
        "s": "string",
        "i": "integer",
        "n": "number",
        "b": "boolean",
        "o": "object",
    }
    assert data["rows"] == [["Till", 6516, 1.5, True, {"env": "prod"}]]


@pytest.mark.parametrize(("limit", "expected"), [("", 128), (" limit 130", 130), (" limit 400", 200)])
def test_mv_expand_leaves_out_what_comes_after_128_elements_unless_told_otherwise(limit: str, expected: int) -> None:
    long = "/".join(map(str, range(200)))
    assert rows_of(f"resources | take 1 | mv-expand x = split('{long}', '/'){limit} | count") == [{"Count": expected}]
