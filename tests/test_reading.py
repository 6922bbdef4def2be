"""Reading messages: every rule of input by example, and every door against the slow twin."""

from __future__ import annotations

import csv
import io
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import doors
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from reference import messages as twin
from strategies import BUREAUS, bureaus, ids, tables

import interpol_bcn as bcn
from interpol_bcn import _core, reading
from interpol_bcn.account import REASONS
from interpol_bcn.errors import InputError, LabelError, QueryError

RULES = twin.Rules(known=BUREAUS)
DAY = 86_400_000_000


def log_of(**columns: Any) -> Any:
    """Read columns; those that are not given are filled with what is valid."""
    options = {k: columns.pop(k) for k in list(columns) if k in reading.Options.__annotations__}
    rows = len(next(iter(columns.values()))) if columns else 1
    filled = {"sent_at": ["2023-05-04T10:20:30Z"], "sender": ["FRA"], "receiver": ["DEU"]}
    return bcn.read_messages(
        {**{name: values * rows for name, values in filled.items()}, **columns}, **options
    )


def refused(**columns: Any) -> InputError:
    with pytest.raises(InputError) as caught:
        log_of(**columns)
    return caught.value


def closes(log: Any) -> None:
    assert log.seen == log.accepted + log.rejected.count + log.duplicates
    assert log.accepted == len(log)
    for keys in (["reason"], ["value"], ["column"], ["reason", "column", "value"]):
        table = log.rejected.by(*keys).to_dicts()
        assert sum(row["rows"] for row in table) == log.rejected.count


def told(log: Any) -> list[tuple[Any, ...]]:
    """The refused rows as the twin tells them, without sources."""
    rows = log.rejected.rows.to_dicts()
    return [(row["row"], row["column"], row["reason"], row["value"]) for row in rows]


def agrees(log: Any, expected: twin.Reading) -> None:
    closes(log)
    assert log.seen == expected.seen
    assert log.duplicates == expected.duplicates
    assert told(log) == [refusal[1:] for refusal in expected.rejected]
    assert twin.rows_of(log) == expected.accepted
    reasons = Counter(refusal[3] for refusal in expected.rejected)
    assert {row["reason"]: row["rows"] for row in log.rejected.by("reason").to_dicts()} == reasons
    weights = [row["messages"] for row in expected.accepted]
    stated = log.column(log.schema.number("messages")) is not None
    assert log.total == (sum(w or 0 for w in weights) if stated else len(weights))


# --- rows and weights ---


def test_rows_are_counted_and_weights_added_up() -> None:
    log = log_of(messages=[5, 0, None, 7], size=[10, 20, 30, None])
    assert len(log) == 4
    assert log.total == 12
    assert log.sum("size").total() == 60  # never times the weight
    assert log.count("sender").to_dicts(zeros=False) == [{"sender": "FRA", "messages": 12}]


def test_without_weights_every_row_is_one_message() -> None:
    assert log_of(size=[1, 2, 3]).total == 3


@pytest.mark.parametrize("value", [-1, "-1"])
def test_a_weight_is_not_negative(value: Any) -> None:
    error = refused(messages=[value])
    assert (error.row, error.column, error.value) == (1, "messages", "-1")
    assert error.reason == "number out of range"


# --- labels ---


@pytest.mark.parametrize(
    ("text", "label"), [(text, found[0]) for text, found in BUREAUS.items() if found[0]]
)
def test_bureaus_have_many_names(text: str, label: str) -> None:
    assert log_of(sender=[text]).count("sender").to_dicts(zeros=False)[0]["sender"] == label


@pytest.mark.parametrize(
    ("text", "reason"), [(text, found[1]) for text, found in BUREAUS.items() if found[1]]
)
def test_what_is_no_bureau_is_refused_with_the_reason(text: str, reason: str) -> None:
    error = refused(sender=[text])
    assert (error.row, error.column, error.value, error.reason) == (1, "sender", text, reason)


def test_a_refused_label_comes_with_the_nearest_choices() -> None:
    error = refused(sender=["FRA", "Frnace"], receiver=["DEU", "DEU"])
    assert error.choices[0] == "France"
    assert str(error).startswith(
        "columns, row 2, column 'sender': 'Frnace': unknown label; did you mean 'France'?"
    )
    assert "Congo" in str(refused(sender=["Congo"]))


