"""The questions, and how each peer answers them in its best form.

A question names its axes; `cells` lays any peer's answer out over them, so
that answers can be compared whole.  An answer is timed until its result lies
in the caller's memory; laying it out for the comparison is not timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from .dataset import KINDS, START, Data

HOUR = 3_600_000_000
HALF = 1_688_169_600_000_000  # 2023-07-01
SUMMER, WINTER = 1_679_792_400_000_000, 1_698_541_200_000_000  # Paris: 26 March, 29 October

Answer = Callable[[Any], Any]


@dataclass
class Question:
    """What is asked, over which axes, and each peer's way to answer."""

    name: str
    title: str
    axes: tuple[str, ...]
    answers: dict[str, Answer] = field(default_factory=dict)
    goal: float = 2.0  # at least so many times the best peer

    def sizes(self, data: Data) -> dict[str, list[str] | int]:
        """The labels of each axis, or how many positions a time axis has."""
        known: dict[str, list[str] | int] = {
            "sender": data.labels,
            "receiver": data.labels,
            "kind": list(KINDS),
            "sender.region": sorted(set(data.regions)),
            "receiver.region": sorted(set(data.regions)),
            "month": 12,
            "hour": 8760,
            "hour_of_week": 168,
        }
        return {axis: known[axis] for axis in self.axes}

    def cells(self, peer: Any, result: Any, data: Data) -> Any:
        """The whole answer as an array of whole numbers over the axes."""
        import numpy as np

        axes = self.sizes(data)
        if hasattr(peer, "cells"):
            return np.asarray(peer.cells(result, axes)).astype(np.int64)
        table = peer.table(result)
        shape = [size if isinstance(size, int) else len(size) for size in axes.values()]
        places = []
        for column, axis in zip(table.columns, axes, strict=False):
            places.append(_places(column, axis, axes[axis]))
        whole = np.zeros(shape, np.int64)
        whole[tuple(places)] = table.columns[-1].to_numpy().astype(np.int64)
        return whole


