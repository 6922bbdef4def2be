"""An access log read as searches, by the adapter that docs/access_log.md shows."""

from __future__ import annotations

import doctest
import gzip
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import interpol_bcn as bcn

PAGE = Path(__file__).resolve().parents[1] / "docs" / "access_log.md"
FORM = "%d/%b/%Y:%H:%M:%S %z"
Adapter = Callable[[Iterable[str], bytes], dict[str, list[Any]]]


class Lines(list[str]):
    """Lines that a failing test does not print: they name clients."""

    def __repr__(self) -> str:
        return f"{len(self):,} lines"


@pytest.fixture(scope="module")
def columns_of() -> Adapter:
    """The adapter as the page has it: its examples up to the first that reads."""
    names: dict[str, Any] = {}
    for example in doctest.DocTestParser().get_examples(PAGE.read_text(encoding="utf-8")):
        exec(compile(example.source, str(PAGE), "exec"), names)
        if "columns_of" in names:
            break
    adapter = names["columns_of"]
    return lambda lines, key: adapter(lines, key)


@pytest.fixture(scope="module")
def lines(shared_data: Path) -> list[str]:
    path = shared_data / "elastic_apache_logs.gz"
    if not path.is_file():
        pytest.skip("the access log is not here (shared/data/elastic_apache_logs.gz)")
    with gzip.open(path, "rt", encoding="utf-8", errors="replace") as file:
        return Lines(file)


@pytest.fixture(scope="module")
def log(lines: list[str], columns_of: Adapter) -> Any:
    return read(columns_of(lines, b"a key"), None)


def read(columns: dict[str, list[Any]], folders: Any) -> Any:
    return bcn.read_searches(
        columns, members="infer", domains={"database": folders}, time_format=FORM, errors="reject"
    )


def line(**parts: str) -> str:
    given = {
        "client": "192.0.2.7", "time": "17/May/2015:10:05:03 +0000",
        "request": "GET /blog/a.html HTTP/1.1", "status": "200",
    } | parts  # fmt: skip
    return '{client} - - [{time}] "{request}" {status} 12 "-" "Browser/1.0"\n'.format(**given)


# Invented lines


@pytest.mark.parametrize(
    ("request_", "folder"),
    [
        ("GET / HTTP/1.1", "front"),
        ("GET /favicon.ico HTTP/1.0", "front"),
        ("GET /blog/a.html HTTP/1.1", "blog"),
        ("GET /blog/a/b/c HTTP/1.1", "blog"),
        ("GET /blog/?page=2 HTTP/1.1", "blog"),
        ("GET /find?in=/blog/ HTTP/1.1", "front"),
        ("GET //blog/a HTTP/1.1", "blog"),
        ("GET /blog/a", "blog"),
        (r"GET /blog/\"a\" HTTP/1.1", "blog"),
        ("OPTIONS * HTTP/1.0", "front"),
    ],
)
def test_the_first_folder_of_the_path_is_what_is_searched(
    columns_of: Adapter, request_: str, folder: str
) -> None:
    assert columns_of([line(request=request_)], b"")["database"] == [folder]


@pytest.mark.parametrize(
    ("status", "hit"), [("100", 0), ("200", 1), ("304", 1), ("399", 1), ("404", 0), ("500", 0)]
)
def test_an_answer_is_a_hit(columns_of: Adapter, status: str, hit: int) -> None:
    columns = columns_of([line(status=status)], b"")
    assert (columns["channel"], columns["hits"]) == ([status], [hit])


BAD = {
    "": "missing",
    "\n": "missing",
    "192.0.2.7 - - [17/May/2015:10:0": "missing",
    line(request="-"): "missing",
    line(request=r"\x16\x03\x01"): "missing",
    line(status="-"): "missing",
    line(time="31/Apr/2015:10:05:03 +0000"): "not a time",
    line(time="17/Mai/2015:10:05:03 +0000"): "not a time",
    line(request="GET /other/a HTTP/1.1"): "unknown label",
}


