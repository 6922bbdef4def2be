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
from typing import TYPE_CHECKING, Any

from .axes import NOT_STATED, Axis, resolve_axis
from .errors import QueryError, TooLargeError

if TYPE_CHECKING:
    from ._calendar import CalendarAxis
    from .logs import Log

__all__ = ["Not", "Plan", "plan"]

SKIP = 2**64 - 1
_ENDS = (-(2**63), 2**63 - 1)
_FILTER_PIECES = 2_000_000


class Not:
    """A filter turned round: ``where={"kind": Not("diffusion")}`` counts the others.

    "not stated" is one of the others; name it too where it shall not count.
    """

    __slots__ = ("value",)

    def __init__(self, *values: object) -> None:
        if not values:
            raise QueryError("Not() needs what it shall leave out")
        self.value: object = values[0] if len(values) == 1 else list(values)

    def __repr__(self) -> str:
        return f"Not({self.value!r})"


class Plan:
    """A question as plain data: what ``Log.run`` of the core takes."""

    __slots__ = ("axes", "dials", "period", "ranges", "shape", "terms", "words")

    def __init__(self) -> None:
        self.axes: list[Axis] = []
        self.shape: list[int] = []
        self.terms: list[tuple[int, Any]] = []
        self.dials: list[tuple[int, list[tuple[Any, int, int]]]] = []
        self.ranges: list[tuple[int, int, int, bool]] = []
        self.words: list[str] = []  # the filters, for people
        self.period = (0, 0)


def plan(log: Log, names: Sequence[str], where: Mapping[str, object] | None, tz: Any,
         asof: Any = None) -> Plan:  # fmt: skip
    """Lay down a question about a log; raise QueryError or LabelError where it is none."""
    from ._instants import format_instant
    from ._zones import resolve_zone

    made = Plan()
    zone = resolve_zone(tz)
    if where is not None and not isinstance(where, Mapping):
        raise QueryError(f"where={where!r}: give a dict such as {{'kind': 'request'}}")
    filters = dict(where or {})
    period = _narrow(log, filters, zone, made)
    made.period = period
    if asof is None:
        asof = format_instant(max(log.period[0], log.period[1] - 1), "UTC")[:10]
    if len(set(names)) != len(names):
        raise QueryError(f"an axis is named twice: {', '.join(names)}")

    def axis(name: object) -> Axis:
        return resolve_axis(
            name, log.schema, log.domains, log.columns, zone=zone, period=period, asof=asof,
            dates_only=log.dates_only,
        )  # fmt: skip

    made.axes = [axis(name) for name in names]
    made.shape = [len(one) for one in made.axes]
    tables: dict[str, list[int]] = {}
    clocks: dict[str, list[tuple[Any, int, int]]] = {}
    stride = 1
    for one in reversed(made.axes):
        if one.calendar is not None:
            clocks.setdefault(one.column, []).append((one.calendar.pieces, stride, len(one)))
        else:
            _add(_table(log, tables, one.column), one, stride)
        stride *= len(one)
    for name, value in filters.items():
        _filter(log, made, tables, clocks, axis, name, value, zone)
    made.terms = [
        (log.schema.number(column), array("Q", table)) for column, table in tables.items()
    ]
    made.dials = [(log.schema.number(column), parts) for column, parts in clocks.items()]
    return made


def _narrow(log: Log, filters: dict[str, object], zone: Any, made: Plan) -> tuple[int, int]:
    """Take the ranges of the record's own time out of the filters: they cut the period."""
    from ._instants import Last, format_period, parse_range

    start, stop = log.period
    value = filters.get(log.schema.time)
    if value is None or isinstance(value, Not):
        return start, stop
    if isinstance(value, list):
        raise QueryError(
            f"where={{{log.schema.time!r}: {value!r}}}: a range of times is a pair "
            "(from, to), in round brackets"
        )
    del filters[log.schema.time]
    if isinstance(value, Last):
        low, high = value.resolve(start, stop, zone)
    else:
        low, high = parse_range(value, zone)
    number = log.schema.number(log.schema.time)
    made.ranges.append((number, low, high, False))
    made.words.append(f"{log.schema.time} in {format_period(low, high, zone)}")
    start, stop = max(start, low), min(stop, high)
    return (start, stop) if start < stop else (start, start)


