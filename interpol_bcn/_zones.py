"""Time zones as exact tables: from when on, how far local clocks are ahead of UTC.

A zone is read from the TZif files that the standard library's ``zoneinfo`` also
reads (the system's, else the ``tzdata`` package), because a table of all changes
is what the core needs, and searching ``zoneinfo`` for changes by probing either
misses those close together or takes long.  The tests hold every zone equal to
``zoneinfo``.  A file lists its changes up to some year; after the last, its
closing rule holds for ever, and a calendar repeats exactly after 400 years, so
400 years of changes are computed once and shifted.

Times are whole microseconds since 1970-01-01 UTC, negative before; offsets are
microseconds to add to UTC.  All zones share the proleptic Gregorian calendar,
years 1 to 9999.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left, bisect_right
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from ._gregorian import DAY, SECOND, days_of
from ._tzif import UNREADABLE, Rule, database_version, parse_tzif, read_tzif, search_path
from .errors import QueryError, suggest

if TYPE_CHECKING:
    import datetime

__all__ = [
    "EARLIEST",
    "LATEST",
    "Zone",
    "database_version",
    "days_of",
    "offset_text",
    "resolve_zone",
    "zone_table",
]

CYCLE_DAYS = 146_097  # 400 years, a whole number of weeks


EARLIEST = days_of(1, 1, 1) * DAY
LATEST = days_of(10_000, 1, 1) * DAY


class Zone:
    """The offsets of one zone: ``key``, and what was in force when.

    ``starts`` and ``offsets`` are the changes that the file lists, in seconds;
    ``before`` is the offset ahead of the first; ``rule`` goes on after the last.
    """

    def __init__(
        self,
        key: str,
        before: int,
        starts: list[int] | None = None,
        offsets: list[int] | None = None,
        rule: Rule | None = None,
    ) -> None:
        self.key = key
        self.before = before
        self.starts = starts or []
        self.offsets = offsets or []
        self.rule = rule
        self.is_utc = not self.starts and before == 0 and rule is None
        self._cycle: list[tuple[int, int]] | None = None
        self._cycle_start = 0
        if rule is not None:
            self._begin_rule(rule)

    def __repr__(self) -> str:
        return f"Zone({self.key!r})"

    def _begin_rule(self, rule: Rule) -> None:
        """Lay out the 400 years of changes that follow the listed ones."""
        last = self.starts[-1] if self.starts else EARLIEST // SECOND
        year = last // 31_556_952 + 1970  # may be one off, so start a year early
        changes = sorted(change for y in range(year - 1, year + 402) for change in rule.changes(y))
        self._cycle_start = last
        end = last + CYCLE_DAYS * 86_400
        kept = [change for change in changes if last < change[0] <= end]
        if not self.starts:  # the rule holds from the beginning
            self.before = max(change for change in changes if change[0] <= last)[1]
        self._cycle = kept

    def table(self, start: int, stop: int) -> tuple[array[int], array[int]]:
        """Return (UTC starts, offsets) in microseconds over [start, stop).

        The first start is ``start`` itself; each later one is a moment at which
        the offset changes.  Costs O(log changes + changes returned).
        """
        first, last = -(-(start + 1) // SECOND), -(-stop // SECOND)
        low = bisect_left(self.starts, first)
        high = bisect_left(self.starts, last)
        now = self.offsets[low - 1] if low else self.before
        changes = list(zip(self.starts[low:high], self.offsets[low:high], strict=True))
        if self._cycle and last > self._cycle_start:
            cycle, span = self._cycle, CYCLE_DAYS * 86_400
            if first > self._cycle_start + 1:
                now = self._rule_offset(first - 1, now)
            turn = max(0, (first - self._cycle_start - 1) // span)
            while self._cycle_start + turn * span < last:
                shift = turn * span
                begin = bisect_left(cycle, (first - shift,))
                end = bisect_left(cycle, (last - shift,))
                changes += [(at + shift, offset) for at, offset in cycle[begin:end]]
                turn += 1
        starts, offsets = array("q", [start]), array("q", [now * SECOND])
        for at, offset in changes:
            if offset != now:
                starts.append(at * SECOND)
                offsets.append(offset * SECOND)
                now = offset
        return starts, offsets

    def _rule_offset(self, second: int, listed: int) -> int:
        """Return the offset at a second after the listed changes."""
        assert self._cycle
        span = CYCLE_DAYS * 86_400
        turn, within = divmod(second - self._cycle_start - 1, span)
        index = bisect_right(self._cycle, (within + self._cycle_start + 1, 1 << 40))
        if index:
            return self._cycle[index - 1][1]
        return self._cycle[-1][1] if turn else listed

    def offset_at(self, time: int) -> int:
        """Return what to add to a UTC time, in microseconds."""
        if self.is_utc:
            return 0
        return self.table(time, time + 1)[1][0]

    def utc_of(self, local: int) -> int:
        """Return the first moment at which local clocks show this time or a later one.

        So a time that clocks show twice is its first occurrence, and one that
        they skip is the moment of the skip.
        """
        if self.is_utc:
            return local
        reach = 2 * DAY  # no offset, and no change of one, reaches further
        starts, offsets = zone_table(self, local - reach, local + reach)
        for i, (start, offset) in enumerate(zip(starts, offsets, strict=True)):
            time = max(start, local - offset)
            if i + 1 == len(starts) or time < starts[i + 1]:
                return time
        raise AssertionError("unreachable: the last offset has no end")


_UTC = Zone("UTC", 0)
_FIXED = re.compile(r"([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?", re.ASCII)


@cache
def _zone(key: str) -> Zone:
    if key in ("UTC", "Z"):
        return _UTC
    fixed = _FIXED.fullmatch(key)
    if fixed is not None:
        hours, minutes, seconds = (int(part or 0) for part in fixed.groups()[1:])
        total = hours * 3600 + minutes * 60 + seconds
        if hours < 24 and minutes < 60 and seconds < 60:
            total = -total if fixed[1] == "-" else total
            return Zone(offset_text(total * SECOND), total) if total else _UTC
    data = read_tzif(key)
    if data is None:
        raise _unknown_zone(key)
    try:
        return Zone(key, *parse_tzif(data))
    except UNREADABLE as error:
        raise QueryError(f"time zone {key!r}: its file cannot be used: {error}") from None


def _unknown_zone(key: str) -> QueryError:
    known: list[str] = []
    try:
        from zoneinfo import available_timezones
    except AttributeError:  # as in search_path: names cannot be proposed there
        absent = not search_path()
    else:
        known = sorted(available_timezones())
        absent = not known
    if absent:
        return QueryError(
            f"time zone {key!r}: this computer has no time zone database; pip install tzdata"
        )
    last = {name.rsplit("/", 1)[-1].casefold(): name for name in reversed(known)}
    tail = key.strip().replace(" ", "_").rsplit("/", 1)[-1].casefold()
    near = [last[tail]] if tail in last else suggest(key, known)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return QueryError(
        f"unknown time zone {key!r}{hint} "
        "A zone is an IANA name such as 'Europe/Paris', 'UTC', or an offset such as '+05:30'."
    )


def resolve_zone(tz: str | datetime.tzinfo | Zone) -> Zone:
    """Return the zone of a name, a fixed offset or a standard ``tzinfo``.

    Names are IANA's (``"Europe/Paris"``), ``"UTC"``, or offsets (``"+05:30"``); from
    ``tzinfo`` objects ``zoneinfo.ZoneInfo`` and ``datetime.timezone`` are understood.
    Raise QueryError for anything else.  A zone is read once in a process.

    >>> resolve_zone("+05:30").offset_at(0) // 60_000_000
    330
    """
    if isinstance(tz, Zone):
        return tz
    if isinstance(tz, str):
        return _zone(tz)
    key = getattr(tz, "key", None)  # ZoneInfo
    if isinstance(key, str):
        return _zone(key)
    from datetime import timedelta, timezone

    if isinstance(tz, timezone):
        return _zone(offset_text(tz.utcoffset(None) // timedelta(microseconds=1)))
    raise QueryError(
        f"tz={tz!r} is no time zone: use an IANA name such as 'Europe/Paris', 'UTC', "
        "an offset such as '+05:30', or a zoneinfo.ZoneInfo"
    )


@lru_cache(maxsize=256)
def _table(zone: Zone, start: int, stop: int) -> tuple[array[int], array[int]]:
    return zone.table(start, stop)


def zone_table(
    tz: str | datetime.tzinfo | Zone, start: int = EARLIEST, stop: int = LATEST
) -> tuple[array[int], array[int]]:
    """Return when a zone's offset changes within [start, stop), and to what.

    Two ``array("q")`` of equal length, in microseconds: the UTC moments, the first
    being ``start`` itself, and the offset to add to UTC from each on.  Neighbours
    differ.  Without a range the table covers the years 1 to 9999, also for naive
    local times, which a reader turns to UTC by it: outside, the ends hold.  The
    arrays are cached and shared: do not change them.  Costs O(changes) once.

    >>> starts, offsets = zone_table("Europe/Paris", 1672531200000000, 1704067200000000)
    >>> [offset // 3_600_000_000 for offset in offsets]
    [1, 2, 1]
    """
    return _table(resolve_zone(tz), start, stop)


def offset_text(offset: int) -> str:
    """Return an offset in microseconds as ``+05:30``, with seconds where it has any.

    >>> offset_text(-9_000_000_000), offset_text(561_000_000)
    ('-02:30', '+00:09:21')
    """
    minutes, seconds = divmod(abs(offset) // SECOND, 60)
    text = f"{'-' if offset < 0 else '+'}{minutes // 60:02}:{minutes % 60:02}"
    return f"{text}:{seconds:02}" if seconds else text
