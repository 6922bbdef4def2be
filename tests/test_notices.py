"""Notices: flows and stocks against the slow twin; the three measures never mix."""

from __future__ import annotations

import datetime
import pickle
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn.notices import colours
from tests.reference import notices as twin

LABELS = ("A", "B", "HQ")
WORLD = bcn.Domain(LABELS, members=("A", "B"))
COLOURS = ("red", "blue", "yellow")
START = datetime.datetime(2022, 11, 1, tzinfo=datetime.UTC)

moments = st.builds(
    lambda day, minute: START + datetime.timedelta(days=day, minutes=minute),
    st.integers(0, 200), st.sampled_from([0, 0, 1, 720, 1439]),
)  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    issued = draw(moments)
    life = draw(st.one_of(st.none(), st.sampled_from([0, 1, 40]), st.integers(0, 10**5)))
    return {
        "issued": issued,
        "closed": None if life is None else issued + datetime.timedelta(minutes=life),
        "requester": draw(st.sampled_from(LABELS)),
        "colour": draw(st.sampled_from(COLOURS)),
        "state": draw(st.sampled_from(["refused", "cancelled", "valid", None])),
        "ground": draw(st.sampled_from(["Art. 2", "Art. 3", None])),
        "public": draw(st.sampled_from(["yes", "no", None])),
        "notices": draw(st.sampled_from([1, 1, 1, 0, 2**40])),
    }


worlds = st.lists(rows(), min_size=1, max_size=20)


def read(world: list[dict[str, Any]], **options: Any) -> Any:
    """A log of rows given one by one."""
    names = {"issued": "issued_at", "closed": "closed_at"}
    columns = {
        names.get(name, name): [
            row[name].isoformat() if isinstance(row[name], datetime.datetime) else row[name]
            for row in world
        ]
        for name in world[0]
    }
    return bcn.read_notices(columns, **{"members": WORLD, **options})


def cells(cube: Any) -> dict[Any, int]:
    """The figures of a cube that are not 0, by labels."""
    return {
        key: value
        for key in product(*cube.coords.values())
        if (value := cube[key] if cube.axes else int(cube))
    }


@settings(max_examples=200)
@given(worlds, moments, st.sampled_from([(), ("colour",), ("ground", "requester")]))
def test_a_stock_is_what_is_valid_at_that_moment(
    world: list[dict[str, Any]], at: datetime.datetime, axes: tuple[str, ...]
) -> None:
    log = read(world)
    assert cells(log.stock(at, *axes)) == twin.stock(world, at, axes)
    shown = [row for row in world if row["public"] == "yes"]
    assert cells(log.public(at, *axes)) == twin.stock(shown, at, axes)
    red = [row for row in world if row["colour"] == "red"]
    assert cells(log.stock(at, *axes, where={"colour": "red"})) == twin.stock(red, at, axes)
    day = at.date()
    end = datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC)
    end += datetime.timedelta(days=1)
    for text in (str(day), day):
        assert cells(log.stock(text, *axes)) == twin.stock(world, end, axes)


@settings(max_examples=200)
@given(worlds, moments, moments, st.sampled_from([(), ("colour",), ("ground", "requester")]))
def test_a_stock_carried_from_any_earlier_one_is_the_same(
    world: list[dict[str, Any]], a: datetime.datetime, b: datetime.datetime, axes: tuple[str, ...]
) -> None:
    a, b = min(a, b), max(a, b)
    log = read(world)
    before, after = log.stock(a, *axes), log.stock(b, *axes)
    carried = log.stock(b, *axes, opening=before)
    assert carried == after
    assert log.stock(b, *axes, opening=(a, before)) == after
    if not axes:
        assert int(log.stock(b, opening=(a, int(before)))) == int(after)
        assert int(log.stock(b, opening=(a, 57_347 + int(before)))) == 57_347 + int(after)
    else:
        balance = {key if len(axes) > 1 else key[0]: value for key, value in cells(before).items()}
        assert log.stock(b, *axes, opening=(a, balance)) == after
    change = cells(after - before)
    expected = twin.flow(world, "issued", a, b, axes)
    expected.subtract(twin.flow(world, "closed", a, b, axes))
    assert change == {key: value for key, value in expected.items() if value}