def test_aliases_and_extra_labels_are_known() -> None:
    log = log_of(sender=["IP PARIS", "EUROPOL"], aliases={"IP PARIS": "FRA"}, extra=["EUROPOL"])
    found = {row["sender"] for row in log.count("sender").to_dicts(zeros=False)}
    assert found == {"FRA", "EUROPOL"}


def test_another_closed_set_of_members() -> None:
    ports = bcn.Domain(["BOS", "JFK"], names={"JFK": "Kennedy"})
    log = log_of(sender=["BOS", "kennedy"], receiver=["JFK", "JFK"], members=ports)
    assert log.domains["sender"].labels == ("BOS", "JFK")
    assert log.flow()["JFK", "JFK"] == 1
    with pytest.raises(InputError, match="unknown label"):
        log_of(sender=["FRA"], members=ports)


def test_inferred_members_are_one_sorted_set_whatever_the_order() -> None:
    rows = [("ZZ", "MM"), ("AA", "ZZ"), ("MM", "BB")]
    logs = [
        log_of(sender=[s for s, _ in order], receiver=[r for _, r in order], members="infer")
        for order in (rows, rows[::-1])
    ]
    for log in logs:
        assert log.domains["sender"].labels == ("AA", "BB", "MM", "ZZ")
        assert log.domains["receiver"] == log.domains["sender"]
        assert log.coverage == (4, 4)
    assert bytes(logs[0].column(1)["values"]) == bytes(logs[1].column(1)["values"])[::-1]


def test_an_inferred_domain_holds_the_labels_of_accepted_rows_only() -> None:
    log = log_of(
        sent_at=["2023-01-01", "soon"], sender=["AA", "BAD"], receiver=["CC", "CC"],
        kind=["x", "never"], members="infer", errors="reject",
    )  # fmt: skip
    assert log.domains["sender"].labels == ("AA", "CC")
    assert log.domains["kind"].labels == ("x",)


@pytest.mark.parametrize("count", [255, 256, 65_535])
def test_inferred_domains_of_many_labels(count: int) -> None:
    names = [f"{i:05}" for i in range(count)]
    log = log_of(sender=names[::-1], receiver=names, members="infer")
    assert log.domains["sender"].labels == tuple(names)
    codes = memoryview(log.column(1)["values"])
    assert codes.itemsize == (1 if count <= 255 else 2)
    assert codes.tolist() == list(range(count))[::-1]


def test_more_labels_than_a_domain_can_hold_are_refused() -> None:
    names = [f"{i:05}" for i in range(65_537)]
    log = log_of(sender=names, receiver=names, members="infer", errors="reject")
    assert log.accepted == 65_535
    assert log.rejected.by("column").to_dicts() == [{"column": "sender", "rows": 2}]


def test_other_columns_are_closed_by_domains() -> None:
    log = log_of(
        kind=["request", "REPLY", None, "gossip"],
        domains={"kind": ["request", "reply"]},
        errors="reject",
    )
    assert told(log) == [(4, "kind", "unknown label", "gossip")]
    counts = {row["kind"]: row["messages"] for row in log.count("kind").to_dicts()}
    assert counts == {"request": 1, "reply": 1, "not stated": 1}


def test_domains_of_what_is_no_label_make_no_sense() -> None:
    with pytest.raises(QueryError, match="no column of labels"):
        log_of(domains={"size": ["1"]})
    with pytest.raises(QueryError, match="did you mean 'kind'"):
        log_of(domains={"knd": ["1"]})


def test_na_is_namibia_and_not_missing(tmp_path: Path) -> None:
    path = tmp_path / "na.csv"
    path.write_text("sent_at,sender,receiver,kind\n2023-01-01,NA,FRA,NA\n")
    log = bcn.read_messages(path)
    assert twin.rows_of(log)[0]["sender"] == "NAM"
    assert twin.rows_of(log)[0]["kind"] == "NA"


# --- missing ---


@pytest.mark.parametrize("missing", [None, ""])
@pytest.mark.parametrize("column", ["sent_at", "sender", "receiver"])
def test_a_required_value_missing_rejects_the_row(column: str, missing: Any) -> None:
    error = refused(**{column: [missing]})
    assert (error.row, error.column, error.value, error.reason) == (1, column, None, "missing")


def test_an_optional_value_missing_is_not_stated() -> None:
    log = log_of(kind=["request", None, ""], size=[1, None, 3])
    assert {row["kind"]: row["messages"] for row in log.count("kind").to_dicts()} == {
        "request": 1,
        "not stated": 2,
    }
    assert log.sum("size").total() == 4


