"""Stocks: what is there at a date is never added up over dates; what changed is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import searches as twin

import interpol_bcn as bcn

DATES = ["2022-06-30", "2022-12-31", "2023-06-30", "2023-12-31"]
statements = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.sampled_from(DATES),
            "bureau": st.sampled_from(["FRA", "DEU"]),
            "database": st.sampled_from(["SLTD", "SMV"]),
            "stock": st.integers(0, 9),
        }
    ),
    min_size=1,
    max_size=6,
)


def log_of(rows: list[dict[str, Any]]) -> Any:
    return bcn.read_records({name: [row[name] for row in rows] for name in rows[0]})


@pytest.fixture
def held() -> Any:
    rows = [
        {"date": date, "bureau": bureau, "database": "SLTD", "stock": stock, "created": 7}
        for date, bureau, stock in [
            ("2022-12-31", "FRA", 100), ("2022-12-31", "DEU", 40),
            ("2023-06-30", "FRA", 110), ("2023-12-31", "FRA", 130), ("2023-12-31", "DEU", 0),
        ]
    ]  # fmt: skip
    return log_of(rows)


def test_a_stock_is_summed_along_dates_and_at_one(held: Any) -> None:
    assert held.sum("stock", "day")["2022-12-31"] == 140
    assert held.sum("stock", "day", "bureau")["2023-06-30", "FRA"] == 110
    assert held.sum("stock", where={"date": "2023-12-31"}).total() == 130
    assert held.sum("stock", "bureau", where={"month": "2022-12"})["DEU"] == 40
    assert held.sum("stock", "year", where={"date": (None, "2023")})["2022"] == 140


def test_a_stock_over_dates_is_refused_and_says_why(held: Any) -> None:
    with pytest.raises(bcn.QueryError, match=r"stock, what is there at a date.*3 dates"):
        held.sum("stock", "bureau")
    with pytest.raises(bcn.QueryError, match="FRA, SLTD is stated 2 times in 2023"):
        held.sum("stock", "year")
    by_day = held.sum("stock", "day", "bureau")
    with pytest.raises(bcn.QueryError, match="over 'day' would count the same again"):
        by_day.sum("day")
    with pytest.raises(bcn.QueryError, match="over 'day'"):
        by_day.sum()
    assert by_day.sum("bureau")["2023-12-31"] == 130
    assert "total" not in repr(by_day)
    assert by_day.top(1)["share"].tolist() == [None]


def test_stocks_of_two_dates_are_compared_but_not_added(held: Any) -> None:
    before = held.sum("stock", "bureau", where={"date": "2022-12-31"})
    after = held.sum("stock", "bureau", where={"date": "2023-12-31"})
    assert (after - before)["FRA"] == 30
    assert (before + before)["DEU"] == 80
    with pytest.raises(bcn.QueryError, match="figures of two dates do not add up"):
        before + after


def test_what_changed_adds_up_over_dates(held: Any) -> None:
    assert held.sum("created").total() == 35
    assert held.sum("created", "day", "bureau").sum("day")["FRA"] == 21


def test_a_stock_without_dates_is_refused(held: Any) -> None:
    log = bcn.read_records(
        {"bureau": ["FRA"], "database": ["SLTD"], "stock": [1]},
        only=["bureau", "database", "stock"],
    )
    with pytest.raises(bcn.QueryError, match="without date it cannot be summed"):
        log.sum("stock")


@given(statements, st.sampled_from(["", "day", "month", "year", "month_of_year", "date.year"]))
def test_a_sum_of_a_stock_is_refused_exactly_where_it_would_count_twice(
    rows: list[dict[str, Any]], axis: str
) -> None:
    cut = {"day": slice(10), "month": slice(7), "year": slice(4), "month_of_year": slice(5, 7)}
    log = log_of(rows)
    part = cut.get(axis.rpartition(".")[2])
    dated = None if part is None else (lambda row: row["date"][part])
    axes = [axis] if axis else []
    if twin.twice_counted(rows, dated):
        with pytest.raises(bcn.QueryError, match="is a stock"):
            log.sum("stock", *axes, "bureau")
        return
    cube = log.sum("stock", *axes, "bureau")
    expected = twin.sums(
        rows, "stock", lambda row: (*([dated(row)] if dated else []), row["bureau"])
    )
    for key, total in expected.items():
        assert cube[key] == total


def test_contributors_are_those_whose_last_statement_holds_records(held: Any) -> None:
    assert held.contributors()["SLTD"] == {"FRA"}
    assert held.contributors("2023-07-01")["SLTD"] == {"FRA", "DEU"}
    assert held.contributors()["SMV"] == frozenset()
    log = bcn.read_records({"date": ["2023-01-01"], "bureau": ["FRA"], "database": ["SLTD"]})
    with pytest.raises(bcn.QueryError, match="contributors need the stock"):
        log.contributors()


def test_access_points_stand_by_bureau_and_date() -> None:
    log = bcn.read_access(
        {"date": ["2022-12-31", "2023-12-31"], "bureau": ["FRA"] * 2,
         "access_points": [70, 80], "authorities": [3, 4]}
    )  # fmt: skip
    assert log.sum("access_points", "year", "bureau")["2023", "FRA"] == 80
    with pytest.raises(bcn.QueryError, match="'authorities' is a stock"):
        log.sum("authorities", "bureau")