@settings(max_examples=150)
@given(worlds, st.sampled_from([(), ("colour",)]))
def test_a_series_is_the_stock_at_the_end_of_each_month(
    world: list[dict[str, Any]], axes: tuple[str, ...]
) -> None:
    log = read(world)
    every = [row["issued"] for row in world] + [row["closed"] for row in world if row["closed"]]
    starts = twin.months(min(every), max(every))
    series = log.valid(*axes)
    months = list(dict.fromkeys(series["month"].tolist()))
    assert months == [f"{start:%Y-%m}" for start in starts[:-1]]
    for start, stop in pairwise(starts):
        month = [row for row in series if row["month"] == f"{start:%Y-%m}"]
        for name, expected in (
            ("issued", twin.flow(world, "issued", start, stop, axes)),
            ("closed", twin.flow(world, "closed", start, stop, axes)),
            ("valid", twin.stock(world, stop, axes)),
        ):
            found = {tuple(row[axis] for axis in axes): row[name] for row in month}
            assert {key: value for key, value in found.items() if value} == expected


@settings(max_examples=100)
@given(worlds, moments)
def test_a_series_carries_its_opening_balance(
    world: list[dict[str, Any]], since: datetime.datetime
) -> None:
    log = read(world)
    since = min(since, max(row["issued"] for row in world))
    opening = log.stock(since)
    series = log.valid(every="day", opening=opening)
    now = int(opening)
    for row in series:
        now += row["issued"] - row["closed"]
        assert row["valid"] == now
    assert now == int(log.stock("2024"))


@settings(max_examples=150)
@given(worlds, st.randoms(use_true_random=False))
def test_flows_are_by_their_own_time(world: list[dict[str, Any]], random: Any) -> None:
    world = world * 3
    random.shuffle(world)
    log = read(world)
    far = (
        datetime.datetime(1, 1, 1, tzinfo=datetime.UTC),
        datetime.datetime.max.replace(tzinfo=datetime.UTC),
    )
    for row in world:
        row["year"] = str(row["issued"].year)
        row["end"] = str(row["closed"].year) if row["closed"] else None
    assert cells(log.opened("year", "colour")) == twin.flow(
        world, "issued", *far, ("year", "colour")
    )
    if any(row["closed"] for row in world):
        expected = twin.flow(world, "closed", *far, ("colour", "end"))
        assert cells(log.closed("colour", "year")) == expected
        assert cells(log.closed()) == twin.flow(world, "closed", *far)
        # Times that need not be stated, in any order of rows, beside a position of their own.
        both = twin.flow(world, "issued", *far, ("end", "colour", "year"))
        assert cells(log.count("closed_at.year", "colour", "year")) == both


@settings(max_examples=150)
@given(worlds, st.sampled_from(["ground", "requester"]), st.booleans())
def test_decisions_are_those_of_the_slow_twin(
    world: list[dict[str, Any]], by: str, decision: bool
) -> None:
    log = read(world)
    if not any(row["state"] in ("refused", "cancelled") for row in world):
        with pytest.raises(bcn.QueryError, match="no state 'refused' or 'cancelled' here"):
            log.decisions()
        return
    if decision and not any(row["closed"] for row in world):
        return  # every column of times is there, but nothing is closed
    time = "closed" if decision else "issued"
    table = log.decisions(by, year_of="decision" if decision else "publication")
    expected = twin.decisions(world, time, by, own=by == "requester")
    found = {
        (row["year"], row[by]): (row["refused"], row["cancelled"], row["issued"]) for row in table
    }
    for (year, label), counts in expected.items():
        if any(counts[:2]) or label != "not stated":
            assert found[year, label] == counts
    for row in table:
        assert row["decided"] == row["refused"] + row["cancelled"]
        refused = sum(
            one["notices"] for one in world
            if str(one["issued"].year) == row["year"] and one["state"] == "refused"
            and (by != "requester" or one["requester"] == row[by])
        )  # fmt: skip
        assert row["published"] == row["issued"] - refused
        assert row["rate"] == (row["decided"] / row["issued"] if row["issued"] else None)
        if (row["year"], row[by]) not in expected:
            assert row["decided"] == 0


