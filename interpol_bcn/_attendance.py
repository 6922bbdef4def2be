"""Who attended which edition: columns as Python values, and sets as bits.

Bureaus of an edition are the bits of one whole number; persons one byte each of another, 0
or 1, so that they are set without shifting.  Who stayed, left and joined are then ``&`` and
``bit_count``: all pairs of twenty editions of ten thousand persons are milliseconds.
"""

from __future__ import annotations

import datetime
from array import array
from collections.abc import Iterable, Mapping, Sequence
from itertools import compress, count, repeat
from typing import TYPE_CHECKING, Any, NamedTuple

from ._figures import afford, counted, figures
from ._membership import on_days
from .errors import LabelError, QueryError

if TYPE_CHECKING:
    from ._editions import Edition
    from .delegates import DelegateLog

__all__ = ["Attendance"]

_NONE = -(2**63)
DAY = 86_400_000_000
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


# Columns as Python values


def codes_of(log: DelegateLog, name: str) -> tuple[Sequence[int], int]:
    """Return a label column's codes, and the one that says nothing."""
    values = memoryview(log._infos[name]["values"])
    return values.tolist(), 255 if values.itemsize == 1 else 65535


def numbers_of(log: DelegateLog, name: str) -> Sequence[int | None]:
    """Return a column of numbers or times, None where none is stated."""
    info = log._infos[name]
    values: list[int] = memoryview(info["values"]).tolist()
    if info["stated"] is None:
        return values
    bits = memoryview(info["stated"])
    return [v if bits[row >> 3] >> (row & 7) & 1 else None for row, v in enumerate(values)]


def persons_of(log: DelegateLog) -> list[Any]:
    """Return what each row says of its person: whole numbers or bytes, None without."""
    info = log._infos["person"]
    if not info["texts"]:
        ids = memoryview(info["values"]).tolist()
        return [None if one == _NONE else one for one in ids] if _NONE in ids else ids
    text = bytes(memoryview(info["bytes"])) if info["bytes"] is not None else b""
    ends = memoryview(info["ends"])[: len(log)].tolist()
    return [text[a:b] or None for a, b in zip([0, *ends], ends, strict=False)]


def weights_of(log: DelegateLog) -> Iterable[int]:
    """Return how many delegates each row stands for; a row that does not say, for none."""
    weight = log.schema.weight
    if weight is None or weight not in log.columns:
        return repeat(1, len(log))
    return [value or 0 for value in numbers_of(log, weight)]


def spans_of(log: DelegateLog) -> dict[int, tuple[int, int]]:
    """Return the first and last time in the rows of each edition without days, made once."""
    spans: dict[int, tuple[int, int]] | None = log.__dict__.get("_spans")
    if spans is None:
        spans = {}
        open_ = {code for code, one in enumerate(log.series.editions) if one.days is None}
        if open_ and "date" in log.columns:
            held, _ = codes_of(log, "edition")
            for code, date in zip(held, numbers_of(log, "date"), strict=True):
                if date is not None and code in open_:
                    low, high = spans.get(code, (date, date))
                    spans[code] = min(low, date), max(high, date)
        log.__dict__["_spans"] = spans
    return spans


def day_of(moment: int) -> str:
    """Return the UTC day of a time, as text."""
    return (EPOCH + datetime.timedelta(microseconds=moment)).date().isoformat()


class Numbers(NamedTuple):
    """The persons of a log by number, and of each row its edition and person as one place."""

    places: array[int]  # edition * width + number; what is in no edition comes last
    width: int
    nameless: list[int]  # rows without a person


def numbered(log: DelegateLog) -> Numbers:
    """Return the persons of a log numbered as they come, made once."""
    made: Numbers | None = log.__dict__.get("_numbers")
    if made is None:
        persons = persons_of(log)
        number = dict(zip(dict.fromkeys(persons), count(), strict=False))
        width = len(number)
        held, unstated = codes_of(log, "edition")
        starts = {code: code * width for code in range(len(log.series))}
        starts[unstated] = len(log.series) * width
        begun, told = map(starts.__getitem__, held), map(number.__getitem__, persons)
        nameless = [row for row, one in enumerate(persons) if one is None] if None in number else []
        made = Numbers(array("q", map(int.__add__, begun, told)), width, nameless)
        log.__dict__["_numbers"] = made
    return made


# At asking


