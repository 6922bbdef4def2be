"""Cubes: exact figures over named axes, immutable."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import index
from typing import TYPE_CHECKING, Any, TypeVar

from . import _core
from ._cube_select import by_number, selected
from ._cube_verbs import Verbs
from ._figures import Facts, check_summed, combined
from .axes import Axis
from .errors import QueryError, suggest

if TYPE_CHECKING:
    from .logs import Log
    from .query import Plan
    from .table import Table

__all__ = ["Cube", "Facts"]

Self = TypeVar("Self", bound="Cube")


class Cube(Verbs, _core.Cube):
    """Exact whole numbers over named axes, in the words of xarray.

    ``dims`` are the names of the axes, ``coords`` their labels, ``shape`` their lengths.
    ``cube["FRA"]`` and ``cube["FRA", "DEU"]`` index by labels; ``sel`` by name; ``sum``,
    ``top``, ``share``, ``pivot`` and ``to_table`` make it smaller or readable.  Dense cubes
    lend their cells as int64 through the buffer protocol: ``numpy.asarray(cube)`` copies
    nothing up to 2**20 cells; more are kept narrow, and laid out for it.  A pair that never
    wrote is a cell with 0, not a missing row.
    """

    axes: tuple[Axis, ...]
    measure: str
    unit: str
    period: tuple[int, int]
    tz: str
    filters: tuple[str, ...]
    facts: Facts | None
    _made: tuple[str, str] = "", ""  # how these figures were made of others, and by which verb

    @classmethod
    def _answer(
        cls: type[Self], core: _core.Cube, log: Log, laid: Plan, measure: str | None, unit: str
    ) -> Self:  # fmt: skip
        self = cls(core)
        self.axes = tuple(laid.axes)
        schema = log.schema
        self.measure = measure or schema.record
        if measure is not None:
            self.unit = schema.field(measure).unit or measure
        else:
            self.unit = f"{schema.record}, each once" if unit == "message" else schema.record
        self.period = laid.period
        self.tz = laid.zone
        self.filters = tuple(laid.words)
        self.facts = log.facts
        return self

    def _like(self, core: _core.Cube, axes: Iterable[Axis]) -> Cube:
        """Another cube of the same figures: some axes of this one."""
        return Cube._over(core, axes, self)

    @classmethod
    def _over(cls: type[Self], core: _core.Cube, axes: Iterable[Axis], one: Cube) -> Self:
        """Return a cube of this class over some axes; its words are those of ``one``."""
        made = cls(core)
        made.axes = tuple(axes)
        made.measure, made.unit, made.period = one.measure, one.unit, one.period
        made.tz, made.filters, made.facts = one.tz, one.filters, one.facts
        made._made = one._made
        return made

    def __copy__(self: Self) -> Self:
        return self

    def __deepcopy__(self: Self, memo: object) -> Self:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        if self.is_wide:
            raise TypeError("a cube with figures beyond 64 bits is not pickled: use to_dicts()")
        if self.is_sparse:
            places, values, _ = self.nonzeros()
            cells: tuple[bytes, ...] = (bytes(memoryview(places)), bytes(memoryview(values)))
        else:
            cells = (bytes(memoryview(self.dense())),)
        return _revived, (type(self), self.shape, cells, dict(self.__dict__))

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
        hint = f"; did you mean {near[0]!r}?" if near else "."
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
        """Return figures by labels: one per axis from the first.

        A label drops its axis, a list keeps it in the list's order, a slice of labels keeps
        it and includes both ends; a label on every axis gives an int.  Bureaus go by any
        code or name, calendar positions by label, date or datetime.  Raise LabelError with
        the nearest labels, QueryError for more labels than axes.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> cube = log.count("sender", "month")
        >>> cube["France", "2023-01"], cube["FRA", "2023-02":].total()
        (1, 0)
        """
        keys = key if isinstance(key, tuple) else (key,)
        if len(keys) > len(self.axes):
            raise QueryError(
                f"{len(keys)} labels for {len(self.axes)} axes ({', '.join(self.dims) or 'none'})"
            )
        return self._select(dict(enumerate(keys)))

    def sel(self, labels: Mapping[str, object] | None = None, /, **more: object) -> Any:
        """Return the figures of some labels, by axis name (``sender_region`` for a dot).

        A dict takes the names as they are.  A label drops its axis, a list keeps it in the
        list's order, a slice of labels keeps it and includes both ends, as in xarray.  With
        every axis given a label: an int.  Raise QueryError or LabelError as indexing does.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("sender.region", "month").sel(sender_region="Europe", month="2023-03")
        1
        """
        return self._select(by_number(self, {**(labels or {}), **more}))

    def _select(self, chosen: Mapping[int, object]) -> Any:
        return selected(self, chosen)

    # Figures from figures

    def sum(self, *dims: str) -> Cube:  # type: ignore[override]
        """Return the cube summed over the axes named; over all of them without a name.

        Exact, beyond 64 bits too.  Raise QueryError for an axis that is not here.  Costs
        one pass over the cells.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["FRA"],
        ...                          "receiver": ["DEU"]})
        >>> int(log.count("month", "sender").sum())
        1
        """
        gone = {self._number(name) for name in dims} if dims else set(range(len(self.axes)))
        check_summed(self, gone)
        keep = [number not in gone for number in range(len(self.axes))]
        axes = [axis for number, axis in enumerate(self.axes) if keep[number]]
        return self._like(_core.Cube.sum(self, keep), axes)

    def transpose(self, *dims: str) -> Cube:
        """Return the cube with its axes in another order; reversed without names.

        Raise QueryError unless every axis is named once.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["FRA"],
        ...                          "receiver": ["DEU"]})
        >>> log.count("sender", "month").transpose("month", "sender").shape
        (1, 221)
        """
        order = [self._number(name) for name in dims] or list(range(len(self.axes)))[::-1]
        if sorted(order) != list(range(len(self.axes))):
            raise QueryError(f"transpose needs every axis once: {', '.join(self.dims)}")
        return self._like(self.permute(order), [self.axes[number] for number in order])

    def _combined(self, other: object, sign: int) -> Cube:
        if not isinstance(other, Cube):
            return NotImplemented  # type: ignore[no-any-return]
        return combined(self, other, sign)

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

        Cells with 0 are left out; ties are in the order of the axes.  Columns: the axes,
        the measure, ``share`` (of the total, a float, None of nothing).  Raise QueryError
        unless ``n`` is a whole number from 0 on.  Costs O(cells * log n) at most.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("sender").top(1).to_dicts()
        [{'sender': 'DEU', 'messages': 1, 'share': 0.5}]
        """
        places, values = _core.Cube.top(self, min(_count(n), self.size))
        from ._cube_tables import ranked

        return ranked(self, memoryview(places).tolist(), list(values))

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return the figures as a long table: a column per axis and one of figures.

        Rows are in the order of the axes.  ``zeros=False`` leaves out cells with 0.  Raise
        TooLargeError, before anything is taken, where the table would not fit in memory.
        Costs O(rows); figures are not copied.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> len(log.count("sender").to_table()), len(log.count("sender").to_table(zeros=False))
        (221, 2)
        """
        from ._cube_tables import long

        return long(self, zeros)

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
        from ._cube_words import note

        return note(self)

    def explain(self) -> str:
        """Say what each figure is: formula, period, unit, coverage, rows used and refused.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> print(log.count("month").explain())
        Each figure is the exact number of messages in its cell: month (3); 2 of 3 cells are \
