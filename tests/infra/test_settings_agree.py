"""Settings are the same in the code, in Bicep, in what azd gives it, in `local.settings.json` and in the README."""

import json
import re

from shared.settings import STORAGE, Settings, parse_settings
from tests.infra.bicep import INFRA, ROOT, parsed

OURS = {str(field.alias) for field in Settings.model_fields.values()}
CHOSEN = {name for name in OURS if name.startswith("WAC_")}
# What Azure Functions and the Azure SDKs read by themselves.
OF_THE_PLATFORM = {
    "AZURE_TOKEN_CREDENTIALS",
    f"{STORAGE}__accountName",
    f"{STORAGE}__clientId",
    f"{STORAGE}__credential",
}
ENDPOINTS = {name for name in OURS if name.startswith(f"{STORAGE}__")}


def in_bicep() -> tuple[set[str], set[str]]:
    variables = parsed(INFRA / "modules" / "app.bicep")["variables"]
    return set(variables["choices"]["value"]), set(variables["wiring"]["value"])


def test_bicep_sets_every_setting_and_no_other() -> None:
    choices, wiring = in_bicep()
    # The account's name stands for its endpoints.
    assert choices | wiring == OURS - ENDPOINTS | OF_THE_PLATFORM
    assert not choices & wiring


def test_the_app_starts_with_what_bicep_sets_and_chooses_nothing_by_itself() -> None:
    choices, wiring = in_bicep()
    environment = dict.fromkeys(choices, "") | dict.fromkeys(wiring, "")
    assert parse_settings(environment | {f"{STORAGE}__accountName": "wacguard"}) == parse_settings(
        {f"{STORAGE}__accountName": "wacguard"}
    )


def test_azd_can_choose_whatever_is_to_be_chosen() -> None:
    choices, _ = in_bicep()
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]["settings"]["value"]
    # An empty one would take the place of the topic that is deployed.
    assert set(given) == choices - {"WAC_EVENTS_TOPIC"}
    assert given == {name: f"${{{name}=}}" for name in given}


def test_local_settings_have_every_setting_and_no_value_of_anybody() -> None:
    values = json.loads((ROOT / "local.settings.json").read_text())["Values"]
    assert set(values) == OURS - ENDPOINTS | {"FUNCTIONS_WORKER_RUNTIME", f"{STORAGE}__accountName"}
    assert {name for name, value in values.items() if value} == {"FUNCTIONS_WORKER_RUNTIME"}


def test_the_readme_tells_of_every_setting_and_of_no_other() -> None:
    section = (ROOT / "README.md").read_text().partition("\n## Settings\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    told = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert told == OURS | {f"{STORAGE}__accountName", f"{STORAGE}__clientId"}
