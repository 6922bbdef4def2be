"""Cubes: labels in, exact figures out."""

from __future__ import annotations

import copy
import datetime
import pickle
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn import _core

DAYS = ["2023-01-05T10:00Z", "2023-01-06T11:30Z", "2023-02-01T09:15Z", "2023-03-26T01:30Z"]


@pytest.fixture(scope="module")
def log() -> bcn.Log:
    return bcn.read_messages(
        {
            "sent_at": DAYS,
            "sender": ["FRA", "DEU", "FRA", "IPSG"],
            "receiver": ["DEU", "FRA", "ITA", "FRA"],
            "kind": ["request", "reply", None, "request"],
            "size": [100, 200, 300, None],
        },
        extra=["IPSG"] if "IPSG" not in bcn.members.domain().labels else [],
        domains={"kind": ["reply", "request"]},
    )


def test_indexing_takes_any_name_of_a_bureau(log: bcn.Log) -> None:
    cube = log.count("sender", "receiver")
    for name in ("FRA", "FR", "France", "france", "Francia", "فرنسا"):
        assert cube[name, "DEU"] == 1, name
    assert cube["FRA"].dims == ("receiver",)
    assert cube["FRA"]["Italie"] == 1
    assert cube["FRA", ...].total() == cube["FRA", :].total() == cube["FRA"].total() == 2
    assert cube[:, "FRA"].total() == 2
    assert cube[["FRA", "Germany"], "FRA"].to_dicts() == [
        {"sender": "FRA", "messages": 0}, {"sender": "DEU", "messages": 1},
    ]  # fmt: skip
    assert cube[()] == cube


def test_a_cut_axis_is_still_indexed_by_any_name(log: bcn.Log) -> None:
    some = log.count("sender", "month")[["DEU", "FRA"]]
    assert some["France", "2023-01"] == 1
    assert some.coords["sender"] == ("DEU", "FRA")
    with pytest.raises(bcn.LabelError, match="not among the 2 labels of 'sender' here"):
        some["Italy"]
    kinds = log.count("kind")[[None, "reply"]]
    assert (kinds[None], kinds["reply"]) == (1, 1)
    without = log.count("kind")[["reply"]]
    with pytest.raises(bcn.LabelError, match="'kind' is always stated here"):
        without[None]


def test_times_are_indexed_by_labels_dates_and_slices(log: bcn.Log) -> None:
    cube = log.count("month")
    assert cube["2023-01"] == cube[datetime.date(2023, 1, 31)] == 2
    assert cube[datetime.datetime(2023, 2, 1, 9, 15)] == 1
    spring = cube["2023-02":]
    assert spring.coords["month"] == ("2023-02", "2023-03")
    assert spring.axes[0].kind == "time"
    assert spring[datetime.date(2023, 3, 3)] == 1
    assert cube[:"2023-02"].total() == 3
    with pytest.raises(bcn.LabelError, match="which goes from 2023-01 to 2023-03"):
        cube["2024-01"]
    with pytest.raises(bcn.LabelError, match="not among the 2 labels of 'month' here"):
        spring["2023-01"]
    paris = log.count("hour", tz="Europe/Paris")
    assert paris["2023-03-26T03+02:00"] == 1
    assert log.count("hour_of_week", tz="Europe/Paris")["Sun 03"] == 1


def test_sel_goes_by_axis_names(log: bcn.Log) -> None:
    cube = log.count("sender.region", "receiver", "month")
    assert cube.sel(receiver="FRA", month="2023-01")["Europe"] == 1
    assert cube.sel(sender_region="Europe", receiver="FRA", month="2023-01") == 1
    assert cube.sel({"sender.region": "Europe", "receiver": "FRA"}, month="2023-01") == 1
    assert cube.sel(month=slice("2023-01", "2023-02")).shape[2] == 2
    assert cube.sel().dims == cube.dims
    with pytest.raises(bcn.QueryError, match=r"no axis 'mont'; did you mean 'month'\?"):
        cube.sel(mont="2023-01")


