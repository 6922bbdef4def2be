"""The peers: how each holds the messages, in its best form, and gives its results.

A peer has `load(data)`, which returns what its questions are asked of, and
`table(result)`, which turns a result into an Arrow table whose last column is
the figure; `numpy` and `ours` give whole arrays instead, by `cells`.
"""

from __future__ import annotations

import os
from typing import Any

from .dataset import KINDS, Data

NAMES = ("ours", "chdb", "duckdb", "polars", "pyarrow", "pandas", "numpy")


def limit_threads(threads: int) -> None:
    """Let every library use so many threads; call before any is imported."""
    # An older OpenBLAS needs these on some processors; a current one is slowed by them.
    os.environ.pop("OPENBLAS_CORETYPE", None)
    os.environ.pop("OPENBLAS_L2_SIZE", None)
    for name in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "ARROW_IO_THREADS"):
        os.environ[name] = str(threads)


class Ours:
    """This package, over the Arrow table."""

    def __init__(self, threads: int) -> None:
        self.threads = threads

    def load(self, data: Data) -> Any:
        import interpol_bcn as bcn

        period = ("2023-01-01", "2024-01-01")
        return bcn.read_messages(data.arrow(), period=period, rollup=False)  # rows are asked

    def cells(self, result: Any, axes: dict[str, list[str] | int]) -> Any:
        """The cube's cells in the order of the axes' labels, and nothing outside them."""
        import numpy as np

        array = result.to_numpy()
        total = int(array.sum())
        for place, (dim, labels) in enumerate(zip(result.dims, axes.values(), strict=True)):
            if isinstance(labels, int):  # a time axis over the whole period, in its order
                if array.shape[place] != labels:
                    raise ValueError(f"{dim} has {array.shape[place]} positions, not {labels}")
                continue
            position = {label: i for i, label in enumerate(result.coords[dim])}
            array = np.take(array, [position[label] for label in labels], axis=place)
        if int(array.sum()) != total:
            raise ValueError("some rows fell outside the labels")
        return array


class Duckdb:
    """A table of ENUM columns in memory."""

    def __init__(self, threads: int) -> None:
        import duckdb

        self.connection = duckdb.connect(config={"threads": threads})
        self.connection.execute("SET perfect_ht_threshold = 20")  # the default is 12
        self.connection.execute("SET TimeZone = 'UTC'")
        self.connection.execute("SET enable_progress_bar = false")
        self.loaded = 0

    def enums(self, data: Data) -> None:
        for name, labels in (("bureau", data.labels), ("kind", KINDS)):
            texts = ", ".join(f"'{label}'" for label in labels)
            self.connection.execute(f"DROP TYPE IF EXISTS {name}_enum")
            self.connection.execute(f"CREATE TYPE {name}_enum AS ENUM ({texts})")

    def load(self, data: Data) -> Any:
        if not self.loaded:
            self.enums(data)
        self.loaded += 1
        name = f"messages_{self.loaded}"
        self.connection.register("given", data.arrow())
        self.connection.execute(
            f"CREATE TABLE {name} AS SELECT sent_at::TIMESTAMP AS sent_at, "
            "sender::VARCHAR::bureau_enum AS sender, receiver::VARCHAR::bureau_enum AS receiver, "
            "kind::VARCHAR::kind_enum AS kind, size FROM given"
        )
        self.connection.unregister("given")
        regions = ", ".join(
            f"('{a}'::bureau_enum, '{b}')" for a, b in zip(data.labels, data.regions, strict=True)
        )
        self.connection.execute(
            f"CREATE OR REPLACE TABLE bureaus AS FROM (VALUES {regions}) AS t(bureau, region)"
        )
        return self, name

    def ask(self, text: str) -> Any:
        return self.connection.sql(text).to_arrow_table()

    def table(self, result: Any) -> Any:
        return result


