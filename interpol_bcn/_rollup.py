"""Small exact tables that a log keeps, so that the next question costs cells, not rows.

A table counts (or adds up) the rows by some columns as they are: labels by their codes,
times by their UTC month, day or hour.  A question is a plan of look-ups over columns
(``query``).  Put to a table instead of rows it is the same look-ups, one per position of each
dimension, wherever it cannot tell two rows of one position apart: of labels it never can; of
times the core says so (``roll_times``).  So the answer is the same cube to the byte, and what
a table cannot answer goes over the rows as before.

There are three sorts.  The *base* is made where reading ends: the months of the records' time,
the bureaus and columns of few labels, as many as the budget allows, and from it each table
without one of its columns, as long as they are large.  Tables over the *columns of a question*
are made when one comes that no table answers, if they are small: it costs about what the
question would.  *Answers* are kept for the same question again.  The last two share a bounded
memory, from which goes what was longest not used.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._rollup_tables import Dim, Held, Maker, Question, label_dim

if TYPE_CHECKING:
    from .logs import Log
    from .query import Plan
    from .table import Table as ReadTable

__all__ = ["LIMITS", "Limits", "Rollup"]

_MONTHS = 1200  # a century; times that span more have outliers, and the base no months


class Limits(NamedTuple):
    """How much may be kept, and of logs of how many rows."""

    rows: int = 1 << 17  # logs with fewer are counted row by row: there is nothing to win
    base: int = 8_000_000  # cells of the base, and at most one for two rows
    made: int = 1 << 20  # cells of a table made for a question, and one for 16 rows
    scattered: int = 1 << 17  # of either, where rows are in no order of a time in the table:
    # then every row falls somewhere, and more cells than a cache holds cost a wait each
    labels: int = 64  # columns with more labels are no part of the base
    walk: int = 1 << 19  # cells that are walked in about a millisecond
    bytes: int = 64 << 20  # of tables made for questions and answers together


LIMITS = Limits()


class Rollup:
    """The tables of one log and the answers it has given; any number of threads may use it.

    Only finished cubes are ever handed over, under a lock that is held for bookkeeping alone:
    two threads that make one table at once make it twice, equal, and keep one.
    """

    def __init__(self, log: Log, limits: Limits = LIMITS, rows: int | None = None) -> None:
        self.limits = limits
        self._rows = len(log) if rows is None else rows  # what cells are weighed against
        self._lock = Lock()
        self._tables: list[Held] = []
        self._answers: OrderedDict[Any, _core.Cube] = OrderedDict()
        self._bytes = 0  # of what may be given up
        self._maker = Maker()
        self._build(log)

    def shared(self) -> Rollup:
        """Return a copy with the same tables and none of the answers."""
        other = object.__new__(Rollup)
        other.limits, other._rows = self.limits, self._rows
        other._lock = Lock()
        with self._lock:
            other._tables = list(self._tables)
        other._answers = OrderedDict()
        other._bytes = sum(held.core.nbytes for held in other._tables if not held.kept)
        other._maker = self._maker
        return other

    # Tables

    def _build(self, log: Log) -> None:
        """Make the base, and what is smaller but still large."""
        dims = self._base_dims(log)
        if not dims:
            return
        number, groups = log._counting(log.schema.counted_per(None))
        if groups is not None:
            return
        base = self._maker.made(log, dims, number, True)
        self._tables.append(base)
        waiting = [base]
        while waiting:
            held = waiting.pop()
            if held.core.size <= self.limits.walk or len(held.dims) == 1:
                continue
            for gone in range(len(held.dims)):
                columns = held.columns - {held.dims[gone].number}
                if all(other.columns != columns for other in self._tables):
                    child = self._maker.without(held, columns, True)
                    self._tables.append(child)
                    waiting.append(child)

    def _base_dims(self, log: Log) -> list[Dim]:
        budget = min(self._rows // 2, self.limits.base)
        schema = log.schema
        times, small, bureaus = [], [], []
        if schema.time is not None and schema.time in log._infos:
            months = self._maker.time_dim(log, schema.number(schema.time), "month")
            if months is not None and months.size <= _MONTHS:
                times.append(months)
        for number, field in enumerate(schema.fields):
            if field.kind == "label" and field.name in log._infos:
                dim = label_dim(log, number)
                if field.bureau:
                    bureaus.append(dim)
                elif dim.size <= self.limits.labels:
                    small.append(dim)
        chosen, cells = set(), 1
        if not times or not log._infos[schema.time or ""]["sorted"]:
            budget = min(budget, self.limits.scattered)
        for dim in (*times, *bureaus, *small):
            if 0 < cells * dim.size <= budget:
                chosen.add(dim)
                cells *= dim.size
        # Months and kinds lead, so that a filter on them leaves out whole blocks.
        return [dim for dim in (*times, *small, *bureaus) if dim in chosen]

    def _dense(self, log: Log, dims: Sequence[Dim]) -> bool:
        """Say whether rows in their order fall into few of a table's cells at a time."""
        cells = 1
        for dim in dims:
            info = log._infos[log.schema.fields[dim.number].name]
            cells *= 1 if dim.grain and info["sorted"] else dim.size
        return cells <= self.limits.scattered

    def _keep(self, held: Held) -> None:
        size = held.core.nbytes
        with self._lock:
            for other in self._tables:
                if (other.dims, other.measure) == (held.dims, held.measure):
                    return
            if held.kept or size <= self.limits.bytes // 4:
                self._tables.append(held)
                self._bytes += size
                self._give_up()

    def _give_up(self) -> None:
        """Stay within the memory: first answers go, then tables, the oldest first."""
        while self._bytes > self.limits.bytes and self._answers:
            _, core = self._answers.popitem(last=False)
            self._bytes -= core.nbytes
        while self._bytes > self.limits.bytes:
            held = next(held for held in self._tables if not held.kept)
            self._tables.remove(held)
            self._bytes -= held.core.nbytes

    # Questions

    def answer(self, log: Log, laid: Plan, key: object, measure: int,
               groups: tuple[int, int] | None) -> _core.Cube | None:  # fmt: skip
        """Return the answer to a plan from what is here, or None: it needs the rows."""
        asked = None if key is None else (key, measure, groups)
        if asked is not None:
            with self._lock:
                found = self._answers.get(asked)
                if found is not None:
                    self._answers.move_to_end(asked)
                    return found
        if groups is not None or not 0 < laid.cells <= self._rows:
            return None
        core = self._rolled(log, laid, measure)
        if core is not None:
            self.remember(laid, key, measure, groups, core)
        return core

    def remember(self, laid: Plan, key: object, measure: int, groups: tuple[int, int] | None,
                 core: _core.Cube) -> None:  # fmt: skip
        """Keep an answer for the same question again, if it is small enough."""
        size = core.nbytes
        if key is None or size > self.limits.bytes // 8:
            return
        with self._lock:
            if (key, measure, groups) not in self._answers:
                self._answers[key, measure, groups] = core
                self._bytes += size
                self._give_up()

    def forget(self) -> None:
        """Give up all answers: what was asked means something else from now on."""
        with self._lock:
            self._bytes -= sum(core.nbytes for core in self._answers.values())
            self._answers.clear()

    def _rolled(self, log: Log, laid: Plan, measure: int) -> _core.Cube | None:
        question = Question(self._maker, log, laid)
        if not question.columns <= frozenset(
            number for number, field in enumerate(log.schema.fields) if field.name in log._infos
        ):
            return None
        with self._lock:
            tables = [held for held in self._tables if held.measure == measure]
        best = question.smallest(tables, self._rows // 2)
        if best is None:
            dims = question.dims(min(self._rows // 16, self.limits.made))
            if dims is None or not self._dense(log, dims):
                return None
            best = self._maker.made(log, dims, measure, False)
            self._keep(best)
        elif best.core.size > self.limits.walk // 16:
            dims = question.dims(best.core.size // 8)
            if dims is not None:
                best = self._maker.rolled(log, best, dims)
                self._keep(best)
        with self._lock:
            best.asked += 1
        return question.put(best)

    # Words

    @property
    def tables(self) -> list[Held]:
        """The tables there are now, the largest first."""
        with self._lock:
            return sorted(self._tables, key=lambda held: -held.core.size)

    @property
    def nbytes(self) -> int:
        """The bytes of memory that tables and answers take."""
        with self._lock:
            base = sum(held.core.nbytes for held in self._tables if held.kept)
            return base + self._bytes

    def shown(self, log: Log) -> ReadTable:
        """Return what there is as a table for people."""
        from ._columns import Column
        from .table import Table

        tables = self.tables
        fields = log.schema.fields

        def words(dim: Dim) -> str:
            name = fields[dim.number].name
            return dim.grain if dim.grain and name == log.schema.time else (
                f"{name}.{dim.grain}" if dim.grain else name)  # fmt: skip

        with self._lock:
            answers, spent = len(self._answers), self._bytes
        made = sum(held.core.nbytes for held in tables if not held.kept)
        took = sum(held.seconds for held in tables if held.kept)
        return Table.from_columns(
            [
                Column("table", [" × ".join(map(words, held.dims)) or "one figure"
                                 for held in tables], "text"),
                Column("of", ["rows" if held.measure < 0 else fields[held.measure].name
                              for held in tables], "text"),
                Column("cells", [held.core.size for held in tables], "integer"),
                Column("bytes", [held.core.nbytes for held in tables], "integer"),
                Column("milliseconds", [held.seconds * 1e3 for held in tables], "number"),
                Column("asked", [held.asked for held in tables], "integer"),
            ],
            title="Tables that answer instead of rows", measure="cells",
            note=f"{took * 1e3:.1f} ms where reading ended; {answers:,} answers kept, "
            f"{spent - made:,} bytes",
        )  # fmt: skip
