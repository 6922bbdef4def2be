"""What moved and what is out of line: counts tested against what was to be expected.

The baseline of a series (a bureau, a pair) is its own total, spread over the periods as the
whole network's days are: by weekday and by month of the year.  Chances are exact tails of a
Poisson number, or, where a test says that counts scatter more, of a negative binomial one;
of many tests only those are shown that Benjamini and Hochberg's rule keeps.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from math import isinf
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._columns import Column
from ._cube_words import coverage, told
from ._figures import afford
from ._units import unit_of
from .errors import QueryError, did_you_mean, suggest
from .query import check_names
from .table import Table

if TYPE_CHECKING:
    from ._days import Day
    from .cube import Cube
    from .logs import Log

__all__ = ["anomalies", "changes"]

_PERIODS = ("day", "week", "month", "quarter", "year")
MODELS = ("poisson", "negative binomial")
_SCATTERS = 0.01  # chance below which counts are held to scatter more than Poisson's
_POISSON, _NEGATIVE, _BINOMIAL, _SPLIT = range(4)
_DAY = 86_400_000_000
_SOURCE = "Benjamini and Hochberg, J. R. Statist. Soc. B 57 (1995)"


class Model(NamedTuple):
    """How counts scatter: the size of the negative binomial, infinite for Poisson."""

    size: float
    why: str

    @property
    def name(self) -> str:
        """What the title says."""
        return "Poisson" if isinf(self.size) else "negative binomial"

    def words(self, rate: float) -> list[str]:
        """What the note says: how counts scatter, and the rate of false discoveries."""
        size = "" if isinf(self.size) else f", size {self.size:.3g}"
        return [f"{self.why}{size}", f"Benjamini-Hochberg {100 * rate:.4g}%"]


def anomalies(
    log: Log, axes: Sequence[str], every: str, rate: float, model: str | None,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> Table:  # fmt: skip
    """See ``Log.anomalies``."""
    names = check_names(axes)
    _check(log, every, rate, model)
    if every in names:
        raise QueryError(f"anomalies: {every!r} is the axis of the periods, given by every=")
    cube = log.count(*names, every, where=where, tz=tz, asof=asof)
    counts, weights, classes = _series(log, cube, where, tz)
    own = classes if every == "day" else None
    ranges: array[int] | None = None
    made = _model(counts, weights, model, own, ranges)
    edges: list[Edge] = []
    for _ in range(2):  # what began or ended is known before scatter is judged, and after
        edges, tested = _edges(counts, weights, made.size, rate / 2)
        ranges = _ranges(edges, len(counts) // max(1, len(weights)), len(weights))
        made = _model(counts, weights, model, own, ranges)
    means, chances = _core.series_test(counts, weights, made.size, own, ranges)
    tests, found = _core.discoveries(chances, rate / 2)
    mean, chance = memoryview(means), memoryview(chances)
    width = cube.shape[-1]
    rows: list[tuple[Any, ...]] = [
        (one.series, one.at, one.kind, 0, one.expected, one.chance, one.adjusted) for one in edges
    ]
    for place, adjusted in found:
        count = counts[place]
        kind = "silent" if count == 0 else "high" if count > mean[place] else "low"
        rows.append(
            (*divmod(place, width), kind, count, mean[place], chance[place], adjusted)
        )  # fmt: skip
    rows.sort(key=lambda row: row[-2:][::-1])
    season = "weekday (its own) × " if own is not None else "weekday × "
    words = [
        f"{len(rows):,} of {tests + tested:,} tests ({tested:,} of how series begin and end)",
        *made.words(rate),
        f"baseline: the series' total × {season}month of year of all {cube.measure}",
    ]
    note = "; ".join([*words, cube.note()])
    explain = (
        "Expected is the total of the series times the weight of the period, scattered as "
        f"{made.name}. " + told(cube, f"Log.anomalies; {_SOURCE}", *words)
    )
    title = f"{cube.title()} out of line ({made.name})"
    return _table(cube, [row[0] for row in rows], rows, (title, note, explain), [every])


class Edge(NamedTuple):
    """A series that is silent up to, or from, a period on, by more than chance."""

    series: int
    at: int  # the first period with a record, or the first without
    kind: str
    expected: float
    chance: float
    adjusted: float


def _check(log: Log, every: str, rate: float, model: str | None) -> None:
    if log.schema.time is None or log.schema.time not in log.columns:
        raise QueryError(f"this needs times, and this log has no {log.schema.time or 'times'}")
    if every not in _PERIODS:
        near = did_you_mean(suggest(str(every), _PERIODS))
        raise QueryError(f"every={every!r}{near or '.'} It is one of {', '.join(_PERIODS)}")
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate < 1:
        raise QueryError(f"rate={rate!r}: a rate of false discoveries lies between 0 and 1")
    if model is not None and model not in MODELS:
        near = did_you_mean(suggest(str(model), MODELS))
        raise QueryError(f"model={model!r}{near or '.'} It is one of {', '.join(MODELS)}")


def _series(
    log: Log, cube: Cube, where: Mapping[str, object] | None, tz: Any
) -> tuple[memoryview, array[float], array[int]]:
    """Return the counts, the periods innermost, and of each period its weight and weekday."""
    afford(cube.size, 24, f"a test of {cube.size:,} cells")
    if cube.is_wide:
        raise OverflowError("figures beyond 64 bits are not tested")
    calendar = cube.axes[-1].calendar
    assert calendar is not None
    width = cube.shape[-1]
    weights, weekdays = array("d", bytes(8 * width)), array("B", bytes(width))
    for start, length, intensity, weekday in _days(log, where, tz):
        at = calendar.position_at(start)
        if at >= 0:
            weights[at] += intensity * length
            weekdays[at] = weekday
    whole = sum(weights)
    if whole:
        weights = array("d", [one / whole for one in weights])
    return memoryview(cube.dense()), weights, weekdays


def _days(
    log: Log, where: Mapping[str, object] | None, tz: Any
) -> list[tuple[int, float, float, int]]:
    """Return each day's start, how much of it the period holds, how busy it is to be, and
    its weekday.

    Busy as its weekday, then as its month of the year, so that the days of each month add
    up to what was counted in it.
    """
    cube = log.count("day", where=where, tz=tz)
    axis = cube.axes[0].calendar
    assert axis is not None
    lengths = [sum(b - a for a, b in axis.spans(at)) / _DAY for at in range(len(axis))]
    starts = list(axis.starts or ())
    totals = memoryview(cube.dense()).tolist()
    local = [start + axis.zone.offset_at(start) for start in starts]
    weekday = [(unit_of("day", one) + 3) % 7 for one in local]
    month = [unit_of("month", one) % 12 for one in local]
    busy, long = [0.0] * 7, [0.0] * 7
    for at, day in enumerate(weekday):
        busy[day] += totals[at]
        long[day] += lengths[at]
    by_day = [count / length if length else 0.0 for count, length in zip(busy, long, strict=True)]
    wanted, had = [0.0] * 12, [0.0] * 12
    for at, one in enumerate(month):
        wanted[one] += totals[at]
        had[one] += by_day[weekday[at]] * lengths[at]
    season = [count / base if base else 0.0 for count, base in zip(wanted, had, strict=True)]
    return [
        (starts[at], lengths[at], by_day[weekday[at]] * season[month[at]], weekday[at])
        for at in range(len(starts))
    ]


def _model(
    counts: Any, weights: array[float], model: str | None, classes: Any = None, ranges: Any = None
) -> Model:
    """Choose how counts scatter, by Pearson's test unless it is said."""
    statistic, freedom, chance, size = _core.series_dispersion(counts, weights, classes, ranges)
    if not freedom:
        return Model(float("inf"), "Poisson, for nothing says how counts scatter")
    shown = f"{chance:.2g}" if chance > 1e-300 else "below 1e-300"
    scatter = f"scatter {statistic / freedom:.3g} times Poisson's (chance {shown})"
    if model == "poisson":
        return Model(float("inf"), f"Poisson as asked; {scatter}")
    if model == "negative binomial":
        return Model(size, f"negative binomial as asked; {scatter}")
    if chance < _SCATTERS and not isinf(size):
        return Model(size, f"negative binomial, for {scatter}")
    return Model(float("inf"), f"Poisson, for {scatter}")


