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


class Model(NamedTuple):
    """How counts scatter: the size of the negative binomial, infinite for Poisson."""

    size: float
    why: str

    @property
    def name(self) -> str:
        """What the title says."""
        return "Poisson" if isinf(self.size) else f"negative binomial, size {self.size:.3g}"


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
    counts, weights = _series(log, cube, where, tz)
    width = cube.shape[-1]
    made = _model(counts, weights, model)
    chances = array("d", memoryview(_core.series_test(counts, weights, made.size)))
    runs = _stops(counts, weights, made.size)
    chances.extend(chance for _, _, chance in runs)
    tests, found = _core.discoveries(chances, rate)
    over = cube.size
    begins = {runs[place - over][0]: runs[place - over][1] for place, _ in found if place >= over}
    rows = []
    for place, adjusted in found:
        if place >= over:
            series, at, chance = runs[place - over]
            total = sum(counts[series * width : (series + 1) * width])
            past = sum(weights[at:])
            rows.append((series, at, "stopped", 0, total / (1 - past) * past, chance, adjusted))
            continue
        series, at = divmod(place, width)
        if begins.get(series, width) <= at:
            continue  # said already: it stopped
        total = sum(counts[series * width : (series + 1) * width])
        mean, count = total * weights[at], counts[place]
        kind = "silent" if count == 0 else "high" if count > mean else "low"
        rows.append((series, at, kind, count, mean, chances[place], adjusted))
    note = (
        f"{len(rows):,} of {tests:,} tests; {made.why}; baseline: the series' total × weekday × "
        f"month of year of all {cube.measure}; {cube.note()}"
    )
    title = f"{cube.title()} out of line ({made.name}; Benjamini-Hochberg {100 * rate:.4g}%)"
    return _told(cube, [series for series, *_ in rows], rows, title, note, [every])


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
) -> tuple[memoryview, array[float]]:
    """Return the counts, the periods innermost, and the weight of each period, of 1 in all."""
    afford(cube.size, 24, f"a test of {cube.size:,} cells")
    if cube.is_wide:
        raise OverflowError("figures beyond 64 bits are not tested")
    calendar = cube.axes[-1].calendar
    assert calendar is not None
    weights = array("d", bytes(8 * cube.shape[-1]))
    for start, length, intensity in _days(log, where, tz):
        at = calendar.position_at(start)
        if at >= 0:
            weights[at] += intensity * length
    whole = sum(weights)
    if whole:
        weights = array("d", [one / whole for one in weights])
    return memoryview(cube.dense()), weights


def _days(log: Log, where: Mapping[str, object] | None, tz: Any) -> list[tuple[int, float, float]]:
    """Return each day's start, how much of it the period holds, and how busy it is to be.

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
        (starts[at], lengths[at], by_day[weekday[at]] * season[month[at]])
        for at in range(len(starts))
    ]


def _model(counts: Any, weights: array[float], model: str | None) -> Model:
    """Choose how counts scatter, by Pearson's test unless it is said."""
    statistic, freedom, chance, size = _core.series_dispersion(counts, weights)
    scatter = f"scatter {statistic / freedom:.3g} times Poisson's" if freedom else "no scatter"
    scatter += f" (chance {chance:.2g})"
    if model == "poisson":
        return Model(float("inf"), f"Poisson as asked; {scatter}")
    if model == "negative binomial":
        return Model(size, f"negative binomial as asked; {scatter}")
    if chance < _SCATTERS and not isinf(size):
        return Model(size, f"negative binomial, for {scatter}")
    return Model(float("inf"), f"Poisson, for {scatter}")


