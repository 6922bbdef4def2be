"""Time the response times of a year's requests by who was asked, against self-joins.

    python -m tests.bench.responses [--rows 18000000] [--peers ours,chdb,duckdb,polars]

A third of the messages are replies, each to a request of its own, which the peers are told:
they join replies to requests by id and bureaus, and need not look for the first of several.
Everybody gives, per receiver, the number answered, the median and the ninth decile (the
least values with that part at or below).  Ours also says how many are open.  Asked twice: with ids
that rise with time, as serial numbers do, and with ids in no order.  Answers are compared;
prints the median of several runs after the first in milliseconds, and ratios.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from typing import Any

from . import dataset, peers

DECILE = "0.9"


def columns(rows: int, rising: bool) -> dict[str, Any]:
    """Columns of numpy: requests, and replies some hours later, in order of time."""
    import numpy as np

    random = np.random.default_rng(4)
    replies = rows // 3
    asks = rows - replies
    count = len(dataset.bureaus()[0])
    weights = 1 / np.arange(1, count + 1)
    limits = np.cumsum(weights) / np.sum(weights)
    sender, receiver = (
        np.minimum(np.searchsorted(limits, random.random(asks)), count - 1).astype(np.uint8)
        for _ in range(2)
    )
    sent = dataset.START + np.sort(random.integers(0, dataset.YEAR * 9 // 10, asks))
    asked = random.permutation(asks)[:replies]
    delay = np.exp(random.normal(np.log(3 * 3.6e9), 1.5, replies)).astype(np.int64)
    delay = np.minimum(delay, dataset.YEAR // 11)
    times = np.concatenate([sent, sent[asked] + delay])
    order = np.argsort(times, kind="stable")
    ids = np.arange(1, rows + 1)
    if not rising:
        ids = random.permutation(np.arange(rows)) * 512_409_557_603 + 7
    placed = np.empty(rows, dtype=np.int64)
    placed[order] = ids  # the id of each message, by its place before sorting
    reply_to = np.concatenate([np.zeros(asks, dtype=np.int64), placed[asked]])
    return {
        "sent_at": times[order],
        "sender": np.concatenate([sender, receiver[asked]])[order],
        "receiver": np.concatenate([receiver, sender[asked]])[order],
        "message_id": ids,
        "reply_to": reply_to[order],
    }


def arrow(data: dict[str, Any]) -> Any:
    """The columns as an Arrow table."""
    import pyarrow as pa

    labels = pa.array(dataset.bureaus()[0])
    return pa.table(
        {
            "sent_at": pa.array(data["sent_at"]).cast(pa.timestamp("us", tz="UTC")),
            "sender": pa.DictionaryArray.from_arrays(pa.array(data["sender"]), labels),
            "receiver": pa.DictionaryArray.from_arrays(pa.array(data["receiver"]), labels),
            "message_id": data["message_id"],
            "reply_to": pa.array(data["reply_to"], mask=data["reply_to"] == 0),
        }
    )


def numbers(data: dict[str, Any]) -> Any:
    """The same for peers: codes of bureaus, times as whole numbers, 0 for no reply."""
    import pyarrow as pa

    return pa.table(data)


Answer = dict[int, tuple[int, int, int]]  # receiver: answered, median, p90


def of_ours(data: dict[str, Any]) -> Callable[[], Answer]:
    import interpol_bcn as bcn

    log = bcn.read_messages(arrow(data), period="2023")
    code = {label: at for at, label in enumerate(dataset.bureaus()[0])}

    def ask() -> Answer:
        table = log.responses().by("receiver", censored=False, unit="microsecond")
        names = ("receiver", "answered", "median", "p90")
        rows = zip(*(table[name].tolist() for name in names), strict=True)
        return {code[bureau]: (n, half, most) for bureau, n, half, most in rows if n}

    return ask


def of_all(data: dict[str, Any]) -> Callable[[], Any]:
    """Ours with what no peer was asked for: open requests as censored."""
    import interpol_bcn as bcn

    log = bcn.read_messages(arrow(data), period="2023")
    return lambda: log.responses().by("receiver")


JOIN = "messages q JOIN messages r ON r.reply_to = q.message_id AND r.sender = q.receiver "
JOIN += "AND r.receiver = q.sender"


def of_duckdb(data: dict[str, Any]) -> Callable[[], Answer]:
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET enable_progress_bar = false")
    connection.register("given", numbers(data))
    connection.execute("CREATE TABLE messages AS FROM given")
    connection.unregister("given")
    text = (
        "SELECT q.receiver, count(*), quantile_disc(r.sent_at - q.sent_at, 0.5), "
        f"quantile_disc(r.sent_at - q.sent_at, {DECILE}) FROM {JOIN} "
        "AND r.reply_to <> 0 GROUP BY 1"
    )
    return lambda: {row[0]: tuple(row[1:]) for row in connection.sql(text).fetchall()}


def of_polars(data: dict[str, Any]) -> Callable[[], Answer]:
    import polars as pl

    frame = pl.from_arrow(numbers(data)).rechunk()

    def ask() -> Answer:
        replies = frame.lazy().filter(pl.col("reply_to") != 0)
        joined = replies.join(
            frame.lazy(),
            left_on=["reply_to", "sender", "receiver"],
            right_on=["message_id", "receiver", "sender"],
        )
        delay = pl.col("sent_at") - pl.col("sent_at_right")
        made = (
            joined.select("sender", delay.alias("delay"))
            .group_by("sender")
            .agg(
                pl.len(),
                pl.col("delay").quantile(0.5, "equiprobable").cast(pl.Int64).alias("half"),
                pl.col("delay").quantile(0.9, "equiprobable").cast(pl.Int64).alias("most"),
            )
            .collect()
        )
        return {row[0]: tuple(row[1:]) for row in made.rows()}

    return ask


def of_chdb(data: dict[str, Any]) -> Callable[[], Answer]:
    import json
    import tempfile
    from pathlib import Path

    from chdb import session
    from pyarrow import parquet

    own = session.Session()
    own.query("DROP TABLE IF EXISTS messages")
    own.query(
        "CREATE TABLE messages (sent_at Int64, sender UInt8, receiver UInt8, message_id Int64, "
        "reply_to Int64) ENGINE = Memory"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.parquet"
        parquet.write_table(numbers(data), path)
        own.query(f"INSERT INTO messages SELECT * FROM file('{path}', Parquet)")
    # The smaller side is the one that is held: the right one.
    text = (
        "SELECT q.receiver, count(), quantileExactLow(0.5)(r.sent_at - q.sent_at), "
        f"quantileExact({DECILE})(r.sent_at - q.sent_at) FROM messages q JOIN "
        "(SELECT * FROM messages WHERE reply_to <> 0) r ON r.reply_to = q.message_id AND "
        "r.sender = q.receiver AND r.receiver = q.sender GROUP BY 1 SETTINGS max_threads = 2"
    )

    def ask() -> Answer:
        lines = str(own.query(text, "JSONCompactEachRow")).splitlines()
        return {int(row[0]): tuple(map(int, row[1:])) for row in map(json.loads, lines)}  # type: ignore[misc]

    return ask


ROOMS = {"ours": of_ours, "all": of_all, "chdb": of_chdb, "duckdb": of_duckdb, "polars": of_polars}


def agree(name: str, one: Answer, other: Answer) -> None:
    """Raise unless two answers are equal; chdb's decile of a multiple of ten is the next value."""
    for bureau, (count, half, most) in one.items():
        found = other[bureau]
        exact = name != "chdb" or count % 10
        if found[:2] != (count, half) or (exact and found[2] != most):
            raise SystemExit(f"{name} differs for {bureau}: {found}, not {(count, half, most)}")
    if len(one) != len(other):
        raise SystemExit(f"{name} has {len(other)} bureaus, not {len(one)}")


