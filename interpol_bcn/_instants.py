"""Moments as people write them in a question: instants, ranges and periods.

A text names a unit of the calendar (a year, a quarter, a month, an ISO week, a
day, an hour, a minute, a second) in a zone; as an instant it is the unit's first
moment, as a range the whole unit.  Ranges are half-open: ("2023-01", "2023-07")
is the first half of 2023, and ranges that meet share no moment.

Local clocks show some times twice and skip others.  A text that clocks show twice
is the first occurrence; one that they skip is the moment of the skip.  An offset
in the text ("2023-10-29T02:30+01:00") says exactly which.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from ._gregorian import DAY, SECOND, date_of, days_of, week_of, week_start
from ._zones import EARLIEST, LATEST, Zone, offset_text, resolve_zone
from .errors import QueryError, suggest

__all__ = [
    "Last",
    "format_instant",
    "format_period",
    "last",
    "local_datetime",
    "local_microseconds",
    "parse_instant",
    "parse_range",
    "period_days",
]

_EPOCH = datetime.datetime(1970, 1, 1)
_MICROSECOND = datetime.timedelta(microseconds=1)
_FORM = re.compile(
    r"(?P<year>\d{4})"
    r"(?:-Q(?P<quarter>[1-4])|-W(?P<week>\d\d)|-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<hour>\d\d)(?::(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<part>\d{1,6}))?)?)?"
    r"(?P<offset>Z|[+-]\d\d(?::?\d\d(?::?\d\d)?)?)?)?)?)?",
    re.ASCII,
)
_WRITTEN = (
    "write '2023', '2023-Q1', '2023-03', '2023-W09', '2023-03-05', '2023-03-05T14:00' "
    "(with 'Z' or an offset such as '+02:00' to be independent of the zone), or use a "
    "date or datetime"
)


def _parse_text(text: str, tz: Zone) -> tuple[int, int]:
    """Return the first moment of a unit and the first one after it."""
    match = _FORM.fullmatch(text.strip())
    if match is None:
        raise QueryError(f"{text!r} is no time: {_WRITTEN}")
    field = {name: int(part) for name, part in match.groupdict().items() if part and part.isdigit()}
    field.pop("part", None)
    year, month = field["year"], field.get("month", 1)
    if year < 1:
        raise QueryError(f"{text!r} is no time: years go from 0001 to 9999")
    if "quarter" in field:
        month = field["quarter"] * 3 - 2
    if not 1 <= month <= 12:
        raise QueryError(f"{text!r} is no time: months go from 01 to 12")
    day = days_of(year, month, 1)
    if "week" in field:
        monday = week_start(year, field["week"])
        if monday is None:
            raise QueryError(
                f"{text!r} is no time: ISO weeks of {year:04} go from 01 to "
                f"{week_of(days_of(year, 12, 28))[1]}"
            )
        local, after = monday * DAY, (monday + 7) * DAY
    elif "day" in field:
        length = days_of(year, month + 1, 1) - day
        if not 1 <= field["day"] <= length:
            raise QueryError(
                f"{text!r} is no time: days of {year:04}-{month:02} go from 01 to {length}"
            )
        local, after = _add_clock(text, (day + field["day"] - 1) * DAY, field, match)
    else:
        months = 1 if "month" in field else 3 if "quarter" in field else 12
        local, after = day * DAY, days_of(year, month + months, 1) * DAY
    if match["offset"] is not None:
        shift = _zone_of(text, match["offset"]).before * SECOND
        return local - shift, after - shift
    return tz.utc_of(local), tz.utc_of(after)


def _zone_of(text: str, offset: str) -> Zone:
    try:
        return resolve_zone(offset)
    except QueryError:
        raise QueryError(f"{text!r} is no time: {offset!r} is no offset from UTC") from None


def _add_clock(
    text: str, local: int, field: dict[str, int], match: re.Match[str]
) -> tuple[int, int]:
    """Add the time of day; return the unit's local start and end."""
    unit = DAY
    for name, parts in (("hour", 24), ("minute", 60), ("second", 60)):
        if name not in field:
            break
        if field[name] >= parts:
            raise QueryError(f"{text!r} is no time: {name}s go from 00 to {parts - 1}")
        unit //= parts
        local += field[name] * unit
    if match["part"] is not None:
        unit = 10 ** (6 - len(match["part"]))
        local += int(match["part"]) * unit
    return local, local + unit


