"""The rhythm of a network: profiles on each bureau's own clocks, nights and weekends."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._cube_words import told
from ._figures import afford, figures
from ._own_zones import by_offsets, own_weekends, own_zones
from ._units import CYCLES
from .errors import QueryError, did_you_mean, suggest
from .table import Table

if TYPE_CHECKING:
    from .cube import Cube
    from .logs import Log

__all__ = ["calendar", "instant", "off_hours", "profile"]

OWN = "own"


def profile(
    log: Log, cycle: str, by: str | Sequence[str] | None, tz: Any, column: str | None, zones: Any,
    where: Mapping[str, object] | None,
) -> Table:  # fmt: skip
    """See ``Log.profile``."""
    from ._calendar import calendar_axis
    from ._zones import resolve_zone
    from .query import check_names

    if cycle not in CYCLES:
        near = did_you_mean(suggest(str(cycle), CYCLES))
        raise QueryError(f"profile({cycle!r}){near or '.'} It is one of {', '.join(CYCLES)}")
    names = check_names(() if by is None else (by,) if isinstance(by, str) else tuple(by))
    words: tuple[str, ...] = ()
    if tz == OWN:
        cube, cells, words = _own(log, (cycle, *names), column, zones, where)
    else:
        if zones is not None or column is not None:
            raise QueryError("profile: zones= and column= are for tz='own'")
        cube, untimed = _timed(log.count(cycle, *names, where=where, tz=tz), cycle)
        words = (f"{untimed:,} without a time left out",) if untimed else ()
        cells = figures(cube)
    exposure = calendar_axis(cycle, resolve_zone("UTC" if tz == OWN else tz), *cube.period)
    hours = [one / 3.6e9 for one in exposure.exposure()]
    inner = max(1, cube.size // len(hours))
    totals = [sum(cells[at::inner]) for at in range(inner)]
    long = cube.to_table()
    shares, rates = [], []
    for place, count in enumerate(cells):
        total, hour = totals[place % inner], hours[place // inner]
        shares.append(count / total if total else None)
        rates.append(count / hour if hour else None)
    note = "; ".join([*words, cube.note()])
    columns = [long[name] for name in cube.dims]
    columns.append(Column(cube.measure, cells, "integer"))
    columns.append(Column("share", shares, "number", format="percent"))
    columns.append(Column("per hour", rates, "number", unit=f"{cube.unit} per hour"))
    return Table.from_columns(
        columns, title=f"{cube.title()}, profile", note=note, measure=cube.measure,
        explain="Each share is of the figures of its column of the profile; each rate is over "
        "the hours of the period that the position takes. "
        + told(cube, "Log.profile", *words),
    )  # fmt: skip


def _own(
    log: Log, names: tuple[str, ...], column: str | None, given: Any,
    where: Mapping[str, object] | None,
) -> tuple[Cube, list[int], tuple[str, ...]]:  # fmt: skip
    """Count along axes of which calendars look at each bureau's own clocks."""
    column = _bureau(log, column)
    domain = log.domains[column]
    zones, unverified = own_zones(domain, given)
    cube, untimed = _timed(log.count(*names, where=where), names[0])
    afford(cube.size, 80, f"a profile of {cube.size:,} cells")
    cells = [0] * cube.size
    inside = _fixed(log, where)
    chosen = inside.pop(column, None)
    kept = _kept(log, column, chosen)
    for zone, codes in by_offsets(zones, *cube.period):
        labels = [domain.labels[code] for code in codes if code in kept]
        if labels:
            part = log.count(*names, where={**inside, column: labels}, tz=zone)
            part = _timed(part, names[0])[0]
            cells = [a + b for a, b in zip(cells, figures(part), strict=True)]
    left = cube.total() - sum(cells)
    words = [f"each {column} on its own clocks"]
    if unverified:
        words.append(f"the zones of {unverified} of {len(zones)} are unverified, see zones()")
    if left:
        words.append(f"{left:,} of bureaus without a zone left out")
    if untimed:
        words.append(f"{untimed:,} without a time left out")
    return cube, cells, tuple(words)


def _fixed(log: Log, where: Mapping[str, object] | None) -> dict[str, object]:
    """Return filters of which ranges of times are the same moments in every zone."""
    from ._zones import resolve_zone
    from .query import Not, _moments

    fixed = dict(where or {})
    for name, value in fixed.items():
        if name in log.columns and log.schema.field(name).kind == "time":
            outside = isinstance(value, Not)
            asked = value.value if isinstance(value, Not) else value
            ends = tuple(map(instant, _moments(log, name, asked, resolve_zone("UTC"))))
            fixed[name] = Not(ends) if outside else ends
    return fixed


def instant(moment: int) -> Any:
    """Return a moment as a datetime in UTC."""
    import datetime

    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    return epoch + datetime.timedelta(microseconds=moment)


def _kept(log: Log, column: str, chosen: object) -> frozenset[int]:
    """Return the codes of a column that a filter on it keeps."""
    from .query import _values

    every = frozenset(range(len(log.domains[column])))
    if chosen is None:
        return every
    axis = log.count(column).axes[0]
    labels, outside = _values(chosen, axis)
    found = frozenset(axis.index(label) for label in labels)
    return every - found if outside else every & found


