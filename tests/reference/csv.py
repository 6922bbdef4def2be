"""Delimited text, read one character after the other.

The slow, obvious twin of ``csrc/text``: the grammar of ``csv.h`` as a state
machine over bytes, then each field of each column by Python's own means.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

LABEL, TIME, INTEGER, ID = range(4)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@dataclass
class Field:
    """One field: its bytes in the source, what they mean, and whether they were quoted."""

    raw: bytearray = field(default_factory=bytearray)
    text: bytearray = field(default_factory=bytearray)
    quoted: bool = False
    flawed: bool = False


@dataclass
class Record:
    """One record and the line on which it starts."""

    line: int
    fields: list[Field]


@dataclass
class Reading:
    """Records in order, and the words of the error that ended the reading."""

    records: list[Record]
    error: str | None = None


def split(
    data: bytes,
    delimiter: bytes = b",",
    quote: bytes = b'"',
    first_line: int = 1,
    limit: int = 64 << 20,
) -> Reading:
    """Take a whole text apart; ``quote=b""`` means that there are no quotes."""
    if first_line == 1 and data.startswith(b"\xef\xbb\xbf"):
        data = data[3:]
    reading = Reading([])
    line = first_line
    at = 0
    while at < len(data):
        start, started = at, line
        fields = [Field()]
        state = "start"
        opened = line
        while True:
            if at == len(data):
                break
            byte = data[at : at + 1]
            here = fields[-1]
            if state == "inside":
                here.raw += byte
                at += 1
                if byte != quote:
                    here.text += byte
                    if byte == b"\n" or (byte == b"\r" and data[at : at + 1] != b"\n"):
                        line += 1
                elif data[at : at + 1] == quote:
                    here.raw += quote
                    here.text += quote
                    at += 1
                else:
                    state = "closed"
                continue
            if byte in b"\r\n":
                break
            at += 1
            if byte == delimiter:
                fields.append(Field())
                state = "start"
                continue
            here.raw += byte
            if byte == quote and state == "start":
                here.quoted = True
                state = "inside"
                opened = line
                continue
            if byte == quote or state == "closed":
                here.flawed = True
            here.text += byte
            if state == "start":
                state = "plain"
        if at - start > limit:
            reading.error = (
                f"line {started}: the record that begins here is longer than {limit} bytes; "
                "is this delimited text?"
            )
            return reading
        if state == "inside":
            reading.error = f"line {opened}: a quote opens here and is never closed"
            return reading
        if at > start:
            reading.records.append(Record(started, fields))
        line += 1
        at += 2 if data[at : at + 2] == b"\r\n" else 1
    return reading


def meaning(found: Field) -> bytes:
    """Return the text of a field: spaces around an unquoted one do not count."""
    return bytes(found.text) if found.quoted else bytes(found.text).strip(b" \t")


ISO = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)"
    r"(?:[Tt ](\d\d):(\d\d)(?:(?::(\d\d)(?:[.,](\d+))?))?"
    r"( UTC| ?[Zz]| ?[+-]\d\d(?::?\d\d|:\d\d:\d\d)?)?)?",
    re.ASCII,
)


def time(text: bytes) -> tuple[str, int, bool]:
    """Return (reason, microseconds, is a date) of an ISO 8601 text; no zone is assumed."""
    match = ISO.fullmatch(text.decode("latin-1"))
    if match is None:
        return "TIME", 0, False
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    if fraction is not None and fraction[6:].strip("0"):
        return "TIME", 0, False
    offset = timedelta()
    if zone is not None and zone.strip() not in ("UTC", "Z", "z"):
        digits = re.sub(r"\D", "", zone).ljust(6, "0")
        parts = int(digits[:2]), int(digits[2:4]), int(digits[4:])
        if parts[0] > 23 or parts[1] > 59 or parts[2] > 59:
            return "TIME", 0, False
        offset = timedelta(hours=parts[0], minutes=parts[1], seconds=parts[2])
        offset = -offset if "-" in zone else offset
    if int(year) == 0:
        return "TIME_RANGE", 0, False
    seconds = min(int(second or 0), 59) if int(second or 0) == 60 else int(second or 0)
    try:
        local = datetime(
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            seconds,
            int((fraction or "0")[:6].ljust(6, "0")),
            tzinfo=UTC,
        )
    except ValueError:
        return "TIME", 0, False
    if hour is not None and zone is None:
        return "TIME_ZONE", 0, False
    try:
        instant = local - offset
    except OverflowError:
        return "TIME_RANGE", 0, False
    return "", (instant - EPOCH) // timedelta(microseconds=1), hour is None


def value(kind: int, text: bytes) -> tuple[str, str]:
    """Return (reason, the value in words); a missing one is ``~``."""
    if not text:
        return "", "~"
    reason, words = "", text.decode("latin-1")
    if kind == TIME:
        reason, instant, date = time(text)
        words = f"{instant}{'d' if date else ''}"
    elif kind == INTEGER:
        if re.fullmatch(rb"[+-]?[0-9]+", text) is None:
            reason = "INTEGER"
        elif abs(int(text)) >= 2**63:
            reason = "INTEGER_RANGE"
        else:
            words = str(int(text))
    if kind in (LABEL, ID) or reason:
        try:
            text.decode()
        except UnicodeDecodeError:
            reason = "ENCODING"
    return reason, words


def flat(
    data: bytes,
    kinds: list[int],
    delimiter: bytes = b",",
    quote: bytes = b'"',
    limit: int = 64 << 20,
) -> bytes:
    """Return what ``tests/c/csv_text.h`` writes for this text, column i reading field i."""
    reading = split(data, delimiter, quote, limit=limit)
    lines = []
    for record in reading.records:
        lines.append(f"{record.line}{row_words(record, kinds)}\n")
    if reading.error is not None:
        lines.append(reading.error + "\n")
    return "".join(lines).encode("latin-1")


def row_words(record: Record, kinds: list[int]) -> str:
    """Return the values of a row, or its first fault."""
    for found in record.fields:
        if found.flawed:
            return f"!row:QUOTE:{found.raw.decode('latin-1')}"
    count = len(record.fields)
    if count != len(kinds):
        found_words = f"{count} field{'' if count == 1 else 's'}"
        wanted = f"{len(kinds)} {'was' if len(kinds) == 1 else 'were'} expected"
        return f"!row:FIELDS:{found_words} where {wanted}"
    values = []
    for column, kind in enumerate(kinds):
        text = meaning(record.fields[column])
        reason, words = value(kind, text)
        if reason:
            return f"!{column}:{reason}:{raw_words(record.fields[column])}"
        values.append(words)
    return "|" + "|".join(values)


def raw_words(found: Field) -> str:
    """Return a refused value as the core shows it."""
    return meaning(found).decode("latin-1")