def test_sums_over_axes_and_orders_of_axes(log: bcn.Log) -> None:
    cube = log.count("sender", "receiver", "kind")
    assert cube.sum("receiver") == log.count("sender", "kind")
    assert cube.sum("kind", "sender") == log.count("receiver")
    assert int(cube.sum()) == cube.total() == 4
    assert cube.transpose("kind", "sender", "receiver") == log.count("kind", "sender", "receiver")
    assert cube.transpose().dims == ("kind", "receiver", "sender")
    with pytest.raises(bcn.QueryError, match="transpose needs every axis once"):
        cube.transpose("kind")
    with pytest.raises(bcn.QueryError, match=r"no axis 'month'\. Axes here are: sender, receiver"):
        cube.sum("month")


def test_a_cube_without_axes_is_one_figure(log: bcn.Log) -> None:
    cube = log.count()
    assert (int(cube), cube.total(), cube.shape, cube.dims) == (4, 4, (), ())
    assert repr(cube).startswith("4 messages\n2023-01-05 .. 2023-03-26 UTC")
    with pytest.raises(TypeError, match="is many figures: use total"):
        int(log.count("kind"))
    with pytest.raises(TypeError, match="one figure"):
        len(cube)
    assert len(log.count("kind")) == 3
    assert list(log.count("kind")) == [1, 2, 1]
    assert [one.dims for one in log.count("kind", "month")] == [("month",)] * 3


def test_cubes_add_up_over_the_same_axes_only(log: bcn.Log) -> None:
    requests = log.count("sender", where={"kind": "request"})
    others = log.count("sender", where={"kind": bcn.Not("request")})
    assert requests + others == log.count("sender")
    assert (requests + others).note().count("(kind request) plus (kind not request)") == 1
    assert (requests - others)["DEU"] == -1
    assert log.count("sender") != log.count("receiver")
    assert log.count("sender") != 5
    with pytest.raises(bcn.QueryError, match=r"messages and size \(bytes\) do not add up"):
        requests + log.sum("size", "sender")
    with pytest.raises(bcn.QueryError, match="'sender' is not 'receiver'"):
        requests + log.count("receiver")
    with pytest.raises(bcn.QueryError, match="'sender' has 221 labels here and 1 there"):
        requests + log.count("sender")[["FRA"]]
    with pytest.raises(bcn.QueryError, match="label 0 of 'sender' is 'FRA' here and 'DEU' there"):
        requests[["FRA"]] + requests[["DEU"]]
    with pytest.raises(bcn.QueryError, match="is in UTC here and in Europe/Paris there"):
        log.count("hour_of_day") + log.count("hour_of_day", tz="Europe/Paris")
    with pytest.raises(bcn.QueryError, match=r"sender \(221\) and sender \(221\) × kind \(3\)"):
        requests + log.count("sender", "kind")
    with pytest.raises(TypeError):
        requests + 1  # type: ignore[operator]


def test_figures_of_two_logs_do_not_claim_the_coverage_of_one() -> None:
    logs = [
        bcn.read_messages({"sent_at": [day], "sender": ["FRA"], "receiver": ["DEU"]})
        for day in ("2023-01-05", "2023-02-05")
    ]
    one, two = (log.count("sender") for log in logs)
    both = one + two
    assert both["FRA"] == 2
    assert "members" not in both.note()
    assert both.note().startswith("2023-01-05 .. 2023-02-05 UTC")
    assert both.explain().startswith("Each figure is the exact number of messages in its cell")


def test_top_is_by_value_then_by_place(log: bcn.Log) -> None:
    cube = log.count("sender", "receiver")
    top = cube.top(2)
    assert [row["sender"] for row in top] == ["DEU", "FRA"]
    assert top[0]["share"] == 0.25
    assert len(cube.top(10**9)) == 4  # zeros are not among the largest
    assert len(cube.top(0)) == 0
    for wrong in (-1, 2.5, "3"):
        with pytest.raises(bcn.QueryError, match="a number of rows is a whole number from 0 on"):
            cube.top(wrong)  # type: ignore[arg-type]


