"""From a question in words to a plan of tables, and back to a cube.

Every label axis and every filter over one column become one table of 64-bit offsets over
its codes; every calendar axis is the pieces of its function, with its stride; ranges of
times and numbers stay ranges.  The core adds up the offsets of a row and counts it there.
"""

from __future__ import annotations

import os
from array import array
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import index
from typing import TYPE_CHECKING, Any, NamedTuple

from .axes import NOT_STATED, Axis, calendar_pieces, resolve_axis
from .errors import QueryError, TooLargeError, suggest

if TYPE_CHECKING:
    from ._calendar import CalendarAxis
    from ._zones import Zone
    from .logs import Log

__all__ = ["Not", "Parted", "Plan", "plan"]

SKIP = 2**64 - 1
_ENDS = (-(2**63), 2**63 - 1)
_FILTER_PIECES = 2_000_000
# What the core takes at once: dimensions, clocks over one time, ranges.
_MOST_AXES, _MOST_CLOCKS, _MOST_RANGES = 16, 8, 16


class Not:
    """A filter turned round: ``where={"kind": Not("diffusion")}`` counts the others.

    "not stated" is one of the others; name it too where it shall not count.  Of a range
    of numbers or times, rows that state none are left out either way.

    >>> Not("diffusion", "reply")
    Not(['diffusion', 'reply'])
    """

    __slots__ = ("value",)

    def __init__(self, *values: object) -> None:
        if not values:
            raise QueryError("Not() needs what it shall leave out")
        self.value: object = values[0] if len(values) == 1 else list(values)

    def __repr__(self) -> str:
        return f"Not({self.value!r})"


class Parted(NamedTuple):
    """How a question parts the records of one row: see ``_split``."""

    at: int | None  # the place of the axis; None: the sum over it
    kept: frozenset[int]  # the positions that count
    shape: tuple[int, ...]  # of the other axes


class Plan:
    """A question as plain data: what ``Log.run`` of the core takes."""

    __slots__ = (
        "axes",
        "cells",
        "dials",
        "key",
        "members",
        "parted",
        "period",
        "ranges",
        "shape",
        "terms",
        "words",
        "zone",
    )  # fmt: skip

    def __init__(self) -> None:
        self.axes: list[Axis] = []
        self.shape: list[int] = []
        self.terms: list[tuple[int, Any]] = []
        self.dials: list[tuple[int, list[tuple[Any, int, int]]]] = []
        self.ranges: list[tuple[int, int, int, bool]] = []
        self.words: list[str] = []  # the filters, for people
        self.period = (0, 0)
        self.zone = "UTC"
        self.cells = 1
        self.members: tuple[int, ...] | None = None
        self.parted: Parted | None = None  # where the core is to be asked more than once
        self.key: object = None  # equal for equal questions to one log; None: not known


def plan(log: Log, names: Sequence[str], where: Mapping[str, object] | None, tz: Any,
         asof: Any = None) -> Plan:  # fmt: skip
    """Lay down a question about a log; raise QueryError or LabelError where it is none."""
    from ._instants import format_instant
    from ._zones import resolve_zone

    made = Plan()
    zone = resolve_zone(tz)
    made.zone = zone.key
    if where is not None and not isinstance(where, Mapping):
        raise QueryError(f"where={where!r}: give a dict such as {{'kind': 'request'}}")
    filters = dict(where or {})
    period = _narrow(log, filters, zone, made)
    made.period = period
    if asof is not None:
        made.words.append(f"tables as of {asof}")
    elif log.period[0] < log.period[1]:  # without a period, as of now
        asof = format_instant(log.period[1] - 1, "UTC")[:10]
    for name in names:
        if names.count(name) > 1:
            raise QueryError(f"the axis {name!r} is named twice")
    if len(names) > _MOST_AXES:
        raise QueryError(f"{len(names)} axes; a cube has at most {_MOST_AXES}")

    def axis(name: object) -> Axis:
        split = log.schema.split
        if split is not None and name == split.name and split.column in log.columns:
            raise QueryError(
                f"{name!r} parts the {log.schema.record} of one row: count() and a tally of "
                "counts take it, no other question"
            )
        return resolve_axis(name, log, zone=zone, period=period, asof=asof)

    made.axes = [axis(name) for name in names]
    made.shape = [len(one) for one in made.axes]
    for size in made.shape:
        made.cells *= size
    if made.cells >= 1 << 63:
        raise TooLargeError(
            f"{' × '.join(f'{one.name} ({len(one):,})' for one in made.axes)} is a cube of "
            f"{made.cells:.2g} cells, more than can be numbered: ask for fewer or coarser axes"
        )
    tables: dict[str, list[int]] = {}
    clocks: dict[str, list[tuple[Any, int, int]]] = {}
    stride = 1
    for one in reversed(made.axes):
        if one.calendar is not None:
            clocks.setdefault(one.column, []).append((one.pieces, stride, len(one)))
        else:
            _add(_table(log, tables, one.column), one, stride)
        stride *= max(1, len(one))
    for name, value in filters.items():
        _filter(log, made, tables, clocks, axis, name, value, zone)
    if any(len(parts) > _MOST_CLOCKS for parts in clocks.values()):
        raise QueryError(
            f"a question may have {_MOST_CLOCKS} axes and filters over one time; "
            f"where={{{log.schema.time!r}: (from, to)}} is none of them"
        )
    if len(made.ranges) > _MOST_RANGES:
        raise QueryError(f"a question may have {_MOST_RANGES} ranges, not {len(made.ranges)}")
    made.terms = [
        (log.schema.number(column), array("Q", table)) for column, table in tables.items()
    ]
    made.dials = [(log.schema.number(column), parts) for column, parts in clocks.items()]
    return made


