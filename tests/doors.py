"""One table through every door: how to write rows of texts so that each reader can take them."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

Row = Mapping[str, str | None]


def columns(rows: Sequence[Row]) -> dict[str, list[str | None]]:
    """Rows as a dict of columns."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def csv_text(
    rows: Sequence[Row], *, delimiter: str = ",", line_end: str = "\n", quote_all: bool = False
) -> str:
    file = io.StringIO()
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(rows[0])
    writer.writerows([row[name] or "" for name in rows[0]] for row in rows)
    return file.getvalue()


def csv_lines(rows: Sequence[Row]) -> list[int]:
    """The line on which each row of csv_text begins, from 1; the header takes the first."""
    lines, line = [], 2
    for row in rows:
        lines.append(line)
        inside = [(value or "").replace("\r\n", "\n") for value in row.values()]
        line += 1 + sum(value.count("\n") + value.count("\r") for value in inside)
    return lines


def pandas(rows: Sequence[Row], folder: Path) -> Any:
    return pytest.importorskip("pandas").DataFrame(columns(rows), dtype=object)


def pandas_categories(rows: Sequence[Row], folder: Path) -> Any:
    frame = pytest.importorskip("pandas").DataFrame(columns(rows), dtype=object)
    labels = [name for name in ("sender", "receiver", "kind") if name in frame]
    frame = frame.astype(dict.fromkeys(labels, "category"))
    for name in labels:  # categories that no row has
        frame[name] = frame[name].cat.add_categories(["(not used)"])
    return frame


def polars(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("polars")
    return library.DataFrame(columns(rows), schema=dict.fromkeys(rows[0], library.String))


def polars_chunks(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("polars")
    whole = polars(rows, folder)
    middle = len(rows) // 2
    return library.concat([whole[:middle], whole[middle:]], rechunk=False)


def arrow(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("pyarrow")
    return library.table(
        columns(rows), library.schema([(name, library.string()) for name in rows[0]])
    )


def arrow_dictionaries(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("pyarrow")
    half = len(rows) // 2
    ordered = [{name: row[name] for name in rows[0]} for row in rows]
    pieces = [arrow(part, folder) for part in (ordered[:half], ordered[half:]) if part]
    coded = []
    for piece in pieces:  # another dictionary for each batch
        arrays = [column.combine_chunks().dictionary_encode() for column in piece.columns]
        coded += library.Table.from_arrays(arrays, names=piece.column_names).to_batches()
    return library.RecordBatchReader.from_batches(coded[0].schema, coded)


def parquet(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("pyarrow.parquet")
    path = folder / "rows.parquet"
    library.write_table(arrow(rows, folder), path, row_group_size=7)
    return path


def ipc(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("pyarrow")
    path = folder / "rows.arrow"
    table = arrow(rows, folder)
    with library.OSFile(str(path), "wb") as file, library.ipc.new_file(file, table.schema) as out:
        out.write_table(table, max_chunksize=5)
    return path


def duckdb(rows: Sequence[Row], folder: Path) -> Any:
    library = pytest.importorskip("duckdb")
    table = arrow(rows, folder)  # found by its name
    return library.connect().from_arrow(table)


def xlsx(rows: Sequence[Row], folder: Path) -> Any:
    pytest.importorskip("python_calamine")
    library = pytest.importorskip("openpyxl")
    path = folder / "rows.xlsx"
    book = library.Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append([row[name] for name in rows[0]])
    book.save(path)
    return path


def _csv(name: str, **options: Any) -> Callable[[Sequence[Row], Path], Any]:
    def write(rows: Sequence[Row], folder: Path) -> Any:
        path = folder / name
        path.write_bytes(csv_text(rows, **options).encode())
        return path

    return write


def csv_mark(rows: Sequence[Row], folder: Path) -> Any:
    path = folder / "mark.csv"
    path.write_bytes(csv_text(rows, line_end="\r\n").encode("utf-8-sig"))
    return path


def csv_gz(rows: Sequence[Row], folder: Path) -> Any:
    path = folder / "rows.csv.gz"
    path.write_bytes(gzip.compress(csv_text(rows).encode(), 1))
    return path


DOORS: dict[str, Callable[[Sequence[Row], Path], Any]] = {
    "columns": lambda rows, folder: columns(rows),
    "csv": _csv("rows.csv"),
    "csv ; crlf": _csv("semicolon.csv", delimiter=";", line_end="\r\n"),
    "csv tab quoted": _csv("tab.tsv", delimiter="\t", quote_all=True),
    "csv cr": _csv("cr.csv", line_end="\r"),
    "csv mark": csv_mark,
    "csv gz": csv_gz,
    "pandas": pandas,
    "pandas categories": pandas_categories,
    "polars": polars,
    "polars chunks": polars_chunks,
    "arrow": arrow,
    "arrow dictionaries": arrow_dictionaries,
    "duckdb": duckdb,
    "parquet": parquet,
    "ipc": ipc,
    "xlsx": xlsx,
}
