"""Searches in memory, against the peers: python -m tests.bench.searches --rows 100e6

Hours × bureaus × databases × hit or none, the hit rate by database, and the busiest second.
One peer after the other holds the searches, so that 100 million of them take less than 12 GB;
every answer is compared whole with that of the first peer.

Hours × bureaus × databases × hit is some 110 million cells.  As 8 bytes each the kernel would
clear 880 MB of pages for them, and they would be written to; the greatest cell fits 2 bytes,
so 220 MB are written once.
"""

from __future__ import annotations

import argparse
import gc
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from . import peers as peer_room
from .dataset import START, YEAR, bureaus
from .questions import HOUR, Question
from .run import MODULES, Row, Wrong, equal, machine, measure, show, versions

DATABASES = 19
NAMES = ("ours", "chdb", "duckdb", "polars")
SECOND = 1_000_000
PART = 1 << 22  # rows drawn at once


@dataclass
class Searches:
    """Columns of numpy: sorted times, codes of bureaus and databases, hit or not."""

    rows: int
    labels: list[str]
    databases: list[str]
    searched_at: Any
    bureau: Any
    database: Any
    hit: Any

    def arrow(self) -> Any:
        """The same as an Arrow table: labels in dictionaries, hits as a number and a label."""
        import pyarrow as pa

        def labelled(codes: Any, labels: list[str]) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(labels))

        return pa.table(
            {
                "searched_at": pa.array(self.searched_at).cast(pa.timestamp("us", tz="UTC")),
                "bureau": labelled(self.bureau, self.labels),
                "database": labelled(self.database, self.databases),
                "channel": labelled(self.hit, ["none", "hit"]),
                "hits": pa.array(self.hit),
            }
        )


def make(rows: int) -> Searches:
    """Make searches sorted by time, bureaus and databases skewed, some 1 in 100 a hit."""
    import numpy as np

    labels, _ = bureaus()
    random = np.random.default_rng(7)

    def draw(count: int, skew: float) -> Any:
        weights = 1 / np.arange(1, count + 1) ** skew
        limits = (np.cumsum(weights) / weights.sum()).astype(np.float32)
        codes = np.empty(rows, np.uint8)
        for begin in range(0, rows, PART):
            part = codes[begin : begin + PART]
            drawn = np.searchsorted(limits, random.random(len(part), dtype=np.float32))
            np.minimum(drawn, count - 1, out=part, casting="unsafe")
        return codes

    times = random.integers(0, YEAR, rows)
    times.sort()
    return Searches(
        rows, labels, [f"D{i:02}" for i in range(DATABASES)], START + times,
        draw(len(labels), 1.0), draw(DATABASES, 1.3),
        (random.random(rows, dtype=np.float32) < 0.01).astype(np.uint8),
    )  # fmt: skip


class Ours:
    """This package."""

    def __init__(self, data: Searches) -> None:
        import interpol_bcn as bcn

        self.log = bcn.read_searches(
            data.arrow(), period=("2023-01-01", "2024-01-01"),
            domains={"database": data.databases, "channel": ["none", "hit"]}, rollup=False,
        )  # fmt: skip

    def cells(self, data: Searches) -> Any:
        return self.log.count("hour", "bureau", "database", "channel")

    def rates(self, data: Searches) -> Any:
        return self.log.hit_rate("database")

    def peak(self, data: Searches) -> Any:
        return self.log.peak("1s")


