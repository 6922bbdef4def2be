"""The ends of the units of a period: the moments at which a state is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._instants import format_instant
from ._units import HOUR, MONTHS, unit_label, unit_of, unit_start
from .errors import QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from ._zones import Zone

__all__ = ["unit_ends"]

_EVERY = ("hour", "day", "week", *MONTHS)
_MOST = 1_000_000


def unit_ends(every: str, zone: Zone, start: int, stop: int) -> tuple[list[str], list[int]]:
    """Return the label and the end of each unit that a period touches, the last cut by it.

    Days and longer are those of the zone's calendar; hours are whole hours of UTC.

    >>> from interpol_bcn._instants import parse_range
    >>> from interpol_bcn._zones import resolve_zone
    >>> labels, ends = unit_ends("month", resolve_zone("UTC"), *parse_range("2023"))
    >>> labels[0], labels[-1], len(ends)
    ('2023-01', '2023-12', 12)
    """
    if every not in _EVERY:
        near = did_you_mean(suggest(str(every), _EVERY))
        raise QueryError(f"every={every!r}{near or ':'} {', '.join(_EVERY)}")
    labels: list[str] = []
    ends: list[int] = []
    if start >= stop:
        return labels, ends
    if every == "hour":
        first, last = start // HOUR, (stop - 1) // HOUR
    else:
        first = unit_of(every, start + zone.offset_at(start))
        last = unit_of(every, stop - 1 + zone.offset_at(stop - 1))
    if last - first >= _MOST:
        raise QueryError(f"every={every!r} is {last - first + 1:,} moments: take longer units")
    for unit in range(first, last + 1):
        if every == "hour":
            end, label = (unit + 1) * HOUR, format_instant(unit * HOUR, zone)[:16]
        else:
            end, label = zone.utc_of(unit_start(every, unit + 1)), unit_label(every, unit, "")
        end = min(end, stop)
        if end > (ends[-1] if ends else start):  # a day that a zone leaves out has no end
            labels.append(label)
            ends.append(end)
    return labels, ends