def test_an_optional_column_where_nothing_is_stated_is_read() -> None:
    log = log_of(kind=[None, None], size=[None, None])
    assert log.sum("size").total() == 0
    assert "kind" not in log.domains


# --- times ---


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2023-05-04T10:20:30Z", "2023-05-04T10:20:30Z"),
        ("2023-05-04 10:20", None),
        ("2023-05-04T10:20:30.5+02:00", "2023-05-04T08:20:30.500000Z"),
        ("2023-05-04", "2023-05-04T00:00:00Z"),
    ],
)
def test_times_are_utc_or_say_their_zone(text: str, utc: str | None) -> None:
    if utc is None:
        assert refused(sent_at=[text]).reason == "time without a zone"
    else:
        expected = (twin.EPOCH.fromisoformat(utc[:-1]) - twin.EPOCH) // twin.MICROSECOND
        assert twin.rows_of(log_of(sent_at=[text]))[0]["sent_at"] == expected


@pytest.mark.parametrize("ambiguous", ["raise", "earlier", "later"])
@pytest.mark.parametrize("nonexistent", ["raise", "forward", "backward"])
@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe"])
def test_naive_times_go_through_their_zone(zone: str, ambiguous: str, nonexistent: str) -> None:
    days = ["2023-03-12", "2023-03-26", "2023-04-02", "2023-10-01", "2023-10-29", "2023-11-05"]
    rows: list[twin.Row] = [
        {"sent_at": f"{day} {hour:02}:{minute:02}", "sender": "FRA", "receiver": "DEU"}
        for day in days
        for hour in range(4)
        for minute in (0, 15, 30, 59)
    ]
    rules = twin.Rules(BUREAUS, zone, ambiguous, nonexistent)
    options = {"source_tz": zone, "ambiguous": ambiguous, "nonexistent": nonexistent}
    log = bcn.read_messages(doors.columns(rows), errors="reject", **options)
    agrees(log, twin.read([rows], rules))


def test_dates_alone_have_no_hours() -> None:
    log = log_of(sent_at=["2023-01-05", "2023-03-01"])
    assert log.dates_only
    assert log.count("month").total() == 2
    with pytest.raises(QueryError, match="dates without hours"):
        log.count("hour_of_day")
    assert log_of(sent_at=["2023-01-05", "2023-03-01T10:00Z"]).dates_only  # some of them


def test_times_in_another_form() -> None:
    form = "%d/%m/%Y %H:%M"
    log = log_of(sent_at=["04/05/2023 10:20"], time_format=form, source_tz="Europe/Paris")
    assert twin.rows_of(log)[0]["sent_at"] == 1_683_188_400_000_000
    assert refused(sent_at=["2023-05-04"], time_format=form).reason == "not a time"


def test_a_time_beyond_the_calendar_is_refused() -> None:
    assert refused(sent_at=["0000-01-01"]).reason in REASONS
    assert refused(sent_at=["10000-01-01"]).column == "sent_at"


# --- period ---


def test_rows_outside_the_period_are_rejected() -> None:
    times = ["2022-12-31T23:59:59.999999Z", "2023-01-01", "2023-12-31T23:59Z", "2024-01-01"]
    log = log_of(sent_at=times, period=("2023", "2024"), errors="reject")
    assert told(log) == [
        (1, "sent_at", "outside the period", "2022-12-31T23:59:59.999999Z"),
        (4, "sent_at", "outside the period", "2024-01-01T00:00:00Z"),
    ]
    assert log.period_given
    assert log.count("month").shape == (12,)


def test_without_a_period_it_is_the_whole_days_of_the_rows() -> None:
    log = log_of(sent_at=["2023-01-05T10:00Z", "2023-01-07T00:00Z"])
    assert log.period[0] % DAY == log.period[1] % DAY == 0
    assert (log.period[1] - log.period[0]) // DAY == 3
    assert not log.period_given


# --- duplicates ---


def test_one_message_to_several_is_several_rows_and_no_duplicate() -> None:
    log = log_of(
        message_id=["m1", "m1", "m2"], receiver=["DEU", "ITA", "DEU"],
        sent_at=["2023-01-01"] * 3, sender=["FRA"] * 3,
    )  # fmt: skip
    assert (log.total, log.duplicates) == (3, 0)
    assert log.count(unit="message").total() == 2
    assert log.count().total() == 3
    by = log_of(
        message_id=["m1", "m1"], receiver=["DEU", "ITA"], sent_at=["2023-01-01"] * 2,
        sender=["FRA"] * 2, unit="message",
    )  # fmt: skip
    assert (by.total, by.count(unit="recipient").total()) == (1, 2)


