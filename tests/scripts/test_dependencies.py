"""What the package has of the SDKs, and what is asked of them."""

import ast
from pathlib import Path

import pytest
from msgraph.generated.base_graph_service_client import BaseGraphServiceClient

from scripts.dependencies import find_pin
from scripts.first_import import imported_modules
from scripts.graph_sdk import GENERATED, KEPT, NeedsMore, trim

ROOT = Path(__file__).parents[2]
APP = [ROOT / "function_app.py", *(ROOT / "handlers").rglob("*.py"), *(ROOT / "shared").rglob("*.py")]


def lay_sdk(packages: Path, **sources: str) -> Path:
    generated = packages / GENERATED
    for name, source in {
        "base_graph_service_client": "def users():\n    from .users.it import It\n",
        "applications/it": "def get():\n    from ..models.thing import Thing\n    from .item.one import One\n",
        "applications/item/one": "from ...models.thing import Thing\n",
        "models/thing": "from .other import Other\n",
        "models/other": "",
        "users/it": "",
        **{name.replace("__", "/"): source for name, source in sources.items()},
    }.items():
        (generated / name).parent.mkdir(parents=True, exist_ok=True)
        (generated / f"{name}.py").write_text(source)
    (generated / "kiota-dom-export.txt").touch()
    return generated


def test_requests_that_the_app_never_makes_are_left_out(tmp_path: Path) -> None:
    generated = lay_sdk(tmp_path)
    trim(tmp_path, ["from msgraph.generated.models.thing import Thing"])
    left = {path.relative_to(generated).as_posix() for path in generated.rglob("*") if path.is_file()}
    assert left == {
        "base_graph_service_client.py",
        "applications/it.py",
        "applications/item/one.py",
        "models/thing.py",
        "models/other.py",
    }


@pytest.mark.parametrize(
    "sources",
    [
        {"models__other": "def f():\n    from ..users.it import It\n"},
        {"models__other": "import msgraph.generated.users.it"},
    ],
)
def test_nothing_is_removed_that_something_kept_imports_even_late(tmp_path: Path, sources: dict[str, str]) -> None:
    generated = lay_sdk(tmp_path, **sources)
    with pytest.raises(NeedsMore, match="users"):
        trim(tmp_path, [])
    assert (generated / "users" / "it.py").exists()


def test_nothing_is_removed_that_the_app_imports(tmp_path: Path) -> None:
    lay_sdk(tmp_path)
    with pytest.raises(NeedsMore, match="users"):
        trim(tmp_path, ['importlib.import_module("msgraph.generated.users.it")'])


def test_the_app_asks_graph_for_nothing_that_is_left_out() -> None:
    """`graph` and `….graph()` are the client; what it is asked for is imported then."""
    asked = {
        node.attr
        for file in APP
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute) and _is_client(node.value)
    }
    assert asked & set(dir(BaseGraphServiceClient)) - {"request_adapter"} == {"applications"}
    assert "applications" in KEPT


def _is_client(node: ast.expr) -> bool:
    match node:
        case ast.Await(value=ast.Call(func=ast.Attribute(attr="graph"))) | ast.Name(id="graph"):
            return True
    return False


def test_imports_within_functions_are_imports() -> None:
    source = "import a.b\nif x:\n    from c import d\ndef f():\n    import e\nfrom . import g\n"
    assert imported_modules(source) == {"a.b", "c", "e"}


def test_the_installer_is_pinned_with_its_hashes() -> None:
    pin = find_pin("uv", (ROOT / "requirements-dev.txt").read_text())
    assert pin.startswith("uv==")
    assert pin.count("--hash=sha256:") > 5
    assert "# via" not in pin
    with pytest.raises(LookupError, match="nothing-such"):
        find_pin("nothing-such", pin)
