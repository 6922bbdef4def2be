"""Rates along axes against a plain loop, and rows that do not say how many they stand for."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn

days = st.integers(0, 365).map(lambda n: dt.date(2024, 1, 1) + dt.timedelta(days=n))
rows = st.lists(
    st.tuples(days, st.sampled_from(["SLTD", "SMV"]), st.integers(0, 9)), min_size=1, max_size=20
)


def read(rows: list[tuple[dt.date, str, int | None]], **options: object) -> bcn.SearchLog:
    columns = {
        "searched_at": [str(row[0]) for row in rows], "bureau": ["FRA"] * len(rows),
        "database": [row[1] for row in rows], "searches": [row[2] for row in rows],
    }  # fmt: skip
    return bcn.read_searches(columns, **options)


@settings(max_examples=40)
@given(rows)
def test_a_rate_is_over_the_length_of_its_label(rows: list[tuple[dt.date, str, int]]) -> None:
    log = read(rows, period="2024")
    counts: Counter[tuple[int, str]] = Counter()
    for day, database, number in rows:
        counts[day.month, database] += number
    for row in log.rate("day", "month", "database"):
        year, month = map(int, row["month"].split("-"))
        number = counts[month, row["database"]]
        assert row["searches"] == number
        assert row["rate"] == pytest.approx(number / calendar.monthrange(year, month)[1])
    for row in log.rate("week", "database"):
        number = sum(n for (_, database), n in counts.items() if database == row["database"])
        assert row["rate"] == pytest.approx(number / (366 / 7))
    assert sum(log.rate("second", "database")["rate"]) == pytest.approx(log.rate("second"))


def test_an_hour_of_the_day_is_as_long_as_its_zone_has_it() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-03-10T01:30Z", "2023-03-10T12:30Z"], "sender": ["FRA"] * 2,
         "receiver": ["DEU"] * 2},
        period="2023-03",
    )  # fmt: skip
    table = log.rate("hour", "hour_of_day", tz="Europe/Paris", zeros=False)
    assert table["hour_of_day"].tolist() == ["02", "13"]
    # The month is that of UTC: the hour from 2 to 3 was skipped on the 26th.
    assert table["rate"].tolist() == [pytest.approx(1 / 30), pytest.approx(1 / 31)]
    with pytest.raises(bcn.QueryError, match="its labels come again"):
        log.rate("day", "hour_of_day")
    with pytest.raises(bcn.QueryError, match="one axis of 'sent_at' at most"):
        log.rate("day", "month", "year")
    with pytest.raises(bcn.QueryError, match=r"rate\('dya'\); did you mean 'day'"):
        log.rate("dya", "month")


def test_a_part_of_a_month_counts_as_the_part_that_it_is() -> None:
    log = read([(dt.date(2024, 2, 10), "SLTD", 29)], period=("2024-02-10", "2024-03-16"))
    found = log.rate("month", "month", zeros=False).to_dicts()
    assert found == [{"month": "2024-02", "searches": 29, "rate": pytest.approx(29 * 29 / 20)}]


# Rows without a weight


def test_a_row_without_a_weight_counts_none_and_is_told() -> None:
    log = read([(dt.date(2024, 1, 1), "SLTD", 4), (dt.date(2024, 1, 1), "SMV", None)])
    assert (len(log), log.total) == (2, 4)
    words = "1 row does not say how many searches and counts none"
    assert words in repr(log)
    assert words in log.count("database").note()
    assert words in log.count("database").explain()
    assert "say how many" not in repr(read([(dt.date(2024, 1, 1), "SLTD", 4)]))
    delegates = bcn.read_delegates(
        {"edition": ["19", "19"], "bureau": ["FRA", "DEU"], "delegates": [2, None]}
    )
    assert delegates.total == 2
    assert "1 row does not say how many delegates" in repr(delegates)


def test_hits_of_an_unknown_number_of_searches_are_no_contradiction_and_no_rate() -> None:
    columns = {
        "searched_at": ["2024-01-01"] * 3, "bureau": ["FRA"] * 3, "database": ["SLTD"] * 3,
        "searches": [10, None, 5], "hits": [1, 7, None],
    }  # fmt: skip
    log = bcn.read_searches(columns)
    assert (log.total, log.sum("hits").total()) == (15, 8)
    table = log.hit_rate(per=1)
    assert (table["searches"].tolist(), table["hits"].tolist()) == ([10], [1])
    assert "5 searches that state no hits are left out" in (table.note or "")
    assert "7 hits that state no searches are left out" in (table.note or "")
    # Without a column of searches a row is one, and two hits of it are too many.
    del columns["searches"]
    with pytest.raises(bcn.InputError, match="row 2, column 'hits': '7'"):
        bcn.read_searches(columns)


def test_what_has_no_time_is_no_busiest_moment() -> None:
    log = bcn.read_operations(
        {"operation": ["A"] * 4, "bureau": ["FRA"] * 4, "date": [None, None, None, "2023-05-01"]}
    )
    peak = log.peak("1d", 3)
    assert peak["count"].tolist() == [1]
    assert "3 without a time left out" in (peak.note or "")
    assert "3 without a time left out" in peak.explain()