class Chdb:
    """A table of Enum8 columns in the Memory engine, through a session."""

    def __init__(self, threads: int) -> None:
        from chdb import session

        self.threads = threads
        self.session = session.Session()
        self.settings = f" SETTINGS max_threads = {threads}"
        self.loaded = 0

    @staticmethod
    def types(data: Data) -> str:
        def enum(labels: Any) -> str:
            texts = ", ".join(f"'{label}' = {i - 128}" for i, label in enumerate(labels))
            return f"Enum8({texts})"

        bureau, kind = enum(data.labels), enum(KINDS)
        return (
            f"sent_at DateTime64(6, 'UTC'), sender {bureau}, receiver {bureau}, kind {kind}, "
            "size UInt32"
        )

    def load(self, data: Data) -> Any:
        import tempfile
        from pathlib import Path

        from .dataset import write_parquet

        self.loaded += 1
        name = f"messages_{self.loaded}"
        self.session.query(f"CREATE TABLE {name} ({self.types(data)}) ENGINE = Memory")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "given.parquet"
            write_parquet(data, path)
            self.session.query(f"INSERT INTO {name} SELECT * FROM file('{path}', Parquet)")
        self.session.query("DROP TABLE IF EXISTS bureaus")
        self.session.query("CREATE TABLE bureaus (bureau String, region String) ENGINE = Memory")
        rows = ", ".join(f"('{a}', '{b}')" for a, b in zip(data.labels, data.regions, strict=True))
        self.session.query(f"INSERT INTO bureaus VALUES {rows}")
        return self, name

    def ask(self, text: str) -> Any:
        return self.session.query(text + self.settings, "ArrowStream").bytes()

    def table(self, result: Any) -> Any:
        import pyarrow as pa

        return pa.ipc.open_stream(result).read_all()


class Polars:
    """A data frame of Enum columns."""

    def __init__(self, threads: int) -> None:
        pass

    def load(self, data: Data) -> Any:
        import polars as pl

        bureau, kind = pl.Enum(data.labels), pl.Enum(KINDS)
        frame = pl.from_arrow(data.arrow())
        frame = frame.with_columns(
            pl.col("sender", "receiver").cast(pl.String).cast(bureau),
            pl.col("kind").cast(pl.String).cast(kind),
        )
        regions = pl.DataFrame({"bureau": data.labels, "region": data.regions})
        return frame.rechunk(), regions.with_columns(pl.col("bureau").cast(bureau))

    def table(self, result: Any) -> Any:
        return result.to_arrow()


class Pandas:
    """A data frame of categories."""

    def __init__(self, threads: int) -> None:
        pass

    def load(self, data: Data) -> Any:
        import pandas as pd

        return pd.DataFrame(
            {
                "sent_at": pd.to_datetime(data.sent_at, unit="us", utc=True),
                "sender": pd.Categorical.from_codes(data.sender, data.labels),
                "receiver": pd.Categorical.from_codes(data.receiver, data.labels),
                "kind": pd.Categorical.from_codes(data.kind, list(KINDS)),
                "size": data.size,
            }
        ), dict(zip(data.labels, data.regions, strict=True))

    def table(self, result: Any) -> Any:
        import pyarrow as pa

        return pa.Table.from_pandas(result.rename("n").reset_index(), preserve_index=False)


class Pyarrow:
    """A table of dictionary columns."""

    def __init__(self, threads: int) -> None:
        import pyarrow as pa

        pa.set_cpu_count(threads)

    def load(self, data: Data) -> Any:
        return data.arrow()

    def table(self, result: Any) -> Any:
        return result


class Numpy:
    """Codes of one byte, and what a good hand writes with bincount."""

    def __init__(self, threads: int) -> None:
        pass

    def load(self, data: Data) -> Any:
        return data

    def cells(self, result: Any, axes: dict[str, list[str] | int]) -> Any:
        """Its answers have the form already."""
        return result


def make(name: str, threads: int) -> Any:
    """The peer of that name."""
    return {
        "ours": Ours, "duckdb": Duckdb, "chdb": Chdb, "polars": Polars, "pandas": Pandas,
        "pyarrow": Pyarrow, "numpy": Numpy,
    }[name](threads)  # fmt: skip
