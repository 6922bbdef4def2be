"""What rows must agree on, times that need not be stated, and texts that state nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn._options import Options, ReadingOptions
from interpol_bcn.logs import Log
from interpol_bcn.reading import Reading
from interpol_bcn.schema import Field, Rule, Schema

CASES = Schema(
    record="cases",
    fields=(
        Field("opened_at", "time", required=True),
        Field("bureau", "label", required=True, domain="bureaus"),
        Field("kind", "label"),
        Field("closed_at", "time"),
        Field("part", "integer", least=0),
        Field("cases", "integer", least=0),
        Field("number", "id"),
    ),
    time="opened_at",
    weight="cases",
    rules=(
        Rule("order", "part", "cases", 1),
        Rule("order", "opened_at", "closed_at"),
        Rule("either", "kind", "closed_at"),
    ),
)


def read(source: Any, **options: Any) -> Log:
    return Reading(CASES, Options(**options)).run(source, Log)


def row(**columns: Any) -> dict[str, list[Any]]:
    full = {"opened_at": "2023-01-05", "bureau": "FRA", "kind": "a", **columns}
    return {name: [value] for name, value in full.items()}


def refusals(log: Log) -> list[tuple[Any, ...]]:
    names = ("row", "column", "reason", "value")
    return [tuple(line[name] for name in names) for line in log.rejected.rows]


def test_a_row_that_breaks_a_rule_is_refused_with_its_value() -> None:
    log = read(row(part=3, cases=2), errors="reject")
    assert refusals(log) == [(1, "part", "contradicts another column", "3")]
    assert (log.seen, log.accepted, log.rejected.count) == (1, 0, 1)
    with pytest.raises(bcn.InputError, match=r"row 1, column 'part'.*contradicts another column"):
        read(row(part=3, cases=2))


def test_a_rule_compares_with_its_default_where_the_other_is_not_in_the_source() -> None:
    assert len(read(row(part=1, cases=None))) == 1
    assert refusals(read(row(part=2), errors="reject")) == [
        (1, "part", "contradicts another column", "2")
    ]


def test_times_are_in_order_or_open() -> None:
    assert len(read(row(closed_at="2023-01-05"))) == 1
    assert len(read(row(closed_at=None))) == 1
    log = read(row(closed_at="2023-01-04"), errors="reject")
    assert refusals(log) == [(1, "opened_at", "contradicts another column", "2023-01-05T00:00:00Z")]


def test_one_of_two_columns_has_to_be_stated() -> None:
    assert len(read(row(kind=None, closed_at="2023-02-01"))) == 1
    log = read(row(kind=None, closed_at=None), errors="reject")
    assert refusals(log) == [(1, "kind", "missing", None)]


def test_a_fault_of_a_column_comes_before_a_rule() -> None:
    log = read(row(bureau="Frnace", part=9), errors="reject")
    assert refusals(log) == [(1, "bureau", "unknown label", "Frnace")]


_days = st.integers(0, 40).map(lambda n: str(dt.date(2023, 1, 1) + dt.timedelta(days=n)))
_rows = st.lists(
    st.tuples(
        _days,
        st.none() | _days,
        st.none() | st.integers(0, 4),
        st.none() | st.integers(0, 4),
        st.sampled_from(["a", "b", None]),
    ),
    min_size=1,
    max_size=30,
)


def _kept(rows: list[Any]) -> list[Any]:
    return [
        one
        for one in rows
        if (one[2] is None or one[2] <= (4 if one[3] is None else one[3]))
        and (one[1] is None or one[0] <= one[1])
        and not (one[4] is None and one[1] is None)
    ]


@given(_rows)
def test_rules_keep_the_rows_that_a_plain_loop_keeps(rows: list[Any]) -> None:
    opened, closed, part, cases, kind = (list(column) for column in zip(*rows, strict=True))
    columns = {
        "opened_at": opened, "bureau": ["FRA"] * len(rows), "kind": kind, "closed_at": closed,
        "part": part, "cases": cases,
    }  # fmt: skip
    log = read(columns, errors="reject")
    kept = _kept(rows)
    assert (log.accepted, log.rejected.count) == (len(kept), len(rows) - len(kept))
    # Axes over times that need not be stated.
    by_month: dict[str, int] = {}
    for one in kept:
        key = "not stated" if one[1] is None else one[1][:7]
        by_month[key] = by_month.get(key, 0) + (one[3] or 0)
    if kept:
        cube = log.count("closed_at.month")
        assert {m: n for m, n in by_month.items() if n} == {
            line["closed_at.month"]: line["cases"] for line in cube.to_dicts() if line["cases"]
        }
        assert cube.coords["closed_at.month"][-1] == "not stated"
        rows_of = [one for one in kept if one[1] is not None and one[1] >= "2023-01-15"]
        ranged = log.count(where={"closed_at": ("2023-01-15", "2024")}).total()
        assert ranged == sum(one[3] or 0 for one in rows_of)
        unstated = log.count(where={"closed_at.year": None}).total()
        assert unstated == by_month.get("not stated", 0)


def test_a_range_over_everything_leaves_out_what_is_not_stated() -> None:
    columns = {
        "opened_at": ["2023-01-01"] * 3, "bureau": ["FRA"] * 3, "kind": ["a"] * 3,
        "closed_at": [None, "2023-02-01", "2023-03-01"],
    }  # fmt: skip
    log = read(columns)
    assert log.count(where={"closed_at": ("2020", "2030")}).total() == 2
    assert log.count(where={"closed_at": bcn.Not(("2023-02", "2023-03"))}).total() == 1
    assert log.to_arrow()["closed_at"].null_count == 1


def test_texts_that_say_nothing_are_missing_in_every_kind_of_column(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(
        "opened_at,bureau,kind,closed_at,part,cases,number\n"
        "2023-01-01,NA,NA,2023-02-01,-1,5,0\n"
        "2023-01-02,--,a,.,1,5,17\n"
        '2023-01-03,FRA,a,".",0,.,NA\n'
    )
    missing = {"bureau": "--", "kind": ["NA"], "closed_at": ".", "part": "-1", "cases": ["."],
               "number": ["0", "NA"]}  # fmt: skip
    for source in (path, _columns(path)):
        log = read(source, missing=missing, errors="reject")
        assert [one[:3] for one in refusals(log)] == [(2, "bureau", "missing")]
        assert log.count("bureau")["NAM"] == 5  # NA is Namibia where nobody says otherwise
        assert log.count("kind")["not stated"] == 5
        assert log.sum("part").total() == 0
        table = log.to_arrow()
        assert [table[name].null_count for name in ("closed_at", "part", "cases")] == [1, 1, 1]
        assert table["number"].null_count == 2


def _columns(path: Path) -> dict[str, list[str]]:
    import csv

    with path.open() as lines:
        rows = list(csv.DictReader(lines))
    return {name: [line[name] for line in rows] for name in rows[0]}


def test_missing_texts_are_texts_of_columns_there_are() -> None:
    with pytest.raises(bcn.QueryError, match="missing: cases have no column 'bureu'"):
        read(row(), missing={"bureu": "x"})
    with pytest.raises(bcn.QueryError, match="give a text or a list of texts"):
        read(row(), missing={"bureau": [1]})


def test_records_counted_in_one_way_take_no_unit() -> None:
    with pytest.raises(bcn.QueryError, match="cases are counted in one way, without unit="):
        read(row()).count(unit="message")


def test_help_names_every_option_with_its_default() -> None:
    from inspect import signature

    shown = signature(bcn.read_messages).parameters
    assert list(ReadingOptions.__annotations__) == list(Options._fields)
    assert [name for name in shown if name != "source"] == list(Options._fields)
    assert shown["errors"].default == "raise"
