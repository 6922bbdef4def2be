"""Delegates: reading them, and every verb against its twin."""

from __future__ import annotations

import csv
import re
from hashlib import blake2b
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference.delegates import Book, Row, settle

EDITIONS = bcn.Table({
    "edition": ["E10", "E9", "E1", "E2", "E3"],
    "number": [10, 9, 1, 2, 3],
    "from": ["2011-01-10", "2005", "2001-03-05", None, "2004-05-01"],
    "to": ["2011-01-12", None, "2001-03-07", None, None],
    "city": ["Lyon", None, "Oslo", None, None],
})  # fmt: skip
CALENDAR = (
    ("E1", ("2001-03-05", "2001-03-07"), True),
    ("E2", None, False),
    ("E3", ("2004-05-01", "2004-05-01"), True),
    ("E9", ("2005-01-01", "2005-12-31"), False),
    ("E10", ("2011-01-10", "2011-01-12"), True),
)
ZONES = {"A": "north", "B": "south", "C": "north", "D": "south", "HQ": None}
CLUB = bcn.Domain(
    ["A", "B", "C", "D", "HQ"], members=["A", "B", "C", "D"], zone=ZONES,
    since={"B": "2005-06", "D": "2004-05-02"}, until={"C": "2010"},
)  # fmt: skip
MEMBERS = {
    "A": ("", "9999"), "B": ("2005-06-01", "9999"), "C": ("", "2010-01-01"),
    "D": ("2004-05-02", "9999"),
}  # fmt: skip

rows_of_delegates = st.lists(
    st.fixed_dictionaries({
        "edition": st.sampled_from(["E1", "E2", "E3", "E9", "E10", None]),
        "date": st.sampled_from(
            [None, None, "2001-03-05", "2001-03-07", "2001-03-08", "2004-05-01", "2011-01-12"]
        ),
        "bureau": st.sampled_from(list(CLUB.labels)),
        "person": st.sampled_from(["p", "q", "7", "Zoë", None]),
        "role": st.sampled_from(["head", "officer", None]),
        "gender": st.sampled_from(["Female", "m", None]),
        "delegates": st.sampled_from([0, 1, 1, 2, 5]),
    }),
    max_size=24,
)  # fmt: skip


def columns_of(rows: list[Row]) -> dict[str, list[Any]]:
    names = ("edition", "date", "bureau", "person", "role", "gender", "delegates")
    return {name: [row[name] for row in rows] for name in names}


def read(rows: list[Row], **options: Any) -> Any:
    return bcn.read_delegates(
        columns_of(rows), members=CLUB, editions=EDITIONS, errors="reject",
        domains={"role": ["head", "officer"]}, **options,
    )  # fmt: skip


def parts(table: bcn.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in table]


@given(rows_of_delegates, st.sampled_from([None, "head"]), st.sampled_from([None, b"key"]))
def test_every_verb_agrees_with_its_twin(rows: list[Row], role: str | None, key: Any) -> None:
    log = read(rows, key=key)
    settled, refused, twice = settle(rows, CALENDAR)
    assert (log.seen, log.accepted) == (len(rows), len(settled))
    assert (log.rejected.count, log.duplicates) == (refused, twice)
    where = {"role": role} if role else None
    if not any(row["edition"] for row in settled):
        return
    # Who was when a member does not depend on the filter; an edition's rows say when it was.
    book = Book(settled, CALENDAR, MEMBERS, CLUB.labels)
    book.rows = [row for row in book.rows if role in (None, row["role"])]
    book.held = [edition for edition in book.held if book.of(edition)]

    for found, expected in zip(log.editions(where=where), book.editions(), strict=True):
        assert {name: found[name] for name in expected} == expected
    assert log.retention(where=where).to_dicts() == book.retention()
    assert log.participation("zone", where=where).to_dicts() == book.participation(ZONES)
    for of in range(len(book.held) + 1):
        for k in range(of + 1):
            assert log.attended(k, of=of, where=where).to_dicts() == book.attended(k, of)
    assert parts(log.never(where=where), "bureau", "missed") == book.never()
    found = log.streaks(where=where)
    assert {row.pop("bureau"): tuple(row.values()) for row in found} == book.streaks()
    firsts = parts(log.first_timers(where=where), "edition", "bureau", "delegates")
    assert firsts == book.first_timers()
    largest = parts(log.biggest(99, where=where), "edition", "bureau", "delegates", "persons")
    assert largest == book.biggest()


