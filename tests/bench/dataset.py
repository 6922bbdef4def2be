"""The messages that every peer is asked about: columns of numpy, and the files made from them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

KINDS = ("message", "request", "reply", "diffusion", "notice", "alert", "copy", "receipt")
START = 1_672_531_200_000_000  # 2023-01-01, microseconds UTC
YEAR = 365 * 86_400_000_000
SHAPES = ("zipf", "uniform", "equal", "sorted")


@dataclass
class Data:
    """Columns as numpy arrays; labels as codes into `labels` and `KINDS`."""

    rows: int
    labels: list[str]
    regions: list[str]  # of each label
    sorted: bool  # by time
    columns: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["columns"][name]
        except KeyError:
            raise AttributeError(name) from None

    def arrow(self) -> Any:
        """The same as an Arrow table with dictionary columns."""
        import pyarrow as pa

        def labelled(codes: Any, labels: Any) -> Any:
            return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(list(labels)))

        return pa.table(
            {
                "sent_at": pa.array(self.sent_at).cast(pa.timestamp("us", tz="UTC")),
                "sender": labelled(self.sender, self.labels),
                "receiver": labelled(self.receiver, self.labels),
                "kind": labelled(self.kind, KINDS),
                "size": pa.array(self.size),
            }
        )

    def shuffled(self) -> Data:
        """The same rows in an order without meaning."""
        import numpy as np

        order = np.random.default_rng(5).permutation(self.rows)
        columns = {name: column[order] for name, column in self.columns.items()}
        return Data(self.rows, self.labels, self.regions, False, columns)


def bureaus() -> tuple[list[str], list[str]]:
    """The members by alpha-3 and the region of each."""
    import interpol_bcn as bcn

    members = [(member.alpha_3, member.region) for member in bcn.members]
    return [code for code, _ in members], [region for _, region in members]


def make(rows: int, shape: str = "zipf", seed: int = 1) -> Data:
    """Make messages sorted by time: skewed labels and kinds, sizes like files'."""
    import numpy as np

    labels, regions = bureaus()
    count = len(labels)
    random = np.random.default_rng(seed)
    scattered = np.random.default_rng(99).permutation(count).astype(np.uint8)

    def draw(weights: Any, codes: Any) -> Any:
        limits = np.cumsum(weights) / np.sum(weights)
        drawn = np.searchsorted(limits, random.random(rows, dtype=np.float32))
        return codes[np.minimum(drawn, len(codes) - 1)]

    weights = 1 / np.arange(1, count + 1) if shape in ("zipf", "sorted") else np.ones(count)
    sender, receiver = draw(weights, scattered), draw(weights, scattered[::-1])
    kind = draw(1 / np.arange(1, 9), np.arange(8, dtype=np.uint8))
    if shape == "equal":
        sender, receiver, kind = np.full_like(sender, 7), np.full_like(sender, 9), kind * 0
    elif shape == "sorted":
        sender.sort()
    size = np.exp(random.normal(9.5, 1.7, rows)).astype(np.uint32)
    sent_at = START + np.sort(random.integers(0, YEAR, rows))
    columns = {
        "sent_at": sent_at,
        "sender": sender,
        "receiver": receiver,
        "kind": kind,
        "size": size,
    }
    return Data(rows, labels, regions, True, columns)


def write_csv(data: Data, path: Path) -> None:
    """Write what an extract looks like: a header, ISO times in UTC, labels."""
    import pyarrow as pa
    from pyarrow import csv

    table = data.arrow()
    times = table["sent_at"].cast(pa.timestamp("us")).cast(pa.string())
    table = table.set_column(0, "sent_at", pa.compute.binary_join_element_wise(times, "Z", ""))
    for place, name in enumerate(table.column_names):
        if pa.types.is_dictionary(table.schema.field(name).type):
            table = table.set_column(place, name, table[name].cast(pa.string()))
    csv.write_csv(table, path, csv.WriteOptions(quoting_style="none"))


def write_parquet(data: Data, path: Path) -> None:
    """Write Parquet with zstd and dictionary pages, row groups of 2**20."""
    from pyarrow import parquet

    parquet.write_table(data.arrow(), path, compression="zstd", row_group_size=2**20)
