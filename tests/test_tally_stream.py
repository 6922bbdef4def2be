"""Small record batches one after the other: the same tally as by any other way."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn

pa = pytest.importorskip("pyarrow")

HOUR = 3_600_000_000
START = 1_673_049_600_000_000
BUREAUS = list(bcn.members.domain().labels[:6])
DATABASES = list(bcn.simulate_searches(10).domains["database"].labels[:4])


def batch_of(rng: random.Random, bureaus: list[str], databases: list[str], hours: int) -> Any:
    """A batch of some rows; ``-`` is no time, labels may be unknown."""
    rows = rng.choice((1, 3, 40))

    def labels(texts: list[str]) -> Any:
        codes = pa.array([rng.randrange(len(texts)) for _ in range(rows)], pa.int8())
        return pa.DictionaryArray.from_arrays(codes, texts)

    times = sorted(START + rng.randrange(-hours, hours) * HOUR for _ in range(rows))
    if rng.random() < 0.3:
        rng.shuffle(times)
    return pa.record_batch({
        "searched_at": pa.array(times, pa.timestamp("us", "UTC")),
        "bureau": labels(bureaus),
        "database": labels(databases),
        "other": pa.array([1.5] * rows),
    })  # fmt: skip


def same(tally: bcn.Tally, twin: bcn.Tally) -> None:
    assert tally.to_bytes() == twin.to_bytes()
    assert str(tally.account) == str(twin.account)
    assert tally.seen == twin.seen


@settings(max_examples=20, deadline=None, phases=[Phase.generate])
@given(st.integers(0, 2**32), st.sampled_from([
    {}, {"domains": {"database": DATABASES[:3]}}, {"members": "infer"},
    {"where": {"bureau": BUREAUS[:2]}}, {"tz": "Europe/Paris"},
]), st.sampled_from([("hour", "bureau", "database"), ("bureau",), ("month", "day_of_week"),
                     ("minute", "database")]))  # fmt: skip
def test_batches_add_up_as_one_by_one(
    seed: int, options: dict[str, Any], axes: tuple[str, ...]
) -> None:
    rng = random.Random(seed)
    tally = bcn.Tally.for_searches(*axes, errors="reject", **options)
    twin = bcn.Tally.for_searches(*axes, errors="reject", **options)
    other = bcn.Tally.for_searches(*axes, errors="reject", **options)
    for step in range(12):
        bureaus = BUREAUS[: rng.choice((2, 3, 6))] + ["nobody"] * (rng.random() < 0.2)
        databases = DATABASES[: rng.choice((1, 2, 3, 4) if step > 5 else (2, 3))]
        batch = batch_of(rng, bureaus, databases, rng.choice((1, 2, 30)))
        mine, theirs = tally.update(batch), twin.update(pa.table(batch))
        assert repr(mine) == repr(theirs)
        if rng.random() < 0.2:
            other.update(pa.table(batch))
            tally.merge(other.copy())
            twin.merge(other)
        if rng.random() < 0.1:
            tally = tally.copy()
    same(tally, twin)


def test_counts_outgrow_their_width() -> None:
    rng = random.Random(5)
    batch = batch_of(rng, BUREAUS[:1], DATABASES[:1], 1)
    while len(batch) != 40:
        batch = batch_of(rng, BUREAUS[:1], DATABASES[:1], 1)
    tally = bcn.Tally.for_searches("hour", "bureau", "database")
    for _ in range(1700):
        tally.update(batch)
    assert tally.cube().total() == tally.seen == 1700 * 40
    twin = bcn.Tally.for_searches("hour", "bureau", "database")
    twin.update(pa.Table.from_batches([batch] * 1700))
    same(tally, twin)


def test_a_refused_row_leaves_all_as_it_was() -> None:
    rng = random.Random(6)
    good = batch_of(rng, BUREAUS, DATABASES[:2], 1)
    bad = batch_of(rng, ["nobody"], DATABASES[:2], 1)
    tally = bcn.Tally.for_searches("hour", "bureau")
    for _ in range(3):
        tally.update(good)
    before = tally.to_bytes()
    with pytest.raises(bcn.InputError, match="nobody") as one:
        tally.update(bad)
    assert tally.to_bytes() == before
    with pytest.raises(bcn.InputError) as other:
        bcn.Tally.for_searches("hour", "bureau").update(bad)
    assert str(one.value) == str(other.value)
    tally.update(good)
    assert tally.seen == 4 * len(good)


def test_a_tally_that_was_merged_reads_with_the_domain_of_both() -> None:
    rng = random.Random(7)
    longer = [*BUREAUS, "new"]
    tally = bcn.Tally.for_searches("bureau", members=bcn.Domain(BUREAUS))
    for _ in range(3):
        tally.update(batch_of(rng, BUREAUS, DATABASES[:1], 1))
    wide = bcn.Tally.for_searches("bureau", members=bcn.Domain(longer))
    tally.merge(wide)
    tally.update(batch_of(rng, ["new"], DATABASES[:1], 1))
    assert tally.cube()["new"] > 0
