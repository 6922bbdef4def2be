"""Counting and adding up: against the slow twin, and against other engines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference import asking, calendar

BUREAUS = ("A", "B", "C", "D", "E")
TABLES = {
    "bloc": {"A": "north", "B": "south", "C": None, "D": "north", "E": "east"},
    "large": {"A": "yes", "B": "no", "C": "no", "D": "yes", "E": "yes"},
}
SMALL = bcn.Domain(BUREAUS, **TABLES)
# The same bureaus first, among so many that codes need two bytes.
LARGE = bcn.Domain(
    [*BUREAUS, *(f"x{number}" for number in range(300))],
    bloc={**TABLES["bloc"], **{f"x{number}": None for number in range(300)}},
    large={**TABLES["large"], **{f"x{number}": "no" for number in range(300)}},
)
KINDS = ("diffusion", "reply", "request")
ZONES: dict[str, tzinfo] = {
    "UTC": UTC,
    "Europe/Paris": ZoneInfo("Europe/Paris"),
    "America/New_York": ZoneInfo("America/New_York"),
    "Asia/Kathmandu": ZoneInfo("Asia/Kathmandu"),
    "Australia/Lord_Howe": ZoneInfo("Australia/Lord_Howe"),
    "+05:30": timezone(timedelta(hours=5, minutes=30)),
}
START = datetime(2023, 3, 20, tzinfo=UTC)
LENGTH = timedelta(days=250)
AXES = (
    "sender", "sender.bloc", "sender.large", "receiver", "receiver.bloc", "kind", "year",
    "quarter", "month", "week", "day", "hour", "month_of_year", "day_of_week", "hour_of_day",
    "hour_of_week",
)  # fmt: skip

moments = st.builds(
    lambda part, second: START + timedelta(seconds=int(part * LENGTH.total_seconds()) + second),
    st.floats(0, 1),
    st.integers(0, 3),
) | st.sampled_from(
    [
        datetime(2023, 3, 26, 0, 59, 59, tzinfo=UTC),
        datetime(2023, 3, 26, 1, 0, tzinfo=UTC),
        datetime(2023, 10, 29, 0, 30, tzinfo=UTC),
        datetime(2023, 10, 29, 1, 0, tzinfo=UTC),
        datetime(2023, 11, 5, 6, 0, tzinfo=UTC),
        datetime(2023, 10, 1, 15, 45, tzinfo=UTC),
    ]
)


@st.composite
def logs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows of messages, sorted by time or not."""
    row = st.fixed_dictionaries(
        {
            "sent_at": moments,
            "sender": st.sampled_from(BUREAUS),
            "receiver": st.sampled_from(BUREAUS),
            "kind": st.sampled_from((*KINDS, None)),
            "size": st.none() | st.integers(0, 2**40) | st.sampled_from((0, 1, 2**63 - 1)),
        }
    )
    rows = draw(st.lists(row, min_size=1, max_size=60))
    if draw(st.booleans()):
        rows.sort(key=lambda one: one["sent_at"])
    return rows


