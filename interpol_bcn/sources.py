"""From whatever the user gives to sources that the log builder reads.

A source is either delimited text, which the core reads itself (``CsvSource``), or Arrow record
batches, however they came about (``ArrowSource`` and its subclasses).  Opening looks at the first
bytes of a file, not only at its name; libraries are imported when a source that needs them is read.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO, cast

from . import _core
from ._frames import as_sequence, cut, is_arrow_backed, project, without_rows
from ._sniff import check_text, expected_form, files_of, form_of
from ._values import columns_of_frame, is_pandas, to_column
from .errors import InputError, MissingExtra

__all__ = ["ArrowSource", "CsvSource", "Source", "open_sources"]

Field = tuple[str, str]

_CHUNK = 1 << 18  # rows of Python values turned into columns at a time
_PIECE = 1 << 16  # rows decoded at a time: few enough to stay in cache
_AHEAD = 1 << 20  # values that a thread decodes ahead
_BUFFER = 1 << 16  # bytes of a column read from the file at a time


def open_sources(source: Any) -> list[Source]:
    """Return the sources behind a path, a pattern, an object, or a list of these.

    Paths: delimited text (``.gz`` too, ``-`` is standard input), Parquet, Arrow IPC, xlsx; a
    pattern gives its files in the order of their names.
    Objects: anything with ``__arrow_c_stream__`` or ``__arrow_c_array__``, pandas and polars
    frames, and a dict of columns.
    Raises FileNotFoundError, and InputError for what cannot be a source.
    """
    if isinstance(source, list | tuple):
        if not source:
            raise InputError("an empty list has no sources")
        found = [one for item in source for one in open_sources(item)]
        return _numbered(found)
    if isinstance(source, str | os.PathLike):
        return [_open_path(path) for path in files_of(os.fspath(source))]
    return [_open_object(source)]


class Source:
    """One source: its ``name`` for messages, its ``kind``, ``fields`` and a ``head``."""

    kind = ""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"<{self.kind} source {self.name!r}>"


class CsvSource(Source):
    """Delimited text: a file, possibly compressed, or standard input."""

    kind = "csv"

    def __init__(self, name: str, path: str | None, compressed: bool = False) -> None:
        super().__init__(name)
        self.path = path
        self.compressed = compressed

    def open(self) -> BinaryIO:
        """Return the bytes, decompressed, as a file to read once; close it afterwards."""
        if self.path is None:
            return open(sys.stdin.fileno(), "rb", closefd=False)
        if self.compressed:
            import gzip

            return cast("BinaryIO", gzip.open(self.path, "rb"))
        return cast("BinaryIO", open(self.path, "rb", buffering=0))

    @contextlib.contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Open for a ``with`` block; damage of the compression becomes an InputError."""
        import zlib

        with self.open() as file:
            try:
                yield file
            except (EOFError, zlib.error) as error:
                raise InputError(f"damaged gzip data: {error}", source=self.name) from error
            except OSError as error:
                if self.compressed and error.errno is None:
                    raise InputError(f"damaged gzip data: {error}", source=self.name) from error
                raise


class ArrowSource(Source):
    """An object that gives Arrow record batches."""

    kind = "arrow"
    threads = 2  # that may decode ahead

    def __init__(self, name: str, data: Any) -> None:
        super().__init__(name)
        self._data = data
        self._opened: Any = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """(name, type) of each column, in Arrow's words.  Does not consume the data."""
        for schema in (self._data, getattr(self._data, "schema", None)):
            if hasattr(schema, "__arrow_c_schema__"):
                return _core.arrow_fields(schema)
        empty = without_rows(self._data)
        if empty is not None:
            return _core.arrow_open(empty).fields
        if self._opened is None:
            self._opened = _core.arrow_open(self._data)
        return cast("tuple[Field, ...]", self._opened.fields)

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        """Yield, in order, objects for the builder's read_arrow that hold the rows.

        ``columns`` are those wanted (None: all; more may come); ``labels`` those of them that are
        labels, worth reading as dictionaries.
        """
        if self._opened is not None:
            opened, self._opened = self._opened, None
            yield opened
        else:
            yield project(self._data, columns)

    def head(self, rows: int) -> dict[str, list[Any]]:
        """Return the first rows by column as Python values; {} where looking would consume."""
        data = self._data
        if hasattr(data, "limit") and hasattr(data, "fetchall"):
            # As texts: times with a zone would need one more library.
            found = data.limit(rows).project("columns(*)::varchar").fetchall()
            return {name: [row[i] for row in found] for i, name in enumerate(data.columns)}
        if hasattr(data, "slice") and hasattr(data, "to_pydict"):
            return data.slice(0, rows).to_pydict()  # type: ignore[no-any-return]
        if hasattr(data, "head") and hasattr(data, "to_dict"):
            return data.head(rows).to_dict(as_series=False)  # type: ignore[no-any-return]
        return {}