class Attendance:
    """Who attended the editions of a log, or of some of its rows: what every verb looks at."""

    def __init__(self, log: DelegateLog, where: Mapping[str, object] | None) -> None:
        for name in ("edition", "bureau"):
            if name not in log.columns:
                raise QueryError(f"this needs each row's {name}, and none was stated or read")
        self.log, self.where = log, where
        cube = log.count("edition", "bureau", where=where)
        self.cube = cube
        #: what there is to say of this beside the cube's own note
        self.more: list[str] = []
        self.bureaus = cube.axis("bureau")
        self.width = len(self.bureaus)
        cells = figures(cube)
        table = [cells[at : at + self.width] for at in range(0, len(cells), self.width)]
        known = len(log.series)
        #: the codes of the editions that have delegates, in order
        self.held = [code for code in range(known) if any(table[code])]
        self.editions: list[Edition] = [log.series.editions[code] for code in self.held]
        self.labels = [one.label for one in self.editions]
        #: by edition, the delegates of each bureau
        self.delegates = [table[code] for code in self.held]
        #: by edition, the bureaus that attended, as bits
        self.attending = [_bits(at for at, n in enumerate(row) if n) for row in self.delegates]
        unplaced = sum(sum(row) for row in table[known:])
        if unplaced:
            self.more.append(f"{counted(unplaced, 'delegates')} in no edition")
        if log.astray:
            self.more.append(
                f"{counted(log.astray, 'rows')} dated outside the days of their edition"
            )
        self._stated_days()
        domain = log.domains["bureau"]
        #: by edition, who was a member on one of its days, as bits
        self.members = [_bits(on_days(domain, days)) for days in self.days]
        undated = [label for label, days in zip(self.labels, self.days, strict=True) if not days]
        if undated and _dated(domain):
            listed = ", ".join(undated[:5]) + (", ..." if len(undated) > 5 else "")
            self.more.append(f"without dates, against members now: {listed}")
        if self.held:
            absent = self.held[-1] - self.held[0] + 1 - len(self.held)
            if absent:
                words = f"{counted(absent, 'editions')} between these without delegates here"
                self.more.append(words)
        self._persons: list[int] | None = None
        #: by edition, the delegates without a person
        self.nameless: list[int] = []

    def _stated_days(self) -> None:
        """By edition its first and last possible day: as known, else as its rows say."""
        self.days = [one.days for one in self.editions]
        if None not in self.days:
            return
        spans = spans_of(self.log)
        for at, code in enumerate(self.held):
            if self.days[at] is None and code in spans:
                low, high = spans[code]
                self.days[at] = day_of(low), day_of(high)

    def opened(self, place: int) -> str | None:
        """Return when an edition began, as precisely as its series or its rows say."""
        days = self.days[place]
        return self.editions[place].first or (days[0] if days else None)

    def place(self, label: object) -> int:
        """Return the place of an edition among those here; raise LabelError for others."""
        code = self.log.series.code(label)
        if code not in self.held:
            raise LabelError(
                label, "no delegates of this edition here",
                hint=f"There are {', '.join(self.labels[:20])}" if self.labels else "",
            )  # fmt: skip
        return self.held.index(code)

    @property
    def has_persons(self) -> bool:
        """Whether persons were read."""
        return "person" in self.log.columns

    def rows(self) -> bytes:
        """Return a byte per row, 1 where a verb looks at it."""
        log = self.log
        weighted = log.schema.weight in log.columns
        looks = bytes(map(bool, weights_of(log))) if weighted else b"\1" * len(log)
        if not self.where:
            return looks
        from .query import SKIP, plan

        laid = plan(log, (), self.where, "UTC")
        if laid.dials:
            raise QueryError("persons are not filtered by the calendar: give a range of dates")
        for number, table in laid.terms:
            codes, _ = codes_of(log, log.schema.fields[number].name)
            good = bytes(offset != SKIP for offset in table)
            looks = bytes(map(int.__and__, looks, map(good.__getitem__, codes)))
        for number, low, high, outside in laid.ranges:
            values = numbers_of(log, log.schema.fields[number].name)
            within = bytes(v is not None and (low <= v < high) != outside for v in values)
            looks = bytes(map(int.__and__, looks, within))
        return looks

    def people(self) -> list[int]:
        """Return, by edition, its persons: byte n of a whole number is 1 where n was there."""
        if self._persons is None:
            self._persons, self.nameless = self._number()
        return self._persons

    def _number(self) -> tuple[list[int], list[int]]:
        numbers, known = numbered(self.log), len(self.log.series)
        width = numbers.width
        afford(width * (known + 1), 2, f"{width:,} persons in {known} editions")
        looks = self.rows()
        flags = bytearray(width * (known + 1))
        for place in compress(numbers.places, looks) if 0 in looks else numbers.places:
            flags[place] = 1
        without = dict.fromkeys(self.held, 0)
        if numbers.nameless:
            nobody = numbers.places[numbers.nameless[0]] % width
            flags[nobody::width] = bytes(known + 1)
            held, weights = codes_of(self.log, "edition")[0], list(weights_of(self.log))
            for row in numbers.nameless:
                if looks[row] and held[row] in without:
                    without[held[row]] += weights[row]
        sets = [
            int.from_bytes(flags[code * width : code * width + width], "little")
            for code in self.held
        ]
        return sets, list(without.values())

    def parties(self, column: str) -> Parties:
        """Return the persons of each edition and code of another column of labels."""
        persons, weights = persons_of(self.log), weights_of(self.log)
        held, _ = codes_of(self.log, "edition")
        codes, _ = codes_of(self.log, column)
        found = Parties()
        rows = zip(held, codes, persons, weights, strict=False)
        for code, other, person, weight in compress(rows, self.rows()):
            if person is None:
                group = (code, other)
                found.nameless[group] = found.nameless.get(group, 0) + weight
            else:
                found.named.setdefault((code, other), set()).add(person)
        return found


class Parties:
    """Persons by edition and code of a column, and the delegates without one."""

    def __init__(self) -> None:
        self.named: dict[tuple[int, int], set[Any]] = {}
        self.nameless: dict[tuple[int, int], int] = {}

    def heads(self, edition: int, codes: Iterable[int]) -> int:
        """Return how many different persons there are under some codes of an edition.

        A delegate without a person is one more.
        """
        groups = [(edition, code) for code in codes]
        named: set[Any] = set().union(*(self.named.get(group, ()) for group in groups))
        return len(named) + sum(self.nameless.get(group, 0) for group in groups)


def _bits(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


def _dated(domain: Any) -> bool:
    """Whether who is a member depends on the day."""
    return any(domain.since) or any(domain.until)
