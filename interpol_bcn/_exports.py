"""The ways out of a result: what tables, cubes and flows have in common.

A class with ``to_table`` inherits every export.  All take the same options:
``labels="code"`` leaves labels as they are (alpha-3 for bureaus), ``"name"``
puts their names in ``language``, where they have any; ``zeros=False`` drops the
rows whose measure is 0.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal

from .errors import QueryError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from .plot import Chart
    from .table import Table

__all__ = ["Exports", "check_labels"]


class Exports:
    """What can be had as a table can be had in every form that a table can."""

    __slots__ = ()

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return the result as a Table; each class says of what."""
        raise NotImplementedError

    def to_html(
        self,
        *,
        rows: int | None = None,
        labels: str | None = None,
        language: str | None = None,
        zeros: bool = True,
    ) -> str:
        """Return an HTML table with its caption and note; all rows unless bounded.

        Without ``labels`` and ``language``, as the table is printed.
        """
        from ._html import to_html

        return to_html(self._printed(labels, language, zeros), rows)

    def to_markdown(
        self,
        *,
        rows: int | None = None,
        labels: str | None = None,
        language: str | None = None,
        zeros: bool = True,
    ) -> str:
        """Return a Markdown table (GitHub's form); all rows unless bounded.

        >>> from interpol_bcn.table import Table
        >>> print(Table({"sender": ["FRA"], "messages": [1500]}).to_markdown())
        | sender | messages |
        |:-------|---------:|
        | FRA    |    1,500 |
        """
        from ._text import to_markdown

        return to_markdown(self._printed(labels, language, zeros), rows)

    def to_dicts(
        self, *, labels: str = "code", language: str | None = None, zeros: bool = True
    ) -> list[dict[str, Any]]:
        """Return the rows as dicts."""
        return list(self._leaving(labels, language, zeros))

    def to_csv(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        labels: str = "code",
        language: str | None = None,
        zeros: bool = True,
        formulas: Literal["guard", "keep"] = "guard",
    ) -> str | None:
        r"""Write CSV (RFC 4180, UTF-8, line feeds) to a path, or return it as text.

        Missing is an empty field, an empty text is ``""``; times are ISO 8601 in
        UTC; numbers are written in full.  A text that a spreadsheet would take for
        a formula (it begins with ``= + - @``, a tab or a carriage return) is
        written with an apostrophe before it: labels come from files that others
        wrote.  ``formulas="keep"`` writes it as it is, for programs.

        >>> from interpol_bcn.table import Table
        >>> Table({"kind": ["=1+1", None], "n": [1, 2]}).to_csv()
        "kind,n\n'=1+1,1\n,2\n"
        """
        from ._export import to_csv

        return to_csv(self._leaving(labels, language, zeros), path, formulas)

    def to_json(
        self,
        path: str | os.PathLike[str] | None = None,
        *,
        labels: str = "code",
        language: str | None = None,
        zeros: bool = True,
    ) -> str | None:
        """Write a JSON array, one object a row and line, to a path, or return it as text.

        Missing values, and numbers that are not finite, are null.

        >>> from interpol_bcn.table import Table
        >>> print(Table({"sender": ["FRA"], "messages": [5]}).to_json(), end="")
        [
        {"sender": "FRA", "messages": 5}
        ]
        """
        from ._export import to_json

        return to_json(self._leaving(labels, language, zeros), path)

    def to_arrow(
        self, *, labels: str = "code", language: str | None = None, zeros: bool = True
    ) -> pyarrow.Table:
        """Return a pyarrow.Table: labels as dictionaries, title and note as metadata.

        Integers beyond 64 bits become decimal128(38).  Raise MissingExtra
        without pyarrow.
        """
        from ._export import to_arrow

        return to_arrow(self._leaving(labels, language, zeros))

    def to_pandas(
        self, *, labels: str = "code", language: str | None = None, zeros: bool = True
    ) -> pandas.DataFrame:
        """Return a pandas.DataFrame of its own memory.

        Labels are categories in the order of their domain, all of them, used or
        not; integers int64, or Int64 where some are missing; times UTC.  Raise
        MissingExtra without pandas.
        """
        from ._export import to_pandas

        return to_pandas(self._leaving(labels, language, zeros))

    def to_polars(
        self, *, labels: str = "code", language: str | None = None, zeros: bool = True
    ) -> polars.DataFrame:
        """Return a polars.DataFrame: labels as Enum in the order of their domain.

        Raise MissingExtra without polars.
        """
        from ._export import to_polars

        return to_polars(self._leaving(labels, language, zeros))

    def to_excel(
        self,
        path: str | os.PathLike[str],
        *,
        labels: str = "code",
        language: str | None = None,
        zeros: bool = True,
    ) -> None:
        """Write an .xlsx workbook: the table, and a sheet that says where it comes from.

        Texts are never taken for formulas; integers past 15 digits, which Excel
        would round, are written as text.  Raise QueryError beyond Excel's limits,
        MissingExtra without XlsxWriter.
        """
        from ._excel import to_excel

        to_excel(self._leaving(labels, language, zeros), path)

    def plot(self, kind: str | None = None, **options: Any) -> Chart:
        """Return a chart of the figures; see ``interpol_bcn.plot``.

        Raise QueryError for what has no picture; drawing needs the extra ``plot``.
        """
        from .plot import plot

        return plot(self, kind, **options)

    def __arrow_c_schema__(self) -> object:
        """Lend the schema to any library that speaks Arrow (PyCapsule interface)."""
        from ._export import arrow_table

        return arrow_table(self.to_table()[:0]).__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Lend the columns to any library that speaks Arrow (PyCapsule interface).

        Raise QueryError for integers beyond 64 bits, which the form has not.
        """
        from ._export import arrow_table

        return arrow_table(self.to_table()).__arrow_c_stream__(requested_schema)

    def _printed(self, labels: str | None, language: str | None, zeros: bool) -> Table:
        """The table with its prints in a language, with labels or their names."""
        table = self.to_table(zeros=zeros)
        return table.in_language(language or table.language, labels or table.labels)

    def _leaving(self, labels: str, language: str | None, zeros: bool) -> Table:
        """The table as an export shows it: labels or their names, with or without zeros."""
        check_labels(labels)
        table = self.to_table(zeros=zeros)
        return table._spoken(language or table.language, labels)


def check_labels(labels: str) -> str:
    """Return the option if it is "code" or "name", else raise QueryError."""
    if labels not in ("code", "name"):
        raise QueryError(f'labels leave as "code" or "name", not {labels!r}')
    return labels