@pytest.mark.parametrize("first", ["m1", 1, 2**63, "007"])
def test_the_same_again_is_a_duplicate_and_other_values_a_conflict(first: Any) -> None:
    log = log_of(message_id=[first] * 4, size=[5, 5, 6, None], errors="reject")
    assert (log.accepted, log.duplicates, log.rejected.count) == (1, 1, 2)
    reason = "same id, sender and receiver, other values"
    assert told(log) == [(n, "message_id", reason, str(first)) for n in (3, 4)]
    error = refused(message_id=["x", first, first], size=[1, 2, 3])
    assert (error.row, error.column, error.value) == (3, "message_id", str(first))


def test_rows_without_an_id_are_never_duplicates() -> None:
    assert log_of(message_id=[None, None, ""]).duplicates == 0


def test_duplicates_are_found_across_sources() -> None:
    one = {"sent_at": ["2023-01-01"], "sender": ["FRA"], "receiver": ["DEU"], "message_id": [7]}
    other = {**one, "message_id": ["7"]}
    log = bcn.read_messages([one, other, {**one, "size": [1]}], errors="reject")
    assert (log.accepted, log.duplicates, log.rejected.count) == (1, 1, 1)
    assert log.rejected.rows.to_dicts()[0]["source"].endswith("3")


# --- columns ---


def test_columns_go_by_other_names() -> None:
    table = {"Date envoi": ["2023-01-01"], "DE": ["FRA"], "A": ["DEU"]}
    names = {"sent_at": "Date envoi", "sender": "DE", "receiver": "A"}
    assert bcn.read_messages(table, columns=names).total == 1
    with pytest.raises(InputError, match=r"no column 'sent_at'.*Columns are: 'Date envoi'"):
        bcn.read_messages(table)


def test_a_name_that_is_nearly_right_is_suggested() -> None:
    table = {"sent_at": ["2023-01-01"], "sendr": ["FRA"], "receiver": ["DEU"]}
    with pytest.raises(InputError, match=r"no column 'sender'; did you mean 'sendr'\?"):
        bcn.read_messages(table)
    with pytest.raises(QueryError, match="did you mean 'sender'"):
        bcn.read_messages(table, columns={"sendr": "sendr"})


def test_only_some_columns_are_read_and_the_log_remembers() -> None:
    log = log_of(kind=["a"], size=["many"], only=["sent_at", "sender"])
    assert log.columns == ("sent_at", "sender")
    assert log.account.checked == ("sent_at", "sender")
    with pytest.raises(InputError, match="no column 'priority'"):
        log_of(only=["sent_at", "priority"])


