"""Bytecode, and a zip, that depend on nothing but what goes in."""

from __future__ import annotations

import compileall
import py_compile
import zipfile
from functools import partial
from pathlib import Path

# The first moment that a zip can tell.
_WHEN = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_PLAIN_FILE = 0o100644 << 16
IN_AZURE = "/home/site/wwwroot"


class CompileFailed(RuntimeError):
    """A file of the app is no Python; which one has been said."""


def compile_all(app: Path, packages: Path) -> None:
    """Compile every module beside its source, to be taken without looking at the source's time or text.

    Packages may carry files that are no Python of this version (templates, for one), as wherever they are installed;
    the app may not. Tracebacks name the files as they lie in Azure. Raises CompileFailed.
    """
    how = partial(
        compileall.compile_dir,
        quiet=1,
        force=True,
        stripdir=str(app),
        prependdir=IN_AZURE,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    how(packages, workers=0)
    own = [folder for folder in sorted(app.iterdir()) if folder.is_dir() and not folder.name.startswith(".")]
    if not all([how(app, maxlevels=0), *(how(folder) for folder in own)]):
        raise CompileFailed("the app does not compile")


def write_zip(folder: Path, file: Path) -> None:
    """Zip a folder's files: sorted, at one time, with the rights of a plain file, and written whole or not at all."""
    unfinished = file.with_suffix(".unfinished")
    with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path in sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path, _WHEN)
            entry.create_system = _UNIX
            entry.external_attr = _PLAIN_FILE
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, (folder / path).read_bytes(), compresslevel=6)
    unfinished.replace(file)
