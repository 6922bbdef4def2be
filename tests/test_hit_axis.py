"""Searches by whether they hit: the axis, the filter and tallies, against a slow twin."""

from __future__ import annotations

import datetime
import pickle
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import searches as twin

import interpol_bcn as bcn

START = datetime.datetime(2023, 10, 28, 20, tzinfo=datetime.UTC)
SORTS = ["hit", "no hit", "not stated"]


@st.composite
def extracts(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Rows with or without a weight, which a row may leave empty, as it may hits."""
    weighted, silent, quiet = (draw(st.booleans()) for _ in range(3))
    rows = []
    for _ in range(draw(st.integers(1, 25))):
        count = draw(st.sampled_from([0, 1, 2, 40, 2**62])) if weighted else 1
        row: dict[str, Any] = {
            "searched_at": START + datetime.timedelta(minutes=draw(st.integers(0, 1500))),
            "bureau": draw(st.sampled_from(["FRA", "DEU", "IPSG"])),
            "database": draw(st.sampled_from(["SLTD", "SMV"])),
            "hits": draw(st.integers(0, count)),
        }
        if quiet and draw(st.booleans()):
            row["hits"] = None
        if weighted:
            row["searches"] = None if silent and draw(st.booleans()) else count
        rows.append(row)
    return rows


def log_of(rows: list[dict[str, Any]]) -> Any:
    return bcn.read_searches({name: [row[name] for row in rows] for name in rows[0]})


def cells(cube: Any, *names: str) -> Counter[Any]:
    """The cells of a cube that are not 0, by their labels."""
    return +Counter(
        {
            (tuple(row[name] for name in names), row["hit"]): row["searches"]
            for row in cube.to_dicts()
        }
    )


@settings(max_examples=20)
@given(rows=extracts(), zone=st.sampled_from(["UTC", "Europe/Paris"]), data=st.data())
def test_searches_by_hit_are_their_slow_twin(
    rows: list[dict[str, Any]], zone: str, data: st.DataObject
) -> None:
    log, clock = log_of(rows), ZoneInfo(zone)

    def key(row: dict[str, Any]) -> Any:
        return row["searched_at"].astimezone(clock).date().isoformat(), row["bureau"]

    names = data.draw(st.permutations(["day", "bureau", "hit"]))
    cube = log.count(*names, tz=zone)
    cube.check()
    expected = twin.by_hit(rows, key)
    assert cells(cube, "day", "bureau") == expected
    assert cube.axis("hit").labels == tuple(SORTS)
    # Over the axis it is the count without it; a filter keeps its positions.
    kept = data.draw(st.lists(st.sampled_from(SORTS), unique=True, max_size=3))
    rest = [name for name in names if name != "hit"]
    assert cube.sum("hit").equal(log.count(*rest, tz=zone))
    where = {"hit": kept, "database": "SMV"}
    smv = [row for row in rows if row["database"] == "SMV"]
    chosen = Counter({k: n for k, n in twin.by_hit(smv, key).items() if k[1] in kept})
    found = log.count(*names, tz=zone, where=where)
    found.check()
    assert cells(found, "day", "bureau") == chosen
    assert log.count(tz=zone, where=where).total() == sum(chosen.values())
    left = bcn.Not(*[one for one in SORTS if one not in kept] or ["hit"])
    if len(kept) < 3:
        other = log.count(*names, tz=zone, where={"hit": left, "database": "SMV"})
        assert other.equal(found)
    # A tally in two parts gives the same cube.
    tally = bcn.Tally.for_searches(*names, tz=zone, where={"database": "SMV"})
    half = len(rows) // 2
    for at, some in enumerate((rows[:half], rows[half:])):
        if some:
            tally.update({name: [row[name] for row in some] for name in some[0]}, part=str(at))
    assert cells(tally.cube(), "day", "bureau") == twin.by_hit(smv, key)
    assert bcn.Tally.from_bytes(tally.to_bytes()) == tally


def test_the_axis_is_one_of_the_logs_and_stands_alone_too() -> None:
    log = bcn.simulate_searches(500, seed=3)
    assert "hit" in log.axes
    hits = log.sum("hits").total()
    assert log.count("hit").to_table()["searches"].tolist() == [hits, log.total - hits, 0]
    assert log.count(where={"hit": "hit"}).total() == hits
    assert log.count("month", where={"hit": None}).total() == 0
    assert log.count("hit", where={"hit": []}).total() == 0
    cube = log.count("hour", "bureau", "database", "hit")  # sparse, and in the one form
    cube.check()
    assert cube.is_sparse and cube.total() == log.total
    assert pickle.loads(pickle.dumps(cube)) == cube
    assert cube.sum("hour", "bureau", "database")["hit"] == hits
    assert log.hours("hit").between("2000-01-01", "2100-01-01")["hit"] == hits
    assert "hit no hit" in log.count("bureau", where={"hit": "no hit"}).note()


def test_no_rows_and_no_time_have_the_axis() -> None:
    empty = bcn.read_searches({name: [] for name in ("searched_at", "bureau", "database", "hits")})
    assert empty.count("hit").to_table()["searches"].tolist() == [0, 0, 0]
    assert empty.count("day", "hit").shape == (0, 3)


def test_what_the_axis_cannot_be_asked_says_so() -> None:
    log = bcn.simulate_searches(200, seed=3)
    for asked in (
        lambda: log.sum("hits", "hit"),
        lambda: log.sum("hits", where={"hit": "hit"}),
        lambda: log.hit_rate("hit"),
    ):
        with pytest.raises(bcn.QueryError, match="'hit' parts the searches of one row"):
            asked()
    with pytest.raises(bcn.QueryError, match="named twice"):
        log.count("hit", "hit")
    with pytest.raises(bcn.LabelError, match="did you mean 'hit'"):
        log.count(where={"hit": "hti"})
    bare = bcn.read_searches({"searched_at": ["2023-01-05"], "bureau": ["FRA"],
                              "database": ["SLTD"]})  # fmt: skip
    assert "hit" not in bare.axes
    with pytest.raises(bcn.QueryError, match="'hit' needs a column 'hits'"):
        bare.count("hit")
    with pytest.raises(bcn.QueryError, match="without measure="):
        bcn.Tally.for_searches("hit", measure="hits")
    tally = bcn.Tally.for_searches("bureau", where={"hit": "no hit"})
    assert "hit no hit" in repr(tally)
    with pytest.raises(bcn.LabelError, match="did you mean 'hit'"):
        bcn.Tally.for_searches("bureau", where={"hit": "hti"})
