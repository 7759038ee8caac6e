"""What is malformed, makes no sense, or is outside of the subset: a 400 in Azure's shape, no guess and no 500."""

from __future__ import annotations

from typing import Any

import pytest
from azure.core.exceptions import HttpResponseError
from hypothesis import given
from hypothesis import strategies as st

from simulator.arm.answers import ArmRequest
from simulator.arm.errors import ArmError
from simulator.arm.resource_graph.routes import query_resources
from simulator.build import add_network, add_resource_group, add_virtual_machine, subnet_id
from simulator.world import World
from tests.simulator.resource_graph.conftest import Ask, Send

PARSER, LANGUAGE, FUNCTION = "ParserFailure", "InvalidQueryLanguage", "UnknownFunction"
TABLE, MEANING = "DisallowedLogicalTableName", "SemanticError"

REFUSED = {
    "a condition that isn't there": ("resources | where", PARSER),
    "a condition that is an operator": ("project id, location | where where", PARSER),
    "an operator that Kusto doesn't have": ("resources | wehre name == 'x'", PARSER),
    "two pipes": ("resources || count", PARSER),
    "a pipe at the end": ("resources |", PARSER),
    "a word after the table": ("resources where name == 'x'", PARSER),
    "an open bracket": ("resources | where (name == 'x'", PARSER),
    "an open text": ("resources | where name == 'x", PARSER),
    "an escape that there isn't": (r"resources | where name == '\x'", PARSER),
    "a single equals sign": ("resources | where name = 'x'", PARSER),
    "a comparison of a comparison": ("resources | where name == 'x' == true", PARSER),
    "arithmetic": ("resources | extend x = 1 + 1", PARSER),
    "a sign that isn't Kusto's": ("resources | where name ?? 'x'", PARSER),
    "an optional path": ("resources | project properties?.x", PARSER),
    "a join that doesn't say on what": ("resources | join kind=inner (resources)", PARSER),
    "a join on one side twice": ("resources | join kind=inner (resources) on $left.id == $left.id", PARSER),
    "a half row": ("resources | take 1.5", PARSER),
    "brackets nested too deeply": ("resources | where " + "(" * 500 + "true" + ")" * 500, PARSER),
    "a number that is too long": ("resources | take 99999999999999999999", PARSER),
    "an operator outside of the subset": ("resources | parse id with * '/' rest", LANGUAGE),
    "a union": ("resources | union resourcecontainers", LANGUAGE),
    "a statement": ("let x = 1; resources", LANGUAGE),
    "a join that doesn't say which rows it keeps": ("resources | join (resources) on id", LANGUAGE),
    "a join that keeps all": ("resources | join kind=fullouter (resources) on id", LANGUAGE),
    "more elements than Azure expands": ("resources | mv-expand tags limit 401", LANGUAGE),
    "two lists expanded at once": ("resources | mv-expand tags, zones", LANGUAGE),
    "a fourth join": ("resources" + " | join kind=inner (resources | project id) on id" * 4, LANGUAGE),
    "a fourth expansion": ("resources" + " | mv-expand tags" * 4, LANGUAGE),
    "operators without end": ("resources" + " | extend x = strcat(id, id)" * 500, LANGUAGE),
    "a function that there isn't": ("resources | extend x = cout(id)", FUNCTION),
    "a function outside of the subset": ("resources | extend x = now()", FUNCTION),
    "an aggregate outside of the subset": ("resources | summarize dcount(id)", FUNCTION),
    "an aggregate where there are no groups": ("resources | extend x = count()", FUNCTION),
    "another table": ("advisorresources | count", TABLE),
    "another table inside of a join": ("resources | join kind=inner (policyresources) on id", TABLE),
    "a column that there isn't": ("resources | where nam == 'x'", MEANING),
    "a column in another case": ("resources | where Name == 'x'", MEANING),
    "a column that was dropped": ("resources | project id | where name == 'x'", MEANING),
    "a column of the same extend": ("resources | extend a = id, b = a", MEANING),
    "a column dropped twice": ("resources | project-away id | project-away id", MEANING),
    "a column of the other side": ("resources | project id | join kind=inner (resources) on name", MEANING),
    "a condition that is a text": ("resources | where name", MEANING),
    "a condition that may be anything": ("resources | where properties.on", MEANING),
    "a path into a text": ("resources | project name.first", MEANING),
    "a text compared with a number": ("resources | where name == 1", MEANING),
    "a number compared with a text": ("resources | where toint(tags.x) =~ 'x'", MEANING),
    "an order of what may be anything": ("resources | where properties.port > 1", MEANING),
    "two values that may be anything": ("resources | where properties.a == properties.b", MEANING),
    "a sort by what may be anything": ("resources | order by properties.port", MEANING),
    "a group of what may be anything": ("resources | summarize count() by properties.state", MEANING),
    "a join on what may be anything": ("resources | join kind=inner (resources) on properties", MEANING),
    "a text expanded": ("resources | mv-expand name", MEANING),
    "a function of too little": ("resources | extend x = split(id)", MEANING),
    "a function of the wrong thing": ("resources | extend x = array_length(id)", MEANING),
    "a bag with half an entry": ("resources | extend x = bag_pack('a', id, 'b')", MEANING),
    "alternatives of two types": ("resources | extend x = iff(true, 1, 'one')", MEANING),
    "a plain column where groups are aggregated": ("resources | summarize name by type", MEANING),
}