@given(rows_of_delegates)
def test_without_persons_delegates_are_what_grows(rows: list[Row]) -> None:
    rows = [{**row, "person": None} for row in rows]
    columns = columns_of(rows)
    del columns["person"]
    log = bcn.read_delegates(columns, members=CLUB, editions=EDITIONS, errors="reject")
    settled, _, twice = settle(rows, CALENDAR)
    assert (log.duplicates, twice, len(log)) == (0, 0, len(settled))
    if not any(row["edition"] for row in settled):
        return
    for found, expected in zip(
        log.editions(), Book(settled, CALENDAR, MEMBERS, CLUB.labels).editions(), strict=True
    ):
        del expected["persons"]
        assert {name: found[name] for name in expected} == expected


# Editions


def test_editions_are_in_the_order_of_their_numbers_not_of_their_texts() -> None:
    log = bcn.read_delegates({"edition": [20, 9, 10], "bureau": ["FRA", "FRA", "FRA"]})
    assert log.editions()["edition"].tolist() == ["9", "10", "20"]
    assert log.editions()["before"].tolist() == [None, "9", "10"]


def test_editions_without_numbers_are_in_the_order_of_their_days(tmp_path: Path) -> None:
    path = tmp_path / "meetings.csv"
    path.write_text("edition,from,to\nAthens,2025-06-02,2025-06-04\nKyiv,2004,\n")
    log = bcn.read_delegates(
        {"edition": ["Athens", "Kyiv"], "bureau": ["FRA", "FRA"]}, editions=path
    )
    assert parts(log.editions(), "edition", "date") == [("Kyiv", "2004"), ("Athens", "2025-06-02")]


def test_a_list_of_editions_keeps_its_order() -> None:
    log = bcn.read_delegates({"edition": ["b", "a"], "bureau": ["FRA", "DEU"]}, editions=["b", "a"])
    assert log.editions()["edition"].tolist() == ["b", "a"]
    assert "without dates, against members now: b, a" in (log.editions().note or "")


def test_a_shipped_series_is_named() -> None:
    log = bcn.read_delegates(
        {"date": ["2024-11-05", "2025-11-27"], "bureau": ["FRA", "FRA"]},
        editions="General Assembly",
    )
    assert parts(log.editions(), "edition", "city") == [("92", "Glasgow"), ("93", "Marrakech")]


def test_the_printed_figures_agree_with_the_number_of_members_at_the_date() -> None:
    printed = {"10": 190, "13": 190, "14": 192, "17": 195, "18": 195, "19": 196, "20": 196}
    log = bcn.read_delegates({"edition": list(printed), "bureau": ["FRA"] * len(printed)})
    assert dict(parts(log.editions(), "edition", "members")) == printed


