"""Busiest windows and the times between records, against lists looked through one by one."""

from __future__ import annotations

import datetime
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn._windows import length_of
from tests.reference import times as twin

START = datetime.datetime(2023, 3, 25, tzinfo=datetime.UTC)
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
records = st.lists(
    st.fixed_dictionaries(
        {
            "searched_at": st.integers(0, 400).map(
                lambda n: START + datetime.timedelta(minutes=7 * n)
            ),
            "bureau": st.sampled_from(["A", "B"]),
            "database": st.sampled_from(["x", "y"]),
            "searches": st.integers(0, 3),
        }
    ),
    min_size=1,
    max_size=40,
)
lengths = {"40min": 40, "90min": 90, "5h": 300, "2d": 2880, "1h": 60, "week": 7 * 1440}


def read(rows: list[dict[str, Any]]) -> bcn.SearchLog:
    return bcn.read_searches(
        {name: [row[name] for row in rows] for name in rows[0]},
        members=bcn.Domain(["A", "B"]), domains={"database": ["x", "y"]},
        period=("2023-03-25", "2023-03-28"),
    )  # fmt: skip


def moment(value: datetime.datetime) -> int:
    return (value - EPOCH) // datetime.timedelta(microseconds=1)


@settings(max_examples=80)
@given(records, st.sampled_from(sorted(lengths)), st.booleans(), st.integers(1, 3), st.booleans(),
       st.sampled_from(["UTC", "Europe/Paris", "Asia/Kolkata"]), st.booleans())  # fmt: skip
def test_peaks_are_those_of_all_windows(
    rows: list[dict[str, Any]], window: str, sliding: bool, n: int, sort: bool, tz: str, by: bool
) -> None:
    if sort:
        rows = sorted(rows, key=lambda row: row["searched_at"])
    if window == "1h" and not sliding:
        by = True  # an hour of the clock has a way of its own
    table = read(rows).peak(window, n, sliding=sliding, tz=tz, by="bureau" if by else None)
    length = lengths[window] * 60_000_000
    offset = {"UTC": 0, "Europe/Paris": 60, "Asia/Kolkata": 330}[tz] * 60_000_000
    expected = []
    cells = twin.groups(rows, lambda row: row["bureau"] if by else "")
    for label, inside in sorted(cells.items()):
        times = [(moment(row["searched_at"]), row["searches"]) for row in inside]
        shown, tied = twin.windows(times, length, None if sliding else -offset, n)
        expected += [(label, begin, total) for begin, total in shown if total]
        if not by and shown[-1][1]:
            assert (f"; {tied:,} more windows" in (table.note or "")) == (tied > 0)
    found = [(row["bureau"] if by else "", moment(row["start"]), row["count"]) for row in table]
    assert found == expected


@settings(max_examples=40)
@given(records, st.integers(1, 400), st.sampled_from([2, 3, 5]))
def test_parts_and_their_cubes_tell_the_peak_of_the_whole(
    rows: list[dict[str, Any]], border: int, hours: int
) -> None:
    """Cubes of parts add up, also where a border cuts a window; then they roll."""
    cut = START + datetime.timedelta(minutes=7 * border)
    parts = [[row for row in rows if (row["searched_at"] < cut) == side] for side in (True, False)]
    cubes = [read(part).count("hour") for part in parts if part]
    cube = cubes[0] if len(cubes) == 1 else cubes[0] + cubes[1]
    whole = read(rows).count("hour")
    assert cube == whole
    rolled = cube.rolling("hour", hours)
    counts = whole.to_numpy().tolist()
    sums = [sum(counts[at : at + hours]) for at in range(len(counts) - hours + 1)]
    assert rolled.to_numpy().tolist() == sums
    best = max(sums)
    top = rolled.top(1).to_dicts()
    assert [row["searches"] for row in top] == ([best] if best else [])
    sliding = read(rows).peak(f"{hours}h", sliding=True)
    assert best <= max([*sliding["count"].tolist(), 0])


