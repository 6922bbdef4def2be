"""Rates over bases that users bring, ranks, and how concentrated figures are."""

from __future__ import annotations

import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference import compare as twin

LABELS = ["A", "B", "C", "D"]


def cube_of(figures: list[int]) -> bcn.Cube:
    rows = [label for label, n in zip(LABELS, figures, strict=True) if n >= 0]
    return bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 4, "sender": rows, "receiver": ["A"] * 4,
         "messages": figures}, members=bcn.Domain(LABELS),
    ).count("sender")  # fmt: skip


four = st.lists(st.integers(0, 2**50), min_size=4, max_size=4)
bases = st.one_of(
    st.none(), st.integers(0, 2**60), st.fractions(0, 10**6, max_denominator=64).map(float)
)


@given(four, st.lists(bases, min_size=4, max_size=4), st.integers(1, 10**6))
def test_rates_are_exact_quotients_rounded_once(
    figures: list[int], under: list[Any], scale: int
) -> None:
    table = cube_of(figures).per("officers", dict(zip(LABELS, under, strict=True)), scale=scale)
    expected = [
        twin.rate(n, None if base is None else Fraction(base), scale)
        for n, base in zip(figures, under, strict=True)
    ]
    assert table["rate"].tolist() == expected
    assert table["messages"].tolist() == figures
    for label, one in zip(LABELS, expected, strict=True):
        said = (table.note or "").partition("no officers for ")[2].partition(";")[0]
        assert (label in said.partition(" (")[0].split(", ")) == (one is None)


@given(four)
def test_ranks_and_cumulative_shares_are_those_of_the_twin(figures: list[int]) -> None:
    rows = {row["sender"]: row for row in cube_of(figures).ranking()}
    for at, label in enumerate(LABELS):
        share = twin.cumulative(figures, at)
        assert rows[label]["rank"] == twin.rank(figures, at)
        assert rows[label]["cumulative"] == (None if share is None else float(share))
        assert rows[label]["messages"] == figures[at]
    assert list(rows) == sorted(LABELS, key=lambda label: -figures[LABELS.index(label)])


@given(four)
def test_a_margin_is_as_concentrated_as_its_flow(figures: list[int]) -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 4, "sender": LABELS, "receiver": ["A"] * 4,
         "messages": figures}, members=bcn.Domain(LABELS, until={"D": "2020"}),
    )  # fmt: skip
    assert log.count("sender").concentration() == log.flow().concentration()
    assert log.flow().sent.concentration() == log.flow().concentration()
    n, total = 3, sum(figures[:3])
    row = log.count("sender").concentration()[0]
    pairs = sum(abs(a - b) for a in figures[:3] for b in figures[:3])
    assert row["bureaus"] == n
    assert row["gini"] == pytest.approx(pairs / (2 * n * total) if total else 0)


def test_concentration_says_what_it_leaves_out() -> None:
    log = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "sender": ["FRA", "IPSG", "FRA"],
                             "receiver": ["DEU"] * 3, "kind": ["a", None, "b"]})  # fmt: skip
    assert (log.count("sender").concentration().note or "").startswith(
        "1 of 3 left out, of others than members; "
    )
    kinds = log.count("kind").concentration()
    assert kinds["labels"][0] == 2 and (kinds.note or "").startswith("1 of 3 left out, not stated")
    with pytest.raises(bcn.QueryError, match="over one axis, but here are sender, kind"):
        log.count("sender", "kind").concentration()
    with pytest.raises(bcn.QueryError, match="ranking is over one axis, but here are none"):
        log.count().ranking()
    with pytest.raises(bcn.QueryError, match="some are negative"):
        log.flow().balance.concentration()


def test_a_base_has_its_year_and_source_in_the_note(tmp_path: Path) -> None:
    cube = cube_of([5, 0, 7, 9])
    path = tmp_path / "population.csv"
    path.write_text("bureau,population,year,source\nA,100,2022,UN\nA,200,2023,UN\n"
                    "b,50,2023,own count\nC,0,2023,UN\n", encoding="utf-8")  # fmt: skip
    for table in (path, bcn.Table({"label": ["A", "A", "B", "C"], "value": [100, 200, 50, 0],
                                   "year": [2022, 2023, 2023, 2023],
                                   "source": ["UN", "UN", "own count", "UN"]})):  # fmt: skip
        rates = cube.per("population", table, year=2023, scale=1000)
        assert rates["rate"].tolist() == [25.0, 0.0, None, None]
        assert rates["population"].tolist() == [200, 50, 0, None]
        assert (rates.note or "").startswith(
            "population: 2023, UN, own count; no population for C, D (16 counted there); "
        )
        assert rates.measure == "rate"
        with pytest.raises(bcn.InputError, match="'A' has a population of 2022 and of 2023"):
            cube.per("population", table)
    assert "year not stated, source not stated" in (cube.per("p", {"A": 1}).note or "")
    cut = cube[["A", "B"]].per("p", {"A": 2, "D": 5}, year=2020, source="S")
    assert cut["rate"].tolist() == [2.5, None] and "p: 2020, S" in (cut.note or "")


