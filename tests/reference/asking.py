"""The slow twin of asking: rows are dicts, a cube is a dict of counts by labels.

Calendars come from ``datetime`` and ``zoneinfo`` by way of the twin of the calendar; nothing
here knows of codes, tables, strides or threads.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from tests.reference import calendar

NOT_STATED = "not stated"
Row = Mapping[str, Any]
Keep = Callable[[Row], bool]


def label(row: Row, axis: str, tz: tzinfo, tables: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the label of a row's position on an axis."""
    column, _, table = axis.partition(".")
    if column not in row:
        return calendar.label(axis, calendar.microseconds(row["sent_at"]), tz)
    value = row[column]
    if table and value is not None:
        value = tables[table][value]
    return NOT_STATED if value is None else value


def figures(
    rows: Iterable[Row],
    axes: Sequence[str],
    *,
    keep: Iterable[Keep] = (),
    tz: tzinfo,
    tables: Mapping[str, Mapping[str, Any]],
    measure: str | None = None,
) -> dict[tuple[str, ...], int]:
    """Return every figure that is not 0, by its labels: one row after another."""
    keep = list(keep)
    cells: Counter[tuple[str, ...]] = Counter()
    for row in rows:
        if all(one(row) for one in keep):
            value = 1 if measure is None else row[measure]
            cells[tuple(label(row, axis, tz, tables) for axis in axes)] += value or 0
    return {key: value for key, value in cells.items() if value}


def distinct(
    rows: Iterable[Row], axes: Sequence[str], *, tz: tzinfo,
    tables: Mapping[str, Mapping[str, Any]],
) -> dict[tuple[str, ...], int]:  # fmt: skip
    """Return how many different messages (sender and id) each cell saw; without id, each row."""
    cells: dict[tuple[str, ...], set[Any]] = {}
    for number, row in enumerate(rows):
        one = number if row["message_id"] is None else (row["sender"], row["message_id"])
        key = tuple(label(row, axis, tz, tables) for axis in axes)
        cells.setdefault(key, set()).add(one)
    return {key: len(seen) for key, seen in cells.items()}


def flow(cells: Mapping[tuple[str, str], int], members: Sequence[str]) -> dict[str, Any]:
    """Return the measures of a flow from its definition, over a dict of pairs."""
    links = {pair for pair, value in cells.items() if value}
    sent: Counter[str] = Counter()
    received: Counter[str] = Counter()
    for (a, b), value in cells.items():
        sent[a] += value
        received[b] += value
    others = {(a, b): value for (a, b), value in cells.items() if a != b and value}
    pairs = [(a, b) for a in members for b in members if a != b]
    weight = sum(others.values())
    mutual = sum(min(value, others.get((b, a), 0)) for (a, b), value in others.items())
    return {
        "messages": sum(cells.values()),
        "links": len(links),
        "max_link": max(cells.values(), default=0),
        "senders": sum(value > 0 for value in sent.values()),
        "max_sent": max(sent.values(), default=0),
        "max_fan_out": max(Counter(a for a, _ in links).values(), default=0),
        "receivers": sum(value > 0 for value in received.values()),
        "max_received": max(received.values(), default=0),
        "max_fan_in": max(Counter(b for _, b in links).values(), default=0),
        "silent": [pair for pair in pairs if pair not in links],
        "density": sum(pair in links for pair in pairs) / len(pairs) if pairs else 0.0,
        "weighted": mutual / weight if weight else 0.0,
        "mutual": sum((b, a) in others for a, b in others) / len(others) if others else 0.0,
        "self": sum(value for (a, b), value in cells.items() if a == b),
    }
