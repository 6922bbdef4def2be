"""Figures added up along time: every range is what a count with that range is."""

from __future__ import annotations

import datetime
from array import array
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn import _core
from tests import test_count as asked

TIMES = ["2023-03-26T00:30Z", "2023-03-26T01:10Z", "2023-10-29T00:20Z", "2023-10-29T01:20Z",
         "2023-05-01T12:00Z", "2023-05-31T23:59:59Z"]  # fmt: skip
LOG = bcn.read_searches({
    "searched_at": TIMES * 2, "bureau": ["FRA", "DEU", "ITA"] * 4,
    "database": ["SLTD", "SMV"] * 6, "searches": [5, 10**10, 7, 0, 1, 3] * 2,
    "hits": [1, 2, 3, 0, 1, 0] * 2,
})  # fmt: skip


def same(mine: Any, theirs: Any) -> None:
    assert mine == theirs and mine.equal(theirs)
    assert (mine.period, mine.filters, mine.unit, mine.tz) == (
        theirs.period, theirs.filters, theirs.unit, theirs.tz)  # fmt: skip
    assert mine.note() == theirs.note()
    mine.check()


@settings(max_examples=40)
@given(st.data())
def test_every_range_is_that_of_a_count(data: st.DataObject) -> None:
    log = asked.read(data.draw(asked.logs()))
    zone = data.draw(st.sampled_from(("UTC", "Europe/Paris", "+05:30")))
    along = data.draw(st.sampled_from(("hour", "day", "month", "week")))
    others = data.draw(st.lists(st.sampled_from(("sender", "kind", "receiver.bloc")), unique=True))
    others.insert(data.draw(st.integers(0, len(others))), along)
    where = data.draw(st.sampled_from((None, {"kind": "reply"})))
    sums = log.count(*others, where=where, tz=zone).cumulative(along)
    others.remove(along)
    labels = list(sums.axis.labels)
    ends = sorted(data.draw(st.lists(st.sampled_from(range(len(labels))), min_size=2, max_size=2)))
    first, last = (labels[end] for end in ends)
    ranges: list[tuple[Any, tuple[Any, ...]]] = [((first, None), (first, None)),
                                                 ((None, last), (None, last)),
                                                 (first, (first,))]  # fmt: skip
    if first != last:
        ranges.append(((first, last), (first, last)))
    for value, given_ in ranges:
        try:
            expected = log.count(*others, where={**(where or {}), "sent_at": value}, tz=zone)
        except bcn.QueryError:  # (None, the first moment there is)
            continue
        for _ in range(2):
            same(sums.between(*given_), expected)
    same(sums.between(), log.count(*others, where=where, tz=zone))


def test_hours_of_searches_and_their_hits() -> None:
    hours = LOG.hours("bureau", "database")
    hits = LOG.hours("bureau", "database", measure="hits")
    for value in ("2023-05", ("2023-03-26T01:00", "2023-10-29T01:00"), ("2020", "2021")):
        given_ = value if isinstance(value, tuple) else (value,)
        same(hours.between(*given_), LOG.count("bureau", "database", where={"searched_at": value}))
        same(hits.between(*given_),
             LOG.sum("hits", "bureau", "database", where={"searched_at": value}))  # fmt: skip
    assert hours.between("2023-03-26", where={"bureau": "Germany", "database": "SMV"}) == 2 * 10**10
    assert hours.between(datetime.date(2023, 5, 1)).total() == 2
    assert hours.width == 8 and hits.width == 4
    assert hits.nbytes == 4 * (len(hits.axis) + 1) * 221 * 19
    assert repr(hits).startswith("hits added up by hour (5,232) over bureau (221) × database (19)")


def test_rows_without_the_time_are_in_the_whole_alone() -> None:
    log = bcn.read_notices({"issued_at": ["2023-01-05", "2023-02-05"], "requester": ["FRA"] * 2,
                            "colour": ["red"] * 2, "closed_at": [None, "2023-03-05"]})  # fmt: skip
    closed = log.count("closed_at.month", "colour").cumulative("closed_at.month")
    assert closed.between().total() == 2
    assert closed.between("2023-03").total() == 1


def test_what_cannot_be_is_refused_in_words() -> None:
    hours = LOG.hours("database")
    with pytest.raises(bcn.QueryError, match="lies inside '2023-05-01T10'"):
        hours.between("2023-05-01T10:30", "2023-06")
    with pytest.raises(bcn.QueryError, match="is no time"):
        hours.between("soon", "2023-06")
    with pytest.raises(bcn.QueryError, match="holds no moment"):
        hours.between("2023-06", "2023-05")
    with pytest.raises(bcn.LabelError, match="Frnace"):
        LOG.hours("bureau").between(where={"bureau": "Frnace"})
    for cube, axis in [(LOG.count("bureau", "hour"), "bureau"), (LOG.count("hour_of_day"),) * 2]:
        name = axis if isinstance(axis, str) else "hour_of_day"
        with pytest.raises(bcn.QueryError, match="is no stretch of time"):
            cube.cumulative(name)
    with pytest.raises(bcn.QueryError, match="no axis 'day'"):
        LOG.count("hour").cumulative("day")
    months = LOG.count("month")
    with pytest.raises(bcn.QueryError, match="was not cut"):
        months["2023-03":"2023-05"].cumulative("month")
    stocks = bcn.read_records({"date": ["2023-01-01"], "bureau": ["FRA"], "database": ["SLTD"],
                               "stock": [5]})  # fmt: skip
    with pytest.raises(bcn.QueryError, match="is a stock"):
        stocks.sum("stock", "day").cumulative("day")
    large = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["FRA"] * 2,
                               "receiver": ["DEU"] * 2, "size": [2**62] * 2})  # fmt: skip
    with pytest.raises(OverflowError, match="beyond 64 bits"):
        large.sum("size", "day").cumulative("day")
    # Apia had no 30 December 2011; Kwajalein, no 21 August 1993; Manila had one day twice.
    log = bcn.read_messages({"sent_at": ["1844-12-01T00:00Z", "1845-02-01T00:00Z"],
                             "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2})  # fmt: skip
    log.count("day", tz="Asia/Manila").cumulative("day")


def test_the_core_refuses_what_is_no_range() -> None:
    cube = _core.Cube.from_cells([2, 3], array("q", range(6)))
    with pytest.raises(ValueError):
        _core.Prefix(cube, 2)
    with pytest.raises(ValueError):
        _core.Prefix(cube, -1)
    with pytest.raises(MemoryError):
        _core.Prefix(cube, 0, 20)
    sums = _core.Prefix(cube, 1)
    assert sums.between(1, 3).item(1) == 9
    for ends in ((-1, 2), (2, 1), (0, 4)):
        with pytest.raises(ValueError):
            sums.between(*ends)