def _narrow(log: Log, filters: dict[str, object], zone: Zone, made: Plan) -> tuple[int, int]:
    """Take the ranges of the record's own time out of the filters: they cut the period."""
    from ._instants import format_period

    start, stop = log.period
    time = log.schema.time
    value = None if time is None else filters.get(time)
    if time is None or value is None or isinstance(value, Not) or time not in log.columns:
        return start, stop
    del filters[time]
    low, high = _moments(log, time, value, zone)
    made.ranges.append((log.schema.number(time), low, high, False))
    made.words.append(f"{time} in {format_period(low, high, zone)}")
    start, stop = max(start, low), min(stop, high)
    return (start, stop) if start < stop else (start, start)


def _moments(log: Log, name: str, value: object, zone: Zone) -> tuple[int, int]:
    from ._instants import Last, parse_range

    if isinstance(value, list):
        raise QueryError(
            f"where={{{name!r}: {value!r}}}: a range of times is a pair (from, to), "
            "in round brackets"
        )
    if isinstance(value, Last):
        return value.resolve(*log.period, zone)
    try:
        return parse_range(value, zone)
    except QueryError as error:
        raise QueryError(f"where={{{name!r}: ...}}: {error}") from None


def _table(log: Log, tables: dict[str, list[int]], column: str) -> list[int]:
    """Return a column's table; entries that no row has (all but the last, which stands for
    "not stated", past the domain) are not counted, so that the core need not look at them.
    """
    if column not in tables:
        known = len(log.domains.get(column, ()))
        free = log.table_size(column) - known - 1
        tables[column] = [0] * known + [SKIP] * free + [0]
    return tables[column]


def _add(table: list[int], axis: Axis, stride: int) -> None:
    """Add an axis to its column's table: the offset of each code's position."""
    last = (len(axis) - 1) * stride
    assert axis.positions is not None
    for code, position in enumerate(axis.positions):
        table[code] += position * stride if position >= 0 else last
    if not axis.stated:
        table[-1] += last


def _values(value: object, axis: Axis) -> tuple[list[object], bool]:
    """Return the labels a filter names, and whether it leaves them out."""
    outside = isinstance(value, Not)
    if isinstance(value, Not):
        value = value.value
    if isinstance(value, tuple):
        way = f"for these labels write a list: {list(value)!r}"
        if axis.calendar is not None:
            way = f"for a range of times write {{{axis.column!r}: {value!r}}}, {way}"
        raise QueryError(
            f"where={{{axis.name!r}: {value!r}}}: round brackets mean a range of times or "
            f"numbers; {way}"
        )
    if isinstance(value, (str, bytes)) or value is None or not isinstance(value, Iterable):
        return [value], outside
    return list(value), outside


def _filter(log: Log, made: Plan, tables: dict[str, list[int]],
            clocks: dict[str, list[tuple[Any, int, int]]], axis: Any, name: str, value: object,
            zone: Zone) -> None:  # fmt: skip
    if name in log.columns and log.schema.field(name).kind in ("integer", "time"):
        _filter_range(log, made, name, value, zone)
        return
    if name in log.columns and log.schema.field(name).kind == "id":
        raise QueryError(f"where={{{name!r}: ...}}: identifiers cannot be filtered on")
    try:
        one: Axis = axis(name)
    except QueryError as error:
        raise _no_filter(log, name, error) from None
    labels, outside = _values(value, one)
    chosen = {one.index(label) for label in labels}
    shown = ", ".join(str(NOT_STATED if label is None else label) for label in labels) or "nothing"
    made.words.append(f"{name} {'not ' if outside else ''}{shown}")
    if outside:
        chosen = set(range(len(one))) - chosen
    if one.calendar is not None:
        pieces = _chosen_pieces(one.calendar, one.stated, frozenset(chosen))
        clocks.setdefault(one.column, []).append((pieces, 0, 1))
        return
    table = _table(log, tables, one.column)
    assert one.positions is not None
    last = len(one) - 1
    for code, position in enumerate(one.positions):
        if (position if position >= 0 else last) not in chosen:
            table[code] = SKIP
    if not one.stated and last not in chosen:
        table[-1] = SKIP


