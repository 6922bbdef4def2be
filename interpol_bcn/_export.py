"""Tables on their way out: CSV, JSON, Arrow, pandas, polars.

Each library is imported when its export is called, and MissingExtra says how
to get it.  Labels travel as dictionaries, so that a million cells over two
hundred labels cost a million small codes, not a million texts.
"""

from __future__ import annotations

import os
import re
from array import array
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from ._columns import INT64, NO_TIME, Column, look_up
from .errors import MissingExtra, QueryError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

    from .table import Table

__all__ = ["to_arrow", "to_csv", "to_json", "to_pandas", "to_polars"]

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


def to_arrow(table: Table) -> pyarrow.Table:
    """Build a pyarrow.Table over the same buffers; see ``Table.to_arrow``."""
    try:
        import pyarrow
        import pyarrow.compute
    except ImportError:
        raise MissingExtra("arrow", "pyarrow", "to make an Arrow table") from None
    arrays, fields = [], []
    for column in _columns(table):
        values = _arrow_array(pyarrow, column)
        unit = {"unit": column.unit} if column.unit else None
        fields.append(pyarrow.field(column.name, values.type, metadata=unit))
        arrays.append(values)
    words = {"title": table.title, "note": table.note}
    metadata = {key: text for key, text in words.items() if text}
    schema = pyarrow.schema(fields, metadata=metadata or None)
    return pyarrow.Table.from_arrays(arrays, schema=schema)


def _arrow_array(pyarrow: Any, column: Column) -> Any:
    data = column.data
    if column.kind == "label":
        labels, codes = column.dictionary()
        indices = _arrow_buffer(pyarrow, codes, getattr(pyarrow, _ARROW_CODES[codes.format])())
        if max(codes, default=0) >= len(labels):
            stated = pyarrow.compute.less(indices, pyarrow.scalar(len(labels), indices.type))
            nothing = pyarrow.scalar(None, indices.type)
            indices = pyarrow.compute.if_else(stated, indices, nothing)
        texts = pyarrow.array(labels, pyarrow.string())
        return pyarrow.DictionaryArray.from_arrays(indices, texts)
    if column.kind == "integer":
        if isinstance(data, memoryview):
            return _arrow_buffer(pyarrow, data, pyarrow.int64())
        if all(value is None or value in INT64 for value in data):
            return pyarrow.array(data, pyarrow.int64())
        try:
            return pyarrow.array(data, pyarrow.decimal128(38, 0))
        except (pyarrow.ArrowInvalid, OverflowError):
            raise QueryError(f"column {column.name!r} has integers of over 38 digits") from None
    if column.kind == "number":
        values = _arrow_buffer(pyarrow, data, pyarrow.float64())
        if any(value != value for value in data):
            nothing = pyarrow.scalar(None, pyarrow.float64())
            return pyarrow.compute.if_else(pyarrow.compute.is_nan(values), nothing, values)
        return values
    if column.kind == "time":
        kind = pyarrow.timestamp("us", tz="UTC")
        if NO_TIME in data:
            return pyarrow.array([None if time == NO_TIME else time for time in data], kind)
        return _arrow_buffer(pyarrow, data, kind)
    kind = pyarrow.bool_() if column.kind == "boolean" else pyarrow.string()
    return pyarrow.array(data, kind)


def _arrow_buffer(pyarrow: Any, data: memoryview, kind: Any) -> Any:
    return pyarrow.Array.from_buffers(kind, len(data), [None, pyarrow.py_buffer(data)])


_ARROW_CODES: Final = {"B": "uint8", "H": "uint16", "I": "uint32"}


def arrow_parts(table: Table) -> Iterator[tuple[str, str, Any, list[str] | None, bytes | None]]:
    """Yield each column as the core exports it: name, kind, buffer or texts, labels, nulls.

    Nulls are one byte a row, 1 where the value is missing, or None.  Raise
    QueryError for integers beyond 64 bits.
    """
    for column in _columns(table):
        data: Any = column.data
        labels: list[str] | None = None
        nulls: bytes | None = None
        if column.kind == "label":
            labels, data = column.dictionary()
            if max(data, default=0) >= len(labels):
                nulls = bytes(code >= len(labels) for code in data)
                data = memoryview(array(data.format, [0 if n >= len(labels) else n for n in data]))
        elif column.kind == "number" and any(value != value for value in data):
            nulls = bytes(value != value for value in data)
        elif column.kind == "time" and NO_TIME in data:
            nulls = bytes(value == NO_TIME for value in data)
        elif column.kind == "integer" and isinstance(data, tuple):
            if any(value is not None and value not in INT64 for value in data):
                raise QueryError(
                    f"column {column.name!r} has integers beyond 64 bits; "
                    "to_arrow() gives them as decimals"
                )
            nulls = bytes(value is None for value in data)
            data = memoryview(array("q", [value or 0 for value in data]))
        elif column.kind == "boolean":
            if None in data:
                nulls = bytes(value is None for value in data)
            data = memoryview(bytes(bool(value) for value in data))
        elif column.kind == "text":
            data = list(data)
        yield column.name, column.kind, data, labels, nulls


def arrow_schema(table: Table) -> object:
    """Return the PyCapsule of the schema."""
    return to_arrow(table[:0]).schema.__arrow_c_schema__()


def arrow_stream(table: Table, requested_schema: object | None) -> object:
    """Return the PyCapsule of a stream with one batch."""
    return to_arrow(table).__arrow_c_stream__(requested_schema)


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
    return polars.DataFrame([_polars_series(polars, column) for column in _columns(table)])


def _polars_series(polars: Any, column: Column) -> Any:
    data, name = column.data, column.name
    if column.kind == "label":
        labels, codes = column.dictionary()
        kind = polars.Enum(labels)
        places = polars.Series(name, codes, dtype=_polars_code(polars, codes))
        places = places.set(places >= len(labels), None) if len(places) else places
        return polars.Series(name, labels, dtype=kind).gather(places)
    if column.kind == "integer":
        wide = isinstance(data, tuple) and not all(v is None or v in INT64 for v in data)
        return polars.Series(name, data, dtype=polars.Int128 if wide else polars.Int64)
    if column.kind == "number":
        return polars.Series(name, data, dtype=polars.Float64).fill_nan(None)
    if column.kind == "time":
        times = polars.Series(name, data, dtype=polars.Int64)
        times = times.set(times == NO_TIME, None) if len(times) else times
        return times.cast(polars.Datetime("us", "UTC"))
    return polars.Series(
        name, list(data), dtype=polars.Boolean if column.kind == "boolean" else polars.String
    )


def _polars_code(polars: Any, codes: memoryview) -> Any:
    return {"B": polars.UInt8, "H": polars.UInt16, "I": polars.UInt32}[codes.format]
