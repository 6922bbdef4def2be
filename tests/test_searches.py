"""Searches: reading, hit rates, rates, peaks, participation and growth, against slow twins."""

from __future__ import annotations

import csv
import datetime
import gzip
from array import array
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import searches as twin
from scipy import stats

import interpol_bcn as bcn
from interpol_bcn._databases import databases
from interpol_bcn.vocabularies import vocabulary

START = datetime.datetime(2023, 10, 28, tzinfo=datetime.UTC)
BUREAUS = ["FRA", "DEU", "ITA", "IPSG"]
DATABASES = ["SLTD", "SMV", "nominal"]


@st.composite
def searches(draw: st.DrawFn) -> dict[str, Any]:
    count = draw(st.sampled_from([0, 1, 1, 2, 40]))
    moment = START + datetime.timedelta(
        days=draw(st.integers(0, 3)),
        seconds=draw(st.sampled_from([0, 1, 59, 60, 3599, 3600, 7200, 82_800])),
        microseconds=draw(st.sampled_from([0, 999_999])),
    )
    return {
        "searched_at": moment,
        "bureau": draw(st.sampled_from(BUREAUS)),
        "database": draw(st.sampled_from(DATABASES)),
        "hits": draw(st.integers(0, count)),
        "searches": count,
    }


logs = st.lists(searches(), min_size=1, max_size=30)


def log_of(rows: list[dict[str, Any]], **options: Any) -> Any:
    return bcn.read_searches({name: [row[name] for row in rows] for name in rows[0]}, **options)


def some(**columns: Any) -> Any:
    size = max(len(values) for values in columns.values())
    base = {"searched_at": ["2023-01-05"] * size, "bureau": ["FRA"] * size,
            "database": ["SLTD"] * size}  # fmt: skip
    return bcn.read_searches({**base, **columns})


# Reading


def test_more_hits_than_searches_are_refused_and_accounted_for() -> None:
    log = bcn.read_searches(
        {
            "searched_at": ["2023-01-05"] * 4,
            "bureau": ["FRA", "France", "Frnace", "DEU"],
            "database": ["SLTD", "Véhicules volés", "SMV", "SMV"],
            "hits": [2, 3, 0, None],
            "searches": [2, 2, 1, None],
        },
        errors="reject",
    )
    assert (log.seen, log.accepted, log.duplicates, log.rejected.count) == (4, 2, 0, 2)
    reasons = {row["column"]: row["reason"] for row in log.rejected.rows}
    assert reasons == {"hits": "contradicts another column", "bureau": "unknown label"}


def test_without_a_weight_a_row_is_one_search_and_hits_once_at_most() -> None:
    assert some(hits=[0, 1]).total == 2
    with pytest.raises(bcn.InputError, match="contradicts another column"):
        some(hits=[2])


def test_the_databases_are_nineteen_with_names_in_four_languages() -> None:
    domain = vocabulary("databases")
    assert domain is databases() and len(domain) == 19
    for code, label in enumerate(domain.labels):
        for language in ("ar", "en", "fr", "es"):
            name = domain.name(label, language)
            assert name and domain.resolve(name) == code, (label, language)
    families = domain.table("family")[1]
    assert min(families) >= 0 and sorted(Counter(families).values()) == [1, 3, 3, 3, 4, 5]


def test_every_row_of_the_databases_says_its_source() -> None:
    folder = Path(bcn.__file__).parent / "data"
    for name in ("databases", "database_families"):
        with open(folder / f"{name}.csv", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, strict=True):
                assert row["source"] and row["status"] in ("sourced", "unverified")


def test_another_set_of_databases_replaces_the_shipped_one() -> None:
    log = some(database=["SLTD", "SMV"])
    assert log.count("database.family")["Stolen property"] == 1
    own = bcn.read_searches(
        {"searched_at": ["2023-01-05"], "bureau": ["FRA"], "database": ["arrivals"]},
        domains={"database": ["arrivals", "departures"]},
    )
    assert own.count("database").to_dicts()[0] == {"database": "arrivals", "searches": 1}


# Hit rates


