"""Days as people write them: a date, or text for a day, a month or a year."""

from __future__ import annotations

import datetime
import re
from typing import TypeAlias

from .errors import QueryError

__all__ = ["Day", "first_day", "last_day"]

Day: TypeAlias = "str | datetime.date"
DAY = re.compile(r"\d{4}(?:-\d{2}){0,2}", re.ASCII)


def first_day(day: Day) -> str:
    """Return the first day that a date, a month or a year covers, as YYYY-MM-DD.

    >>> first_day("2006-09"), first_day("2006")
    ('2006-09-01', '2006-01-01')
    """
    return _day(day, last=False)


def last_day(day: Day) -> str:
    """Return the last day that a date, a month or a year covers, as YYYY-MM-DD.

    >>> last_day("2004-02"), last_day("2006"), last_day("2006-09-24")
    ('2004-02-29', '2006-12-31', '2006-09-24')
    """
    return _day(day, last=True)


def _day(day: Day, last: bool) -> str:
    if isinstance(day, datetime.datetime):
        return day.date().isoformat()
    if isinstance(day, datetime.date):
        return day.isoformat()
    try:
        if isinstance(day, str) and DAY.fullmatch(day):
            year, *rest = (int(part) for part in day.split("-"))
            if len(rest) == 2:
                return datetime.date(year, rest[0], rest[1]).isoformat()
            begun = datetime.date(year, rest[0] if rest else 1, 1)
            if not last:
                return begun.isoformat()
            if not rest or begun.month == 12:
                return begun.replace(month=12, day=31).isoformat()
            after = begun.replace(month=begun.month + 1)
            return (after - datetime.timedelta(days=1)).isoformat()
    except ValueError:
        pass
    raise QueryError(f"{day!r} is not a day: write a date, 'YYYY-MM-DD', 'YYYY-MM' or 'YYYY'")
