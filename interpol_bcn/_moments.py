"""What every log tells of time: rates, peaks, parts of a growth, and rows that do not add up.

``Moments`` is what ``Log`` inherits them from: they need counts and sums, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, overload

from .errors import QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from ._days import Day
    from .axes import Axis
    from .cube import Cube
    from .logs import Log
    from .table import Table

__all__ = ["Moments"]

_WIDTHS = {"1s": "second", "1min": "minute", "1h": "hour", "1d": "day"}


class Moments:
    """Rates, peaks and growth of a log; see ``Log``."""

    @overload
    def rate(
        self,
        per: str = ...,
        *,
        where: Mapping[str, object] | None = ...,
        tz: Any = ...,
        unit: str | None = ...,
    ) -> float: ...
    @overload
    def rate(
        self,
        per: str,
        axis: str,
        /,
        *axes: str,
        where: Mapping[str, object] | None = ...,
        tz: Any = ...,
        unit: str | None = ...,
        asof: Day | None = ...,
        zeros: bool = ...,
    ) -> Table: ...
    def rate(
        self,
        per: str = "second",
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str | None = None,
        asof: Day | None = None,
        zeros: bool = True,
    ) -> float | Table:
        """Return how many records there are in a unit of time, over the period's real length.

        Without axes one figure, a float; with axes a Table of them, the records and ``rate``.
        Along an axis of the record's time each rate is over the length of its own label
        (2024-02 has 29 days; ``hour_of_day`` one hour of each day), along others over that of
        the whole period.  ``zeros=False`` leaves out cells without records.

        ``per`` is second, minute, hour, day, week, month, quarter or year.  A leap year has
        366 days, a day on which clocks change is one day, and a part of a unit counts as the
        part that it is: half of 2024 is 182 of 366 of a year.  The period is that of the log
        (``period=`` at reading, else whole days from the first row to the last), cut by a
        range of the record's time in ``where``.  Raise QueryError without times, for filters
        that take moments out of the period unseen, and for two axes of time.  Costs one count.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_searches({"searched_at": ["2023-05-01"], "bureau": ["FRA"],
        ...     "database": ["SLTD"], "searches": [8_000_000_000]}, period="2023")
        >>> round(log.rate("second"), 1), round(log.rate("day")), log.rate("year")
        (253.7, 21917808, 8000000000.0)
        >>> log.rate("day", "quarter", zeros=False).to_dicts()
        [{'quarter': '2023-Q2', 'searches': 8000000000, 'rate': 87912087.91208792}]
        """
        from ._rates import rate, rates

        if axes:
            return rates(self, per, axes, where, tz, unit, asof, zeros)  # type: ignore[arg-type]
        return rate(self, per, where, tz, unit)  # type: ignore[arg-type]

    def peak(
        self,
        width: str = "1s",
        n: int = 1,
        *,
        sliding: bool = False,
        by: str | Sequence[str] | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str | None = None,
    ) -> Table:
        """Return the ``n`` busiest stretches of a length: columns ``start count``.

        "1s", "1min", "1h" and "1d" are the seconds, minutes, hours and days on the clocks of
        ``tz``; ``start`` is the moment at which one begins, and the note writes it in that
        zone.  The busiest come first, equal ones by time, and the note says how many more
        are equal to the last.  Any other length ("90min", "36h", "7d") is laid end to end
        from 1970-01-01 00:00 on these clocks.  ``sliding=True`` finds the busiest stretch
        wherever it begins (at a record); of several, none overlaps one before it.  ``by``
        gives the busiest of each label of an axis (or axes).  A row that stands for many
        counts for as many.

        Exact: every one of them is counted.  Raise QueryError without times, or where times
        are dates and a clock is needed.  Costs one count along that unit (of rows in order
        of time, unfiltered, a part of one look at their times); other lengths, ``sliding``
        and ``by`` two passes, a sort of times out of order, and ``n`` walks over them.

        >>> import interpol_bcn as bcn
        >>> times = ["2023-05-01 09:30:07Z", "2023-05-01 09:30:07.5Z", "2023-05-02 11:00Z"]
        >>> log = bcn.read_searches({"searched_at": times, "bureau": ["FRA"] * 3,
        ...                          "database": ["SLTD"] * 3})
        >>> log.peak("1s")
        searches in the busiest second
        start                count
        ───────────────────  ─────
        2023-05-01 09:30:07      2
        2023-05-01 .. 2023-05-02 UTC; 1 of 195 members
        """
        return _peak(self, width, n, sliding, by, where, tz, unit)  # type: ignore[arg-type]

    def growth_parts(
        self,
        axis: str,
        before: object,
        after: object,
        *,
        measure: str | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Table:
        """Return what each label adds to the growth between two periods.

        ``before`` and ``after`` are ranges of times as in ``where``.  Columns: the axis,
        ``before after change`` (whole numbers; the changes add up to that of the total
        exactly), ``growth`` (of the label), ``share`` (of the total change) and
        ``contribution`` (percentage points of the total growth, change / total before * 100).
        Of a base of nothing a growth is None.  ``measure`` sums a column instead of
        counting; ``asof`` is the day at which dated tables look, for both periods.  Costs
        two counts.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_searches({"searched_at": ["2022-05-01", "2023-05-01", "2023-06-01"],
        ...     "bureau": ["FRA"] * 3, "database": ["SLTD", "SLTD", "SMV"],
        ...     "searches": [10, 14, 1]})
        >>> parts = log.growth_parts("database", "2022", "2023").nonzero()
        >>> parts.select(["database", "change", "share", "contribution"]).to_dicts()
        [{'database': 'SLTD', 'change': 4, 'share': 0.8, 'contribution': 40.0}, \
{'database': 'SMV', 'change': 1, 'share': 0.2, 'contribution': 10.0}]
        """
        return _growth(self, axis, before, after, measure, where, tz, asof)  # type: ignore[arg-type]

    def mismatches(self, total: str, parts: Sequence[str]) -> Table:
        """Return the rows whose parts do not add up to their total, as they stand.

        Columns: ``row`` (of the log, from 1), the labels that every record has, the total,
        the parts, and ``difference`` (the parts' sum less the total).  A row that does not
        state one of them cannot be judged: the note says how many.  Raise QueryError for
        what is no whole-number column here.  Costs one pass over the rows, in Python.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_searches({"searched_at": ["2023-05-01"] * 2, "bureau": ["FRA"] * 2,
        ...     "database": ["SLTD"] * 2, "searches": [5, 6], "hits": [2, 2],
        ...     "misses": [3, 3]}, measures=["misses"])
        >>> log.mismatches("searches", ["hits", "misses"]).select(["row", "difference"]).to_dicts()
        [{'row': 2, 'difference': -1}]
        """
        return _mismatches(self, total, parts)  # type: ignore[arg-type]


def _peak(
    log: Log, width: str, n: int, sliding: bool, by: str | Sequence[str] | None,
    where: Mapping[str, object] | None, tz: Any, unit: str | None,
) -> Table:  # fmt: skip
    from ._columns import Column
    from ._cube_words import told
    from .table import Table

    per = _WIDTHS.get(width, width)
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise QueryError(f"peak(n={n!r}): a number of moments is a whole number, 1 or more")
    if sliding or by is not None or per not in _WIDTHS.values():
        from ._windows import windows

        return windows(log, width, n, sliding, by, where, tz, unit)
    untimed = 0
    runs = _runs(log, per, n, where, tz, unit)
    if runs is not None:
        (places, counts, equal), axis = runs
        cube = log.count(where=where, tz=tz, unit=unit)  # for its words
    else:
        cube = log.count(per, where=where, tz=tz, unit=unit)
        axis = cube.axes[0]
        if not axis.stated:  # what has no time is in no unit of time
            timed = range(len(axis) - 1)
            untimed = cube.item(len(axis) - 1)
            cube = cube._like(cube.take(0, timed), [axis.cut(timed)])
        places, counts, equal = _busiest(cube, n)
    starts = [_begin(axis.calendar, place) for place in places]
    more = [f"{untimed:,} without a time left out"] if untimed else []
    if cube.tz != "UTC" and places:
        shown = ", ".join(axis.labels[place] for place in places[:5])
        more.append(f"{shown}{', ...' if len(places) > 5 else ''} in {cube.tz}")
    if equal:
        noun = per if equal == 1 else f"{per}s"
        more.append(f"{equal:,} more {noun} of {counts[-1]:,}, the same as the last shown")
    record = log.schema.record
    which = per if n == 1 else f"{n:,} {per}s"
    return Table.from_columns(
        [
            Column("start", starts, "time"),
            Column("count", counts, "integer"),
        ],
        title=f"{record} in the busiest {which}", note="; ".join([cube.note(), *more]),
        measure="count",
        explain=f"Each count is the exact number of {cube.unit} in one {per}, and no other "
        f"{per} has more than the last shown. {told(cube, 'Log.peak', *more)}",
    )  # fmt: skip


def _runs(
    log: Log, per: str, n: int, where: Mapping[str, object] | None, tz: Any, unit: str | None
) -> tuple[tuple[list[int], list[int], int], Axis] | None:
    """Find the busiest units of times in order as their longest runs.

    None where rows are not all counted once each, where times are in no order, and where a
    unit may be two stretches of time.
    """
    from . import _core
    from ._units import FINE

    info = log._infos.get(log.schema.time or "")
    laid = log._plan((per,), where, tz, None)
    counting = log._counting(log.unit if unit is None else log.schema.counted_per(unit))
    if info is None or not info["sorted"] or info["stated"] is not None or per not in FINE:
        return None
    if counting != (-1, None) or laid.terms or [len(parts) for _, parts in laid.dials] != [1]:
        return None
    column, [(pieces, _, _)] = laid.dials[0]
    if any(number != column or outside for number, _, _, outside in laid.ranges):
        return None  # ranges of the time itself have cut the pieces
    return _core.busiest_runs(info["values"], pieces, n), laid.axes[0]


def _begin(calendar: Any, position: int) -> int:
    """Return when a unit begins, of the first one also where the period begins later."""
    from ._units import unit_of, unit_start

    start: int = calendar.starts[position]
    if start > calendar.start:
        return start
    unit = unit_of(calendar.name, start + calendar.zone.offset_at(start))
    begin: int = calendar.zone.utc_of(unit_start(calendar.name, unit))
    return min(start, begin)


def _busiest(cube: Cube, n: int) -> tuple[list[int], list[int], int]:
    """Return the places and counts of the greatest cells, and how many more equal the last."""
    from . import _core

    more = n + 64  # so many equal ones are found in the same pass
    places, counts = _core.Cube.top(cube, min(more, cube.size))
    found, values = memoryview(places).tolist()[:n], list(counts)[:n]
    if not values:
        return [], [], 0
    last = values[-1]
    if len(counts) < more or counts[-1] != last:
        return found, values, sum(value == last for value in counts[n:])
    _, cells, _ = cube.nonzeros()
    return found, values, memoryview(cells).tolist().count(last) - values.count(last)


def _growth(
    log: Log, axis: str, before: object, after: object, measure: str | None,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> Table:  # fmt: skip
    from ._columns import Column
    from ._cube_words import coverage, told
    from ._figures import figures
    from ._instants import format_instant, format_period
    from .table import Table

    time = log.schema.time
    if time is None or time not in log.columns:
        raise QueryError(f"a growth needs times, and this log has no {time or 'times'}")
    if where and time in where:
        raise QueryError(f"where={{{time!r}: ...}}: the two periods are before and after")
    if asof is None and log.period[0] < log.period[1]:
        asof = format_instant(log.period[1] - 1, "UTC")[:10]
    cubes = []
    for period in (before, after):
        chosen = {**(where or {}), time: period}
        if measure is None:
            cube = log.count(axis, where=chosen, tz=tz, asof=asof)
        else:
            cube = log.sum(measure, axis, where=chosen, tz=tz, asof=asof)
        if cube.period[0] >= cube.period[1]:
            raise QueryError(f"{period!r} lies outside {format_period(*log.period)}, the log's")
        cubes.append(cube)
    one, other = cubes
    if not one.axes[0].same(other.axes[0]):
        raise QueryError(f"a growth is by labels of both periods; {axis!r} has others in each")
    old, new = figures(one), figures(other)
    base, rise = sum(old), sum(new) - sum(old)
    change = [b - a for a, b in zip(old, new, strict=True)]
    growth = [c / a if a else None for a, c in zip(old, change, strict=True)]
    share = [c / rise if rise else None for c in change]
    points = [100 * c / base if base else None for c in change]
    periods = [format_period(*cube.period, cube.tz) for cube in cubes]
    days = [(cube.period[1] - cube.period[0]) / 86_400_000_000 for cube in cubes]
    note = f"{base:,} to {sum(new):,}, change {rise:+,}"
    note += f" ({100 * rise / base:+.4g}%)" if base else " (of a base of nothing)"
    note += f"; {periods[0]} ({days[0]:g} days) to {periods[1]} ({days[1]:g} days)"
    filters = [word for word in one.filters if not word.startswith(f"{time} in ")]
    return Table.from_columns(
        [
            one.to_table()[axis],
            Column("before", old, "integer"),
            Column("after", new, "integer"),
            Column("change", change, "integer"),
            Column("growth", growth, "number", format="percent"),
            Column("share", share, "number", format="percent"),
            Column("contribution", points, "number", format="digits.2"),
        ],
        title=f"growth of {one.measure} by {axis.replace('_', ' ').replace('.', ' ')}",
        note="; ".join([note, *filters, *coverage(one)]), measure="change",
        explain="Each change is after less before, exact; the changes add up to that of the "
        "total. Contribution is change / total before * 100. "
        + told(one, "Log.growth_parts", note),
    )  # fmt: skip


def _mismatches(log: Log, total: str, parts: Sequence[str]) -> Table:
    from ._columns import Column
    from ._cube_words import told
    from .table import Table

    if isinstance(parts, str) or not parts:
        raise QueryError(f"parts={parts!r}: give a list of columns")
    for name in (total, *parts):
        if name not in log.measures:
            near = did_you_mean(suggest(str(name), log.measures))
            known = ", ".join(log.measures) or "none here"
            raise QueryError(f"no whole-number column {name!r}{near or '.'} They are: {known}")
    values = {name: _stated(log, name) for name in (total, *parts)}
    rows: list[int] = []
    open_rows = 0
    for row, (whole, *pieces) in enumerate(zip(*values.values(), strict=True)):
        if whole is None or None in pieces:
            open_rows += 1
        elif sum(pieces) != whole:
            rows.append(row)
    columns = [Column("row", [row + 1 for row in rows], "integer", format="plain")]
    for field in log.schema.fields:
        if field.kind == "label" and field.required and field.name in log._infos:
            codes = memoryview(log._infos[field.name]["values"])
            texts = log.domains[field.name].labels
            columns.append(Column(field.name, [texts[codes[row]] for row in rows], labels=texts))
    for name, column in values.items():
        columns.append(Column(name, [column[row] for row in rows], "integer"))
    off = [sum(values[name][row] or 0 for name in parts) - (values[total][row] or 0)
           for row in rows]  # fmt: skip
    columns.append(Column("difference", off, "integer"))
    cube, note = log.count(), f"{len(rows):,} of {len(log) - open_rows:,} rows do not add up"
    if open_rows:
        note += f"; {open_rows:,} more do not state all of these and are not judged"
    title = f"rows in which {' + '.join(parts)} is not {total}"
    return Table.from_columns(
        columns, title=title, note=f"{note}; {cube.note()}", measure="difference",
        explain="Rows in which the sum of the parts less the total is not 0. "
        + told(cube, "Log.mismatches", note),
    )  # fmt: skip


def _stated(log: Log, name: str) -> list[int | None]:
    """Return a column of whole numbers, None where nothing is stated."""
    info = log._infos.get(name)
    if info is None:
        return []
    numbers: list[int | None] = list(memoryview(info["values"]))
    if info["stated"] is not None:
        bits = memoryview(info["stated"])
        for row in range(len(numbers)):
            if not bits[row >> 3] >> (row & 7) & 1:
                numbers[row] = None
    return numbers