def test_further_measures_are_read_and_added_up() -> None:
    log = log_of(pages=[3, 4], delay=[-2, None], measures=["pages", "delay"])
    assert log.sum("pages").total() == 7
    assert log.sum("delay").total() == -2
    with pytest.raises(InputError, match="no column 'pages'"):
        log_of(measures=["pages"])
    with pytest.raises(QueryError, match="already have"):
        log_of(measures=["size"])


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("errors", "ignore"), ("unit", "row"), ("ambiguous", "guess"), ("nonexistent", "guess"),
        ("threads", 0), ("only", "sent_at"), ("members", 5), ("measures", "pages"),
        ("encoding", "klingon"), ("encoding", "base64"), ("delimiter", ";;"),
    ],
)  # fmt: skip
def test_an_option_that_makes_no_sense_is_refused(option: str, value: Any, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sent_at,sender,receiver\n2023-01-01,FRA,DEU\n")
    with pytest.raises(QueryError, match=option):
        bcn.read_messages(path, **{option: value})


# --- bad rows ---


def test_the_error_says_file_line_column_value_reason_and_choices(tmp_path: Path) -> None:
    path = tmp_path / "extract.csv"
    path.write_text('Date,DE,A,kind\n2023-01-01,FRA,DEU,"two\nlines"\n\n2023-01-02,Frnace,DEU,x\n')
    names = {"sent_at": "Date", "sender": "DE", "receiver": "A"}
    with pytest.raises(InputError) as caught:
        bcn.read_messages(path, columns=names)
    error = caught.value
    assert (error.source, error.line, error.row) == (str(path), 5, 2)
    assert (error.column, error.value, error.reason) == ("DE", "Frnace", "unknown label")
    assert error.choices[0] == "France"
    assert str(error) == (
        f"{path}, line 5, column 'DE': 'Frnace': unknown label; did you mean 'France'? "
        + error.hint
    )
    assert "errors='reject'" in error.hint


def test_what_was_refused_is_kept_beside_the_log() -> None:
    log = log_of(sender=["FRA", "x", "y", "x"], errors="reject")
    assert told(log) == [
        (n, "sender", "unknown label", v) for n, v in ((2, "x"), (3, "y"), (4, "x"))
    ]
    assert log.rejected.by("value").to_dicts() == [
        {"value": "x", "rows": 2},
        {"value": "y", "rows": 1},
    ]
    assert "3 rejected" in repr(log)
    assert not log.rejected.rows.to_dicts()[0]["line"]
    with pytest.raises(QueryError, match="reason"):
        log.rejected.by("resaon")


def test_the_first_ten_thousand_are_kept_and_all_are_counted() -> None:
    names = [f"x{i % 7}" for i in range(30_000)]
    log = log_of(sender=names, errors="reject")
    closes(log)
    assert log.rejected.count == 30_000
    assert [row[0] for row in told(log)] == list(range(1, 10_001))
    assert len(log.rejected.by("value")) == 7


def test_conflicts_stand_in_order_among_the_first_ten_thousand() -> None:
    rows = 24_000
    log = log_of(
        sender=["x" if i % 2 else "FRA" for i in range(rows)],
        message_id=["m"] * rows,
        size=list(range(rows)),
        errors="reject",
    )
    closes(log)
    assert log.rejected.count == rows - 1
    assert [row[0] for row in told(log)] == list(range(2, 10_002))


def test_a_log_without_rows_still_answers() -> None:
    log = bcn.read_messages({"sent_at": [], "sender": [], "receiver": [], "size": []})
    assert (len(log), log.total, log.seen) == (0, 0, 0)
    assert log.count("sender").total() == 0
    assert log.sum("size").total() == 0
    assert repr(log) == "0 messages, no rows"


# --- every door against the twin ---


@settings(max_examples=120)
@given(tables())
def test_columns_are_read_as_the_twin_reads_them(rows: list[twin.Row]) -> None:
    log = bcn.read_messages(doors.columns(rows), errors="reject")
    expected = twin.read([rows], RULES)
    agrees(log, expected)
    assert log.dates_only == expected.dates
    if expected.rejected:
        with pytest.raises(InputError) as caught:
            bcn.read_messages(doors.columns(rows))
        conflict = REASONS[-1]
        first = min(expected.rejected, key=lambda r: (r[3] == conflict, r[1]))
        error = caught.value
        assert (error.row, error.column, error.reason, error.value) == first[1:]


@settings(max_examples=40)
@given(st.lists(tables(most=12), min_size=2, max_size=4))
def test_several_sources_are_one_log(sources: list[list[twin.Row]]) -> None:
    log = bcn.read_messages([doors.columns(rows) for rows in sources], errors="reject")
    expected = twin.read(sources, RULES)
    agrees(log, expected)
    numbers = [int(row["source"].rsplit(" ", 1)[1]) - 1 for row in log.rejected.rows.to_dicts()]
    assert numbers == [refusal[0] for refusal in expected.rejected]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=tables())
def test_every_door_gives_the_same_log(rows: list[twin.Row], tmp_path: Path) -> None:
    assume(any(rows[-1].values()))  # a workbook does not know an empty last row
    expected = twin.read([rows], RULES)
    domain = None
    for name, write in doors.DOORS.items():
        if name == "xlsx" and sum(map(len, (str(row) for row in rows))) % 4:
            continue  # writing workbooks is slow
        log = bcn.read_messages(write(rows, tmp_path), errors="reject")
        agrees(log, expected)
        labels = log.domains["kind"].labels if "kind" in log.domains else ()
        domain = labels if domain is None else domain
        assert labels == domain, name