def test_shares_are_of_the_total_or_along_an_axis(log: bcn.Log) -> None:
    cube = log.count("kind", "month")
    along = {(row["kind"], row["month"]): row["share of month"] for row in cube.share("month")}
    assert along["request", "2023-01"] == 0.5
    assert along["not stated", "2023-02"] == 1.0
    overall = {(row["kind"], row["month"]): row["share"] for row in cube.share()}
    assert overall["request", "2023-01"] == 0.25
    nothing = log.count("kind", where={"sender": "AFG"}).share()
    assert nothing["share"].tolist() == [None] * 3
    with pytest.raises(bcn.QueryError, match="no axis 'year'"):
        cube.share("year")


def test_pivot_is_wide_and_keeps_zeros(log: bcn.Log) -> None:
    wide = log.count("kind", "sender", "month").pivot("kind", "month")
    assert list(wide.columns) == ["kind", "2023-01", "2023-02", "2023-03"]
    assert wide.to_dicts()[2] == {"kind": "not stated", "2023-01": 0, "2023-02": 1, "2023-03": 0}
    with pytest.raises(bcn.QueryError, match="two different axes"):
        log.count("kind", "month").pivot("kind", "kind")
    with pytest.raises(bcn.QueryError, match="no axis 'year'"):
        log.count("kind", "month").pivot("kind", "year")
    with pytest.raises(bcn.QueryError, match="no axis 'month'"):
        log.count("kind").pivot("kind", "month")


def test_every_figure_says_what_it_is(log: bcn.Log) -> None:
    cube = log.count("sender.region", "month", where={"kind": ["request", None]})
    assert cube.title() == "messages by sender region and month"
    assert cube.note() == "2023-01-05 .. 2023-03-26 UTC; kind request, not stated; 3 of 195 members"
    assert "sender.region (5) × month (3)" in cube.explain()
    assert log.sum("size", "kind").unit == "bytes"
    assert "exact sum of size (bytes)" in log.sum("size", "kind").explain()
    assert "2023-01-05 .. 2023-03-26" in repr(cube) and "<table" in cube._repr_html_()


def test_prints_are_bounded_whatever_the_size() -> None:
    log = bcn.simulate_messages(2000, seed=1)
    for axes in (("sender", "receiver"), ("minute",), ("day", "sender"), ("second", "sender")):
        cube = log.count(*axes)
        assert len(repr(cube)) < 4000
        assert len(cube._repr_html_()) < 40_000
    assert repr(log.count("month")).count("\n") > 12  # a year of months is shown whole


def test_key_completion_offers_labels(log: bcn.Log) -> None:
    assert "FRA" in log.count("sender")._ipython_key_completions_()
    assert log.count()._ipython_key_completions_() == []


def test_cubes_travel_by_pickle_and_logs_say_why_not(log: bcn.Log) -> None:
    questions = [log.count("sender", "kind"), log.count("month", tz="Europe/Paris"),
                 log.count(), log.flow(), log.count("second", "sender"),
                 log.count("month")["2023-02":]]  # fmt: skip
    for cube in questions:
        back = pickle.loads(pickle.dumps(cube))
        assert type(back) is type(cube) and back == cube
        assert (back.note(), back.explain(), back.dims) == (cube.note(), cube.explain(), cube.dims)
        assert copy.copy(cube) is cube is copy.deepcopy(cube)
    flow = pickle.loads(pickle.dumps(log.flow()))
    assert flow.density() == log.flow().density() and flow["France", "DEU"] == 1
    with pytest.raises(TypeError, match="a log is not pickled: send its source"):
        pickle.dumps(log)
    wide = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2,
         "size": [2**63 - 1] * 2}
    ).sum("size")  # fmt: skip
    with pytest.raises(TypeError, match="beyond 64 bits is not pickled"):
        pickle.dumps(wide)


def test_arrays_are_lent_without_a_copy(log: bcn.Log) -> None:
    numpy = pytest.importorskip("numpy")
    cube = log.count("kind", "month")
    array = cube.to_numpy()
    assert array.dtype == numpy.int64 and array.shape == cube.shape and not array.flags.writeable
    assert array.ctypes.data == numpy.asarray(cube).ctypes.data == cube.to_numpy().ctypes.data
    assert array.sum() == cube.total()