class Duckdb:
    """A table in memory."""

    def __init__(self, data: Searches) -> None:
        self.peer = peer_room.Duckdb(2)
        given = data.arrow()
        self.peer.connection.register("given", given)
        for name, labels in (("b", data.labels), ("d", data.databases)):
            texts = ", ".join(f"'{label}'" for label in labels)
            self.peer.connection.execute(f"CREATE TYPE {name}_enum AS ENUM ({texts})")
        self.peer.connection.execute(
            "CREATE TABLE s AS SELECT searched_at::TIMESTAMP AS t, bureau::VARCHAR::b_enum AS b, "
            "database::VARCHAR::d_enum AS d, hits AS h FROM given"
        )
        self.peer.connection.unregister("given")

    def cells(self, data: Searches) -> Any:
        return self.peer.ask(
            "SELECT epoch_us(t) // 3600000000 AS hour, b, d, h, count(*) AS n FROM s GROUP BY ALL"
        )

    def rates(self, data: Searches) -> Any:
        return self.peer.ask("SELECT d, count(*) AS n, sum(h)::BIGINT AS h FROM s GROUP BY d")

    def peak(self, data: Searches) -> Any:
        return self.peer.ask(
            "SELECT epoch_us(t) // 1000000 AS s, count(*) AS n FROM s GROUP BY 1 "
            "ORDER BY n DESC, 1 LIMIT 1"
        )


class Chdb:
    """A table of the Memory engine."""

    def __init__(self, data: Searches) -> None:
        import tempfile
        from pathlib import Path

        from pyarrow import parquet

        self.peer = peer_room.Chdb(2)

        def enum(labels: list[str]) -> str:
            return ", ".join(f"'{label}' = {i - 128}" for i, label in enumerate(labels))

        types = (
            f"t DateTime64(6, 'UTC'), b Enum8({enum(data.labels)}), "
            f"d Enum8({enum(data.databases)}), h UInt8"
        )
        self.peer.session.query(f"CREATE TABLE s ({types}) ENGINE = Memory")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "given.parquet"
            parquet.write_table(data.arrow(), path, compression="none")
            self.peer.session.query(
                "INSERT INTO s SELECT searched_at, bureau, database, hits "
                f"FROM file('{path}', Parquet)"
            )

    def cells(self, data: Searches) -> Any:
        return self.peer.ask(
            "SELECT toUnixTimestamp(t) DIV 3600 AS hour, b, d, h, count() AS n FROM s "
            "GROUP BY hour, b, d, h"
        )

    def rates(self, data: Searches) -> Any:
        return self.peer.ask("SELECT d, count() AS n, sum(h) AS h FROM s GROUP BY d")

    def peak(self, data: Searches) -> Any:
        return self.peer.ask(
            "SELECT toUnixTimestamp(t) AS s, count() AS n FROM s GROUP BY s "
            "ORDER BY n DESC, s LIMIT 1"
        )


