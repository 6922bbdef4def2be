"""Zones as tables of changes, held equal to the standard library's zoneinfo."""

from __future__ import annotations

import random
from bisect import bisect_right
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import calendar as twin

from interpol_bcn import _gregorian, _tzif
from interpol_bcn import _zones as zones
from interpol_bcn.errors import QueryError

DAY = zones.DAY
SECOND = zones.SECOND
HOUR = 3600 * SECOND
NASTY = (
    "Europe/Paris",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight time
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Apia",  # no 30 December 2011
    "Africa/Casablanca",  # goes back for each Ramadan
    "Europe/Dublin",  # its winter is the daylight time
    "Pacific/Chatham",
    "Antarctica/Troll",  # two hours of daylight time
    "Africa/Monrovia",  # seconds until 1972
    "America/Sao_Paulo",  # clocks changed at midnight
    "America/Sitka",  # a day twice in 1867
    "America/St_Johns",  # changed at one minute past midnight
    "Africa/Cairo",  # four changes in 2014
)
FROM = twin.microseconds(datetime(1900, 1, 1, tzinfo=UTC))
TO = twin.microseconds(datetime(2100, 1, 1, tzinfo=UTC))


def offset_in(table, time):
    starts, offsets = table
    return offsets[bisect_right(starts, time) - 1]


def wrong_near_changes(key, start=FROM, stop=TO):
    """Count the moments around listed changes where zoneinfo says otherwise."""
    tz, table = ZoneInfo(key), zones.zone_table(key, start, stop)
    times = [
        change + delta
        for change in table[0]
        for delta in (-2 * SECOND, -SECOND, -1, 0, 1, SECOND, 2 * SECOND)
        if start <= change + delta < stop
    ]
    return sum(offset_in(table, time) != twin.offset(time, tz) for time in times)


def wrong_on_days(key, start=FROM, stop=TO, step=DAY):
    """Count the probes between changes where zoneinfo says otherwise."""
    tz, table = ZoneInfo(key), zones.zone_table(key, start, stop)
    probes = range(start, stop, step)
    return sum(offset_in(table, time) != twin.offset(time, tz) for time in probes)


@pytest.mark.parametrize("key", NASTY)
def test_a_zone_changes_when_zoneinfo_says(key):
    assert wrong_near_changes(key) == 0
    assert wrong_on_days(key, step=5 * DAY) == 0


def test_a_sample_of_all_zones_is_right():
    keys = random.Random(196).sample(sorted(available_timezones()), 40)

    assert {key: wrong_near_changes(key) for key in keys} == dict.fromkeys(keys, 0)


@pytest.mark.slow
def test_every_zone_is_right_at_every_change_and_between_them():
    keys = twin.zones_that_differ()

    assert {key: wrong_near_changes(key) for key in keys} == dict.fromkeys(keys, 0)
    assert {key: wrong_on_days(key, step=2 * DAY + 5 * HOUR) for key in keys} == dict.fromkeys(
        keys, 0
    )


@given(
    key=st.sampled_from(NASTY),
    time=st.integers(zones.EARLIEST + 2 * DAY, zones.LATEST - 2 * DAY),
)
def test_the_offset_is_right_at_any_moment_of_the_years_1_to_9999(key, time):
    expected = twin.offset(time, ZoneInfo(key))

    assert zones.resolve_zone(key).offset_at(time) == expected
    assert offset_in(zones.zone_table(key), time) == expected


@given(
    key=st.sampled_from(NASTY),
    start=st.integers(zones.EARLIEST, zones.LATEST),
    length=st.integers(0, 5000 * DAY),
)
def test_a_part_of_a_table_is_the_table_of_the_part(key, start, length):
    stop = min(start + length, zones.LATEST)
    starts, offsets = zones.zone_table(key)
    low, high = bisect_right(starts, start), bisect_right(starts, stop - 1)
    expected = [(start, offsets[max(0, low - 1)])]
    expected += list(zip(starts[low:high], offsets[low:high], strict=True))

    actual = zones.resolve_zone(key).table(start, stop)

    assert list(zip(*actual, strict=True)) == expected


