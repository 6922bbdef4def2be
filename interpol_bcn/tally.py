"""Tallies: cubes in the making, fed part by part, merged, saved, and counted once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from . import _core
from ._tally_feed import Clock, Progress, digest_of_file, parts_of, path_of, read_part
from ._tally_ledger import by_content, check_names, check_overlap
from ._tally_question import Question, State, start, together
from ._tally_stream import stream_for
from ._tally_update import Update
from .account import Account, Rejected
from .errors import InputError
from .logs import Log

if TYPE_CHECKING:
    import os

    from ._tally_kinds import Kind
    from .cube import Cube
    from .table import Table

__all__ = ["Progress", "Tally", "Update"]


class Tally:
    """A cube in the making: fed with records part by part, merged with others, saved.

    Made by ``for_messages``, ``for_searches``, ``for_records``, ``for_access``,
    ``for_delegates``, ``for_operations`` and ``for_notices`` over the axes of a cube; axes of
    time grow as records come.  Figures are exact, and the same bytes for any order, split or
    tree of merges.  The ledger goes with them: ``account``, ``parts``, ``rejected``.

    A file is a part: its name and the fingerprint of its bytes are kept, and it counts once,
    however often it is given.  Rows of anything else are in no part unless ``part=`` names
    them.  A part is in whole or not at all; an update that fails or is interrupted leaves the
    parts before it.  Any thread may use a tally; calls that change it wait for each other.

    >>> import interpol_bcn as bcn
    >>> year = bcn.Tally.for_messages("month", "sender", "receiver")
    >>> year.update({"sent_at": ["2023-01-05T10:00Z", "2023-03-01T09:00Z"],
    ...              "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]}, part="first half")
    2 rows seen, 2 accepted, 1 part added
    >>> year
    2 messages by month, sender and receiver, 2023-01-05 .. 2023-03-01 UTC, in 1 part
    duplicates are known within a part
    >>> year.cube()["2023-03", "DEU", "FRA"]
    1
    >>> bcn.Tally.from_bytes(year.to_bytes()) == year
    True
    """

    __slots__ = ("__weakref__", "_cells", "_kind", "_lock", "_options", "_owner", "_spare")

    _cells: _core.Cells
    _kind: Kind
    _lock: threading.Lock
    _options: dict[str, Any]
    _owner: int
    _spare: list[Any]

    def __init__(self) -> None:
        raise TypeError("a tally is made by Tally.for_messages(...) and its like, or from_bytes")

    @classmethod
    def _over(cls, cells: _core.Cells, options: Mapping[str, Any]) -> Tally:
        from ._tally_kinds import kind_of

        self = object.__new__(cls)
        self._cells = cells
        self._kind = kind_of(cells.note.question.kind)
        self._options = dict(options)
        self._lock = threading.Lock()
        self._owner = 0
        self._spare = []
        return self

    @classmethod
    def _for(cls, kind: str, axes: tuple[str, ...], options: dict[str, Any]) -> Tally:
        from ._tally_make import question_of

        question, reading = question_of(kind, axes, options)
        return cls._over(start(question), reading)

    @classmethod
    def for_messages(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of messages along axes.

        Axes are those of ``count``.  ``where``, ``tz`` and ``asof`` are as in ``count``, but
        fixed for all parts (dated tables look at ``asof``, by default the last day of
        ``period``, else today's); ``measure`` adds up a whole-number column instead of
        counting.  ``dedupe="part"`` (the default) leaves out what is twice in one part;
        ``"none"`` does not look.  Every other option is one of ``read_messages`` and says how
        parts are read.  Raise QueryError for axes and options that make no sense.

        >>> Tally.for_messages("hour", "sender", where={"kind": "diffusion"})
        no messages by hour and sender, kind diffusion
        duplicates are known within a part
        """
        return cls._for("messages", axes, options)

    @classmethod
    def for_searches(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of searches; see ``for_messages`` and ``read_searches``."""
        return cls._for("searches", axes, options)

    @classmethod
    def for_records(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of statements; see ``for_messages`` and ``read_records``."""
        return cls._for("records", axes, options)

    @classmethod
    def for_access(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of statements; see ``for_messages`` and ``read_access``."""
        return cls._for("access", axes, options)

    @classmethod
    def for_delegates(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of delegates; see ``for_messages`` and ``read_delegates``."""
        return cls._for("delegates", axes, options)

    @classmethod
    def for_operations(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of contributions; see ``for_messages``, ``read_operations``."""
        return cls._for("operations", axes, options)

    @classmethod
    def for_notices(cls, *axes: str, **options: Any) -> Tally:
        """Return an empty tally of notices; see ``for_messages`` and ``read_notices``."""
        return cls._for("notices", axes, options)

    # The lock: one call at a time, and none from within another (a signal handler's).

    @contextmanager
    def _held(self) -> Iterator[None]:
        me = threading.get_ident()
        if self._owner == me:
            raise RuntimeError("this tally is at work in a call that this one interrupts")
        with self._lock:
            try:
                self._owner = me
                yield
            finally:
                self._owner = 0

    @property
    def _state(self) -> State:
        state: State = self._cells.note
        return state

    @property
    def _question(self) -> Question:
        return self._state.question

    # Feeding

    def update(
        self,
        source: Any,
        *,
        part: str | Callable[[str], str] | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Update:
        """Count further records; return what became of them.

        ``source`` is what ``read_messages`` takes (paths, patterns, frames, Arrow, columns), or
        a log.  Each file is a part under its own name; files of one call with the same name
        and different content are told apart by their paths from the folder that all files of
        the call are in (``"2023/part-0.parquet"``).  ``part`` gives another name (a text for
        one part, a function of the path for many), and names what is no file.  A part that is
        in already, by name and content, is skipped, and so is a file that is in under a longer
        or shorter path: without ``part``, one name without folders and one content count once,
        whichever files were given together.  One name for two contents is an InputError.
        So ``update("searches/*.parquet")`` again reads only new files; what is compared is a
        128-bit fingerprint of all bytes of a file, and of other parts that of their figures
        and account.

        ``progress`` is called with a ``Progress`` now and then.  Rows are counted a million
        at a time, so memory does not grow with a file; a part with ids is held whole.  Raise
        what reading raises; then, and after Ctrl-C, the parts before are in, this one is not.
        """
        done = Update()
        if part is None and progress is None and self._streamed(source, done):
            return done
        parts = parts_of(source, part)
        paths = [path_of(one) for _, sources in parts for one in sources if _is_source(one)]
        clock = Clock(progress, [path for path in paths if path is not None])
        known = by_content(self._state.ledger.parts) if part is None else None
        for name, sources in parts:
            self._add(name, sources, clock, done, known)
        return done

    def _streamed(self, source: Any, done: Update) -> bool:
        """Add a small batch like the one before; False where it is none."""
        stream = stream_for(self._spare, self._question, source)
        if stream is None:
            return False
        block = stream.read(source)
        rows = len(block.core)
        with self._held():
            added = stream.add(self._cells, block)
        if added:
            done.seen, done.accepted = rows, rows
        else:
            log, made = stream.long_way(block, self._kind)
            done.seen, done.accepted, done.rejected, _ = made.note.ledger.totals()
            with self._held():
                self._cells = together(self._cells, made, True)
            stream.learn(block, log, made.note)
        self._spare[:] = [stream]
        return True

    def _add(
        self, name: str | None, sources: list[Any], clock: Clock, done: Update,
        known: dict[tuple[str, str], str] | None,
    ) -> None:  # fmt: skip
        from ._tally_kinds import kind_of_log
        from ._tally_make import as_part

        path = path_of(sources[0]) if _is_source(sources[0]) else None
        digest = digest_of_file(path) if path is not None else None
        if known is not None and digest is not None and name is not None:
            name = known.get((name.rpartition("/")[2], digest), name)
        if digest is not None and self._known(name, digest):
            done.skipped.append(str(name))
            clock.end(path)
            return
        if isinstance(sources[0], Log):
            kind_of_log(sources[0], self._kind)
        made = read_part(
            self._question, self._kind, self._options, sources,
            lambda rows, share: clock.tell(name or "", rows, share), self._spare,
        )  # fmt: skip
        counts = made.note.ledger.totals()
        made = as_part(made, name, digest)
        with self._held():
            if name is not None and self._known(name, made.note.ledger.parts[name].digest):
                done.skipped.append(name)
                return
            self._cells = together(self._cells, made, True)
        done.seen += counts[0]
        done.accepted += counts[1]
        done.rejected += counts[2]
        done.duplicates += counts[3]
        if name is not None:
            done.added.append(name)
            if known is not None and digest is not None:
                known[name.rpartition("/")[2], digest] = name
        clock.end(path)
        clock.tell(name or "", 0, 0, True)

    def _known(self, name: str | None, digest: str) -> bool:
        parts = self._state.ledger.parts
        if name is None or name not in parts:
            return False
        return bool(check_overlap(parts, {name: parts[name]._replace(digest=digest)}))

    def merge(self, other: Tally) -> Tally:
        """Add another tally of the same question, which stays as it is; return this one.

        Parts that are in both count once: where all parts of one are in the other, and it
        has no rows outside parts, the sum is the other.  Raise QueryError where only some
        are, or where the two ask different things, InputError for one part name of two
        contents and for one file under a longer and a shorter path, OverflowError past 128
        bits; then both are as they were.  Costs a pass over the cells of ``other``.

        >>> a = Tally.for_messages("month").update
        >>> year, more = Tally.for_messages("month"), Tally.for_messages("month")
        >>> columns = {"sent_at": ["2023-01-05"], "sender": ["FRA"], "receiver": ["DEU"]}
        >>> done = year.update(columns, part="a"), more.update(columns, part="b")
        >>> year.merge(more).merge(more).cube().total()
        2
        """
        if not isinstance(other, Tally):
            raise TypeError(f"a tally merges with a tally, not {type(other).__name__}")
        from ._tally_make import one_of_two

        first, second = sorted((self, other), key=id)
        with first._held(), second._held() if second is not first else nullcontext():
            mine, theirs = self._state.ledger, other._state.ledger
            both = check_overlap(mine.parts, theirs.parts)
            if other is not self:
                check_names(mine.parts, theirs.parts)
            if both or self is other:
                self._cells = one_of_two(self._cells, other._cells, both)
            else:
                self._cells = together(self._cells, other._cells, False)
        return self

    def copy(self) -> Tally:
        """Return a tally with the same content, which goes its own way."""
        with self._held():
            return Tally._over(self._cells.copy(), self._options)

    def __copy__(self) -> Tally:
        return self.copy()

    def __deepcopy__(self, memo: object) -> Tally:
        return self.copy()

    def __add__(self, other: object) -> Tally:
        if not isinstance(other, Tally):
            return NotImplemented
        return self.copy().merge(other)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return self is other or self.to_bytes() == other.to_bytes()

    __hash__ = None  # type: ignore[assignment]

    # What is in it

    def cube(self) -> Cube:
        """Return the figures so far: a Cube, a FlowMatrix over sender and receiver.

        The period is the one given, else the whole UTC days met.  Costs a pass over the cells.
        """
        from ._tally_make import cube_of

        with self._held():
            return cube_of(self._cells, self._kind)

    @property
    def account(self) -> Account:
        """Rows seen, accepted, rejected by reason, and duplicates; they add up."""
        return self._state.ledger.account()

    @property
    def seen(self) -> int:
        """Rows handed in: accepted + rejected + duplicates."""
        return self._state.ledger.totals()[0]

    @property
    def rejected(self) -> Rejected:
        """The rows that were refused: how many, why, and the first 10,000 of named parts."""
        return self.account.rejected

    @property
    def parts(self) -> Table:
        """The parts in this tally, by name: digest, rows seen, accepted, rejected, duplicates.

        >>> year = Tally.for_messages("month")
        >>> done = year.update({"sent_at": ["2023-01-05"], "sender": ["FRA"],
        ...                     "receiver": ["DEU"]}, part="a")
        >>> year.parts.select(["part", "seen", "duplicates"]).to_dicts()
        [{'part': 'a', 'seen': 1, 'duplicates': 0}]
        """
        from ._tally_make import parts_table

        return parts_table(self._state.ledger)

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of the axes."""
        return self._question.axes

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the figures take."""
        return self._cells.nbytes

    def __repr__(self) -> str:
        from ._tally_make import words

        return words(self._cells)

    def _repr_html_(self) -> str:
        from html import escape

        return "<br>".join(escape(line) for line in repr(self).splitlines())

    def explain(self) -> str:
        """Say what is counted, over which parts, what became of each row, and what holds."""
        from ._tally_make import explained

        return explained(self._cells)

    # Bytes

    def to_bytes(self) -> bytes:
        """Return the tally as bytes: equal tallies give equal bytes, on any machine."""
        from ._tally_bytes import encoded

        with self._held():
            return encoded(self._cells)

    @classmethod
    def from_bytes(cls, data: Any, **options: Any) -> Tally:
        """Return the tally that ``to_bytes`` gave; ``options`` say how further parts are read.

        Safe on any bytes: they are checked whole before there is a tally.  Raise InputError, a
        ValueError, for any but those that ``to_bytes`` gives.
        """
        from ._tally_bytes import decoded
        from ._tally_make import reading_of

        cells = decoded(data)
        return cls._over(cells, reading_of(cells.note.question, options))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the tally to a file, which is replaced whole or not at all."""
        from ._atomic import write_bytes

        write_bytes(path, self.to_bytes())

    @classmethod
    def load(cls, path: str | os.PathLike[str], **options: Any) -> Tally:
        """Return the tally of a file that ``save`` wrote; see ``from_bytes``."""
        with open(path, "rb") as file:
            data = file.read()
        try:
            return cls.from_bytes(data, **options)
        except InputError as error:  # the bytes do not know their file
            raise InputError(str(error), source=str(path)) from None

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        data: Any = self.to_bytes()
        if protocol >= 5:
            import pickle

            data = pickle.PickleBuffer(data)
        return _revived, (data, self._options)


def _revived(data: Any, options: dict[str, Any]) -> Tally:
    return Tally.from_bytes(data, **options)


def _is_source(one: Any) -> bool:
    return not isinstance(one, Log)
