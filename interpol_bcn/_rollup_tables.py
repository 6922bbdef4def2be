"""Tables over the columns of a log, and how a question is put to one.

A table's dimensions are columns as they are: labels by their codes, times by their UTC month,
day or hour.  A plan (``query``) is put to it as the same look-ups, one per position of each
dimension.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core

if TYPE_CHECKING:
    from .logs import Log
    from .query import Plan

__all__ = ["Dim", "Held", "Maker", "Question", "label_dim"]

SKIP = 2**64 - 1
_GRAINS = ("month", "day", "hour")
_STRETCHES = 1 << 20  # of a time, at most
# Rows are added first from so many cells on, up to so many labels, where it makes a table of
# one cell for so many.
_LEAN, _LEAN_LABELS, _LEAN_SHARE = 1 << 15, 2000, 8


class Dim(NamedTuple):
    """One dimension of a table: a column by its number, and for a time its grain."""

    number: int
    grain: str
    size: int


class Held:
    """A table: what it counts, over which dimensions, and the cube itself."""

    __slots__ = ("asked", "columns", "core", "dims", "kept", "measure", "seconds")

    def __init__(self, core: _core.Cube, dims: Sequence[Dim], measure: int, seconds: float,
                 kept: bool) -> None:  # fmt: skip
        self.core = core
        self.dims = tuple(dims)
        self.columns = frozenset(dim.number for dim in dims)
        self.measure = measure  # the column added up, -1 for rows
        self.seconds = seconds
        self.kept = kept  # part of the base: never given up
        self.asked = 0  # questions answered


class Maker:
    """Makes the tables of one log, and remembers its calendars."""

    def __init__(self) -> None:
        self._calendars: dict[tuple[int, str], tuple[Any, array[int]]] = {}

    def time_dim(self, log: Log, number: int, grain: str) -> Dim | None:
        """The months, days or hours from a column's first time to its last."""
        made = self.calendar(log, number, grain)
        if made is None:
            return None
        info = log._infos[log.schema.fields[number].name]
        return Dim(number, grain, len(made[0]) + bool(info["missing"]))

    def calendar(self, log: Log, number: int, grain: str) -> tuple[Any, array[int]] | None:
        """The calendar axis of a grain, and the edges of its stretches."""
        found = self._calendars.get((number, grain))
        if found is not None:
            return found
        info = log._infos[log.schema.fields[number].name]
        if info["missing"] == len(log):
            return None
        from ._calendar import calendar_axis
        from ._gregorian import DAY
        from ._zones import resolve_zone

        start, stop = info["least"], info["greatest"] + 1
        if grain != "month" and (stop - start) // (DAY // 24) > _STRETCHES:
            return None
        # The calendar begins and ends with whole units, as the rows' times are kept; what is
        # told apart are the times that there are.
        width = DAY // 24 if grain == "hour" else DAY
        whole = start - start % width, stop + -stop % width
        calendar = calendar_axis(grain, resolve_zone("UTC"), *whole)
        if len(calendar) > _STRETCHES:
            return None
        firsts = calendar.starts if grain == "month" else range(*whole, width)
        edges = array("q", [start, *(firsts or ())[1:], stop])
        self._calendars[number, grain] = calendar, edges
        return calendar, edges

    def pieces(self, log: Log, dim: Dim) -> array[int]:
        """What the core evaluates of a dimension of times."""
        from .axes import calendar_pieces

        made = self.calendar(log, dim.number, dim.grain)
        assert made is not None
        return calendar_pieces(made[0], dim.size == len(made[0]))

    def made(self, log: Log, dims: Sequence[Dim], measure: int, kept: bool) -> Held:
        """Count the rows by columns as they are."""
        began = perf_counter()
        terms, dials, stride = [], [], 1
        for dim in reversed(dims):
            field = log.schema.fields[dim.number]
            if dim.grain:
                dials.append((dim.number, [(self.pieces(log, dim), stride, dim.size)]))
            else:
                known = len(log.domains.get(field.name, ()))
                free = log.table_size(field.name) - known - 1
                last = SKIP if field.required else known * stride
                table = [*range(0, known * stride, stride), *[SKIP] * free, last]
                terms.append((dim.number, array("Q", table)))
            stride *= dim.size
        shape = [dim.size for dim in dims]
        core = log.run(shape, terms, dials, [], measure)
        return Held(core, dims, measure, perf_counter() - began, kept)

    def without(self, held: Held, columns: frozenset[int], kept: bool) -> Held:
        """Add a table up over all but some of its columns."""
        began = perf_counter()
        core = _core.Cube.sum(held.core, [dim.number in columns for dim in held.dims])
        dims = [dim for dim in held.dims if dim.number in columns]
        return Held(core, dims, held.measure, perf_counter() - began, kept)

    def rolled(self, log: Log, held: Held, dims: Sequence[Dim]) -> Held:
        """Make a table of fewer columns, or of coarser times, from a larger one."""
        began = perf_counter()
        places, stride = {}, 1
        for dim in reversed(dims):
            places[dim.number] = dim, stride
            stride *= dim.size
        routes: list[Any] = []
        for fine in held.dims:
            dim, stride = places.get(fine.number, (fine, 0))
            if dim.grain == fine.grain:
                routes.append(stride)
                continue
            clocks = [(self.pieces(log, dim), stride, dim.size)]
            edges = self.calendar(log, fine.number, fine.grain)
            assert edges is not None
            routes.append(_core.roll_times(edges[1], fine.size > len(edges[0]), clocks, []))
        core = held.core.map(routes, [dim.size for dim in dims])
        return Held(core, dims, held.measure, perf_counter() - began, False)


