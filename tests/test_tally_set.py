"""The set test in small: a thousand seeds, one digest; the long task is tests/tally_set.py."""

from __future__ import annotations

import random

from tests import tally_set


def test_a_thousand_seeds_have_one_digest_and_their_accounts_close() -> None:
    count = 120
    columns = tally_set.events(count)
    rng = random.Random(9)
    rows = tally_set.split(count, rng, 9)
    atoms = [tally_set.tally(columns, some, None) for some in rows]
    parts = [tally_set.tally(columns, some, f"part {at}") for at, some in enumerate(rows)]
    found = {tally_set.whole(count, seed, 20) for seed in range(5)}
    for seed in range(500):
        found.add(tally_set.by_ids(atoms, random.Random(seed)))
        found.add(tally_set.by_ledger(parts, random.Random(seed)))
    assert len(found) == 1
    assert {accepted for _, accepted in found} == {count}