SOME = [
    {"issued": START, "closed": None, "requester": "A", "colour": "red", "state": "valid",
     "ground": None, "public": "yes", "notices": 5},
    {"issued": START + datetime.timedelta(days=90), "closed": START + datetime.timedelta(days=99),
     "requester": "B", "colour": "red", "state": "cancelled", "ground": "Art. 3", "public": "no",
     "notices": 3},
]  # fmt: skip


def test_issued_valid_and_public_never_mix() -> None:
    log = read(SOME)
    cubes = {
        "issued": log.opened("colour"),
        "closed": log.closed("colour"),
        "valid": log.stock("2023", "colour"),
        "public": log.public("2023", "colour"),
        "notices": log.count("colour"),
    }
    assert {name: cube["red"] for name, cube in cubes.items()} == {
        "issued": 8, "closed": 3, "valid": 5, "public": 5, "notices": 8
    }  # fmt: skip
    for (name, cube), (other, second) in product(cubes.items(), repeat=2):
        assert cube.measure == name
        if name != other:
            for add in (lambda a, b: a + b, lambda a, b: a - b):
                with pytest.raises(bcn.QueryError, match="do not add up"):
                    add(cube, second)
            assert cube != second
        else:
            assert (cube - second).total() == 0
    with pytest.raises(bcn.QueryError, match="the opening balance is of another kind"):
        log.stock("2024", "colour", opening=log.public("2023", "colour"))


def test_a_stock_does_not_add_up_over_time() -> None:
    log = read(SOME)
    first, second = log.stock("2022", "colour"), log.stock("2023-02-02", "colour")
    with pytest.raises(bcn.QueryError, match="a stock does not add up over time"):
        first + second
    with pytest.raises(bcn.QueryError, match="a stock does not add up over time"):
        first.sum("colour") + second.sum("colour")
    assert (second - first)["red"] == 3
    halves = [log.stock("2023-02-02", "colour", where={"requester": one}) for one in "AB"]
    assert halves[0] + halves[1] == second
    for axis in ("year", "issued_at.year", "closed_at.month"):
        with pytest.raises(bcn.QueryError, match="a stock is at one date"):
            log.stock("2022", axis)
    again = pickle.loads(pickle.dumps(first))
    assert type(again) is type(first) and again == first
    assert first.note() == (
        "2022-11-01 .. 2022-12-31 UTC; notices valid; at the end of 2022-12-31; "
        "without an opening balance; 2 of 2 members"
    )
    assert first.explain().startswith("Each figure is the exact number of notices valid")


def test_a_notice_of_the_opening_balance_may_close() -> None:
    # One row of the balance closes after it; 57,347 is the published stock of red at end 2018.
    log = bcn.read_notices(
        {"issued_at": ["2015-03-01", "2019-05-01"], "requester": ["FRA", "DEU"],
         "colour": ["red", "red"], "closed_at": ["2019-02-01", None]}
    )  # fmt: skip
    assert int(log.stock("2019", opening=("2018", 57_347))) == 57_347 - 1 + 1
    assert int(log.stock("2019-02", opening=("2018", 57_347))) == 57_346
    assert log.valid(every="quarter", opening=("2018", 57_347)).to_dicts() == [
        {"quarter": "2019-Q1", "issued": 0, "closed": 1, "valid": 57_346},
        {"quarter": "2019-Q2", "issued": 1, "closed": 0, "valid": 57_347},
    ]
    with pytest.raises(bcn.QueryError, match="more was closed than there was: the stock would be"):
        log.stock("2019-02", opening=("2018", 0))
    with pytest.raises(bcn.QueryError, match="the stock of colour red would be -1"):
        log.valid("colour", opening=("2018", {"blue": 4}))


