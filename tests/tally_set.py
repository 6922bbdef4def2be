"""A seeded simulator of what happens to records on their way, in the manner of a set test.

Unique events are split into parts; parts and single events are delivered again, lost and
retried, reordered, and merged in random trees.  Every event must be there once: the figures of
every seed have one SHA-256, and the account closes.

    python -m tests.tally_set --seeds 10000 --events 1000000
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
import time
from collections.abc import Sequence
from typing import Any

import interpol_bcn as bcn

LABELS = ("FRA", "DEU", "ITA", "BRA", "JPN", "KEN")
DOMAIN = bcn.Domain(LABELS)
AXES = ("month", "sender", "receiver")


def events(count: int, seed: int = 0) -> dict[str, list[Any]]:
    """Return so many different events, as columns."""
    rng = random.Random(seed)
    return {
        "message_id": list(range(count)),
        "sent_at": [f"2023-{1 + i % 12:02}-{rng.randint(1, 28):02}" for i in range(count)],
        "sender": rng.choices(LABELS, k=count),
        "receiver": rng.choices(LABELS, k=count),
    }


def tally(columns: dict[str, list[Any]], rows: Sequence[int], part: str | None) -> bcn.Tally:
    """Return the tally of some rows: a part under its name, or rows that carry their ids."""
    dedupe = "all" if part is None else "part"
    made = bcn.Tally.for_messages(*AXES, dedupe=dedupe, members=DOMAIN)
    made.update({name: [values[row] for row in rows] for name, values in columns.items()},
                part=part)  # fmt: skip
    return made


def merged(parts: list[bcn.Tally], rng: random.Random) -> bcn.Tally:
    """Merge in a random tree, which leaves every part as it was."""
    heap = list(parts)
    while len(heap) > 1:
        one = heap.pop(rng.randrange(len(heap)))
        at = rng.randrange(len(heap))
        heap[at] = heap[at] + one if rng.random() < 0.5 else one + heap[at]
    return heap[0]


def digest(made: bcn.Tally) -> str:
    """Return the SHA-256 of all figures: where they are not 0, and what they are."""
    places, values, _ = made.cube().nonzeros()
    return hashlib.sha256(bytes(places) + bytes(values)).hexdigest()


def by_ids(atoms: list[bcn.Tally], rng: random.Random) -> tuple[str, int]:
    """Deliver parts at least once, in any order; return the figures' digest and rows seen."""
    again = rng.choices(atoms, k=rng.randrange(len(atoms)))
    sent = [*atoms, *again]
    rng.shuffle(sent)
    total = merged(sent, rng)
    account = total.account.check()
    if account.seen != sum(one.seen for one in sent) or account.rejected.count:
        raise AssertionError("rows were lost or refused")
    return digest(total), account.accepted


def by_ledger(parts: list[bcn.Tally], rng: random.Random) -> tuple[str, int]:
    """Merge named parts in a tree, lose and retry some, deliver some again."""
    order = list(parts)
    rng.shuffle(order)
    cut = rng.randint(1, len(order))
    total = merged(order[:cut], rng)
    for one in [*rng.choices(order[:cut], k=3), *order[cut:], *rng.choices(order, k=3)]:
        total.merge(one)
    total.account.check()
    return digest(total), total.account.accepted


def split(count: int, rng: random.Random, most: int) -> list[list[int]]:
    """Cut all rows into 1 to ``most`` parts, in no order."""
    rows = list(range(count))
    rng.shuffle(rows)
    cuts = sorted(rng.choices(range(1, count), k=rng.randrange(most)))
    return [rows[a:b] for a, b in zip([0, *cuts], [*cuts, count], strict=True) if a < b]


def whole(count: int, seed: int, most: int) -> tuple[str, int]:
    """One seed with a split of its own: some rows are in several parts, ids tell."""
    rng = random.Random(seed)
    columns = events(count)
    parts = [
        tally(columns, [*rows, *rng.sample(rows, int(len(rows) * rng.random() * 0.1))], None)
        for rows in split(count, rng, most)
    ]
    return by_ids(parts, rng)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run many seeds; the exit status is 1 unless all agree."""
    parser = argparse.ArgumentParser(description=str(__doc__).splitlines()[0])
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--parts", type=int, default=1000)
    options = parser.parse_args(arguments)
    start, found = time.monotonic(), set()
    for seed in range(options.seeds):
        found.add(whole(options.events, seed, min(options.parts, options.events)))
    print(f"{options.seeds:,} seeds of {options.events:,} events in "
          f"{time.monotonic() - start:.0f} s: {found}")  # fmt: skip
    return 0 if len(found) == 1 and {count for _, count in found} == {options.events} else 1


if __name__ == "__main__":
    sys.exit(main())
