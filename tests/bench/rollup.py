"""Questions that small tables answer, against peers on rows and on a table they prepared.

Run: python -m tests.bench.rollup [--rows 18e6] [--repeats 5] [--peers ours,duckdb,...]

Every peer answers each question twice: over its rows, and over a table of counts by month,
sender, receiver and kind that it made beforehand (`prepared`; its making is told apart).  Ours
are asked of one log whose answers are forgotten between questions ("first" is the first ever,
which may make a table); `again` is the same question asked once more.  Answers are compared
whole.  Then a year of hours as sums from its beginning: any range of time.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from importlib.util import find_spec
from statistics import median
from typing import Any

from . import peers as peer_room
from .dataset import Data, make
from .questions import MEMORY, Answer, Question
from .run import MODULES, Wrong, _equal, machine, versions

PEERS = ("ours", "chdb", "duckdb", "polars", "pandas")
HALF = 6  # months


def _sql(text: str) -> Answer:
    return lambda state: state[0].ask(text.format(t=f"prepared_{state[1]}"))


_KEYS = "month, sender, receiver, kind"
_REGIONS = (
    "SELECT a.region AS r, b.region AS s, sum(pairs.n)%s AS n FROM (SELECT sender, receiver, "
    "sum(n) AS n FROM {t} WHERE kind = 'diffusion' AND month <= 6 GROUP BY ALL) AS pairs "
    "JOIN bureaus AS a ON a.bureau = %s JOIN bureaus AS b ON b.bureau = %s GROUP BY ALL"
)


def prepare(name: str, state: Any) -> Any:
    """Make a peer's table of counts, and return what its prepared questions are asked of."""
    if name == "duckdb":
        state[0].connection.execute(
            f"CREATE TABLE prepared_{state[1]} AS SELECT month(sent_at)::UTINYINT AS month, "
            f"sender, receiver, kind, count(*)::UINTEGER AS n FROM {state[1]} GROUP BY ALL "
            f"ORDER BY {_KEYS}"
        )
        return state
    if name == "chdb":
        state[0].session.query(
            f"CREATE TABLE prepared_{state[1]} ENGINE = Memory AS SELECT toMonth(sent_at) AS "
            f"month, sender, receiver, kind, toUInt32(count()) AS n FROM {state[1]} GROUP BY "
            f"ALL ORDER BY {_KEYS}"
        )
        return state
    if name == "polars":
        import polars as pl

        keys = [pl.col("sent_at").dt.month().alias("month"), "sender", "receiver", "kind"]
        frame = state[0].lazy().group_by(*keys).agg(pl.len().alias("n"))
        return frame.sort("month", "sender", "receiver", "kind").collect(), state[1]
    frame, regions = state
    keys = [frame["sent_at"].dt.month.rename("month"), "sender", "receiver", "kind"]
    return frame.groupby(keys, observed=True).size().rename("n").reset_index(), regions


def _polars(*keys: str, where: Any = None) -> Answer:
    def answer(state: Any) -> Any:
        import polars as pl

        frame = state[0].lazy()
        if where is not None:
            frame = frame.filter(where(pl))
        return frame.group_by(*keys).agg(pl.col("n").sum()).collect()

    return answer


def _polars_regions(state: Any) -> Any:
    import polars as pl

    frame, regions = state
    kept = frame.lazy().filter((pl.col("kind") == "diffusion") & (pl.col("month") <= HALF))
    pairs = kept.group_by("sender", "receiver").agg(pl.col("n").sum())
    for side in ("sender", "receiver"):
        named = regions.lazy().rename({"bureau": side, "region": f"{side}.region"})
        pairs = pairs.join(named, on=side)
    return pairs.group_by("sender.region", "receiver.region").agg(pl.col("n").sum()).collect()


def _pandas(*keys: str) -> Answer:
    return lambda state: state[0].groupby(list(keys), observed=True)["n"].sum()


def _pandas_regions(state: Any) -> Any:
    frame, regions = state
    kept = frame[(frame["kind"] == "diffusion") & (frame["month"] <= HALF)]
    sides = [kept[side].map(regions).rename(f"{side}.region") for side in ("sender", "receiver")]
    return kept.groupby(sides, observed=True)["n"].sum()


