"""A figure as printed: what it measures, of what, when, how exactly, and where it was read."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ._days import first_day, last_day
from ._phrase import PERS, parse, say
from ._printed import QUALIFIERS, Interval, Number, exact, fewest_digits, reading, shown
from .errors import InputError, QueryError

__all__ = ["SECONDS", "Figure", "figure_of", "figures_of", "scope_of", "span_of", "span_text"]

BASES = ("flow", "stock", "event")
SECONDS = {"second": 1, "day": 86_400}
Span = tuple[datetime.date, datetime.date]
_DAY = datetime.timedelta(days=1)


class Figure(NamedTuple):
    """One published figure.  ``scope`` says of what: (("database", "SLTD"),), or () for all.

    A flow happened between ``from_`` and ``until`` (half-open); a stock or an event was on
    some day of ``from_``, or held until ``until``.  ``per`` says that the number is of each
    second, day or year of the period.

    >>> from interpol_bcn.published import published
    >>> figure = published.figures("messages", 2023)[0]
    >>> str(figure), str(figure.interval), figure.digits, figure.source
    ('more than 18 million messages', '[18,000,000, 19,000,000)', 2, 'F24')
    """

    measure: str
    value: Number | None
    from_: str = ""
    until: str = ""
    unit: str = ""
    scope: tuple[tuple[str, str], ...] = ()
    per: str = ""
    basis: str = "flow"
    qualifier: str = "exact"
    digits: int = 0
    low: Number | None = None
    high: Number | None = None
    source: str = ""
    status: str = "given"
    note: str = ""
    flag: str = ""
    name: str = ""
    part_of: str = ""

    @property
    def interval(self) -> Interval:
        """The exact numbers that the print may stand for, at the digits that are read."""
        if self.value is None:
            assert self.low is not None and self.high is not None
            return Interval(self.low, self.high)
        return reading(self.value, self.qualifier, self.digits)

    @property
    def span(self) -> Span | None:
        """The first day, and the first day after; None where the figure has no date."""
        return span_of(self.from_, self.until) if self.from_ else None

    @property
    def seconds(self) -> int | None:
        """The real length of the period of a flow, leap days included."""
        span = self.span
        return None if span is None else (span[1] - span[0]).days * 86_400

    @property
    def period(self) -> str:
        """The period in words: a year, a day, or from .. to with both days in."""
        return span_text(self.from_, self.until)

    @property
    def words(self) -> str:
        """What was printed, as words: "more than 18 million"."""
        if self.value is None:
            return f"{shown(self.interval.low)} to {shown(self.interval.high)}" + (
                f" a {self.per}" if self.per else ""
            )
        return say(self.value, self.qualifier, "en", None, self.per)

    @property
    def of(self) -> str:
        """The scope in words: "database SLTD"."""
        return ", ".join(f"{key} {value}" for key, value in self.scope)

    def read(self, digits: int) -> Figure:
        """Return the figure with another number of its digits read.

        Exact figures and printed ranges stay; QueryError for fewer than the value has.
        """
        if self.value is None or self.qualifier == "exact":
            return self
        made = self._replace(digits=digits)
        made.interval  # noqa: B018  # refuses what cannot be read so
        return made

    def as_total(self) -> Interval | None:
        """Return what the figure says of its whole period; None where that has no length."""
        if not self.per:
            return self.interval
        if self.per == "year":
            return None  # a mean over years: no total was printed
        seconds = self.seconds
        if self.basis != "flow" or seconds is None or self.per not in SECONDS:
            return None
        return self.interval.times(seconds // SECONDS[self.per])

    def explain(self) -> str:
        """Return one paragraph: what, when, how it is read, and where it was printed."""
        from .published import published

        digits = "the range as printed"
        if self.value is not None:
            digits = f"{self.qualifier}, read to {self.digits} digit{'s' * (self.digits != 1)}"
        words = [
            f"{self.measure[0].upper()}{self.measure[1:]}{f' ({self.of})' if self.scope else ''}, "
            f"{self.period}: {self.words}, in {self.unit}. {digits[0].upper()}{digits[1:]}, that "
            f"is {self.interval}.",
            f"A {self.basis}; status {self.status}.",
        ]
        for one in self.source.split():
            words.append(f"Source [{one}]: {published.sources.get(one, 'as given')}.")
        words += [f"{text}." for text in (self.flag, self.note) if text]
        return " ".join(words)

    def __str__(self) -> str:
        return f"{self.words} {self.unit}"


def span_of(from_: str, until: str) -> Span:
    """Return the first day and the first day after of a period, or of a date of any precision."""
    start = datetime.date.fromisoformat(first_day(from_))
    if until:
        return start, datetime.date.fromisoformat(first_day(until))
    return start, datetime.date.fromisoformat(last_day(from_)) + _DAY


def span_text(from_: str, until: str) -> str:
    """Return a period for people.

    >>> span_text("2023", "2024"), span_text("2016-01", "2016-10"), span_text("2008-03", "")
    ('2023', '2016-01-01 .. 2016-09-30', '2008-03')
    """
    if not from_:
        return "undated"
    if not until:
        return from_
    start, stop = span_of(from_, until)
    if (start.month, start.day, stop.month, stop.day) == (
        1,
        1,
        1,
        1,
    ) and stop.year == start.year + 1:
        return f"{start.year:04}"
    return f"{start} .. {stop - _DAY}"


def scope_of(scope: object) -> tuple[tuple[str, str], ...]:
    """Return a scope from a mapping or from text, "database=SLTD; bureau=HRV"."""
    if isinstance(scope, Mapping):
        return tuple((str(key), str(value)) for key, value in scope.items())
    if not isinstance(scope, str):
        raise QueryError(f"scope={scope!r}: a text such as 'database=SLTD', or a mapping")
    pairs = [part.partition("=") for part in scope.split(";") if part.strip()]
    for key, mark, value in pairs:
        if not (key.strip() and mark and value.strip()):
            raise QueryError(f"scope={scope!r}: write 'column=label', with ';' between several")
    return tuple((key.strip(), value.strip()) for key, _, value in pairs)


def figure_of(row: Mapping[str, Any], **place: Any) -> Figure:
    """Return the figure that a row of a table gives; raise InputError, with its place."""
    column = ""

    def cell(name: str) -> str:
        nonlocal column
        column = name
        return str(row.get(name) or "").strip()

    def one_of(name: str, choices: Iterable[str], default: str) -> str:
        value = cell(name) or default
        if value not in choices:
            raise QueryError(f"one of {', '.join(map(repr, choices))}")
        return value

    try:
        if not (measure := cell("measure")):
            raise QueryError("missing")
        from_, until = cell("from"), cell("until")
        if from_:
            start, stop = span_of(from_, until)
            if stop <= start:
                raise QueryError("the period ends before it begins")
        per = one_of("per", ("", *PERS), "")
        basis = one_of("basis", BASES, "flow" if until else "stock")
        scope, qualifier = scope_of(cell("scope")), cell("qualifier")
        digits = int(cell("digits") or 0)
        low, high = (
            exact(_decimal(text)) if (text := cell(end)) else None for end in ("low", "high")
        )
        value: Number | None = None
        text, unit = cell("value"), cell("unit") or measure
        if not text:
            if low is None or high is None or high < low:
                raise QueryError("no value: give both low and high")
            qualifier = "between"
        else:
            try:
                value = exact(_decimal(text))
                qualifier = qualifier or "exact"
            except QueryError:  # words, then: "plus de 18 millions"
                column = "value"
                said = parse(text)
                value, qualifier = said.value, qualifier or said.qualifier
                digits, per = digits or said.digits, per or said.per
            column = "qualifier"
            if qualifier not in QUALIFIERS[:-1]:
                raise QueryError(f"one of {', '.join(QUALIFIERS[:-1])}")
            column = "digits"
            full = isinstance(value, int) and qualifier == "exact"
            digits = digits or (len(str(abs(value))) if full else fewest_digits(value))
            reading(value, qualifier, digits)
    except (ValueError, QueryError) as error:
        raise InputError(str(error), column=column, value=cell(column), **place) from None
    return Figure(
        measure, value, from_, until, unit, scope, per, basis, qualifier, digits, low, high,
        cell("source"), cell("status") or "given", cell("note"), cell("flag"), cell("name"),
        cell("part_of"),
    )  # fmt: skip


def figures_of(path: str) -> tuple[Figure, ...]:
    """Return the figures of a CSV file; raise InputError naming file, line and column."""
    import csv

    with open(path, encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        missing = [name for name in ("measure", "value") if name not in (rows.fieldnames or ())]
        if missing:
            raise InputError(f"no column {missing[0]!r}", source=path, line=1)
        return tuple(figure_of(row, source=path, line=rows.line_num) for row in rows)


def _decimal(text: str) -> Any:
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(text.replace("_", ""))
    except InvalidOperation:
        raise QueryError(f"{text!r} is no number") from None