def _no_filter(log: Log, name: object, error: QueryError) -> QueryError:
    """Of a name that is neither axis nor column, name the columns that ranges go over."""
    if log.schema.split is not None and name == log.schema.split.name:
        return error
    numbers = [*log.schema.of_kind("time"), *log.schema.of_kind("integer")]
    ranged = [column for column in numbers if column in log.columns]
    near = suggest(str(name), ranged)
    if isinstance(name, str) and near and "did you mean" not in str(error):
        return QueryError(f"no axis or column {name!r}; did you mean {near[0]!r}?")
    return error


def _filter_range(log: Log, made: Plan, name: str, value: object, zone: Zone) -> None:
    """A half-open range of numbers or times, or one number."""
    outside = isinstance(value, Not)
    if isinstance(value, Not):
        value = value.value
    number = log.schema.number(name)
    if log.schema.field(name).kind == "time":
        from ._instants import format_period

        low, high = _moments(log, name, value, zone)
        made.ranges.append((number, low, high, outside))
        shown = format_period(low, high, zone)
    else:
        start, stop = _numbers(name, value)
        shown = f"{'' if start is None else f'{start:,}'} .. {'' if stop is None else f'{stop:,}'}"
        least, most = _ENDS
        low = least if start is None else min(max(start, least), most)
        if stop is None or stop > most:
            # The greatest number has none after it: say what is left out instead.
            keeps_none = start is not None and start > most
            made.ranges.append((number, least, least if keeps_none else low, keeps_none == outside))
        else:
            made.ranges.append((number, low, max(stop, low), outside))
        if stop is not None and start is not None and stop == start + 1:
            shown = f"{start:,}"
    made.words.append(f"{name} {'not ' if outside else ''}in {shown}" if ".." in shown
                      else f"{name} {'not ' if outside else ''}{shown}")  # fmt: skip


def _numbers(name: str, value: object) -> tuple[int | None, int | None]:
    """Return the half-open range that a filter on numbers means."""
    try:
        if isinstance(value, tuple) and len(value) == 2:
            start, stop = (None if end is None else _whole(end) for end in value)
        else:
            start = _whole(value)
            stop = start + 1
    except TypeError:
        raise QueryError(
            f"where={{{name!r}: {value!r}}}: {name} takes a whole number or a half-open "
            "range (from, to)"
        ) from None
    if start is not None and stop is not None and stop <= start:
        raise QueryError(
            f"where={{{name!r}: {value!r}}} holds no number: a range goes from its first "
            "number up to, not including, its second"
        )
    return start, stop


def _whole(value: Any) -> int:
    if isinstance(value, bool):
        raise TypeError
    return index(value)


@lru_cache(maxsize=64)
def _chosen_pieces(calendar: CalendarAxis, stated: bool, chosen: frozenset[int]) -> array[int]:
    """Return the pieces of a filter on a calendar axis: 0 where counted, -1 elsewhere."""
    pieces = calendar_pieces(calendar, stated)
    out = array("q")
    state: int | None = None
    for at in range(0, len(pieces), 5):
        start, first, width, modulus, phase = pieces[at : at + 5]
        if first < 0 or not width:
            steps = [(start, first)]
        else:
            end = pieces[at + 5]
            count = (end - start + phase - 1) // width + 1
            if count > _FILTER_PIECES:
                raise TooLargeError(
                    f"a filter on {calendar.name!r} over this period has {count:,} steps; "
                    "use a range of times instead"
                )
            steps = [
                (max(start, start - phase + k * width), (first + k) % modulus if modulus
                 else first + k)
                for k in range(count)
            ]  # fmt: skip
        for begin, code in steps:
            kept = 0 if code in chosen else -1
            if kept != state:
                out.extend((begin, kept, 0, 0, 0))
                state = kept
    return out


def memory_available() -> int:
    """Return the bytes that may be taken without swapping; 0 where nobody says."""
    try:
        with open("/proc/meminfo", encoding="ascii") as lines:
            for line in lines:
                if line.startswith("MemAvailable:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (AttributeError, ValueError, OSError):
        return 0


def check_names(names: Sequence[object]) -> tuple[str, ...]:
    """Return axis names given one by one; a single list is unpacked."""
    if len(names) == 1 and isinstance(names[0], (list, tuple)):
        names = list(names[0])
    for name in names:
        if not isinstance(name, str):
            raise QueryError(f"an axis is a name such as 'sender' or 'month', not {name!r}")
    return tuple(str(name) for name in names)


def frozen(value: object) -> object:
    """Return a key that is equal for equal parts of a question, and for no others.

    Raise TypeError for what has none, such as an array: such questions are laid down anew.
    """
    kind = type(value)
    if kind in _PLAIN:
        return kind, value
    if kind is list or kind is tuple:
        return kind, *map(frozen, value)  # type: ignore[call-overload]
    if kind is dict:
        return kind, *((name, frozen(part)) for name, part in value.items())  # type: ignore[attr-defined]
    if kind is Not:
        return kind, frozen(value.value)  # type: ignore[attr-defined]
    from datetime import date, tzinfo

    from ._instants import Last

    if isinstance(value, (date, tzinfo, Last)):
        hash(value)
        # Moments that are equal in two zones are not the same question.
        return kind, value, repr(value)
    raise TypeError


_PLAIN = frozenset((str, int, bool, float, type(None)))