def _stops(counts: Any, weights: array[float], size: float) -> list[tuple[int, int, float]]:
    """Return each series that ends in silence: where it begins, and the chance of it.

    The chance that none of all its records falls into the last periods, given their number.
    """
    width = len(weights)
    tail = [0.0] * (width + 1)
    for at in reversed(range(width)):
        tail[at] = tail[at + 1] + weights[at]
    found: list[tuple[int, int]] = []
    totals, firsts = array("d"), array("d")
    for series, last in enumerate(counts[width - 1 :: width].tolist() if width else ()):
        if last:
            continue
        row = counts[series * width : (series + 1) * width].tolist()
        total = sum(row)
        at = width
        while at and not row[at - 1]:
            at -= 1
        if total and 0 < tail[at] < 1:
            found.append((series, at))
            totals.append(total)
            firsts.append(tail[at])
    zeros = array("d", bytes(8 * len(totals)))
    if isinf(size):
        lower, _ = _core.count_tails(_BINOMIAL, zeros, totals, firsts)
    else:
        a = array("d", [size * width * share for share in firsts])
        b = array("d", [size * width * (1 - share) for share in firsts])
        lower, _ = _core.count_tails(_SPLIT, zeros, totals, a, b)
    return [(*place, chance) for place, chance in zip(found, memoryview(lower), strict=True)]


def _told(
    cube: Cube, cells: Sequence[int], rows: Sequence[tuple[Any, ...]], title: str, note: str,
    periods: Sequence[str],
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
    columns.append(Column("kind", [row[at] for row in rows], "text"))
    for name in names:
        at += 1
        kind = "number" if name == "expected" else "integer"
        shown = "digits.1" if name == "expected" else None
        columns.append(Column(name, [row[at] for row in rows], kind, format=shown))
    columns.append(Column("chance", [row[-2] for row in rows], "number"))
    columns.append(Column("adjusted", [row[-1] for row in rows], "number"))
    return Table.from_columns(
        columns, title=title, note=note, measure=names[0],
        explain="Chance is twice the smaller tail, at most 1: how often a count as far from the "
        "expected one would come about. Adjusted is the least rate of false discoveries at which "
        f"the finding is kept (Benjamini and Hochberg, 1995). {note}.",
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
    words = [word for word in one.filters if not word.startswith(f"{time} in ")]
    note = "; ".join(
        [f"{len(rows):,} of {tests:,} tests", f"{periods}, by {against}", made.why, *words]
    )
    title = f"{one.title()} that moved ({made.name}; Benjamini-Hochberg {100 * rate:.4g}%)"
    return _told(one, [row[0] for row in rows], rows, title, note, ())


def _asof(log: Log) -> str:
    from ._instants import format_instant

    return format_instant(log.period[1] - 1, "UTC")[:10]


def _busy(
    log: Log, cubes: Sequence[Cube], where: Mapping[str, object] | None, tz: Any
) -> list[float]:
    """Return how long each period is, a day as long as its weekday is busy in both."""
    from ._calendar import calendar_axis

    lengths = [[0.0] * 7, [0.0] * 7]
    totals = [0] * 7
    time = log.schema.time or ""
    for row, cube in zip(lengths, cubes, strict=True):
        start, stop = cube.period
        axis = calendar_axis("day_of_week", _zone(cube.tz), start, stop)
        for day, length in enumerate(axis.exposure()):
            row[day] += length / _DAY
        chosen = {**(where or {}), time: _moments(start, stop)}
        counts = log.count("day_of_week", where=chosen, tz=tz)
        for day, count in enumerate(memoryview(counts.dense()).tolist()[:7]):
            totals[day] += count
    pace = [total / (a + b) if a + b else 0.0 for total, a, b in zip(totals, *lengths, strict=True)]
    busy = [sum(p * length for p, length in zip(pace, row, strict=True)) for row in lengths]
    return busy if sum(busy) else [sum(row) for row in lengths]


def _zone(key: str) -> Any:
    from ._zones import resolve_zone

    return resolve_zone(key)


def _moments(start: int, stop: int) -> tuple[Any, Any]:
    import datetime

    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return tuple(epoch + datetime.timedelta(microseconds=one) for one in (start, stop))  # type: ignore[return-value]


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
    counts, weights = _series(log, cube, chosen, tz)
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
