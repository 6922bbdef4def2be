"""Tables: named columns for people to read, sort, join and take elsewhere.

A table never changes; every verb returns a new one, and most share the columns
of the old.  It knows its title, its note (period, unit, coverage) and how each
figure came about (``explain``), and keeps them through every verb.  It prints
bounded, and leaves whole: Arrow, pandas, polars, Excel, CSV, JSON, dicts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, overload

from ._columns import Column
from ._exports import Exports, check_labels
from .errors import LabelError, QueryError, suggest

__all__ = ["Column", "Table"]

How = Literal["inner", "left", "outer"]
Names = str | Sequence[str]


class Table(Exports):
    """An immutable table: columns of equal length, each with a name and a kind.

    ``columns`` maps names to lists, buffers or Columns.  ``units`` and
    ``formats`` say per column what a value is and how to print it (see
    ``Column``); ``title`` and ``note`` are printed around the rows; ``explain``
    is the long answer to "where does this come from"; ``measure`` names the
    column that counts (else the first of integers or numbers); ``language``
    (ar, en, fr, es) and ``labels`` ("code" or "name") say how to print.
    Raise QueryError for columns of different lengths, InputError for a value
    that does not fit.

    >>> table = Table({"sender": ["FRA", "DEU"], "messages": [1_204_551, 998]}, title="Sent")
    >>> table
    Sent
    sender   messages
    ──────  ─────────
    FRA     1,204,551
    DEU           998
    >>> table["messages"][1], table[0], len(table)
    (998, {'sender': 'FRA', 'messages': 1204551}, 2)
    """

    __slots__ = (
        "_columns",
        "_explain",
        "_labels",
        "_language",
        "_length",
        "_measure",
        "_note",
        "_title",
    )

    def __init__(
        self,
        columns: Mapping[str, Any],
        *,
        units: Mapping[str, str] | None = None,
        formats: Mapping[str, str] | None = None,
        title: str | None = None,
        note: str | None = None,
        explain: str | None = None,
        measure: str | None = None,
        language: str = "en",
        labels: str = "code",
    ) -> None:
        units, formats = units or {}, formats or {}
        for name in (*units, *formats):
            if name not in columns:
                raise _unknown(name, columns)
        made = []
        for name, data in columns.items():
            if isinstance(data, Column):
                made.append(data if data.name == name else data.renamed(name))
            else:
                made.append(Column(name, data, unit=units.get(name), format=formats.get(name)))
        self._take(made, title, note, explain, measure, language, labels)

    @classmethod
    def from_columns(
        cls,
        columns: Iterable[Column],
        *,
        title: str | None = None,
        note: str | None = None,
        explain: str | None = None,
        measure: str | None = None,
        language: str = "en",
        labels: str = "code",
    ) -> Table:
        """Return a table over these columns, which it shares.

        >>> Table.from_columns([Column("bureau", b"\\1\\0", labels=["DEU", "FRA"])]).to_dicts()
        [{'bureau': 'FRA'}, {'bureau': 'DEU'}]
        """
        made = object.__new__(cls)
        made._take(list(columns), title, note, explain, measure, language, labels)
        return made

    def _take(
        self,
        columns: list[Column],
        title: str | None,
        note: str | None,
        explain: str | None,
        measure: str | None,
        language: str,
        labels: str,
    ) -> None:
        self._columns = {column.name: column for column in columns}
        if len(self._columns) < len(columns):
            names = [column.name for column in columns]
            twice = sorted({name for name in names if names.count(name) > 1})
            raise QueryError(f"two columns have the same name: {', '.join(twice)}")
        lengths = {len(column) for column in columns}
        if len(lengths) > 1:
            each = ", ".join(f"{column.name} {len(column)}" for column in columns)
            raise QueryError(f"the columns differ in length: {each}")
        self._length = lengths.pop() if lengths else 0
        if measure is not None and measure not in self._columns:
            raise _unknown(measure, self._columns)
        if measure is None:
            kinds = {column.kind: column.name for column in reversed(columns)}
            measure = kinds.get("integer", kinds.get("number"))
        self._measure = measure
        self._title = title
        self._note = note
        self._explain = explain
        from ._i18n import check_language

        self._language = check_language(language)
        self._labels = check_labels(labels)

    def _like(self, columns: Iterable[Column], **changes: Any) -> Table:
        """A table with other columns and the same words around them."""
        columns = list(columns)
        measure = changes.get("measure", self._measure)
        if measure not in {column.name for column in columns}:
            measure = None
        return Table.from_columns(
            columns,
            title=self._title,
            note=self._note,
            explain=self._explain,
            measure=measure,
            language=changes.get("language", self._language),
            labels=changes.get("labels", self._labels),
        )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(self._columns)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self._length, len(self._columns)

    @property
    def title(self) -> str | None:
        """The line above the table when printed."""
        return self._title

    @property
    def note(self) -> str | None:
        """The line below: period, unit, coverage."""
        return self._note

    @property
    def measure(self) -> str | None:
        """The column that counts: ``top`` sorts by it, ``zeros=False`` looks at it."""
        return self._measure

    @property
    def language(self) -> str:
        """The language that headings and figures are printed in."""
        return self._language

    @property
    def labels(self) -> str:
        """What is printed for a label: its "code" or its "name"."""
        return self._labels

    def explain(self) -> str:
        """Return how these figures came about: formula, period, unit, coverage."""
        return self._explain or self._note or self._title or ""

    def in_language(self, language: str, labels: str = "name") -> Table:
        """Return the same table, printed in ar, en, fr or es: headings, title and note too.

        ``title``, ``note`` and ``explain()`` stay as they are, in English.

        >>> bureau = Column("sender", b"\\0", labels=["FRA"], names={"es": ["Francia"]})
        >>> Table.from_columns([bureau]).in_language("es")
        remitente
        ─────────
        Francia
        """
        return self._like(self._columns.values(), language=language, labels=labels)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """Iterate over the rows as dicts."""
        names = self.columns
        for start in range(0, self._length, 4096):
            parts = [column[start : start + 4096].tolist() for column in self._columns.values()]
            for values in zip(*parts, strict=True):
                yield dict(zip(names, values, strict=True))

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    @overload
    def __getitem__(self, key: str) -> Column: ...
    @overload
    def __getitem__(self, key: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, key: slice | list[str]) -> Table: ...
    def __getitem__(self, key: str | int | slice | list[str]) -> Any:
        """Return a column by name, a row by number as a dict, rows by slice, columns by list."""
        if isinstance(key, str):
            return self.column(key)
        if isinstance(key, slice):
            return self._like(column[key] for column in self._columns.values())
        if isinstance(key, list):
            return self.select(key)
        return self.row(key)

    def column(self, name: str) -> Column:
        """Return a column; raise LabelError with the nearest names if there is none."""
        try:
            return self._columns[name]
        except (KeyError, TypeError):
            raise _unknown(name, self._columns) from None

    def row(self, number: int) -> dict[str, Any]:
        """Return a row as a dict, counted from 0, or from the end if negative.

        Raise IndexError past either end.
        """
        if not -self._length <= number < self._length:
            raise IndexError(f"no row {number}; the table has {self._length}")
        return {name: column[number] for name, column in self._columns.items()}

    def head(self, n: int = 10) -> Table:
        """Return the first ``n`` rows."""
        return self[: _size(n)]

    def tail(self, n: int = 10) -> Table:
        """Return the last ``n`` rows."""
        return self[max(0, self._length - _size(n)) :]

    def take(self, rows: Sequence[int]) -> Table:
        """Return the rows with these numbers, in this order."""
        for row in (min(rows, default=0), max(rows, default=0)):
            if rows and not 0 <= row < self._length:
                raise IndexError(f"no row {row}; the table has {self._length}")
        return self._like(column.take(rows) for column in self._columns.values())

    def sort(self, by: Names, *, descending: bool | Sequence[bool] = False) -> Table:
        """Return the rows in order; equal ones keep theirs, missing values come last.

        Labels sort by their place in the domain (Monday before Tuesday), texts
        by their letters.  ``descending`` is one answer for all of ``by``, or one
        for each.  O(n log n).

        >>> table = Table({"a": ["x", "y", "z"], "n": [1, None, 3]})
        >>> table.sort("n", descending=True)["a"].tolist()
        ['z', 'x', 'y']
        """
        names = self._names(by)
        falls = [descending] * len(names) if isinstance(descending, bool) else list(descending)
        if len(falls) != len(names):
            raise QueryError(f"{len(names)} columns to sort by, {len(falls)} answers in descending")
        rows = list(range(self._length))
        for name, fall in reversed(list(zip(names, falls, strict=True))):
            keys = self._columns[name].keys()
            if None in keys:
                known = [row for row in rows if keys[row] is not None]
                known.sort(key=keys.__getitem__, reverse=fall)
                rows = known + [row for row in rows if keys[row] is None]
            else:
                rows.sort(key=keys.__getitem__, reverse=fall)
        return self._like(column.take(rows) for column in self._columns.values())

    def top(self, n: int = 10, by: str | None = None) -> Table:
        """Return the ``n`` rows with the largest values, the largest first.

        Equal rows keep their order; missing values come last.  ``by`` is the
        measure unless given.  O(rows log n).

        >>> table = Table({"sender": ["FRA", "DEU", "ITA"], "messages": [5, 9, 7]})
        >>> table.top(2)["sender"].tolist()
        ['DEU', 'ITA']
        """
        from heapq import nlargest

        by = self._measure if by is None else by
        if by is None:
            raise QueryError("no column of figures; say by which column: top(10, by=...)")
        keys = self.column(by).keys()
        known = [row for row in range(self._length) if keys[row] is not None]
        rows = nlargest(_size(n), known, key=keys.__getitem__)
        if len(rows) < min(n, self._length):
            missing = [row for row in range(self._length) if keys[row] is None]
            rows += missing[: n - len(rows)]
        return self._like(column.take(rows) for column in self._columns.values())

    def select(self, names: Names) -> Table:
        """Return only these columns, in this order."""
        return self._like(self._columns[name] for name in self._names(names))

    def rename(self, names: Mapping[str, str]) -> Table:
        """Return the table with columns renamed, ``{"old": "new"}``."""
        for old in names:
            self.column(old)
        measure = self._measure and names.get(self._measure, self._measure)
        renamed = [column.renamed(names.get(name, name)) for name, column in self._columns.items()]
        return self._like(renamed, measure=measure)

    def nonzero(self) -> Table:
        """Return the rows whose measure is not 0."""
        if self._measure is None:
            return self
        data = self._columns[self._measure].data
        rows = [row for row, value in enumerate(data) if value != 0]
        return self if len(rows) == self._length else self.take(rows)

    def join(
        self,
        other: Table,
        on: Names,
        how: How = "inner",
        *,
        many: bool = False,
        suffix: str | None = None,
    ) -> Table:
        """Return the rows of both tables with equal values in ``on``, side by side.

        "left" keeps rows that the other has not, "outer" also the other's, at
        the end; missing cells are None.  Not stated equals not stated.
        A key that several rows of ``other`` share would multiply rows: QueryError
        unless ``many``.  Columns of both tables besides ``on``: QueryError, unless
        ``suffix`` is given for the other's.  O(rows of both).

        >>> sent = Table({"bureau": ["FRA", "DEU"], "sent": [5, 9]})
        >>> received = Table({"bureau": ["DEU", "ITA"], "received": [2, 3]})
        >>> for row in sent.join(received, on="bureau", how="outer"):
        ...     print(row)
        {'bureau': 'FRA', 'sent': 5, 'received': None}
        {'bureau': 'DEU', 'sent': 9, 'received': 2}
        {'bureau': 'ITA', 'sent': None, 'received': 3}
        """
        from ._join import join

        keys = self._names(on)
        other._names(on)
        return self._like(join(self, other, keys, how, many, suffix))

    def _names(self, names: Names) -> list[str]:
        listed = [names] if isinstance(names, str) else list(names)
        for name in listed:
            self.column(name)
        return listed

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Table):
            return NotImplemented
        return self.shape == other.shape and all(
            mine == its
            for mine, its in zip(self._columns.values(), other._columns.values(), strict=True)
        )

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        words = (self._title, self._note, self._explain, self._measure)
        return _rebuild, (list(self._columns.values()), *words, self._language, self._labels)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._columns)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        return self.to_html(rows=60)

    def to_text(self, *, rows: int = 20, width: int | None = None) -> str:
        """Return the table as aligned text: at most ``rows`` rows, ``width`` characters wide.

        Without ``width``, as wide as the terminal.
        """
        from ._text import to_text

        return to_text(self, rows, width)

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return the table itself, or its ``nonzero()`` rows."""
        return self if zeros else self.nonzero()

    def _spoken(self, language: str, labels: str) -> Table:
        """Return the table with the names of its labels, in a language, in their place.

        With ``labels="code"`` the labels stay; only the language of prints changes.
        """
        columns: Iterable[Column] = self._columns.values()
        if labels == "name":
            columns = [column.shown(language) for column in columns]
        return self._like(columns, language=language, labels=labels)


def _rebuild(
    columns: list[Column],
    title: str | None,
    note: str | None,
    explain: str | None,
    measure: str | None,
    language: str,
    labels: str,
) -> Table:
    return Table.from_columns(
        columns,
        title=title,
        note=note,
        explain=explain,
        measure=measure,
        language=language,
        labels=labels,
    )


def _unknown(name: object, columns: Iterable[str]) -> LabelError:
    names = list(columns)
    near = suggest(str(name), names)
    hint = "" if near else f"the columns are {', '.join(names)}" if names else "it has none"
    return LabelError(name, "no such column", choices=near, hint=hint)


def _size(n: int) -> int:
    if not isinstance(n, int) or n < 0:
        raise QueryError(f"a number of rows is an integer, 0 or more, not {n!r}")
    return n
