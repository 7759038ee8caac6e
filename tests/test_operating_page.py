"""docs/operating.md tells of everything that people meet when they operate the app."""

from pathlib import Path

import pytest

from shared.decide.waivers import explain_unwaivable
from shared.model.reason import Reason, Status
from shared.model.write import Fate
from tests.test_function_app import ROUTES

PAGE = (Path(__file__).parents[1] / "docs" / "operating.md").read_text()

STOPS = (
    Reason.STOPPED_BY_KILL_SWITCH,
    Reason.STOPPED_BY_FAILURES,
    Reason.BUDGET_SPENT,
    Reason.DECOMMISSIONED,
    Reason.HELD,
    Reason.CONTESTED,
    Reason.WRITTEN_TOO_OFTEN,
    Reason.EXTENSION_FAILED,
    Reason.LOCKED,
    Reason.POLICY_REFUSED,
    Reason.ASSIGNMENT_DENIED,
    Reason.PERMISSION_MISSING,
    Reason.WRITE_REFUSED,
)


@pytest.mark.parametrize("reason", STOPS)
def test_every_stop_is_told_with_how_to_lift_it(reason: Reason) -> None:
    (row,) = [
        line for line in PAGE.splitlines() if line.startswith("|") and f"`{reason.value}`" in line.split("|")[1]
    ]
    assert '`{"s' in row.split("|")[4]


OF_SWEEPS = (
    Reason.SWEEP_BRAKED,
    Reason.MACHINES_MISSING,
    Reason.SUBSCRIPTION_MISSING,
    Reason.SUBSCRIPTION_APPEARED,
    Reason.SUBSCRIPTION_SWEPT,
)


@pytest.mark.parametrize("reason", OF_SWEEPS)
def test_every_finding_of_a_sweep_is_told(reason: Reason) -> None:
    assert f"| `{reason.value}` |" in PAGE


@pytest.mark.parametrize("fate", Fate)
def test_every_fate_of_a_write_is_told(fate: Fate) -> None:
    assert any(line.startswith("|") and f"`{fate.value}`" in line.split("|")[1] for line in PAGE.splitlines())


@pytest.mark.parametrize("route", sorted({route for _, route in ROUTES.values()}))
def test_every_request_is_shown_as_it_is_typed(route: str) -> None:
    assert f"$APP/{route}" in PAGE


@pytest.mark.parametrize("reason", [one for one in Reason if one.status is Status.NON_COMPLIANT])
def test_what_nobody_can_accept_though_it_counts_is_told_where_waivers_are(reason: Reason) -> None:
    (section,) = [part for part in PAGE.split("\n## ") if part.startswith("Accept a finding")]
    told = section[section.index("Nor are the stops") : section.index("are lifted instead")]
    assert (f"`{reason.value}`" in told) is (explain_unwaivable(reason) is not None)


@pytest.mark.parametrize("table", ["wacsubjects", "wacwrites", "waccontrol", "wacwaivers", "wacplans", "wacsweeps"])
def test_every_table_is_told(table: str) -> None:
    assert f"| `{table}` |" in PAGE