PREPARED: dict[str, dict[str, Answer]] = {
    "sender": {
        "duckdb": _sql("SELECT sender, sum(n)::BIGINT AS n FROM {t} GROUP BY sender"),
        "chdb": _sql("SELECT sender, sum(n) AS n FROM {t} GROUP BY sender"),
        "polars": _polars("sender"),
        "pandas": _pandas("sender"),
    },
    "pair": {
        "duckdb": _sql("SELECT sender, receiver, sum(n)::BIGINT AS n FROM {t} GROUP BY ALL"),
        "chdb": _sql("SELECT sender, receiver, sum(n) AS n FROM {t} GROUP BY ALL"),
        "polars": _polars("sender", "receiver"),
        "pandas": _pandas("sender", "receiver"),
    },
    "month": {
        "duckdb": _sql("SELECT month, sender, sum(n)::BIGINT AS n FROM {t} GROUP BY ALL"),
        "chdb": _sql("SELECT month, sender, sum(n) AS n FROM {t} GROUP BY ALL"),
        "polars": _polars("month", "sender"),
        "pandas": _pandas("month", "sender"),
    },
    "regions": {
        "duckdb": _sql(_REGIONS % ("::BIGINT", "pairs.sender", "pairs.receiver")),
        "chdb": _sql(_REGIONS % ("", "toString(pairs.sender)", "toString(pairs.receiver)")),
        "polars": _polars_regions,
        "pandas": _pandas_regions,
    },
}


def timed(question: Question, peer: Any, answer: Answer, state: Any, data: Data, repeats: int,
          before: Any = None) -> tuple[list[float], Any]:  # fmt: skip
    """Milliseconds of each answer, and the cells of the first."""
    taken, cells = [], None
    for turn in range(repeats):
        gc.collect()
        if before is not None:
            before()
        began = time.perf_counter()
        result = answer(state)
        taken.append((time.perf_counter() - began) * 1e3)
        if turn == 0:
            cells = question.cells(peer, result, data)
    return taken, cells


def ask(data: Data, names: list[str], options: Any) -> None:
    """Every question, both ways; raise Wrong where two answers differ."""
    import interpol_bcn as bcn

    crew: dict[str, tuple[Any, Any, Any]] = {}
    for name in names:
        peer = peer_room.make(name, options.threads)
        if name == "ours":
            log = bcn.read_messages(data.arrow(), period=("2023-01-01", "2024-01-01"))
            crew[name] = peer, log, None
            print(log.rollup)
            continue
        state = peer.load(data)
        began = time.perf_counter()
        prepared = prepare(name, state)
        print(f"{name}: table prepared in {(time.perf_counter() - began) * 1e3:,.0f} ms")
        crew[name] = peer, state, prepared
    for question in MEMORY:
        if question.name not in PREPARED:
            continue
        words, agreed, best = [], None, {"rows": float("inf"), "prepared": float("inf")}
        mine = 0.0
        for name, (peer, state, prepared) in crew.items():
            ways: list[tuple[str, Answer, Any]] = [("rows", question.answers[name], state)]
            if name != "ours":
                ways.append(("prepared", PREPARED[question.name][name], prepared))
            for way, answer, asked in ways:
                forget = asked._rollup.forget if name == "ours" else None
                taken, cells = timed(question, peer, answer, asked, data, options.repeats, forget)
                if agreed is None:
                    agreed = cells
                elif not _equal(agreed, cells):
                    raise Wrong(f"{question.title}: {name} on {way} differs")
                warm = median(taken[1:] or taken)
                if name == "ours":
                    again, _ = timed(question, peer, answer, asked, data, options.repeats)
                    words.append(f"ours {warm:.3f} (first {taken[0]:.2f}, again {again[-1]:.4f})")
                    mine = warm
                else:
                    words.append(f"{name} {way} {warm:,.1f}")
                    best[way] = min(best[way], warm)
        if "ours" in crew:
            ratios = ", ".join(f"{best[way] / mine:,.1f} times the best on {way}" for way in best)
            print(f"{question.title}: {'  '.join(words)} ms  -> {ratios}", flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Ask and compare."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.rollup", description=__doc__)
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=18_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--peers", type=lambda text: text.split(","), default=list(PEERS))
    options = parser.parse_args(arguments)
    peer_room.limit_threads(options.threads)
    names = [one for one in options.peers if find_spec(MODULES.get(one, one)) is not None]
    print(f"{options.rows:,} messages. {machine(options.threads)}. {versions(names)}.")
    try:
        ask(make(options.rows), names, options)
    except Wrong as error:
        print(f"WRONG: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
