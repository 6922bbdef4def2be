"""Quantiles and numbers of different values, against sorted lists and sets."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn import _quantiles
from tests.reference import times as twin

LABELS = ["A", "B", "C"]
METHODS = ["inverted_cdf", "lower", "higher", "midpoint", "linear"]
sizes = st.one_of(st.integers(0, 9), st.integers(0, 2**62), st.none())
records = st.lists(
    st.fixed_dictionaries(
        {
            "sent_at": st.integers(1, 28).map("2023-02-{:02}T10:00Z".format),
            "sender": st.sampled_from(LABELS),
            "receiver": st.sampled_from(LABELS),
            "kind": st.sampled_from(["a", "b", None]),
            "size": sizes,
            "message_id": st.one_of(st.integers(0, 5).map(str), st.none()),
        }
    ),
    min_size=1,
    max_size=40,
)
shares = st.lists(
    st.one_of(st.sampled_from([0, 0.5, 0.9, 0.999, 1]), st.fractions(0, 1, max_denominator=50)),
    min_size=1, max_size=4, unique=True,
)  # fmt: skip


def read(rows: list[dict[str, Any]], **more: Any) -> bcn.Log:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    kinds = {"kind": ["a", "b"]}
    return bcn.read_messages(
        columns, members=bcn.Domain(LABELS), errors="reject", domains=kinds, **more
    )


def kept(log: bcn.Log) -> list[dict[str, Any]]:
    """The rows that are in a log: duplicates are not."""
    return log.to_arrow().to_pylist()


@settings(max_examples=60)
@given(
    records, shares, st.sampled_from(METHODS), st.sampled_from([(), ("sender",), ("kind", "day")])
)
def test_quantiles_are_those_of_sorted_lists(
    rows: list[dict[str, Any]], q: list[Any], method: str, axes: tuple[str, ...]
) -> None:
    log = read(rows)
    table = log.quantiles("size", *axes, q=q, method=method)

    def key(row: dict[str, Any]) -> tuple[str, ...]:
        values = {**row, "day": row["sent_at"].strftime("%Y-%m-%d")}
        return tuple(values[name] or "not stated" for name in axes)

    cells = twin.groups(kept(log), key)
    names = table.columns[len(axes) + 1 :]
    for row in table:
        cell = tuple(row[name] for name in axes)
        values = [one["size"] for one in cells.get(cell, []) if one["size"] is not None]
        assert row["n"] == len(values)
        for share, name in zip(q, names, strict=True):
            exact = Fraction(repr(share)) if isinstance(share, float) else Fraction(share)
            assert row[name] == twin.quantile(values, exact, method)
    assert sum(table["n"].tolist()) == sum(row["size"] is not None for row in kept(log))


@pytest.mark.parametrize("method", METHODS)
def test_quantiles_are_those_of_numpy(method: str) -> None:
    log = bcn.simulate_messages(20_000, seed=4)
    values = np.asarray(log.to_arrow()["size"].drop_null())
    q = [0, 0.013, 0.25, 0.5, 0.9, 0.999, 1]
    row = log.quantiles("size", q=q, method=method).row(0)
    found = [value for name, value in row.items() if name != "n"]
    assert found == pytest.approx(np.quantile(values, q, method=method).tolist(), rel=1e-14)


@settings(max_examples=30)
@given(records)
def test_parts_of_a_filter_are_the_rows_it_keeps(rows: list[dict[str, Any]]) -> None:
    log = read(rows)
    where = {"sent_at": ("2023-02-03", "2023-02-20"), "kind": bcn.Not("b")}
    values = [
        row["size"] for row in kept(log)
        if 3 <= row["sent_at"].day < 20 and row["kind"] != "b" and row["size"] is not None
    ]  # fmt: skip
    row = log.quantiles("size", where=where).row(0)
    assert (row["n"], row["median"]) == (
        len(values), twin.quantile(values, Fraction(1, 2), "inverted_cdf"),
    )  # fmt: skip


def test_what_a_quantile_says_of_itself() -> None:
    log = read([
        {"sent_at": "2023-02-01T10:00Z", "sender": "A", "receiver": "B", "kind": None,
         "size": size, "message_id": None} for size in (7, None, 9)
    ])  # fmt: skip
    table = log.quantiles("size", "sender", q=[0.5, 0.999], zeros=False)
    assert table.title == "quantiles of size by sender (inverted_cdf)"
    assert (table.note or "").startswith("type 1 of Hyndman and Fan; ")
    assert table.columns == ("sender", "n", "median", "p99.9")
    assert "1 of 3 rows state no size and are left out" in (table.note or "")
    assert table.to_dicts() == [{"sender": "A", "n": 2, "median": 7, "p99.9": 9}]
    assert log.quantiles("size", "sender")["median"].tolist() == [7, None, None]
    empty = bcn.read_messages({"sent_at": [], "sender": [], "receiver": [], "size": []})
    assert empty.quantiles("size").row(0) == {"n": 0, "median": None, "p90": None}


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"measure": "sise"}, "no measure 'sise'; did you mean 'size'"),
        ({"q": 1.5}, "q=1.5 is no share from 0 to 1"),
        ({"q": []}, "give from 1 to 32 different shares"),
        ({"q": [0.5, 0.5]}, "different shares"),
        ({"q": 1e-30}, "is no share"),
        ({"method": "liner"}, "did you mean 'linear'"),
    ],
)
def test_what_is_no_quantile_is_refused(asked: dict[str, Any], words: str) -> None:
    log = bcn.simulate_messages(100)
    with pytest.raises(bcn.QueryError, match=words):
        log.quantiles(**{"measure": "size", **asked})


@settings(max_examples=40)
@given(records, st.sampled_from([(), ("sender",), ("kind",)]),
       st.sampled_from(["receiver", "kind", "size", "message_id", "sent_at", "day"]))  # fmt: skip
def test_different_values_are_those_of_sets(
    rows: list[dict[str, Any]], axes: tuple[str, ...], column: str
) -> None:
    if column in axes:
        axes = ()
    log = read(rows)
    cells = twin.groups(kept(log), lambda row: tuple(row[name] or "not stated" for name in axes))
    ways = [None, True] + ([False] if column in ("size", "message_id", "sent_at") else [])
    for exact in ways:
        for row in log.distinct(column, *axes, exact=exact):
            inside = cells.get(tuple(row[name] for name in axes), [])
            values = {one["sent_at"].date() if column == "day" else one[column] for one in inside}
            assert row["distinct"] == len(values - {None})


def test_estimates_say_so_and_keep_their_error(monkeypatch: pytest.MonkeyPatch) -> None:
    n = 30_000
    log = bcn.read_messages(
        {"sent_at": ["2023-01-01"] * n, "message_id": list(range(n)), "receiver": ["FRA"] * n,
         "sender": ["FRA" if at % 30 else "DEU" for at in range(n)]}
    )  # fmt: skip
    table = log.distinct("message_id", "sender", exact=False, zeros=False)
    assert table["exact"].tolist() == [True, False]
    assert table["distinct"][0] == n // 30
    assert abs(table["distinct"][1] - 29_000) < 4 * _quantiles.ERROR * 29_000
    assert "standard error 0.8%" in (table.note or "")
    assert log.distinct("message_id")["distinct"].tolist() == [n]

    def full(*_: Any) -> Any:
        raise bcn.TooLargeError("no room")

    monkeypatch.setattr(_quantiles, "_exact", full)
    assert log.distinct("message_id", "sender", zeros=False) == table
    with pytest.raises(bcn.TooLargeError):
        log.distinct("message_id", exact=True)
    with pytest.raises(bcn.QueryError, match="its labels are counted exactly"):
        log.distinct("sender", exact=False)
    with pytest.raises(bcn.QueryError, match="did you mean 'receiver'"):
        log.distinct("reciever")
    with pytest.raises(bcn.QueryError, match="not along itself"):
        log.distinct("sender", "sender")
