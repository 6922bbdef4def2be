"""Tallies: what feeding, merging and reading back cost.

    python -m tests.bench.tally

Prints medians; every answer is compared with one that came another way.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from array import array
from collections.abc import Callable
from typing import Any

import interpol_bcn as bcn
from interpol_bcn import _core

ROWS = 20_000_000
HOURS, CELLS = 8_760, 7_840


def median(call: Callable[[], Any], runs: int = 5) -> float:
    """Return the median of some runs in seconds."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def batches() -> None:
    """One record batch of 1,000 rows with dictionary columns and no ids."""
    import pyarrow as pa

    rng = random.Random(1)
    bureaus = list(bcn.members.domain().labels[:50])
    databases = list(bcn.simulate_searches(10).domains["database"].labels)

    def labels(texts: list[str]) -> Any:
        codes = pa.array([rng.randrange(len(texts)) for _ in range(1000)], pa.int8())
        return pa.DictionaryArray.from_arrays(codes, texts)

    times = [1_673_000_000_000_000 + 1000 * at for at in range(1000)]
    batch = pa.record_batch(
        {
            "searched_at": pa.array(times, pa.timestamp("us", "UTC")),
            "bureau": labels(bureaus),
            "database": labels(databases),
        }
    )
    year = bcn.Tally.for_searches("hour", "bureau", "database")
    took = median(lambda: year.update(batch), 300)
    log = bcn.read_searches(batch)
    assert year.cube().total() == 300 * len(log) == 300_000
    print(f"update of one batch of 1,000 rows: {took * 1e6:,.0f} us")


def blocks() -> None:
    """Blocks made in memory, sorted by time, counted into hour x bureau x database x hit."""
    rng = random.Random(2)
    codes = bytes(rng.choices(range(196), k=1 << 16)) * (ROWS >> 16)
    rows = len(codes)
    databases = bytes(rng.choices(range(20), k=1 << 16)) * (ROWS >> 16)
    hits = bytes(rng.choices((0, 1), weights=(99, 1), k=1 << 16)) * (ROWS >> 16)
    step = 86_400_000_000 // rows  # one day
    times = array("q", range(1_673_049_600_000_000, 1_673_049_600_000_000 + step * rows, step))
    schema_labels = [f"b{at:03}" for at in range(196)], [f"d{at:02}" for at in range(20)]
    columns = [
        ("sent_at", "time", times, None, None),
        ("sender", "label", codes, schema_labels[0], None),
        ("receiver", "label", databases, schema_labels[1], None),
        ("kind", "label", hits, ["no", "yes"], None),
    ]
    log = bcn.read_messages(
        _core.arrow_export(columns, True), members=bcn.Domain(schema_labels[0]),
        domains={"receiver": schema_labels[1], "kind": ["no", "yes"]},
    )  # fmt: skip
    options: dict[str, Any] = {
        "members": bcn.Domain(schema_labels[0]),
        "domains": {"receiver": schema_labels[1], "kind": ["no", "yes"]},
    }
    year = bcn.Tally.for_messages("hour", "sender", "receiver", "kind", **options)
    took = median(lambda: year.update(log))
    assert year.cube().total() == 5 * rows
    rate = rows / took
    print(f"counting {rows:,} rows of one day in memory: {rate / 1e9:.2f} G rows/s, "
          f"8e9 rows in {8e9 / rate:.0f} s (extrapolated)")  # fmt: skip


def merging() -> None:
    """Tallies of 7,840 cells by 8,760 hours."""
    keys = array("q", range(HOURS))
    rng = random.Random(3)
    row = array("q", [rng.choice((0, 1, 1, 2, 3)) for _ in range(CELLS)])
    cube = _core.Cube.from_cells((HOURS, CELLS), row * HOURS)
    one = _core.Cells.from_cube(cube, [keys])
    total = one.copy()
    for _ in range(60):  # past a byte: as a sum of many is
        total.merge(one, False, None)
    took = median(lambda: total.merge(one, False, None), 9)
    assert total.total() == (1 + 60 + 9) * one.total()
    print(f"merge of one of {one.nbytes / 1e6:,.0f} MB into {total.nbytes / 1e6:,.0f} MB: "
          f"{took * 1e3:.1f} ms, {(one.nbytes + 2 * total.nbytes) / took / 1e9:.1f} GB/s "
          f"read and written; 1,000 in {took * 1e3:.0f} s")  # fmt: skip
    data = _core.wire_pack([(4, total.write())])

    def back() -> Any:
        [(_, start, stop)] = _core.wire_unpack(data)
        return _core.Cells.read(memoryview(data)[start:stop])

    assert bytes(back().write()) == bytes(total.write())
    took = median(back)
    print(f"from_bytes: {len(data) / took / 1e9:.2f} GB of bytes a second, "
          f"{HOURS * CELLS / took / 1e9:.2f} G figures a second")  # fmt: skip
    took = median(lambda: _core.wire_pack([(4, total.write())]))
    print(f"to_bytes: {len(data) / took / 1e9:.2f} GB of bytes a second")


def main() -> int:
    """Run all of it."""
    batches()
    blocks()
    merging()
    return 0


if __name__ == "__main__":
    sys.exit(main())
