"""Tables that answer instead of rows: the same cubes, to the byte and to the word."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn import _core, _keeping, _rollup_tables
from interpol_bcn._rollup import LIMITS, Limits, Rollup
from interpol_bcn._rollup_tables import Held
from tests import test_count as asked

MANY = 10**9  # as if a log had so many rows that every table pays
EVERYTHING = LIMITS._replace(walk=8)


@pytest.fixture(autouse=True, scope="module")
def every_way() -> Iterator[None]:
    """Let the small tables of these tests be walked in every way that large ones are."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_rollup_tables, "_LEAN", 0)
        patch.setattr(_rollup_tables, "_LEAN_SHARE", 0)
        yield


def rolled(log: Any, limits: Limits = EVERYTHING, rows: int = MANY) -> Any:
    """The same log with tables, however few rows it has."""
    made = log.with_rollup(False)
    made._rollup = Rollup(made, limits, rows)
    return made


def ask(log: Any, call: str, *args: Any, **options: Any) -> Any:
    try:
        return getattr(log, call)(*args, **options)
    except (ValueError, OverflowError, MemoryError, LookupError) as error:
        return type(error), str(error)


def assert_same(mine: Any, theirs: Any) -> None:
    """Everything that an answer says, its form in memory included."""
    if isinstance(theirs, tuple):
        assert mine == theirs
        return
    mine.check()
    assert mine == theirs and mine.equal(theirs) and type(mine) is type(theirs)
    for name in ("shape", "is_sparse", "is_wide", "nbytes", "measure", "unit", "period", "tz",
                 "filters", "facts"):  # fmt: skip
        assert getattr(mine, name) == getattr(theirs, name), name
    assert all(a.same(b) and a.stated == b.stated
               for a, b in zip(mine.axes, theirs.axes, strict=True))  # fmt: skip
    assert mine.note() == theirs.note() and mine.explain() == theirs.explain()
    if not mine.is_wide:
        cells = [bytes(memoryview(part)) for part in (mine.dense(), theirs.dense())]
        assert cells[0] == cells[1]


@settings(max_examples=50)
@given(st.data())
def test_every_question_has_one_answer_both_ways(data: st.DataObject) -> None:
    rows = data.draw(asked.logs())
    weighted = data.draw(st.booleans())
    for row in rows if weighted else ():
        row["messages"] = data.draw(st.integers(0, 9))
    log = asked.read(rows, data.draw(st.sampled_from((asked.SMALL, asked.LARGE))))
    limits = data.draw(st.sampled_from((EVERYTHING, EVERYTHING._replace(base=40, scattered=30),
                                        LIMITS._replace(bytes=2000))))  # fmt: skip
    tables = rolled(log, limits)
    log = log.with_rollup(False)
    for _ in range(3):
        name, tz = data.draw(st.sampled_from(list(asked.ZONES.items())))
        axes = data.draw(st.lists(st.sampled_from(asked.AXES), max_size=3, unique=True))
        where, _ = data.draw(asked.filters(tz))
        if data.draw(st.booleans()):
            part = data.draw(st.sampled_from(("2023-05", ("2023-04", "2023-07"), "2023-Q3",
                                              ("2023-04-07", "2023-08-01T05:00"))))  # fmt: skip
            where["sent_at"] = part
        options = {"where": where, "tz": name}
        for _ in range(2):  # the second answer is a kept one
            assert_same(ask(tables, "count", *axes, **options), ask(log, "count", *axes, **options))
            assert_same(ask(tables, "sum", "size", *axes, **options),
                        ask(log, "sum", "size", *axes, **options))  # fmt: skip
    assert tables._rollup.nbytes >= 0
    assert tables._rollup._bytes <= limits.bytes


DATED = bcn.Domain(
    ["A", "B", "not stated"],
    bloc={"A": [(None, "east"), ("2023-02-01", "west")], "B": "east", "not stated": None},
)


def some(count: int = 400, **more: Any) -> dict[str, Any]:
    return {
        "sent_at": [f"2023-{1 + i * 7 % 4:02}-{1 + i % 28:02}T{i % 24:02}:30Z"
                    for i in range(count)],
        "sender": [["A", "B", "not stated"][i % 3] for i in range(count)],
        "receiver": [["B", "A"][i % 2] for i in range(count)],
        "kind": [[None, "not stated", "request"][i % 5 % 3] for i in range(count)],
        "message_id": [f"m{i // 2}" for i in range(count)],
        **more,
    }  # fmt: skip


def test_a_label_that_says_not_stated_dated_tables_and_units() -> None:
    log = bcn.read_messages(some(), members=DATED)
    tables = rolled(log)
    for axes, options in [
        (("sender.bloc",), {}),
        (("sender.bloc",), {"asof": "2023-01"}),
        (("sender.bloc", "month"), {"where": {"kind": None}}),
        (("kind",), {"where": {"kind": bcn.Not("not stated")}}),
        (("sender",), {"unit": "message"}),
        (("month",), {"unit": "message"}),
        (("sender", "sender.bloc", "kind"), {}),
        (("quarter", "month_of_year", "year"), {}),
        (("hour_of_day",), {"where": {"month": ["2023-01", "2023-03"]}}),
        (("hour",), {"tz": "Europe/Paris", "where": {"sent_at": bcn.last("2 months")}}),
        (("month",), {"where": {"sent_at": ("2030", "2031")}}),
        ((), {}),
    ]:
        for _ in range(2):
            assert_same(tables.count(*axes, **options), log.count(*axes, **options))
    flow = tables.flow(where={"sent_at": "2023-01"})
    assert_same(flow, log.flow(where={"sent_at": "2023-01"}))
    assert tables.coverage == log.coverage and repr(tables) == repr(log)


