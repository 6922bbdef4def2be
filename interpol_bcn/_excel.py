"""Tables as Excel workbooks.

XlsxWriter rather than openpyxl: it only writes, which is all that is needed,
has no dependency, is several times faster, and writes a text as a text, so that
a label can never become a formula.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from ._columns import Column
from ._text import text_width
from .errors import MissingExtra, QueryError

if TYPE_CHECKING:
    from .table import Table

__all__ = ["to_excel"]

MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 16_384
MAX_TEXT: Final = 32_767
EXACT: Final = 10**15  # Excel keeps 15 digits


def to_excel(table: Table, path: str | os.PathLike[str]) -> None:
    """Write a workbook; see ``Table.to_excel``."""
    try:
        import xlsxwriter
    except ImportError:
        raise MissingExtra("excel", "XlsxWriter", "to write Excel workbooks") from None
    rows, columns = table.shape
    if rows >= MAX_ROWS or columns > MAX_COLUMNS:
        raise QueryError(
            f"{rows:,} rows and {columns:,} columns do not fit a sheet, which has "
            f"{MAX_ROWS - 1:,} rows below its header and {MAX_COLUMNS:,} columns; "
            "write to_csv() or fewer rows with head()"
        )
    from ._atomic import replacing

    with replacing(path) as file:
        options = {"constant_memory": False, "in_memory": True, "default_date_format": _TIME}
        book = xlsxwriter.Workbook(file, options)
        _write_table(book, table)
        _write_source(book, table)
        book.close()


_TIME: Final = "yyyy-mm-dd hh:mm:ss"


def _write_table(book: Any, table: Table) -> None:
    from ._i18n import heading, is_rtl

    sheet = book.add_worksheet("table")
    if is_rtl(table.language):
        sheet.right_to_left()
    bold = book.add_format({"bold": True, "bottom": 1})
    for place, name in enumerate(table.columns):
        column = table[name]
        words = heading(name, table.language) if table.labels == "name" else name
        if column.unit and column.unit != name:
            words += f" ({column.unit})"
        if column.kind == "time":
            words += " (UTC)"
        sheet.write_string(0, place, words, bold)
        look = book.add_format({"num_format": _number_format(column)})
        values = column.tolist()
        longest = 0
        for row, value in enumerate(values, 1):
            longest = max(longest, _write(sheet, row, place, value, look, column))
        sheet.set_column(place, place, min(60, max(text_width(words), longest) + 2))
    sheet.freeze_panes(1, 0)
    if len(table) and table.columns:
        sheet.autofilter(0, 0, len(table), len(table.columns) - 1)


def _write(sheet: Any, row: int, place: int, value: Any, look: Any, column: Column) -> int:
    """Write one cell by its type; return how wide it is, roughly."""
    from datetime import datetime
    from math import isfinite

    if value is None:
        return 0
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value)
        return 5
    if isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(row, place, value.replace(tzinfo=None), look)
        return len(_TIME)
    if isinstance(value, int) and abs(value) < EXACT:
        sheet.write_number(row, place, value, look)
        return len(f"{value:,}")
    if isinstance(value, float) and isfinite(value):
        sheet.write_number(row, place, value, look)
        return 9
    if isinstance(value, datetime):
        from ._export import iso_time

        value = iso_time(value)
    text = str(value)
    if len(text) > MAX_TEXT:
        raise QueryError(
            f"row {row}, column {column.name!r}: a text of {len(text):,} letters; "
            f"a cell of Excel holds {MAX_TEXT:,}"
        )
    sheet.write_string(row, place, text)
    return text_width(text)


def _number_format(column: Column) -> str:
    from ._i18n import check_format

    if column.kind == "time":
        return _TIME
    kind, digits = check_format(column.format) if column.format else ("", None)
    if kind == "percent":
        places = 1 if digits is None else digits
        return "0." + "0" * places + "%" if places else "0%"
    if kind == "plain" or column.kind not in ("integer", "number"):
        return "General"
    if column.kind == "integer":
        return "#,##0"
    if digits:
        return "#,##0." + "0" * digits
    return "#,##0" if digits == 0 else "General"


def _write_source(book: Any, table: Table) -> None:
    """A second sheet that says what the figures are, when the table knows."""
    words = [table.title, table.note, table.explain()]
    lines = list(dict.fromkeys(text for text in words if text))
    if not lines:
        return
    sheet = book.add_worksheet("about")
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 100)
    for row, text in enumerate(lines):
        sheet.write_string(row, 0, text[:MAX_TEXT], wrap)
