"""Calendar axes, held equal to datetime and zoneinfo one moment at a time."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from array import array
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reference import calendar as twin
from reference.calendar import zones_that_differ

from interpol_bcn import _zones as zones
from interpol_bcn._calendar import AXES, calendar_axis
from interpol_bcn._instants import parse_range
from interpol_bcn.errors import LabelError, QueryError

CORE = Path(__file__).resolve().parents[1] / "csrc"
SECOND, DAY = zones.SECOND, zones.DAY
HOUR, MINUTE = 3600 * SECOND, 60 * SECOND
LINEAR, CYCLIC = AXES[:8], AXES[8:]
YEAR = parse_range("2023")
# Each zone with days at which it does something that breaks simple code.
NASTY = {
    "UTC": ["2023-12-31", "2024-02-29", "1969-12-31"],
    "Europe/Paris": ["2023-03-26", "2023-10-29", "1911-03-10"],
    "America/New_York": ["2023-03-12", "2023-11-05", "1883-11-18"],
    "Australia/Lord_Howe": ["2023-04-01", "2023-09-30"],
    "Asia/Kathmandu": ["1985-12-31", "2023-05-01"],
    "Pacific/Kiritimati": ["1994-12-30", "1994-12-31"],
    "Pacific/Apia": ["2011-12-29", "2011-12-30", "1892-07-04"],
    "Africa/Casablanca": ["2023-03-19", "2023-04-23"],
    "Europe/Dublin": ["2023-03-26", "2023-10-29", "1916-10-01"],
    "Pacific/Chatham": ["2023-04-01", "2023-09-23"],
    "Antarctica/Troll": ["2023-03-26", "2023-10-29"],
    "Africa/Monrovia": ["1972-01-07", "1919-03-01"],
    "America/Sao_Paulo": ["2018-02-17", "2018-11-04"],
    "America/Sitka": ["1867-10-18", "1867-10-19"],
    "America/St_Johns": ["2006-10-28", "2006-04-02"],
    "+05:30": ["2023-01-01"],
    "-03:00": ["2023-01-01"],
}
PLACES = [(key, day) for key, days in NASTY.items() for day in days]


def tzinfo_of(key):
    if key == "UTC":
        return UTC
    return (
        datetime.fromisoformat(f"2023-01-01T00:00{key}").tzinfo if key[0] in "+-" else ZoneInfo(key)
    )


def spread(start, stop, step):
    """Return moments over [start, stop) and on both sides of each step."""
    return [t for at in range(start, stop, step) for t in (at, at - 1) if start <= t < stop]


@pytest.mark.parametrize(("key", "day"), PLACES)
@pytest.mark.parametrize("name", AXES)
def test_around_every_change_each_moment_has_the_label_of_datetime(name, key, day):
    tz, middle = tzinfo_of(key), parse_range(day)[0]
    start, stop = middle - 2 * DAY + 123_456_789, middle + 3 * DAY
    axis = calendar_axis(name, key, start, stop)
    times = [*spread(start, stop, 15 * MINUTE), start, stop - 1]
    changes = zones.zone_table(key, start, stop)[0]
    times += [t for at in changes for t in range(at - 2 * SECOND, at + 2 * SECOND, SECOND // 2)]
    times = [time for time in times if start <= time < stop]

    assert [axis.labels[axis.position_at(time)] for time in times] == [
        twin.label(name, time, tz) for time in times
    ]


@pytest.mark.parametrize(("key", "day"), PLACES)
@pytest.mark.parametrize("name", ["hour", "day", "week", "month", "quarter", "year"])
def test_labels_are_all_units_of_the_period_and_no_other(name, key, day):
    tz, middle = tzinfo_of(key), parse_range(day)[0]
    days, step = (1, MINUTE) if name == "hour" else (25, 30 * MINUTE)
    start, stop = middle - days * DAY + 777, middle + 2 * days * DAY
    axis = calendar_axis(name, key, start, stop)

    assert list(axis.labels) == twin.labels(name, start, stop, tz, step)


@pytest.mark.parametrize("key", NASTY)
def test_minutes_and_seconds_are_all_there(key):
    tz, start = tzinfo_of(key), parse_range(NASTY[key][0])[0] + 17
    for name, step, stop in (("minute", MINUTE, start + DAY), ("second", SECOND, start + HOUR)):
        axis = calendar_axis(name, key, start, stop)
        expected = twin.labels(name, start, stop, tz, step // 2)

        assert list(axis.labels) == expected
        assert [axis.index(label) for label in expected] == list(range(axis.size))


@given(
    name=st.sampled_from(AXES),
    key=st.sampled_from(sorted(NASTY)),
    start=st.integers(zones.EARLIEST + 2 * DAY, zones.LATEST - 9 * DAY),
    length=st.integers(1, 4000 * DAY),
    data=st.data(),
)
def test_any_moment_of_any_period_has_the_label_of_datetime(name, key, start, length, data):
    stop = min(start + length, zones.LATEST - 2 * DAY)
    axis = calendar_axis(name, key, start, stop)
    time = data.draw(st.integers(start, stop - 1))
    position = axis.position_at(time)
    label = twin.label(name, time, tzinfo_of(key))

    assert axis.labels[position] == label
    assert axis.index(label) == position
    assert axis.labels.index(label) == position
    if name in LINEAR:
        assert any(begin <= time < end for begin, end in axis.spans(position))
        assert axis.starts[position] == axis.spans(position)[0][0] <= time
    assert axis.position_at(start - 1) == -1
    assert axis.position_at(stop) == -1


@given(
    name=st.sampled_from([name for name in AXES if name not in ("minute", "second")]),
    key=st.sampled_from(sorted(NASTY)),
    start=st.integers(parse_range("1860")[0], parse_range("2050")[0]),
    length=st.integers(0, 300 * DAY),
)
def test_positions_share_the_whole_period_among_them(name, key, start, length):
    axis = calendar_axis(name, key, start, start + length)
    exposure = axis.exposure()

    assert sum(exposure) == length
    if name in LINEAR:
        spans = [axis.spans(position) for position in range(axis.size)]
        assert [sum(end - begin for begin, end in parts) for parts in spans] == list(exposure)
        assert min(exposure, default=1) > 0
        assert sorted(set(axis.labels)) == sorted(axis.labels)


@pytest.mark.slow
def test_every_zone_is_right_on_every_axis_around_its_changes():
    wrong = {}
    for key in zones_that_differ():
        tz = ZoneInfo(key)
        start, stop = parse_range(("1900", "2100"))
        changes = zones.zone_table(key, start, stop)[0][1:]
        for name in AXES:
            axis = calendar_axis(name, key, start, stop)
            for change in changes:
                for time in (change - 1, change):
                    position = axis.position_at(time)
                    if axis.labels[position] != twin.label(name, time, tz):
                        wrong[key, name] = time

    assert wrong == {}


@pytest.mark.parametrize("name", AXES)
def test_the_same_place_gives_the_same_axis_and_an_empty_period_is_one(name):
    assert calendar_axis(name, "UTC", *YEAR) is calendar_axis(name, UTC, *YEAR)
    empty = calendar_axis(name, "Europe/Paris", YEAR[0], YEAR[0])

    assert empty.size == len(empty.labels) == (0 if name in LINEAR else len(empty.labels))
    assert empty.position_at(YEAR[0]) == -1


def test_the_hour_that_comes_twice_is_two_positions():
    hours = calendar_axis("hour", "Europe/Paris", *parse_range("2023-10-29", "Europe/Paris"))
    summer, winter = "2023-10-29T02+02:00", "2023-10-29T02+01:00"

    assert len(hours) == 25
    assert hours.index(winter) == hours.index(summer) + 1 == 3
    with pytest.raises(LabelError) as caught:
        hours.index("2023-10-29T02")
    assert caught.value.choices == (summer, winter)


def test_a_day_that_never_was_is_no_position_and_one_that_came_twice_is_one():
    apia = calendar_axis("day", "Pacific/Apia", *parse_range(("2011-12-28", "2012-01-03"), "UTC"))
    sitka = calendar_axis("day", "America/Sitka", *parse_range(("1867-10-17", "1867-10-21")))
    day = sitka.index("1867-10-18")

    assert "2011-12-30" not in apia.labels
    assert apia.index("2011-12-31") == apia.index("2011-12-29") + 1
    assert sitka.exposure()[day] > 30 * HOUR


@pytest.mark.parametrize(
    ("name", "label", "choices"),
    [
        ("month", "2023-3", ("2023-03",)),
        ("month", "03/2023", ("2023-03",)),
        ("week", "2023W9", ("2023-W09",)),
        ("week", "2023-09", ("2023-W09",)),
        ("quarter", "2023Q1", ("2023-Q1",)),
        ("day", "5.3.2023", ("2023-03-05",)),
        ("hour", "2023-03-05 14", ("2023-03-05T14",)),
        ("hour", "2023-03-05T14Z", ("2023-03-05T14",)),
        ("day_of_week", "Monday", ("Mon",)),
        ("month_of_year", "3", ("03",)),
        ("hour_of_week", "Mon 0", ("Mon 00",)),
        ("month", "2024-01", ()),
        ("month", "2023-13", ()),
        ("day", "2023-02-29", ()),
        ("week", "2023-W53", ()),
        ("year", "", ()),
        ("month", 3, ()),
        ("day_of_week", 9, ()),
    ],
)
def test_a_label_is_exact_and_a_near_miss_is_told_the_right_one(name, label, choices):
    axis = calendar_axis(name, "UTC", *YEAR)

    with pytest.raises(LabelError) as caught:
        axis.index(label)
    assert caught.value.choices[: len(choices) or None] == choices
    assert label not in axis.labels
    with pytest.raises(ValueError, match="not in tuple" if name in CYCLIC else "no label"):
        axis.labels.index(label)


def test_dates_and_datetimes_name_the_unit_that_holds_them():
    zone, paris = ZoneInfo("Europe/Paris"), parse_range("2023", "Europe/Paris")
    day, moment = date(2023, 3, 5), datetime(2023, 3, 5, 0, 30)
    labels = {
        name: calendar_axis(name, zone, *paris).labels[calendar_axis(name, zone, *paris).index(day)]
        for name in ("year", "quarter", "month", "week", "day", "month_of_year", "day_of_week")
    }

    assert list(labels.values()) == [
        "2023", "2023-Q1", "2023-03", "2023-W09", "2023-03-05", "03", "Sun",
    ]  # fmt: skip
    for name in AXES:
        axis = calendar_axis(name, zone, *paris)
        expected = twin.label(name, twin.microseconds(moment.replace(tzinfo=zone)), zone)
        assert axis.labels[axis.index(moment)] == expected
        assert axis.index(moment.replace(tzinfo=zone).astimezone(UTC)) == axis.index(expected)
    with pytest.raises(LabelError, match="many positions"):
        calendar_axis("hour", zone, *paris).index(day)
    with pytest.raises(LabelError, match="2023-01 to 2023-12"):
        calendar_axis("month", zone, *paris).index(date(2024, 1, 1))


def test_labels_are_a_sequence():
    labels = calendar_axis("day", "UTC", *YEAR).labels

    assert (len(labels), labels[0], labels[-1]) == (365, "2023-01-01", "2023-12-31")
    assert labels[1:3] == ("2023-01-02", "2023-01-03")
    assert labels[::-364] == ("2023-12-31", "2023-01-01")
    assert labels == [(date(2023, 1, 1) + timedelta(day)).isoformat() for day in range(365)]
    assert labels != calendar_axis("month", "UTC", *YEAR).labels
    assert labels.index("2023-01-03", 2) == 2
    assert "1999" not in labels
    with pytest.raises(IndexError):
        labels[365]


@pytest.mark.parametrize(
    ("name", "start", "stop", "words"),
    [
        ("months", *YEAR, "did you mean 'month'"),
        ("hour of week", *YEAR, "hour_of_week"),
        (None, *YEAR, "Time axes are year, quarter"),
        ("month", YEAR[1], YEAR[0], "ends before it starts"),
        ("month", zones.EARLIEST - 1, 0, "years 1 to 9999"),
        ("month", 0, zones.LATEST + 1, "years 1 to 9999"),
    ],
)
def test_an_axis_that_cannot_be_is_refused(name, start, stop, words):
    with pytest.raises(QueryError, match=words):
        calendar_axis(name, "UTC", start, stop)


@pytest.mark.parametrize("name", AXES)
def test_all_years_in_any_zone_are_as_many_pieces_as_changes_and_months(name):
    axis = calendar_axis(name, "Europe/Paris", zones.EARLIEST, zones.LATEST)
    changes = len(zones.zone_table("Europe/Paris")[0])
    units = {"month": 120_000, "month_of_year": 120_000, "quarter": 40_000, "year": 10_000}

    assert len(axis.pieces) // 5 <= changes + units.get(name, 0) + 1
    if name in LINEAR:
        assert axis.position_at(zones.LATEST - 1) == axis.size - 1
        assert axis.index(axis.labels[axis.size // 2]) == axis.size // 2


@pytest.fixture(scope="module")
def clock(tmp_path_factory):
    """The core's evaluation of pieces, by itself."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    library = tmp_path_factory.mktemp("clock") / "clock.so"
    source = CORE / "kernel" / "clock.c"
    subprocess.run(
        [compiler, "-std=c11", "-O1", "-shared", "-fPIC", f"-I{CORE}", source, "-o", library],
        check=True,
    )
    core = ctypes.CDLL(str(library))
    core.bcn_clock_at.restype = ctypes.c_int64
    core.bcn_clock_at.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64]
    core.bcn_clock_check.restype = ctypes.c_bool
    core.bcn_clock_check.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_uint64]
    return core


@pytest.mark.parametrize("name", AXES)
def test_the_core_accepts_the_pieces_and_finds_the_same_positions(clock, name):
    for key, day in PLACES:
        start, stop = parse_range(day)[0] - 400 * DAY + 5, parse_range(day)[0] + 2 * DAY
        axis = calendar_axis(name, key, start, stop)
        pieces = array("q", axis.pieces)
        where, count = pieces.buffer_info()[0], len(pieces) // 5
        times = [start - 1, start, stop - 1, stop, *spread(stop - 4 * DAY, stop, 10 * MINUTE)]

        assert clock.bcn_clock_check(where, count, axis.size)
        assert name in CYCLIC or not clock.bcn_clock_check(where, count, axis.size - 1)
        assert [clock.bcn_clock_at(where, count, time) for time in times] == [
            axis.position_at(time) for time in times
        ]