@given(logs, st.sampled_from([1, 100, 1_000_000]))
def test_a_hit_rate_is_hits_over_searches_within_its_interval(
    rows: list[dict[str, Any]], per: int
) -> None:
    table = log_of(rows).hit_rate("database", "bureau", per=per)

    def key(row: Any) -> Any:
        return row["database"], row["bureau"]

    count, hits = twin.sums(rows, "searches", key), twin.sums(rows, "hits", key)
    assert sum(table["searches"]) == sum(count.values())
    for row in table:
        at = key(row)
        assert (row["searches"], row["hits"]) == (count[at], hits[at])
        if not count[at]:
            assert row["rate"] is row["low"] is row["high"] is None
            continue
        assert row["rate"] == hits[at] * per / count[at]
        assert row["low"] <= row["rate"] <= row["high"]


def test_the_interval_is_named_and_is_that_of_scipy() -> None:
    log = some(database=["SLTD", "SMV"], searches=[10_000_000, 3_000_000], hits=[700, 0])
    table = log.hit_rate("database", zeros=False)
    assert "Garwood 95% interval" in table.title
    sltd, smv = table
    assert sltd["rate"] == 70 and smv["rate"] == 0 and smv["low"] == 0
    assert sltd["low"] == pytest.approx(stats.chi2.ppf(0.025, 1400) / 20, rel=1e-10)
    assert smv["high"] == pytest.approx(stats.chi2.isf(0.025, 2) / 6, rel=1e-10)
    share = log.hit_rate("database", per=1, level=0.9, zeros=False)
    assert "Clopper-Pearson 90% interval" in share.title
    assert share[0]["low"] == pytest.approx(stats.beta.ppf(0.05, 700, 9_999_301), rel=1e-10)
    forced = log.hit_rate(interval="clopper-pearson").row(0)
    assert forced["high"] == pytest.approx(stats.beta.isf(0.025, 701, 12_999_300) * 1e6, rel=1e-10)
    often = some(searches=[10], hits=[3]).hit_rate()
    assert "Clopper-Pearson" in often.title and often.row(0)["high"] < 1_000_000


def test_searches_that_state_no_hits_do_not_lower_the_rate() -> None:
    table = some(searches=[10, 90], hits=[5, None]).hit_rate(per=100)
    assert table.row(0)["rate"] == 50 and table.row(0)["searches"] == 10
    assert "90 searches that state no hits are left out" in table.note


def test_hit_rates_that_cannot_be_are_refused() -> None:
    with pytest.raises(bcn.QueryError, match="no column 'hits'"):
        some(searches=[1]).hit_rate()
    log = some(hits=[1])
    for wrong in ({"per": 0}, {"per": 1.5}, {"level": 1}, {"interval": "wald"}):
        with pytest.raises(bcn.QueryError):
            log.hit_rate(**wrong)


# Rates and peaks


@given(
    st.dates(datetime.date(2019, 11, 1), datetime.date(2025, 3, 1)),
    st.integers(1, 1200),
    st.sampled_from(["second", "minute", "hour", "day", "week", "month", "quarter", "year"]),
)
def test_a_rate_is_over_the_real_length_of_the_period(
    first: datetime.date, days: int, per: str
) -> None:
    stop = first + datetime.timedelta(days)
    log = bcn.read_searches(
        {"searched_at": [str(first)], "bureau": ["FRA"], "database": ["SMV"], "searches": [10**9]},
        period=(str(first), str(stop)),
    )
    expected = 10**9 / twin.length(per, first, stop)
    assert log.rate(per) == pytest.approx(float(expected), rel=1e-14)


def test_leap_years_part_years_and_days_of_other_lengths() -> None:
    def of(period: Any) -> Any:
        return bcn.read_searches(
            {"searched_at": [f"{period[0]}T12:00Z"], "bureau": ["FRA"], "database": ["SMV"],
             "searches": [182]}, period=period)  # fmt: skip

    assert of(("2024-01-01", "2024-07-01")).rate("year") == 366
    assert of(("2023-01-01", "2024-01-01")).rate("year") == 182
    log = some(searches=[182])
    assert log.rate("day") == 182 and log.rate("hour", tz="Europe/Paris") == 182 / 24
    long = bcn.read_searches(
        {"searched_at": ["2023-10-29T05:00Z"], "bureau": ["FRA"], "database": ["SMV"]},
        period=("2023-10-28T22:00Z", "2023-10-29T23:00Z"),
    )
    assert long.rate("day", tz="Europe/Paris") == 1 and long.rate("hour") == 1 / 25


