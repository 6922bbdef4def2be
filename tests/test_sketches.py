"""Sketches: one form for one content, answers within their error, nothing else accepted."""

from __future__ import annotations

import pickle
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn import DistinctSketch, QuantileSketch
from tests.reference import times as twin

numbers = st.lists(st.one_of(st.integers(-300, 300), st.integers(-(2**63), 2**63 - 1)), max_size=60)


@settings(max_examples=60)
@given(numbers, st.lists(st.integers(0, 60), max_size=3), st.randoms())
def test_any_split_and_order_gives_the_same_bytes(
    values: list[int], cuts: list[int], random: Any
) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)
    ends = [0, *sorted(cuts), len(values)]
    pieces = [shuffled[a:b] for a, b in pairwise(ends)]
    pieces[-1] = shuffled[ends[-2] :]
    for kind in (QuantileSketch, DistinctSketch):
        whole, merged = kind.of(values), kind.of([])
        parts = [kind.of(piece) for piece in pieces]
        random.shuffle(parts)
        for part in parts:
            merged = merged.merge(part)
        assert merged.to_bytes() == whole.to_bytes()
        assert kind.from_bytes(whole.to_bytes()) == whole == pickle.loads(pickle.dumps(whole))
    again = DistinctSketch.of(values)
    assert again.merge(again) == again
    assert (again.count, again.exact, again.error) == (len(set(values)), True, 0.0)


@settings(max_examples=60)
@given(numbers.filter(bool), st.fractions(0, 1, max_denominator=40))
def test_quantiles_are_within_their_error(values: list[int], q: Fraction) -> None:
    found = QuantileSketch.of(values).quantile(q)
    right = twin.quantile(values, q, "inverted_cdf")
    assert found is not None and right is not None
    assert abs(found - right) * 256 <= abs(right)
    assert QuantileSketch.of([]).quantile(0.5) is None


def test_a_million_different_numbers_and_texts() -> None:
    many = DistinctSketch.of(np.arange(1_000_000, dtype=np.int64))
    assert not many.exact
    assert abs(many.count - 1_000_000) < 4 * many.error * 1_000_000
    texts = DistinctSketch.of([f"é{n}" for n in range(30_000)])
    assert abs(texts.count - 30_000) < 4 * texts.error * 30_000
    assert DistinctSketch.of(["a", "b", "a"]).count == 2
    whole = DistinctSketch.of(range(3000))
    parts = DistinctSketch.of(range(2000)).merge(DistinctSketch.of(range(1000, 3000)))
    assert parts == whole and not whole.exact
    assert DistinctSketch.of(range(2048)).exact


def test_sketches_of_a_log_are_those_of_its_columns() -> None:
    log = bcn.simulate_messages(5000, seed=2)
    rows = log.to_arrow().to_pylist()
    sizes = [row["size"] for row in rows if row["size"] is not None]
    assert log.quantile_sketch("size") == QuantileSketch.of(sizes)
    assert log.distinct_sketch("size") == DistinctSketch.of(sizes)
    named = bcn.read_messages({"sent_at": ["2023-01-05"] * 4, "message_id": ["b", None, "a", "b"],
                               "sender": ["FRA", "DEU", "ITA", "ESP"],
                               "receiver": ["GBR"] * 4})  # fmt: skip
    assert named.distinct_sketch("message_id") == DistinctSketch.of(["a", "b"])
    with pytest.raises(bcn.QueryError, match="no column of values 'sender'"):
        named.distinct_sketch("sender")
    with pytest.raises(bcn.QueryError, match="no measure"):
        named.quantile_sketch("size")


@pytest.mark.parametrize("kind", [QuantileSketch, DistinctSketch])
def test_bytes_of_no_sketch_and_values_of_none_are_refused(kind: Any) -> None:
    good = kind.of([1, 2, 900]).to_bytes()
    other = DistinctSketch if kind is QuantileSketch else QuantileSketch
    for bad in (b"", good[:-1], good + b"\0", b"\xff" * len(good), other.of([7]).to_bytes()):
        with pytest.raises(bcn.InputError, match=f"no {kind.__name__}"):
            kind.from_bytes(bad)
    with pytest.raises(bcn.QueryError, match="whole numbers"):
        kind.of([1.5])
    with pytest.raises(bcn.QueryError, match="whole numbers"):
        kind.of([2**64])
    with pytest.raises(bcn.QueryError, match=f"another {kind.__name__}"):
        kind.of([1]).merge(other.of([1]))
    with pytest.raises(AttributeError, match="read-only"):
        kind.of([1]).count = 3
    with pytest.raises(bcn.QueryError, match="from 0 to 1"):
        QuantileSketch.of([1]).quantile(1.5)
    assert repr(kind.of([1])).startswith(kind.__name__)
    assert hash(kind.of([1])) == hash(kind.of([1])) and kind.of([1]) != kind.of([2])
    unsigned = np.array([2**63, 5], dtype=np.uint64)
    with pytest.raises(bcn.QueryError):
        kind.of(unsigned)