def _places(column: Any, axis: str, labels: list[str] | int) -> Any:
    """Where each value of a result's column lies on its axis."""
    import numpy as np
    import pyarrow as pa

    if isinstance(labels, list):
        if pa.types.is_int8(column.type):  # an Enum8's own number, counted from -128
            return column.to_numpy().astype(np.intp) + 128
        if pa.types.is_dictionary(column.type):
            column = column.cast(column.type.value_type)
        column = column.combine_chunks().dictionary_encode()
        if isinstance(column, pa.ChunkedArray):
            column = column.chunk(0)
        texts = column.dictionary.to_pylist()
        texts = [text.decode() if isinstance(text, bytes) else text for text in texts]
        position = {label: i for i, label in enumerate(labels)}
        codes = np.array([position[text] for text in texts], np.intp)
        return codes[column.indices.to_numpy()]
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz)).cast(pa.int64())
        return column.to_numpy() // HOUR - START // HOUR
    values = column.to_numpy().astype(np.int64)
    return values - {"month": 1, "hour": START // HOUR, "hour_of_week": 0}[axis]


def _sql(text: str) -> Answer:
    """A statement over {t}, put to a peer that speaks SQL."""
    return lambda state: state[0].ask(text.format(t=state[1]))


def _grouped(keys: Any, where: Any = None) -> Answer:
    def answer(state: Any) -> Any:
        import polars as pl

        frame = state[0].lazy()
        if where is not None:
            frame = frame.filter(where(pl))
        return frame.group_by(*keys(pl)).agg(pl.len().alias("n")).collect()

    return answer


def _bins(codes: Any, count: int) -> Any:
    import numpy as np

    return np.bincount(codes, minlength=count)


def _segments(data: Data, limits: Any, codes: Any, count: int) -> Any:
    """Rows sorted by time: one bincount for each stretch between limits."""
    import numpy as np

    edges = np.searchsorted(data.sent_at, limits)
    return np.stack([_bins(codes[a:b], count) for a, b in pairwise(edges)])


def _month_limits() -> Any:
    import numpy as np

    months = np.arange("2023-01", "2024-02", dtype="M8[M]")
    return months.astype("M8[us]").astype(np.int64)


def _numpy_months(data: Data) -> Any:
    if data.sorted:
        return _segments(data, _month_limits(), data.sender, 196)
    month = data.sent_at.astype("M8[us]").astype("M8[M]").astype("i8") - 53 * 12
    return _bins(month * 196 + data.sender, 12 * 196).reshape(12, 196)


def _numpy_hours(data: Data) -> Any:
    import numpy as np

    codes = data.sender * np.uint16(8) + data.kind
    if data.sorted:
        limits = START + np.arange(8761) * HOUR
        cells = _segments(data, limits, codes, 1568)
    else:
        cells = _bins((data.sent_at - START) // HOUR * 1568 + codes, 8760 * 1568)
    return cells.reshape(8760, 196, 8)


def _numpy_paris(data: Data) -> Any:
    import numpy as np

    hours = np.arange(8760)
    start = START + hours * HOUR
    local = hours + 1 + ((start >= SUMMER) & (start < WINTER))
    if data.sorted:
        each = _segments(data, START + np.arange(8761) * HOUR, data.kind, 8)
    else:
        hour = (data.sent_at - START) // HOUR
        each = _bins(hour * 8 + data.kind, 8760 * 8).reshape(8760, 8)
    cells = np.zeros((168, 8), np.int64)
    np.add.at(cells, (local + 6 * 24) % 168, each)  # 1 January 2023 was a Sunday
    return cells


def _numpy_regions(data: Data) -> Any:
    import numpy as np

    names = sorted(set(data.regions))
    region = np.array([names.index(name) for name in data.regions], np.uint8)
    if data.sorted:
        rows = slice(0, np.searchsorted(data.sent_at, HALF))
        keep = data.kind[rows] == 3
    else:
        rows = slice(None)
        keep = (data.kind == 3) & (data.sent_at < HALF)
    pairs = data.sender[rows][keep].astype(np.intp) * 196 + data.receiver[rows][keep]
    cells = np.zeros((len(names), len(names)), np.int64)
    np.add.at(cells, (region[:, None], region), _bins(pairs, 196 * 196).reshape(196, 196))
    return cells


def _pandas_regions(state: Any) -> Any:
    frame, regions = state
    kept = frame[(frame["kind"] == "diffusion") & (frame["sent_at"] < "2023-07-01")]
    return kept.groupby(
        [
            kept["sender"].map(regions).rename("sender.region"),
            kept["receiver"].map(regions).rename("receiver.region"),
        ],
        observed=True,
    ).size()


def _polars_regions(state: Any) -> Any:
    from datetime import UTC, datetime

    import polars as pl

    frame, regions = state
    kept = frame.lazy().filter(
        (pl.col("kind") == "diffusion") & (pl.col("sent_at") < datetime(2023, 7, 1, tzinfo=UTC))
    )
    pairs = kept.group_by("sender", "receiver").agg(pl.len().alias("n"))
    named = pairs.join(regions.lazy(), left_on="sender", right_on="bureau").join(
        regions.lazy(), left_on="receiver", right_on="bureau", suffix="_to"
    )
    return named.group_by("region", "region_to").agg(pl.col("n").sum()).collect()


def _pyarrow_count(*keys: str) -> Answer:
    return lambda table: table.group_by(list(keys)).aggregate([([], "count_all")])


_REGIONS = """
SELECT a.region AS sender_region, b.region AS receiver_region, sum(n) AS n FROM (
    SELECT sender, receiver, count(*) AS n FROM {t}
    WHERE kind = 'diffusion' AND sent_at < '2023-07-01 00:00:00' GROUP BY sender, receiver
) AS pairs JOIN bureaus AS a ON %s = a.bureau JOIN bureaus AS b ON %s = b.bureau
GROUP BY ALL"""
_PARIS = "timezone('Europe/Paris', timezone('UTC', sent_at))"
_PARIS_CH = "toDayOfWeek(sent_at, 1, 'Europe/Paris') * 24 + toHour(sent_at, 'Europe/Paris')"

MEMORY = [
    Question(
        "sender",
        "sender",
        ("sender",),
        {
            "ours": lambda log: log.count("sender"),
            "duckdb": _sql("SELECT sender, count(*) AS n FROM {t} GROUP BY sender"),
            "chdb": _sql("SELECT sender, count() AS n FROM {t} GROUP BY sender"),
            "polars": _grouped(lambda pl: ["sender"]),
            "pandas": lambda state: state[0].groupby("sender", observed=True).size(),
            "pyarrow": _pyarrow_count("sender"),
            "numpy": lambda data: _bins(data.sender, 196),
        },
    ),
    Question(
        "pair",
        "sender × receiver",
        ("sender", "receiver"),
        {
            "ours": lambda log: log.count("sender", "receiver"),
            "duckdb": _sql(
                "SELECT sender, receiver, count(*) AS n FROM {t} GROUP BY sender, receiver"
            ),
            "chdb": _sql(
                "SELECT sender, receiver, count() AS n FROM {t} GROUP BY sender, receiver"
            ),
            "polars": _grouped(lambda pl: ["sender", "receiver"]),
            "pandas": lambda state: state[0].groupby(["sender", "receiver"], observed=True).size(),
            "pyarrow": _pyarrow_count("sender", "receiver"),
            "numpy": lambda data: _bins(
                data.sender.astype("intp") * 196 + data.receiver, 196 * 196
            ).reshape(196, 196),
        },
    ),
    Question(
        "month",
        "month × sender",
        ("month", "sender"),
        {
            "ours": lambda log: log.count("month", "sender"),
            "duckdb": _sql(
                "SELECT month(sent_at) AS month, sender, count(*) AS n FROM {t} GROUP BY ALL"
            ),
            "chdb": _sql(
                "SELECT toMonth(sent_at) AS m, sender, count() AS n FROM {t} GROUP BY ALL"
            ),
            "polars": _grouped(lambda pl: [pl.col("sent_at").dt.month(), "sender"]),
            "pandas": lambda state: (
                state[0].groupby([state[0]["sent_at"].dt.month, "sender"], observed=True).size()
            ),
            "numpy": _numpy_months,
        },
    ),
    Question(
        "hour",
        "hour × sender × kind",
        ("hour", "sender", "kind"),
        {
            "ours": lambda log: log.count("hour", "sender", "kind"),
            "duckdb": _sql(
                "SELECT epoch_us(sent_at) // 3600000000 AS hour, sender, kind, count(*) AS n "
                "FROM {t} GROUP BY ALL"
            ),
            "chdb": _sql(
                "SELECT toRelativeHourNum(sent_at) AS h, sender, kind, count() AS n "
                "FROM {t} GROUP BY ALL"
            ),
            "polars": _grouped(
                lambda pl: [(pl.col("sent_at").dt.epoch("us") // HOUR), "sender", "kind"]
            ),
            "numpy": _numpy_hours,
        },
    ),
    Question(
        "paris",
        "hour of week in Paris × kind",
        ("hour_of_week", "kind"),
        {
            "ours": lambda log: log.count("hour_of_week", "kind", tz="Europe/Paris"),
            "duckdb": _sql(
                f"SELECT (isodow({_PARIS}) - 1) * 24 + hour({_PARIS}) AS how, kind, "
                "count(*) AS n FROM {t} GROUP BY ALL"
            ),
            "chdb": _sql(f"SELECT {_PARIS_CH} AS how, kind, count() AS n FROM {{t}} GROUP BY ALL"),
            "polars": _grouped(
                lambda pl: [
                    (
                        pl.col("sent_at")
                        .dt.convert_time_zone("Europe/Paris")
                        .dt.weekday()
                        .cast(int)
                        * 24
                        - 24
                        + pl.col("sent_at").dt.convert_time_zone("Europe/Paris").dt.hour()
                    ),
                    "kind",
                ]
            ),
            "numpy": _numpy_paris,
        },
    ),
    Question(
        "regions",
        "region × region, one kind, half a year",
        ("sender.region", "receiver.region"),
        {
            "ours": lambda log: log.count(
                "sender.region",
                "receiver.region",
                where={"kind": "diffusion", "sent_at": ("2023-01", "2023-07")},
            ),
            "duckdb": _sql(_REGIONS % ("pairs.sender", "pairs.receiver")),
            "chdb": _sql(_REGIONS % ("toString(pairs.sender)", "toString(pairs.receiver)")),
            "polars": _polars_regions,
            "pandas": _pandas_regions,
            "numpy": _numpy_regions,
        },
    ),
    Question(
        "size",
        "sum(size) by sender",
        ("sender",),
        {
            "ours": lambda log: log.sum("size", "sender"),
            "duckdb": _sql("SELECT sender, sum(size)::BIGINT AS n FROM {t} GROUP BY sender"),
            "chdb": _sql("SELECT sender, sum(size) AS n FROM {t} GROUP BY sender"),
            "polars": lambda state: _polars_sizes(state),
            "pandas": lambda state: state[0].groupby("sender", observed=True)["size"].sum(),
            "pyarrow": lambda table: table.group_by("sender").aggregate([("size", "sum")]),
            # In floating point, and exact as long as sums stay below 2**53.
            "numpy": lambda data: _numpy_sizes(data),
        },
    ),
]


def _polars_sizes(state: Any) -> Any:
    import polars as pl

    sizes = pl.col("size").cast(pl.UInt64).sum()  # a sum of 32-bit values would wrap
    return state[0].lazy().group_by("sender").agg(sizes.alias("n")).collect()


def _numpy_sizes(data: Data) -> Any:
    import numpy as np

    return np.bincount(data.sender, weights=data.size, minlength=196)
