"""Days by number: the proleptic Gregorian calendar and ISO weeks, without limits.

Unlike ``datetime`` these know the days next to the years 1 and 9999, where local
dates of other zones lie.
"""

from __future__ import annotations

__all__ = ["DAY", "SECOND", "date_of", "days_of", "week_of", "week_start"]

SECOND = 1_000_000
DAY = 86_400 * SECOND


def days_of(year: int, month: int, day: int) -> int:
    """Return the days from 1970-01-01 to a date; the month may exceed 12.

    >>> days_of(1970, 1, 1), days_of(2000, 3, 1), days_of(1969, 13, 1)
    (0, 11017, 0)
    """
    # Counted from March, so that the leap day ends the year.
    months = year * 12 + month - 3
    year, month = divmod(months, 12)
    return (
        year * 365 + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day - 719_469
    )


def date_of(days: int) -> tuple[int, int, int]:
    """Return (year, month, day) of the days since 1970-01-01.

    Unlike ``datetime`` it also knows the days next to the years 1 and 9999, where
    local dates of other zones lie.

    >>> date_of(0), date_of(-1), date_of(11017)
    ((1970, 1, 1), (1969, 12, 31), (2000, 3, 1))
    """
    era, day = divmod(days + 719_468, 146_097)
    year = (day - day // 1460 + day // 36_524 - day // 146_096) // 365
    day -= year * 365 + year // 4 - year // 100
    month = (5 * day + 2) // 153
    later = month >= 10
    return (
        era * 400 + year + later,
        month - 9 if later else month + 3,
        day - (153 * month + 2) // 5 + 1,
    )


def week_of(days: int) -> tuple[int, int]:
    """Return the ISO year and week of a day: the year that holds its Thursday."""
    thursday = days - (days + 3) % 7 + 3
    year = date_of(thursday)[0]
    return year, (thursday - days_of(year, 1, 1)) // 7 + 1


def week_start(year: int, week: int) -> int | None:
    """Return the day of an ISO week's Monday, or None when the year has no such week."""
    january = days_of(year, 1, 4)
    day = january - (january + 3) % 7 + (week - 1) * 7
    return day if week_of(day) == (year, week) else None
