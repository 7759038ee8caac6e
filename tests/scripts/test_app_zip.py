"""The package's bytecode and zip."""

import importlib.util
import os
import struct
import zipfile
from pathlib import Path

import pytest

from scripts.app_zip import CompileFailed, compile_all, write_zip
from scripts.first_import import PACKAGES

UNCHECKED_HASH = 0b01


def lay_app(folder: Path) -> Path:
    for path, text in {
        "function_app.py": "import shared.act\n",
        "shared/act.py": "def act() -> str:\n    return 'done'\n",
        f"{PACKAGES}/some/__init__.py": "WORDS = ('some', 'words')\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def build(folder: Path) -> bytes:
    compile_all(lay_app(folder), folder / PACKAGES)
    write_zip(folder, folder.with_suffix(".zip"))
    return folder.with_suffix(".zip").read_bytes()


def test_the_same_app_is_the_same_bytes_wherever_and_whenever_it_is_built(tmp_path: Path) -> None:
    first = build(tmp_path / "first")
    later = lay_app(tmp_path / "elsewhere" / "second")
    os.utime(later / "function_app.py", (2_000_000_000, 2_000_000_000))
    (later / "shared/act.py").chmod(0o600)
    assert build(later) == first


def test_every_module_has_bytecode_that_is_taken_whatever_the_time_of_its_source(tmp_path: Path) -> None:
    build(tmp_path / "app")
    sources = list((tmp_path / "app").rglob("*.py"))
    assert len(sources) == 3
    for source in sources:
        code = Path(importlib.util.cache_from_source(str(source))).read_bytes()
        assert code[:4] == importlib.util.MAGIC_NUMBER
        assert struct.unpack("<I", code[4:8])[0] == UNCHECKED_HASH


def test_no_path_of_the_building_machine_is_in_the_package(tmp_path: Path) -> None:
    build(tmp_path / "app")
    with zipfile.ZipFile(tmp_path / "app.zip") as archive:
        assert not [name for name in archive.namelist() if str(tmp_path).encode() in archive.read(name)]
        assert archive.namelist() == sorted(archive.namelist())
    code = Path(importlib.util.cache_from_source(str(tmp_path / "app/shared/act.py"))).read_bytes()
    assert b"/home/site/wwwroot/shared/act.py" in code


def test_an_app_that_is_no_python_is_not_packaged(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    app = lay_app(tmp_path / "app")
    (app / "shared" / "broken.py").write_text("def\n")
    with pytest.raises(CompileFailed):
        compile_all(app, app / PACKAGES)
    assert "broken.py" in capfd.readouterr().out


def test_a_package_may_carry_what_is_no_python(tmp_path: Path) -> None:
    app = lay_app(tmp_path / "app")
    template = app / PACKAGES / "some" / "template.py"
    template.write_text("{{ name }} = {% %}\n")
    compile_all(app, app / PACKAGES)
    assert not Path(importlib.util.cache_from_source(str(template))).exists()
    assert Path(importlib.util.cache_from_source(str(app / "function_app.py"))).exists()