def test_a_range_cuts_the_period_of_a_rate_and_other_filters_of_time_are_refused() -> None:
    log = bcn.read_searches(
        {"searched_at": ["2023-01-05", "2023-02-07"], "bureau": ["FRA"] * 2,
         "database": ["SMV"] * 2}, period="2023")  # fmt: skip
    assert log.rate("day", where={"searched_at": "2023-02"}) == 1 / 28
    for where in (
        {"month": "2023-02"},
        {"searched_at": bcn.Not("2023-02")},
        {"day_of_week": "Mon"},
    ):
        with pytest.raises(bcn.QueryError, match="takes moments out of the period"):
            log.rate("day", where=where)
    with pytest.raises(bcn.QueryError, match="did you mean 'second'"):
        log.rate("secnd")


@given(logs, st.sampled_from(["1s", "1min", "1h", "1d"]), st.integers(1, 4),
       st.sampled_from(["UTC", "Europe/Paris", "Asia/Kathmandu"]))  # fmt: skip
def test_peaks_are_the_fullest_moments_and_ties_are_told(
    rows: list[dict[str, Any]], width: str, n: int, zone: str
) -> None:
    table = log_of(rows).peak(width, n, tz=zone)
    expected, more = twin.busiest(rows, width, zone, n)
    assert list(zip(table["start"], table["count"], strict=True)) == expected
    told = f"{more:,} more" in table.note
    assert told if more else "the same as the last" not in table.note


@given(logs, st.sampled_from(["1s", "1min", "1h"]), st.integers(1, 4),
       st.sampled_from(["UTC", "Europe/Paris", "Australia/Lord_Howe"]))  # fmt: skip
def test_rows_in_order_have_the_same_peaks(
    rows: list[dict[str, Any]], width: str, n: int, zone: str
) -> None:
    rows = sorted(
        ({**row, "searches": 1, "hits": 0} for row in rows), key=lambda r: r["searched_at"]
    )
    names = ["searched_at", "bureau", "database"]
    log = bcn.read_searches({name: [row[name] for row in rows] for name in names})
    mixed = bcn.read_searches({name: [row[name] for row in rows[::-1]] for name in names})
    for where in (None, {"searched_at": ("2023-10-28T00:00:01", "2023-10-30T01")}):
        table = log.peak(width, n, tz=zone, where=where)
        other = mixed.peak(width, n, tz=zone, where=where)
        assert table.to_dicts() == other.to_dicts() and table.note == other.note
    if zone != "Australia/Lord_Howe":  # the hour there that is half an hour
        expected, _ = twin.busiest(rows, width, zone, n)
        found = log.peak(width, n, tz=zone)
        assert list(zip(found["start"], found["count"], strict=True)) == expected


def test_runs_of_anything_else_are_refused() -> None:
    from interpol_bcn import _core

    times, pieces = array("q", [0, 1, 1]), array("q", [0, 0, 1, 0, 0, 5, -1, 0, 0, 0])
    assert _core.busiest_runs(times, pieces, 1) == ([1], [2], 0)
    assert _core.busiest_runs(array("q"), pieces, 1) == ([], [], 0)
    for bad in (
        (times, pieces, 0),
        (array("i", [0]), pieces, 1),
        (times, pieces[:7], 1),
        (times, array("q", [0, 0, 0, 0, 0, 5, -1, 0, 0, 0]), 1),
        (times, array("q", [0, 0, 1, 7, 0, 5, -1, 0, 0, 0]), 1),
        (times, array("q", [5, 0, 1, 0, 0, 0, -1, 0, 0, 0]), 1),
        (times, array("q", [0, 0, 1, 0, 0]), 1),
    ):
        with pytest.raises(ValueError, match="pieces of units"):
            _core.busiest_runs(*bad)


def test_very_many_ties_are_counted_too() -> None:
    base = datetime.datetime(2023, 1, 1, tzinfo=datetime.UTC)
    times = [base + datetime.timedelta(seconds=7 * n) for n in range(500)]
    log = some(searched_at=times)
    table = log.peak("1s", 2)
    assert table["count"].tolist() == [1, 1] and "498 more seconds of 1" in table.note
    assert "2023-01-01T05:45:00+05:45" in log.peak(tz="Asia/Kathmandu").note


def test_peaks_that_cannot_be_are_refused() -> None:
    log = some(hits=[1])
    with pytest.raises(bcn.QueryError, match="dates without hours"):
        log.peak("1s")
    assert log.peak("1d").row(0)["count"] == 1
    for wrong in (("2s", 1), ("1d", 0), ("1d", True)):
        with pytest.raises(bcn.QueryError):
            log.peak(*wrong)


