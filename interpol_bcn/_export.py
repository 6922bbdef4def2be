"""Tables on their way out: CSV, JSON, Arrow, pandas, polars.

Each library is imported when its export is called, and MissingExtra says how
to get it.  Labels travel as dictionaries, so that a million cells over two
hundred labels cost a million small codes, not a million texts.
"""

from __future__ import annotations

import os
import re
from array import array
from typing import TYPE_CHECKING, Any, Final

from ._columns import Column
from ._stored import INT64, look_up
from .errors import MissingExtra, QueryError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from . import _core
    from .table import Table

__all__ = ["arrow_table", "to_arrow", "to_csv", "to_json", "to_pandas", "to_polars"]

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_QUOTED: Final = re.compile('[,"\r\n]|^ | $')


def _columns(table: Table) -> list[Column]:
    return [table[name] for name in table.columns]


def to_csv(table: Table, path: str | os.PathLike[str] | None, formulas: str) -> str | None:
    """Write RFC 4180; see ``Table.to_csv``."""
    if formulas not in ("guard", "keep"):
        raise QueryError(f'formulas is "guard" or "keep", not {formulas!r}')
    guard = formulas == "guard"
    lines = [",".join(_field(name, guard) for name in table.columns)]
    fields = [_fields(column, guard) for column in _columns(table)]
    if len(fields) == 1:  # an empty line would be read as no row
        fields = [[field or '""' for field in fields[0]]]
    lines += map(",".join, zip(*fields, strict=True))
    return _leave("\n".join(lines) + "\n", path)


def _fields(column: Column, guard: bool) -> list[str]:
    if column.kind == "label":
        labels, codes = column.dictionary()
        return look_up(codes, [_field(text, guard) for text in labels], len(labels), "")
    if column.kind == "text":
        return ["" if text is None else _field(text, guard) for text in column.data]
    if column.kind == "time":
        return ["" if time is None else iso_time(time) for time in column.tolist()]
    if column.kind == "boolean":
        return ["" if value is None else str(value).lower() for value in column.data]
    return ["" if value is None else repr(value) for value in column.tolist()]


def _field(text: str, guard: bool) -> str:
    if guard and text.startswith(_FORMULA):
        text = "'" + text
    if not text or _QUOTED.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def iso_time(time: Any) -> str:
    """Return a UTC time as ``2023-01-31T09:30:00Z``."""
    return str(time.isoformat()).replace("+00:00", "Z")


def to_json(table: Table, path: str | os.PathLike[str] | None) -> str | None:
    """Write an array of objects; see ``Table.to_json``."""
    from json import dumps

    names = [dumps(name, ensure_ascii=False) for name in table.columns]
    fields = [_json_fields(column) for column in _columns(table)]
    lines = [
        "{" + ", ".join(map(": ".join, zip(names, row, strict=True))) + "}"
        for row in zip(*fields, strict=True)
    ]
    return _leave("[\n" + ",\n".join(lines) + "\n]\n" if lines else "[]\n", path)


def _json_fields(column: Column) -> list[str]:
    from json import dumps
    from math import isfinite

    if column.kind == "label":
        labels, codes = column.dictionary()
        texts = [dumps(text, ensure_ascii=False) for text in labels]
        return look_up(codes, texts, len(texts), "null")
    values = column.tolist()
    if column.kind == "time":
        return ["null" if time is None else f'"{iso_time(time)}"' for time in values]
    if column.kind == "number":
        return ["null" if one is None or not isfinite(one) else repr(one) for one in values]
    if column.kind == "integer":
        return ["null" if value is None else str(value) for value in values]
    return [dumps(value, ensure_ascii=False) for value in values]


def _leave(text: str, path: str | os.PathLike[str] | None) -> str | None:
    if path is None:
        return text
    from ._atomic import write_text

    write_text(path, text)
    return None


_ARROW_KINDS: Final = {"number": "float", "boolean": "bool"}


def arrow_table(table: Table) -> _core.ArrowTable:
    """Return the core's Arrow table; QueryError for integers beyond 64 bits."""
    from . import _core

    for column in _columns(table):
        if _is_wide(column):
            raise QueryError(
                f"column {column.name!r} has integers beyond 64 bits; "
                "to_arrow() gives them as decimals"
            )
    return _core.arrow_export([_arrow_part(column) for column in _columns(table)])


def _is_wide(column: Column) -> bool:
    data = column.data
    return (
        column.kind == "integer"
        and isinstance(data, tuple)
        and any(value is not None and value not in INT64 for value in data)
    )


