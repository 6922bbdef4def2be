"""Matters of time on messages in memory, against the peers: python -m tests.bench.time

The exact median of size by sender and by pair, the busiest second, and the busiest ninety
minutes wherever they begin.  Every answer is compared with the first peer's, whole.
"""

from __future__ import annotations

import argparse
import gc
import sys
from importlib.util import find_spec
from typing import Any

from . import peers as peer_room
from .dataset import Data, make
from .questions import Question
from .run import MODULES, Wrong, machine, measure, show, versions

NAMES = ("ours", "chdb", "duckdb", "polars", "numpy")
NINETY = 90 * 60 * 1_000_000


class Ours:
    """This package."""

    def __init__(self, data: Data) -> None:
        self.log = peer_room.Ours(2).load(data)

    def median(self, data: Data) -> Any:
        return self.log.quantiles("size", "sender", q=0.5)

    def pairs(self, data: Data) -> Any:
        return self.log.quantiles("size", "sender", "receiver", q=0.5)

    def peak(self, data: Data) -> Any:
        return self.log.peak("1s")

    def sliding(self, data: Data) -> Any:
        return self.log.peak("90min", sliding=True)


class Sql:
    """A database: the same questions, its own name for the lower median."""

    median_of = ""
    second = ""

    def __init__(self, data: Data) -> None:
        raise NotImplementedError

    def median(self, data: Data) -> Any:
        return self.peer.ask(  # type: ignore[attr-defined]
            f"SELECT sender, {self.median_of} AS m FROM {self.table} GROUP BY sender"  # type: ignore[attr-defined]
        )

    def pairs(self, data: Data) -> Any:
        return self.peer.ask(  # type: ignore[attr-defined]
            f"SELECT sender, receiver, {self.median_of} AS m FROM {self.table} "  # type: ignore[attr-defined]
            "GROUP BY sender, receiver"
        )

    def peak(self, data: Data) -> Any:
        return self.peer.ask(  # type: ignore[attr-defined]
            f"SELECT {self.second} AS s, count(*) AS n FROM {self.table} "  # type: ignore[attr-defined]
            "GROUP BY s ORDER BY n DESC, s LIMIT 1"
        )


class Duckdb(Sql):
    """A table in memory."""

    median_of = "quantile_disc(size, 0.5)"
    second = "epoch_us(sent_at) // 1000000"

    def __init__(self, data: Data) -> None:
        self.peer = peer_room.Duckdb(2)
        _, self.table = self.peer.load(data)


class Chdb(Sql):
    """A table of the Memory engine."""

    median_of = "quantileExactLow(0.5)(size)"
    second = "toUnixTimestamp(sent_at)"

    def __init__(self, data: Data) -> None:
        self.peer = peer_room.Chdb(2)
        _, self.table = self.peer.load(data)


class Polars:
    """A data frame of Enum columns."""

    def __init__(self, data: Data) -> None:
        self.frame, _ = peer_room.Polars(2).load(data)

    def _median(self, *by: str) -> Any:
        import polars as pl

        middle = pl.col("size").quantile(0.5, interpolation="lower").alias("m")
        return self.frame.lazy().group_by(*by).agg(middle).collect()

    def median(self, data: Data) -> Any:
        return self._median("sender")

    def pairs(self, data: Data) -> Any:
        return self._median("sender", "receiver")

    def peak(self, data: Data) -> Any:
        import polars as pl

        second = (pl.col("sent_at").to_physical() // 1_000_000).alias("s")
        counts = self.frame.lazy().group_by(second).agg(n=pl.len())
        return counts.sort("n", "s", descending=[True, False]).head(1).collect()


class Numpy:
    """The columns as they are, in order of time."""

    def __init__(self, data: Data) -> None:
        pass

    def sliding(self, data: Data) -> Any:
        import numpy as np

        times = data.sent_at
        counts = np.searchsorted(times, times + NINETY) - np.arange(len(times))
        return counts.max()


MAKERS: dict[str, Any] = {
    "ours": Ours, "chdb": Chdb, "duckdb": Duckdb, "polars": Polars, "numpy": Numpy,
}  # fmt: skip


def _table(result: Any) -> Any:
    import pyarrow as pa

    if isinstance(result, bytes):
        return pa.ipc.open_stream(result).read_all()
    return result.to_arrow() if hasattr(result, "to_arrow") else result


def _labels(column: Any, labels: list[str]) -> list[str]:
    values = column.to_pylist()
    return [labels[value + 128] if isinstance(value, int) else value for value in values]


def same_medians(peer: Any, result: Any, data: Data) -> Any:
    """The median of every sender (and receiver) that wrote, by label."""
    table = _table(result)
    if isinstance(peer, Ours):
        table = table.filter(table["n"].to_numpy() > 0).drop_columns(["n"])
    keys = [_labels(column, data.labels) for column in table.columns[:-1]]
    medians = [int(value) for value in table.columns[-1].to_pylist()]
    return sorted(zip(*keys, medians, strict=True))


def same_count(peer: Any, result: Any, data: Data) -> Any:
    """The busiest stretch's count; of ties any will do."""
    import numpy as np

    if isinstance(peer, Ours):
        return [result.to_dicts()[0]["count"]]
    return [int(result) if isinstance(result, np.integer) else _table(result).column(1)[0].as_py()]


QUESTIONS = (
    ("median", "exact median of size by sender", 2.5, same_medians),
    ("pairs", "exact median of size by sender × receiver", 2.5, same_medians),
    ("peak", "busiest second", 10.0, same_count),
    ("sliding", "busiest 90 minutes, wherever they begin", 1.0, same_count),
)


def main(arguments: list[str] | None = None) -> int:
    """Ask and compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.time", description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=18_000_000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(NAMES))
    options = parser.parse_args(arguments)
    peer_room.limit_threads(2)
    names = [one for one in options.peers if find_spec(MODULES.get(one, one)) is not None]
    print(f"{options.rows:,} messages, sorted by time. {machine(2)}. {versions(names)}.")
    data = make(options.rows)
    crew = {}
    for name in names:
        crew[name] = (MAKERS[name](data), (data,))
        gc.collect()
    for name, title, goal, same in QUESTIONS:
        question = Question(name, title, (), {}, goal)
        for one in names:
            if hasattr(crew[one][0], name):
                question.answers[one] = getattr(crew[one][0], name)

        def compared(peer: Any, result: Any, same: Any = same) -> Any:
            return same(peer, result, data)

        try:
            show(measure("time", question, crew, options.repeats, compared))
        except Wrong as error:
            print(f"answers differ: {error}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