def test_every_bad_line_is_refused_with_its_number_and_nothing_of_its_client(
    columns_of: Adapter,
) -> None:
    given = [part for bad in BAD for part in (line(), bad)]
    log = read(columns_of(given, b"k"), ["front", "blog"])
    log.account.check()
    assert (log.seen, log.accepted, log.rejected.count) == (2 * len(BAD), len(BAD), len(BAD))
    rows = log.rejected.rows.to_dicts()
    assert [row["row"] for row in rows] == list(range(2, 2 * len(BAD) + 1, 2))
    assert [row["reason"] for row in rows] == list(BAD.values())
    assert "192.0.2.7" not in str(rows)


def test_a_client_is_hashed_with_the_key_and_never_shown(columns_of: Adapter) -> None:
    given = [line(), line(client="192.0.2.8"), line()]
    columns = columns_of(given, b"one")
    first, second, third = columns["bureau"]
    assert first == third != second
    assert columns_of(given, b"two")["bureau"][0] != first
    assert "192.0.2" not in str(columns)


# The real one: how it was counted is in the README of the data


def test_every_line_is_seen_and_the_one_without_its_last_quote_is_read(
    log: Any, lines: list[str]
) -> None:
    log.account.check()
    assert log.seen == len(lines) == 10_000
    assert (log.accepted, log.rejected.count, log.duplicates) == (10_000, 0, 0)
    assert sum(not text.rstrip("\n").endswith('"') for text in lines) == 1


def test_the_answers_are_as_counted_elsewhere(log: Any) -> None:
    counts = log.count("channel")
    assert [counts[status] for status in ("200", "304", "404", "301")] == [9126, 445, 213, 164]
    assert counts.total() == 10_000
    refused = sum(counts[status] for status in log.domains["channel"].labels if status >= "400")
    assert log.sum("hits").total() == 10_000 - refused
    assert len(log.domains["bureau"]) == 1753
    assert log.count("bureau").total() == 10_000


def test_times_in_no_order_make_the_profile_that_the_text_has(log: Any, lines: list[str]) -> None:
    stamps = [text.split("[", 1)[1] for text in lines]  # 17/May/2015:10:05:03 +0000]
    moments = [(int(one[:2]), int(one[12:14]), int(one[15:17]), int(one[18:20])) for one in stamps]
    assert sum(after < before for before, after in pairwise(moments)) == 4915
    profile = log.count("hour_of_day")
    expected = Counter(f"{moment[1]:02}" for moment in moments)
    assert profile.total() == 10_000
    assert {row["hour_of_day"]: row["searches"] for row in profile.to_dicts()} == dict(expected)
    days = log.count("day").to_dicts()
    by_day = Counter(f"2015-05-{moment[0]}" for moment in moments)
    assert {row["day"]: row["searches"] for row in days} == dict(by_day)


def test_folders_outside_a_closed_list_are_refused_and_counted(
    log: Any, lines: list[str], columns_of: Adapter
) -> None:
    known = ["front", "presentations", "blog", "images", "files"]
    closed = read(columns_of(lines, b"a key"), known)
    closed.account.check()
    every = {row["database"]: row["searches"] for row in log.count("database").to_dicts()}
    others = {name: count for name, count in every.items() if name not in known and count}
    assert 0 < sum(others.values()) == closed.rejected.count
    refused = closed.rejected.by("reason", "value").to_dicts()
    assert {row["value"]: row["rows"] for row in refused} == others
    assert {row["reason"] for row in refused} == {"unknown label"}
    assert [closed.count("database")[name] for name in known] == [every[name] for name in known]


def test_a_line_cut_short_is_refused_and_the_others_stay(
    lines: list[str], columns_of: Adapter
) -> None:
    cut = Lines(text if at % 100 else text[:40] for at, text in enumerate(lines))
    log = read(columns_of(cut, b"a key"), None)
    assert (log.seen, log.accepted, log.rejected.count) == (10_000, 9_900, 100)
    assert log.rejected.by("reason").to_dicts() == [{"reason": "missing", "rows": 100}]