def test_rates_and_peaks_belong_to_messages_too() -> None:
    log = bcn.read_messages(
        {"sent_at": ["2023-01-05T10:00Z"] * 3, "sender": ["FRA"] * 3, "receiver": ["DEU"] * 3}
    )
    assert log.rate("day") == 3 and log.peak("1h").row(0)["count"] == 3


# Participation


@given(logs)
def test_participation_counts_members_that_search_and_hit(rows: list[dict[str, Any]]) -> None:
    log = log_of(rows)
    table = log.participation("database")
    searching, hitting = twin.users(rows, "searches"), twin.users(rows, "hits")
    silent = {(row["database"], row["bureau"]) for row in log.non_users("database")}
    for row in table:
        users = searching.get(row["database"], set()) - {"IPSG"}
        assert row["searchers"] == len(users)
        assert row["hit_makers"] == len(hitting.get(row["database"], set()) - {"IPSG"})
        assert row["share of searchers"] == len(users) / row["members"]
        quiet = {bureau for database, bureau in silent if database == row["database"]}
        assert len(quiet) == row["members"] - len(users) and not quiet & users
    everyone = set().union(*searching.values()) - {"IPSG"}
    assert len(log.non_users()) == log.coverage[1] - len(everyone)


def test_contributors_come_from_records_and_are_other_countries() -> None:
    held = bcn.read_records(
        {"date": ["2022-12-31", "2022-12-31", "2024-12-31"], "bureau": ["ITA", "ESP", "DEU"],
         "database": ["SLTD", "SMV", "SLTD"], "stock": [5, 0, 7]})  # fmt: skip
    log = some(bureau=["FRA", "DEU"], hits=[0, 1])
    table = log.participation(records=held)
    row = table.row(7)
    assert (row["contributors"], row["searchers"], row["hit_makers"]) == (1, 2, 1)
    family = log.participation("database.family", records=held)
    assert family["contributors"].tolist() == [0, 0, 1, 0, 0, 0]
    other = bcn.read_records(
        {"date": ["2022-12-31"], "bureau": ["ITA"], "database": ["x"], "stock": [5]},
        domains={"database": ["x"]})  # fmt: skip
    with pytest.raises(bcn.QueryError, match="other bureaus or databases"):
        log.participation(records=other)
    with pytest.raises(bcn.QueryError, match=r"by database, not by 'bureau\.region'"):
        log.participation("bureau.region", records=held)


def test_members_are_those_of_the_time() -> None:
    log = some(searched_at=["2022-05-01", "2023-12-31"], bureau=["FRA", "FRA"])
    years = log.participation("year")
    assert years["members"].tolist() == [195, 196]
    assert years["searchers"].tolist() == [1, 1]
    assert "PLW" in log.non_users("SLTD")["bureau"]
    assert len(log.non_users(["SLTD", "SMV"])) == 195
    with pytest.raises(bcn.QueryError, match="named twice"):
        log.non_users("SLTD", where={"database": "SMV"})


def test_a_log_without_rows_answers_with_nothing(tmp_path: Path) -> None:
    empty = bcn.read_searches(
        {"searched_at": ["never"], "bureau": ["FRA"], "database": ["SLTD"], "hits": ["0"]},
        errors="reject",
    )
    assert empty.seen == empty.rejected.count == 1
    assert sum(empty.hit_rate("database")["searches"]) == 0
    assert sum(empty.participation()["searchers"]) == 0
    assert "FRA" in empty.non_users()["bureau"]
    with pytest.raises(bcn.QueryError, match="no length"):
        empty.rate("day")


# Growth


@given(logs, st.sampled_from([None, "hits"]))
def test_the_parts_of_a_growth_add_up_to_it(
    rows: list[dict[str, Any]], measure: str | None
) -> None:
    name = measure or "searches"
    log = log_of(rows, period=("2023-10-27", "2023-11-03"))
    table = log.growth_parts(
        "database", ("2023-10-27", "2023-10-30"), ("2023-10-30", "2023-11-03"), measure=measure
    )
    cut = datetime.datetime(2023, 10, 30, tzinfo=datetime.UTC)
    old = twin.sums([r for r in rows if r["searched_at"] < cut], name, lambda r: r["database"])
    new = twin.sums([r for r in rows if r["searched_at"] >= cut], name, lambda r: r["database"])
    base, rise = sum(old.values()), sum(new.values()) - sum(old.values())
    assert sum(table["change"]) == rise
    for row in table:
        label = row["database"]
        assert (row["before"], row["after"]) == (old[label], new[label])
        change = new[label] - old[label]
        assert row["growth"] == (change / old[label] if old[label] else None)
        assert row["share"] == (change / rise if rise else None)
        assert row["contribution"] == (100 * change / base if base else None)


