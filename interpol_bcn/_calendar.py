"""Calendar axes: which position a moment takes, as pieces that the core evaluates.

An axis over the half-open period [start, stop) is a function from UTC microseconds
to positions, simple between two changes of the zone's offset: there, days, weeks,
hours, minutes and seconds are a division, and months, quarters and years constants.
So an axis of hours over a century in Paris is two hundred pieces, made in the time
that its changes take, whatever its number of positions.

Positions of a linear axis are all units that the period touches, in order, with or
without a record.  A unit of the local calendar that never was (30 December 2011 in
Apia) has no position; a date that came twice has one.  Hours, minutes and seconds
of a zone other than UTC carry its offset in their label, so that the hour which
comes twice is two positions.
"""

from __future__ import annotations

import datetime
import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from functools import lru_cache

from ._gregorian import DAY, days_of
from ._instants import format_period, parse_instant
from ._lazy import LazySequence
from ._units import (
    AXES,
    CYCLE_LABELS,
    CYCLES,
    EXAMPLES,
    FINE,
    FIXED,
    MONTHS,
    NEEDS_CLOCK,
    read_unit,
    unit_label,
    unit_of,
    unit_start,
)
from ._zones import EARLIEST, LATEST, Zone, offset_text, resolve_zone, zone_table
from .errors import LabelError, QueryError, suggest

__all__ = ["AXES", "NEEDS_CLOCK", "CalendarAxis", "calendar_axis"]