class _LazySource(ArrowSource):
    """A polars LazyFrame: asked for the wanted columns only."""

    @property
    def fields(self) -> tuple[Field, ...]:
        return _core.arrow_open(self._data.head(0).collect()).fields

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        wanted = self._data if columns is None else self._data.select(list(columns))
        yield wanted.collect(engine="streaming")

    def head(self, rows: int) -> dict[str, list[Any]]:
        return self._data.head(rows).collect().to_dict(as_series=False)  # type: ignore[no-any-return]


class _ColumnsSource(ArrowSource):
    """A dict of columns; buffers are lent, Python values converted a chunk at a time."""

    def __init__(self, name: str, data: Mapping[str, Any]) -> None:
        super().__init__(name, {str(key): as_sequence(values) for key, values in data.items()})
        lengths = {key: len(values) for key, values in self._data.items()}
        self._rows = next(iter(lengths.values()), 0)
        for key, length in lengths.items():
            if length != self._rows:
                raise InputError(
                    f"{length} values, but column {next(iter(lengths))!r} has {self._rows}",
                    source=name,
                    column=key,
                )

    @property
    def fields(self) -> tuple[Field, ...]:
        return _core.arrow_open(self._table(list(self._data), 0, _CHUNK)).fields

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        names = [name for name in self._data if columns is None or name in columns]
        for start in range(0, self._rows or 1, _CHUNK):
            yield self._table(names, start, start + _CHUNK)

    def head(self, rows: int) -> dict[str, list[Any]]:
        return {name: list(cut(values, 0, rows)) for name, values in self._data.items()}

    def _table(self, names: Sequence[str], start: int, stop: int) -> Any:
        columns = [to_column(name, cut(self._data[name], start, stop)) for name in names]
        return _core.arrow_export(columns, True)


class _FileSource(ArrowSource):
    """A file that a library reads; what it raises becomes an InputError with the file's name."""

    format = ""

    def __init__(self, path: str) -> None:
        super().__init__(path, None)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, PermissionError, InputError, MissingExtra, MemoryError):
            raise
        except Exception as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise InputError(
                f"cannot be read as {self.format}: {words}", source=self.name
            ) from error


