"""Reading, the slow obvious way: row by row, rule by rule, in plain Python.

A source is a list of rows, a row a dict of texts (or None) by column.  Everything that the core
knows about a row is found again here from the rules alone.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

Row = Mapping[str, str | None]

FIELDS = (
    ("sent_at", "time"),
    ("sender", "label"),
    ("receiver", "label"),
    ("message_id", "id"),
    ("reply_to", "id"),
    ("kind", "label"),
    ("size", "integer"),
    ("messages", "integer"),
)
REQUIRED = ("sent_at", "sender", "receiver")
EPOCH = datetime.datetime(1970, 1, 1)
TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)?)?$"
)
SECOND = datetime.timedelta(seconds=1)
MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass
class Rules:
    """What a reading was told: labels that are known, and how to take times."""

    #: text -> label, or the reason why it is refused; a text that is not here is unknown.
    known: Mapping[str, tuple[str, str]] | None = None  # None: whatever is met
    zone: str | None = None
    ambiguous: str = "raise"
    nonexistent: str = "raise"
    period: tuple[int, int] | None = None


@dataclass
class Reading:
    """What became of the rows."""

    seen: int = 0
    duplicates: int = 0
    accepted: list[dict[str, Any]] = field(default_factory=list)
    #: (source, row from 1, column, reason, value)
    rejected: list[tuple[int, int, str, str, str | None]] = field(default_factory=list)
    dates: bool = False


class Refused(Exception):
    """A value that cannot be taken, and why."""

    def __init__(self, reason: str, value: str | None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


def read(sources: Sequence[Sequence[Row]], rules: Rules) -> Reading:
    """Read all sources; nothing is clever here."""
    reading = Reading()
    taken: list[tuple[int, int, dict[str, Any], bool]] = []
    for number, rows in enumerate(sources):
        for at, row in enumerate(rows, 1):
            reading.seen += 1
            values: dict[str, Any] = {}
            date = False
            for name, kind in FIELDS:
                if name not in row:
                    values[name] = None
                    continue
                try:
                    values[name], is_date = value_of(name, kind, row[name], rules)
                    date |= is_date
                except Refused as refused:
                    reading.rejected.append((number, at, name, refused.reason, refused.value))
                    break
            else:
                taken.append((number, at, values, date))
    first: dict[tuple[Any, ...], dict[str, Any]] = {}
    for number, at, values, date in taken:
        if values["message_id"] is not None:
            key = (values["message_id"], values["sender"], values["receiver"])
            before = first.setdefault(key, values)
            if before is not values:
                if before == values:
                    reading.duplicates += 1
                else:
                    reason = "same id, sender and receiver, other values"
                    reading.rejected.append((number, at, "message_id", reason, key[0]))
                continue
        reading.accepted.append(values)
        reading.dates |= date
    reading.rejected.sort(key=lambda refusal: refusal[:2])
    return reading


def value_of(name: str, kind: str, text: str | None, rules: Rules) -> tuple[Any, bool]:
    """What a text stands for, and whether it is a date without hours."""
    if text is None or text == "":
        if name in REQUIRED:
            raise Refused("missing", None)
        return None, False
    if kind == "time":
        return time_of(text, rules)
    if kind == "label":
        if rules.known is None or name not in ("sender", "receiver"):
            return text, False
        found, reason = rules.known.get(text, ("", "unknown label"))
        if reason:
            raise Refused(reason, text)
        return found, False
    if kind == "id":
        return text, False
    if not re.fullmatch(r"-?\d+", text):
        raise Refused("not a whole number", text)
    number = int(text)
    if not -(2**63) < number < 2**63:
        raise Refused("number out of range", text)
    if number < 0:
        raise Refused("number out of range", str(number))
    return number, False


def time_of(text: str, rules: Rules) -> tuple[int, bool]:
    """Microseconds since 1970 UTC, and whether there was a date only."""
    match = TIME.match(text)
    if match is None:
        raise Refused("not a time", text)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    fraction = int((match[7] or "0").ljust(6, "0"))
    try:
        naive = datetime.datetime(year, month, day, hour, minute, second, fraction)
    except ValueError:
        raise Refused("not a time", text) from None
    date = match[4] is None
    if date:
        instant = naive
    elif match[8]:
        instant = naive - offset_of(match[8])
    else:
        instant = localized(naive, text, rules)
    time = (instant - EPOCH) // MICROSECOND
    if rules.period is not None and not rules.period[0] <= time < rules.period[1]:
        raise Refused("outside the period", written(instant))
    return time, date


def offset_of(text: str) -> datetime.timedelta:
    if text == "Z":
        return datetime.timedelta()
    size = datetime.timedelta(hours=int(text[1:3]), minutes=int(text[4:]))
    return -size if text[0] == "-" else size


def localized(naive: datetime.datetime, text: str, rules: Rules) -> datetime.datetime:
    """A time on the wall of a zone, as UTC without a zone."""
    if rules.zone is None:
        raise Refused("time without a zone", text)
    zone = ZoneInfo(rules.zone)
    found = set()
    for fold in (0, 1):
        aware = naive.replace(tzinfo=zone, fold=fold)
        utc = aware.astimezone(datetime.UTC)
        if utc.astimezone(zone).replace(tzinfo=None) == naive:
            found.add(utc.replace(tzinfo=None))
    if len(found) == 1:
        return found.pop()
    if found:
        if rules.ambiguous == "raise":
            raise Refused("local time that happened twice", text)
        return min(found) if rules.ambiguous == "earlier" else max(found)
    if rules.nonexistent == "raise":
        raise Refused("local time that never happened", text)
    # The first second that did happen after the gap, or the last instant before it.
    ahead = naive.replace(microsecond=0)
    step = SECOND if rules.nonexistent == "forward" else -SECOND
    while True:
        ahead += step
        utc = ahead.replace(tzinfo=zone).astimezone(datetime.UTC)
        if utc.astimezone(zone).replace(tzinfo=None) == ahead:
            instant = utc.replace(tzinfo=None)
            return instant if rules.nonexistent == "forward" else instant + SECOND - MICROSECOND


def written(time: datetime.datetime) -> str:
    """A time as it stands in messages."""
    words = time.strftime("%H:%M:%S")
    if time.microsecond:
        words += f".{time.microsecond:06}"
    return f"{time.year:04}-{time.month:02}-{time.day:02}T{words}Z"


def rows_of(log: Any) -> list[dict[str, Any]]:
    """The rows of a log again, value by value, from its buffers."""
    columns: dict[str, list[Any]] = {}
    for name, _ in FIELDS:
        number = log.schema.number(name)
        info = log.column(number)
        columns[name] = [None] * len(log) if info is None else _values(log, name, info)
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _values(log: Any, name: str, info: Mapping[str, Any]) -> list[Any]:
    kind = log.schema.field(name).kind
    if info["texts"]:
        ends = [0, *memoryview(info["ends"]).tolist()]
        letters = bytes(info["bytes"] or b"")
        values: list[Any] = [letters[start:end].decode() for start, end in itertools.pairwise(ends)]
    else:
        raw = memoryview(info["values"])
        values = raw.tolist()
        if kind == "label":
            unstated = 2 ** (8 * raw.itemsize) - 1
            labels = log.domains[name].labels if name in log.domains else ()
            return [None if code == unstated else labels[code] for code in values]
        if kind in ("id", "time"):
            values = [None if value == -(2**63) else value for value in values]
        if kind == "id":
            values = [None if value is None else str(value) for value in values]
    if info["stated"] is not None:
        bits = bytes(info["stated"])
        values = [value if bits[i // 8] >> i % 8 & 1 else None for i, value in enumerate(values)]
    return values