def local_microseconds(value: datetime.datetime) -> int:
    """Return what the clock of a datetime shows, in microseconds since 1970."""
    return (value.replace(tzinfo=None) - _EPOCH) // _MICROSECOND


def local_datetime(local: int) -> datetime.datetime:
    """Return the naive datetime of local microseconds since 1970."""
    return _EPOCH + local * _MICROSECOND


def _instants(value: object, zone: Zone) -> tuple[int, int]:
    """Return the moments at which a value begins and ends."""
    if isinstance(value, str):
        return _parse_text(value, zone)
    if isinstance(value, datetime.datetime):
        local = local_microseconds(value)
        offset = value.utcoffset()
        if offset is not None:
            return local - offset // _MICROSECOND, local - offset // _MICROSECOND + 1
        start = zone.utc_of(local)
        if value.fold:
            start = _second_occurrence(zone, local, start)
        return start, start + 1
    if isinstance(value, datetime.date):
        days = value.toordinal() - 719_163
        return zone.utc_of(days * DAY), zone.utc_of((days + 1) * DAY)
    raise QueryError(f"{value!r} is no time: {_WRITTEN}")


def _second_occurrence(zone: Zone, local: int, first: int) -> int:
    """Return the last moment at which clocks show a time, given its first."""
    starts, offsets = zone.table(first, first + 2 * DAY)
    found = first
    for i, (start, offset) in enumerate(zip(starts, offsets, strict=True)):
        time = local - offset
        if time >= start and (i + 1 == len(starts) or time < starts[i + 1]):
            found = max(found, time)
    return found


def parse_instant(value: object, tz: str | datetime.tzinfo | Zone = "UTC") -> int:
    """Return the moment of a text, date or datetime, in microseconds UTC since 1970.

    A text is ``"2023"``, ``"2023-Q1"``, ``"2023-03"``, ``"2023-W09"``, ``"2023-03-05"`` or a
    day with a time (``T`` or a space between), and means its first moment; so does
    a date.  What names no zone or offset is local to ``tz``.  A time that clocks
    skip is the moment of the skip, one that they show twice its first occurrence
    (of a datetime with ``fold=1``: its second).  Raise QueryError for anything else.

    >>> parse_instant("1970-01-01T02:00", "+01:00") // 3_600_000_000
    1
    """
    return _checked(_instants(value, resolve_zone(tz))[0], value)


def _checked(time: int, value: object) -> int:
    if not EARLIEST <= time <= LATEST:
        raise QueryError(f"{value!r} lies outside the years 1 to 9999 UTC")
    return time


def parse_range(value: object, tz: str | datetime.tzinfo | Zone = "UTC") -> tuple[int, int]:
    """Return a half-open range of moments, in microseconds UTC since 1970.

    A pair ``(from, to)`` runs from the first moment of ``from`` up to, not including,
    the first moment of ``to``; None leaves an end open (the years 1 and 9999).  A
    single text or date is the whole unit it names, up to the first moment of the
    next: ``"2023"`` is ("2023", "2024").
    Raise QueryError for what is no time, and for a range that holds no moment.

    >>> parse_range(("2023-01", "2023-02")) == parse_range("2023-01")
    True
    """
    zone = resolve_zone(tz)
    if isinstance(value, (list, tuple)):
        if len(value) != 2:
            raise QueryError(f"{value!r}: a range of times is a pair (from, to)")
        start = EARLIEST if value[0] is None else parse_instant(value[0], zone)
        stop = LATEST if value[1] is None else parse_instant(value[1], zone)
        if stop <= start:
            hint = "put the earlier one first"
            if stop == start:
                hint = f"the end is not included; {value[0]!r} alone means all of it"
            raise QueryError(f"{value!r} holds no moment: {hint}")
        return start, stop
    if isinstance(value, datetime.datetime):
        raise QueryError(f"{value!r} is one moment: a range of times is a pair (from, to)")
    start, stop = _instants(value, zone)
    if stop <= start:
        raise QueryError(f"{value!r} holds no moment: clocks of {zone.key} skip it")
    return _checked(start, value), min(stop, LATEST)


_UNITS = ("second", "minute", "hour", "day", "week", "month", "quarter", "year")
_LENGTHS = {"second": SECOND, "minute": 60 * SECOND, "hour": 3600 * SECOND}


