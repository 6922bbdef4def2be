"""Logs as files: read again they are the same, and damage is an error in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

import interpol_bcn as bcn
from interpol_bcn import _saved_facts
from tests import strategies

pa = pytest.importorskip("pyarrow")
parquet = pytest.importorskip("pyarrow.parquet")


def same(log: Any, other: Any) -> None:
    """Everything that a log holds and says."""
    assert repr(other) == repr(log) and type(other) is type(log)
    for name in ("schema", "columns", "domains", "period", "period_given", "unit", "dates_only",
                 "seen", "accepted", "duplicates", "coverage", "synthetic", "axes"):  # fmt: skip
        assert getattr(other, name) == getattr(log, name), name
    for name, domain in log.domains.items():
        assert other.domains[name].digest == domain.digest
        assert list(other.domains[name].tables) == list(domain.tables)
    mine, theirs = log.account, other.account
    assert mine._replace(rejected=None) == theirs._replace(rejected=None)
    assert mine.rejected._rows == theirs.rejected._rows
    assert sorted(mine.rejected._accounts) == sorted(theirs.rejected._accounts)
    for name in log.columns if len(log) else ():
        a, b = log.column(log.schema.number(name)), other.column(log.schema.number(name))
        assert (a is None) == (b is None)
        for part in a or ():
            if part in ("values", "stated", "ends", "bytes") and a[part] is not None:
                assert b[part] is not None, (name, part)
                assert bytes(memoryview(a[part])) == bytes(memoryview(b[part])), (name, part)
            else:
                assert a[part] == b[part], (name, part)
    assert other.count().equal(log.count())


def again(log: Any, path: Path, read: Callable[..., Any], **options: Any) -> Any:
    log.save(path)
    return read(path, **options)


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(strategies.tables())
def test_messy_messages_are_the_same_again(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    log = bcn.read_messages(columns, errors="reject", source_tz="Europe/Paris")
    same(log, again(log, tmp_path / "a.parquet", bcn.read_messages))


ODD = bcn.Domain(
    [" A", "NA", "null", "é, b", "not stated"],
    names={"NA": {"en": "Namibia", "fr": "Namibie"}, "null": "Nothing"},
    aliases={"zero": "null", "both": ("NA", "null")}, members=["NA", " A"],
    since={"NA": "1990-03-21"}, until={" A": "2000-01-01"}, refused={"X": "never was"},
    bloc={" A": [(None, "east"), ("2006-09", None)], "NA": "west", "null": None, "é, b": "east",
          "not stated": "none"},
)  # fmt: skip


def test_odd_labels_measures_tables_and_what_no_row_states(tmp_path: Path) -> None:
    log = bcn.read_messages(
        {
            "sent_at": ["2023-01-05T10:00:00.000001Z", "1969-12-31T23:00Z", "2023-01-01T05:00Z"]
            * 2,
            "sender": [" A", "NA", "null"] * 2, "receiver": ["é, b", "not stated", "NA"] * 2,
            "kind": [None, "not stated", "a"] * 2, "priority": [None] * 6,
            "message_id": ["7", "07", None, "x", "y", "9"], "size": [None, 2**63 - 1, 0] * 2,
            "pages": [-(2**63) + 1, 5, None] * 2, "messages": [1, 2, 3] * 2,
        },
        members=ODD, measures=["pages"], period=("1960", None),
    ).with_table("sort", {"a": "one"}, column="kind", names={"one": {"fr": "un"}})  # fmt: skip
    other = again(log, tmp_path / "a.parquet", bcn.read_messages)
    same(log, other)
    assert other.domains["sender"] is other.domains["receiver"]
    for axes in (("sender.bloc",), ("kind.sort", "month")):
        assert other.count(*axes) == log.count(*axes)
        assert other.sum("pages", *axes) == log.sum("pages", *axes)
    some = bcn.read_messages(tmp_path / "a.parquet", only=["sender", "receiver"])
    assert some.columns == ("sender", "receiver") and len(some) == 6
    assert some.account.checked == ("sender", "receiver") and some.seen == log.seen


KINDS: dict[str, tuple[Callable[..., Any], dict[str, Any], dict[str, Any]]] = {
    "searches": (bcn.read_searches, {
        "searched_at": ["2023-01-05T10:00Z", "2023-02-05T11:00Z", "soon"],
        "bureau": ["FRA", "DEU", "FRA"], "database": ["SLTD", "SMV", "SLTD"],
        "searches": [10, 4, 1], "hits": [2, None, 0]}, {"errors": "reject", "period": "2023"}),
    "records": (bcn.read_records, {"date": ["2022-12-31", "2023-12-31"], "bureau": ["FRA"] * 2,
                                   "database": ["SLTD"] * 2, "stock": [5, 6]}, {}),
    "access": (bcn.read_access, {"date": ["2022-12-31"], "bureau": ["FRA"], "users": [5]}, {}),
    "operations": (bcn.read_operations, {
        "operation": ["X", "Y"], "bureau": ["FRA", "DEU"], "date": [None, "2023-05-01"],
        "outcome": ["arrests", None], "quantity": [3, None]}, {}),
    "notices": (bcn.read_notices, {
        "issued_at": ["2023-01-05", "2023-01-06"], "requester": ["FRA", "DEU"],
        "colour": ["red", "blue"], "closed_at": ["2023-02-01", None]}, {}),
    "infer": (bcn.read_messages, {"sent_at": ["2023-01-05"], "sender": ["a"], "receiver": ["b"]},
              {"members": "infer"}),
    "unit": (bcn.read_messages, {"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2,
                                 "receiver": ["DEU", "ITA"], "message_id": [1, 1]},
             {"unit": "message"}),
    "none": (bcn.read_messages, {"sent_at": ["soon"], "sender": ["FRA"], "receiver": ["DEU"]},
             {"errors": "reject"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_the_same_again(kind: str, tmp_path: Path) -> None:
    read, columns, options = KINDS[kind]
    log = read(columns, **options)
    same(log, again(log, tmp_path / "a.parquet", read))


def test_synthetic_logs_stay_so(tmp_path: Path) -> None:
    for made, read in [(bcn.simulate_messages(500, seed=1), bcn.read_messages),
                       (bcn.simulate_delegates(seed=2), bcn.read_delegates),
                       (bcn.simulate_operations(seed=3), bcn.read_operations)]:  # fmt: skip
        other = again(made, tmp_path / "a.parquet", read)
        assert "synthetic" in other.synthetic and repr(other) == repr(made)
        assert other.count().note() == made.count().note()


DELEGATES = {
    "edition": ["19", "20", "20", None, "20"], "bureau": ["FRA", "FRA", "DEU", "ITA", "DEU"],
    "person": ["Secretive", "Secretive", "Hidden", None, "Hidden"],
    "gender": ["f", "f", "m", None, "m"],
    "date": [None, None, "2025-02-12", "2025-02-13", "2025-02-12"],
}  # fmt: skip


@pytest.mark.parametrize("options", [{}, {"key": b"secret"}, {"editions": ["20", "19"]}])
def test_delegates_are_the_same_again_and_nobody_is_named(
    options: dict[str, Any], tmp_path: Path
) -> None:
    columns = dict(DELEGATES)
    if "editions" in options:
        columns["edition"] = ["19", "20", "20", "19", "20"]
    log = bcn.read_delegates(columns, **options)
    path = tmp_path / "a.parquet"
    other = again(log, path, bcn.read_delegates)
    if "key" in options:
        same(log, other)
    assert repr(other) == repr(log) and other.period == log.period
    assert (other.astray, other.hashed, other.duplicates) == (log.astray, log.hashed, 1)
    for verb in ("editions", "retention", "never", "streaks"):
        assert getattr(other, verb)().to_dicts() == getattr(log, verb)().to_dicts()
    assert b"Secretive" not in path.read_bytes() and b"Hidden" not in path.read_bytes()
    with pytest.raises(bcn.QueryError, match="leave editions= and key= out"):
        bcn.read_delegates(path, key=b"x")


def test_what_goes_against_a_saved_log_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    bcn.simulate_messages(50, seed=1).save(path)
    with pytest.raises(bcn.InputError, match="read it with read_messages"):
        bcn.read_searches(path)
    against: tuple[dict[str, Any], ...] = (
        {"period": "2023"}, {"members": "infer"}, {"columns": {"sender": "x"}},
        {"unit": "message"}, {"extra": ["X"]}, {"domains": {"kind": ["a"]}},
    )  # fmt: skip
    for options in against:
        with pytest.raises(bcn.QueryError, match="is a saved log, which says itself"):
            bcn.read_messages(path, **options)
    with pytest.raises(bcn.QueryError, match="read by itself"):
        bcn.read_messages([path, path])
    # A table that was read by others is a table like any other.
    table = parquet.read_table(path)
    assert bcn.read_messages(table, period="2023").synthetic == ""
    plain = tmp_path / "plain.parquet"
    parquet.write_table(table.replace_schema_metadata({b"pandas": b"{}"}), plain)
    assert bcn.read_messages(plain, period="2023").account.sources == (str(plain),)
    assert not list(tmp_path.glob("*.part"))


def rewritten(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Write the file again with other facts, under a digest that fits them."""
    table = parquet.read_table(path)
    facts = json.loads(table.schema.metadata[_saved_facts.KEY].partition(b"\n")[2])
    made = change(facts)
    text = json.dumps(facts if made is None else made).encode()
    data = hashlib.sha256(text).hexdigest().encode() + b"\n" + text
    parquet.write_table(table.replace_schema_metadata({_saved_facts.KEY: data}), path)


