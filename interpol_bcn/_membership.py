"""Who was a member at a day or on some day of a period: of a log, a cube, each label of an axis.

Every verb that counts members asks here, so that all of them mean the same: a member of a
period was one on any of its days, both ends included; without days, whoever is one now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._tables import FOREVER
from .axes import NOT_STATED
from .errors import QueryError

if TYPE_CHECKING:
    from .axes import Axis
    from .cube import Cube
    from .domain import Domain
    from .logs import Log

__all__ = [
    "are_bureaus", "at_positions", "days_between", "days_of", "last_days", "members_of",
    "on_days", "per_position",
]  # fmt: skip


def days_between(start: int, stop: int, zone: Any = "UTC") -> tuple[str, str]:
    """Return the first and the last day of a stretch of time, in a zone."""
    from ._instants import format_instant

    return format_instant(start, zone)[:10], format_instant(max(start, stop - 1), zone)[:10]


def on_days(domain: Domain | None, days: tuple[str, str] | None) -> tuple[int, ...]:
    """Return the codes of who was a member on any of some days; without days, who is one."""
    if domain is None:
        return ()
    if days is None:
        return tuple(code for code, now in enumerate(domain.member_mask) if now)
    return domain.members_in(*days)


def at_positions(log: Log, axis: Axis, period: tuple[int, int]) -> list[frozenset[int]]:
    """Return the codes of the members at each position of an axis, within a period."""
    calendar = axis.calendar
    if calendar is None or calendar.cyclic:
        return [frozenset(log._members(period))] * len(axis)
    groups = []
    for position in range(len(calendar)):
        spans = calendar.spans(position)
        groups.append(frozenset(log._members((spans[0][0], spans[-1][1]))))
    return groups


def members_of(cube: Cube, first: str, last: str) -> frozenset[str]:
    """Return the labels of who was a member on some day from one day to another."""
    rows = cube.facts.members if cube.facts is not None else ()
    return frozenset(label for label, since, until in rows if since <= last and until > first)


def are_bureaus(cube: Cube, axis: Axis) -> bool:
    """Say whether an axis, or the column that its table is over, is of the log's bureaus."""
    rows = cube.facts.members if cube.facts is not None else ()
    return bool(rows) and axis.domain is not None and all(row[0] in axis.domain for row in rows)


def days_of(cube: Cube) -> tuple[str, str]:
    """Return the first and the last UTC day of a cube's period; now, without a period."""
    start, stop = cube.period
    if start == stop and not any(axis.calendar for axis in cube.axes):
        return FOREVER, FOREVER
    return days_between(start, stop)


def last_days(cube: Cube) -> tuple[Axis | None, list[str]]:
    """Return the axis of time that says at which date, if any, and the last day of each position.

    Of several such axes, the finest.  A day is one of the axis's zone, within the cube's
    period; without an axis, of UTC; without a period, after all changes.  "" is of a time
    not stated.
    """
    start, stop = cube.period
    timed = [axis for axis in cube.axes if axis.calendar is not None and not axis.calendar.cyclic]
    if not timed:
        return None, [days_between(start, stop)[1] if start < stop else FOREVER]
    axis = max(timed, key=len)
    calendar = axis.calendar
    assert calendar is not None
    days = []
    for label in axis.labels:
        if label == NOT_STATED:
            days.append("")
            continue
        end = calendar.spans(calendar.index(label))[-1][1]
        days.append(days_between(start, min(end, stop), calendar.zone)[1])
    return axis, days


def per_position(cube: Cube, axis: Axis | None, day: str) -> list[int | None]:
    """Return how many members each position of an axis stands for on a day.

    One number, of all members, without an axis; None where a position has no members.
    """
    held = members_of(cube, day, day) if day else frozenset()
    if axis is None:
        return [len(held) or None]
    assert axis.domain is not None
    if axis.table is None:
        return [1 if label in held else None for label in axis.labels]
    if axis.positions is None:
        raise QueryError(
            f"per('member') needs all positions of {axis.name!r}: ask it before cutting the cube"
        )
    counts = [0] * len(axis)
    for label, position in zip(axis.domain.labels, axis.positions, strict=True):
        counts[position if position >= 0 else len(axis) - 1] += label in held
    return [count or None for count in counts]
