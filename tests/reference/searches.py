"""Searches, the slow obvious way: sets and dicts over rows, days counted one by one."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]


def sums(rows: Iterable[Row], name: str, key: Callable[[Row], Any]) -> Counter[Any]:
    """Add up a column by key; every key that is met is there, with 0 too."""
    found: Counter[Any] = Counter()
    for row in rows:
        found[key(row)] += row[name]
    return found


def users(rows: Iterable[Row], name: str) -> dict[str, set[str]]:
    """By database, the bureaus of which the column's sum is not 0."""
    found: dict[str, set[str]] = {}
    for (database, bureau), total in sums(
        rows, name, lambda row: (row["database"], row["bureau"])
    ).items():
        if total:
            found.setdefault(database, set()).add(bureau)
    return found


def busiest(
    rows: Sequence[Row], width: str, zone: str, n: int
) -> tuple[list[tuple[datetime.datetime, int]], int]:
    """The n fullest seconds, minutes, hours or days on the clocks of a zone; how many tie."""
    cut = {"1s": 0, "1min": 1, "1h": 2, "1d": 3}[width]
    found: Counter[datetime.datetime] = Counter()
    for row in rows:
        local = row["searched_at"].astimezone(ZoneInfo(zone)).replace(microsecond=0)
        if cut > 0:
            local = local.replace(second=0)
        if cut > 1:
            local = local.replace(minute=0)
        if cut > 2:
            local = local.replace(hour=0, fold=0)
        found[local.astimezone(datetime.UTC)] += row["searches"]
    order = sorted((-count, start) for start, count in found.items() if count)
    shown = [(start, -count) for count, start in order[:n]]
    more = sum(-count == shown[-1][1] for count, _ in order[n:]) if shown else 0
    return shown, more


def length(per: str, first: datetime.date, stop: datetime.date) -> Fraction:
    """How many units the days from first to stop are, in UTC, day by day."""
    days = [first + datetime.timedelta(n) for n in range((stop - first).days)]
    in_day = {"second": 86_400, "minute": 1_440, "hour": 24, "day": 1}
    if per in in_day:
        return Fraction(len(days) * in_day[per])
    return sum((Fraction(1, size_of(per, day)) for day in days), Fraction())


def size_of(per: str, day: datetime.date) -> int:
    """How many days the unit has that holds a day."""
    if per == "week":
        return 7
    near = [day + datetime.timedelta(n) for n in range(-366, 367)]

    def unit(one: datetime.date) -> tuple[int, int]:
        part = {"year": 0, "quarter": (one.month - 1) // 3, "month": one.month}[per]
        return one.year, part

    return sum(unit(one) == unit(day) for one in near)


def twice_counted(rows: Iterable[Row], dated: Callable[[Row], Any] | None) -> bool:
    """Whether a sum of stocks would hold one bureau's database twice, or mix dates."""
    rows = list(rows)
    if dated is None and len({row["date"] for row in rows}) > 1:
        return True
    cells = Counter((dated(row) if dated else None, row["bureau"], row["database"]) for row in rows)
    return any(count > 1 for count in cells.values())


def by_hit(rows: Iterable[Row], key: Callable[[Row], Any]) -> Counter[Any]:
    """Count searches by key and by whether they hit, row by row; cells of 0 are not there.

    A row without a number of searches where others have one counts none.
    """
    found: Counter[Any] = Counter()
    for row in rows:
        count, hits = row.get("searches", 1), row["hits"]
        if count is None:
            continue
        if hits is None:
            found[key(row), "not stated"] += count
        else:
            found[key(row), "hit"] += hits
            found[key(row), "no hit"] += count - hits
    return +found
