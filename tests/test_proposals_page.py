"""docs/proposals.md shows what the app really writes."""

from pathlib import Path

import pytest

from shared.decide.bicep import bicep
from shared.decide.command_lines import azure_cli
from shared.decide.terraform import terraform
from tests.decide.actions import DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH

PAGE = (Path(__file__).parents[1] / "docs" / "proposals.md").read_text()
SHOWN = {
    "a rule's line": ("shell", azure_cli(PUT_RULE)),
    "a rule in Bicep": ("bicep", bicep(PUT_RULE)),
    "a rule in Terraform": ("terraform", terraform(PUT_RULE)),
    "an extension in Bicep": ("bicep", bicep(PUT_EXTENSION)),
    "an extension in Terraform": ("terraform", terraform(PUT_EXTENSION)),
    "a removal in Bicep": ("bicep", bicep(DELETE_RULE)),
    "a refresh in Terraform": ("terraform", terraform(REFRESH)),
    "an app registration in Bicep": ("bicep", bicep(PATCH)),
    "an app registration in Terraform": ("terraform", terraform(PATCH)),
}


@pytest.mark.parametrize("name", SHOWN)
def test_each_example_is_what_the_app_writes(name: str) -> None:
    language, text = SHOWN[name]
    assert f"```{language}\n{text.rstrip()}\n```\n" in PAGE


def test_there_are_no_other_examples() -> None:
    fences = [line for line in PAGE.splitlines() if line.startswith("```") and line not in {"```", "```console"}]
    assert fences == [f"```{language}" for language, _ in SHOWN.values()]