@pytest.mark.parametrize("sentence", REFUSED)
async def test_a_query_is_refused_as_azure_refuses_it(send: Send, sentence: str) -> None:
    query, code = REFUSED[sentence]
    answer = await send(query)
    assert (answer.status, answer.code) == (400, "BadRequest")
    codes = [detail["code"] for detail in answer.body["error"]["details"]]
    assert codes == ([code] if code == TABLE else ["InvalidQuery", code])


async def test_the_parser_names_the_token_and_where_it_stands(send: Send) -> None:
    answer = await send("resources\n// nothing\n| where name ! 'x'")
    detail = answer.body["error"]["details"][1]
    assert (detail["line"], detail["characterPositionInLine"], detail["token"]) == (3, 13, "!")
    assert "expectedToken" not in detail


async def test_the_sdk_shows_what_is_wrong(ask: Ask) -> None:
    with pytest.raises(HttpResponseError) as refused:
        await ask("resources | where nam == 'x'")
    assert refused.value.error is not None
    assert refused.value.error.code == "BadRequest"
    assert "named 'nam'" in str(refused.value)


BODIES: dict[str, Any] = {
    "nothing": None,
    "a list": ["resources"],
    "no query": {"subscriptions": []},
    "an empty query": {"query": " "},
    "a query that is no text": {"query": {"text": "resources"}},
    "options that are no object": {"query": "resources", "options": "all"},
    "a page of nothing": {"query": "resources", "options": {"$top": 0}},
    "a page that is too long": {"query": "resources", "options": {"$top": 1001}},
    "a page of a truth": {"query": "resources", "options": {"$top": True}},
    "less than nothing skipped": {"query": "resources", "options": {"$skip": -1}},
    "a token that was never given": {"query": "resources", "options": {"$skipToken": "bm8="}},
    "a token that is none at all": {"query": "resources", "options": {"$skipToken": "?"}},
    "a form that there isn't": {"query": "resources", "options": {"resultFormat": "csv"}},
    "a truth that is none": {"query": "resources", "options": {"allowPartialScopes": "yes"}},
    "one subscription for a list": {"query": "resources", "subscriptions": "all"},
    "subscriptions that are numbers": {"query": "resources", "subscriptions": [1]},
    "facets that are no list": {"query": "resources", "facets": {"expression": "type"}},
    "a facet without an expression": {"query": "resources", "facets": [{}]},
    "a facet sorted by nothing known": {
        "query": "resources",
        "facets": [{"expression": "type", "options": {"sortBy": "size"}}],
    },
    "a facet with a filter that makes no sense": {
        "query": "resources",
        "facets": [{"expression": "type", "options": {"filter": "nam == 'x'"}}],
    },
}


@pytest.mark.parametrize("sentence", BODIES)
async def test_a_body_of_another_form_is_a_400(send: Send, sentence: str) -> None:
    answer = await send(BODIES[sentence])
    assert (answer.status, answer.code, len(answer.body["error"]["details"]) > 0) == (400, "BadRequest", True)


async def test_an_option_that_azure_does_not_know_does_nothing(send: Send, world: World) -> None:
    add_resource_group(world, "Shop")
    add_network(world, "Shop", "one")
    add_network(world, "Shop", "two")
    answer = await send({"query": "resources", "options": {"top": 1}})
    assert (answer.status, answer.body["count"]) == (200, 2)


def _estate() -> World:
    world = World()
    add_resource_group(world, "Shop")
    add_virtual_machine(world, "Shop", "till", subnet=subnet_id(add_network(world, "Shop", "net")))
    return world


ESTATE = _estate()
LANGUAGE_WORDS = (
    "resources resourcecontainers | where project extend order by asc desc nulls first take top count summarize "
    "distinct mv-expand limit join kind = inner leftouter on $left $right ( ) [ ] . , == != =~ !~ < >= in !in~ has "
    "!contains and or not tostring toint split strcat array_length iff coalesce bag_pack isnull isempty make_list "
    "substring indexof id name type properties tags zones 0 1 -1 1.5 'x' \"y\" @'z' true false * // parse ;"
)
WORDS = st.sampled_from(LANGUAGE_WORDS.split())


def _answered(query: str) -> int:
    request = ArmRequest("POST", "/", query={"api-version": "2021-03-01"}, body={"query": query})
    try:
        return query_resources(ESTATE, request).status
    except ArmError as refused:
        return refused.status


@given(st.text(min_size=1))
def test_any_text_at_all_is_answered_or_a_400(text: str) -> None:
    assert _answered(text) in {200, 400}
    assert _answered(f"resources | {text}") in {200, 400}


@given(st.lists(WORDS, min_size=1, max_size=12).map(" ".join))
def test_any_words_of_the_language_are_answered_or_a_400(words: str) -> None:
    assert _answered(words) in {200, 400}
    assert _answered(f"resources | where {words}") in {200, 400}
    assert _answered(f"resources | extend x = {words}") in {200, 400}