def _bureau(log: Log, column: str | None) -> str:
    bureaus = [f.name for f in log.schema.fields if f.bureau and f.name in log.domains]
    if column is None and bureaus:
        return bureaus[0]
    if column not in bureaus:
        known = ", ".join(bureaus) or "none here"
        raise QueryError(f"own clocks are of a column of bureaus, not of {column!r}: {known}")
    return column


def off_hours(
    log: Log, column: str | None, night: tuple[int, int], zones: Any, weekends: Any, tz: Any,
    where: Mapping[str, object] | None, zeros: bool,
) -> Table:  # fmt: skip
    """See ``Log.off_hours``."""
    column = _bureau(log, column)
    dark = _night(night)
    words: tuple[str, ...] = ()
    names = ("hour_of_week", column)
    if tz == OWN:
        cube, cells, words = _own(log, names, column, zones, where)
    else:
        if zones is not None:
            raise QueryError("off_hours: zones= is for tz='own'")
        cube = log.count(*names, where=where, tz=tz)
        cells = figures(cube)
    days = own_weekends(log.domains[column], weekends)
    width = cube.shape[1]
    days += [frozenset((5, 6))] * (width - len(days))
    rows: list[list[int]] = [[], [], [], []]
    for code in range(width):
        week = cells[code::width]
        free = days[code]
        parts = (
            sum(week),
            sum(week[hour] for hour in range(168) if hour % 24 in dark),
            sum(week[hour] for hour in range(168) if hour // 24 in free),
            sum(week[h] for h in range(168) if h % 24 in dark or h // 24 in free),
        )
        for row, part in zip(rows, parts, strict=True):
            row.append(part)
    total, *parts_of = rows
    columns = [log.count(column, where=where).to_table()[column]]
    columns.append(Column(cube.measure, total, "integer"))
    for name, row in zip(("night", "weekend", "off"), parts_of, strict=True):
        columns.append(Column(name, row, "integer"))
    for name, row in zip(("night", "weekend", "off"), parts_of, strict=True):
        shares = [part / whole if whole else None for part, whole in zip(row, total, strict=True)]
        columns.append(Column(f"share {name}", shares, "number", format="percent"))
    said = "weekends as given" if weekends is not None else "weekends of Unicode CLDR, see zones()"
    clock = f"night from {night[0]:02}:00 to {night[1]:02}:00"
    words = (*words, clock, said)
    table = Table.from_columns(
        columns, title=f"{cube.measure} at night and at weekends, by {column}",
        note="; ".join([*words, cube.note()]), measure=cube.measure,
        explain=f"Each figure is the exact number of {cube.unit} at night, at a weekend, and off: "
        "at either, each once; shares are of all. "
        + told(cube, "Log.off_hours", *words),
    )  # fmt: skip
    return table if zeros else table.nonzero()


def _night(night: Any) -> frozenset[int]:
    try:
        start, stop = night
        good = all(isinstance(hour, int) and 0 <= hour <= 24 for hour in (start, stop))
    except (TypeError, ValueError):
        good = False
    if not good or start % 24 == stop % 24:
        raise QueryError(f"night={night!r}: give the hours at which it begins and ends, (22, 6)")
    return frozenset((start + hour) % 24 for hour in range((stop - start) % 24))


def calendar(log: Log, measure: str | None, where: Mapping[str, object] | None, tz: Any) -> Table:
    """See ``Log.calendar``."""
    from ._units import WEEKDAYS, unit_label, unit_of

    if measure is None:
        cube = log.count("day", where=where, tz=tz)
    else:
        cube = log.sum(measure, "day", where=where, tz=tz)
    cube, untimed = _timed(cube, "day")
    days = cube.axes[0].calendar
    assert days is not None
    weeks: dict[int, list[int | None]] = {}
    for start, count in zip(days.starts or (), figures(cube), strict=True):
        local = start + days.zone.offset_at(start)
        row = weeks.setdefault(unit_of("week", local), [None] * 7)
        row[(unit_of("day", local) + 3) % 7] = count
    # A week between two others is there, whatever its days.
    span = range(min(weeks), max(weeks) + 1) if weeks else range(0)
    empty: list[int | None] = [None] * 7
    rows = [weeks.get(week, empty) for week in span]
    columns = [Column("week", [unit_label("week", week, "") for week in span], "text")]
    for at, name in enumerate(WEEKDAYS):
        columns.append(Column(name, [row[at] for row in rows], "integer"))
    sums = [sum(count or 0 for count in row) for row in rows]
    columns.append(Column("week total", array("q", sums) if _fits(sums) else sums, "integer"))
    left = f"{untimed:,} without a time left out" if untimed else ""
    return Table.from_columns(
        columns, title=f"{cube.measure} by week and day",
        note="; ".join(filter(None, (cube.note(), left))), measure="week total",
        explain=f"Each figure is the exact number of {cube.unit} of a day; a row is an ISO week "
        "(ISO 8601), and days outside the period are empty. "
        + told(cube, "Log.calendar", left),
    )  # fmt: skip


def _timed(cube: Cube, name: str) -> tuple[Cube, int]:
    """Return the cube without what has no time, and how much that is."""
    number = cube._number(name)
    axis = cube.axes[number]
    if axis.stated:
        return cube, 0
    kept = range(len(axis) - 1)
    axes = [axis.cut(kept) if at == number else one for at, one in enumerate(cube.axes)]
    timed = cube._like(cube.take(number, kept), axes)
    return timed, cube.total() - timed.total()


def _fits(values: Sequence[int]) -> bool:
    return all(-(2**63) <= value < 2**63 for value in values)
