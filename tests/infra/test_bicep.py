"""What can be told of the Bicep without a compiler: that it parses, and that its parts fit together."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.infra.bicep import FILES, INFRA, code_of, config_of, modules, name_of, parsed

MODULES = list(modules())
OF_A_FILE = pytest.mark.parametrize("path", FILES, ids=name_of)


@OF_A_FILE
def test_every_file_parses_and_declares_something(path: Path) -> None:
    assert parsed(path)["resources"] or parsed(path)["modules"]


def test_every_module_is_there_and_used() -> None:
    used = {file.resolve() for *_, file in MODULES}
    assert used == {path for path in FILES if path.parent.name == "modules"}


@pytest.mark.parametrize(
    ("path", "symbol", "given", "file"), MODULES, ids=[f"{path.stem}-{symbol}" for path, symbol, *_ in MODULES]
)
def test_a_module_is_given_each_parameter_that_it_declares_and_no_other(
    path: Path, symbol: str, given: dict[str, Any], file: Path
) -> None:
    declared = parsed(file).get("parameters", {})
    assert set(given) <= set(declared)
    assert {name for name, one in declared.items() if one["default"] is None} <= set(given)


@OF_A_FILE
def test_every_output_that_is_read_exists(path: Path) -> None:
    files = {symbol: file for by, symbol, _, file in MODULES if by == path}
    read = re.findall(r"\b(\w+)\.outputs\.(\w+)", code_of(path))
    assert [(symbol, output) for symbol, output in read if output not in parsed(files[symbol])["outputs"]] == []


# Those of the deployments are read by azd, and by whoever deploys.
@pytest.mark.parametrize("path", [path for path in FILES if path.parent != INFRA], ids=name_of)
def test_every_output_of_a_module_is_read_somewhere(path: Path) -> None:
    users = {by for by, *_, file in MODULES if file.resolve() == path}
    read = {output for by in users for output in re.findall(r"\.outputs\.(\w+)", code_of(by))}
    assert set(parsed(path).get("outputs", {})) <= read


@OF_A_FILE
def test_every_parameter_and_variable_is_used_and_every_symbol_once(path: Path) -> None:
    document, code = parsed(path), code_of(path)
    declared = [
        name for kind in ("parameters", "variables", "resources", "modules") for name in document.get(kind, {})
    ]
    assert len(declared) == len(set(declared))
    names = [*document.get("parameters", {}), *document.get("variables", {})]
    assert [name for name in names if len(re.findall(rf"\b{name}\b", code)) < 2] == []


@OF_A_FILE
def test_every_file_that_is_loaded_exists(path: Path) -> None:
    loaded = re.findall(r"load(?:Json|Text)Content\('([^']+)'\)", code_of(path))
    assert [name for name in loaded if not (path.parent / name).is_file()] == []


@OF_A_FILE
def test_a_resource_is_of_a_released_version(path: Path) -> None:
    versions = {one["type"]: one["api_version"] for one in parsed(path).get("resources", {}).values()}
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\d", version) for version in versions.values())


@OF_A_FILE
def test_nothing_is_a_secret(path: Path) -> None:
    assert not re.search(
        r"listKeys|listAccountSas|@secure|sharedKey(?!Access)|AccountKey=|primaryKey", code_of(path), re.I
    )


def test_whatever_could_have_keys_has_none() -> None:
    of = {path.stem: parsed(path)["resources"] for path in FILES}
    account = config_of(of["storage"]["account"])["properties"]
    assert account["allowSharedKeyAccess"] is False
    assert account["allowBlobPublicAccess"] is False
    assert config_of(of["topic"]["topic"])["properties"]["disableLocalAuth"] is True
    assert config_of(of["monitoring"]["insights"])["properties"]["DisableLocalAuth"] is True
    assert config_of(of["monitoring"]["workspace"])["properties"]["features"]["disableLocalAuth"] is True
    for symbol in ("publishingByFtp", "publishingByScm"):
        assert config_of(of["app"][symbol])["properties"]["allow"] is False


def test_the_app_runs_the_python_that_it_is_tested_with() -> None:
    app = config_of(parsed(INFRA / "modules" / "app.bicep")["resources"]["app"])["properties"]
    assert app["functionAppConfig"]["runtime"] == {"name": "python", "version": "3.13"}
    assert app["httpsOnly"] is True


def test_each_suppression_says_why() -> None:
    for path in FILES:
        for line in path.read_text().splitlines():
            if "checkov:skip" in line:
                assert re.fullmatch(r"\s*// checkov:skip=CKV_AZURE_\d+: .{20,}", line), line
    lines = (INFRA / "checkov.yaml").read_text().splitlines()
    for above, line in itertools.pairwise(lines):
        if line.strip().startswith("- CKV"):
            assert above.strip().startswith(("# ", "- CKV")), f"{line} is not explained"


def test_the_parameters_of_azd_are_parameters_of_the_app_s_deployment() -> None:
    given = json.loads((INFRA / "main.parameters.json").read_text())["parameters"]
    declared = parsed(INFRA / "main.bicep")["parameters"]
    assert set(given) <= set(declared)
    assert {name for name, one in declared.items() if one["default"] is None} <= set(given)
