"""The alert rules are ones that Azure takes, and speak of nothing that the app does not."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from shared.model.plan import Outcome
from shared.model.reason import Reason
from tests.infra.alert_rules import QUERIES, Rule, messages_in, parse_module, read_rules, words_in

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
RULES = read_rules()
BY_NAME = pytest.mark.parametrize("rule", RULES.values(), ids=RULES.keys())
LOGS = {"debug", "info", "warning", "error", "exception", "log"}
# A day and more is a long look for every few minutes.
LONG, SELDOM = timedelta(days=1), timedelta(minutes=15)


def logged_messages() -> set[str]:
    """Give all messages that the app's code logs: constants, or names of constants of the same module."""
    paths = [path for folder in ("handlers", "shared") for path in (ROOT / folder).rglob("*.py")]
    return {message for path in paths for message in _messages_of(ast.parse(path.read_text()))}


def _messages_of(module: ast.Module) -> Iterator[str]:
    constants = {
        target.id: one.value
        for one in module.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(module):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGS:
            for argument in node.args:
                told = constants.get(argument.id) if isinstance(argument, ast.Name) else argument
                if isinstance(told, ast.Constant) and isinstance(told.value, str):
                    yield told.value


def test_every_message_that_a_query_asks_for_is_one_that_the_app_logs() -> None:
    asked = {message for rule in RULES.values() for message in messages_in(rule.query)}
    assert asked
    assert asked <= logged_messages()


def test_every_word_that_a_query_looks_for_is_a_reason_or_an_outcome_and_no_part_of_another() -> None:
    told = [*(reason.value for reason in Reason), *(outcome.value for outcome in Outcome)]
    for word in {word for rule in RULES.values() for word in words_in(rule.query)}:
        assert [one for one in told if word in one] == [word]


def test_every_query_is_one_rule_s() -> None:
    files = {path.name: path.read_text() for path in QUERIES.iterdir()}
    assert {f"{name}.kql": rule.query for name, rule in RULES.items()} == files


@BY_NAME
def test_a_rule_is_evaluated_within_its_window_and_the_longer_that_is_the_less_often(rule: Rule) -> None:
    assert rule.severity in {1, 2, 3}
    assert rule.frequency <= rule.window
    assert rule.window < LONG or rule.frequency >= SELDOM


@BY_NAME
def test_a_description_links_a_part_of_a_page_that_is_there(rule: Rule) -> None:
    (page, anchor) = re.findall(r"See \{docs\}([\w-]+\.md)#([\w-]+)$", rule.description)[0]
    assert anchor in anchors(DOCS / page)


@BY_NAME
def test_each_rule_has_a_part_of_the_page_of_alerts(rule: Rule) -> None:
    assert rule.name in anchors(DOCS / "alerts.md")


def test_the_dead_letters_alert_links_its_part_of_the_page_and_names_a_metric_of_system_topics() -> None:
    properties = parse_module("dead-letter-alert")["resources"]["alert"]["config"]["properties"]
    assert "${documentation}alerts.md#dead-letters" in properties["description"]
    assert "dead-letters" in anchors(DOCS / "alerts.md")
    (criterion,) = properties["criteria"]["allOf"]
    assert (criterion["metricNamespace"], criterion["metricName"]) == (
        "Microsoft.EventGrid/systemTopics",
        "DeadLetteredCount",
    )


def test_nothing_is_muted_since_azure_takes_that_of_alerts_alone_that_do_not_end_by_themselves() -> None:
    properties = parse_module("alerts")["resources"]["rule"]["config"]["config"]["properties"]
    assert properties["autoMitigate"] is True
    assert "muteActionsDuration" not in properties


def anchors(page: Path) -> set[str]:
    """Give the anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