@dataclass(frozen=True)
class Last:
    """The last stretch of a log's period, such as its last 12 months.

    Made by ``last``; ``resolve`` says which moments it means for a period.
    """

    number: int
    unit: str

    def __repr__(self) -> str:
        return f"last('{self.number} {self.unit}{'s' if self.number != 1 else ''}')"

    def resolve(
        self, start: int, stop: int, tz: str | datetime.tzinfo | Zone = "UTC"
    ) -> tuple[int, int]:
        """Return the half-open range that ends with the period [start, stop).

        Days and longer units are counted back on the calendar of ``tz``, from the
        time that clocks show at ``stop``: one month before 1 April is 1 March; where
        the month is too short, its last day serves.  Hours, minutes and seconds are
        exact.  The range is not cut at ``start``.

        >>> last("2 months").resolve(*parse_range("2023")) == parse_range(("2023-11", "2024"))
        True
        """
        zone = resolve_zone(tz)
        if self.unit in _LENGTHS:
            return max(EARLIEST, stop - self.number * _LENGTHS[self.unit]), stop
        day, clock = divmod(stop + zone.offset_at(stop), DAY)
        if self.unit in ("day", "week"):
            day -= self.number * (7 if self.unit == "week" else 1)
        else:
            months = self.number * {"month": 1, "quarter": 3, "year": 12}[self.unit]
            year, month, date = date_of(day)
            first = days_of(year, month - months, 1)
            length = days_of(year, month - months + 1, 1) - first
            day = first + min(date, length) - 1
        local = day * DAY + clock
        return (zone.utc_of(local) if local > EARLIEST + DAY else EARLIEST), stop


def last(text: str) -> Last:
    """Return the last stretch of a period: ``"12 months"``, ``"90 days"``, ``"1 year"``.

    Units are seconds, minutes, hours, days, weeks, months, quarters and years.
    Raise QueryError for anything else.

    >>> last("12 months")
    last('12 months')
    """
    match = re.fullmatch(r"\s*(\d{1,9})\s*([A-Za-z]+)\s*", text) if isinstance(text, str) else None
    if match is None or int(match[1]) == 0:
        raise QueryError(f"last({text!r}): write a number and a unit, such as '12 months'")
    unit = match[2].lower()
    if unit.removesuffix("s") not in _UNITS:
        near = suggest(unit, [f"{name}s" for name in _UNITS])
        hint = f"; did you mean {near[0]!r}?" if near else ""
        units = ", ".join(f"{name}s" for name in _UNITS)
        raise QueryError(f"last({text!r}): {match[2]!r} is no unit{hint} Units are {units}.")
    return Last(int(match[1]), unit.removesuffix("s"))


def period_days(start: int, stop: int) -> float:
    """Return how many days of 24 hours lie in [start, stop), a float.

    >>> period_days(*parse_range("2023"))
    365.0
    """
    return (stop - start) / DAY


def format_instant(
    time: int, tz: str | datetime.tzinfo | Zone = "UTC", *, offset: bool = True
) -> str:
    """Return a moment as ISO 8601 in a zone, as short as it is exact.

    >>> format_instant(0), format_instant(1_500_000, "Europe/Paris")
    ('1970-01-01T00:00Z', '1970-01-01T01:00:01.500000+01:00')
    """
    zone = resolve_zone(tz)
    ahead = zone.offset_at(time)
    day, clock = divmod(time + ahead, DAY)
    minutes, rest = divmod(clock, 60 * SECOND)
    year, month, date = date_of(day)
    text = f"{year:04}-{month:02}-{date:02}T{minutes // 60:02}:{minutes % 60:02}"
    if rest:
        text += f":{rest // SECOND:02}"
        if rest % SECOND:
            text += f".{rest % SECOND:06}"
    if offset:
        text += "Z" if zone.is_utc else offset_text(ahead)
    return text


def format_period(start: int, stop: int, tz: str | datetime.tzinfo | Zone = "UTC") -> str:
    """Return a half-open period for people: by its first and last day where it can.

    >>> format_period(*parse_range("2023"))
    '2023-01-01 .. 2023-12-31 UTC'
    >>> format_period(*parse_range(("2023-03-05T14:00", "2023-03-05T15:00")))
    '2023-03-05T14:00 .. 2023-03-05T15:00 UTC'
    """
    zone = resolve_zone(tz)
    first, end = (format_instant(time, zone, offset=False) for time in (start, stop))
    if first.endswith("T00:00") and end.endswith("T00:00") and start < stop:
        year, month, day = date_of((stop + zone.offset_at(stop)) // DAY - 1)
        first, end = first.removesuffix("T00:00"), f"{year:04}-{month:02}-{day:02}"
    return f"{first} .. {end} {zone.key}"
