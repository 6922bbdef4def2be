"""What the times of a question mean: instants, half-open ranges, the last months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import calendar as twin

from interpol_bcn._instants import (
    format_instant,
    format_period,
    last,
    parse_instant,
    parse_range,
    period_days,
)
from interpol_bcn.errors import QueryError

ZONES = ["UTC", "Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]
LONG_AGO, FAR = datetime(1900, 1, 1), datetime(2100, 1, 1)


def utc(text):
    return twin.microseconds(datetime.fromisoformat(text).replace(tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2023", "2023-01-01"),
        ("2023-Q3", "2023-07-01"),
        ("2023-03", "2023-03-01"),
        ("2023-W09", "2023-02-27"),
        ("2020-W53", "2020-12-28"),
        ("2023-03-05", "2023-03-05"),
        ("2023-03-05T14", "2023-03-05T14:00"),
        ("2023-03-05 14:05", "2023-03-05T14:05"),
        ("2023-03-05T14:05:09", "2023-03-05T14:05:09"),
        ("2023-03-05T14:05:09.25", "2023-03-05T14:05:09.250000"),
        ("2023-03-05T14:05Z", "2023-03-05T14:05"),
        ("2023-03-05T14:05+05:30", "2023-03-05T08:35"),
        ("2023-03-05T14-03", "2023-03-05T17:00"),
        (" 2023-03-05 ", "2023-03-05"),
        ("0001", "0001-01-01"),
        ("1969-12-31T23:59:59.999999", "1969-12-31T23:59:59.999999"),
        (date(2023, 3, 5), "2023-03-05"),
        (datetime(2023, 3, 5, 14), "2023-03-05T14:00"),
        (datetime(2023, 3, 5, 14, tzinfo=ZoneInfo("Europe/Paris")), "2023-03-05T13:00"),
    ],
)
def test_a_time_is_the_first_moment_of_what_it_names(text, expected):
    assert parse_instant(text) == utc(expected)


@given(st.sampled_from(ZONES), st.datetimes(LONG_AGO, FAR, allow_imaginary=True))
def test_local_times_are_the_first_moment_that_clocks_show_them(key, local):
    local = local.replace(microsecond=0)
    expected = twin.first_moment(local, ZoneInfo(key))

    assert parse_instant(local.isoformat(), key) == expected
    assert parse_instant(local.replace(fold=0), ZoneInfo(key)) == expected


@given(
    st.sampled_from(ZONES),
    st.integers(utc("1900-01-01"), utc("2100-01-01")),
)
def test_a_printed_instant_is_read_back(key, time):
    text = format_instant(time, key)

    assert parse_instant(text, "Asia/Tokyo") == time
    assert datetime.fromisoformat(text) == twin.moment(time)


def test_an_aware_or_folded_datetime_says_which_of_two_it_means():
    paris = ZoneInfo("Europe/Paris")
    twice = datetime(2023, 10, 29, 2, 30)

    assert parse_instant(twice, paris) == utc("2023-10-29T00:30")
    assert parse_instant(twice.replace(fold=1), paris) == utc("2023-10-29T01:30")
    assert parse_instant(twice.replace(fold=1, tzinfo=paris)) == utc("2023-10-29T01:30")
    assert parse_instant("2023-10-29T02:30+01:00", paris) == utc("2023-10-29T01:30")
    once = datetime(2023, 6, 1, 12)
    assert parse_instant(once.replace(fold=1), paris) == parse_instant(once, paris)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2023-13", "months go from 01 to 12"),
        ("2023-02-29", "days of 2023-02 go from 01 to 28"),
        ("2023-W53", "ISO weeks of 2023 go from 01 to 52"),
        ("2023-W00", "ISO weeks"),
        ("2023-03-05T24:00", "hours go from 00 to 23"),
        ("2023-03-05T23:60", "minutes go from 00 to 59"),
        ("2023-03-05T23:59:60", "seconds go from 00 to 59"),
        ("2023-03-05T23:59+25:00", "is no offset"),
        ("0000", "0001 to 9999"),
        ("0001-01-01T00:00+05:00", "outside the years"),
        ("2023-3", "write '2023'"),
        ("03/05/2023", "write '2023'"),
        ("2023-03Z", "write '2023'"),
        ("٢٠٢٣", "write '2023'"),
        ("", "is no time"),
        (2023, "is no time"),
        (None, "is no time"),
    ],
)
def test_what_is_no_time_is_refused_with_what_would_be(value, words):
    with pytest.raises(QueryError, match=words):
        parse_instant(value)


@pytest.mark.parametrize(
    ("value", "start", "stop"),
    [
        (("2023-01", "2023-07"), "2023-01-01", "2023-07-01"),
        (["2023", date(2024, 2, 1)], "2023-01-01", "2024-02-01"),
        ("2023", "2023-01-01", "2024-01-01"),
        ("2023-Q4", "2023-10-01", "2024-01-01"),
        ("2020-W53", "2020-12-28", "2021-01-04"),
        ("2023-02", "2023-02-01", "2023-03-01"),
        (date(2023, 12, 31), "2023-12-31", "2024-01-01"),
        ("2023-03-05T14:05", "2023-03-05T14:05", "2023-03-05T14:06"),
        ("2023-03-05T14:05:09.1", "2023-03-05T14:05:09.100", "2023-03-05T14:05:09.200"),
        ((None, "2023"), "0001-01-01", "2023-01-01"),
        ("9999", "9999-01-01", None),
        (("2023", None), "2023-01-01", None),
    ],
)
def test_a_range_is_half_open_and_a_single_unit_is_all_of_it(value, start, stop):
    end = utc("9999-12-31T23:59:59.999999") + 1 if stop is None else utc(stop)

    assert parse_range(value) == (utc(start), end)


def test_a_range_in_a_zone_begins_and_ends_where_its_clocks_say():
    paris = "Europe/Paris"

    assert parse_range("2023-03-26", paris) == (utc("2023-03-25T23:00"), utc("2023-03-26T22:00"))
    assert parse_range("2023-10-29T02", paris) == (utc("2023-10-29T00:00"), utc("2023-10-29T02:00"))
    with pytest.raises(QueryError, match="skip it"):
        parse_range("2011-12-30", "Pacific/Apia")
    with pytest.raises(QueryError, match="skip it"):
        parse_range("2023-03-26T02", paris)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (("2023-07", "2023-01"), "earlier one first"),
        (("2023", "2023"), "'2023' alone"),
        (("2023",), "pair"),
        (("2023", "2024", "2025"), "pair"),
        (datetime(2023, 1, 1), "one moment"),
        (("2023", 5), "is no time"),
        (7, "is no time"),
    ],
)
def test_a_range_that_holds_nothing_or_is_none_is_refused(value, words):
    with pytest.raises(QueryError, match=words):
        parse_range(value)


@pytest.mark.parametrize(
    ("text", "stop", "tz", "start"),
    [
        ("12 months", "2024-01-01", "UTC", "2023-01-01"),
        ("1 year", "2024-02-29", "UTC", "2023-02-28"),
        ("1 month", "2023-03-31", "UTC", "2023-02-28"),
        ("1 month", "2023-03-01", "UTC", "2023-02-01"),
        ("2 quarters", "2023-10-01", "UTC", "2023-04-01"),
        ("4 weeks", "2023-03-01", "UTC", "2023-02-01"),
        ("90 days", "2023-04-01", "UTC", "2023-01-01"),
        ("1 day", "2023-03-26T22:00", "Europe/Paris", "2023-03-25T23:00"),  # a day of 23 hours
        ("24 hours", "2023-03-26T22:00", "Europe/Paris", "2023-03-25T22:00"),
        ("1 month", "2023-10-31T23:00", "Europe/Paris", "2023-09-30T22:00"),
        ("5 minutes", "2023-01-01", "UTC", "2022-12-31T23:55"),
        ("9000 years", "2023-01-01", "Asia/Tokyo", "0001-01-01"),
    ],
)
def test_the_last_months_end_with_the_period_and_follow_the_calendar(text, stop, tz, start):
    resolved = last(text).resolve(utc("2000-01-01"), utc(stop), tz)

    assert resolved == (utc(start), utc(stop))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 moths", "did you mean 'months'"),
        ("twelve months", "number and a unit"),
        ("0 days", "number and a unit"),
        ("-1 day", "number and a unit"),
        (12, "number and a unit"),
    ],
)
def test_the_last_of_what_is_no_unit_is_refused(text, words):
    with pytest.raises(QueryError, match=words):
        last(text)


def test_last_is_a_value():
    assert last("1 month") == last("1  Months")
    assert repr(last("1 months")) == "last('1 month')"
    assert repr(last("12 month")) == "last('12 months')"
    assert len({last("1 year"), last("1 years"), last("12 months")}) == 2


def test_periods_are_printed_by_their_days_where_they_are_days():
    paris = "Europe/Paris"
    hour = parse_range("2023-03-05T14")
    to_the_end = parse_range(("9999-12", None))

    assert format_period(*parse_range("2023")) == "2023-01-01 .. 2023-12-31 UTC"
    assert format_period(*parse_range("2023", paris), paris) == (
        "2023-01-01 .. 2023-12-31 Europe/Paris"
    )
    assert format_period(*parse_range("2023"), paris) == (
        "2023-01-01T01:00 .. 2024-01-01T01:00 Europe/Paris"
    )
    assert format_period(*hour) == "2023-03-05T14:00 .. 2023-03-05T15:00 UTC"
    assert format_period(*to_the_end) == "9999-12-01 .. 9999-12-31 UTC"
    assert period_days(*hour) == timedelta(hours=1) / timedelta(days=1)
