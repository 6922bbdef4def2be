"""Profiles on each bureau's own clocks, nights and weekends, calendars, the table of zones."""

from __future__ import annotations

import csv
import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from tests.reference import times as twin

ZONES = {"FRA": "Europe/Paris", "JPN": "Asia/Tokyo", "IND": "Asia/Kolkata", "EGY": "Africa/Cairo",
         "USA": "America/New_York", "IPSG": "Europe/Paris"}  # fmt: skip
WEEKENDS = {"EGY": {4, 5}, "IND": {6}}
START = datetime.datetime(2023, 3, 20, tzinfo=datetime.UTC)
records = st.lists(
    st.tuples(
        st.integers(0, 24 * 4 * 14).map(lambda n: START + datetime.timedelta(minutes=15 * n)),
        st.sampled_from(sorted(ZONES)),
    ),
    min_size=1,
    max_size=40,
)


def read(found: list[tuple[datetime.datetime, str]]) -> bcn.Log:
    return bcn.read_messages(
        {"sent_at": [at for at, _ in found], "sender": [who for _, who in found],
         "receiver": ["DEU"] * len(found)}
    )  # fmt: skip


@settings(max_examples=12)
@given(records)
def test_each_bureau_is_counted_on_its_own_clocks(
    found: list[tuple[datetime.datetime, str]],
) -> None:
    log = read(found)
    right = twin.hours_of_week((at, ZONES[who]) for at, who in found)
    table = log.profile(tz="own").nonzero()
    assert (
        dict(zip(table["hour_of_week"].tolist(), table["messages"].tolist(), strict=True)) == right
    )
    by = log.profile("hour_of_day", by="sender", tz="own").nonzero()
    for who in {who for _, who in found}:
        hours = {f"{twin.local(at, ZONES[who]).hour:02}" for at, one in found if one == who}
        assert {row["hour_of_day"] for row in by if row["sender"] == who} == hours
    assert sum(by["messages"].tolist()) == len(found)
    off = {row["sender"]: row for row in log.off_hours(zeros=False)}
    for who in {who for _, who in found}:
        mine = [(at, ZONES[who]) for at, one in found if one == who]
        parts = twin.off_hours(mine, (22, 6), WEEKENDS.get(who, {5, 6}))
        assert (off[who]["night"], off[who]["weekend"], off[who]["off"]) == parts
        assert off[who]["share off"] == parts[2] / len(mine)


def test_zones_and_weekends_of_users_go_first(tmp_path: Path) -> None:
    at = datetime.datetime(2023, 3, 24, 23, 30, tzinfo=datetime.UTC)  # a Friday
    log = read([(at, "FRA"), (at, "USA")])
    given_ways: list[Any] = [{"France": "Pacific/Auckland"}]
    path = tmp_path / "zones.csv"
    path.write_text("label,zone\nfr,Pacific/Auckland\n")
    given_ways += [path, bcn.Table({"bureau": ["FRA"], "zone": ["Pacific/Auckland"]})]
    for zones in given_ways:
        hours = log.profile(tz="own", zones=zones).nonzero()["hour_of_week"].tolist()
        assert hours == ["Fri 19", "Sat 12"]
    row = log.off_hours(weekends={"FRA": "Fri"}, zeros=False).row(0)
    assert (row["night"], row["weekend"], row["off"]) == (1, 0, 1)  # Saturday there
    row = log.off_hours(weekends="Fri Sat", night=(19, 20), zeros=False).row(1)
    assert (row["sender"], row["night"], row["weekend"]) == ("USA", 1, 1)
    utc = log.off_hours(tz="UTC", night=(23, 24), zeros=False)
    assert utc["night"].tolist() == [1, 1]
    with pytest.raises(bcn.InputError, match="Frnace"):
        log.profile(tz="own", zones={"Frnace": "UTC"})
    with pytest.raises(bcn.QueryError, match="unknown time zone"):
        log.profile(tz="own", zones={"FRA": "Europe/Pariss"})
    with pytest.raises(bcn.QueryError, match="write days as Mon"):
        log.off_hours(weekends="Saturday")
    with pytest.raises(bcn.QueryError, match="night="):
        log.off_hours(night=(6, 6))
    with pytest.raises(bcn.QueryError, match="did you mean 'hour_of_week'"):
        log.profile("hour_of_weak")
    with pytest.raises(bcn.QueryError, match="are for tz='own'"):
        log.profile(zones={"FRA": "UTC"})
    with pytest.raises(bcn.QueryError, match="a column of bureaus"):
        log.profile(tz="own", column="kind")