def _edges(counts: Any, weights: array[float], size: float, rate: float) -> tuple[list[Edge], int]:
    """Return the series that begin or end in silence by more than chance, and the tests.

    Tested is the chance that none of all records of a series falls into its first (last)
    periods, given how many they are.
    """
    width = len(weights)
    sums = [0.0]
    for weight in weights:
        sums.append(sums[-1] + weight)
    found: list[tuple[int, int, str]] = []
    totals, silent = array("d"), array("d")
    firsts = counts[::width].tolist() if width else []
    lasts = counts[width - 1 :: width].tolist() if width else []
    for series, (first, last) in enumerate(zip(firsts, lasts, strict=True)):
        if first and last:
            continue
        row = counts[series * width : (series + 1) * width].tolist()
        total = sum(row)
        if not total:
            continue
        begin = next(at for at, count in enumerate(row) if count)
        end = width - next(at for at, count in enumerate(reversed(row)) if count)
        for at, kind, share in (
            (begin, "started", sums[begin]),
            (end, "stopped", sums[width] - sums[end]),
        ):
            if 0 < share < 1 and at not in (0, width):
                found.append((series, at, kind))
                totals.append(total)
                silent.append(share)
    zeros = array("d", bytes(8 * len(totals)))
    if isinf(size):
        lower, _ = _core.count_tails(_BINOMIAL, zeros, totals, silent)
    else:
        a = array("d", [size * width * share for share in silent])
        b = array("d", [size * width * (1 - share) for share in silent])
        lower, _ = _core.count_tails(_SPLIT, zeros, totals, a, b)
    tests, kept = _core.discoveries(lower, rate)
    chances = memoryview(lower)
    edges = []
    for place, adjusted in kept:
        share = silent[place]
        expected = totals[place] / (1 - share) * share
        edges.append(Edge(*found[place], expected, chances[place], adjusted))
    return edges, tests


