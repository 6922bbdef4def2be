"""The slow twin of notices: each is looked at alone, and asked whether it is valid at a date.

A row is a dict with ``issued`` and ``closed`` (datetimes in UTC, ``closed`` or None) and labels.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def key(row: Row, axes: Sequence[str]) -> tuple[str, ...]:
    return tuple(row[axis] or "not stated" for axis in axes)


def stock(rows: Sequence[Row], at: datetime.datetime, axes: Sequence[str] = ()) -> Counter[Any]:
    """What is valid at a moment: issued before it, and not closed before it."""
    valid: Counter[Any] = Counter()
    for row in rows:
        if row["issued"] < at and (row["closed"] is None or row["closed"] >= at):
            valid[key(row, axes)] += row["notices"]
    return +valid


def flow(
    rows: Sequence[Row], time: str, start: datetime.datetime, stop: datetime.datetime,
    axes: Sequence[str] = (),
) -> Counter[Any]:  # fmt: skip
    """What was issued, or closed, from one moment up to another."""
    found: Counter[Any] = Counter()
    for row in rows:
        if row[time] is not None and start <= row[time] < stop:
            found[key(row, axes)] += row["notices"]
    return +found


def months(first: datetime.datetime, last: datetime.datetime) -> list[datetime.datetime]:
    """The first moments of all months from that of ``first``, and one past that of ``last``."""
    starts = [first.replace(day=1, hour=0, minute=0)]
    while starts[-1] <= last:
        ahead = starts[-1] + datetime.timedelta(days=32)
        starts.append(ahead.replace(day=1))
    return starts


def decisions(
    rows: Sequence[Row], time: str, by: str, own: bool
) -> dict[tuple[str, str], tuple[int, int, int]]:
    """(year, label) -> refused, cancelled and issued; ``own``: issued of the label alone."""
    years = {str(row["issued"].year) for row in rows}
    for row in rows:
        if row["state"] in ("refused", "cancelled"):
            years.add(str(row[time].year) if row[time] else "not stated")
    found = {}
    for year in years:
        for label in {key(row, [by])[0] for row in rows}:
            counts = [0, 0, 0]
            for row in rows:
                same = key(row, [by])[0] == label
                at = str(row[time].year) if row[time] else "not stated"
                if same and at == year and row["state"] in ("refused", "cancelled"):
                    counts[row["state"] == "cancelled"] += row["notices"]
                if str(row["issued"].year) == year and (same or not own):
                    counts[2] += row["notices"]
            if any(counts):
                found[year, label] = (counts[0], counts[1], counts[2])
    return found
