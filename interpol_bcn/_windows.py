"""The busiest windows of any length, and what lies between records."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._cube_words import told
from ._quantiles import asked, question, valued
from ._units import HOUR, MINUTE
from .errors import QueryError, did_you_mean, suggest
from .query import check_names
from .table import Table

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["gaps", "length_of", "windows"]

_DAY = 24 * HOUR
_LENGTHS = {"us": 1, "ms": 1000, "s": 1_000_000, "min": MINUTE, "h": HOUR, "d": _DAY}
_NAMES = {"second": "s", "minute": "min", "hour": "h", "day": "d", "week": "d"}
_LONGEST = 1000 * 366 * _DAY
_FORM = re.compile(r"\s*(\d{0,9})\s*([A-Za-z]+?)(s?)\s*", re.ASCII)


def length_of(window: str) -> int:
    """Return how many microseconds a window is long: "1s", "90min", "36 hours".

    >>> length_of("90min") == length_of("1.5h".replace("1.5h", "90 minutes"))
    True
    """
    found = _FORM.fullmatch(window) if isinstance(window, str) else None
    unit = "" if found is None else found[2] + found[3]
    known = {**_LENGTHS, **{f"{name}s": _LENGTHS[u] for name, u in _NAMES.items()}}
    known |= {name: _LENGTHS[u] for name, u in _NAMES.items()}
    known["week"] = known["weeks"] = 7 * _DAY
    if unit not in known:
        near = did_you_mean(suggest(str(window), [f"{one}" for one in ("1s", "90min", "12h")]))
        raise QueryError(
            f"window={window!r}{near or '.'} Write a number and a unit, such as '1s', '90min', "
            "'12h', '7d'"
        )
    assert found is not None
    length = int(found[1] or 1) * known[unit]
    if not 0 < length <= _LONGEST:
        raise QueryError(f"window={window!r}: a window is longer than nothing, up to 1,000 years")
    return length


def windows(
    log: Log, window: str, n: int, sliding: bool, by: str | Sequence[str] | None,
    where: Mapping[str, object] | None, tz: Any, unit: str | None,
) -> Table:  # fmt: skip
    """See ``Log.peak``: windows that slide, of any length, or by axes."""
    from ._zones import resolve_zone

    length = length_of(window)
    names = check_names(() if by is None else (by,) if isinstance(by, str) else tuple(by))
    time = _time(log, "a peak")
    if log.dates_only and length % _DAY:
        raise QueryError(
            f"window={window!r}: {time!r} holds dates without hours; ask for whole days"
        )
    number, groups = log._counting(log.unit if unit is None else log.schema.counted_per(unit))
    if groups is not None:
        raise QueryError(
            "a peak that slides, of this length or by axes counts rows: unit='message' is for "
            "'1s', '1min', '1h' and '1d'"
        )
    cube = log.count(*names, where=where, tz=tz, unit=unit)
    zone = resolve_zone(tz)
    origin = zone.utc_of(0)
    found: list[tuple[int, list[tuple[int, int]], int]] = []
    if len(log):
        laid = log._plan(names, where, tz, None)
        found = log.run_windows(
            *question(laid), log.schema.number(time), number, length, origin, sliding, n
        )
    cells, starts, counts, more = [], [], [], 0
    for cell, best, equal in found:
        more += equal if best[-1][1] else 0  # windows of nothing are no ties
        for begin, total in best:
            if total:
                cells.append(cell)
                starts.append(begin)
                counts.append(total)
    columns = []
    long = cube.to_table()
    for name in names:
        columns.append(long[name].take(cells))
    columns.append(Column("start", starts, "time"))
    columns.append(Column("count", counts, "integer"))
    if sliding:
        words = [f"each window is {window} from a record on"]
    else:
        words = [f"windows of {window} laid end to end from 1970-01-01 00:00 {zone.key}"]
    if n > 1:
        words[0] += ", and overlaps none before it"
    if more and not names:
        what = "windows begin" if sliding else "windows are there"
        words.append(f"{more:,} more {what} of {counts[-1]:,}, the same as the last shown")
    record = log.schema.record
    kind = "sliding " if sliding else ""
    which = f"{kind}window of {window}" if n == 1 else f"{n:,} {kind}windows of {window}"
    each = f" of each {' and '.join(names)}".replace("_", " ").replace(".", " ") if names else ""
    return Table.from_columns(
        columns, title=f"{record} in the busiest {which}{each}",
        note="; ".join([cube.note(), *words]), measure="count",
        explain=f"Each count is the exact number of {cube.unit} in [start, start + {window}), "
        f"and no such window{each} has more. {told(cube, 'Log.peak', *words)}",
    )  # fmt: skip


def gaps(
    log: Log, axes: Sequence[str], q: Any, where: Mapping[str, object] | None, tz: Any, zeros: bool
) -> Table:
    """See ``Log.gaps``."""
    names = check_names(axes)
    time = _time(log, "the time between records")
    ask = asked(q, "inverted_cdf", "gaps")
    ranks = [*ask.ranks, (0, 0, 1), (0, 1, 1)]  # the shortest and the longest
    cube = log._ask(names, where, tz, None, None, rows=True)
    facts = values = [0] * (cube.size * len(ranks))
    counts = [0] * cube.size
    if len(log):
        laid = log._plan(names, where, tz, None)
        found = log.run_gaps(*question(laid), log.schema.number(time), ranks)
        facts, values = (memoryview(part).tolist() for part in found)
        counts = facts[::4]
    between = [max(0, count - 1) for count in counts]
    at_once = facts[1::4] if len(log) else counts
    spans = zip(facts[2::4], facts[3::4], strict=True) if len(log) else [(0, 0)] * cube.size
    means = [
        (last - first) / number / 1e6 if number else None
        for (first, last), number in zip(spans, between, strict=True)
    ]
    whole = ask._replace(ranks=ranks, names=[*ask.names, "shortest", "longest"])
    columns = [*_labels(cube), Column("records", counts, "integer")]
    columns.append(Column("at once", at_once, "integer"))
    columns.append(Column("mean", means, "number", unit="seconds"))
    for name, column in zip(whole.names, valued(whole, between, values), strict=True):
        seconds = [None if one is None else one / 1e6 for one in column]
        columns.append(Column(name, seconds, "number", unit="seconds"))
    title = cube.title().replace(cube.measure, f"seconds between {cube.measure}", 1)
    table = Table.from_columns(
        columns, title=f"{title} ({ask.method})", measure="records",
        note="; ".join(filter(None, (ask.words, cube.note()))),
        explain="Of the records of each cell in order of time, the seconds from each to the "
        "next: exact quantiles by selection, the mean from first and last. At once are gaps of "
        "nothing. A row is one record, whatever it weighs. "
        + told(cube, f"Log.gaps; {ask.source}", unit="seconds"),
    )  # fmt: skip
    return table if zeros else table.nonzero()


def _labels(cube: Any) -> list[Column]:
    long = cube.to_table()
    return [long[name] for name in cube.dims]


def _time(log: Log, what: str) -> str:
    time = log.schema.time
    if time is None or time not in log.columns:
        raise QueryError(f"{what} needs times, and this log has no {time or 'times'}")
    return time