def _ranges(edges: Sequence[Edge], series: int, width: int) -> array[int] | None:
    """Return from and to which period each series goes on."""
    if not edges:
        return None
    ranges = array("I", [0, width]) * series
    for edge in edges:
        ranges[2 * edge.series + (edge.kind == "stopped")] = edge.at
    return ranges


def _table(
    cube: Cube, cells: Sequence[int], rows: Sequence[tuple[Any, ...]],
    words: tuple[str, str, str], periods: Sequence[str],
) -> Table:  # fmt: skip
    """Return the findings as a table: the labels of each cell, then its figures."""
    axes = cube.axes[:-1] if periods else cube.axes
    columns: list[Column] = []
    inner = 1
    for axis in reversed(axes):
        codes = [cell // inner % len(axis) for cell in cells]
        inner *= max(1, len(axis))
        columns.insert(0, _labels(axis, codes))
    at = 1
    if periods:
        columns.append(_labels(cube.axes[-1], [row[1] for row in rows]))
        at = 2
    names = ("observed", "expected") if periods else ("before", "after", "expected")
    columns.append(Column("finding", [row[at] for row in rows], "text"))
    for name in names:
        at += 1
        kind = "number" if name == "expected" else "integer"
        shown = "digits.1" if name == "expected" else None
        columns.append(Column(name, [row[at] for row in rows], kind, format=shown))
    columns.append(Column("chance", [row[-2] for row in rows], "number"))
    columns.append(Column("adjusted", [row[-1] for row in rows], "number"))
    title, note, explain = words
    return Table.from_columns(
        columns, title=title, note=note, measure=names[0],
        explain="Chance is twice the smaller tail, at most 1: how often a count as far from the "
        "expected one would come about. Adjusted is the least rate of false discoveries at which "
        f"the finding is kept. {explain}",
    )  # fmt: skip


def _labels(axis: Any, codes: Sequence[int]) -> Column:
    if axis.kind == "time":
        return Column(axis.name, [axis.labels[code] for code in codes], "text")
    return Column(axis.name, array("I", codes), labels=axis.labels, names=axis.all_names)


def changes(
    log: Log, axes: Sequence[str], before: object, after: object, rate: float,
    model: str | None, relative: bool, where: Mapping[str, object] | None, tz: Any,
    asof: Day | None,
) -> Table:  # fmt: skip
    """See ``Log.changes``."""
    from ._instants import format_period

    names = check_names(axes)
    _check(log, "day", rate, model)
    time = log.schema.time or ""
    if where and time in where:
        raise QueryError(f"where={{{time!r}: ...}}: the two periods are before and after")
    cubes, days = [], []
    for period in (before, after):
        chosen = {**(where or {}), time: period}
        cube = log.count(*names, where=chosen, tz=tz, asof=asof or _asof(log))
        if cube.period[0] >= cube.period[1]:
            raise QueryError(f"{period!r} lies outside {format_period(*log.period)}, the log's")
        cubes.append(cube)
        days.append((cube.period[1] - cube.period[0]) / _DAY)
    one, other = cubes
    if one.period[0] < other.period[1] and other.period[0] < one.period[1]:
        raise QueryError("changes: the two periods overlap")
    if not all(a.same(b) for a, b in zip(one.axes, other.axes, strict=True)):
        raise QueryError("changes are of labels of both periods; give axes without time")
    old, new = (memoryview(cube.dense()).tolist() for cube in cubes)
    bases = [float(cube.total()) for cube in cubes] if relative else _busy(log, cubes, where, tz)
    share = bases[1] / sum(bases) if sum(bases) else 0.5
    made = _scatter(log, names, before, max(days), model, where, tz, asof)
    cells = [at for at, (a, b) in enumerate(zip(old, new, strict=True)) if a or b]
    seen, all_of = (array("d", [new[at] for at in cells]),
                    array("d", [old[at] + new[at] for at in cells]))  # fmt: skip
    if not 0 < share < 1:
        chances = array("d", [1.0] * len(cells))
    else:
        chances = _split_chances(seen, all_of, share, made.size, days)
    tests, kept = _core.discoveries(chances, rate)
    rows = []
    for place, adjusted in kept:
        at = cells[place]
        a, b = old[at], new[at]
        kind = "new" if not a else "stopped" if not b else "up" if b > (a + b) * share else "down"
        expected = a * bases[1] / bases[0] if bases[0] else 0.0
        rows.append((at, kind, a, b, expected, chances[place], adjusted))
    periods = " to ".join(
        f"{format_period(*cube.period, cube.tz)} ({length:g} days)"
        for cube, length in zip(cubes, days, strict=True)
    )
    against = "all records" if relative else "length and weekdays"
    words = [f"{len(rows):,} of {tests:,} tests", f"{periods}, by {against}"]
    words += made.words(rate)
    filters = [word for word in one.filters if not word.startswith(f"{time} in ")]
    note = "; ".join([*words, *filters, *coverage(one)])
    part = "binomial" if isinf(made.size) else "beta-binomial"
    explain = (
        f"Given both counts together, the part that came after is {part} with the share of the "
        "period after; expected is what came before times the ratio of the two. "
        + told(one, f"Log.changes; {_SOURCE}", *words)
    )
    title = f"{one.title()} that moved ({made.name})"
    return _table(one, [row[0] for row in rows], rows, (title, note, explain), ())


def _asof(log: Log) -> str:
    from ._instants import format_instant

    return format_instant(log.period[1] - 1, "UTC")[:10]


def _busy(
    log: Log, cubes: Sequence[Cube], where: Mapping[str, object] | None, tz: Any
) -> list[float]:
    """Return how long each period is, a day as long as its weekday is busy in both."""
    from ._calendar import calendar_axis
    from ._rhythm import instant

    lengths = [[0.0] * 7, [0.0] * 7]
    totals = [0] * 7
    time = log.schema.time or ""
    for row, cube in zip(lengths, cubes, strict=True):
        start, stop = cube.period
        axis = calendar_axis("day_of_week", _zone(cube.tz), start, stop)
        for day, length in enumerate(axis.exposure()):
            row[day] += length / _DAY
        chosen = {**(where or {}), time: (instant(start), instant(stop))}
        counts = log.count("day_of_week", where=chosen, tz=tz)
        for day, count in enumerate(memoryview(counts.dense()).tolist()[:7]):
            totals[day] += count
    pace = [total / (a + b) if a + b else 0.0 for total, a, b in zip(totals, *lengths, strict=True)]
    busy = [sum(p * length for p, length in zip(pace, row, strict=True)) for row in lengths]
    return busy if sum(busy) else [sum(row) for row in lengths]


def _zone(key: str) -> Any:
    from ._zones import resolve_zone

    return resolve_zone(key)


def _scatter(
    log: Log, names: tuple[str, ...], before: object, longest: float, model: str | None,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> Model:  # fmt: skip
    """Learn from the days of the period before how counts scatter; the size is of a day."""
    if model == "poisson":
        return Model(float("inf"), "Poisson as asked")
    every, length = ("week", 7.0) if longest >= 56 else ("day", 1.0)
    chosen = {**(where or {}), log.schema.time or "": before}
    cube = log.count(*names, every, where=chosen, tz=tz, asof=asof or _asof(log))
    counts, weights, _ = _series(log, cube, chosen, tz)
    made = _model(counts, weights, model)
    return Model(made.size / length, f"{made.why}, by {every} before")


def _split_chances(
    seen: array[float], all_of: array[float], share: float, size: float, days: Sequence[float]
) -> array[float]:
    """Return the two-sided chance of each part that came after, given both together."""
    number = len(seen)
    if isinf(size):
        tails = _core.count_tails(_BINOMIAL, seen, all_of, array("d", [share]) * number)
    else:
        whole = size * sum(days)
        a, b = array("d", [whole * share]) * number, array("d", [whole * (1 - share)]) * number
        tails = _core.count_tails(_SPLIT, seen, all_of, a, b)
    pair = [memoryview(one) for one in tails]
    return array(
        "d",
        [min(1.0, 2 * min(low, high)) for low, high in zip(*pair, strict=True)],
    )