not 0. Period: 2023-01-05 .. 2023-03-01 UTC. Unit: messages. Rows: 2 rows seen, 2 accepted, \
none rejected. Coverage: 2 of 195 members. Definition: Log.count.
        """
        from ._cube_words import explain

        return explain(self)

    def _shape_words(self) -> str:
        if not self.axes:
            return "one figure"
        return " × ".join(f"{axis.name} ({len(axis):,})" for axis in self.axes)

    def __repr__(self) -> str:
        from ._cube_words import text

        return text(self)

    def _repr_html_(self) -> str:
        if not self.axes:
            from html import escape

            return escape(repr(self))
        return self._shown()._repr_html_()

    def _shown(self) -> Table:
        """What a print shows: time in its order, anything else the largest first."""
        if len(self.axes) == 1 and len(self) <= (200 if self.axes[0].kind == "time" else 12):
            return self.to_table()
        return self.top(12)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.axes[0].labels[:5000]) if self.axes else []

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        # numpy asks for this where the buffer protocol has no answer: sparse and wide cubes.
        array = self.to_numpy()
        if dtype is not None and array.dtype != dtype:
            return array.astype(dtype)
        return array.copy() if copy else array


def _revived(
    made: type[Cube], shape: tuple[int, ...], cells: tuple[bytes, ...], state: dict[str, Any]
) -> Cube:
    words = [memoryview(part).cast("q") for part in cells]
    if len(words) == 1:
        core = _core.Cube.from_cells(shape, words[0])
    else:
        core = _core.Cube.from_sparse(shape, memoryview(cells[0]).cast("Q"), words[1])
    cube = made(core)
    cube.__dict__.update(state)
    return cube


def _count(n: int) -> int:
    try:
        count = index(n)
    except TypeError:
        count = -1
    if count < 0:
        raise QueryError(f"top({n!r}): a number of rows is a whole number from 0 on")
    return count
