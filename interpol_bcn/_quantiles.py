"""Quantiles of a measure and numbers of different values, by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from ._columns import Column
from ._cube_words import told
from .errors import QueryError, TooLargeError, did_you_mean, suggest
from .query import check_names, memory_available
from .table import Table

if TYPE_CHECKING:
    from ._days import Day
    from .cube import Cube
    from .logs import Log
    from .query import Plan

__all__ = ["ERROR", "Asked", "asked", "distinct", "quantiles", "ranks_of", "valued"]

_LEAST, _FLOOR, _CEIL = range(3)
# Method -> the ranks whose values it is made of.
METHODS = {
    "inverted_cdf": (_LEAST,),
    "lower": (_FLOOR,),
    "higher": (_CEIL,),
    "midpoint": (_FLOOR, _CEIL),
    "linear": (_FLOOR, _CEIL),
}
_TYPES = {"inverted_cdf": "type 1 of Hyndman and Fan", "linear": "type 7 of Hyndman and Fan"}
_YEAR = "1996, The American Statistician 50"
_BITS = 14
#: the standard error of an estimated number of different values
ERROR = 1.04 / 2 ** (_BITS / 2)


class Asked(NamedTuple):
    """Shares, the ranks that the core is asked for, and how a value is made of them."""

    shares: list[Fraction]
    names: list[str]
    ranks: list[tuple[int, int, int]]
    method: str

    @property
    def words(self) -> str:
        """What the note says of the method, empty where its name says all."""
        return _TYPES.get(self.method, "")

    @property
    def source(self) -> str:
        """Who defined the method, for an explanation."""
        return (
            f"{self.words}, {_YEAR}"
            if self.words
            else f"the method {self.method!r} of numpy.quantile"
        )

    @property
    def whole(self) -> bool:
        """Whether every value is one of the data."""
        return len(METHODS[self.method]) == 1


def asked(q: Any, method: str, verb: str) -> Asked:
    """Return what shares and a method mean; raise QueryError for what are none."""
    from ._printed import exact

    if method not in METHODS:
        near = did_you_mean(suggest(str(method), METHODS))
        raise QueryError(f"method={method!r}{near or '.'} It is one of {', '.join(METHODS)}")
    given = list(q) if isinstance(q, (list, tuple)) else [q]
    shares = [Fraction(exact(one)) for one in given]
    for one, share in zip(given, shares, strict=True):
        if not 0 <= share <= 1 or share.denominator >= 1 << 32:
            raise QueryError(
                f"{verb}: q={one!r} is no share from 0 to 1, such as 0.5 for the median"
            )
    if not shares or len(shares) > 32 or len(set(shares)) < len(shares):
        raise QueryError(f"{verb}: q={q!r}: give from 1 to 32 different shares")
    ranks = [
        (rule, share.numerator, share.denominator) for share in shares for rule in METHODS[method]
    ]
    return Asked(shares, [_name(share) for share in shares], ranks, method)


def _name(share: Fraction) -> str:
    return "median" if share == Fraction(1, 2) else f"p{float(100 * share):.12g}"


def ranks_of(ask: Asked, count: int, values: Sequence[int]) -> list[int | float | None]:
    """Return the quantiles of ``count`` numbers from their values at the ranks asked for."""
    if not count:
        return [None] * len(ask.shares)
    if ask.whole:
        return list(values)
    found: list[int | float | None] = []
    for share, low, high in zip(ask.shares, values[::2], values[1::2], strict=True):
        part = Fraction(1, 2)
        if ask.method == "linear":
            part = share * (count - 1) % 1
        found.append(float(low + (high - low) * part))
    return found


def valued(ask: Asked, counts: Sequence[int], values: Sequence[int]) -> list[list[Any]]:
    """Return a list for each share: its quantile of every cell, None of none."""
    width = len(ask.ranks)
    if ask.whole:
        return [
            [
                value if count else None
                for count, value in zip(counts, values[at::width], strict=True)
            ]
            for at in range(width)
        ]
    rows = [
        ranks_of(ask, count, values[cell * width : (cell + 1) * width])
        for cell, count in enumerate(counts)
    ]
    return [[row[at] for row in rows] for at in range(len(ask.shares))]


def question(laid: Plan) -> tuple[Any, Any, Any, Any]:
    """Return the four parts of a plan that the core's measures take."""
    return laid.shape, laid.terms, laid.dials, laid.ranges


def quantiles(
    log: Log, measure: str, axes: Sequence[str], q: Any, method: str,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None, zeros: bool,
) -> Table:  # fmt: skip
    """See ``Log.quantiles``."""
    names = check_names(axes)
    log._check_measure(measure, (*names, *log.schema.keys), where, tz)
    ask = asked(q, method, "quantiles")
    for name in ("n", *ask.names):
        if name in names:
            raise QueryError(f"quantiles: an axis and a column are both called {name!r}")
    cube = log._ask(names, where, tz, asof, None, rows=True)
    if not len(log):
        counts, values = [0] * cube.size, [0] * (cube.size * len(ask.ranks))
    else:
        _afford(cube, 2 + len(ask.ranks))
        laid = log._plan(names, where, tz, asof)
        found = log.run_select(question(laid), log.schema.number(measure), list(ask.ranks))
        counts, values = (memoryview(part).tolist() for part in found)
    unit = log.schema.field(measure).unit or None
    columns = [*_axes(cube), Column("n", counts, "integer")]
    kind = "integer" if ask.whole else "number"
    for name, column in zip(ask.names, valued(ask, counts, values), strict=True):
        columns.append(Column(name, column, kind, unit=unit))
    left = cube.total() - sum(counts)
    gone = f"{left:,} of {cube.total():,} rows state no {measure} and are left out" if left else ""
    note = "; ".join(filter(None, (ask.words, cube.note(), gone)))
    title = cube.title().replace(cube.measure, f"quantiles of {measure}", 1) + f" ({ask.method})"
    table = Table.from_columns(
        columns, title=title, note=note, measure="n",
        explain=f"Exact, by selection among the n rows that state {measure}: {_MEANING[method]}. "
        "Rows count once, whatever they weigh. "
        + told(cube, f"Log.quantiles; {ask.source}", gone, unit=unit or measure),
    )  # fmt: skip
    return table if zeros else table.nonzero()


