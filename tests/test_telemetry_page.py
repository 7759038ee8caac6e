"""docs/telemetry.md tells of every span, metric and attribute that there is, and of no other."""

import json
import re
from pathlib import Path

from shared.model.plan import Outcome
from shared.settings import Settings
from shared.telemetry import instruments

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "telemetry.md").read_text()
SOURCE = Path(instruments.__file__).read_text()
METRICS = {
    instruments.CHECKS,
    instruments.ACTIONS,
    instruments.THROTTLED,
    instruments.TIME_TO_COMPLIANT,
    instruments.SUBJECTS,
}


def first_cells(heading: str) -> list[str]:
    """Give what stands in code in the first column of the table under a heading."""
    _, _, rest = PAGE.partition(f"\n## {heading}\n")
    rows = [line for line in rest.partition("\n## ")[0].splitlines() if line.startswith("| `")]
    return [name for row in rows for name in re.findall(r"`([^`]+)`", row.split("|")[1])]


def test_every_metric_is_told_and_no_other() -> None:
    assert sorted(first_cells("Metrics")) == sorted(METRICS)


def test_every_attribute_of_a_check_s_span_is_told_and_no_other() -> None:
    attributes = {f"{instruments.NAME}.{name}" for name in re.findall(r'f"\{NAME\}\.(\w+)":', SOURCE)}
    assert set(first_cells("Spans")) == attributes
    assert f"`{instruments.CHECK}`" in PAGE


def test_the_queries_ask_for_names_that_there_are() -> None:
    queries = re.findall(r"```kusto\n(.*?)```", PAGE, re.DOTALL)
    assert len(queries) >= 3
    known = METRICS | {instruments.CHECK, *first_cells("Spans")}
    for query in queries:
        assert set(re.findall(r'"(wac_guard\.[\w.]+)"', query)) <= known


def test_every_outcome_of_an_action_is_told() -> None:
    assert [outcome for outcome in Outcome if f"`{outcome.value}`" not in PAGE] == []


def test_every_setting_of_telemetry_is_told_here_and_in_the_readme() -> None:
    aliases = [field.alias or "" for field in Settings.model_fields.values()]
    settings = [name for name in aliases if not name.startswith(("WAC_", "AzureWebJobsStorage"))]
    assert sorted(first_cells("Switch it on")) == sorted(settings)
    readme = (ROOT / "README.md").read_text()
    assert [name for name in settings if f"`{name}`" not in readme] == []


def test_the_host_tells_in_the_same_form() -> None:
    assert json.loads((ROOT / "host.json").read_text())["telemetryMode"] == "OpenTelemetry"
