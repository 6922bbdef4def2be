"""Reading files: the whole log, or only the flow, in each peer's best form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from .dataset import KINDS, Data
from .questions import MEMORY, Question

Reader = Callable[[Any, Data, Path], Any]
FLOW = next(question for question in MEMORY if question.name == "pair").axes


class FileQuestion(Question):
    """A question put to a file: `answers` take (peer, data, path)."""

    suffix = ".csv"
    whole = True


def summary(result: Any) -> tuple[int, int]:
    """Rows and the sum of sizes of a log that any peer has read."""
    kind = type(result).__module__.split(".")[0]
    if kind == "polars":
        import polars as pl

        return len(result), int(result["size"].cast(pl.Int64).sum())
    if kind == "pandas":
        return len(result), int(result["size"].sum())
    if kind == "pyarrow":
        import pyarrow.compute as pc

        return result.num_rows, int(pc.sum(result["size"]).as_py())
    if kind == "interpol_bcn":
        return len(result), int(result.sum("size").total())
    return result()  # an engine that keeps the table to itself


def _polars_schema(data: Data) -> dict[str, Any]:
    import polars as pl

    bureau = pl.Enum(data.labels)
    return {
        "sent_at": pl.String,
        "sender": bureau,
        "receiver": bureau,
        "kind": pl.Enum(KINDS),
        "size": pl.UInt32,
    }


def _polars_csv(peer: Any, data: Data, path: Path) -> Any:
    import polars as pl

    frame = pl.scan_csv(path, schema=_polars_schema(data))
    time = pl.col("sent_at").str.to_datetime("%Y-%m-%d %H:%M:%S%.6fZ", time_unit="us")
    return frame.with_columns(time).collect()


def _polars_csv_flow(peer: Any, data: Data, path: Path) -> Any:
    import polars as pl

    frame = pl.scan_csv(path, schema=_polars_schema(data))
    return frame.group_by("sender", "receiver").agg(pl.len().alias("n")).collect()


def _duckdb_types(peer: Any, data: Data) -> str:
    peer.enums(data)
    return (
        "columns = {'sent_at': 'TIMESTAMP', 'sender': 'bureau_enum', "
        "'receiver': 'bureau_enum', 'kind': 'kind_enum', 'size': 'UINTEGER'}"
    )


def _duckdb_whole(source: str) -> Reader:
    def answer(peer: Any, data: Data, path: Path) -> Any:
        text = source.format(path=path, types=_duckdb_types(peer, data))
        peer.connection.execute(f"CREATE OR REPLACE TABLE read AS SELECT * FROM {text}")
        text = "SELECT count(*), sum(size)::BIGINT FROM read"
        return lambda: peer.connection.execute(text).fetchone()

    return answer


def _duckdb_flow(source: str) -> Reader:
    def answer(peer: Any, data: Data, path: Path) -> Any:
        text = source.format(path=path, types=_duckdb_types(peer, data))
        return peer.ask(f"SELECT sender, receiver, count(*) AS n FROM {text} GROUP BY ALL")

    return answer


def _chdb_source(peer: Any, data: Data, path: Path) -> str:
    if path.suffix == ".parquet":
        return f"file('{path}', Parquet)"
    types = peer.types(data).replace("'", "\\'")
    return f"file('{path}', CSVWithNames, '{types}')"


def _chdb_whole(peer: Any, data: Data, path: Path) -> Any:
    peer.session.query("DROP TABLE IF EXISTS read")
    peer.session.query(f"CREATE TABLE read ({peer.types(data)}) ENGINE = Memory")
    source = _chdb_source(peer, data, path)
    peer.session.query(
        f"INSERT INTO read SELECT * FROM {source}"
        f"{peer.settings}, max_insert_threads = {peer.threads}, "
        "date_time_input_format = 'best_effort'"
    )

    def asked() -> tuple[int, int]:
        table = peer.table(peer.ask("SELECT count() AS n, sum(size) AS s FROM read"))
        return int(table["n"][0].as_py()), int(table["s"][0].as_py())

    return asked


def _chdb_flow(peer: Any, data: Data, path: Path) -> Any:
    source = _chdb_source(peer, data, path)
    return peer.ask(f"SELECT sender, receiver, count() AS n FROM {source} GROUP BY ALL")


def _pyarrow_csv(columns: list[str] | None) -> Reader:
    def answer(peer: Any, data: Data, path: Path) -> Any:
        import pyarrow as pa
        from pyarrow import csv

        label = pa.dictionary(pa.int32(), pa.string())
        types = dict.fromkeys(("sender", "receiver", "kind"), label)
        types |= {"sent_at": pa.timestamp("us", tz="UTC"), "size": pa.uint32()}
        convert = csv.ConvertOptions(column_types=types, include_columns=columns)
        # Larger blocks: each carries its own dictionaries.
        table = csv.read_csv(path, csv.ReadOptions(block_size=2**24), convert_options=convert)
        if columns is None:
            return table
        return table.unify_dictionaries().group_by(columns).aggregate([([], "count_all")])

    return answer


def _pandas_csv(peer: Any, data: Data, path: Path) -> Any:
    import pandas as pd

    frame = pd.read_csv(path, engine="pyarrow")
    labels = ("sender", "receiver", "kind")
    return frame.astype(dict.fromkeys(labels, "category"))


def _polars_parquet(peer: Any, data: Data, path: Path) -> Any:
    import polars as pl

    return pl.read_parquet(path)


def _polars_parquet_flow(peer: Any, data: Data, path: Path) -> Any:
    import polars as pl

    frame = pl.scan_parquet(path)
    return frame.group_by("sender", "receiver").agg(pl.len().alias("n")).collect()


def _pyarrow_parquet(columns: list[str] | None) -> Reader:
    def answer(peer: Any, data: Data, path: Path) -> Any:
        from pyarrow import parquet

        table = parquet.read_table(path, columns=columns)
        if columns is None:
            return table
        return table.unify_dictionaries().group_by(columns).aggregate([([], "count_all")])

    return answer


def _ours_whole(peer: Any, data: Data, path: Path) -> Any:
    import interpol_bcn as bcn

    return bcn.read_messages(str(path))


def _ours_flow(peer: Any, data: Data, path: Path) -> Any:
    import interpol_bcn as bcn

    return bcn.read_messages(str(path), only=list(FLOW)).count(*FLOW)


def _question(name: str, title: str, suffix: str, whole: bool, goal: float) -> FileQuestion:
    question = FileQuestion(name, title, () if whole else FLOW, goal=goal)
    question.suffix, question.whole = suffix, whole
    return question


CSV = _question("csv", "CSV → the whole log", ".csv", True, 2.5)
CSV.answers = {
    "ours": _ours_whole,
    "polars": _polars_csv,
    "duckdb": _duckdb_whole("read_csv('{path}', header = true, {types})"),
    "chdb": _chdb_whole,
    "pyarrow": _pyarrow_csv(None),
    "pandas": _pandas_csv,
}
CSV_FLOW = _question("csv-flow", "CSV → flow", ".csv", False, 2.5)
CSV_FLOW.answers = {
    "ours": _ours_flow,
    "polars": _polars_csv_flow,
    "duckdb": _duckdb_flow("read_csv('{path}', header = true, {types})"),
    "chdb": _chdb_flow,
    "pyarrow": _pyarrow_csv(list(FLOW)),
}
PARQUET = _question("parquet", "Parquet → the whole log", ".parquet", True, 1.0)
PARQUET.answers = {
    "ours": _ours_whole,
    "polars": _polars_parquet,
    "duckdb": _duckdb_whole("read_parquet('{path}')"),
    "chdb": _chdb_whole,
    "pyarrow": _pyarrow_parquet(None),
}
PARQUET_FLOW = _question("parquet-flow", "Parquet → flow", ".parquet", False, 1.0)
PARQUET_FLOW.answers = {
    "ours": _ours_flow,
    "polars": _polars_parquet_flow,
    "duckdb": _duckdb_flow("read_parquet('{path}')"),
    "chdb": _chdb_flow,
    "pyarrow": _pyarrow_parquet(list(FLOW)),
}
FILES = [CSV, CSV_FLOW, PARQUET, PARQUET_FLOW]
