"""Files that are replaced whole or not at all.

The new content goes to a temporary file in the same folder, is forced to the
disk, and then takes the name in one step.  A reader sees the old file or the
new one; an error on the way leaves the old one and removes the temporary.  A
process killed outright also leaves the old file, and a temporary whose name
begins with a dot and ends in ``.part``.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import IO

__all__ = ["replacing", "write_bytes", "write_text"]

AnyPath = str | os.PathLike[str]


@contextmanager
def replacing(path: AnyPath) -> Iterator[IO[bytes]]:
    """Give a binary file that becomes ``path`` when the block ends without an error.

    A link is followed and stays a link, an existing file keeps its permissions,
    and what is not a plain file (a pipe, ``/dev/stdout``) is written directly.
    Raise OSError as ``open`` does.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "figures.csv"
    >>> with replacing(path) as file:
    ...     count = file.write(b"sender,messages")
    ...     path.exists()
    False
    >>> path.read_bytes()
    b'sender,messages'
    """
    target = os.path.realpath(path)
    if os.path.isdir(target):
        raise IsADirectoryError(f"{os.fspath(path)} is a folder; give the name of a file in it")
    if os.path.exists(target) and not os.path.isfile(target):
        with open(target, "wb") as file:
            yield file
        return
    folder, name = os.path.split(target)
    # Opened with 0o666 like any new file, so that the umask says who may read it.
    part = os.path.join(folder, f".{name[:100]}.{os.urandom(6).hex()}.part")
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        handle = os.open(part, flags, 0o666)
    except FileNotFoundError:
        raise FileNotFoundError(f"there is no folder {folder} to write {name} in") from None
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if os.path.exists(target):
            os.chmod(part, os.stat(target).st_mode & 0o7777)
        os.replace(part, target)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(part)
        raise
    _sync_folder(folder)


def write_bytes(path: AnyPath, content: bytes | memoryview) -> None:
    """Replace the file's content by these bytes, whole or not at all."""
    with replacing(path) as file:
        file.write(content)


def write_text(path: AnyPath, content: str) -> None:
    """Replace the file's content by this text in UTF-8, its line ends as they are."""
    write_bytes(path, content.encode())


def _sync_folder(folder: str) -> None:
    """Make the new name last through a power cut, where a folder can be synced."""
    if os.name != "posix":
        return
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