def test_every_door_is_open(tmp_path: Path) -> None:
    rows: list[twin.Row] = [
        {"sent_at": "2023-01-01", "sender": "FRA", "receiver": "DEU", "size": "12"},
        {"sent_at": "2023-01-02", "sender": "Frnace", "receiver": "DEU", "size": None},
    ]
    for write in doors.DOORS.values():
        agrees(bcn.read_messages(write(rows, tmp_path), errors="reject"), twin.read([rows], RULES))


# --- delimited text ---


texts = st.text(st.sampled_from("ab,;\"\n\r \t'é€0"), max_size=6)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "sent_at": st.sampled_from(["2023-01-01", "x"]),
                "sender": bureaus,
                "receiver": st.sampled_from(["FRA", "DEU"]),
                "message_id": ids,
                "kind": texts,
            }
        ),
        min_size=1,
        max_size=25,
    ),
    threads=st.sampled_from([1, 2, 8]),
    block=st.sampled_from([1, 16, 64, 200]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    delimiter=st.sampled_from([",", ";", "\t"]),
)
def test_text_in_small_blocks_on_many_threads(
    rows: list[dict[str, str | None]],
    threads: int,
    block: int,
    line_end: str,
    delimiter: str,
    tmp_path: Path,
) -> None:
    path = tmp_path / "rows.csv"
    text = doors.csv_text(rows, delimiter=delimiter, line_end=line_end, quote_all=True)
    path.write_bytes(text.encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_SMALL", 0)
        patch.setattr(reading, "_BLOCK", block)
        log = bcn.read_messages(path, errors="reject", threads=threads)
    agrees(log, twin.read([rows], RULES))
    lines = doors.csv_lines(rows)
    assert [row["line"] for row in log.rejected.rows.to_dicts()] == [
        lines[row[0] - 1] for row in told(log)
    ]
    again = list(csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter))
    assert [row["kind"] or "" for row in rows] == [row["kind"] for row in again]


def _large(tmp_path: Path, rows: int, bad: dict[int, str]) -> Path:
    path = tmp_path / "large.csv"
    with path.open("w") as file:
        file.write("sent_at,sender,receiver,message_id,kind,size\n")
        for i in range(rows):
            if i in bad:
                file.write(bad[i])
                continue
            label = '"a\nb"' if i % 97 == 0 else f"k{i % 300}"
            file.write(
                f"2023-{i % 12 + 1:02}-{i % 28 + 1:02}T10:{i % 60:02}Z,FRA,"
                f"{('DEU', 'ITA', 'ESP')[i % 3]},{i * 7919 % (rows - 5)},{label},{i % 70000}\n"
            )
    return path


def _bytes_of(log: Any) -> list[Any]:
    infos = [log.column(number) for number in range(len(log.schema.fields))]
    return [
        {
            key: bytes(value) if isinstance(value, _core.Memory) else value
            for key, value in i.items()
        }
        for i in infos
        if i is not None
    ]


@pytest.mark.parametrize("block", [997, 64 << 10])
def test_threads_change_nothing(
    block: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SMALL", 0)
    monkeypatch.setattr(reading, "_BLOCK", block)
    bad = {
        500: "2023-01-01,FRA\n",
        7000: "soon,FRA,DEU,1,x,1\n",
        7001: '2023-01-01T00:00Z,FRA,D"EU,1,x,1\n',
        15_000: "2023-01-01T00:00Z,Frnace,DEU,1,x,1\n",
    }
    path = _large(tmp_path, 20_000, bad)
    first: Any = None
    for threads in (1, 2, 8):
        log = bcn.read_messages(path, errors="reject", threads=threads)
        closes(log)
        found = (
            _bytes_of(log), log.account.seen, log.duplicates, log.rejected.rows.to_dicts(),
            log.rejected.by("reason", "column", "value").to_dicts(), log.domains["kind"].labels,
        )  # fmt: skip
        first = first or found
        assert found == first
        with pytest.raises(InputError) as caught:
            bcn.read_messages(path, threads=threads)
        assert caught.value.row == 501
        assert caught.value.reason == "wrong number of fields"
    assert [row["row"] for row in first[3][:4]] == [501, 7001, 7002, 15_001]


def test_text_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    text = "sent_at,sender,receiver,kind\n2023-01-01,Côte d'Ivoire,FRA,été\n"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"not valid UTF-8.*encoding='latin-1'"):
        bcn.read_messages(path)
    log = bcn.read_messages(path, encoding="latin-1")
    assert twin.rows_of(log)[0]["kind"] == "été"
    assert twin.rows_of(log)[0]["sender"] == "CIV"