def _table(log: Log, tables: dict[str, list[int]], column: str) -> list[int]:
    if column not in tables:
        tables[column] = [0] * log.table_size(column)
    return tables[column]


def _add(table: list[int], axis: Axis, stride: int) -> None:
    """Add an axis to its column's table: the offset of each code's position."""
    last = (len(axis) - 1) * stride
    assert axis.positions is not None
    for code, position in enumerate(axis.positions):
        table[code] += position * stride if position >= 0 else last
    if not axis.stated:
        table[-1] += last


def _values(value: object, name: str) -> tuple[list[object], bool]:
    """Return the labels a filter names, and whether it leaves them out."""
    outside = isinstance(value, Not)
    if isinstance(value, Not):
        value = value.value
    if isinstance(value, tuple):
        raise QueryError(
            f"where={{{name!r}: {value!r}}}: round brackets mean a range of times or numbers; "
            f"for these labels write a list: {list(value)!r}"
        )
    if isinstance(value, (str, bytes)) or value is None or not isinstance(value, Iterable):
        return [value], outside
    return list(value), outside


def _filter(log: Log, made: Plan, tables: dict[str, list[int]],
            clocks: dict[str, list[tuple[Any, int, int]]], axis: Any, name: str, value: object,
            zone: Any) -> None:  # fmt: skip
    if name in log.columns and log.schema.field(name).kind in ("integer", "time"):
        _filter_range(log, made, name, value, zone)
        return
    if name in log.columns and log.schema.field(name).kind == "id":
        raise QueryError(f"where={{{name!r}: ...}}: identifiers cannot be filtered on")
    one: Axis = axis(name)
    labels, outside = _values(value, name)
    chosen = {one.index(label) for label in labels}
    shown = ", ".join(str(NOT_STATED if label is None else label) for label in labels)
    made.words.append(f"{name} {'not ' if outside else ''}{shown}")
    if outside:
        chosen = set(range(len(one))) - chosen
    if one.calendar is not None:
        pieces = _chosen_pieces(one.calendar, frozenset(chosen))
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


def _filter_range(log: Log, made: Plan, name: str, value: object, zone: Any) -> None:
    """A half-open range of numbers or times, or one number."""
    from ._instants import Last, parse_range

    outside = isinstance(value, Not)
    if isinstance(value, Not):
        value = value.value
    if log.schema.field(name).kind == "time":
        low, high = (
            value.resolve(*log.period, zone)
            if isinstance(value, Last)
            else parse_range(value, zone)
        )
    elif isinstance(value, int) and not isinstance(value, bool):
        low, high = value, value + 1
    elif isinstance(value, tuple) and len(value) == 2 and all(
        end is None or isinstance(end, int) for end in value
    ):
        low, high = (end if end is not None else _ENDS[at] for at, end in enumerate(value))
    else:
        raise QueryError(
            f"where={{{name!r}: {value!r}}}: {name} takes a whole number or a half-open "
            "range (from, to)"
        )
    clip = [min(max(end, _ENDS[0]), _ENDS[1]) for end in (low, high)]
    made.ranges.append((log.schema.number(name), clip[0], clip[1], outside))
    made.words.append(f"{name} {'not ' if outside else ''}in {low} .. {high}")


@lru_cache(maxsize=64)
def _chosen_pieces(calendar: CalendarAxis, chosen: frozenset[int]) -> array[int]:
    """Return the pieces of a filter on a calendar axis: 0 where counted, -1 elsewhere."""
    pieces = calendar.pieces
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