_MEANING = {
    "inverted_cdf": "the least value with at least the share q of all at or below it",
    "lower": "the value at place floor(q (n - 1)) of all in order, from 0",
    "higher": "the value at place ceil(q (n - 1)) of all in order, from 0",
    "midpoint": "half way between the values around place q (n - 1) of all in order, from 0",
    "linear": "between the values around place q (n - 1) of all in order, by its part",
}


def _axes(cube: Cube) -> list[Column]:
    long = cube.to_table()
    return [long[name] for name in cube.dims]


def _afford(cube: Cube, width: int) -> None:
    from ._figures import afford

    afford(cube.size, 40 * width, f"{width} lists of {cube.size:,} cells")


def distinct(
    log: Log, column: str, axes: Sequence[str], exact: bool | None,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None, zeros: bool,
) -> Table:  # fmt: skip
    """See ``Log.distinct``."""
    names = check_names(axes)
    if column in names or "distinct" in names:
        raise QueryError(f"distinct({column!r}, ...): along another axis, not along itself")
    number = _column(log, column)
    cube = log._ask(names, where, tz, asof, None, rows=True)
    _afford(cube, 2)
    sure: Sequence[int] = b""
    if not len(log):
        found = [0] * cube.size
    elif exact is False:
        found, sure = _estimated(log, column, number, names, where, tz, asof)
    else:
        try:
            found = _exact(log, column, number, cube, names, where, tz, asof)
        except (TooLargeError, MemoryError):
            if exact or number is None:
                raise
            found, sure = _estimated(log, column, number, names, where, tz, asof)
    about = sum(1 for one in sure if not one)
    note, how, whence = cube.note(), "", "Log.distinct"
    if about:
        how = (
            f"{about:,} of {len(sure):,} estimated by 2^{_BITS} registers, "
            f"standard error {100 * ERROR:.1f}%"
        )
        note += f"; {how}"
        whence += "; HyperLogLog, Flajolet et al. 2007, with the estimator of Ertl 2017"
    words = column.replace("_", " ").replace(".", " ")
    title = cube.title().replace(cube.measure, f"different {words}", 1)
    columns = [*_axes(cube), Column("distinct", found, "integer")]
    if sure:
        columns.append(Column("exact", [bool(one) for one in sure], "boolean"))
    table = Table.from_columns(
        columns, title=title, note=note, measure="distinct",
        explain=f"Each figure is how many different values of {column} the rows of its cell "
        f"state{', about' if about else ', exactly'}. "
        + told(cube, whence, how, unit=f"different values of {column}"),
    )  # fmt: skip
    return table if zeros else table.nonzero()


def _column(log: Log, column: str) -> int | None:
    """Return the number of a column of numbers, times or ids, None of an axis."""
    if column in log.axes:
        return None
    if column in log.columns:
        return log.schema.number(column)
    known = list(dict.fromkeys([*log.columns, *log.axes]))
    near = did_you_mean(suggest(str(column), known))
    raise QueryError(f"no column or axis {column!r}{near or '.'} There are: {', '.join(known)}")


def _exact(
    log: Log, column: str, number: int | None, cube: Cube, names: tuple[str, ...],
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> list[int]:  # fmt: skip
    if number is not None:
        laid = log._plan(names, where, tz, asof)
        counted = log.run(*question(laid), -1, (number, -1), 0, memory_available())
        cells: list[int] = memoryview(counted.dense()).tolist()
        return cells
    pairs = log._ask((*names, column), where, tz, asof, None, rows=True)
    axis = pairs.axes[-1]
    width = len(axis)
    last = width - 1 if not axis.stated else -1
    found = [0] * cube.size
    for place in memoryview(pairs.nonzeros()[0]).tolist():
        cell, position = divmod(place, width)
        found[cell] += position != last
    return found


def _estimated(
    log: Log, column: str, number: int | None, names: tuple[str, ...],
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> tuple[list[int], Sequence[int]]:  # fmt: skip
    if number is None:
        raise QueryError(f"distinct: {column!r} is an axis; its labels are counted exactly")
    laid = log._plan(names, where, tz, asof)
    need, room = laid.cells << _BITS, memory_available()
    if room and need > room:
        raise TooLargeError(
            f"registers for {laid.cells:,} cells need up to {need / 1e9:,.1f} GB and "
            f"{room / 1e9:,.1f} are free; ask for fewer or coarser axes"
        )
    estimates, exact = log.run_distinct(*question(laid), number, _BITS)
    return [round(one) for one in memoryview(estimates)], memoryview(exact).tolist()