BAD: list[tuple[dict[str, Any], str]] = [
    ({"table": {"AA": 1}}, "column 'officers': 'AA': unknown label"),
    ({"table": {"A": -1}}, "'-1': a base is a number from 0 on"),
    ({"table": {"A": "many"}}, "'many': a base is a number in plain digits"),
    ({"table": {"A": float("nan")}}, "a base is a number"),
    ({"table": {"A": True}}, "a base is a number"),
    ({"table": {"A": 1, "a": 2}}, "two values for 'A'"),
    ({"table": {}}, "no officers for any label of 'sender'"),
    ({"table": {"A": 1}, "scale": 0}, "scale=0"),
    ({"table": {"A": 1}, "axis": "sendr"}, "no axis 'sendr'; did you mean 'sender'"),
    ({}, "needs a table= of yours"),
    ({"table": 5}, "a dict, the path of a CSV or a Table"),
]


@pytest.mark.parametrize(("options", "words"), BAD)
def test_a_bad_base_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises((bcn.InputError, bcn.QueryError), match=words):
        cube_of([1, 2, 3, 4]).per("officers", **options)


def test_labels_elsewhere_may_be_passed_over_and_are_named() -> None:
    rates = cube_of([1, 2, 3, 4]).per("p", {"A": 1, "Kosovo": 7}, unknown="ignore")
    assert "p of labels not on this axis Kosovo; " in (rates.note or "")


def test_an_axis_is_chosen_where_several_could_be_meant() -> None:
    cube = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]}
    ).count("sender.region", "receiver.region")
    with pytest.raises(bcn.QueryError, match=r"say axis='sender.region' or 'receiver.region'"):
        cube.per("officers", {"Europe": 4})
    rates = cube.per("officers", {"Europe": 4}, axis="receiver.region")
    assert [row["rate"] for row in rates if row["messages"]] == [0.5]
    with pytest.raises(bcn.InputError, match=r"'Eurpe': no label of 'sender\.region'"):
        cube.per("officers", {"Eurpe": 4}, axis="sender.region")


def test_years_have_bases_too() -> None:
    cube = bcn.read_messages({"sent_at": ["2022-01-05", "2023-01-05"], "sender": ["FRA", "DEU"],
                              "receiver": ["DEU", "FRA"]}).count("year")  # fmt: skip
    assert cube.per("staff", {"2022": 4, "2023": 8})["rate"].tolist() == [0.25, 0.125]


def test_per_member_counts_members_at_each_date() -> None:
    world = bcn.Domain(
        ["A", "B", "C", "HQ"], members=["A", "B", "C"], since={"B": "2023-02-01"},
        until={"C": "2023-03-31"}, side={"A": "w", "B": "w", "C": "e", "HQ": "e"},
    )  # fmt: skip
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05", "2023-02-05", "2023-03-05", "2023-03-06"],
         "sender": ["A", "A", "HQ", "C"], "receiver": ["C", "B", "A", "A"]},
        members=world, period=("2023-01", "2023-04"),
    )  # fmt: skip
    assert log.count("month").per("member").to_dicts() == [
        {"month": "2023-01", "messages": 1, "members": 2, "rate": 0.5},
        {"month": "2023-02", "messages": 1, "members": 3, "rate": 1 / 3},
        {"month": "2023-03", "messages": 2, "members": 2, "rate": 1.0},
    ]
    sides = log.count("month", "sender.side").per("member")
    assert sides["members"].tolist() == [1, 1, 1, 2, None, 2]
    assert "no members for e (2 counted there)" in (sides.note or "")
    each = log.count("sender").per("member", scale=100)
    assert each["rate"].tolist() == [200.0, 0.0, None, None]
    assert "members on 2023-03-31; no members for C, HQ (2 counted there)" in (each.note or "")
    assert log.count().per("member")["rate"].tolist() == [2.0]
    january = log.count("sender", where={"sent_at": ("2023-01", "2023-02")}).per("member")
    assert january["members"].tolist() == [1, None, 1, None]
    revived = pickle.loads(pickle.dumps(log.count("month")))
    assert revived.per("member") == log.count("month").per("member")
    total = log.count("month") + log.count("month")
    assert total.per("member")["rate"].tolist() == [1.0, 2 / 3, 2.0]
    with pytest.raises(bcn.QueryError, match="several axes"):
        log.flow().per("member")
    with pytest.raises(bcn.QueryError, match="before cutting the cube"):
        log.count("sender.side")[["w"]].per("member")
    # January of New York ends in February of UTC, where B is a member already.
    away = log.count("month", tz="America/New_York").per("member")
    assert away["month"].tolist()[0] == "2022-12"
    assert away["members"].tolist() == [2, 2, 3, 2]
    hours = log.count("day_of_week", "sender").per("member", axis="sender")
    assert hours["members"].tolist()[:4] == [1, 1, None, None]
    with pytest.raises(bcn.QueryError, match="'day_of_week' is none"):
        log.count("day_of_week").per("member", axis="day_of_week")


def test_all_that_lack_a_base_are_named_in_the_explanation() -> None:
    cube = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["VUT"],
                              "receiver": ["DEU"]}).count("sender")  # fmt: skip
    rates = cube.per("officers", {"FRA": 10})
    assert "no officers for VUT, ABW, " in (rates.note or "")
    assert "and 210 more (1 counted there)" in (rates.note or "")
    named = rates.explain().partition("Without officers: ")[2].partition(". ")[0].split(", ")
    assert sorted(named) == sorted(set(cube.axes[0].labels) - {"FRA"})


def test_numbers_of_other_libraries_are_exact() -> None:
    numpy = pytest.importorskip("numpy")
    rates = cube_of([2**50, 1, 1, 1]).per("p", {"A": numpy.int64(3), "B": numpy.float64(0.5)},
                                         scale=10**9)  # fmt: skip
    assert rates["rate"].tolist()[:2] == [2**50 * 10**9 / 3, 2e9]
