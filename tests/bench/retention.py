"""Time the retention of 20 editions of 10,000 persons: all 190 pairs, of members and persons.

    python -m tests.bench.retention

Prints the best of several runs in milliseconds: the first question to a log, which numbers
the persons; a later one, filtered otherwise; and the same again.  The answer is checked
against sets of persons.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import interpol_bcn as bcn

EDITIONS, PERSONS, RUNS = 20, 10_000, 7


def rows(texts: bool) -> dict[str, list[Any]]:
    """Return the columns of 200,000 delegates, of whom about half come back each time."""
    chance = random.Random(1)
    codes = [member.alpha_3 for member in bcn.members]
    columns: dict[str, list[Any]] = {"edition": [], "bureau": [], "person": []}
    for edition in range(1, EDITIONS + 1):
        for person in chance.sample(range(2 * PERSONS), PERSONS):
            columns["edition"].append(str(edition))
            columns["bureau"].append(codes[person % len(codes)])
            columns["person"].append(f"delegate {person}" if texts else person)
    return columns


def best(run: Callable[[], object]) -> float:
    """Return the fewest milliseconds of processor time that a run takes."""
    times = []
    for _ in range(RUNS):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return min(times) * 1e3


def main() -> None:
    for texts in (False, True):
        columns = rows(texts)
        start = time.process_time()
        log = bcn.read_delegates(columns)
        read = (time.process_time() - start) * 1e3

        def first(log: Any = log) -> bcn.Table:
            log._attendances.clear()
            return log.retention()  # type: ignore[no-any-return]

        table = log.retention()
        people: dict[str, set[Any]] = {}
        for edition, person in zip(columns["edition"], columns["person"], strict=True):
            people.setdefault(edition, set()).add(person)
        for row in table:
            assert row["persons_stayed"] == len(people[row["before"]] & people[row["after"]])
        assert len(table) == EDITIONS * (EDITIONS - 1) // 2
        kind = "texts" if texts else "numbers"
        print(
            f"persons as {kind}: read {read:.0f} ms; {len(table)} pairs, first question "
            f"{best(first):.1f} ms, again {best(log.retention):.1f} ms"
        )


if __name__ == "__main__":
    main()
