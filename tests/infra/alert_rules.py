"""The alert rules as infra/modules/alerts.bicep has them, and what Azure makes of them: alerts, or none.

Queries are run by the local Resource Graph's evaluator: both speak Kusto, and it refuses what it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from pycep import BicepParser

from simulator.arm.resource_graph.kql.parser import parse_query
from simulator.arm.resource_graph.kql.run import run_query
from simulator.arm.resource_graph.kql.table import Table
from simulator.arm.resource_graph.kql.values import Column, Type

INFRA = Path(__file__).parents[2] / "infra"
MODULES = INFRA / "modules"
QUERIES = INFRA / "alerts"
LISTS = ("told", "awaited")
WINDOWS = {f"PT{hours}H": timedelta(hours=hours) for hours in range(1, 7)} | {
    "PT5M": timedelta(minutes=5),
    "PT15M": timedelta(minutes=15),
    "P1D": timedelta(days=1),
    "P2D": timedelta(days=2),
}
"""Those that are used, of the ones that Azure takes: https://github.com/Azure/azure-rest-api-specs/issues/21258"""

type Json = dict[str, Any]
type Row = Json
type Tables = Mapping[str, list[Row]]

_TEXT = ("Message", "OuterMessage", "TimeGenerated")
_DYNAMIC = ("Properties", "Details")
_SCHEMA = dict.fromkeys(_TEXT, Type.STRING) | dict.fromkeys(_DYNAMIC, Type.DYNAMIC)


@dataclass(frozen=True, slots=True)
class Rule:
    """One alert rule. `window` is how much of a table its query sees."""

    name: str
    description: str
    severity: int
    frequency: timedelta
    window: timedelta
    query: str
    of_each_subject: bool


def parse_module(name: str) -> Json:
    """Read a Bicep module, as a tree."""
    text = (MODULES / f"{name}.bicep").read_text()
    return cast("Json", BicepParser().parse(text=text))


def read_rules(sweeps_within: str | None = None) -> dict[str, Rule]:
    """Read all rules by their names, with a time for the sweeps or the module's own."""
    module = parse_module("alerts")
    given = {"sweepsWithin": sweeps_within or module["parameters"]["sweepsWithin"]["default"]}
    listed = [one for name in LISTS for one in module["variables"][name]["value"]]
    return {one["name"]: _rule(one, given) for one in listed}


def _rule(one: Json, given: Mapping[str, str]) -> Rule:
    loaded = one["query"]["function"]
    assert loaded["type"] == "load_text_content"
    path = (MODULES / loaded["parameters"]["file_path"]).resolve()
    window = one["windowSize"]
    return Rule(
        one["name"],
        one["description"],
        one["severity"],
        WINDOWS[one["evaluationFrequency"]],
        WINDOWS[given.get(window, window)],
        path.read_text(),
        one["dimensions"] == "eachSubject",
    )


def messages_in(query: str) -> set[str]:
    """Give the messages of the log lines that a query asks for."""
    told = re.findall(r'Message (?:==|in) ?\(?((?:"[^"]*"(?:, )?)+)', query)
    return {message for one in told for message in re.findall(r'"([^"]*)"', one)}


def fields_in(query: str) -> set[str]:
    """Give the fields of log lines that a query reads."""
    return set(re.findall(r"Properties\.(\w+)", query))


def words_in(query: str) -> set[str]:
    """Give the reasons and outcomes that a query looks for in a field's list."""
    return set(re.findall(r'!?has_cs "([^"]*)"', query))


def alerts(rule: Rule, tables: Tables, now: datetime) -> set[str]:
    """Give whom a rule fires for at a moment: subjects, or an empty text where it has none; nothing if it doesn't.

    As Azure evaluates it: the query over the rows of the window, a count of its rows by dimension, more than 0.
    """
    found = answer(rule.query, _within(tables, now - rule.window, now))
    if rule.of_each_subject:
        read = found.schema["subject"].read
        return {read(row) for row in found.rows}
    return {""} if found.rows else set()


def answer(query: str, tables: Tables) -> Table:
    """Run a query over tables; raises QueryRefused for what the evaluator does not know."""
    lines = [line for line in query.splitlines() if not line.startswith("//")]
    name, _, operators = "\n".join(lines).partition("|")
    schema = {column: _reading(column, kind) for column, kind in _SCHEMA.items()}
    # The parser knows the tables of Resource Graph alone, and takes operators without one.
    return run_query(parse_query(operators), lambda *_: Table(schema, tables[name.strip()]))


def _reading(name: str, kind: Type) -> Column:
    return Column(kind, lambda row: row.get(name, "" if kind is Type.STRING else None))


def _within(tables: Tables, start: datetime, end: datetime) -> Tables:
    return {
        name: [row for row in rows if start < datetime.fromisoformat(row["TimeGenerated"]) <= end]
        for name, rows in tables.items()
    }