def test_another_table_over_labels_does_not_get_the_old_answers() -> None:
    tables = rolled(bcn.read_messages(some(), members=DATED))
    first = tables.with_table("purpose", {"request": "one"}, column="kind")
    assert first.count("kind.purpose")["one"] == first.count("kind")["request"]
    second = first.with_table("purpose", {"not stated": "one"}, column="kind")
    rows = second.with_rollup(False)
    assert_same(second.count("kind.purpose"), rows.count("kind.purpose"))
    assert [one.core for one in first._rollup.tables] == [one.core for one in second._rollup.tables]
    assert not second._rollup._answers or second._rollup._answers != first._rollup._answers


def test_times_that_are_not_stated_and_other_times() -> None:
    log = bcn.read_notices({
        "issued_at": ["2022-03-01", "2023-01-15", "2023-01-31", "2023-05-02"] * 30,
        "requester": ["FRA", "DEU", "ITA"] * 40, "colour": ["red", "blue"] * 60,
        "closed_at": [None, "2023-02-01", "2023-03-05", None] * 30,
    })  # fmt: skip
    tables = rolled(log)
    for verb in ("opened", "closed"):
        for axes in (("year",), ("month", "colour"), ("week",)):
            assert_same(getattr(tables, verb)(*axes), getattr(log, verb)(*axes))
    for where in ({"closed_at": (None, None)}, {"closed_at": ("2023-02", None)},
                  {"closed_at.month": "not stated"}):  # fmt: skip
        assert_same(tables.count("colour", where=where), log.count("colour", where=where))
    assert tables.valid().to_dicts() == log.valid().to_dicts()


def test_a_log_shows_its_tables_and_small_ones_have_none() -> None:
    small = bcn.read_messages(some(), members=DATED)
    assert len(small.rollup) == 0 and small._rollup is None
    log = bcn.simulate_messages(140_000, seed=3)
    shown = log.rollup
    assert shown["table"].tolist()[0].startswith("month × ")
    assert shown.note is not None and "ms where reading ended" in shown.note
    assert sum(shown["bytes"]) <= log._rollup.nbytes
    assert log.count("month", "sender.region", "kind").total() == 140_000
    assert sum(log.rollup["asked"]) > sum(shown["asked"])
    plain = log.with_rollup(False)
    assert len(plain.rollup) == 0 and plain.with_rollup()._rollup is not None
    assert_same(log.count("quarter", "sender"), plain.count("quarter", "sender"))
    assert LIMITS.rows == _keeping._ROWS


def test_reading_can_leave_them_out() -> None:
    columns = bcn.simulate_messages(140_000, seed=3).to_arrow()
    assert len(bcn.read_messages(columns, rollup=False).rollup) == 0
    assert len(bcn.read_messages(columns).rollup) > 0


def test_memory_stays_within_its_bound() -> None:
    limits = EVERYTHING._replace(base=1, bytes=6000)
    tables = rolled(bcn.read_messages(some(), members=DATED), limits)
    for day in range(1, 28):
        tables.count("day", "kind", where={"sent_at": (f"2023-01-{day:02}", None)})
        held = sum(one.core.nbytes for one in tables._rollup._tables)
        answers = sum(core.nbytes for core in tables._rollup._answers.values())
        assert tables._rollup._bytes == held + answers <= limits.bytes
    tables._rollup.forget()
    assert tables._rollup._bytes == sum(one.core.nbytes for one in tables._rollup._tables)


def test_threads_that_ask_one_log_agree() -> None:
    log = bcn.read_messages(some(), members=DATED)
    questions = [(axes, kind) for axes in (("month",), ("day", "sender"), ("sender", "receiver"),
                                           ("week", "kind"), ("hour_of_day",))
                 for kind in (None, "request", ["request", None])]  # fmt: skip
    expected = [log.count(*axes, where=None if kind is None else {"kind": kind})
                for axes, kind in questions]  # fmt: skip
    tables = rolled(log, EVERYTHING._replace(base=1, bytes=20_000))

    def work(turn: int) -> bool:
        order = [(turn * 7 + i) % len(questions) for i in range(len(questions))]
        return all(
            tables.count(*questions[i][0],
                         where=None if questions[i][1] is None else {"kind": questions[i][1]})
            == expected[i]
            for i in order
        )  # fmt: skip

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(40)))
    kept = [(one.dims, one.measure) for one in tables._rollup._tables]
    assert len(kept) == len(set(kept))


def test_the_core_refuses_routes_that_make_no_sense() -> None:
    from array import array

    cube = _core.Cube.from_cells([2, 3], array("q", range(6)))
    assert cube.map([1, 0], [2]).item(1) == 12
    assert cube.map([array("Q", [2**64 - 1, 0]), array("Q", [1, 0, 1])], [2]).item(1) == 8
    wrong: list[tuple[list[Any], list[int]]] = [
        ([1], [2]), ([1, 0, 0], [2]), ([array("Q", [1]), 0], [2]),
        ([array("I", [1, 2]), 0], [2]), ([1, 0], [1] * 17), ([7, 0], [2]),
    ]  # fmt: skip
    for routes, shape in wrong:
        with pytest.raises(ValueError):
            cube.map(routes, shape)
    for edges, clocks in [(array("q"), []), (array("q", [2, 1]), []), (array("i", [1, 2]), []),
                          (array("q", [1, 2]), [(array("q", [1]), 1, 1)])]:  # fmt: skip
        with pytest.raises(ValueError):
            _core.roll_times(edges, False, clocks, [])
    assert isinstance(Held(cube, [], -1, 0.0, True).core, _core.Cube)