class _ParquetSource(_FileSource):
    """Row groups in order, decoded piece by piece by threads that live as long as the reading."""

    format = "Parquet"

    @property
    def fields(self) -> tuple[Field, ...]:
        with self._explained():
            return _core.arrow_fields(_pyarrow("parquet", "Parquet").read_schema(self.name))

    def metadata(self) -> Mapping[bytes, bytes]:
        """Return what the file says of itself beside its columns."""
        with self._explained():
            return _pyarrow("parquet", "Parquet").read_metadata(self.name).metadata or {}

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        from itertools import accumulate

        from ._ahead import in_step

        parquet = _pyarrow("parquet", "Parquet")
        with self._explained():
            metadata = parquet.read_metadata(self.name)
            wanted = list(dict.fromkeys(columns or metadata.schema.to_arrow_schema().names))
        sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
        idle: list[Any] = []  # open files that nobody reads at the moment

        def decode(group: int, column: int) -> Iterator[Any]:
            file = (
                idle.pop()
                if idle
                else parquet.ParquetFile(
                    self.name,
                    metadata=metadata,
                    read_dictionary=list(labels),
                    pre_buffer=False,
                    buffer_size=_BUFFER,
                )
            )
            yield from file.iter_batches(
                _PIECE, row_groups=[group], columns=[wanted[column]], use_threads=False
            )
            idle.append(file)

        starts = list(accumulate(sizes, initial=0))[:-1]
        room = max(self.threads * _AHEAD // len(wanted), 2 * _PIECE)
        batch = _pyarrow("lib", "Parquet").RecordBatch
        with self._explained():
            for pieces in in_step(decode, starts, len(wanted), self.threads, room):
                yield batch.from_arrays(
                    [column for piece in pieces for column in piece.columns],
                    names=[name for piece in pieces for name in piece.schema.names],
                )

    def head(self, rows: int) -> dict[str, list[Any]]:
        with self._explained():
            file = _pyarrow("parquet", "Parquet").ParquetFile(self.name)
            batch = next(file.iter_batches(rows), None)
            return {} if batch is None else batch.to_pydict()


class _IpcSource(_FileSource):
    """An Arrow IPC file or stream, batch by batch."""

    format = "Arrow IPC"

    def __init__(self, path: str, stream: bool) -> None:
        super().__init__(path)
        self._stream = stream

    @contextlib.contextmanager
    def _reader(self, columns: Sequence[str] | None = None) -> Iterator[Any]:
        ipc = _pyarrow("ipc", "Arrow IPC")
        opener = ipc.open_stream if self._stream else ipc.open_file
        with self._explained(), open(self.name, "rb") as file:
            options = None
            if columns is not None:
                names = opener(file).schema.names
                included = [i for i, name in enumerate(names) if name in columns]
                options = ipc.IpcReadOptions(included_fields=included)
                file.seek(0)
            yield opener(file, options=options)

    @property
    def fields(self) -> tuple[Field, ...]:
        with self._reader() as reader:
            return _core.arrow_fields(reader.schema)

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        with self._reader(columns) as reader:
            if self._stream:
                yield from reader
            else:
                for i in range(reader.num_record_batches):
                    yield reader.get_batch(i)

    def head(self, rows: int) -> dict[str, list[Any]]:
        for batch in self.batches():
            if batch.num_rows:
                return batch.slice(0, rows).to_pydict()  # type: ignore[no-any-return]
        return {}


class _XlsxSource(_FileSource):
    """The first sheet of a workbook; its first row names the columns."""

    format = "a workbook"

    def _columns(self) -> _ColumnsSource:
        if self._opened is None:
            with self._explained():
                try:
                    from python_calamine import CalamineWorkbook
                except ImportError:
                    raise MissingExtra("xlsx", "python-calamine", "to read workbooks") from None
                book = CalamineWorkbook.from_path(self.name)
                rows = book.get_sheet_by_index(0).to_python()
            self._opened = _ColumnsSource(self.name, self._by_column(rows))
        return self._opened  # type: ignore[no-any-return]

    def _by_column(self, rows: list[list[Any]]) -> dict[str, list[Any]]:
        if not rows:
            raise InputError("the first sheet is empty", source=self.name)
        columns: dict[str, list[Any]] = {}
        for position, title in enumerate(rows[0]):
            if str(title) in columns:
                raise InputError("two columns have this name", source=self.name, column=str(title))
            if title != "":
                columns[str(title)] = [_cell(row[position]) for row in rows[1:]]
        return columns

    @property
    def fields(self) -> tuple[Field, ...]:
        return self._columns().fields

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        return self._columns().batches(columns, labels)

    def head(self, rows: int) -> dict[str, list[Any]]:
        return self._columns().head(rows)


def _cell(value: Any) -> Any:
    """Return a cell as Python meant it: sheets know floats only, and no empty values."""
    if value == "":
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _pyarrow(module: str, purpose: str) -> Any:
    from importlib import import_module

    extra = "parquet" if module == "parquet" else "arrow"
    try:
        return import_module(f"pyarrow.{module}")
    except ImportError:
        raise MissingExtra(extra, "pyarrow", f"to read {purpose}") from None


# --- objects ---


def _open_object(data: Any) -> Source:
    name = type(data).__name__
    if isinstance(data, Mapping):
        return _ColumnsSource("columns", data)
    if is_pandas(data) and hasattr(data, "iloc"):
        if not hasattr(data, "columns"):
            data = data.to_frame()
        if not any(is_arrow_backed(dtype) for dtype in data.dtypes):
            return _ColumnsSource(name, columns_of_frame(data))
    if name == "LazyFrame" and hasattr(data, "collect"):
        return _LazySource(name, data)
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return ArrowSource(name, data)
    if isinstance(data, int | float | bytes) or data is None:
        raise InputError(f"{name} is not a source", hint="give a path, a data frame or columns")
    raise InputError(
        f"{name} is not a source: neither a path, a dict of columns nor an object with "
        "__arrow_c_stream__"
    )


def _numbered(sources: list[Source]) -> list[Source]:
    """Tell objects of one type apart by their place in the list."""
    if len(sources) > 1:
        for i, source in enumerate(sources, 1):
            if not isinstance(source, CsvSource | _FileSource):
                source.name = f"{source.name} {i}"
    return sources


def _open_path(path: str) -> Source:
    if path == "-":
        return CsvSource("standard input", None)
    with open(path, "rb") as file:
        start = file.read(4096)
    form = form_of(start)
    expected = expected_form(path)
    if form == "parquet":
        return _ParquetSource(path)
    if form in ("ipc", "ipc stream"):
        return _IpcSource(path, form == "ipc stream")
    if form == "xlsx":
        return _XlsxSource(path)
    if form == "gzip":
        import gzip

        probe = CsvSource(path, path, True)
        with probe.reading() as inner:
            assert isinstance(inner, gzip.GzipFile)
            start = inner.read1(4096)
    elif expected != "csv":
        shown = f"begins with {start[:8]!r}" if start else "is empty"
        raise InputError(f"is no {expected} file: it {shown}", source=path)
    check_text(path, start)
    return CsvSource(path, path, form == "gzip")