def test_windows_need_a_length_and_a_clock() -> None:
    log = read([{"searched_at": START, "bureau": "A", "database": "x", "searches": 1}])
    for bad in ("90", "mins", "3 fortnights", "0s", "1001 years", 5, "90 mn"):
        with pytest.raises(bcn.QueryError, match="window="):
            log.peak(bad)  # type: ignore[arg-type]
    assert length_of("36 hours") == length_of("36h") == 36 * 3_600_000_000
    assert length_of("2 weeks") == length_of("14d") and length_of("250ms") == 250_000
    dates = bcn.read_messages({"sent_at": ["2023-01-05", "2023-01-07"], "sender": ["FRA"] * 2,
                               "receiver": ["DEU"] * 2})  # fmt: skip
    with pytest.raises(bcn.QueryError, match="ask for whole days"):
        dates.peak("90min")
    assert dates.peak("3d", sliding=True)["count"].tolist() == [2]
    with pytest.raises(bcn.QueryError, match="a whole number, 1 or more"):
        log.peak("90min", 0)
    with pytest.raises(bcn.QueryError, match="unit='message'"):
        bcn.simulate_messages(10).peak("2h", unit="message")
    assert len(log.peak("90min", where={"bureau": "B"})) == 0


@settings(max_examples=60)
@given(records, st.sampled_from([(), ("bureau",), ("bureau", "database")]), st.booleans())
def test_gaps_are_those_of_sorted_lists(
    rows: list[dict[str, Any]], axes: tuple[str, ...], sort: bool
) -> None:
    if sort:
        rows = sorted(rows, key=lambda row: row["searched_at"])
    table = read(rows).gaps(*axes, q=[0.25, 0.5])
    cells = twin.groups(rows, lambda row: tuple(row[name] for name in axes))
    for row in table:
        times = [moment(one["searched_at"]) for one in cells.get(tuple(row[a] for a in axes), [])]
        between = twin.gaps(times)
        assert row["records"] == len(times)
        assert row["at once"] == between.count(0)
        shown = [row["p25"], row["median"], row["shortest"], row["longest"]]
        if not between:
            assert [*shown, row["mean"]] == [None] * 5
            continue
        right = [twin.quantile(between, Fraction(q), "inverted_cdf") or 0 for q in ("1/4", "1/2")]
        right += [min(between), max(between)]
        assert shown == [one / 1e6 for one in right]
        assert row["mean"] == pytest.approx(sum(between) / len(between) / 1e6, rel=1e-12)


def test_last_is_understood_by_every_verb_that_filters() -> None:
    log = bcn.simulate_messages(3000, seed=3)
    where = {"sent_at": bcn.last("3 months")}
    same = {"sent_at": ("2023-10", "2024-01")}
    verbs: list[Any] = [
        lambda w: log.count("month", where=w), lambda w: log.sum("size", "kind", where=w),
        lambda w: log.quantiles("size", "kind", where=w),
        lambda w: log.distinct("receiver", where=w),
        lambda w: log.gaps("sender.region", where=w), lambda w: log.peak("1h", where=w),
        lambda w: log.peak("90min", sliding=True, where=w), lambda w: log.rate("day", where=w),
        lambda w: log.growth(where=w), lambda w: log.profile(where=w),
        lambda w: log.profile(tz="own", where=w), lambda w: log.off_hours(where=w),
        lambda w: log.calendar(where=w), lambda w: log.flow(where=w),
        lambda w: log.anomalies("sender", where=w),
    ]  # fmt: skip
    for verb in verbs:
        assert verb(where) == verb(same)
    before = ("2023-07", "2023-10")
    for call in (
        lambda after: log.changes("kind", before=before, after=after, model="poisson"),
        lambda after: log.growth_parts("kind", before, after),
    ):
        assert call(bcn.last("3 months")) == call(("2023-10", "2024-01"))
