"""Matters of time, the slow obvious way: lists sorted, windows tried one by one, days walked."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, Any]
WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def groups(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Rows by key, in their order."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def quantile(values: Sequence[int], q: Fraction, method: str) -> int | float | None:
    """A quantile of some numbers, by its definition."""
    order = sorted(values)
    if not order:
        return None
    if method == "inverted_cdf":
        return next(
            value
            for value in order
            if Fraction(sum(other <= value for other in order), len(order)) >= q
        )
    place = q * (len(order) - 1)
    low, high = order[floor(place)], order[ceil(place)]
    if method in ("lower", "higher"):
        return low if method == "lower" else high
    part = Fraction(1, 2) if method == "midpoint" else place - floor(place)
    return float(low + (high - low) * part)


def gaps(times: Sequence[int]) -> list[int]:
    """From each moment to the next."""
    order = sorted(times)
    return [after - before for before, after in pairwise(order)]


def windows(
    times: Sequence[tuple[int, int]], length: int, origin: int | None, n: int
) -> tuple[list[tuple[int, int]], int]:
    """The n fullest windows (begin, total), none overlapping one before; how many more tie.

    ``times`` are moments with weights.  Without an origin windows slide.
    """
    begins = sorted(
        {at if origin is None else origin + (at - origin) // length * length for at, _ in times}
    )
    totals = {
        begin: sum(weight for at, weight in times if begin <= at < begin + length)
        for begin in begins
    }
    shown: list[tuple[int, int]] = []
    for _ in range(n):
        free = [
            begin for begin in begins if all(abs(begin - other) >= length for other, _ in shown)
        ]
        if not free:
            break
        best = max(free, key=lambda begin: (totals[begin], -begin))
        shown.append((best, totals[best]))
    tied = sum(
        total == shown[-1][1] and begin not in dict(shown) for begin, total in totals.items()
    )
    return shown, tied


def local(moment: datetime.datetime, zone: str) -> datetime.datetime:
    """The time on the clocks of a zone."""
    return moment.astimezone(ZoneInfo(zone))


def hours_of_week(moments: Iterable[tuple[datetime.datetime, str]]) -> Counter[str]:
    """How many fall on each hour of the week, each on the clocks of its own zone."""
    found: Counter[str] = Counter()
    for moment, zone in moments:
        there = local(moment, zone)
        found[f"{WEEK[there.weekday()]} {there.hour:02}"] += 1
    return found


def off_hours(
    moments: Iterable[tuple[datetime.datetime, str]], night: tuple[int, int], weekend: set[int]
) -> tuple[int, int, int]:
    """How many at night, at a weekend, at either."""
    dark = weekends = off = 0
    hours = {hour % 24 for hour in range(night[0], night[1] + 24 * (night[1] <= night[0]))}
    for moment, zone in moments:
        there = local(moment, zone)
        late, free = there.hour in hours, there.weekday() in weekend
        dark, weekends, off = dark + late, weekends + free, off + (late or free)
    return dark, weekends, off


def discoveries(chances: Sequence[float], rate: float) -> set[int]:
    """What Benjamini and Hochberg's rule keeps of some tests."""
    order = sorted(chances)
    limits = [chance for rank, chance in enumerate(order, 1) if chance <= rate * rank / len(order)]
    return {at for at, chance in enumerate(chances) if limits and chance <= limits[-1]}
