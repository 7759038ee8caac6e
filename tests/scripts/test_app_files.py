"""What goes into the package: .funcignore, and what is made of it."""

import subprocess
from pathlib import Path

import pytest
from pathspec import PathSpec

from scripts.app_files import UnsupportedPattern, find_app_files, parse_patterns

ROOT = Path(__file__).parents[2]


def test_nothing_goes_to_azure_but_the_app() -> None:
    files = find_app_files(ROOT)
    assert {path.partition("/")[0] for path in files} == {
        "function_app.py",
        "host.json",
        "requirements.txt",
        "handlers",
        "shared",
    }


def test_every_module_of_the_app_goes_to_azure() -> None:
    files = set(find_app_files(ROOT))
    modules = {
        path.relative_to(ROOT).as_posix() for name in ("handlers", "shared") for path in (ROOT / name).rglob("*.py")
    }
    assert modules | {"function_app.py", "host.json"} <= files


def make_project(root: Path, *paths: str) -> None:
    (root / ".funcignore").write_bytes((ROOT / ".funcignore").read_bytes())
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).touch()


def test_secrets_and_new_folders_stay_at_home(tmp_path: Path) -> None:
    make_project(
        tmp_path,
        *("function_app.py", "shared/act.py"),
        *("local.settings.json", ".env", ".azure/prod/.env", "certificate.pem", "new/thing.py", ".git/config"),
        *("simulator/local.py", "tests/shared/act.py", "docs/shared.md", "audit/__main__.py"),
    )
    assert find_app_files(tmp_path) == ("function_app.py", "shared/act.py")


def test_bytecode_and_packages_that_lie_around_are_not_taken(tmp_path: Path) -> None:
    make_project(
        tmp_path,
        "host.json",
        "shared/__pycache__/act.pyc",
        "shared/act.pyc",
        ".python_packages/lib/site-packages/x.py",
    )
    assert find_app_files(tmp_path) == ("host.json",)


def test_tools_that_apply_it_to_the_built_package_take_nothing_out_of_that() -> None:
    spec = PathSpec.from_lines("gitignore", (ROOT / ".funcignore").read_text().splitlines())
    built = [
        "function_app.py",
        "__pycache__/function_app.cpython-313.pyc",
        "shared/__pycache__/act.cpython-313.pyc",
        ".python_packages/lib/site-packages/some/tests/docs/test_it.py",
        ".python_packages/lib/site-packages/some/__pycache__/it.cpython-313.pyc",
    ]
    assert [path for path in built if spec.match_file(path)] == []
    assert spec.match_file("local.settings.json")


@pytest.mark.parametrize(
    "lines",
    [
        ["/*", "!/a/", "!/c.py"],
        ["/*", "/a/a", "!/*/"],
        ["/a/", "!/a/b/"],
        ["/a/*", "!/a/b/"],
        ["/*.py", "!/a.py"],
        ["/a", "/b/b"],
        ["/*/b", "!/a/b"],
        ["!/a", "/a+b", "# /c.py", ""],
    ],
)
def test_patterns_mean_what_they_mean_to_git(tmp_path: Path, lines: list[str]) -> None:
    paths = ["a/a", "a/b/a.py", "a/b.py", "b/b/x", "b/c", "c.py", "a.py", "a+b", "aab", ".env"]
    make_project(tmp_path, *paths)
    for name in (".funcignore", ".gitignore"):
        (tmp_path / name).write_text("\n".join([*lines, "/.funcignore", "/.gitignore"]))
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    listing = ["git", "ls-files", "--others", "--exclude-standard"]
    seen = subprocess.run(listing, cwd=tmp_path, check=True, capture_output=True, text=True).stdout.split()
    ours = [path for path in find_app_files(tmp_path) if not path.startswith(".git/")]
    assert ours == sorted(seen)


@pytest.mark.parametrize("line", ["tests/", "*.pyc", "/a/**", "/a?", "/[ab]", "!tests", "/", "//a"])
def test_a_pattern_that_is_not_understood_is_refused_by_name(line: str) -> None:
    with pytest.raises(UnsupportedPattern, match="begins with `/`"):
        parse_patterns(f"# fine\n/*\n{line}\n")