def put(*keys: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(facts: dict[str, Any]) -> None:
        for key in keys[:-1]:
            facts = facts[key] if key else facts[next(iter(facts))]
        facts[keys[-1]] = value

    return change


@pytest.mark.parametrize("change", [
    put("version", value=2), put("format", value="other"), put("rows", value=3),
    put("rows", value=True), put("account", value=[]), put("account", "seen", value=10**30),
    put("account", "accepted", value=49), put("period", value=[5, 1]), put("period", value=[1]),
    put("period", value=[0, 1]), put("labels", value={"sender": "nobody"}), put("more", value=1),
    put("columns", value="sent_at"), put("columns", value=["strange"]), put("extra", value=1),
    put("measures", value=["sender"]), put("unit", value="dozen"), put("kind", value="stars"),
    put("domains", "", "labels", value=["a", "a"]), put("domains", "", "tables", value={"x": 1}),
    put("domains", "", "tables", value={"x": [["v"], [[["", 7]]]]}),
    put("domains", "", "labels", value=[]), put("account", "rows", value=[[1]]),
    put("account", "accounts", value=[["", 99, "", 1]]), lambda facts: [], lambda facts: 7,
])  # fmt: skip
def test_hostile_facts_are_refused_in_words(change: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    bcn.simulate_messages(50, seed=1).save(path)
    rewritten(path, change)
    with pytest.raises((bcn.InputError, bcn.QueryError)) as caught:
        bcn.read_messages(path)
    assert str(path) in str(caught.value) or "unit" in str(caught.value)


def test_flipped_bits_of_what_it_says_are_found(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    bcn.simulate_messages(50, seed=1).save(path)
    data = parquet.read_schema(path).metadata[_saved_facts.KEY]
    for at in range(0, len(data), len(data) // 60):
        wrong = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        for one in (wrong, data[:at]):
            with pytest.raises(bcn.InputError, match="damaged"):
                _saved_facts.facts_of(one, "a.parquet")
    deep = b"[" * 100_000
    with pytest.raises(bcn.InputError, match="damaged"):
        _saved_facts.facts_of(hashlib.sha256(deep).hexdigest().encode() + b"\n" + deep, "a")
