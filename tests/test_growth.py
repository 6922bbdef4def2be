"""Growth from period to period, running sums, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn

DAYS = ["2021-12-31", "2022-01-03", "2022-02-28", "2022-03-05", "2022-11-30", "2023-01-03",
        "2023-02-28", "2023-03-01", "2023-03-05", "2024-02-29", "2024-03-05"]  # fmt: skip
rows = st.lists(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(["A", "B"]), st.integers(0, 30)),
    min_size=1, max_size=25,
)  # fmt: skip


def read(found: list[tuple[str, str, int]], period: Any = ("2021-12-31", "2024-03-06")) -> bcn.Log:
    days, senders, weights = (list(part) for part in zip(*found, strict=True))
    return bcn.read_messages(
        {"sent_at": days, "sender": senders, "receiver": ["A"] * len(days), "messages": weights},
        members=bcn.Domain(["A", "B"]), period=period,
    )  # fmt: skip


def year_before(label: str) -> str:
    return f"{int(label[:4]) - 1}{label[4:]}"


@settings(max_examples=60)
@given(rows, st.sampled_from(["year", "quarter", "month", "week", "day"]),
       st.sampled_from(["previous", "year"]))  # fmt: skip
def test_growth_is_against_the_right_period(
    found: list[tuple[str, str, int]], every: str, versus: str
) -> None:
    log = read(found)
    cube = log.count(every, "sender")
    labels = list(cube.axes[0].labels)
    table = log.growth("sender", every=every, versus=versus, tiny=4)
    at = 0
    for place, label in enumerate(labels):
        base = (labels[place - 1] if place else None) if versus == "previous" else (
            year_before(label) if year_before(label) in labels else None
        )  # fmt: skip
        for sender in ("A", "B"):
            row = table[at]
            at += 1
            now = cube[label, sender]
            assert (row[every], row["sender"], row["messages"]) == (label, sender, now)
            if base is None:
                assert (row["before"], row["change"], row["growth"]) == (None, None, None)
                assert row["remark"].startswith("no base")
                continue
            was = cube[base, sender]
            assert (row["before"], row["change"]) == (was, now - was)
            assert row["growth"] == ((now - was) / was if was else None)
            said = "nothing before" if now else "nothing"
            said = said if not was else "tiny base" if was < 4 else ""
            assert row["remark"].split("; ")[0] == said or row["remark"].startswith("partial")
    assert at == len(table)


def test_periods_that_are_not_whole_are_said() -> None:
    found = [("2022-01-03", "A", 50), ("2023-01-03", "A", 20)]
    table = read(found, ("2022-01-02", "2023-02")).growth(every="month")
    remarks = table["remark"].tolist()
    assert remarks[0] == "no base; partial period"
    assert remarks[1] == "partial base"
    assert remarks[12] == "nothing before"
    yearly = read(found, ("2022-01-02", "2023-02")).growth(every="month", versus="year")
    assert yearly["remark"].tolist()[12] == "partial base"
    whole = read(found, ("2022-01", "2023-02")).growth(every="month", versus="year")
    assert whole["remark"].tolist()[12] == ""
    assert whole.row(12)["growth"] == -0.6
    paris = read(found, ("2022-01", "2023-02")).growth(every="month", tz="Europe/Paris")
    assert paris["remark"].tolist()[0] == "no base; partial period"
    assert "against the period before; tiny base: below 10" in (table.note or "")


def test_leap_days_and_weeks_without_a_year_before() -> None:
    table = read([(day, "A", 1) for day in DAYS]).growth(every="day", versus="year")
    by_day = {row["day"]: row for row in table}
    assert by_day["2024-02-29"]["remark"] == "no base"
    assert by_day["2024-03-05"]["before"] == 1
    assert by_day["2023-03-05"]["growth"] == 0.0


@settings(max_examples=40)
@given(rows, st.integers(1, 9))
def test_running_sums_are_those_of_numpy(found: list[tuple[str, str, int]], n: int) -> None:
    cube = read(found).count("quarter", "sender")
    array = cube.to_numpy()
    assert (cube.cumsum("quarter").to_numpy() == array.cumsum(axis=0)).all()
    moved = np.lib.stride_tricks.sliding_window_view(array, n, axis=0).sum(axis=-1)
    rolled = cube.rolling("quarter", n)
    assert (rolled.to_numpy() == moved).all()
    assert list(rolled.axes[0].labels) == list(cube.axes[0].labels)[n - 1 :]
    other = cube.transpose("sender", "quarter")
    assert (other.cumsum("quarter").to_numpy() == array.cumsum(axis=0).T).all()
    frame = cube.to_xarray().rolling(quarter=n).sum().dropna("quarter")
    assert (frame.to_numpy() == moved).all()


def test_running_sums_merge_as_their_cubes_do() -> None:
    a, b = (read([("2022-01-03", "A", n), ("2023-03-01", "B", 2)]) for n in (5, 7))
    one, other = a.count("month"), b.count("month")
    both = one + other
    assert both.cumsum("month") == one.cumsum("month") + other.cumsum("month")
    assert both.rolling("month", 3) == one.rolling("month", 3) + other.rolling("month", 3)
    with pytest.raises(bcn.QueryError, match="do not add up"):
        one + one.cumsum("month")
    assert "sums up to each month" in one.cumsum("month").note()


def test_what_does_not_grow_or_run_is_refused() -> None:
    log = bcn.simulate_messages(500)
    with pytest.raises(bcn.QueryError, match="did you mean 'previous'"):
        log.growth(versus="previos")
    with pytest.raises(bcn.QueryError, match="one axis of periods"):
        log.count("sender").growth()
    with pytest.raises(bcn.QueryError, match="there are 2"):
        log.count("month", "year").growth()
    with pytest.raises(bcn.QueryError, match="this axis was cut"):
        log.count("month")[["2023-02", "2023-01"]].growth()
    with pytest.raises(bcn.QueryError, match="not of hour"):
        log.growth(every="hour", versus="year")
    with pytest.raises(bcn.QueryError, match="tiny=-1"):
        log.growth(tiny=-1)
    with pytest.raises(bcn.QueryError, match="no such order"):
        log.count("sender").cumsum("sender")
    with pytest.raises(bcn.QueryError, match="no axis 'mnth'"):
        log.count("month").rolling("mnth", 2)
    for n in (0, 13, 1.5, True):
        with pytest.raises(bcn.QueryError, match="from 1 to its 12 positions"):
            log.count("month").rolling("month", n)  # type: ignore[arg-type]
    wide = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2,
                              "receiver": ["DEU", "ITA"], "size": [2**63 - 1] * 2})  # fmt: skip
    with pytest.raises(OverflowError):
        wide.sum("size", "month").cumsum("month")