class CalendarAxis:
    """The positions of a calendar axis over a period, and how to find them.

    ``pieces`` is an ``array("q")`` of five numbers per piece: start, first, width,
    modulus, phase.  A moment t from a piece's start to the next takes the position
    ``first`` (width 0) or ``first + (t - start + phase) // width``, modulo ``modulus``
    where that is not 0; ``first`` -1 ends the period.  Moments ahead of the first
    piece have none.  ``size`` is the number of positions, ``labels`` their names
    (made when asked for), ``start`` and ``stop`` the period, ``zone`` its zone.
    """

    kind = "time"

    def __init__(self, name: str, zone: Zone, start: int, stop: int) -> None:
        self.name = name
        self.zone = zone
        self.start = start
        self.stop = stop
        self.cyclic = name in CYCLES
        self.pieces: array[int] = array("q")
        self.size = 0
        # Runs of consecutive units: the first position and unit of each.
        self._firsts: list[int] = []
        self._units: list[int] = []
        self._segments, self._offsets = zone_table(zone, start, stop)
        self.labels: Sequence[str]
        if self.cyclic:
            self.labels = CYCLE_LABELS[name]
            self.size = len(self.labels)
            self._build_cycle()
        else:
            build = self._build_fine if name in FINE else self._build_coarse
            build()
            self.labels = _Labels(self)
        self._add(stop, -1)
        self._starts = self.pieces[::5]

    def __len__(self) -> int:
        return self.size

    def __repr__(self) -> str:
        period = format_period(self.start, self.stop, self.zone)
        return f"CalendarAxis({self.name!r}, {self.size:,} positions, {period})"

    def _add(
        self, start: int, first: int, width: int = 0, modulus: int = 0, phase: int = 0
    ) -> None:
        pieces = self.pieces
        if pieces and pieces[-5] == start:
            del pieces[-5:]
        pieces.extend((start, first, width, modulus, phase))

    def _stretches(self) -> Iterator[tuple[int, int, int]]:
        """Yield (start, stop, offset) for each stretch of the period with one offset."""
        if self.start < self.stop:
            yield from zip(
                self._segments, (*self._segments[1:], self.stop), self._offsets, strict=True
            )

    def _build_fine(self) -> None:
        width = FIXED[self.name][0]
        for start, stop, offset in self._stretches():
            unit, phase = divmod(start + offset, width)
            self._firsts.append(self.size)
            self._units.append(unit)
            self._add(start, self.size, width, 0, phase)
            self.size += (stop - 1 + offset) // width - unit + 1

    def _build_coarse(self) -> None:
        name = self.name
        stretches = [
            (start, offset, unit_of(name, start + offset), unit_of(name, stop - 1 + offset))
            for start, stop, offset in self._stretches()
        ]
        seen: int | None = None  # the last unit so far
        for first, last in sorted((first, last) for _, _, first, last in stretches):
            if seen is None or first > seen + 1:
                self._firsts.append(self.size)
                self._units.append(first)
                seen = first - 1
            self.size += max(0, last - seen)
            seen = max(seen, last)
        for start, offset, first, last in stretches:
            run = bisect_right(self._units, first) - 1
            lead = self._firsts[run] - self._units[run]  # position - unit
            if name in FIXED:
                width, shift = FIXED[name]
                self._add(start, first + lead, width, 0, (start + offset + shift) % width)
            else:
                self._add_months(start, offset, first, last, lead, 0)

    def _add_months(
        self, start: int, offset: int, first: int, last: int, lead: int, modulus: int
    ) -> None:
        """Add a constant piece for each unit from ``first`` to ``last``."""
        code = first + lead
        code = code % modulus if modulus else code
        pieces = self.pieces
        if not pieces or pieces[-4] != code:
            self._add(start, code)
        step = MONTHS["month" if modulus else self.name]
        for unit in range(first + 1, last + 1):
            code = unit % modulus if modulus else unit + lead
            at = days_of(0, unit * step + 1, 1) * DAY - offset
            pieces.extend((at, code, 0, 0, 0))

    def _build_cycle(self) -> None:
        width, shift, count = CYCLES[self.name]
        for start, stop, offset in self._stretches():
            if width:
                first, phase = divmod(start + offset + shift, width)
                self._add(start, first % count, width, count, phase)
            else:
                first, last = unit_of("month", start + offset), unit_of("month", stop - 1 + offset)
                self._add_months(start, offset, first, last, 0, count)

    def position_at(self, time: int) -> int:
        """Return the position of a moment in UTC microseconds, -1 outside the period."""
        index = bisect_right(self._starts, time) - 1
        if index < 0:
            return -1
        start, first, width, modulus, phase = self.pieces[index * 5 : index * 5 + 5]
        if width:
            first += (time - start + phase) // width
        return first % modulus if modulus else first

    def index(self, label: object) -> int:
        """Return the position of a label, or of the unit that holds a date or datetime.

        Labels must be written exactly as ``labels`` has them.  A naive datetime is
        local to the zone.  Raise LabelError, with suggestions, for anything else.
        """
        if isinstance(label, datetime.datetime):
            position = self.position_at(parse_instant(label, self.zone))
            if position < 0:
                raise self._outside(label)
            return position
        if isinstance(label, datetime.date):
            return self._index_date(label)
        if self.cyclic:
            if isinstance(label, str) and label in self.labels:
                return self.labels.index(label)
            raise self._unknown_in_cycle(label)
        read = read_unit(self.name, label) if isinstance(label, str) else None
        if read is None:
            raise LabelError(label, f"no {self.name}", hint=self._form())
        found = self._positions(*read)
        if not found:
            raise self._outside(label)
        if len(found) == 1 and self._label(found[0]) == label:
            return found[0]
        choices = [self._label(position) for position in found]
        raise LabelError(label, f"no label of the {self.name} axis", choices=choices)

    def _run_end(self, run: int) -> int:
        return self._firsts[run + 1] if run + 1 < len(self._firsts) else self.size

    def _positions(self, unit: int, offset: str) -> list[int]:
        """Return the positions of a unit: with this offset, or with any without one."""
        if not self._firsts:
            return []
        if self.name not in FINE:
            run = bisect_right(self._units, unit) - 1
            found = [run] if run >= 0 else []
        else:
            # The unit lies within two days of where UTC would have it.
            at = unit_start(self.name, unit)
            low = max(0, bisect_right(self._segments, at - 2 * DAY) - 1)
            high = bisect_left(self._segments, at + 2 * DAY)
            found = list(range(low, high))
            if offset not in ("", "Z"):
                fit = [run for run in found if offset_text(self._offsets[run]) == offset]
                found = fit or found
        positions = []
        for run in found:
            position = self._firsts[run] + unit - self._units[run]
            if self._firsts[run] <= position < self._run_end(run):
                positions.append(position)
        return positions

    def _index_date(self, date: datetime.date) -> int:
        if self.name in NEEDS_CLOCK:
            raise LabelError(
                date, f"a day is many positions of the {self.name} axis", hint="Use a datetime."
            )
        days = date.toordinal() - 719_163
        if self.name == "month_of_year":
            return date.month - 1
        if self.name == "day_of_week":
            return (days + 3) % 7
        found = self._positions(unit_of(self.name, days * DAY), "")
        if not found:
            raise self._outside(date)
        return found[0]

    def _label(self, position: int) -> str:
        run = bisect_right(self._firsts, position) - 1
        return self._label_in(run, position)

    def _label_in(self, run: int, position: int) -> str:
        offset = ""
        if self.name in FINE and not self.zone.is_utc:
            offset = offset_text(self._offsets[run])
        return unit_label(self.name, self._units[run] + position - self._firsts[run], offset)

    def _form(self) -> str:
        form = EXAMPLES[self.name]
        if self.name in FINE and not self.zone.is_utc:
            form += "+01:00"
        return f"Labels of the {self.name} axis look like {form!r}."

    def _outside(self, label: object) -> LabelError:
        if self.cyclic or not self.size:
            return LabelError(label, f"outside {format_period(self.start, self.stop, self.zone)}")
        ends = f"{self.labels[0]} to {self.labels[-1]}"
        return LabelError(label, f"not on the {self.name} axis, which goes from {ends}")

    def _unknown_in_cycle(self, label: object) -> LabelError:
        # "monday 9" -> "Mon 09"
        near = re.sub(r"[A-Za-z]+", lambda word: word[0][:3].title(), str(label).strip())
        near = re.sub(r"\b\d\b", r"0\g<0>", near)
        choices = [near] if near in self.labels else suggest(near, self.labels)
        ends = f"{self.labels[0]!r} to {self.labels[-1]!r}"
        return LabelError(
            label, f"no label of the {self.name} axis, which goes from {ends}", choices=choices
        )

    def spans(self, position: int) -> list[tuple[int, int]]:
        """Return the stretches [start, stop) of the period that a position takes.

        One for nearly every position of a linear axis, several where clocks went back;
        for a cyclic axis use ``exposure``.  Raise IndexError, or QueryError if cyclic.
        """
        if self.cyclic:
            raise QueryError(f"a position of {self.name} is no single stretch; use exposure()")
        if not 0 <= position < self.size:
            raise IndexError(position)
        run = bisect_right(self._firsts, position) - 1
        unit = self._units[run] + position - self._firsts[run]
        begin, end = unit_start(self.name, unit), unit_start(self.name, unit + 1)
        low, high = run, run + 1
        if self.name not in FINE:
            low = max(0, bisect_right(self._segments, begin - 2 * DAY) - 1)
            high = bisect_left(self._segments, end + 2 * DAY)
        spans: list[tuple[int, int]] = []
        for segment in range(low, high):
            offset = self._offsets[segment]
            last = segment + 1 == len(self._segments)
            stop = min(end - offset, self.stop if last else self._segments[segment + 1])
            start = max(begin - offset, self._segments[segment])
            if start < stop:
                if spans and spans[-1][1] == start:
                    start = spans.pop()[0]
                spans.append((start, stop))
        return spans

    @property
    def starts(self) -> Sequence[int] | None:
        """The first moment of each position, made when asked for; None if cyclic."""
        return None if self.cyclic else _Starts(self)

    def exposure(self) -> array[int]:
        """Return how many microseconds of the period each position takes.

        What a rate is divided by: a month is longer than another, the hour that the
        zone skips is an hour of day less.  Costs O(positions + pieces).
        """
        total = array("q", bytes(8 * self.size))
        pieces = self.pieces
        for at in range(0, len(pieces) - 5, 5):
            start, first, width, modulus, phase = pieces[at : at + 5]
            length = pieces[at + 5] - start
            if not width:
                total[first] += length
                continue
            if modulus:
                turns, length = divmod(length, width * modulus)
                if turns:
                    for position in range(modulus):
                        total[position] += turns * width
            left = width - phase
            while length > 0:
                total[first] += min(left, length)
                length -= left
                left = width
                first += 1
                if first == modulus:
                    first = 0
        return total