def test_growths_that_cannot_be_are_refused() -> None:
    log = some(searched_at=["2022-05-01", "2023-12-31"])
    table = log.growth_parts("database", "2022", "2023")
    assert "1 to 1, change +0" in table.note
    with pytest.raises(bcn.QueryError, match="others in each"):
        log.growth_parts("month", "2022", "2023")
    with pytest.raises(bcn.QueryError, match="lies outside"):
        log.growth_parts("database", "2019", "2023")
    with pytest.raises(bcn.QueryError, match="before and after"):
        log.growth_parts("database", "2022", "2023", where={"searched_at": "2022"})
    with pytest.raises(bcn.QueryError, match="no measure"):
        log.growth_parts("database", "2022", "2023", measure="hit")


# Rows that do not add up


def test_rows_whose_parts_do_not_add_up_are_found() -> None:
    log = bcn.read_searches(
        {"searched_at": ["2023-01-05"] * 4, "bureau": ["FRA"] * 4, "database": ["SMV"] * 4,
         "searches": [5, 6, 7, None], "hits": [2, 2, None, 0], "other": [3, 3, 3, 3]},
        measures=["other"])  # fmt: skip
    table = log.mismatches("searches", ["hits", "other"])
    assert table["row"].tolist() == [2] and table["difference"].tolist() == [-1]
    assert "1 of 2 rows" in table.note and "2 more" in table.note
    with pytest.raises(bcn.QueryError, match="did you mean"):
        log.mismatches("search", ["hits"])
    with pytest.raises(bcn.QueryError, match="list of columns"):
        log.mismatches("searches", "hits")


# Real data: decisions on claims to asylum, read as searches


@pytest.fixture(scope="module")
def decisions(shared_data: Path) -> tuple[Any, list[dict[str, str]]]:
    path = shared_data / "unhcr_asylum_decisions.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    parts = ["dec_other", "dec_rejected", "dec_closed"]
    log = bcn.read_searches(
        {
            "searched_at": [f"{row['year']}-01-01" for row in rows],
            "bureau": [row["coa"] for row in rows],
            "database": [f"{row['procedure_type']} {row['dec_level']}" for row in rows],
            "channel": [row["dec_pc"] for row in rows],
            "hits": [row["dec_recognized"] for row in rows],
            "searches": [row["dec_total"] for row in rows],
            **{name: [row[name] for row in rows] for name in parts},
        },
        measures=parts,
        members="infer",
        domains={"database": None},
        errors="reject",
    )
    return log, rows


def test_decisions_of_2023_are_as_many_as_published(decisions: Any) -> None:
    log, _ = decisions
    row = log.hit_rate("year").to_dicts()[23]
    assert (row["year"], row["searches"], row["hits"]) == ("2023", 2_498_303, 612_908)
    assert row["rate"] == 612_908 * 1e6 / 2_498_303
    expected = stats.beta.ppf(0.025, 612_908, 2_498_303 - 612_907) * 1e6
    assert row["low"] == pytest.approx(expected, rel=1e-10)


def test_decisions_that_do_not_add_up_are_found_not_hidden(decisions: Any) -> None:
    log, rows = decisions
    parts = ["hits", "dec_other", "dec_rejected", "dec_closed"]
    wrong = impossible = 0
    for row in rows:
        total, *pieces = (
            int(float(row[name]))
            for name in ("dec_total", "dec_recognized", "dec_other", "dec_rejected", "dec_closed")
        )
        wrong += sum(pieces) != total
        impossible += pieces[0] > total
    assert wrong == 444
    assert log.seen == len(rows) == log.accepted + log.rejected.count
    found = log.mismatches("searches", parts)
    refused = log.rejected.by("reason").to_dicts()
    assert sum(row["rows"] for row in refused if "contradicts" in row["reason"]) == impossible
    assert len(found) + impossible == 444


def test_a_level_called_na_is_a_label_like_any_other(decisions: Any) -> None:
    log, rows = decisions
    texts = Counter(row["dec_level"] for row in rows)
    assert texts["NA"] == 2_139
    named = sum(label.endswith(" NA") for label in log.domains["database"].labels)
    expected = {f"{row['procedure_type']} NA" for row in rows if row["dec_level"] == "NA"}
    assert named == len(expected)