def read(rows: list[dict[str, Any]], members: bcn.Domain = SMALL, **options: Any) -> bcn.Log:
    """Read rows as messages of the test's domain."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    columns["sent_at"] = [time.isoformat() for time in columns["sent_at"]]
    return bcn.read_messages(columns, members=members, domains={"kind": KINDS}, **options)


@st.composite
def filters(draw: st.DrawFn, zone: tzinfo) -> tuple[dict[str, Any], list[asking.Keep]]:
    """Some filters, as the package takes them and as functions of a row."""
    where: dict[str, Any] = {}
    keep: list[asking.Keep] = []

    def labels(name: str, choices: tuple[Any, ...]) -> None:
        chosen = draw(st.lists(st.sampled_from(choices), unique=True, max_size=len(choices)))
        outside = draw(st.booleans())
        one = len(chosen) == 1 and draw(st.booleans())
        where[name] = chosen[0] if one else chosen
        if outside:
            where[name] = bcn.Not(where[name])
        said = {asking.NOT_STATED if label is None else label for label in chosen}
        keep.append(lambda row: (asking.label(row, name, zone, TABLES) in said) is not outside)

    def between(name: str, low: Any, high: Any) -> None:
        if low is not None and high is not None and low >= high:
            return
        outside = draw(st.booleans())
        where[name] = bcn.Not((low, high)) if outside else (low, high)

        def kept(row: asking.Row) -> bool:
            value = row[name]
            if value is None:
                return False
            inside = (low is None or low <= value) and (high is None or value < high)
            return inside is not outside

        keep.append(kept)

    for name, choices in (
        ("sender", BUREAUS),
        ("kind", (*KINDS, None)),
        ("receiver.bloc", ("north", "south", "east", None)),
        ("sender.large", ("yes", "no")),
        ("day_of_week", calendar.WEEKDAYS),
        ("hour_of_day", tuple(f"{hour:02}" for hour in range(24))),
    ):
        if draw(st.integers(0, 5)) == 0:
            labels(name, choices)
    if draw(st.integers(0, 3)) == 0:
        between(
            "size",
            draw(st.none() | st.integers(-5, 2**41)),
            draw(st.none() | st.integers(2**20, 2**63 - 1)),
        )
    if draw(st.integers(0, 2)) == 0:
        first, last = sorted((draw(moments), draw(moments)))
        between(
            "sent_at", draw(st.sampled_from((None, first))), draw(st.sampled_from((None, last)))
        )
    return where, keep


def cells(cube: bcn.Cube) -> dict[tuple[str, ...], int]:
    """Every figure of a cube that is not 0, by its labels."""
    table = cube.to_table(zeros=False)
    columns = [table[name].tolist() for name in table.columns]
    return {tuple(row[:-1]): row[-1] for row in zip(*columns, strict=True)}


@settings(max_examples=150)
@given(st.data())
def test_every_figure_is_that_of_the_slow_twin(data: st.DataObject) -> None:
    rows = data.draw(logs())
    name, tz = data.draw(st.sampled_from(list(ZONES.items())))
    axes = data.draw(st.lists(st.sampled_from(AXES), max_size=4, unique=True))
    where, keep = data.draw(filters(tz))
    log = read(rows, data.draw(st.sampled_from((SMALL, LARGE))))

    expected = asking.figures(rows, axes, keep=keep, tz=tz, tables=TABLES)
    cube = log.count(*axes, where=where, tz=name)
    assert cells(cube) == expected
    assert cube.total() == sum(expected.values())
    assert cube.dims == tuple(axes)
    for position in cube.shape:
        assert position >= 0
    cube.check()

    expected = asking.figures(rows, axes, keep=keep, tz=tz, tables=TABLES, measure="size")
    assert cells(log.sum("size", *axes, where=where, tz=name)) == expected


@settings(max_examples=40)
@given(st.data())
def test_the_parts_of_any_split_add_up_to_the_whole(data: st.DataObject) -> None:
    rows = data.draw(logs())
    axes = data.draw(st.lists(st.sampled_from(AXES), max_size=3, unique=True))
    period = ("2023-01", "2024-01")
    whole = read(rows, period=period)
    part = data.draw(st.lists(st.integers(0, 2), min_size=len(rows), max_size=len(rows)))
    groups = [[row for row, at in zip(rows, part, strict=True) if at == n] for n in range(3)]
    parts = [read(group, period=period) for group in groups if group]

    count: Callable[[bcn.Log], bcn.Cube] = lambda log: log.count(*axes)  # noqa: E731
    total: Callable[[bcn.Log], bcn.Cube] = lambda log: log.sum("size", *axes)  # noqa: E731
    for ask in (count, total):
        answers = [ask(log) for log in parts]
        merged = answers[0]
        for answer in answers[1:]:
            merged = merged + answer
        assert merged == ask(whole)
        assert (ask(whole) - merged).nonzero == 0


@settings(max_examples=40)
@given(st.data())
def test_a_filter_and_its_opposite_make_the_whole(data: st.DataObject) -> None:
    rows = data.draw(logs())
    log = read(rows)
    value = data.draw(st.sampled_from(["A", ["A", "C"], [], ["B", "D", "E"]]))
    inside = log.count("receiver", "kind", where={"sender": value})
    outside = log.count("receiver", "kind", where={"sender": bcn.Not(value)})
    assert inside + outside == log.count("receiver", "kind")


@settings(max_examples=40)
@given(st.data())
def test_a_message_to_several_is_counted_once_in_every_cell(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 40))
    rows = [
        {
            "sent_at": START + timedelta(days=number % 3),
            "sender": data.draw(st.sampled_from("ABC")),
            "receiver": BUREAUS[number % 5],
            "kind": None,
            "message_id": data.draw(st.none() | st.integers(1, 6)),
        }
        for number in range(count)
    ]
    # One message is one sender's, at one time, once to each receiver.
    first: dict[Any, dict[str, Any]] = {}
    kept = []
    for row in rows:
        key = row["sender"], row["message_id"]
        if row["message_id"] is not None:
            row["sent_at"] = first.setdefault(key, row)["sent_at"]
            if any((*key, row["receiver"]) == (r["sender"], r["message_id"], r["receiver"])
                   for r in kept):  # fmt: skip
                continue
        kept.append(row)
    if all(row["message_id"] is None for row in kept):
        kept[0]["message_id"] = 1
    log = read(kept)
    for axes in ((), ("sender",), ("receiver",), ("sender", "day")):
        expected = asking.distinct(kept, axes, tz=UTC, tables=TABLES)
        assert cells(log.count(*axes, unit="message")) == expected
    by_default = read(kept, unit="message")
    assert by_default.total == log.count(unit="message").total()
    assert log.count(unit="message").unit == "messages, each once"


def test_rows_that_stand_for_several_count_as_many() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05", "2023-01-06"], "sender": ["FRA", "FRA"],
         "receiver": ["DEU", "ITA"], "messages": [1500, 2], "size": [10, 20]}
    )  # fmt: skip
    assert (len(log), log.total) == (2, 1502)
    assert log.count("receiver")["DEU"] == 1500
    # A measure is its row's total: never multiplied by the weight.
    assert log.sum("size").total() == 30
    assert repr(log).startswith("1,502 messages in 2 rows, ")


def test_sums_beyond_64_bits_are_exact() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 4, "sender": ["FRA"] * 3 + ["DEU"],
         "receiver": ["DEU"] * 3 + ["FRA"], "size": [2**63 - 1] * 3 + [7]}
    )  # fmt: skip
    cube = log.sum("size", "sender")
    assert cube["FRA"] == 3 * (2**63 - 1)
    assert cube.total() == 3 * (2**63 - 1) + 7
    assert {row["sender"]: row["size"] for row in cube.to_dicts(zeros=False)} == {
        "FRA": 3 * (2**63 - 1), "DEU": 7,
    }  # fmt: skip
    assert cube.share().to_dicts()[0]["share"] == 0.0


def test_the_greatest_number_is_within_an_open_range() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 3, "sender": ["FRA"] * 3, "receiver": ["DEU"] * 3,
         "size": [2**63 - 1, 0, None]}
    )  # fmt: skip
    for where, expected in (
        ((None, None), 2),
        ((1, None), 1),
        ((2**63 - 1, 2**63), 1),
        (2**63 - 1, 1),
        ((None, 2**63 - 1), 1),
        (bcn.Not((1, None)), 1),
        (bcn.Not((None, None)), 0),
        ((2**63, None), 0),
        (bcn.Not((2**63, None)), 2),
        ((-(2**70), 2**70), 2),
    ):
        assert log.count(where={"size": where}).total() == expected, where


@pytest.mark.parametrize("sizes", [[9, 0, 4, 70_000], [5, 5, 1, 2], [0, 4, 9, 70_000]])
def test_a_range_of_numbers_holds_in_any_order_of_rows(sizes: list[int]) -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 4, "sender": ["FRA"] * 4, "receiver": ["DEU"] * 4,
         "size": sizes}
    )  # fmt: skip
    for low in (None, 0, 1, 5, 9):
        for high in (None, 2, 5, 10, 70_000):
            if low is None or high is None or low < high:
                kept = sum((low or 0) <= size < (high or 2**70) for size in sizes)
                assert log.count(where={"size": (low, high)}).total() == kept
                assert log.count(where={"size": bcn.Not((low, high))}).total() == 4 - kept


def test_the_last_months_are_those_of_the_period() -> None:
    days = [f"2023-{month:02}-15" for month in range(1, 13)]
    log = bcn.read_messages(
        {"sent_at": days, "sender": ["FRA"] * 12, "receiver": ["DEU"] * 12},
        period=("2023", "2024"),
    )
    cube = log.count("month", where={"sent_at": bcn.last("3 months")})
    assert list(cube.coords["month"]) == ["2023-10", "2023-11", "2023-12"]
    assert cube.to_numpy().tolist() == [1, 1, 1]
    assert cube.note().startswith("2023-10-01 .. 2023-12-31 UTC; sent_at in ")


def test_a_range_of_times_cuts_calendar_axes_and_no_range_fills_them() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05", "2023-12-30"], "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2}
    )
    assert log.count("month").shape == (12,)
    assert log.count("month", where={"sent_at": ("2023-03", "2023-06")}).shape == (3,)
    assert log.count("month", where={"sent_at": "2023-02"}).shape == (1,)
    # A filter on labels never changes the shape.
    assert log.count("month", where={"month": "2023-02"}).shape == (12,)
    assert log.count("month", where={"sent_at": bcn.Not("2023-02")}).shape == (12,)
    # Nothing lies outside the period: no position, no figure, no error.
    outside = log.count("month", where={"sent_at": "2031"})
    assert (outside.shape, outside.total(), outside.to_dicts()) == ((0,), 0, [])
    assert outside.to_numpy().tolist() == []
    assert log.count("sender", where={"sent_at": "2031"}).shape == (221,)


def test_shapes_do_not_depend_on_what_was_stated() -> None:
    base = {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2}
    kinds = {"kind": ["request", "reply"]}
    for values in (["request", "reply"], ["request", None], [None, None]):
        log = bcn.read_messages({**base, "kind": values}, domains=kinds)
        cube = log.count("kind")
        assert list(cube.coords["kind"]) == ["request", "reply", "not stated"]
        assert cube[None] == cube["not stated"] == values.count(None)


def test_a_range_of_numbers_keeps_them_in_any_order() -> None:
    sizes = [0, 1, 0, 2, 0]
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 5, "sender": ["FRA"] * 5, "receiver": ["DEU"] * 5,
         "size": sizes}
    )  # fmt: skip
    assert log.count(where={"size": (0, 1)}).total() == 3
    assert log.count(where={"size": bcn.Not((0, 1))}).total() == 2


def test_a_column_in_which_nothing_was_stated_is_one_position() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"], "sender": ["FRA"], "receiver": ["DEU"], "kind": [None]}
    )
    assert "kind" in log.axes
    assert log.count("kind").to_dicts() == [{"kind": "not stated", "messages": 1}]
    assert log.count("kind", where={"kind": None}).total() == 1
    assert log.count(where={"kind": bcn.Not(None)}).total() == 0


def test_not_stated_written_out_is_not_stated() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 4, "sender": ["FRA"] * 4, "receiver": ["DEU"] * 4,
         "kind": ["request", "not stated", None, "abc"]}
    )  # fmt: skip
    cube = log.count("kind")
    assert {row["kind"]: row["messages"] for row in cube.to_dicts()} == {
        "abc": 1, "request": 1, "not stated": 2,
    }  # fmt: skip
    assert cube["request"] == 1
    assert log.count(where={"kind": None}).total() == 2
    assert log.count(where={"kind": "request"}).total() == 1


def test_dates_without_hours_answer_days_but_not_hours() -> None:
    log = bcn.read_messages({"sent_at": ["2023-01-05"], "sender": ["FRA"], "receiver": ["DEU"]})
    assert log.dates_only
    assert log.count("day", "week", "year").total() == 1
    assert "hour" not in log.axes and "day_of_week" in log.axes


def test_an_empty_log_answers() -> None:
    log = bcn.read_messages({"sent_at": [], "sender": [], "receiver": []})
    assert repr(log) == "0 messages, no rows"
    assert log.count().total() == 0
    assert log.count("sender").shape == (221,)
    assert log.count("month").shape == (0,)
    assert log.flow().quantities()["messages"] == 0
    assert log.flow().density() == 0.0
    given = bcn.read_messages(
        {"sent_at": [], "sender": [], "receiver": []}, period=("2023", "2024")
    )
    assert given.count("month").shape == (12,)


def test_a_log_without_times_answers_what_needs_none() -> None:
    log = bcn.read_messages(
        {"sender": ["FRA", "ISR"], "receiver": ["DEU", "FRA"]}, only=["sender", "receiver"]
    )
    assert repr(log) == "2 messages, without times, 3 of 196 members"
    assert "month" not in log.axes
    # Without a period, tables and members are those of now.
    assert log.count("sender.region")["Europe"] == 2
    assert len(log.flow().members) == 196


def test_sixteen_axes_are_counted() -> None:
    measures = {"sent_at": ["2023-01-05T10:00Z"], "sender": ["FRA"], "receiver": ["DEU"],
                "kind": ["a"], "priority": ["b"], "crime_area": ["c"], "language": ["d"],
                "channel": ["e"]}  # fmt: skip
    log = bcn.read_messages(measures)
    axes = ["sender.region", "receiver.region", "sender.region5", "receiver.region5", "kind",
            "priority", "crime_area", "language", "channel", "year", "quarter", "month", "week",
            "day", "month_of_year", "day_of_week"]  # fmt: skip
    cube = log.count(*axes)
    assert len(cube.dims) == 16 and cube.total() == 1
    assert [row["messages"] for row in cube.to_dicts(zeros=False)] == [1]
    assert log.count(axes) == cube  # a list of names is as good


def test_a_cached_question_is_told_from_others_that_look_like_it() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05"] * 3, "sender": ["FRA", "DEU", "ITA"], "receiver": ["ESP"] * 3,
         "size": [0, 1, 2]}
    )  # fmt: skip
    assert log.count(where={"size": 1}).total() == 1
    with pytest.raises(bcn.QueryError):
        log.count(where={"size": True})

    class Same:
        """An iterable whose repr says nothing."""

        def __init__(self, *labels: str) -> None:
            self.labels = labels

        def __iter__(self) -> Any:
            return iter(self.labels)

        def __repr__(self) -> str:
            return "Same()"

    assert log.count("sender", where={"sender": Same("FRA")})["FRA"] == 1
    assert log.count("sender", where={"sender": Same("DEU")})["FRA"] == 0
    assert log.count(where={"sender": (name for name in ("FRA", "DEU"))}).total() == 2


def test_dated_tables_are_as_of_the_last_day_or_the_day_asked_for() -> None:
    rows = {"sent_at": ["2005-06-01", "2007-06-01"], "sender": ["ISR"] * 2,
            "receiver": ["FRA"] * 2}  # fmt: skip
    log = bcn.read_messages(rows)
    assert log.count("sender.region")["Europe"] == 2
    before = log.count("sender.region", asof="2006-08")
    assert before["Asia and South Pacific"] == 2
    assert "tables as of 2006-08" in before.note()
    assert before.shape == log.count("sender.region").shape
    # A stretch of the log keeps the tables of the log: so parts add up to the whole.
    first = log.count("sender.region", where={"sent_at": "2005"})
    rest = log.count("sender.region", where={"sent_at": ("2006", None)})
    assert (first + rest).to_dicts() == log.count("sender.region").to_dicts()


def test_pandas_and_duckdb_agree() -> None:
    duckdb, pandas = pytest.importorskip("duckdb"), pytest.importorskip("pandas")
    log = bcn.simulate_messages(20_000, seed=5)
    frame = log_frame(log)
    by = frame.groupby(["sender", "month"]).size()
    mine = cells(log.count("sender", "month"))
    assert mine == {key: int(value) for key, value in by.items()}
    answer = duckdb.sql(
        "select kind, count(*), sum(size) from frame where sender = 'FRA' group by kind"
    ).fetchall()
    where = {"sender": "FRA"}
    counts, sums = log.count("kind", where=where), log.sum("size", "kind", where=where)
    assert {kind: number for kind, number, _ in answer} == {
        key[0]: value for key, value in cells(counts).items()
    }
    assert {kind: int(size) for kind, _, size in answer if size} == {
        key[0]: value for key, value in cells(sums).items()
    }
    assert pandas is not None


def log_frame(log: bcn.Log) -> Any:
    """The rows of a log as pandas sees them, made from its raw columns alone."""
    import numpy
    import pandas

    columns: dict[str, Any] = {}
    for name in ("sender", "receiver", "kind"):
        codes = numpy.asarray(log.column(log.schema.number(name))["values"]).astype(int)
        labels = numpy.array([*log.domains[name].labels, "not stated"], dtype=object)
        columns[name] = labels[numpy.minimum(codes, len(labels) - 1)]
    times = numpy.asarray(log.column(log.schema.number("sent_at"))["values"])
    columns["sent_at"] = pandas.to_datetime(times, unit="us", utc=True)
    columns["month"] = columns["sent_at"].strftime("%Y-%m")
    columns["size"] = numpy.asarray(log.column(log.schema.number("size"))["values"]).astype("int64")
    return pandas.DataFrame(columns)


def test_the_twin_is_used_with_the_tables_of_the_domain() -> None:
    tables: Mapping[str, Any] = SMALL.tables
    assert set(tables) == set(TABLES)