def test_sparse_cubes_leave_as_arrays_and_columns() -> None:
    numpy = pytest.importorskip("numpy")
    log = bcn.simulate_messages(500, seed=3)
    cube = log.count("hour", "sender")
    assert cube.is_sparse
    array = numpy.asarray(cube)
    assert array.shape == cube.shape and array.sum() == cube.total() == 500
    assert (array == cube.to_numpy()).all()
    assert cube.sum("hour").to_numpy().tolist() == log.count("sender").to_numpy().tolist()
    assert cube["2023-06-01T10"].dims == ("sender",)
    assert len(cube.to_table(zeros=False)) == cube.nonzero


def test_wide_figures_leave_exactly_or_not_at_all() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 3, "sender": ["FRA"] * 3, "receiver": ["DEU"] * 2 + ["ITA"],
         "size": [2**63 - 1] * 2 + [1]}
    )  # fmt: skip
    cube = log.sum("size", "sender", "receiver")
    assert cube.is_wide
    big = 2**64 - 2
    assert cube["FRA", "DEU"] == big
    assert cube.to_dicts(zeros=False)[0]["size"] == big
    assert cube.top(1)[0]["size"] == big
    assert cube.share("receiver").to_dicts()[0]["share of receiver"] is None
    assert str(big) in (cube.to_csv(zeros=False) or "")
    with pytest.raises(OverflowError, match="do not fit the 64 bits of an array; to_dicts"):
        cube.to_numpy()
    # Back below 64 bits, everything is possible again.
    assert (cube - cube).to_numpy().sum() == 0


def test_what_would_not_fit_is_refused_before_memory_is_taken() -> None:
    log = bcn.simulate_messages(1000, seed=2)
    cube = log.count("second", "sender", "receiver")
    assert cube.is_sparse and cube.total() == 1000
    for way in (cube.to_numpy, cube.to_table, lambda: cube.pivot("second", "sender")):
        with pytest.raises(bcn.TooLargeError, match="ask for fewer or coarser axes"):
            way()
    with pytest.raises(bcn.TooLargeError, match="leave out zeros with zeros=False"):
        cube.to_pandas()
    assert len(cube.to_table(zeros=False)) == 1000
    with pytest.raises(bcn.TooLargeError, match="more than can be numbered"):
        log.count("second", "minute", "hour", "sender", "receiver")


def test_the_core_says_too_large_in_the_words_of_the_package() -> None:
    cube = _core.Cube.from_sparse((1 << 20, 1 << 20), memoryview(b"").cast("Q"),
                                  memoryview(b"").cast("q"))  # fmt: skip
    with pytest.raises(bcn.TooLargeError, match="would not fit in the 1000 bytes of memory"):
        cube.dense(1000)


@lru_cache
def _simulated(seed: int) -> bcn.Cube:
    return bcn.simulate_messages(300, seed=seed).count("sender.region", "kind", "day_of_week")


@settings(max_examples=60)
@given(st.data())
def test_selecting_is_selecting_in_numpy(data: st.DataObject) -> None:
    numpy = pytest.importorskip("numpy")
    cube = _simulated(data.draw(st.integers(0, 3)))
    array = cube.to_numpy()
    key: list[Any] = []
    place: list[Any] = []
    for axis in cube.axes:
        what = data.draw(st.sampled_from(("label", "list", "slice", "all")))
        positions = data.draw(st.lists(st.integers(0, len(axis) - 1), min_size=1, max_size=4))
        if what == "label":
            key.append(axis.labels[positions[0]])
            place.append(positions[0])
        elif what == "list":
            key.append([axis.labels[at] for at in positions])
            place.append(positions)
        elif what == "slice":
            first, last = min(positions), max(positions)
            key.append(slice(axis.labels[first], axis.labels[last]))
            place.append(list(range(first, last + 1)))
        else:
            key.append(slice(None))
            place.append(list(range(len(axis))))
    expected = array
    for number in reversed(range(3)):
        expected = numpy.take(expected, place[number], axis=number)
    answer = cube[tuple(key)]
    if isinstance(answer, int):
        assert answer == int(expected)
    else:
        assert answer.to_numpy().tolist() == expected.tolist()