def test_a_glob_and_a_list_are_read_in_order(tmp_path: Path) -> None:
    for number in (2, 1):
        (tmp_path / f"part-{number}.csv").write_text(
            f"sent_at,sender,receiver,size\n2023-01-0{number},FRA,x{number},1\n"
        )
    log = bcn.read_messages(str(tmp_path / "part-*.csv"), errors="reject")
    assert [row["value"] for row in log.rejected.rows.to_dicts()] == ["x1", "x2"]
    assert [row["line"] for row in log.rejected.rows.to_dicts()] == [2, 2]
    assert log.seen == 2


def test_standard_input_is_a_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "in.csv"
    path.write_text("sent_at,sender,receiver\n2023-01-01,FRA,Frnace\n")
    with path.open() as file:
        monkeypatch.setattr(sys, "stdin", file)
        with pytest.raises(InputError, match="standard input, line 2, column 'receiver'"):
            bcn.read_messages("-")


# --- the builder itself ---


def _builder(resolve: Any = None, stop: bool = False) -> Any:
    fields = [("time", True, 0, -1, -(2**62), 2**62), ("label", True, 2, -1, 0, 0)]
    return _core.Builder(fields, resolve or (lambda column, text: 0), -1, [], stop, 10, 1)


def _rows(*labels: str) -> Any:
    from interpol_bcn._values import to_column

    columns = [
        to_column("t", ["2023-01-01"] * len(labels)),
        to_column("l", list(labels)),
    ]
    return _core.arrow_export(columns, True)


def test_what_resolving_raises_ends_the_reading() -> None:
    class Odd(Exception):
        pass

    def resolve(column: int, text: str) -> int:
        raise Odd(text)

    builder = _builder(resolve)
    with pytest.raises(Odd, match="a"):
        builder.read_arrow(_rows("a"), ["t", "l"], None, None)
    with pytest.raises(ValueError, match="finished"):
        builder.finish()


def test_a_code_outside_the_domain_is_an_error_and_no_code() -> None:
    for answer in (2, 10**6, -100, 2**40, -(2**62)):
        builder = _builder(lambda column, text, answer=answer: answer)
        with pytest.raises(ValueError, match="resolve gave"):
            builder.read_arrow(_rows("a"), ["t", "l"], None, None)
    builder = _builder(lambda column, text: "no number")
    with pytest.raises(TypeError):
        builder.read_arrow(_rows("a"), ["t", "l"], None, None)


def test_resolving_may_not_reach_into_the_builder() -> None:
    caught: list[str] = []

    def resolve(column: int, text: str) -> int:
        for call in (
            lambda: builder.refusals(),
            lambda: builder.accounts(),
            lambda: builder.begin(1),
            lambda: builder.preload(1, {"a": 0}),
            lambda: builder.finish(),
            lambda: builder.read_arrow(_rows("b"), ["t", "l"], None, None),
        ):
            with pytest.raises(ValueError, match="busy"):
                call()
            caught.append(text)
        return 0

    builder = _builder(resolve)
    builder.read_arrow(_rows("a"), ["t", "l"], None, None)
    log, _ = builder.finish()
    assert (len(log), len(caught)) == (1, 6)


def test_a_builder_refuses_a_schema_that_makes_no_sense() -> None:
    good = ("label", True, 0, -1, 0, 0)
    for fields in (
        [("label", True, 0, 5, 0, 0)],
        [("label", True, 3, -1, 0, 0), ("label", True, 0, 0, 0, 0)],
        [("time", True, 0, -1, 0, 0), ("label", True, 0, 0, 0, 0)],
        [good, ("label", True, 0, 0, 0, 0), ("label", True, 0, 1, 0, 0)],
        [("label", True, 65_536, -1, 0, 0)],
        [("word", True, 0, -1, 0, 0)],
        [good] * 65,
    ):
        with pytest.raises(ValueError):
            _core.Builder(fields, print, -1, [], False, 10, 1)


def test_reasons_are_those_of_the_core() -> None:
    header = Path(__file__).resolve().parents[1] / "csrc" / "base" / "reason.h"
    import re

    words = re.findall(r'X\(\w+, "([^"]*)"\)', header.read_text())
    assert tuple(words) == REASONS


def test_a_label_error_is_told_as_the_domain_tells_it() -> None:
    with pytest.raises(LabelError):
        bcn.members.domain().resolve("Frnace")
