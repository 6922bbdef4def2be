"""Lengths of time as people write them: ``"24h"``, ``"90min"``, ``"3d"``, a timedelta."""

from __future__ import annotations

import datetime
import re

from .errors import QueryError, did_you_mean, suggest

__all__ = ["UNITS", "check_unit", "parse_duration"]

_TEXT = re.compile(r"(\d+)\s*([a-zµ]+)", re.ASCII)
#: the length of each unit in microseconds, by all the ways of writing it
_LENGTHS = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "min": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 604_800_000_000,
}
_WORDS = {
    "microsecond": "us", "millisecond": "ms", "second": "s", "minute": "min", "hour": "h",
    "day": "d", "week": "w",
}  # fmt: skip
_MOST = 2**62 - 1

#: units that a table of durations may be in, and how they are written
UNITS = {name: short for name, short in _WORDS.items() if name != "millisecond"}


def parse_duration(value: object, what: str) -> int:
    """Return a length of time in microseconds; raise QueryError, naming ``what`` it was for.

    >>> parse_duration("24h", "within"), parse_duration("90 min", "within")
    (86400000000, 5400000000)
    """
    length = -1
    if isinstance(value, datetime.timedelta):
        length = value // datetime.timedelta(microseconds=1)
    elif isinstance(value, str):
        found = _TEXT.fullmatch(value.strip())
        if found is not None:
            word = found[2].removesuffix("s") if len(found[2]) > 3 else found[2]
            unit = _WORDS.get(word, found[2])
            if unit not in _LENGTHS:
                near = did_you_mean(suggest(found[2], [*_LENGTHS, *_WORDS]))
                raise QueryError(
                    f"{what}={value!r}: {found[2]!r} is no unit{near or '.'} "
                    f"Units are {', '.join(_LENGTHS)}"
                )
            length = int(found[1]) * _LENGTHS[unit]
    if not 0 <= length <= _MOST:
        raise QueryError(
            f"{what}={value!r}: write a length of time from 0 on, such as '24h', '90min', '3d', "
            "or a timedelta"
        )
    return length


def check_unit(unit: object) -> tuple[str, int]:
    """Return how a unit is written and its length; raise QueryError for none.

    >>> check_unit("hour")
    ('h', 3600000000)
    """
    if unit not in UNITS:
        near = did_you_mean(suggest(str(unit), UNITS))
        raise QueryError(f"unit={unit!r}{near or ':'} durations are in {', '.join(UNITS)}")
    short = UNITS[str(unit)]
    return short, _LENGTHS[short]
