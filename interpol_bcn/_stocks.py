"""Stocks: what is there at a date, carried from an opening balance by what came and went."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _core
from .axes import CALENDAR
from .cube import Cube
from .errors import QueryError
from .query import check_names

if TYPE_CHECKING:
    from ._days import Day
    from ._zones import Zone
    from .axes import Axis
    from .logs import Log
    from .table import Table

__all__ = ["Stock", "called", "series", "stock"]

_SERIES = ("year", "quarter", "month", "week", "day")
_UNITS = {
    "issued": "notices issued", "closed": "notices closed", "valid": "notices valid",
    "public": "valid notices shown to the public",
}  # fmt: skip


class Stock(Cube):
    """What is there at a date: a cube that adds up over its axes, and never over time.

    Two stocks of one date add up, two of different dates do not; their difference is the
    net change between the dates.
    """

    def _like(self, core: _core.Cube, axes: Any) -> Cube:
        return Stock._over(core, axes, self)

    def __add__(self, other: object) -> Cube:
        same = isinstance(other, Stock) and other.measure == self.measure
        if same and other.period[1] != self.period[1]:  # type: ignore[attr-defined]
            raise QueryError(
                "a stock does not add up over time: what is valid at one date is for the "
                "most part valid at the next; subtract for the change, or add stocks of one date"
            )
        return super().__add__(other)


def stock(
    log: Log, measure: str, at: Any, axes: Sequence[object], opening: Any,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> Stock:  # fmt: skip
    """See ``NoticeLog.stock`` and ``NoticeLog.public``."""
    from ._figures import figures
    from ._instants import format_instant
    from ._zones import resolve_zone

    zone = resolve_zone(tz)
    names, filters = _checked(axes, where)
    stop = _end(at, zone)
    since, balance = _opening(opening, zone)
    first = log.period[0] if since is None else since
    if since is not None and stop < since:
        raise QueryError(f"{at!r} lies before the opening balance, {_moment(since, zone)}")
    _check_covered(log, first, stop, zone)
    if asof is None:
        asof = format_instant(stop - 1, zone)[:10]
    issued, closed = (
        _between(log, column, None, names, filters, since, stop, tz, asof)
        for column in ("issued_at", "closed_at")
    )
    shape: Cube = log._ask(names, filters, tz, asof, None) if issued is None else issued
    core: _core.Cube = shape.subtract(shape) if issued is None else issued
    if closed is not None:
        core = core.subtract(closed)
    if isinstance(balance, Cube):
        _check_kind(balance, shape.axes, measure)
        core = core.add(balance)
    elif opening is not None:
        cells = array("q", _balance(balance, shape.axes))
        core = core.add(_core.Cube.from_cells(shape.shape, cells))
    if core.size and core.extent()[0] < 0:
        _check_least(figures(core), shape.axes)
    made = Stock._over(core, shape.axes, shape)
    made.period = (min(first, stop), stop)
    made.filters = (_moment(stop, zone), _carried(since, zone), *_without_times(shape))
    called(made, measure)
    return made


def series(
    log: Log, axes: Sequence[object], every: str, opening: Any,
    where: Mapping[str, object] | None, tz: Any, asof: Day | None,
) -> Table:  # fmt: skip
    """See ``NoticeLog.valid``."""
    from ._calendar import calendar_axis
    from ._columns import Column
    from ._cube_words import told
    from ._figures import afford, figures
    from ._zones import resolve_zone
    from .table import Table

    if every not in _SERIES:
        raise QueryError(f"every={every!r}: it is one of {', '.join(map(repr, _SERIES))}")
    zone = resolve_zone(tz)
    names, filters = _checked(axes, where)
    since, balance = _opening(opening, zone)
    start, stop = _whole(log, since)
    if not start < stop:
        raise QueryError("a series needs a period, and no notice was issued or closed")
    _check_covered(log, start, stop, zone)
    flows = [
        _between(log, column, ahead, names, filters, since, stop, tz, asof)
        for column, ahead in (("issued_at", every), ("closed_at", f"closed_at.{every}"))
    ]
    issued = flows[0]
    assert issued is not None
    inner = issued.axes[1:]
    width = issued.size // max(1, len(issued.axes[0]))
    calendar = calendar_axis(every, zone, start, stop)
    afford(len(calendar) * width, 60, f"a series of {len(calendar) * width:,} rows")
    parts: list[dict[str, list[int]]] = []
    for flow in flows:
        flat = [] if flow is None else figures(flow)
        labels: Sequence[str] = () if flow is None else flow.axes[0].labels
        parts.append({
            label: flat[at * width : at * width + width] for at, label in enumerate(labels)
        })  # fmt: skip
    none = [0] * width
    if isinstance(balance, Cube):
        _check_kind(balance, inner, "valid")
        now = figures(balance)
    else:
        now = _balance(balance, inner)
    columns: tuple[list[int], list[int], list[int]] = ([], [], [])
    for label in calendar.labels:
        came, went = (part.get(label, none) for part in parts)
        now = [a + b - c for a, b, c in zip(now, came, went, strict=True)]
        _check_least(now, inner)
        for column, values in zip(columns, (came, went, now), strict=True):
            column.extend(values)
    times = array("I", (at for at in range(len(calendar)) for _ in range(width)))
    made = [Column(every, times, labels=calendar.labels)]
    stride = width
    for axis in inner:
        stride //= max(1, len(axis))
        codes = (at // stride % len(axis) for at in range(width))
        made.append(Column(axis.name, array("I", list(codes) * len(calendar)),
                           labels=axis.labels, names=axis.all_names))  # fmt: skip
    for name, values in zip(("issued", "closed", "valid"), columns, strict=True):
        made.append(Column(name, values, "integer", unit=_UNITS[name]))
    issued.period = (start, stop)
    issued.filters = (_carried(since, zone), *_without_times(issued))
    words = issued.note()
    return Table.from_columns(
        made, title=f"notices valid at the end of every {every}", note=words,
        explain="Each figure of valid is the one before, plus what was issued, minus what "
        f"was closed in its {every}. {told(issued, 'NoticeLog.valid')}", measure="valid",
    )  # fmt: skip


def _whole(log: Log, since: int | None) -> tuple[int, int]:
    """From the opening or the first day to the end of all that is known."""
    start, stop = log.period
    if not log.period_given and "closed_at" in log.columns:
        stop = max(stop, log.span("closed_at")[1])
    return (start if since is None else since), stop


def _check_covered(log: Log, first: int, stop: int, zone: Zone) -> None:
    """Raise QueryError where a given period leaves out what a stock has to know."""
    from ._instants import format_period

    if log.period_given and not log.period[0] <= first <= stop <= log.period[1]:
        raise QueryError(
            f"a stock {_moment(stop, zone)} needs all that was issued and closed until then"
            f"{'' if first >= log.period[0] else f' from the balance {_moment(first, zone)}'}, "
            f"but this log covers {format_period(*log.period, zone)}"
        )


def _checked(
    axes: Sequence[object], where: Mapping[str, object] | None
) -> tuple[tuple[str, ...], dict[str, object]]:
    """The axes and filters of a stock, which has no time of its own."""
    names = check_names(axes)
    for name in names:
        column, _, unit = name.partition(".")
        if name in CALENDAR or (unit in CALENDAR and column in ("issued_at", "closed_at")):
            raise QueryError(
                f"{name!r}: a stock is at one date and does not add up over time; "
                "valid(every='month') is its series"
            )
    filters = dict(where or {})
    for name in ("issued_at", "closed_at"):
        if name in filters:
            raise QueryError(f"where={{{name!r}: ...}}: a stock itself looks at {name!r}")
    return names, filters


def _between(
    log: Log, column: str, ahead: str | None, names: tuple[str, ...], filters: dict[str, object],
    start: int | None, stop: int, tz: Any, asof: Day | None,
) -> Cube | None:  # fmt: skip
    """Count what was issued or closed in [start, stop); None where nothing states it."""
    if column not in log.columns or (start is not None and start >= stop):
        return None
    span = (None if start is None else _when(start), _when(stop))
    asked = names if ahead is None else (ahead, *names)
    cube: Cube = log._ask(asked, {**filters, column: span}, tz, asof, None)
    return cube


def called(cube: Cube, measure: str) -> Cube:
    """Give a cube the name and the unit of one of the measures."""
    cube.measure, cube.unit = measure, _UNITS[measure]
    if cube.facts is not None:
        cube.facts = cube.facts._replace(record=measure)
    return cube


def _without_times(cube: Cube) -> list[str]:
    """The filters of a cube that the asker gave."""
    ours = ("issued_at in ", "closed_at in ", "tables as of ")
    return [word for word in cube.filters if not word.startswith(ours)]


def _when(moment: int) -> Any:
    """A moment as the filters take it, exact in any zone."""
    import datetime

    from ._instants import local_datetime

    return local_datetime(moment).replace(tzinfo=datetime.UTC)


def _end(at: Any, zone: Zone) -> int:
    """The moment that a date means for a stock: the end of its day, month or year."""
    import datetime

    from ._instants import parse_instant, parse_range

    if isinstance(at, datetime.datetime):
        return parse_instant(at, zone)
    if isinstance(at, (list, tuple)):
        raise QueryError(f"{at!r}: a stock is at one date, not a range")
    return parse_range(at, zone)[1]


def _moment(stop: int, zone: Zone) -> str:
    from ._instants import format_instant

    if format_instant(stop, zone, offset=False).endswith("T00:00"):
        return f"at the end of {format_instant(stop - 1, zone)[:10]}"
    return f"at {format_instant(stop, zone)}"


def _carried(since: int | None, zone: Zone) -> str:
    if since is None:
        return "without an opening balance"
    return f"carried from the balance {_moment(since, zone)}"


def _opening(opening: Any, zone: Zone) -> tuple[int | None, Any]:
    """The moment of an opening balance, None without one, and the balance."""
    if opening is None:
        return None, 0
    if isinstance(opening, Stock):
        return opening.period[1], opening
    if not isinstance(opening, tuple) or len(opening) != 2:
        raise QueryError(f"opening={opening!r}: give a pair (date, balance), or an earlier stock")
    since = _end(opening[0], zone)
    if isinstance(opening[1], Stock) and opening[1].period[1] != since:
        raise QueryError("the opening balance is a stock of another date than the one given")
    return since, opening[1]


def _check_kind(balance: Cube, axes: Sequence[Axis], measure: str) -> None:
    """Raise QueryError for an opening balance that is no stock along the same axes."""
    differs = [a.differs(b) for a, b in zip(balance.axes, axes, strict=False)]
    why = next(filter(None, differs), "")
    if balance.measure != measure:
        why = f"it is {balance.measure}, not {measure}"
    elif len(balance.axes) != len(axes):
        why = f"it has {len(balance.axes)} axes, not {len(axes)}"
    if why:
        raise QueryError(f"the opening balance is of another kind: {why}")


def _balance(balance: Any, axes: Sequence[Axis]) -> list[int]:
    """An opening balance as cells, in the order of the axes."""
    size = 1
    for axis in axes:
        size *= len(axis)
    if isinstance(balance, Mapping):
        cells = [0] * size
        for labels, value in balance.items():
            key = labels if isinstance(labels, tuple) else (labels,)
            if len(key) != len(axes):
                raise QueryError(f"opening: {labels!r} names {len(key)} of {len(axes)} axes")
            place = 0
            for axis, label in zip(axes, key, strict=True):
                place = place * len(axis) + axis.index(label)
            if cells[place]:
                raise QueryError(f"opening: {labels!r} is named twice")
            cells[place] = _whole_number(value)
        return cells
    if axes and balance != 0:
        raise QueryError("opening: with axes, a balance is a dict from labels to whole numbers")
    return [_whole_number(balance)] * size


def _whole_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**62:
        raise QueryError(f"opening: {value!r} is no balance: a whole number from 0 on")
    return value


def _check_least(cells: Sequence[int], axes: Sequence[Axis]) -> None:
    """Raise QueryError for a stock below 0, naming the first."""
    least = min(cells, default=0)
    if least >= 0:
        return
    place = cells.index(least)
    words: list[str] = []
    for axis in reversed(axes):
        place, at = divmod(place, len(axis))
        words.insert(0, f"{axis.name} {axis.labels[at]}")
    of = f" of {', '.join(words)}" if words else ""
    raise QueryError(
        f"more was closed than there was: the stock{of} would be {least:,}; the opening "
        "balance is too small, or closings are counted that it does not hold"
    )
