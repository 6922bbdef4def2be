"""Which files a path means, and what the first bytes of a file say that it is."""

from __future__ import annotations

import os
from collections.abc import Sequence

from .errors import InputError, suggest

__all__ = ["check_text", "expected_form", "files_of", "form_of", "paths_of"]

_MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "ipc",
    b"\xff\xff\xff\xff": "ipc stream",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "xlsx",
}
_FOREIGN = {
    b"FEA1": ("a Feather file of the first version", "write it again as Arrow IPC"),
    b"\xd0\xcf\x11\xe0": ("a workbook of the old form", "save it as .xlsx or .csv"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "decompress it first"),
    b"BZh": ("compressed with bzip2", "decompress it first"),
    b"\xfd7zXZ": ("compressed with xz", "decompress it first"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"%PDF": ("a PDF document", "give the data themselves"),
}
_SUFFIXES = {
    ".parquet": "parquet",
    ".arrow": "ipc",
    ".feather": "ipc",
    ".ipc": "ipc",
    ".arrows": "ipc stream",
    ".xlsx": "xlsx",
}


def paths_of(sources: str | os.PathLike[str] | Sequence[str | os.PathLike[str]]) -> list[str]:
    """Return the files behind paths and patterns, in order."""
    given = [sources] if isinstance(sources, str | os.PathLike) else sources
    return [path for one in given for path in files_of(os.fspath(one))]


def files_of(path: str) -> list[str]:
    """Return the file of a path, or those of a pattern in the order of their names."""
    if path == "-" or os.path.exists(path):
        if os.path.isdir(path):
            raise InputError(
                "is a folder", source=path, hint=f"give a pattern: {os.path.join(path, '*.csv')}"
            )
        return [path]
    if any(letter in path for letter in "*?["):
        from glob import glob

        found = sorted(glob(path, recursive=True))
        files = [one for one in found if not os.path.isdir(one)]
        if not files:
            raise InputError("no file matches this pattern", source=path)
        return files
    folder, name = os.path.split(path)
    try:
        nearest = suggest(name, os.listdir(folder or "."))
    except OSError:
        nearest = []
    words = "no such file" + (f"; did you mean {nearest[0]!r}?" if nearest else "")
    raise FileNotFoundError(2, words, path)


def form_of(start: bytes) -> str:
    """Return what a file is by its first bytes; ``csv`` where nothing says otherwise."""
    return next((form for magic, form in _MAGIC.items() if start.startswith(magic)), "csv")


def expected_form(path: str) -> str:
    """Return what the name of a file promises."""
    return _SUFFIXES.get(os.path.splitext(path)[1].lower(), "csv")


def check_text(path: str, start: bytes) -> None:
    """Refuse what is plainly no text, so that the reader's first word is not about line 1."""
    for magic, (what, remedy) in _FOREIGN.items():
        if start.startswith(magic):
            raise InputError(f"is {what}", source=path, hint=remedy)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("is UTF-16 text", source=path, hint="save it as UTF-8")
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in start)
    if control * 20 > len(start):
        raise InputError(
            f"is no text: {control} of its first {len(start)} bytes are control characters",
            source=path,
        )
