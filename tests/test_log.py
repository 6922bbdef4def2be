"""Logs: what they hold, what they say, how their rows leave."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn

ROWS: dict[str, list[Any]] = {
    "sent_at": ["2023-01-06T11:30Z", "2023-01-05T10:00Z", "2023-02-01T09:15Z"],
    "sender": ["FRA", "DEU", "FRA"],
    "receiver": ["DEU", "FRA", "Italy"],
    "kind": ["request", None, "reply"],
    "message_id": ["a1", None, "b2"],
    "size": [None, 70_000, 3],
}


def test_a_log_says_what_it_holds() -> None:
    log = bcn.read_messages(ROWS)
    assert repr(log) == "3 messages, 2023-01-05 .. 2023-02-01 UTC, 3 of 195 members"
    assert log._repr_html_() == repr(log)
    assert (len(log), log.total, log.coverage) == (3, 3, (3, 195))
    assert log.columns == ("sent_at", "sender", "receiver", "message_id", "kind", "size")
    assert log.measures == ("size",)
    assert log.axes[:5] == (
        "sender", "sender.region", "sender.region5", "sender.type", "receiver",
    )  # fmt: skip
    assert set(log.axes) >= {"kind", "month", "hour_of_week"}
    assert all(log.count(axis).total() == 3 for axis in log.axes)
    assert log.nbytes > 0 and log.synthetic == ""
    assert not log.dates_only


def test_refused_rows_are_said_wherever_figures_are() -> None:
    rows = {name: [*values, values[0]] for name, values in ROWS.items()}
    rows["sender"] = ["FRA", "Frnace", "FRA", "FRA"]
    log = bcn.read_messages(rows, errors="reject")
    assert (log.seen, log.accepted, log.rejected.count, log.duplicates) == (4, 2, 1, 1)
    account = "4 rows seen, 2 accepted, 1 rejected, 1 duplicate"
    assert repr(log).endswith(f"\n{account}")
    assert "<br>" in log._repr_html_()
    cube = log.count("sender")
    assert cube.note().endswith(account) and account in cube.explain()
    assert account in cube.top(1).note


def test_coverage_counts_members_of_the_period_only() -> None:
    rows = {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA", "IPSG"], "receiver": ["IPSG", "FRA"]}
    assert bcn.read_messages(rows).coverage == (1, 195)
    assert bcn.read_messages(rows, period=("2023", "2024")).coverage == (1, 196)
    assert bcn.read_messages(rows, members="infer").coverage == (2, 2)


def test_what_is_synthetic_says_so() -> None:
    log = bcn.simulate_messages(100, seed=1)
    assert "synthetic" in repr(log) and "synthetic" in log.count("month").note()


@settings(max_examples=20)
@given(st.data())
def test_rows_leave_and_come_back_as_they_were(data: st.DataObject) -> None:
    pytest.importorskip("pyarrow")
    count = data.draw(st.integers(1, 30))

    def column(values: Any) -> list[Any]:
        return data.draw(st.lists(values, min_size=count, max_size=count))

    labels = st.sampled_from(("FRA", "DEU", "ITA", "NAM"))
    ids = data.draw(st.sampled_from((st.integers(-9, 9), st.text("abc", min_size=1))))
    rows = {
        "sent_at": [f"2023-01-{day:02}T{day:02}:00Z" for day in column(st.integers(1, 23))],
        "sender": column(labels),
        "receiver": column(labels),
        "kind": column(st.none() | st.sampled_from(("request", "reply"))),
        "reply_to": column(st.none() | ids),
        "size": column(st.none() | st.integers(0, 2**40)),
    }
    log = bcn.read_messages(rows)
    table = log.to_arrow()
    assert table.column_names == list(log.columns)
    for name in ("sender", "receiver", "kind", "size", "reply_to"):
        assert table[name].to_pylist() == rows[name]
    times = [time.strftime("%Y-%m-%dT%H:%MZ") for time in table["sent_at"].to_pylist()]
    assert times == rows["sent_at"]
    again = bcn.read_messages(log)
    for axes in (("sender", "kind"), ("hour", "receiver"), ()):
        assert again.count(*axes).to_dicts(zeros=False) == log.count(*axes).to_dicts(zeros=False)


def test_other_libraries_take_a_log_as_it_is() -> None:
    polars = pytest.importorskip("polars")
    log = bcn.simulate_messages(1000, seed=4)
    frame = polars.DataFrame(log)
    assert frame.height == 1000
    expected = frame.group_by("sender").len()
    mine = {row["sender"]: row["messages"] for row in log.count("sender").to_dicts(zeros=False)}
    assert mine == dict(expected.iter_rows())
    assert bcn.read_messages(frame).flow() == log.flow()


def test_codes_of_two_bytes_leave_as_labels() -> None:
    pytest.importorskip("pyarrow")
    labels = [f"n{number}" for number in range(400)]
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 3, "sender": ["n0", "n399", "n7"],
         "receiver": ["n1", "n2", "n3"], "kind": ["n300", None, "n5"]},
        members=labels, domains={"kind": labels},
    )  # fmt: skip
    assert log.to_arrow()["sender"].to_pylist() == ["n0", "n399", "n7"]
    assert log.to_arrow()["kind"].to_pylist() == ["n300", None, "n5"]


def test_any_number_of_threads_may_ask() -> None:
    log = bcn.simulate_messages(5000, seed=6)
    questions = [("sender",), ("kind", "month"), ("hour_of_week",), ("sender", "receiver")]
    expected = [log.count(*axes) for axes in questions]
    log._plans.clear()
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(20):
            for axes, answer in zip(questions, expected, strict=True):
                if log.count(*axes) != answer:
                    wrong.append(axes)
            log._plans.clear()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_plans_are_kept_within_bounds() -> None:
    log = bcn.simulate_messages(100, seed=6)
    for number in range(300):
        log.count(where={"size": (number, None)})
    assert len(log._plans) <= 64


def test_several_measures_are_answered_together_as_each_alone() -> None:
    log = bcn.read_searches(
        {
            "searched_at": ["2023-01-05", "2023-01-06", "2023-02-01", "2023-02-01"],
            "bureau": ["FRA", "DEU", "FRA", "ITA"],
            "database": ["SLTD", "SLTD", "nominal", "SLTD"],
            "searches": [10, 3, 250, 7],
            "hits": [1, None, 200, 0],
        }
    )
    laid = log._plan(("month", "database"), None, "UTC", None)
    parts = (laid.shape, laid.terms, laid.dials, laid.ranges)
    numbers = [log.schema.number(name) for name in ("searches", "hits")]
    for measures in ((-1, numbers[1]), tuple(numbers), (numbers[1], -1, numbers[0], -1)):
        together = log.run(*parts, measures)
        assert isinstance(together, tuple)
        for measure, cube in zip(measures, together, strict=True):
            assert cube.equal(log.run(*parts, measure))
    for wrong in ((), (-1,) * 5):
        with pytest.raises(ValueError, match="measures"):
            log.run(*parts, wrong)
    with pytest.raises(IndexError):
        log.run(*parts, (-1, 99))
    with pytest.raises(TypeError):
        log.run(*parts, "hits")
