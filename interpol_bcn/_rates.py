"""Rates over the real length of a period, of all of it or of each label of an axis."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ._figures import figures
from .errors import QueryError, did_you_mean, suggest
from .query import check_names

if TYPE_CHECKING:
    from ._days import Day
    from ._zones import Zone
    from .axes import Axis
    from .logs import Log
    from .table import Table

__all__ = ["label_lengths", "rate", "rates"]

_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")


def rate(
    log: Log, per: str, where: Mapping[str, object] | None, tz: Any, unit: str | None
) -> float:
    """Return records per unit of time as one figure; see ``Log.rate``."""
    from ._zones import resolve_zone

    _check(log, per, where)
    cube = log.count(where=where, tz=tz, unit=unit)
    start, stop = cube.period
    if start >= stop:
        raise QueryError("a rate needs a period: this one has no length")
    return float(Fraction(cube.total()) / _length(per, resolve_zone(tz), start, stop))


def rates(
    log: Log, per: str, axes: Sequence[str], where: Mapping[str, object] | None, tz: Any,
    unit: str | None, asof: Day | None, zeros: bool,
) -> Table:  # fmt: skip
    """Return records per unit of time along axes; see ``Log.rate``."""
    from ._columns import Column
    from ._zones import resolve_zone
    from .table import Table

    _check(log, per, where)
    names = check_names(axes)
    cube = log.count(*names, where=where, tz=tz, asof=asof, unit=unit)
    start, stop = cube.period
    if start >= stop:
        raise QueryError("a rate needs a period: this one has no length")
    timed = [axis for axis in cube.axes if axis.calendar is not None]
    if len(timed) > 1 or any(axis.column != log.schema.time for axis in timed):
        listed = ", ".join(axis.name for axis in timed)
        raise QueryError(
            f"a rate is along one axis of {log.schema.time!r} at most, not along {listed}: "
            "else the length of its labels is not known"
        )
    zone = resolve_zone(tz)
    whole = [_length(per, zone, start, stop)]
    stride, own = 1, whole
    for number, axis in enumerate(cube.axes):
        if axis in timed:
            stride = math.prod(cube.shape[number + 1 :])
            own = label_lengths(per, zone, axis)[: len(axis)]
    counts = figures(cube)
    lengths = (own[place // stride % len(own)] for place in range(len(counts)))
    values = [float(n / length) if length else None
              for n, length in zip(counts, lengths, strict=True)]  # fmt: skip
    long = cube.to_table()
    columns = [long[name] for name in (*names, cube.measure)]
    columns.append(Column("rate", values, "number", unit=f"{cube.unit} per {per}"))
    of = "of its label" if timed else "of the period"
    made = Table.from_columns(
        columns, title=f"{cube.title()} per {per}", note=cube.note(), measure=cube.measure,
        explain=f"Each rate is the number of {cube.unit} over the real length {of} in "
        f"{per}s, a part of one counted as the part that it is. {cube.explain()}",
    )  # fmt: skip
    return made if zeros else made.nonzero()


def label_lengths(per: str, zone: Zone, axis: Axis) -> list[Fraction]:
    """Return how many units each label of an axis of time is long, within the period."""
    from ._units import FINE, FIXED

    calendar = axis.calendar
    assert calendar is not None
    if per in FINE:
        lengths = [Fraction(part, FIXED[per][0]) for part in calendar.exposure()]
    elif calendar.cyclic:
        raise QueryError(f"a rate along {axis.name!r} is per {', '.join(FINE)}: its labels come "
                         f"again and again, and none is a part of one {per}")  # fmt: skip
    else:
        lengths = [
            sum((_length(per, zone, *span) for span in calendar.spans(position)), Fraction(0))
            for position in range(len(calendar))
        ]
    return [*lengths, Fraction(0)]  # the last: of a time not stated


def _check(log: Log, per: str, where: Mapping[str, object] | None) -> None:
    if per not in _UNITS:
        near = did_you_mean(suggest(str(per), _UNITS))
        raise QueryError(f"rate({per!r}){near or '.'} A rate is per {', '.join(_UNITS)}")
    _whole_period(log, where)


def _whole_period(log: Log, where: Mapping[str, object] | None) -> None:
    """Refuse filters that leave out moments of the period without cutting it."""
    from .axes import CALENDAR
    from .query import Not

    time = log.schema.time
    if time is None or time not in log.columns:
        raise QueryError(f"a rate needs times, and this log has no {time or 'times'}")
    for name, value in (where or {}).items():
        cuts = name == time and not isinstance(value, Not)
        if not cuts and (name in CALENDAR or name.partition(".")[0] == time):
            raise QueryError(
                f"where={{{name!r}: ...}} takes moments out of the period, and a rate would be "
                f"of all of it; give a range, {{{time!r}: (from, to)}}"
            )


def _length(per: str, zone: Zone, start: int, stop: int) -> Fraction:
    """Return how many units a period is long, as a Fraction; parts of a unit by their part."""
    from ._calendar import calendar_axis
    from ._units import FINE, FIXED, unit_of, unit_start

    if per in FINE:
        return Fraction(stop - start, FIXED[per][0])
    axis = calendar_axis(per, zone, start, stop)
    length = Fraction(len(axis))
    for position, moment in {0: start, len(axis) - 1: stop - 1}.items():
        number = unit_of(per, moment + zone.offset_at(moment))
        whole = zone.utc_of(unit_start(per, number + 1)) - zone.utc_of(unit_start(per, number))
        part = sum(end - begin for begin, end in axis.spans(position))
        length -= 1 - Fraction(part, whole)
    return length