def test_every_known_edition_says_where_it_was_read() -> None:
    table = bcn.editions()
    assert all(table["source"]) and set(table["status"]) == {"sourced", "inferred"}
    known = Path(bcn.__file__).with_name("data") / "published_sources.csv"
    with known.open(encoding="utf-8", newline="") as file:
        sources = {row["id"] for row in csv.DictReader(file)}
    words = " ".join(table["source"].tolist()).split()
    ids = {word for word in words if re.fullmatch(r"[A-Z]\d+", word)}
    assert ids and ids <= sources
    assert parts(bcn.editions("conference"), "number")[-1] == (20,)
    with pytest.raises(bcn.QueryError, match="did you mean 'conference'"):
        bcn.editions("conferense")


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"edition": ["a", "a"]}, "may not be repeated"),
        ({"edition": ["a", None]}, "row 2, column 'edition': missing"),
        ({"edition": ["a", "b"], "number": [1, 1]}, "two editions with one number"),
        ({"edition": ["a"], "from": ["2020-13"]}, "is not a day"),
        ({"edition": ["a"], "from": ["2020-02-02"], "to": ["2020-02-01"]}, "before it begins"),
        ({"edition": ["a", "b"], "from": ["2020-02-01", "2020-02-03"], "to": ["2020-02-03", None]},
         "'a' and 'b' meet on one day"),
        ({"label": ["a"]}, "no column 'edition'"),
    ],
)  # fmt: skip
def test_a_table_of_editions_that_makes_no_sense_is_refused(table: Any, words: str) -> None:
    with pytest.raises(bcn.InputError, match=words):
        bcn.read_delegates({"edition": ["a"], "bureau": ["FRA"]}, editions=bcn.Table(table))


def test_an_unknown_edition_says_which_are_known_and_how_to_give_others() -> None:
    with pytest.raises(bcn.InputError, match=r"'21': unknown label.*1 \.\.\. 20.*editions="):
        bcn.read_delegates({"edition": ["21"], "bureau": ["FRA"]})
    with pytest.raises(bcn.QueryError, match="did you mean 'European'"):
        bcn.read_delegates({"edition": ["21"], "bureau": ["FRA"]}, editions="Europian")
    with pytest.raises(bcn.QueryError, match="editions="):
        bcn.read_delegates({"edition": ["a"], "bureau": ["FRA"]}, domains={"edition": ["a"]})


def test_a_row_with_neither_edition_nor_date_is_refused() -> None:
    log = bcn.read_delegates(
        {"edition": ["20", None], "date": [None, None], "bureau": ["FRA", "FRA"]}, errors="reject"
    )
    assert (log.accepted, log.rejected.count) == (1, 1)


def test_a_date_between_editions_belongs_to_none_and_is_told() -> None:
    log = bcn.read_delegates({"date": ["2025-02-12", "2024-12-24"], "bureau": ["FRA", "DEU"]})
    assert log.count("edition").to_table(zeros=False).to_dicts()[-1] == {
        "edition": "not stated", "delegates": 1,
    }  # fmt: skip
    assert "1 delegate in no edition" in (log.editions().note or "")
    alone = bcn.read_delegates({"date": ["2024-12-24"], "bureau": ["DEU"]})
    with pytest.raises(bcn.QueryError, match="edition"):
        alone.editions()


def test_a_date_outside_the_days_of_its_edition_is_told() -> None:
    rows = {"edition": ["19", "20"], "date": ["2024-04-24", "2025-03-01"], "bureau": ["FRA"] * 2}
    log = bcn.read_delegates(rows)
    assert log.astray == 1 and "1 row dated outside the days" in (log.never().note or "")
    assert log.editions()["edition"].tolist() == ["19", "20"]


def test_the_days_of_shipped_editions_are_those_of_the_figures_in_print() -> None:
    from interpol_bcn._days import first_day

    days = {row["edition"]: row for row in bcn.editions("conference") if row["printed"]}
    met = 0
    for figure in bcn.published:
        key, edition = figure.scope[0] if figure.scope else ("", "")
        if key == "edition":
            met += 1
            assert first_day(days[edition]["from"]) == first_day(figure.from_)
            assert str(figure) in days[edition]["printed"]
    assert met == 12


def test_editions_are_compared_with_print_where_the_log_has_them() -> None:
    log = bcn.read_delegates(
        {"edition": [19, 19, 20], "bureau": ["FRA", "DEU", "FRA"], "delegates": [300, 21, 400]}
    )
    found = bcn.published.check(log)
    assert {(one.measure, one.of, bool(one)) for one in found if one.of} == {
        ("delegates", "edition 19", True), ("countries", "edition 19", False),
        ("delegates", "edition 20", False), ("countries", "edition 20", False),
    }  # fmt: skip


