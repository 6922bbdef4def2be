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
from ._values import columns_of_frame, is_pandas, to_column
from .errors import InputError, MissingExtra, suggest

__all__ = ["ArrowSource", "CsvSource", "Source", "open_sources"]

Field = tuple[str, str]

_CHUNK = 1 << 18  # rows of Python values turned into columns at a time
_AHEAD = 3  # row groups in memory at a time
_HUGE_GROUP = 1 << 22  # a row group of more rows is read piece by piece


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
        return [_open_path(path) for path in _paths(os.fspath(source))]
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
        empty = _without_rows(self._data)
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
            yield _project(self._data, columns)

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
        super().__init__(name, {str(key): _as_sequence(values) for key, values in data.items()})
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
        return {name: list(_cut(values, 0, rows)) for name, values in self._data.items()}

    def _table(self, names: Sequence[str], start: int, stop: int) -> Any:
        columns = [to_column(name, _cut(self._data[name], start, stop)) for name in names]
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
    """Row groups in order, decoded ahead by threads that live as long as the reading."""

    format = "Parquet"

    @property
    def fields(self) -> tuple[Field, ...]:
        with self._explained():
            return _core.arrow_fields(_pyarrow("parquet", "Parquet").read_schema(self.name))

    def batches(
        self, columns: Sequence[str] | None = None, labels: Sequence[str] = ()
    ) -> Iterator[Any]:
        from collections import deque
        from concurrent.futures import Future, ThreadPoolExecutor
        from threading import local

        parquet = _pyarrow("parquet", "Parquet")
        wanted = None if columns is None else list(columns)
        with self._explained():
            metadata = parquet.read_metadata(self.name)
        mine = local()

        def file() -> Any:
            if not hasattr(mine, "file"):
                mine.file = parquet.ParquetFile(
                    self.name, metadata=metadata, read_dictionary=list(labels), pre_buffer=False
                )
            return mine.file

        def decode(group: int) -> Any:
            return file().read_row_group(group, columns=wanted, use_threads=False)

        with ThreadPoolExecutor(min(_AHEAD - 1, os.cpu_count() or 1)) as workers:
            pending: deque[Future[Any]] = deque()
            try:
                for group in range(metadata.num_row_groups):
                    if metadata.row_group(group).num_rows > _HUGE_GROUP:
                        while pending:
                            yield self._result(pending.popleft())
                        with self._explained():
                            yield from file().iter_batches(
                                1 << 20, row_groups=[group], columns=wanted
                            )
                        continue
                    pending.append(workers.submit(decode, group))
                    if len(pending) >= _AHEAD:
                        yield self._result(pending.popleft())
                while pending:
                    yield self._result(pending.popleft())
            finally:
                for future in pending:
                    future.cancel()

    def _result(self, future: Any) -> Any:
        with self._explained():
            return future.result()

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
        if not any(_is_arrow_backed(dtype) for dtype in data.dtypes):
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


def _is_arrow_backed(dtype: Any) -> bool:
    storage = getattr(dtype, "storage", "")
    return type(dtype).__name__ == "ArrowDtype" or str(storage).startswith("pyarrow")


def _project(data: Any, columns: Sequence[str] | None) -> Any:
    """Return the object with the wanted columns only, where it can do that itself."""
    if columns is None:
        return data
    if is_pandas(data):
        return data[list(columns)]
    if hasattr(data, "project") and hasattr(data, "fetchall"):
        quoted = ('"' + name.replace('"', '""') + '"' for name in columns)
        return data.project(", ".join(quoted))
    if hasattr(data, "select") and hasattr(data, "columns"):
        return data.select(list(columns))
    return data


def _without_rows(data: Any) -> Any:
    """Return the same columns without rows, so that asking for their types costs nothing."""
    if is_pandas(data):
        return data.iloc[:0]
    if hasattr(data, "limit") and hasattr(data, "fetchall"):
        return data.limit(0)
    if hasattr(data, "head") and hasattr(data, "columns"):
        return data.head(0)
    return None


def _as_sequence(values: Any) -> Any:
    if isinstance(values, str | bytes | Mapping) or hasattr(values, "__getitem__"):
        return values
    return list(values)


def _cut(values: Any, start: int, stop: int) -> Any:
    if start == 0 and stop >= len(values):
        return values
    return values.iloc[start:stop] if is_pandas(values) else values[start:stop]


def _numbered(sources: list[Source]) -> list[Source]:
    """Tell objects of one type apart by their place in the list."""
    if len(sources) > 1:
        for i, source in enumerate(sources, 1):
            if not isinstance(source, CsvSource | _FileSource):
                source.name = f"{source.name} {i}"
    return sources


# --- paths ---


def _paths(path: str) -> list[str]:
    if path == "-" or os.path.exists(path):
        if os.path.isdir(path):
            raise InputError(
                "is a folder", source=path, hint=f"give a pattern: {os.path.join(path, '*.csv')}"
            )
        return [path]
    if any(letter in path for letter in "*?["):
        from glob import glob

        found = sorted(glob(path, recursive=True))
        files = [one for one in found if not os.path.isdir(one)]
        if not files:
            raise InputError("no file matches this pattern", source=path)
        return files
    folder, name = os.path.split(path)
    try:
        nearest = suggest(name, os.listdir(folder or "."))
    except OSError:
        nearest = []
    words = "no such file" + (f"; did you mean {nearest[0]!r}?" if nearest else "")
    raise FileNotFoundError(2, words, path)


_MAGIC = {
    b"PAR1": "parquet",
    b"ARROW1": "ipc",
    b"\xff\xff\xff\xff": "ipc stream",
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "xlsx",
}
_FOREIGN = {
    b"FEA1": ("a Feather file of the first version", "write it again as Arrow IPC"),
    b"\xd0\xcf\x11\xe0": ("a workbook of the old form", "save it as .xlsx or .csv"),
    b"\x28\xb5\x2f\xfd": ("compressed with zstd", "decompress it first"),
    b"BZh": ("compressed with bzip2", "decompress it first"),
    b"\xfd7zXZ": ("compressed with xz", "decompress it first"),
    b"SQLite format 3": ("an SQLite database", "export the table as CSV"),
    b"%PDF": ("a PDF document", "give the data themselves"),
}
_SUFFIXES = {
    ".parquet": "parquet",
    ".arrow": "ipc",
    ".feather": "ipc",
    ".ipc": "ipc",
    ".arrows": "ipc stream",
    ".xlsx": "xlsx",
}


def _open_path(path: str) -> Source:
    if path == "-":
        return CsvSource("standard input", None)
    with open(path, "rb") as file:
        start = file.read(4096)
    form = next((form for magic, form in _MAGIC.items() if start.startswith(magic)), "csv")
    expected = _SUFFIXES.get(os.path.splitext(path)[1].lower(), "csv")
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
    _check_text(path, start)
    return CsvSource(path, path, form == "gzip")


def _check_text(path: str, start: bytes) -> None:
    """Refuse what is plainly no text, so that the reader's first word is not about line 1."""
    for magic, (what, remedy) in _FOREIGN.items():
        if start.startswith(magic):
            raise InputError(f"is {what}", source=path, hint=remedy)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError("is UTF-16 text", source=path, hint="save it as UTF-8")
    control = sum(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in start)
    if control * 20 > len(start):
        raise InputError(
            f"is no text: {control} of its first {len(start)} bytes are control characters",
            source=path,
        )
