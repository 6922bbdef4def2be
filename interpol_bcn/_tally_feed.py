"""From sources to parts of a tally: which part a source is, and its rows block by block."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._tally_question import Question, contribution, nothing, together
from ._tally_stream import Stream
from .errors import QueryError
from .logs import Log
from .reading import Reading
from .sources import CsvSource, Source, _FileSource, open_sources

if TYPE_CHECKING:
    from ._options import Options
    from ._tally_kinds import Kind

__all__ = ["Clock", "Progress", "digest_of_file", "parts_of", "path_of", "read_part"]

BLOCK = 1 << 20  # rows counted at a time
_CHUNK = 1 << 20  # bytes of a file fingerprinted at a time


class Progress(NamedTuple):
    """How far an update is: the part in hand, rows so far, rows a second, seconds left.

    ``left`` is None while nothing tells how much there is.
    """

    part: str
    rows: int
    rate: float
    left: float | None


def digest_of_file(path: str) -> str:
    """Return the fingerprint of a file's bytes, read once at the speed of the disk.

    >>> import pathlib, tempfile
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "a.csv"
    >>> size = path.write_bytes(b"sender")
    >>> digest_of_file(str(path))
    'f7d474af74e6df982279c07f1be3b8f0'
    """
    found = []
    with open(path, "rb", buffering=0) as file:
        buffer = bytearray(_CHUNK)
        while count := _fill(file, buffer):
            found.append(_core.digest(memoryview(buffer)[:count]))
    return _core.digest(b"".join(found)).hex()


def _fill(file: Any, buffer: bytearray) -> int:
    """Read until the buffer is full or the file ends, so that cuts are always the same."""
    count, view = 0, memoryview(buffer)
    while count < len(buffer):
        got: int = file.readinto(view[count:])
        if not got:
            break
        count += got
    return count


def path_of(source: Source) -> str | None:
    """The file behind a source, None where it is none."""
    if isinstance(source, CsvSource):
        return source.path
    return source.name if isinstance(source, _FileSource) else None


def parts_of(source: Any, part: Any) -> list[tuple[str | None, list[Any]]]:
    """Return what is to be read, as parts: a name, or None, and sources or a log.

    A file is a part of its own, called by its name, and where files here have the same name,
    by its path from the folder that all of them are in; other things are one part together
    if ``part`` names it, else no part.
    """
    if isinstance(source, Log):
        return [(_called(part, None), [source])]
    if isinstance(source, list | tuple) and source and all(isinstance(o, Log) for o in source):
        raise QueryError("give logs one by one: each is a part of its own")
    found = open_sources(source)
    files = [path_of(one) for one in found]
    if any(path is None for path in files):
        return [(_called(part, None), list(found))]
    if isinstance(part, str) and len(found) > 1:
        raise QueryError(
            f"part={part!r} names one part, but there are {len(found)} files; "
            "part=str names each by its path"
        )
    own = _told_apart([path for path in files if path is not None]) if part is None else {}
    return [
        (own.get(path or "") or _called(part, path), [one])
        for one, path in zip(found, files, strict=True)
    ]


def _told_apart(paths: Sequence[str]) -> dict[str, str]:
    """The names of files that are called alike: their paths from the folder common to all."""
    whole = {path: os.path.abspath(path) for path in paths}
    alike: dict[str, set[str]] = {}
    for path in whole.values():
        alike.setdefault(os.path.basename(path), set()).add(path)
    if len(alike) == len(set(whole.values())):
        return {}
    try:
        folder = os.path.commonpath([os.path.dirname(path) for path in whole.values()])
    except ValueError:  # on different drives
        folder = ""
    return {
        path: "/".join(_steps(os.path.relpath(one, folder) if folder else one))
        for path, one in whole.items()
        if len(alike[os.path.basename(one)]) > 1
    }


def _steps(path: str) -> list[str]:
    return path.replace(os.sep, "/").split("/")


def _called(part: Any, path: str | None) -> str | None:
    if path is None:
        if part is not None and (not isinstance(part, str) or not part):
            raise QueryError(f"part={part!r}: what is no file is named by a text")
        return part
    name = os.path.basename(path) if part is None else part(path) if callable(part) else part
    if not isinstance(name, str) or not name:
        raise QueryError(f"part={part!r} gives {name!r} for {path!r}; a part is named by a text")
    return name


class Clock:
    """Tells how far an update is, at most ten times a second."""

    def __init__(self, told: Callable[[Progress], object] | None, files: Sequence[str]) -> None:
        self.told = told
        self.sizes = {path: os.path.getsize(path) for path in files} if told else {}
        self.start = self.last = time.monotonic()
        self.rows = self.done = 0

    def tell(self, part: str, rows: int, share: float = 0, always: bool = False) -> None:
        """Say that so many more rows are read, and how many bytes of the file in hand."""
        self.rows += rows
        now = time.monotonic()
        if self.told is None or (now - self.last < 0.1 and not always):
            return
        self.last = now
        spent, done = max(now - self.start, 1e-9), self.done + share
        left = spent * (sum(self.sizes.values()) / done - 1) if done and self.sizes else None
        self.told(Progress(part, self.rows, self.rows / spent, left))

    def end(self, path: str | None) -> None:
        """Say that a file is done."""
        self.done += self.sizes.get(path or "", 0)


def _share(reading: Reading, one: Any, rows: int) -> float:
    """How many bytes of a file in hand are read, as far as one can say."""
    path = path_of(one) if isinstance(one, Source) else None
    if path is None:
        return 0
    if isinstance(one, CsvSource):
        return reading.position
    if not hasattr(one, "total"):
        return 0
    return os.path.getsize(path) * rows / one.total if one.total else 0


def read_part(
    question: Question,
    kind: Kind,
    given: Mapping[str, Any],
    sources: Sequence[Any],
    told: Callable[[int, float], object],
    spare: list[Any],
) -> _core.Cells:
    """Return the cells of one part, read block by block, in memory that a block bounds.

    ``spare`` holds a reading for a next part, where one may be used again.
    """
    if isinstance(sources[0], Log):
        return contribution(question, sources[0])
    from ._tally_make import options_for

    options = options_for(question, given)
    if kind.whole is not None:
        return _whole(question, kind, options, given, sources)
    reading = _reading(question, kind, options, sources, spare)
    builder, fields = reading.builder, _fields(sources)
    cells: list[_core.Cells] = []
    now: list[Any] = [None]
    read = [0]

    def take(core: Any, met: Any, accounts: Any, refusals: Any, duplicates: int = 0) -> None:
        log = reading.block(core, met, kind.log, accounts, refusals, duplicates)
        made = contribution(question, log)
        _stacked(cells, made)
        read[0] += log.seen
        told(log.seen, _share(reading, now[0], read[0]))

    builder.drain(take, BLOCK)
    seen: set[str] = set()
    for one in sources:
        now[0] = one
        reading.feed(one)
        seen.update(reading.titles)
    now[0] = None
    if not builder.flush():
        core, met = reading.finish()
        take(core, met, builder.accounts(), builder.refusals(), builder.duplicates)
    elif fields:
        spare[:] = [(question, fields, reading)]
    made = cells.pop()
    while cells:
        made = together(cells.pop(), made, True)
    state = made.note
    ledger = state.ledger._replace(columns=frozenset(seen))
    made.merge(nothing(state), True, state._replace(ledger=ledger))
    return made


def _fields(sources: Sequence[Source]) -> tuple[str, ...]:
    """The columns of one object that speaks Arrow: what a next one may be read like."""
    if len(sources) != 1 or sources[0].kind != "arrow" or isinstance(sources[0], _FileSource):
        return ()
    return tuple(name for name, _ in sources[0].fields)  # type: ignore[attr-defined]


def _reading(
    question: Question, kind: Kind, options: Options, sources: Sequence[Any], spare: list[Any]
) -> Reading:
    """A reading that knows what labels mean: that of the part before, of the same columns."""
    try:
        found = spare.pop()
        before, fields, reading = found.spare if isinstance(found, Stream) else found
    except IndexError:
        before, fields, reading = None, (), None
    if before is question and fields and fields == _fields(sources):
        reading.names.clear()
        return reading  # type: ignore[no-any-return]
    schema = kind.schema
    if question.dedupe != "part":  # then the core need not look for what is twice
        schema = schema._replace(identity=None)
    reading = Reading(schema, options)
    _pad(reading, question)
    return reading


def _stacked(cells: list[_core.Cells], made: _core.Cells) -> None:
    """Add the cells of a block: to the last, or with ids, which are copied, in pairs."""
    while cells and len(made.note.ids or ()) >= len(cells[-1].note.ids or ()):
        made = together(cells.pop(), made, True)
    cells.append(made)


def _pad(reading: Reading, question: Question) -> None:
    """Let all rows have the optional columns that the question looks at."""
    schema = reading.schema
    names = [n for n in question.needed if not schema.field(n).required]
    if names:
        empty: list[Any] = [(name, "text", [], None, None) for name in names]
        wanted = [name if name in names else None for name in schema.names]
        reading.builder.read_arrow(_core.arrow_export(empty), wanted, None, None)


def _whole(
    question: Question, kind: Kind, options: Options, given: Mapping[str, Any],
    sources: Sequence[Any],
) -> _core.Cells:  # fmt: skip
    """A part whose rows must see each other: delegates, whose editions and dates agree."""
    found = [path_of(one) or one._data for one in sources]
    domains = {name: one for name, one in (options.domains or {}).items() if name != "edition"}
    asked = {**options._asdict(), "domains": domains}
    asked.update(editions=given["editions"], key=given["key"])
    return contribution(question, kind.whole(found if len(found) > 1 else found[0], **asked))
