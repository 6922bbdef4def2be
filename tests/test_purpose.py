"""Label sets of users as axes of a log."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference import compare as twin

ROWS = {
    "sent_at": ["2022-05-01", "2023-01-05", "2023-02-01", "2023-03-01"],
    "sender": ["FRA", "DEU", "FRA", "IPSG"],
    "receiver": ["DEU", "FRA", "ITA", "FRA"],
    "kind": ["request", "reply", "alert", None],
}


@pytest.fixture(scope="module")
def log() -> bcn.MessageLog:
    return bcn.read_messages(ROWS)


def test_a_label_set_is_an_axis_a_filter_and_leaves_the_log_as_it_was(
    log: bcn.MessageLog,
) -> None:
    before = log.count("kind")
    more = log.with_table("purpose", {"request": "work", "reply": "work"}, column="kind")
    assert type(more) is bcn.MessageLog
    assert more.count("kind.purpose").to_dicts() == [
        {"kind.purpose": "work", "messages": 2}, {"kind.purpose": "not stated", "messages": 2},
    ]  # fmt: skip
    assert more.count("sender", where={"kind.purpose": "work"}).total() == 2
    assert "kind.purpose" in more.axes and "kind.purpose" not in log.axes
    with pytest.raises(bcn.QueryError, match=r"no axis 'kind\.purpose'"):
        log.count("kind.purpose")
    assert more.count("kind") == before == log.count("kind")
    assert (more.seen, more.accepted, more.coverage) == (log.seen, log.accepted, log.coverage)
    again = more.with_table("purpose", {"alert": "warning"}, column="kind")
    assert again.count("kind.purpose")["warning"] == 1
    assert more.count("kind.purpose").coords["kind.purpose"] == ("work", "not stated")


def test_a_table_over_bureaus_is_one_of_senders_and_receivers(log: bcn.MessageLog) -> None:
    more = log.with_table("bloc", {"France": "west", "DE": "west"}, column="sender",
                          order=["east", "west"], names={"west": {"fr": "ouest"}})  # fmt: skip
    cube = more.count("sender.bloc", "receiver.bloc")
    assert cube["west", "west"] == 2
    assert cube.axis("sender.bloc").labels == ("east", "west", "not stated")
    assert cube.axis("receiver.bloc").names("fr")[1] == "ouest"
    assert more.flow() == log.flow()


def test_a_dated_set_is_read_from_a_file_as_of_a_day(log: bcn.MessageLog, tmp_path: Path) -> None:
    path = tmp_path / "themes.csv"
    path.write_text("label;value;from;to;source\nrequest;old;;2023;a\nrequest;new;2023-02;;b\n"
                    "REPLY;old;2022;2022-06-01;\n", encoding="utf-8-sig")  # fmt: skip
    for values in (path, str(path), bcn.Table({
        "label": ["request", "request", "reply"], "value": ["old", "new", "old"],
        "from": [None, "2023-02", "2022"], "to": ["2023", None, "2022-06"],
    })):  # fmt: skip
        more = log.with_table("theme", values, column="kind")
        figures = {
            day: more.count("kind.theme", asof=day).to_dicts(zeros=False)
            for day in ("2021", "2022-05", "2023-01", "2023-02")
        }
        assert {day: [(r["kind.theme"], r["messages"]) for r in rows]
                for day, rows in figures.items()} == {
            "2021": [("old", 1), ("not stated", 3)],
            "2022-05": [("old", 2), ("not stated", 2)],
            "2023-01": [("not stated", 4)],
            "2023-02": [("new", 1), ("not stated", 3)],
        }  # fmt: skip


days = st.dates().filter(lambda day: 1950 < day.year < 2050).map(str)


@given(st.lists(days, min_size=2, max_size=8, unique=True), st.lists(days, max_size=6), st.data())
def test_dated_values_are_those_of_the_twin(
    ends: list[str], asked: list[str], data: st.DataObject
) -> None:
    ends.sort()
    spans = [
        (start, stop, data.draw(st.sampled_from(["red", "blue"])))
        for start, stop in pairwise(ends)
        if data.draw(st.booleans())
    ]
    if spans and data.draw(st.booleans()):
        spans[-1] = (spans[-1][0], "", spans[-1][2])
    if spans and data.draw(st.booleans()):
        spans[0] = ("", spans[0][1], spans[0][2])
    given_ = data.draw(st.permutations(spans))
    table = bcn.Table({
        "label": ["request"] * len(given_), "value": [value for _, _, value in given_],
        "from": [start or None for start, _, _ in given_],
        "to": [stop or None for _, stop, _ in given_],
    })  # fmt: skip
    if not spans:
        return
    more = bcn.read_messages(ROWS).with_table("theme", table, column="kind")
    labels, _ = more.domains["kind"].table("theme")
    place = more.domains["kind"].index("request")
    for day in [*asked, *ends]:
        code = more.domains["kind"].table("theme", day)[1][place]
        assert (labels[code] if code >= 0 else None) == twin.value_on(spans, day)


BAD: list[tuple[Any, str]] = [
    ({"requst": "x"}, r"column 'purpose': 'requst': unknown label; did you mean 'request'\?"),
    ({"request": "x", "REQUEST": "y"}, "'REQUEST': two values for one label"),
    ({"request": 5}, "must be a text, None, or a list"),
    ({5: "x"}, "'5': unknown label"),
    (["x"], "a dict, the path of a CSV or a Table"),
    ("label,value\nrequest,x\nreqest,y\n", r"line 3, column 'label': 'reqest': unknown label"),
    ("label,worth\nrequest,x\n", "no column 'value' or 'purpose' for their values. The columns"),
    ("label,value\nrequest\n", "line 2: 1 cells under 2 columns"),
    ("label,value\nrequest,x\nrequest,y\n", "line 3, .*'y': 'request' has two values at once: 'x' "
     "in line 2"),
    ("label,value,from,to\nrequest,x,2023,2022\n", "line 2, column 'to': .* before it begins"),
    ("label,value,from,to\nrequest,x,soon,\n", "line 2, column 'from': 'soon': .* not a day"),
    ("label,value,label\nrequest,x,y\n", "line 1, column 'label': a column named twice"),
    ("label,value\n,x\n", "line 2, column 'label': no label"),
    ("label,value\nrequest,\"x\n", "line 2: unexpected end"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "words"), BAD)
def test_a_bad_set_is_refused_with_its_place(
    log: bcn.MessageLog, values: Any, words: str, tmp_path: Path
) -> None:
    if isinstance(values, str):
        path = tmp_path / "set.csv"
        path.write_text(values, encoding="utf-8")
        values = path
    with pytest.raises((bcn.InputError, bcn.QueryError), match=words):
        log.with_table("purpose", values, column="kind")


def test_labels_of_other_logs_may_be_passed_over(log: bcn.MessageLog) -> None:
    more = log.with_table("purpose", {"request": "x", "diffusion": "y"}, column="kind",
                          unknown="ignore")  # fmt: skip
    assert more.count("kind.purpose").coords["kind.purpose"] == ("x", "not stated")
    with pytest.raises(bcn.QueryError, match='unknown is "raise" or "ignore"'):
        log.with_table("purpose", {}, column="kind", unknown="drop")


def test_a_column_without_labels_has_no_sets(log: bcn.MessageLog) -> None:
    for column, words in (
        ("kimd", "no labels in 'kimd'; did you mean 'kind'"),
        ("sent_at", "no labels in 'sent_at'"),
        ("priority", "no labels in 'priority'"),
    ):
        with pytest.raises(bcn.QueryError, match=words):
            log.with_table("purpose", {}, column=column)
    with pytest.raises(bcn.QueryError, match="a text without a dot"):
        log.with_table("a.b", {}, column="kind")


def test_regions_in_both_splits_and_kinds_of_senders_take_one_call(log: bcn.MessageLog) -> None:
    log = bcn.read_messages({"sent_at": ["2006-08-01"] * 3, "sender": ["ISR", "EGY", "XKX"],
                             "receiver": ["FRA", "IPSG", "HKG"]})  # fmt: skip
    before = log.count("sender.region", "receiver.region", asof="2006-08")
    after = log.count("sender.region", "receiver.region", asof="2006-09")
    assert before["Asia and South Pacific", "Europe"] == 1 == after["Europe", "Europe"]
    both = log.count("sender.region", "sender.region5", asof="2006-08")
    assert both["Africa", "Middle East and North Africa"] == 1
    types = log.count("sender.type", "receiver.type")
    assert types.coords["sender.type"] == ("NCB", "Secretariat", "other body")
    assert (types["NCB", "Secretariat"], types["other body", "NCB"], types["NCB", "NCB"]) == (
        1,
    ) * 3
    assert types.axis("sender.type").names("fr") == [
        "BCN",
        "Secrétariat général",
        "autre organisme",
    ]
    assert bcn.members["France"].value_at("type") == "NCB"


def test_columns_that_happen_to_hold_the_same_labels_stay_apart() -> None:
    log = bcn.read_messages({**ROWS, "priority": ROWS["kind"]})
    more = log.with_table("purpose", {"request": "work"}, column="kind")
    assert more.domains["kind"] != more.domains["priority"] == log.domains["kind"]


def test_a_file_that_is_none_is_refused(log: bcn.MessageLog, tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    with pytest.raises(FileNotFoundError):
        log.with_table("purpose", path, column="kind")
    path.write_bytes(b"label,value\nrequest,caf\xe9\n")
    with pytest.raises(bcn.InputError, match=r"set\.csv: not UTF-8"):
        log.with_table("purpose", path, column="kind")
    path.write_bytes(b"")
    with pytest.raises(bcn.InputError, match="no column 'label' or 'kind' for the labels"):
        log.with_table("purpose", path, column="kind")
    path.write_text('\ufeffkind\tpurpose\n\n"re\nqst"\tx\nreply\ty\n', encoding="utf-8")
    with pytest.raises(bcn.InputError, match="line 3, column 'kind'"):
        log.with_table("purpose", path, column="kind")
    path.write_text("kind\tpurpose\n\nreply\ty\n", encoding="utf-8")
    assert log.with_table("purpose", path, column="kind").count("kind.purpose")["y"] == 1
