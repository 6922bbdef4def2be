"""Editions of a meeting: which there were, in which order, when and where.

A series is a closed world of editions in the order of their numbers; where some have none,
of their days; else in the order given.  It is never the order of their texts, in which 10
comes before 9, nor of years: two editions may lie six months apart.  The shipped series are
in ``data/editions.csv``, each row with its source; any other takes their place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from ._days import first_day, last_day
from .domain import Domain
from .errors import InputError, QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from .table import Table

__all__ = ["Edition", "Series", "editions", "series_of"]

CONFERENCE = "conference"
_PRINTED = ("delegates", "participants", "countries")


class Edition(NamedTuple):
    """One edition: its label, number, first and last day (as precise as known) and city."""

    label: str
    number: int | None = None
    first: str | None = None
    last: str | None = None
    city: str | None = None

    @property
    def days(self) -> tuple[str, str] | None:
        """The first and last day on which it may have met; None where nothing is known."""
        if self.first is None:
            return None
        return first_day(self.first), last_day(self.last or self.first)

    @property
    def exact_day(self) -> str | None:
        """Its first day, where that is known to the day."""
        return self.first if self.first is not None and len(self.first) == 10 else None


class Series:
    """The editions of one meeting in their order: a closed world of labels.

    Raise InputError for labels that are empty or repeated, for days that are none, for an
    edition that ends before it begins, and for two editions that meet on one day.
    """

    def __init__(self, held: Iterable[Edition], name: str = "") -> None:
        listed = list(held)
        if all(one.number is not None for one in listed):
            listed.sort(key=lambda one: one.number or 0)
            for before, after in pairwise(listed):
                if before.number == after.number:
                    raise InputError("two editions with one number", column="number",
                                     value=str(after.number))  # fmt: skip
        elif all(one.first is not None for one in listed):
            listed.sort(key=lambda one: one.days or ("", ""))
        self.name = name
        self.editions = tuple(listed)
        labels = [one.label for one in listed]
        aliases = {
            text: label
            for label in labels if label.isascii() and label.isdigit()
            for text in _ordinals(int(label)) if text not in labels
        }  # fmt: skip
        self.domain = Domain(labels, aliases=aliases)
        self._spans = self._covered()

    def _covered(self) -> list[tuple[str, str, int]]:
        """The days that are known to the day, and whose they are, in order."""
        spans = []
        for code, one in enumerate(self.editions):
            days = one.days
            if days is not None and days[1] < days[0]:
                raise InputError("ends before it begins", column="to", value=str(one.last))
            if days is not None and all(len(end or one.first or "") == 10
                                        for end in (one.first, one.last)):  # fmt: skip
                spans.append((*days, code))
        spans.sort()
        for one_span, next_span in pairwise(spans):
            if next_span[0] <= one_span[1]:
                twice = [self.editions[span[2]].label for span in (one_span, next_span)]
                raise InputError(f"editions {' and '.join(map(repr, twice))} meet on one day",
                                 column="from", value=next_span[0])  # fmt: skip
        return spans

    def __len__(self) -> int:
        return len(self.editions)

    def on(self, day: str) -> int:
        """Return the code of the edition whose days cover a day, -1 where none does."""
        from bisect import bisect_right

        at = bisect_right(self._spans, (day, "9999-99", 0)) - 1
        return self._spans[at][2] if at >= 0 and day <= self._spans[at][1] else -1

    def code(self, label: object) -> int:
        """Return the code of an edition given as a label or a number; raise LabelError."""
        return self.domain.resolve(str(label))


def _ordinals(number: int) -> tuple[str, ...]:
    last = number % 10 if number // 10 % 10 != 1 else 0
    return (f"{number}{('th', 'st', 'nd', 'rd')[last] if last < 4 else 'th'}",)


def series_of(value: Any = None) -> Series:
    """Return the series that a choice of editions means.

    ``value`` is the name of a shipped series (None: the conference of heads of bureaus), the
    path of a CSV file or a Table with a column ``edition`` and, where known, ``number from
    to city``, or a list of labels in their order.  Raise QueryError for anything else.
    """
    if value is None:
        value = CONFERENCE
    if isinstance(value, Series):
        return value
    if isinstance(value, str) and value in _shipped():
        return _shipped()[value]
    if isinstance(value, str | os.PathLike):
        path = os.fspath(value)
        if not os.path.exists(path) and not path.lower().endswith(".csv"):
            near = did_you_mean(suggest(path, _shipped()))
            raise QueryError(
                f"editions={path!r}: no shipped series and no file{near} Shipped are "
                f"{', '.join(map(repr, _shipped()))}"
            )
        return _of_rows(_rows(path), path)
    if hasattr(value, "columns") and hasattr(value, "to_dicts"):
        return _of_rows(value.to_dicts(), "editions=")
    if isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
        labels = [one if isinstance(one, str) else str(one) for one in value]
        if labels:
            return Series(map(Edition, labels))
    raise QueryError(
        f"editions={value!r}: give a shipped series, a CSV file, a Table or a list of labels"
    )


def saved_series(more: Mapping[str, Any], log: Any) -> tuple[Series, int, bool]:
    """Return the editions of a saved log, how many dates were astray, and whether persons are
    hashed; raise InputError where what it says is damaged.
    """
    try:
        held = [Edition(*one) for one in more["editions"]]
        right = all(
            isinstance(one.label, str)
            and (one.number is None or type(one.number) is int)
            and all(text is None or isinstance(text, str) for text in one[2:])
            for one in held
        )
        astray, hashed = more["astray"], more["hashed"]
        right = right and type(astray) is int and astray >= 0 and type(hashed) is bool
        made = Series(held, str(more["series"])) if right else None
    except (TypeError, KeyError, ValueError):
        made = None
    domain = log.domains.get("edition")
    if made is None or (domain is not None and made.domain != domain):
        raise InputError("a saved log that is damaged: its editions are none")
    return made, astray, hashed


def editions(series: str | None = None) -> Table:
    """Return the known editions of a series of meetings, with the figures in print.

    ``series`` is "conference" (the conference of heads of bureaus), "General Assembly",
    "European", "Asian" or "Middle East and North Africa"; by default all.  A Table, a row
    per edition; ``delegates participants countries`` are those of ``bcn.published``, and
    ``printed`` their words; ``status`` is "inferred" where the number or the year was worked
    out from others.  Raise QueryError for an unknown series.

    >>> import interpol_bcn as bcn
    >>> bcn.editions("conference")[-2:].select(["edition", "from", "city", "countries", "printed"])
    Editions of meetings
    edition  from        city  countries  printed
    ───────  ──────────  ────  ─────────  ──────────────────────────────────
    19       2024-04     Lyon        136  321 responsables; 136 countries
    20       2025-02-11  Lyon        150  about 310 delegates; 150 countries
    as printed, not computed from records
    """
    from ._columns import Column
    from ._published_figure import scope_of
    from .published import published
    from .table import Table

    if series is not None and series not in _shipped():
        near = did_you_mean(suggest(str(series), _shipped()))
        raise QueryError(f"no series {series!r}{near} There are {', '.join(_shipped())}")
    rows = [row for row in _data() if series in (None, row["series"])]
    figures = [figure for figure in published if figure.measure in _PRINTED]
    said = [
        {figure.measure: figure for figure in figures if figure.scope == scope_of(row["printed"])}
        if row["printed"] else {} for row in rows
    ]  # fmt: skip
    columns = []
    for name in ("series", "edition", "number", "from", "to", "city"):
        texts = [row[name] or None for row in rows]
        if name == "number":
            numbers = [int(text) if text else None for text in texts]
            columns.append(Column(name, numbers, "integer", format="plain"))
        else:
            columns.append(Column(name, texts, "text"))
    for measure in _PRINTED:
        values = [one[measure].value if measure in one else None for one in said]
        columns.append(Column(measure, values, "integer"))
    words = ["; ".join(str(one[m]) for m in _PRINTED if m in one) or None for one in said]
    columns.append(Column("printed", words, "text"))
    columns += [Column(n, [row[n] for row in rows], "text") for n in ("source", "status")]
    return Table.from_columns(
        columns, title="Editions of meetings", note="as printed, not computed from records",
        measure="delegates",
    )  # fmt: skip


def _rows(path: str) -> list[dict[str, str]]:
    import csv

    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@lru_cache(maxsize=1)
def _data() -> list[dict[str, str]]:
    return _rows(os.path.join(os.path.dirname(__file__), "data", "editions.csv"))


@lru_cache(maxsize=1)
def _shipped() -> dict[str, Series]:
    names = dict.fromkeys(row["series"] for row in _data())
    return {
        name: _of_rows([row for row in _data() if row["series"] == name], name) for name in names
    }


def _of_rows(rows: Iterable[Mapping[str, Any]], source: str) -> Series:
    held, name = [], ""
    for number, row in enumerate(rows, 1):
        if "edition" not in row:
            raise InputError("no column 'edition'", source=source)
        text = {key: "" if cell is None else str(cell).strip() for key, cell in row.items()}
        if not text["edition"]:
            raise InputError("missing", source=source, row=number, column="edition")
        place = text.get("number", "")
        if place and not place.isdecimal():
            raise InputError("not a whole number", source=source, row=number, column="number",
                             value=place)  # fmt: skip
        days = []
        for column in ("from", "to"):
            day = text.get(column, "")
            try:
                days.append(first_day(day) and day if day else None)
            except QueryError as error:
                raise InputError(str(error), source=source, row=number, column=column) from None
        held.append(Edition(text["edition"], int(place) if place else None, days[0], days[1],
                            text.get("city") or None))  # fmt: skip
        name = text.get("series", name)
    if not held:
        raise InputError("no editions", source=source)
    return Series(held, name)
