"""The units of the calendar: numbers for years, weeks, hours ... and their labels.

A unit is a whole number: months since year 0, weeks since the one that holds 1
January 1970, hours since 1970 and so on, always of local time.  So the units of a
stretch of time are a range, and a label is made from a number when it is asked for.
"""

from __future__ import annotations

import re
from functools import lru_cache

from ._gregorian import DAY, SECOND, date_of, days_of, week_of, week_start

HOUR, MINUTE, WEEK = 3600 * SECOND, 60 * SECOND, 7 * DAY
MONDAY = 3 * DAY  # 1970-01-01 was a Thursday: this much after a Monday
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

# Unit -> (length, what to add to local time so that units begin at multiples).
FIXED = {
    "week": (WEEK, MONDAY),
    "day": (DAY, 0),
    "hour": (HOUR, 0),
    "minute": (MINUTE, 0),
    "second": (SECOND, 0),
}
MONTHS = {"month": 1, "quarter": 3, "year": 12}
FINE = ("hour", "minute", "second")
EXAMPLES = {
    "year": "2023",
    "quarter": "2023-Q1",
    "month": "2023-03",
    "week": "2023-W09",
    "day": "2023-03-05",
    "hour": "2023-03-05T14",
    "minute": "2023-03-05T14:05",
    "second": "2023-03-05T14:05:09",
}
# Cyclic axis -> (length, what to add, positions); months have no one length: 0.
CYCLES = {
    "month_of_year": (0, 0, 12),
    "day_of_week": (DAY, MONDAY, 7),
    "hour_of_day": (HOUR, 0, 24),
    "hour_of_week": (HOUR, MONDAY, 168),
}
CYCLE_LABELS = {
    "month_of_year": tuple(f"{month:02}" for month in range(1, 13)),
    "day_of_week": WEEKDAYS,
    "hour_of_day": tuple(f"{hour:02}" for hour in range(24)),
    "hour_of_week": tuple(f"{day} {hour:02}" for day in WEEKDAYS for hour in range(24)),
}

AXES = (*EXAMPLES, *CYCLES)
NEEDS_CLOCK = frozenset((*FINE, "hour_of_day", "hour_of_week"))
"""The axes that mean nothing where times are dates without hours."""


def unit_of(name: str, local: int) -> int:
    """Return the number of the unit that holds a local time."""
    if name in MONTHS:
        year, month, _ = date_of(local // DAY)
        return (year * 12 + month - 1) // MONTHS[name]
    width, shift = FIXED[name]
    return (local + shift) // width


def unit_start(name: str, unit: int) -> int:
    """Return the local time at which a unit begins."""
    if name in MONTHS:
        return days_of(0, unit * MONTHS[name] + 1, 1) * DAY
    width, shift = FIXED[name]
    return unit * width - shift


@lru_cache(maxsize=1024)
def _day_text(day: int) -> str:
    year, month, date = date_of(day)
    return f"{year:04}-{month:02}-{date:02}"


def unit_label(name: str, unit: int, offset: str) -> str:
    """Return the label of a unit; ``offset`` ends it."""
    if name == "year":
        return f"{unit:04}"
    if name == "quarter":
        return f"{unit // 4:04}-Q{unit % 4 + 1}"
    if name == "month":
        return f"{unit // 12:04}-{unit % 12 + 1:02}"
    if name == "week":
        year, week = week_of(unit * 7 - 3)
        return f"{year:04}-W{week:02}"
    if name == "day":
        return _day_text(unit)
    day, clock = divmod(unit * FIXED[name][0] // SECOND, 86_400)
    text = f"{_day_text(day)}T{clock // 3600:02}"
    if name != "hour":
        text += f":{clock // 60 % 60:02}"
    if name == "second":
        text += f":{clock % 60:02}"
    return text + offset


def read_unit(name: str, text: str) -> tuple[int, str] | None:
    """Return the unit that a text seems to mean, and its offset; None where none.

    Lenient on purpose: what comes back is compared with the true label, and serves
    as a suggestion where they differ.
    """
    offset = re.search(r"(?<=\d)(Z|[+-]\d\d:?\d\d(:\d\d)?)\s*$", text) if name in FINE else None
    body = text[: offset.start()] if offset else text
    numbers = [int(number) for number in re.findall(r"[0-9]{1,5}", body)]
    if len(numbers) > 1 and numbers[0] < 100 <= numbers[-1]:
        numbers.reverse()  # 03/2023, 05.03.2023
    count = 1 if name == "year" else 2 if name in ("quarter", "month", "week") else 3
    count += FINE.index(name) + 1 if name in FINE else 0
    if len(numbers) != count:
        return None
    year, part, day, *clock = (*numbers, 1, 1)[: max(count, 3)]
    if name == "year":
        return year, ""
    if name == "week":
        monday = week_start(year, part)
        return None if monday is None else ((monday + 3) // 7, "")
    if name == "quarter":
        return (year * 4 + part - 1, "") if 1 <= part <= 4 else None
    if not 1 <= part <= 12:
        return None
    if name == "month":
        return year * 12 + part - 1, ""
    length = days_of(year, part + 1, 1) - days_of(year, part, 1)
    if not 1 <= day <= length:
        return None
    unit = days_of(year, part, day)
    for number, limit in zip(clock, (24, 60, 60), strict=False):
        if number >= limit:
            return None
        unit = unit * limit + number
    return unit, offset[1] if offset else ""