def test_decisions_carry_the_year_that_was_asked_for() -> None:
    log = read(SOME)
    published = log.decisions()
    assert [(row["year"], row["ground"], row["cancelled"], row["issued"], row["rate"])
            for row in published if row["decided"]] == [("2023", "Art. 3", 3, 3, 1.0)]  # fmt: skip
    early = [{**SOME[1], "issued": START}, SOME[0]]
    assert [(row["year"], row["cancelled"], row["issued"], row["rate"])
            for row in read(early).decisions(None)] == [("2022", 3, 8, 0.375)]  # fmt: skip
    by_decision = read(early).decisions(None, year_of="decision").to_dicts()
    assert by_decision[-1] == {"year": "2023", "refused": 0, "cancelled": 3, "decided": 3,
                               "issued": 0, "published": 0, "rate": None}  # fmt: skip
    denied = [{**row, "state": "denied"} for row in SOME]
    assert sum(read(denied).decisions(refused=["denied"])["refused"].tolist()) == 8
    with pytest.raises(bcn.QueryError, match="it is 'publication' or 'decision'"):
        log.decisions(year_of="closing")


def test_the_published_rates_are_rates_of_decisions() -> None:
    # 2024: 2,462 refused or cancelled = 111 + 194 + 2,157, 54 % more than 1,598 in 2023.
    grounds = {"human rights": 111, "Art. 3": 194, "other": 2_157}
    log = bcn.read_notices(
        {"issued_at": ["2024-03-01"] * 3, "requester": ["IPSG"] * 3, "colour": ["diffusion"] * 3,
         "state": ["refused"] * 3, "ground": list(grounds), "notices": list(grounds.values())}
    )  # fmt: skip
    table = log.decisions()
    assert {row["ground"]: row["decided"] for row in table if row["decided"]} == grounds
    assert set(table["issued"].tolist()) == {2_462}
    assert round(2_462 / 1_598 - 1, 2) == 0.54


def test_a_notice_closed_before_it_was_issued_is_a_bad_row() -> None:
    wrong = [{**SOME[0], "closed": START - datetime.timedelta(minutes=1)}, SOME[1]]
    with pytest.raises(bcn.InputError, match=r"column 'issued_at'.*contradicts another column"):
        read(wrong)
    log = read(wrong, errors="reject")
    assert (log.seen, log.accepted, log.rejected.count) == (2, 1, 1)


def test_colours_go_by_name_in_four_languages_or_are_replaced() -> None:
    names = ["Red Notice", "notice bleue", "Notificación verde", "نشرة صفراء", "BLACK"]
    log = bcn.read_notices(
        {"issued_at": ["2023-01-01"] * 5, "requester": ["FRA"] * 5, "colour": names}
    )
    assert [row["colour"] for row in log.count("colour") .to_table(zeros=False)] == [
        "red", "blue", "green", "yellow", "black"
    ]  # fmt: skip
    assert len(colours()) == 10
    with pytest.raises(bcn.InputError, match=r"'pink': unknown label"):
        bcn.read_notices({"issued_at": ["2023-01-01"], "requester": ["FRA"], "colour": ["pink"]})
    own = bcn.read_notices(
        {"issued_at": ["2023-01-01"], "requester": ["FRA"], "colour": ["pink"]},
        domains={"colour": ["pink", "red"]},
    )
    assert own.count("colour")["pink"] == 1


def test_regions_of_a_stock_are_those_of_its_date() -> None:
    log = bcn.read_notices(
        {"issued_at": ["2005-01-01", "2010-01-01"], "requester": ["ISR", "FRA"],
         "colour": ["red", "red"]}
    )  # fmt: skip
    assert log.stock("2005", "requester.region")["Asia and South Pacific"] == 1
    assert log.stock("2007", "requester.region")["Europe"] == 1