def test_an_edition_brings_its_day_within_the_period_only() -> None:
    rows = {"edition": ["19", "20"], "bureau": ["FRA", "DEU"]}
    assert "2024-04-01 .. 2025-02-13 UTC" in repr(bcn.read_delegates(rows))
    assert bcn.read_delegates(rows).count("day").to_table(zeros=False)["day"][0] == "2025-02-11"
    log = bcn.read_delegates(rows, period=("2023", "2024"))
    assert len(log) == 2 and "date" not in log.columns


# Questions


def test_who_joined_later_did_not_miss_earlier_editions() -> None:
    log = bcn.read_delegates({"edition": ["10", "18", "20"], "bureau": ["FRA", "FRA", "FRA"]})
    missed = dict(parts(log.never(), "bureau", "missed"))
    assert (missed["ITA"], missed["PLW"], "FRA" in missed) == (3, 1, False)
    assert "ITA" in log.never(since=18)["bureau"].tolist()
    assert log.never(since="2025")["missed"].tolist() == [1] * 195
    assert len(log.never(since="2026")) == 0
    with pytest.raises(bcn.LabelError):
        log.never(since="last")


def test_retention_between_two_editions_is_the_row_of_the_matrix() -> None:
    log = bcn.read_delegates({"edition": [18, 19, 19, 20], "bureau": ["FRA", "FRA", "DEU", "DEU"]})
    matrix = log.retention()
    assert log.retention(18, "19th")[0] == matrix[0] and len(matrix) == 3
    assert log.retention(19, 18)[0]["left"] == 1
    for wrong in (17, "99"):
        with pytest.raises(bcn.LabelError):
            log.retention(wrong, 20)
    with pytest.raises(bcn.QueryError, match="two editions"):
        log.retention(18)


def test_participation_goes_by_groups_of_bureaus_and_by_labels() -> None:
    log = bcn.read_delegates({
        "edition": ["20"] * 3, "bureau": ["FRA", "FRA", "IPSG"], "theme": ["fraud", "drugs", None],
    })  # fmt: skip
    assert parts(log.participation("theme"), "theme", "attending", "members") == [
        ("drugs", 1, 196), ("fraud", 1, 196), (None, 0, 196),
    ]  # fmt: skip
    assert log.participation("bureau.region") == log.participation("region")
    assert sum(log.participation("region5")["members"]) == 196
    with pytest.raises(bcn.QueryError, match="did you mean 'region'"):
        log.participation("regoin")


def test_ties_among_the_biggest_delegations_are_told() -> None:
    log = bcn.read_delegates({"edition": [20] * 3, "bureau": ["FRA", "DEU", "ITA"]})
    assert "2 more as large as the last" in (log.biggest(1).note or "")
    for ask in (lambda: log.biggest(-1), lambda: log.attended(2), lambda: log.attended(1, of=2)):
        with pytest.raises(bcn.QueryError):
            ask()


def test_persons_are_filtered_by_labels_and_ranges_but_not_by_the_calendar() -> None:
    log = bcn.read_delegates({
        "edition": ["19", "20", "20"], "bureau": ["FRA"] * 3, "person": ["p", "p", "q"],
        "date": ["2024-04-24", "2025-02-11", "2025-02-12"],
    })  # fmt: skip
    late = {"date": ("2025-02-12", "2026")}
    assert log.editions(where=late)["persons"].tolist() == [1]
    assert log.editions(where={"edition": bcn.Not("19")})["persons"].tolist() == [2]
    with pytest.raises(bcn.QueryError, match="range of dates"):
        log.editions(where={"month": "2025-02"})


def test_a_log_without_rows_answers_with_empty_tables() -> None:
    log = bcn.read_delegates({
        "edition": ["x"], "date": ["2025-02-12"], "bureau": ["FRA"], "person": ["p"],
        "gender": ["f"],
    }, errors="reject")  # fmt: skip
    for table in (
        log.editions(), log.retention(), log.never(), log.streaks(), log.first_timers(),
        log.biggest(), log.attended(0), log.participation(),
    ):  # fmt: skip
        assert len(table) == 0


