"""Totals of every record side by side, and what was created and deleted: against plain loops."""

from __future__ import annotations

import pytest
import walk

import interpol_bcn as bcn


def test_totals_grow_from_whole_year_to_whole_year() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2022-03-01", "2023-03-01", "2023-04-01", "2024-02-29"],
         "sender": ["FRA"] * 4, "receiver": ["DEU"] * 4},
        period=("2022-01-01", "2024-03-01"),
    )  # fmt: skip
    searches = bcn.read_searches(
        {"searched_at": ["2023-01-05", "2024-01-05"], "bureau": ["FRA"] * 2,
         "database": ["SLTD"] * 2, "searches": [10, 30], "hits": [0, 3]},
        period=("2023-01-01", "2025-01-01"),
    )  # fmt: skip
    table = bcn.totals(log, searches)
    rows = table.to_dicts()
    assert [row["year"] for row in rows] == ["2022", "2023", "2024"]
    assert [row["messages"] for row in rows] == [1, 2, 1]
    assert [row["growth of messages"] for row in rows] == [None, 1.0, None]
    lengths = (365, 365, 60)
    assert [row["messages a day"] for row in rows] == [
        pytest.approx(n / days) for n, days in zip((1, 2, 1), lengths, strict=True)
    ]
    assert [row["searches"] for row in rows] == [None, 10, 30]
    assert [row["growth of searches"] for row in rows] == [None, None, 2.0]
    assert [row["hits"] for row in rows] == [None, 0, 3]
    assert [row["growth of hits"] for row in rows] == [None, None, None]  # from a base of nothing
    assert rows[2]["searches a day"] == pytest.approx(30 / 366)
    assert "of these only a part: 2024" in (table.note or "")
    assert table.explain().count("Definition: totals") == 3


def test_totals_take_any_record_and_unit() -> None:
    logs = [walk.logs()[name] for name in ("messages", "searches", "notices")]
    months = bcn.totals(*logs, every="month", per="hour")
    found = months["messages"].tolist()
    assert sum(n for n in found if n is not None) == logs[0].total
    assert len(months) == 120  # ten years of notices
    for wrong in ({"every": "hour"}, {"per": "dya"}):
        with pytest.raises(bcn.QueryError):
            bcn.totals(*logs, **wrong)
    with pytest.raises(bcn.QueryError, match="one log of messages"):
        bcn.totals(logs[0], logs[0])
    with pytest.raises(bcn.QueryError, match="at least one log"):
        bcn.totals()


def test_what_was_created_and_deleted_stands_side_by_side() -> None:
    log = walk.logs()["records"]
    rows = log.management("year", "bureau", zeros=False).to_dicts()
    assert rows == [
        {"year": "2022", "bureau": "DEU", "created": 80, "deleted": 30, "net": 50},
        {"year": "2022", "bureau": "FRA", "created": 60, "deleted": 10, "net": 50},
        {"year": "2023", "bureau": "DEU", "created": 30, "deleted": 50, "net": -20},
        {"year": "2023", "bureau": "FRA", "created": 40, "deleted": 20, "net": 20},
    ]
    assert log.management()["net"].tolist() == [100]
    assert len(log.management("bureau")) == len(log.domains["bureau"])
    with pytest.raises(bcn.QueryError, match="none of created, updated, deleted"):
        walk.logs()["access"].management()