def test_what_a_log_cannot_know_is_refused() -> None:
    log = read(SOME, period=("2022-11", "2023-06"))
    assert int(log.stock("2023-05")) == 5
    for at in ("2023-06", "2022-10-30"):
        with pytest.raises(bcn.QueryError, match=r"this log covers 2022-11-01 \.\. 2023-05-31"):
            log.stock(at)
    for ask in (
        lambda: log.valid(opening=("2021", 4)),
        lambda: log.stock("2022", opening=("2021", 4)),
    ):
        with pytest.raises(bcn.QueryError, match="from the balance at the end of 2021-12-31, but"):
            ask()
    with pytest.raises(bcn.QueryError, match="lies before the opening balance"):
        log.stock("2022-11", opening=("2022-12", 4))
    for opening in (5, ("2022-12",), ("2022-12", -1), ("2022-12", True), ("2022-12", 1.5)):
        with pytest.raises(bcn.QueryError, match="opening"):
            log.stock("2023-01", opening=opening)
    with pytest.raises(bcn.QueryError, match="a balance is a dict from labels"):
        log.stock("2023-01", "colour", opening=("2022-12", 4))
    with pytest.raises(bcn.QueryError, match="names 2 of 1 axes"):
        log.stock("2023-01", "colour", opening=("2022-12", {("red", "A"): 4}))
    with pytest.raises(bcn.QueryError, match="'notice rouge' is named twice"):
        log.stock("2023-01", "colour", opening=("2022-12", {"red": 4, "notice rouge": 1}))
    with pytest.raises(bcn.QueryError, match="of another kind: it has 0 axes, not 1"):
        log.stock("2023-01", "colour", opening=log.stock("2022-12"))
    with pytest.raises(bcn.QueryError, match="of another kind: it is public, not valid"):
        log.valid("colour", opening=log.public("2022-12", "colour"))
    with pytest.raises(bcn.QueryError, match="a stock of another date"):
        log.stock("2023-03", opening=("2022-12", log.stock("2023-01")))
    with pytest.raises(bcn.QueryError, match="a stock itself looks at 'issued_at'"):
        log.stock("2023-01", where={"issued_at": "2022"})
    with pytest.raises(bcn.QueryError, match="public\\(\\) itself looks at 'public'"):
        log.public("2023-01", where={"public": "no"})
    with pytest.raises(bcn.QueryError, match="it is one of 'year'"):
        log.valid(every="hour")
    with pytest.raises(bcn.QueryError, match="a stock is at one date, not a range"):
        log.stock(("2022", "2023"))
    bare = bcn.read_notices({"issued_at": ["2023-01-01"], "requester": ["FRA"], "colour": ["red"]})
    assert int(bare.stock("2023")) == 1 and bare.valid()["closed"].tolist() == [0]
    for ask in (bare.closed, lambda: bare.public("2023"), bare.decisions):
        with pytest.raises(bcn.QueryError, match="this log has no column"):
            ask()


def test_a_log_in_which_nothing_closed_has_no_years_of_closing() -> None:
    log = read([SOME[0]])
    assert int(log.closed()) == 0
    assert log.closed("year", "colour").to_dicts() == []
    assert log.valid(every="year").to_dicts() == [
        {"year": "2022", "issued": 5, "closed": 0, "valid": 5}
    ]


def test_the_public_column_takes_booleans() -> None:
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.table(
        {"issued_at": ["2023-01-01"] * 2, "requester": ["FRA"] * 2, "colour": ["red"] * 2,
         "public": pyarrow.array([True, False])}
    )  # fmt: skip
    assert int(bcn.read_notices(table).public("2023")) == 1


def test_balances_beyond_64_bits_are_carried_exactly() -> None:
    world = [{**SOME[0], "notices": 2**62, "requester": one} for one in ("A", "B", "HQ")]
    log = read(world)
    before = log.stock("2022")
    assert int(before) == 3 * 2**62
    assert int(log.stock("2023", opening=before)) == 3 * 2**62
    assert log.valid(every="year")["valid"].tolist() == [3 * 2**62]


def test_a_log_without_rows_has_a_stock_of_nothing() -> None:
    names = ["issued_at", "requester", "colour", "closed_at", "state", "ground", "public"]
    log = bcn.read_notices({name: [] for name in names})
    assert int(log.stock("2023")) == int(log.public("2023")) == int(log.opened()) == 0
    assert log.stock("2023", "colour", opening=("2022", {"red": 7}))["red"] == 7
    assert log.decisions().to_dicts() == []
    with pytest.raises(bcn.QueryError, match="a series needs a period"):
        log.valid()