def test_a_row_of_many_delegates_without_a_person_costs_no_more_than_one() -> None:
    log = bcn.read_delegates({
        "edition": ["20", "20"], "bureau": ["FRA", "FRA"], "person": [None, "p"],
        "delegates": [10**12, 1], "gender": ["f", "m"],
    })  # fmt: skip
    assert log.biggest(1)["persons"].tolist() == [10**12 + 1]
    assert log.editions()["women"].tolist() == [10**12]


def test_headings_are_in_four_languages() -> None:
    log = bcn.read_delegates({"edition": ["20"], "bureau": ["FRA"], "person": ["p"]})
    shown = log.editions().in_language("fr").to_text(width=200)
    assert "personnes" in shown.splitlines()[1] and "pays" in shown.splitlines()[1]


def test_the_report_and_the_factsheet_take_delegates() -> None:
    rows = {"edition": [19, 20], "bureau": ["FRA", "FRA"]}
    log = bcn.read_delegates({**rows, "person": ["Roe", "Roe"]})
    sent = {"sent_at": ["2025-01-05"], "sender": ["FRA"], "receiver": ["DEU"]}
    page = bcn.report(bcn.read_messages(sent), log, charts=False).html
    assert "Biggest delegations" in page and "Roe" not in page
    assert bcn.factsheet("France", log).tables[0]["delegates"].tolist() == [1, 1]


# Persons


def test_persons_are_in_no_print_and_no_export() -> None:
    pa = pytest.importorskip("pyarrow")
    log = bcn.read_delegates({
        "edition": ["19", "20"], "bureau": ["FRA", "FRA"], "person": ["Jane Roe", "Jane Roe"],
    })  # fmt: skip
    shown = [repr(log), log._repr_html_(), str(log.retention().to_dicts())]
    shown += [log.editions().to_text(), log.biggest().explain(), str(pa.table(log).to_pydict())]
    assert log.retention()["persons_stayed"].tolist() == [1]
    assert not any("Jane" in text for text in shown)
    assert "person" not in pa.table(log).column_names


def test_a_refused_person_is_not_named(tmp_path: Path) -> None:
    data = tmp_path / "delegates.csv"
    data.write_bytes(b"edition,bureau,person\n20,FRA,Jane \xff Roe\n20,FRA,John Doe\n")
    with pytest.raises(bcn.InputError) as caught:
        bcn.read_delegates(data)
    assert "Jane" not in str(caught.value)
    log = bcn.read_delegates(data, errors="reject")
    assert (log.rejected.count, log.accepted) == (1, 1)
    assert log.rejected.rows["column"].tolist() == ["person"]
    shown = str(log.rejected.rows.to_dicts()) + str(log.rejected.by("value").to_dicts())
    assert "Jane" not in shown


def test_a_key_hashes_persons_with_keyed_blake2b() -> None:
    rows = {"edition": [20] * 3, "bureau": ["FRA"] * 3, "person": ["7", "Zoë", None]}
    log = bcn.read_delegates(rows, key=b"secret")
    ids = memoryview(log._infos["person"]["values"]).tolist()
    for found, text in zip(ids[:2], ("7", "Zoë"), strict=True):
        digest = blake2b(text.encode(), key=b"secret", digest_size=8).digest()
        assert found == int.from_bytes(digest, "big") >> 1
    assert log.editions()["persons"].tolist() == [3]
    numbers = bcn.read_delegates({**rows, "person": [7, 8, None]}, key=b"secret")
    assert memoryview(numbers._infos["person"]["values"])[0] == ids[0]
    for wrong in (b"", b"x" * 65, "text"):
        with pytest.raises(bcn.QueryError, match="64 bytes"):
            bcn.read_delegates(rows, key=wrong)
    with pytest.raises(bcn.QueryError, match="no column 'person'"):
        bcn.read_delegates({"edition": [20], "bureau": ["FRA"]}, key=b"secret")