class _Labels(LazySequence[str]):
    def __init__(self, axis: CalendarAxis) -> None:
        super().__init__(axis.size)
        self._axis = axis

    def _make(self, position: int) -> str:
        return self._axis._label(position)

    def __iter__(self) -> Iterator[str]:
        axis = self._axis
        for run, first in enumerate(axis._firsts):
            for position in range(first, axis._run_end(run)):
                yield axis._label_in(run, position)

    def __contains__(self, value: object) -> bool:
        try:
            return isinstance(value, str) and self._axis.index(value) >= 0
        except LabelError:
            return False

    def index(self, value: object, start: int = 0, stop: int | None = None) -> int:
        """Return the position of a label; ValueError, as of any sequence, without one."""
        if value in self:
            position = self._axis.index(value)
            if position in range(len(self))[start:stop]:
                return position
        raise ValueError(f"{value!r} is no label of the {self._axis.name} axis")


class _Starts(LazySequence[int]):
    def __init__(self, axis: CalendarAxis) -> None:
        super().__init__(axis.size)
        self._axis = axis

    def _make(self, position: int) -> int:
        return self._axis.spans(position)[0][0]


@lru_cache(maxsize=64)
def _axis(name: str, zone: Zone, start: int, stop: int) -> CalendarAxis:
    return CalendarAxis(name, zone, start, stop)


def calendar_axis(
    name: str, tz: str | datetime.tzinfo | Zone, start: int, stop: int
) -> CalendarAxis:
    """Return the calendar axis ``name`` in a zone over the period [start, stop).

    Names are ``year quarter month week day hour minute second`` (every unit that the
    period touches) and ``month_of_year day_of_week hour_of_day hour_of_week`` (always
    whole); weeks are ISO 8601's, from Monday.  Times are UTC microseconds since 1970.
    Raise QueryError for an unknown name or zone, or a period outside the years 1 to
    9999.  Costs O(changes of the zone + months); answers are kept and shared.

    >>> year = 1672531200000000, 1704067200000000
    >>> calendar_axis("month", "Europe/Paris", *year).labels
    ('2023-01', '2023-02', '2023-03', ... '2024-01'; 13 in all)
    >>> calendar_axis("hour", "Europe/Paris", *year).index("2023-10-29T02+01:00")
    7225
    """
    if name not in AXES:
        near = suggest(name, AXES) if isinstance(name, str) else []
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise QueryError(f"unknown time axis {name!r}{hint} Time axes are {', '.join(AXES)}.")
    if not EARLIEST <= start <= stop <= LATEST:
        raise QueryError(
            f"a period from {start} to {stop} microseconds since 1970 is not within the years "
            "1 to 9999, or ends before it starts"
        )
    return _axis(name, resolve_zone(tz), start, stop)