def test_filters_mean_the_same_moments_on_all_clocks() -> None:
    days = [START + datetime.timedelta(hours=n) for n in range(96)]
    log = read([(at, who) for at in days for who in ("FRA", "JPN", "USA")])
    where = {"sent_at": ("2023-03-21", "2023-03-23"), "sender": bcn.Not("JPN")}
    table = log.profile(tz="own", where=where)
    assert sum(table["messages"].tolist()) == log.count(where=where).total() == 96
    assert "left out" not in (table.note or "")


def test_bureaus_without_a_zone_are_said() -> None:
    log = bcn.read_messages({"sent_at": ["2023-01-05T10:00Z"] * 2, "sender": ["A", "B"],
                             "receiver": ["A", "B"]}, members=bcn.Domain(["A", "B"]))  # fmt: skip
    table = log.profile(tz="own", zones={"A": "Asia/Tokyo"})
    assert table.nonzero()["hour_of_week"].tolist() == ["Thu 19"]
    assert "1 of bureaus without a zone left out" in (table.note or "")


def test_rates_of_a_profile_are_over_its_real_hours() -> None:
    hours = [START + datetime.timedelta(hours=n) for n in range(14 * 24)]
    log = read([(at, "FRA") for at in hours])
    table = log.profile("hour_of_day", tz="Europe/Paris")
    assert set(table["per hour"].tolist()) == {1.0}  # 26 March has no 02
    assert table["messages"].tolist().count(13) == 1


@settings(max_examples=30)
@given(st.lists(st.dates(datetime.date(2022, 12, 20), datetime.date(2023, 2, 10)), min_size=1,
                max_size=20))  # fmt: skip
def test_a_calendar_has_each_day_in_its_week(days: list[datetime.date]) -> None:
    log = bcn.read_messages({"sent_at": [str(day) for day in days], "sender": ["FRA"] * len(days),
                             "receiver": ["DEU"] * len(days)})  # fmt: skip
    table = log.calendar()
    seen = {}
    for row in table:
        year, week = int(row["week"][:4]), int(row["week"][6:])
        for number, name in enumerate(twin.WEEK, 1):
            seen[datetime.date.fromisocalendar(year, week, number)] = row[name]
        assert row["week total"] == sum(row[name] or 0 for name in twin.WEEK)
    for day, count in seen.items():
        inside = min(days) <= day <= max(days)
        assert count == (days.count(day) if inside else None)
    assert set(days) <= set(seen)


def test_every_bureau_has_one_main_zone_that_exists() -> None:
    table = bcn.zones()
    main = [row["bureau"] for row in table if row["main"]]
    domain = bcn.members.domain()
    assert sorted(main) == sorted(set(main))
    assert {member.alpha_3 for member in bcn.members} <= set(main)
    assert set(main) <= set(domain.labels)
    assert {row["bureau"] for row in table} == set(main)
    for row in table:
        ZoneInfo(row["zone"])
        assert row["status"] in ("sourced", "unverified") and row["source"]
        assert set(row["weekend"].split()) <= set(twin.WEEK)
    several = {row["bureau"] for row in table if not row["main"]}
    for row in table:
        if row["main"] and row["bureau"] in several:
            assert row["status"] == "unverified"


def test_zones_are_those_of_the_zone_database() -> None:
    path = Path("/usr/share/zoneinfo/zone.tab")
    if not path.exists():
        pytest.skip("this computer has no zone.tab")
    listed: dict[str, set[str]] = {}
    for line in path.read_text().splitlines():
        if not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            listed.setdefault(code, set()).add(zone)
    alpha_2 = {member.alpha_3: member.alpha_2 for member in bcn.members}
    mine: dict[str, set[str]] = {}
    for row in bcn.zones():
        mine.setdefault(row["bureau"], set()).add(row["zone"])
    differ = [code for code, two in alpha_2.items() if mine[code] != listed.get(two)]
    # Releases of the database differ; a bureau's main zone may not go.
    main = {row["bureau"]: row["zone"] for row in bcn.zones() if row["main"]}
    assert len(differ) <= 5 and all(main[code] in listed[alpha_2[code]] for code in differ)


def test_weekends_are_those_of_cldr() -> None:
    babel = pytest.importorskip("babel")
    with open(Path(bcn.__file__).parent / "data/weekends.csv", encoding="utf-8") as file:
        rows = {row["code"]: row["days"] for row in csv.DictReader(file)}
    for tag, code in (("ar_EG", "EGY"), ("fr_FR", "FRA"), ("hi_IN", "IND"), ("fa_IR", "IRN"),
                      ("he_IL", "ISR"), ("ar_AE", "ARE")):  # fmt: skip
        locale = babel.Locale.parse(tag)
        days = range(locale.weekend_start, locale.weekend_end + 1)
        assert rows[code] == " ".join(twin.WEEK[day] for day in days)