@given(key=st.sampled_from(NASTY), time=st.integers(FROM // SECOND, TO // SECOND))
def test_local_time_is_found_again_or_its_first_occurrence(key, time):
    zone, time = zones.resolve_zone(key), time * SECOND
    found = zone.utc_of(time + zone.offset_at(time))

    assert found <= time
    assert found + zone.offset_at(found) == time + zone.offset_at(time)


@pytest.mark.parametrize(
    ("key", "local", "expected"),
    [
        ("Europe/Paris", "2023-03-26T02:30", "2023-03-26T01:00"),  # skipped
        ("Europe/Paris", "2023-10-29T02:30", "2023-10-29T00:30"),  # twice
        ("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00"),  # no midnight
        ("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00"),  # no such day
        ("Africa/Monrovia", "1960-01-01T00:00", "1960-01-01T00:44:30"),
    ],
)
def test_a_skipped_time_is_the_skip_and_a_double_one_its_first(key, local, expected):
    shown = datetime.fromisoformat(local)
    moment = twin.microseconds(datetime.fromisoformat(expected).replace(tzinfo=UTC))

    assert zones.resolve_zone(key).utc_of(twin.microseconds(shown.replace(tzinfo=UTC))) == moment
    assert twin.first_moment(shown, ZoneInfo(key)) == moment


def test_fixed_offsets_and_tzinfo_objects_are_zones():
    india = timezone(timedelta(hours=5, minutes=30))

    assert zones.resolve_zone("+05:30").key == "+05:30"
    assert zones.resolve_zone(india) is zones.resolve_zone("+05:30")
    assert zones.resolve_zone("-0930").offset_at(0) == -34_200 * SECOND
    assert zones.resolve_zone(ZoneInfo("Asia/Tokyo")) is zones.resolve_zone("Asia/Tokyo")
    assert zones.resolve_zone(UTC) is zones.resolve_zone("UTC")
    assert zones.resolve_zone("+00:00").is_utc


@pytest.mark.parametrize(
    ("tz", "words"),
    [
        ("Europe/Pari", "Europe/Paris"),
        ("europe/paris", "Europe/Paris"),
        ("Lyon/Paris", "Europe/Paris"),
        ("new york", "America/New_York"),
        ("../../etc/passwd", "unknown time zone"),
        ("right/Europe/Paris", "Europe/Paris"),
        ("", "unknown time zone"),
        ("+25:00", "unknown time zone"),
        (3, "is no time zone"),
        (None, "is no time zone"),
    ],
)
def test_an_unknown_zone_is_refused_with_the_nearest(tz, words):
    with pytest.raises(QueryError, match=words):
        zones.resolve_zone(tz)


def test_without_a_database_the_error_says_how_to_get_one(monkeypatch):
    import importlib.resources
    import zoneinfo

    def missing(package):
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    monkeypatch.setattr(zoneinfo, "available_timezones", set)
    monkeypatch.setattr(importlib.resources, "files", missing)
    zones._zone.cache_clear()
    try:
        assert zones.resolve_zone("UTC").is_utc
        with pytest.raises(QueryError, match="pip install tzdata"):
            zones.resolve_zone("Europe/Paris")
    finally:
        zones._zone.cache_clear()


def test_the_version_of_the_database_is_read_where_it_is_written(monkeypatch, tmp_path):
    import sys
    import zoneinfo

    (tmp_path / "tzdata.zi").write_text("# version 2031z\nR d 1916 o - Jun 14 23s 1 S\n")
    monkeypatch.setattr(zoneinfo, "TZPATH", ("/nowhere", str(tmp_path)))
    assert zones.database_version() == "2031z"

    monkeypatch.setattr(zoneinfo, "TZPATH", ())
    monkeypatch.setitem(sys.modules, "tzdata", None)
    assert zones.database_version() == "unknown"


@pytest.mark.parametrize(
    ("rule", "year", "expected"),
    [
        ("CET-1CEST,M3.5.0,M10.5.0/3", 2023, [("03-26T01:00", 2), ("10-29T01:00", 1)]),
        ("IST-1GMT0,M10.5.0,M3.5.0/1", 2023, [("10-29T01:00", 0), ("03-26T01:00", 1)]),
        ("AAA3BBB,J60/0,300/-1", 2024, [("03-01T03:00", -2), ("10-27T01:00", -3)]),
        ("AAA3BBB,59/0,300/26", 2023, [("03-01T03:00", -2), ("10-29T04:00", -3)]),
    ],
)
def test_closing_rules_of_every_form_are_read(rule, year, expected):
    changes = _tzif.Rule.parse(rule)[1].changes(year)

    assert [
        (twin.moment(at * SECOND).strftime("%m-%dT%H:%M"), offset // 3600) for at, offset in changes
    ] == expected


@pytest.mark.parametrize(
    "rule", ["", "CET", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1,M3.5.0,M4.1.0"]
)
def test_a_damaged_rule_is_refused(rule):
    with pytest.raises(ValueError, match="rule"):
        _tzif.Rule.parse(rule)


def test_a_damaged_file_is_refused_and_never_half_read():
    whole = _tzif.read_tzif("Europe/Paris")
    generator = random.Random(7)
    for cut in [0, 3, 44, *generator.sample(range(len(whole)), 200)]:
        with pytest.raises(_tzif.UNREADABLE):
            _tzif.parse_tzif(whole[:cut])


@given(st.integers(-800_000, 3_000_000))
def test_days_and_dates_are_inverse_to_each_other(days):
    assert _gregorian.days_of(*_gregorian.date_of(days)) == days


@given(st.dates())
def test_days_are_counted_as_datetime_counts_them(date):
    assert _gregorian.days_of(date.year, date.month, date.day) == date.toordinal() - 719_163


@given(st.dates())
def test_weeks_are_those_of_iso_8601(date):
    year, week, weekday = date.isocalendar()
    days = date.toordinal() - 719_163

    assert _gregorian.week_of(days) == (year, week)
    assert _gregorian.week_start(year, week) == days - weekday + 1
    assert _gregorian.week_start(year, 54) is None