class Polars:
    """A data frame of Enum columns."""

    def __init__(self, data: Searches) -> None:
        import polars as pl

        frame = pl.from_arrow(data.arrow())
        self.frame = frame.select(
            t=pl.col("searched_at"),
            b=pl.col("bureau").cast(pl.String).cast(pl.Enum(data.labels)),
            d=pl.col("database").cast(pl.String).cast(pl.Enum(data.databases)),
            h=pl.col("hits"),
        ).rechunk()

    def cells(self, data: Searches) -> Any:
        import polars as pl

        hour = (pl.col("t").to_physical() // HOUR).alias("hour")
        return self.frame.lazy().group_by(hour, "b", "d", "h").agg(n=pl.len()).collect()

    def rates(self, data: Searches) -> Any:
        import polars as pl

        made = self.frame.lazy().group_by("d").agg(n=pl.len(), h=pl.col("h").cast(pl.Int64).sum())
        return made.collect()

    def peak(self, data: Searches) -> Any:
        import polars as pl

        second = (pl.col("t").to_physical() // SECOND).alias("s")
        counts = self.frame.lazy().group_by(second).agg(n=pl.len())
        return counts.sort("n", "s", descending=[True, False]).head(1).collect()


MAKERS: dict[str, Any] = {"ours": Ours, "chdb": Chdb, "duckdb": Duckdb, "polars": Polars}


def _table(result: Any) -> Any:
    import pyarrow as pa

    if isinstance(result, bytes):
        return pa.ipc.open_stream(result).read_all()
    return result.to_arrow() if hasattr(result, "to_arrow") else result


def _codes(column: Any, labels: list[str]) -> Any:
    import numpy as np
    import pyarrow as pa

    if pa.types.is_int8(column.type):
        return column.to_numpy().astype(np.intp) + 128
    texts = column.cast(pa.string()).combine_chunks().dictionary_encode()
    texts = texts.chunk(0) if isinstance(texts, pa.ChunkedArray) else texts
    place = {label: i for i, label in enumerate(labels)}
    return np.array([place[text] for text in texts.dictionary.to_pylist()])[
        texts.indices.to_numpy()
    ]


def same_cells(peer: Any, result: Any, data: Searches) -> Any:
    """The whole answer over hours, bureaus, databases and hit."""
    import numpy as np

    if isinstance(peer, Ours):
        array = result.to_numpy()
        place = {label: i for i, label in enumerate(result.coords["bureau"])}
        chosen = [place[label] for label in data.labels]
        whole = array[:, chosen][:, :, :DATABASES, :2]
        if int(whole.sum()) != data.rows:
            raise Wrong("some rows fell outside the labels")
        return whole.astype(np.int32)
    table = _table(result)
    whole = np.zeros((8760, len(data.labels), DATABASES, 2), np.int32)
    hours = table.column(0).to_numpy().astype(np.int64) - START // HOUR
    where = (hours, _codes(table.column(1), data.labels), _codes(table.column(2), data.databases),
             table.column(3).to_numpy())  # fmt: skip
    whole[where] = table.column(4).to_numpy()
    return whole


def same_rates(peer: Any, result: Any, data: Searches) -> Any:
    """Searches and hits of each database."""
    import numpy as np

    whole = np.zeros((DATABASES, 2), np.int64)
    if isinstance(peer, Ours):
        for row in result.to_dicts():
            if row["database"] in data.databases:
                whole[data.databases.index(row["database"])] = row["searches"], row["hits"]
        return whole
    table = _table(result)
    codes = _codes(table.column(0), data.databases)
    whole[codes, 0] = table.column(1).to_numpy()
    whole[codes, 1] = table.column(2).to_numpy()
    return whole


def same_peak(peer: Any, result: Any, data: Searches) -> Any:
    """The busiest second's count; of ties any second will do."""
    import numpy as np

    if isinstance(peer, Ours):
        return np.array([result.to_dicts()[0]["count"]])
    return np.array([_table(result).column(1)[0].as_py()])


QUESTIONS = (
    ("cells", "hour × bureau × database × hit", 5.0, same_cells),
    ("rates", "hit rate by database", 5.0, same_rates),
    ("peak", "busiest second", 10.0, same_peak),
)


def ask(data: Searches, names: list[str], repeats: int) -> list[Row]:
    """Let each peer answer in turn, alone in memory."""
    rows = [Row("searches", title, goal) for _, title, goal, _ in QUESTIONS]
    agreed: dict[str, Any] = {}
    for one in names:
        peer = MAKERS[one](data)
        gc.collect()
        for row, (name, title, _, same) in zip(rows, QUESTIONS, strict=True):
            question = Question(name, title, (), {one: getattr(peer, name)})

            def compared(peer: Any, result: Any, name: str = name, same: Any = same) -> Any:
                answer = same(peer, result, data)
                if not equal(agreed.setdefault(name, answer), answer):
                    raise Wrong(f"{name}: {type(peer).__name__} differs")
                return None

            found = measure("searches", question, {one: (peer, (data,))}, repeats, compared)
            row.times |= found.times
        del peer
        gc.collect()
    return rows


def main(arguments: list[str] | None = None) -> int:
    """Ask and compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.searches", description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=100_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(NAMES))
    options = parser.parse_args(arguments)
    peer_room.limit_threads(2)
    names = [one for one in options.peers if find_spec(MODULES.get(one, one)) is not None]
    print(f"{options.rows:,} searches, sorted by time. {machine(2)}. {versions(names)}.")
    try:
        for row in ask(make(options.rows), names, options.repeats):
            show(row)
    except Wrong as error:
        print(f"answers differ: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