def main() -> None:
    options = argparse.ArgumentParser(description="Time response times by receiver.")
    options.add_argument("--rows", type=int, default=18_000_000)
    options.add_argument("--repeats", type=int, default=4)
    options.add_argument("--peers", default=",".join(ROOMS))
    options.add_argument("--ids", default="rising,none", help="orders of ids: rising, none")
    given = options.parse_args()
    peers.limit_threads(2)
    names = given.peers.split(",")
    for order in given.ids.split(","):
        data = columns(given.rows, order == "rising")
        rooms = {name: ROOMS[name](data) for name in names}
        first: Answer | None = None
        taken: dict[str, float] = {}
        for name, ask in rooms.items():
            times = []
            for _ in range(given.repeats):
                start = time.perf_counter()
                answer = ask()
                times.append((time.perf_counter() - start) * 1e3)
            taken[name] = statistics.median(times[1:] or times)
            if name != "all":
                first = answer if first is None else first
                agree(name, first, answer)
        print(f"{given.rows:,} messages, ids in {'rising' if order == 'rising' else 'no'} order")
        for name, best in taken.items():
            ratio = f", {best / taken['ours']:.1f} times ours" if "ours" in taken else ""
            print(f"  {name:8} {best:8.0f} ms{ratio}", flush=True)


if __name__ == "__main__":
    main()
