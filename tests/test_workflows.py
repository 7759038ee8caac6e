"""What runs on GitHub: with which rights, by whose code, and that it runs what is there."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
GITHUB = ROOT / ".github"
WORKFLOWS = {path.name: path.read_text() for path in sorted((GITHUB / "workflows").glob("*.yml"))}
MAKEFILE = (ROOT / "Makefile").read_text()
PINNED = re.compile(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")


def parse(name: str) -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(WORKFLOWS[name])
    return parsed


def test_there_is_a_workflow_for_tests_for_packages_and_for_deploying() -> None:
    assert list(WORKFLOWS) == ["deploy.yml", "packages.yml", "test.yml"]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_workflow_knows_a_secret(name: str) -> None:
    assert "secrets." not in WORKFLOWS[name]
    assert "client-secret" not in WORKFLOWS[name]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_every_action_is_pinned_to_a_commit_with_its_version_beside_it(name: str) -> None:
    used = [line.partition("uses:")[2].strip() for line in WORKFLOWS[name].splitlines() if "uses:" in line]
    assert used
    assert [action for action in used if not PINNED.fullmatch(action)] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflows_may_read_the_code_and_only_deploying_may_ask_for_a_token(name: str) -> None:
    workflow = parse(name)
    assert workflow["permissions"] == {"contents": "read"}
    own = [job["permissions"] for job in workflow["jobs"].values() if "permissions" in job]
    assert own == ([{"contents": "read", "id-token": "write"}] if name == "deploy.yml" else [])


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_job_leaves_credentials_with_the_code_or_runs_without_end(name: str) -> None:
    for job in parse(name)["jobs"].values():
        assert job["timeout-minutes"] <= 60
        checkout = next(step for step in job["steps"] if "checkout" in step.get("uses", ""))
        assert checkout["with"]["persist-credentials"] is False


@pytest.mark.parametrize("name", WORKFLOWS)
def test_no_expression_is_pasted_into_a_command_line_but_what_is_written_here(name: str) -> None:
    commands = [step["run"] for job in parse(name)["jobs"].values() for step in job["steps"] if "run" in step]
    pasted = {found for command in commands for found in re.findall(r"\$\{\{.*?\}\}", command)}
    assert pasted <= {"${{ matrix.target }}"}


def test_every_target_of_make_that_is_named_is_there() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    named = set(re.findall(r"make ([a-z-]+)", "\n".join([*WORKFLOWS.values(), container["postCreateCommand"]])))
    named |= set(parse("test.yml")["jobs"]["make"]["strategy"]["matrix"]["target"])
    assert "setup" in named
    assert [target for target in named if not re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)] == []


def test_github_tests_what_the_repository_tests_before_anything_lands() -> None:
    locally = set(re.findall(r"^make ([a-z-]+)", (ROOT / ".ci" / "run").read_text(), re.MULTILINE))
    assert set(parse("test.yml")["jobs"]["make"]["strategy"]["matrix"]["target"]) == locally - {"audit-packages"}


def test_deploying_signs_in_by_what_github_vouches_for_in_an_environment() -> None:
    deploy = parse("deploy.yml")["jobs"]["deploy"]
    assert "production" in deploy["environment"]
    commands = [step.get("run", "") for step in deploy["steps"]]
    assert any("--federated-credential-provider github" in command for command in commands)
    assert commands[-1] == "azd up --no-prompt"


def test_dependabot_watches_what_make_lock_does_not() -> None:
    dependabot = yaml.safe_load((GITHUB / "dependabot.yml").read_text())
    ecosystems = {update["package-ecosystem"] for update in dependabot["updates"]}
    assert ecosystems == {"devcontainers", "github-actions", "npm"}


def test_the_container_has_the_projects_python() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert f"python:{(ROOT / '.python-version').read_text().strip()}" in container["image"]