def label_dim(log: Log, number: int) -> Dim:
    """Return the codes of a column of labels as a dimension."""
    field = log.schema.fields[number]
    return Dim(number, "", len(log.domains.get(field.name, ())) + (not field.required))


class Question:
    """A plan, and what it makes of the dimensions of tables."""

    def __init__(self, maker: Maker, log: Log, laid: Plan) -> None:
        self.maker, self.log, self.laid = maker, log, laid
        self.terms = dict(laid.terms)
        self.dials = dict(laid.dials)
        self.ranges: dict[int, list[tuple[int, int, bool]]] = {}
        for number, low, high, outside in laid.ranges:
            self.ranges.setdefault(number, []).append((low, high, outside))
        self.timed = {*self.dials, *self.ranges}
        self.columns = frozenset((*self.terms, *self.timed))
        self.routes: dict[tuple[int, str], Any] = {}

    def route(self, dim: Dim) -> Any:
        """What each position of a dimension adds to a cell; None where it cannot be said."""
        if dim.number not in self.columns:
            return 0
        key = dim.number, dim.grain
        if key not in self.routes:
            self.routes[key] = self._route(dim)
        return self.routes[key]

    def _route(self, dim: Dim) -> Any:
        if not dim.grain:
            table = self.terms[dim.number]
            field = self.log.schema.fields[dim.number]
            known = dim.size - (not field.required)
            route = table[:known]
            if not field.required:
                route.append(table[-1])
            return _as_stride(route)
        made = self.maker.calendar(self.log, dim.number, dim.grain)
        assert made is not None
        calendar, edges = made
        route = _core.roll_times(
            edges, dim.size > len(calendar), self.dials.get(dim.number, []),
            self.ranges.get(dim.number, []),
        )  # fmt: skip
        return None if route is None else _as_stride(route)

    def smallest(self, tables: Sequence[Held], most: int) -> Held | None:
        """The smallest table that can answer, of at most so many cells."""
        for held in sorted(tables, key=lambda held: held.core.size):
            if self.columns <= held.columns and held.core.size <= most and all(
                self.route(dim) is not None for dim in held.dims if dim.grain
            ):  # fmt: skip
                return held
        return None

    def dims(self, most: int) -> list[Dim] | None:
        """The dimensions of a table made for this question; None where it would be large."""
        found, cells = [], 1
        fields = self.log.schema.fields
        for number in sorted(self.columns, key=lambda number: number not in self.timed):
            if fields[number].kind not in ("label", "time"):
                return None
            dim = self._grain(number, most) if number in self.timed else label_dim(
                self.log, number)  # fmt: skip
            if dim is None or cells * dim.size > most:
                return None
            found.append(dim)
            cells *= dim.size
        return found

    def _grain(self, number: int, most: int) -> Dim | None:
        """The coarsest stretches of a time that the question cannot tell apart."""
        for grain in _GRAINS:
            dim = self.maker.time_dim(self.log, number, grain)
            if dim is None or dim.size > most:
                return None
            if self.route(dim) is not None:
                return dim
        return None

    def put(self, held: Held) -> _core.Cube:
        """Ask the table."""
        routes = [self.route(dim) for dim in held.dims]
        shape = self.laid.shape
        if routes == _strides(shape) and list(held.core.shape) == shape:
            return held.core  # what was asked for is the table itself
        lean = self._lean(held, routes)
        return held.core.map(routes, shape) if lean is None else lean.map([1, routes[-1]], shape)

    def _lean(self, held: Held, routes: Sequence[Any]) -> _core.Cube | None:
        """Add up whole rows of the last dimension first, where many fall together.

        Rows are added side by side, and what they lead to is looked up once for all of them.
        """
        cells, inner = self.laid.cells, held.dims[-1].size if held.dims else 0
        tables = [route for route in routes[:-1] if not isinstance(route, int)]
        if (
            not routes or isinstance(routes[-1], int) or held.core.size < _LEAN
            or _LEAN_SHARE * cells * inner > held.core.size or sum(map(len, tables)) > _LEAN_LABELS
        ):  # fmt: skip
            return None
        wide = [
            route * inner if isinstance(route, int)
            else array("Q", [SKIP if step == SKIP else step * inner for step in route])
            for route in routes[:-1]
        ]  # fmt: skip
        most = max((step for step in routes[-1] if step != SKIP), default=0)
        return held.core.map([*wide, 1], [cells - most, inner])


def _as_stride(route: Any) -> Any:
    """A route of equal steps as its step, which the core walks faster; others as they are."""
    if len(route) < 2 or route[0] != 0:
        return route
    step, count = route[1], len(route)
    if step == SKIP:
        return route
    even = bytes(8 * count) if step == 0 else bytes(array("Q", range(0, step * count, step)))
    return step if bytes(route) == even else route


def _strides(shape: Sequence[int]) -> list[int]:
    """The strides of cells in row-major order."""
    strides, stride = [], 1
    for size in reversed(shape):
        strides.append(stride)
        stride *= size
    return strides[::-1]
