"""The slow twin of the calendar axes: one moment at a time, by datetime and zoneinfo."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import available_timezones

from interpol_bcn import _tzif

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def microseconds(moment: datetime) -> int:
    """Return UTC microseconds since 1970 of an aware datetime."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment(time: int) -> datetime:
    """Return the aware datetime of UTC microseconds since 1970."""
    return EPOCH + timedelta(microseconds=time)


def offset(time: int, tz: tzinfo) -> int:
    """Return what clocks of a zone are ahead of UTC, in microseconds."""
    return moment(time).astimezone(tz).utcoffset() // timedelta(microseconds=1)


def offset_text(local: datetime) -> str:
    """Return the offset of an aware datetime as ISO 8601 writes it; nothing in UTC."""
    return "" if local.tzinfo is UTC else local.isoformat()[len("2023-03-05T14:05:09") :]


def label(axis: str, time: int, tz: tzinfo) -> str:
    """Return the label of the position that a moment takes on an axis."""
    local = moment(time).astimezone(tz).replace(microsecond=0)
    year, week, weekday = local.isocalendar()
    text = local.replace(tzinfo=None).isoformat()
    return {
        "year": text[:4],
        "quarter": f"{text[:4]}-Q{(local.month + 2) // 3}",
        "month": text[:7],
        "week": f"{year:04}-W{week:02}",
        "day": text[:10],
        "hour": text[:13] + offset_text(local),
        "minute": text[:16] + offset_text(local),
        "second": text[:19] + offset_text(local),
        "month_of_year": text[5:7],
        "day_of_week": WEEKDAYS[weekday - 1],
        "hour_of_day": text[11:13],
        "hour_of_week": f"{WEEKDAYS[weekday - 1]} {text[11:13]}",
    }[axis]


def labels(axis: str, start: int, stop: int, tz: tzinfo, step: int) -> list[str]:
    """Return the labels of [start, stop), each once, sorted as the calendar has them.

    ``step`` must be short enough to meet every position; dates sort as texts do,
    labels with offsets come in the order of time.
    """
    times = [*range(start, stop, step), stop - 1]
    met = dict.fromkeys(label(axis, time, tz) for time in times)
    return list(met) if axis in ("hour", "minute", "second") else sorted(met)


def first_moment(local: datetime, tz: tzinfo) -> int:
    """Return the first second at which clocks of a zone show a naive time or later."""
    guess = microseconds(local.replace(tzinfo=UTC))
    low, high = guess - 86_400_000_000 * 2, guess + 86_400_000_000 * 2
    for time in range(low, high, 900_000_000):
        if moment(time).astimezone(tz).replace(tzinfo=None) >= local:
            back = time - 900_000_000
            while moment(back).astimezone(tz).replace(tzinfo=None) < local:
                back += 1_000_000
            return back
    raise AssertionError("two days are enough for any zone")


def zones_that_differ() -> list[str]:
    """Return every IANA zone once: of those that share one file, the first."""
    return sorted(
        {_tzif.read_tzif(key): key for key in sorted(available_timezones(), reverse=True)}.values()
    )