def _arrow_part(column: Column) -> tuple[str, str, object, list[str] | None, bytes | None]:
    """A column as the core takes it: name, kind, data, labels, one byte a row for nulls."""
    from . import _core

    data: Any = column.data
    labels: list[str] | None = None
    nulls: bytes | None = None
    if column.kind == "label":
        labels, data = column.dictionary()
        if max(data, default=0) >= len(labels):
            nulls = bytes(map(len(labels).__le__, data))
    elif column.kind == "number":
        nulls = bytes(map(float.__ne__, data, data))
    elif isinstance(data, tuple) and column.kind != "text":
        nulls = bytes(value is None for value in data)
        data = array("q" if column.kind == "integer" else "B", [value or 0 for value in data])
    if nulls is not None and 1 not in nulls:
        nulls = None
    lent = data.obj if isinstance(data, memoryview) else None
    if isinstance(lent, _core.Memory) and len(lent) == len(data):
        data = lent  # the core shares its own memory, and copies any other
    kind = _ARROW_KINDS.get(column.kind, column.kind)
    return column.name, kind, list(data) if kind == "text" else data, labels, nulls


def to_arrow(table: Table) -> pyarrow.Table:
    """Build a pyarrow.Table; see ``Table.to_arrow``."""
    try:
        import pyarrow
    except ImportError:
        raise MissingExtra("parquet", "pyarrow", "to make an Arrow table") from None
    wide = [column for column in _columns(table) if _is_wide(column)]
    narrow = [name for name in table.columns if name not in {column.name for column in wide}]
    arrow = pyarrow.table(arrow_table(table.select(narrow)))
    arrays = dict(zip(narrow, arrow.columns, strict=True))
    for column in wide:
        try:
            arrays[column.name] = pyarrow.array(column.data, pyarrow.decimal128(38, 0))
        except (pyarrow.ArrowInvalid, OverflowError):
            raise QueryError(f"column {column.name!r} has integers of over 38 digits") from None
    fields = []
    for column in _columns(table):
        unit = {"unit": column.unit} if column.unit else None
        fields.append(pyarrow.field(column.name, arrays[column.name].type, metadata=unit))
    words = {"title": table.title, "note": table.note}
    metadata = {key: text for key, text in words.items() if text}
    schema = pyarrow.schema(fields, metadata=metadata or None)
    return pyarrow.Table.from_arrays([arrays[name] for name in table.columns], schema=schema)


def to_pandas(table: Table) -> pandas.DataFrame:
    """Build a DataFrame of its own memory; see ``Table.to_pandas``."""
    try:
        import pandas
    except ImportError:
        raise MissingExtra("pandas", "pandas", "to make a DataFrame") from None
    columns = {column.name: _pandas_array(pandas, column) for column in _columns(table)}
    return pandas.DataFrame(columns, index=pandas.RangeIndex(len(table)), copy=False)


def _pandas_array(pandas: Any, column: Column) -> Any:
    import numpy

    data = column.data
    if column.kind == "label":
        labels, codes = column.dictionary()
        places = numpy.frombuffer(codes, codes.format).astype(numpy.int64)
        places[places >= len(labels)] = -1
        return pandas.Categorical.from_codes(places, categories=labels)
    if column.kind == "integer":
        if isinstance(data, memoryview):
            return numpy.frombuffer(data, numpy.int64).copy()
        if all(value is None or value in INT64 for value in data):
            missing = numpy.array([value is None for value in data], bool)
            values = numpy.array([value or 0 for value in data], numpy.int64)
            return pandas.arrays.IntegerArray(values, missing)
        return pandas.Series(list(data), dtype=object)
    if column.kind == "number":
        return numpy.frombuffer(data, numpy.float64).copy()
    if column.kind == "time":
        times = numpy.frombuffer(data, numpy.int64).view("datetime64[us]")
        return pandas.Series(times.copy()).dt.tz_localize("UTC")
    if column.kind == "boolean":
        return pandas.array(list(data), dtype="boolean" if None in data else "bool")
    return pandas.Series(list(data), dtype=None if any(data) else object)


def to_polars(table: Table) -> polars.DataFrame:
    """Build a polars.DataFrame; see ``Table.to_polars``."""
    try:
        import polars
    except ImportError:
        raise MissingExtra("polars", "polars", "to make a polars frame") from None
    wide = [column for column in _columns(table) if _is_wide(column)]
    narrow = [name for name in table.columns if name not in {column.name for column in wide}]
    frame = polars.DataFrame(arrow_table(table.select(narrow)))
    series = {name: frame[name] for name in narrow}
    for column in _columns(table):
        if column.kind == "label":
            kind = polars.Enum(column.dictionary()[0])
            series[column.name] = series[column.name].cast(kind)
    for column in wide:
        series[column.name] = polars.Series(column.name, column.data, dtype=polars.Int128)
    return polars.DataFrame([series[name] for name in table.columns])
