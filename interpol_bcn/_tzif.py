"""Files of the time zone database: where they are, what they list, how they go on."""

from __future__ import annotations

import re
import struct
from struct import calcsize, unpack_from

from ._gregorian import days_of

__all__ = ["UNREADABLE", "Rule", "database_version", "parse_tzif", "read_tzif"]


class Rule:
    """The closing rule of a zone: two offsets and the days that part them."""

    _NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
    _TIME = r"[+-]?\d{1,3}(?::\d{2}){0,2}"
    _DAY = rf"((?:M\d+\.\d\.\d|J\d+|\d+)(?:/{_TIME})?)"
    _FORM = re.compile(rf"{_NAME}({_TIME})(?:{_NAME}({_TIME})?(?:,{_DAY},{_DAY})?)?", re.ASCII)

    def __init__(self, standard: int, daylight: int, begin: str, end: str) -> None:
        self.standard, self.daylight = standard, daylight
        self.begin, self.end = _day_rule(begin), _day_rule(end)

    @classmethod
    def parse(cls, text: str) -> tuple[int, Rule | None]:
        """Return the standard offset, and the rule when there is daylight time."""
        match = cls._FORM.fullmatch(text)
        if match is None:
            raise ValueError(f"unreadable rule {text!r}")
        standard = -_seconds(match[1])  # POSIX counts west of Greenwich
        if match[3] is None:
            if text[match.end(1) :]:
                raise ValueError(f"rule {text!r} names no days")
            return standard, None
        daylight = -_seconds(match[2]) if match[2] else standard + 3600
        return standard, cls(standard, daylight, match[3], match[4])

    def changes(self, year: int) -> list[tuple[int, int]]:
        """Return the two changes of a year, (UTC second, offset from then on)."""
        begin = _rule_second(self.begin, year) - self.standard
        end = _rule_second(self.end, year) - self.daylight
        return [(begin, self.daylight), (end, self.standard)]


def _seconds(text: str) -> int:
    """Return the seconds of ``[+-]h[:mm[:ss]]``."""
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    total = parts[0] * 3600 + parts[1] * 60 + parts[2]
    return -total if text.startswith("-") else total


def _day_rule(text: str) -> tuple[str, list[int], int]:
    """Return (kind, numbers, second of the day) of ``M10.5.0/3``, ``J60`` or ``59``."""
    day, _, time = text.partition("/")
    kind = day[0] if day[0] in "MJ" else "N"
    return kind, [int(n) for n in day.lstrip("MJ").split(".")], _seconds(time or "2")


def _rule_second(rule: tuple[str, list[int], int], year: int) -> int:
    """Return the local second since 1970 at which a rule strikes in a year."""
    kind, numbers, second = rule
    if kind == "M":
        month, week, weekday = numbers
        first = days_of(year, month, 1)
        day = first + (weekday - 4 - first) % 7 + (week - 1) * 7  # 1970-01-01: a Thursday
        if day >= days_of(year, month + 1, 1):
            day -= 7
    elif kind == "J":  # 1 to 365; 29 February is never counted
        leap = days_of(year, 3, 1) - days_of(year, 1, 1) == 60
        day = days_of(year, 1, 1) + numbers[0] - 1 + (leap and numbers[0] > 59)
    else:
        day = days_of(year, 1, 1) + numbers[0]
    return day * 86_400 + second


def search_path() -> tuple[str, ...]:
    """Return the folders of zone files, those that ``zoneinfo`` looks in.

    It is not loaded for that: 3.12 cannot in an interpreter with a lock of its own, and in 3.11
    a second interpreter that goes away takes the zones of the first with it.
    """
    import os
    import sys
    import sysconfig

    loaded = sys.modules.get("zoneinfo")
    if loaded is not None:
        return tuple(loaded.TZPATH)
    text = os.environ.get("PYTHONTZPATH", sysconfig.get_config_var("TZPATH") or "")
    return tuple(folder for folder in text.split(os.pathsep) if os.path.isabs(folder))


def database_version() -> str:
    """Return the version of the time zone database, such as ``"2025b"``, or ``"unknown"``.

    A figure by local time depends on it: rules change, also for the past.
    """
    from os.path import join

    for folder in search_path():
        for name in ("tzdata.zi", "+VERSION"):
            try:
                with open(join(folder, name), encoding="ascii") as file:
                    return file.readline().removeprefix("# version").strip()
            except OSError:
                continue
    try:
        from importlib import import_module

        return str(import_module("tzdata").IANA_VERSION)
    except ImportError:
        return "unknown"


UNREADABLE = (ValueError, IndexError, struct.error)  # what a damaged file raises


def parse_tzif(data: bytes) -> tuple[int, list[int], list[int], Rule | None]:
    """Read a TZif file (RFC 9636): its 64-bit block where there is one.

    Return the offset ahead of the first change, the seconds of the changes, the
    offset from each on, and the closing rule.  Raise one of UNREADABLE.
    """
    header, size, at = ">4sc15x6l", 4, 0
    magic, version, *counts = unpack_from(header, data, at)
    if magic != b"TZif":
        raise ValueError("not a TZif file")
    at = calcsize(header)
    if version >= b"2":
        isut, isstd, leap, times, types, chars = counts
        at += times * 5 + types * 6 + chars + leap * 8 + isstd + isut
        magic, version, *counts = unpack_from(header, data, at)
        at, size = at + calcsize(header), 8
    isut, isstd, leap, times, types, chars = counts
    if leap:
        raise ValueError("it counts leap seconds")
    starts = list(unpack_from(f">{times}{'q' if size == 8 else 'l'}", data, at))
    at += times * size
    used = unpack_from(f">{times}B", data, at)
    at += times
    kinds = [unpack_from(">l?B", data, at + 6 * i) for i in range(types)]
    at += types * 6 + chars + leap * (size + 4) + isstd + isut
    offsets = [kinds[i][0] for i in used]
    before = next((offset for offset, dst, _ in kinds if not dst), kinds[0][0])
    rule = None
    if size == 8:
        _, line, _ = data[at:].split(b"\n", 2)
        footer = line.decode("ascii")
        if footer:
            standard, rule = Rule.parse(footer)
            if not starts and rule is None:
                before = standard
    return before, starts, offsets, rule


def read_tzif(key: str) -> bytes | None:
    """Return the bytes of a zone's file, or None when there is no such zone."""
    parts = key.split("/")
    if any(re.fullmatch(r"[A-Za-z0-9_+-]+", part) is None for part in parts):
        return None
    if parts[0] in ("posix", "right"):
        return None
    from os.path import isfile, join

    for folder in search_path():
        path = join(folder, *parts)
        if isfile(path):
            with open(path, "rb") as file:
                data = file.read()
            if data.startswith(b"TZif"):
                return data
    try:
        from importlib.resources import files

        return files("tzdata").joinpath("zoneinfo", *parts).read_bytes()
    except (ImportError, OSError):
        return None
