"""Cubes: exact figures over named axes, immutable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from . import _core
from ._exports import Exports
from .axes import Axis
from .errors import QueryError, TooLargeError, suggest
from .query import memory_available

if TYPE_CHECKING:
    from .account import Account
    from .logs import Log
    from .query import Plan
    from .table import Table

__all__ = ["Cube", "Facts"]

Self = TypeVar("Self", bound="Cube")
_BYTES_PER_ROW = 40  # of a long table with a few columns, for a warning ahead of time


class Facts(NamedTuple):
    """What a log tells every figure drawn from it."""

    record: str
    account: Account
    coverage: tuple[int, int]
    synthetic: str = ""


class Cube(Exports, _core.Cube):
    """Exact whole numbers over named axes, in the words of xarray.

    ``dims`` are the names of the axes, ``coords`` their labels, ``shape`` their lengths.
    ``cube["FRA"]`` and ``cube["FRA", "DEU"]`` index by labels; ``sel`` by name; ``sum``,
    ``top``, ``share``, ``pivot`` and ``to_table`` make it smaller or readable.  Dense cubes
    lend their cells as int64 through the buffer protocol: ``numpy.asarray(cube)`` copies
    nothing.  A pair that never wrote is a cell with 0, not a missing row.
    """

    axes: tuple[Axis, ...]
    measure: str
    unit: str
    period: tuple[int, int]
    tz: str
    filters: tuple[str, ...]
    facts: Facts | None

    @classmethod
    def _answer(
        cls: type[Self], core: _core.Cube, log: Log, laid: Plan, tz: Any, measure: str | None,
        unit: str,
    ) -> Self:  # fmt: skip
        self = cls(core)
        self.axes = tuple(laid.axes)
        schema = log.schema
        self.measure = measure or schema.record
        if measure is not None:
            self.unit = schema.field(measure).unit or measure
        else:
            self.unit = schema.record if unit == "recipient" else f"{schema.record}, each once"
        self.period = laid.period
        self.tz = str(getattr(tz, "key", tz))
        self.filters = tuple(laid.words)
        self.facts = log.facts
        return self

    def _like(self, core: _core.Cube, axes: Iterable[Axis]) -> Cube:
        """Another cube of the same figures: some axes of this one."""
        made = Cube(core)
        made.axes = tuple(axes)
        made.measure, made.unit, made.period = self.measure, self.unit, self.period
        made.tz, made.filters, made.facts = self.tz, self.filters, self.facts
        return made

    # What it holds

    @property
    def dims(self) -> tuple[str, ...]:
        """The names of the axes."""
        return tuple(axis.name for axis in self.axes)

    @property
    def coords(self) -> dict[str, Sequence[str]]:
        """The labels of every axis."""
        return {axis.name: axis.labels for axis in self.axes}

    def axis(self, name: str) -> Axis:
        """Return an axis by its name; raise QueryError naming those there are."""
        return self.axes[self._number(name)]

    def _number(self, name: object) -> int:
        dims = self.dims
        if isinstance(name, str) and name in dims:
            return dims.index(name)
        near = suggest(str(name), dims)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise QueryError(f"no axis {name!r}{hint} Axes here are: {', '.join(dims) or 'none'}")

    def __len__(self) -> int:
        if not self.axes:
            raise TypeError("a cube without axes is one figure: use int(cube)")
        return len(self.axes[0])

    def __int__(self) -> int:
        if self.axes:
            raise TypeError(f"a cube over {', '.join(self.dims)} is many figures: use total()")
        return self.item()

    def __index__(self) -> int:
        return int(self)

    def __iter__(self) -> Iterator[Any]:
        if not self.axes:
            raise TypeError("a cube without axes is one figure: use int(cube)")
        for position in range(len(self.axes[0])):
            if len(self.axes) == 1:
                yield self.item(position)
            else:
                yield self._like(self.pick(0, position), self.axes[1:])

    def __getitem__(self, key: object) -> Any:
        """Return figures by labels: one per axis from the first; a list keeps its axis."""
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) > len(self.axes):
            raise QueryError(f"{len(keys)} labels for {len(self.axes)} axes: {self.dims}")
        return self._select(dict(enumerate(keys)))

    def sel(self, **labels: object) -> Any:
        """Return the figures of some labels, by axis name (``sender_region`` for a dot).

        A label drops its axis, a list keeps it in the list's order, a slice of labels keeps
        it and includes both ends, as in xarray.  With every axis given a label: an int.
        """
        chosen: dict[int, object] = {}
        for name, value in labels.items():
            own = name if name in self.dims else name.replace("__", ".")
            if own not in self.dims:
                dotted = [dim for dim in self.dims if dim.replace(".", "_") == name]
                own = dotted[0] if dotted else name
            chosen[self._number(own)] = value
        return self._select(chosen)

    def _select(self, chosen: Mapping[int, object]) -> Any:
        positions: dict[int, int | list[int]] = {}
        for number, value in chosen.items():
            axis = self.axes[number]
            if isinstance(value, list):
                positions[number] = [axis.index(label) for label in value]
            elif isinstance(value, slice):
                positions[number] = _span(axis, value)
            elif value is not Ellipsis:
                positions[number] = axis.index(value)
        if len(positions) == len(self.axes) and all(
            isinstance(place, int) for place in positions.values()
        ):
            return self.item(*(positions[number] for number in range(len(self.axes))))
        core: _core.Cube = self
        axes = list(self.axes)
        for number in sorted(positions, reverse=True):
            place = positions[number]
            if isinstance(place, list):
                core = core.take(number, place)
                axes[number] = axes[number].cut(place)
            else:
                core = core.pick(number, place)
                del axes[number]
        return self._like(core, axes)

    # Figures from figures

    def sum(self, *dims: str) -> Cube:  # type: ignore[override]
        """Return the cube summed over the axes named; over all of them without a name.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["FRA"],
        ...                          "receiver": ["DEU"]})
        >>> int(log.count("month", "sender").sum())
        1
        """
        gone = {self._number(name) for name in dims} if dims else set(range(len(self.axes)))
        keep = [number not in gone for number in range(len(self.axes))]
        axes = [axis for number, axis in enumerate(self.axes) if keep[number]]
        return self._like(_core.Cube.sum(self, keep), axes)

    def transpose(self, *dims: str) -> Cube:
        """Return the cube with its axes in another order; reversed without names."""
        order = [self._number(name) for name in dims] or list(range(len(self.axes)))[::-1]
        if sorted(order) != list(range(len(self.axes))):
            raise QueryError(f"transpose needs every axis once: {', '.join(self.dims)}")
        return self._like(self.permute(order), [self.axes[number] for number in order])

    def _combined(self, other: object, sign: int) -> Cube:
        if not isinstance(other, Cube):
            return NotImplemented  # type: ignore[no-any-return]
        if self.measure != other.measure:
            raise QueryError(f"{self.measure} and {other.measure} do not add up")
        if len(self.axes) != len(other.axes) or not all(
            mine.same(theirs) for mine, theirs in zip(self.axes, other.axes, strict=True)
        ):
            raise QueryError(
                f"cubes over different axes do not add up: {self._shape_words()} and "
                f"{other._shape_words()}"
            )
        core = self.add(other) if sign > 0 else self.subtract(other)
        made = self._like(core, self.axes)
        made.period = (min(self.period[0], other.period[0]), max(self.period[1], other.period[1]))
        return made

    def __add__(self, other: object) -> Cube:
        return self._combined(other, 1)

    def __sub__(self, other: object) -> Cube:
        return self._combined(other, -1)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cube):
            return NotImplemented
        return (
            self.measure == other.measure
            and len(self.axes) == len(other.axes)
            and all(a.same(b) for a, b in zip(self.axes, other.axes, strict=True))
            and self.equal(other)
        )

    __hash__ = None  # type: ignore[assignment]

    def top(self, n: int = 10) -> Table:  # type: ignore[override]
        """Return the ``n`` largest figures, with their share of the total.

        Ties are in the order of the axes.  Columns: the axes, the measure, ``share``.
        """
        index, values = _core.Cube.top(self, _count(n))
        return self._rows(memoryview(index).tolist(), list(values), share=True)

    def _rows(self, index: list[int], values: list[int], *, share: bool) -> Table:
        from ._columns import Column
        from .table import Table

        columns = []
        stride = self.size
        for axis in self.axes:
            stride //= max(1, len(axis))
            data = [axis.labels[at // stride % len(axis)] for at in index]
            columns.append(self._named(Column(axis.name, data, "label"), axis))
        columns.append(Column(self.measure, values, "integer", unit=self.unit))
        if share:
            total = self.total()
            parts = [value / total if total else None for value in values]
            columns.append(Column("share", parts, "number", format="percent"))
        return Table.from_columns(
            columns, title=self.title(), note=self.note(), explain=self.explain(),
            measure=self.measure,
        )  # fmt: skip

    def share(self, dim: str | None = None) -> Table:
        """Return every figure with its share of the total, or of its sum along ``dim``.

        A share of nothing (0 of 0) is None.  Shares are floats, rounded once.
        """
        from ._columns import Column
        from .table import Table

        table = self.to_table()
        values = table[self.measure].tolist()
        if dim is None:
            totals = [self.total()] * len(values)
        else:
            number = self._number(dim)
            sums = _core.Cube.sum(self, [at != number for at in range(len(self.axes))])
            inner = 1
            for axis in self.axes[number + 1 :]:
                inner *= len(axis)
            flat = memoryview(sums.dense()).tolist()
            block = inner * len(self.axes[number])
            totals = [flat[at // block * inner + at % inner] for at in range(len(values))]
        parts = [v / t if t else None for v, t in zip(values, totals, strict=True)]
        name = "share" if dim is None else f"share of {dim}"
        columns = [table[column] for column in table.columns]
        columns.append(Column(name, parts, "number", format="percent"))
        return Table.from_columns(
            columns, title=self.title(), note=self.note(), explain=self.explain(),
            measure=self.measure,
        )  # fmt: skip

    def pivot(self, rows: str, columns: str) -> Table:
        """Return a wide table: one row per label of ``rows``, one column per one of ``columns``.

        Other axes are summed.  Zeros are kept.
        """
        from ._columns import Column
        from .table import Table

        if rows == columns:
            raise QueryError(f"pivot needs two different axes, not {rows!r} twice")
        flat = self.sum(*(dim for dim in self.dims if dim not in (rows, columns)))
        if len(flat.axes) != 2 or len(self.axes) == 2:
            flat = self
        flat._number(rows)
        flat._number(columns)
        wide = flat.transpose(rows, columns)
        first, second = wide.axes
        cells = memoryview(wide.dense()).tolist()
        made = [self._named(Column(first.name, list(first.labels), "label"), first)]
        width = len(second)
        for at, label in enumerate(second.labels):
            made.append(Column(label, cells[at::width], "integer", unit=self.unit))
        return Table.from_columns(made, title=self.title(), note=self.note(),
                                  explain=self.explain())  # fmt: skip

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return the figures as a long table: a column per axis and one of figures.

        Rows are in the order of the axes.  ``zeros=False`` leaves out cells with 0.  Raise
        TooLargeError, before anything is taken, where the table would not fit in memory.
        """
        from ._columns import Column
        from .table import Table

        rows = self.size if zeros else self.nonzero
        available = memory_available()
        if available and rows * _BYTES_PER_ROW > available:
            way = "leave out zeros with zeros=False, or " if zeros else ""
            raise TooLargeError(
                f"a table of {rows:,} rows needs about {rows * _BYTES_PER_ROW / 1e9:,.1f} GB; "
                f"{way}ask for fewer or coarser axes"
            )
        codes, values, high = self.columns(zeros)
        columns = [
            Column(axis.name, code, labels=axis.labels, names=self._names(axis))
            for axis, code in zip(self.axes, codes, strict=True)
        ]
        if high is None:
            figures: Any = values
        else:
            pairs = zip(memoryview(high).tolist(), memoryview(values).tolist(), strict=True)
            figures = [(top << 64) + (low % 2**64) for top, low in pairs]
        columns.append(Column(self.measure, figures, "integer", unit=self.unit))
        return Table.from_columns(
            columns, title=self.title(), note=self.note(), explain=self.explain(),
            measure=self.measure,
        )  # fmt: skip

    @staticmethod
    def _names(axis: Axis) -> dict[str, Sequence[str]]:
        languages = axis.domain.languages if axis.domain is not None else ()
        return {language: axis.names(language) for language in languages}

    def _named(self, column: Any, axis: Axis) -> Any:
        """Give a column of labels their names in every language."""
        names = self._names(axis)
        if not names:
            return column
        from ._columns import Column

        place = {label: at for at, label in enumerate(axis.labels)}
        labels = list(column.labels)
        chosen = {
            language: [words[place[label]] for label in labels]
            for language, words in names.items()
        }
        return Column(column.name, column.data, labels=labels, names=chosen)

    # Words

    def title(self) -> str:
        """What the figures are: ``"messages by month and sender"``."""
        dims = [dim.replace("_", " ").replace(".", " ") for dim in self.dims]
        if not dims:
            return self.measure
        by = dims[0] if len(dims) == 1 else f"{', '.join(dims[:-1])} and {dims[-1]}"
        return f"{self.measure} by {by}"

    def note(self) -> str:
        """Period, unit, filters, coverage and refused rows, in one line."""
        from ._instants import format_period

        words = [format_period(*self.period, self.tz) if self.period[0] < self.period[1]
                 else "no period"]  # fmt: skip
        if self.unit != self.measure:
            words.append(self.unit)
        words += self.filters
        if self.facts is not None:
            seen, members = self.facts.coverage
            if members:
                words.append(f"{seen} of {members} members")
            account = self.facts.account
            if account.rejected.count or account.duplicates:
                words.append(str(account))
            if self.facts.synthetic:
                words.append(self.facts.synthetic)
        return "; ".join(words)

    def explain(self) -> str:
        """Say what each figure is: formula, period, unit, coverage, rows used and refused."""
        if self.facts is not None and self.measure == self.facts.record:
            formula = f"Each figure is the exact number of {self.unit} in its cell"
        else:
            formula = f"Each figure is the exact sum of {self.measure} ({self.unit}) in its cell"
        cells = f"{self.nonzero:,} of {self.size:,} cells are not 0"
        return f"{formula}: {self._shape_words()}; {cells}. {self.note()}."

    def _shape_words(self) -> str:
        if not self.axes:
            return "one figure"
        return " × ".join(f"{axis.name} ({len(axis):,})" for axis in self.axes)

    def __repr__(self) -> str:
        head = f"{self.title()}: {self._shape_words()}, total {self.total():,}"
        if not self.axes:
            return f"{self.total():,} {self.measure}\n{self.note()}"
        lines = self._shown().to_text(rows=12).splitlines()
        body = [line for line in lines if line not in (self.title(), self.note())]
        return "\n".join([head, *body, self.note()])

    def _repr_html_(self) -> str:
        if not self.axes:
            from html import escape

            return escape(repr(self))
        return self._shown()._repr_html_()

    def _shown(self) -> Table:
        """What a print shows: time in its order, anything else the largest first."""
        if len(self.axes) == 1 and (self.axes[0].kind == "time" or len(self) <= 12):
            if len(self) <= 200:
                return self.to_table()
        return self.top(12)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.axes[0].labels[:5000]) if self.axes else []

    def to_numpy(self) -> Any:
        """Return the figures as a read-only int64 array, without a copy where dense.

        Raise TooLargeError where the dense array would not fit in memory.
        """
        try:
            import numpy
        except ImportError:
            from .errors import MissingExtra

            raise MissingExtra("numpy", "numpy", "for to_numpy()") from None
        if not self.is_sparse and not self.is_wide:
            return numpy.asarray(memoryview(self))
        array = numpy.frombuffer(memoryview(self.dense(memory_available())), dtype="int64")
        return array.reshape(self.shape)

    def to_xarray(self) -> Any:
        """Return an ``xarray.DataArray`` with the same dims and coords."""
        try:
            import xarray
        except ImportError:
            from .errors import MissingExtra

            raise MissingExtra("xarray", "xarray", "for to_xarray()") from None
        coords = {axis.name: list(axis.labels) for axis in self.axes}
        attrs = {"unit": self.unit, "note": self.note()}
        return xarray.DataArray(
            self.to_numpy(), dims=self.dims, coords=coords, name=self.measure, attrs=attrs
        )

    def plot(self, **options: Any) -> Any:
        """Return a chart of the figures; see ``interpol_bcn.plot``. Needs the extra ``plot``."""
        from .plot import plot

        return plot(self, **options)


def _span(axis: Axis, span: slice) -> list[int]:
    if span.step is not None:
        raise QueryError("a slice of labels has no step")
    first = 0 if span.start is None else axis.index(span.start)
    last = len(axis) - 1 if span.stop is None else axis.index(span.stop)
    return list(range(first, last + 1))


def _count(n: int) -> int:
    if not isinstance(n, int) or n < 0:
        raise QueryError(f"top({n!r}): a number of rows is a whole number from 0 on")
    return n
