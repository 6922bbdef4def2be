"""Operations: against the slow twin, and against figures that were published."""

from __future__ import annotations

import pickle
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn.operations import Quantities
from tests.reference import operations as twin

LABELS = ("A", "B", "C", "HQ")
WORLD = bcn.Domain(LABELS, members=("A", "B", "C"), since={"C": "2023-06"}, until={"B": "2023-04"})

contributions = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(["Alpha", "Beta", "Gamma"]),
        "bureau": st.sampled_from(LABELS),
        "date": st.sampled_from(["2023-01-05", "2023-04-01", "2023-05-31", "2023-06-01", None]),
        "outcome": st.sampled_from(["arrests", "seizures", None]),
        "quantity": st.one_of(st.none(), st.integers(0, 2**40)),
        "unit": st.sampled_from(["persons", "USD cent", None]),
    }
)
worlds = st.lists(contributions, min_size=1, max_size=25)


def read(rows: list[dict[str, Any]], **options: Any) -> Any:
    """A log of rows given one by one."""
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return bcn.read_operations(columns, **{"members": WORLD, **options})


@settings(max_examples=150)
@given(worlds)
def test_results_are_those_of_the_slow_twin(rows: list[dict[str, Any]]) -> None:
    table = read(rows).results()
    assert {
        (row["operation"], row["outcome"], row["unit"]): (
            row["quantity"], row["bureaus"], row["rows"]
        )
        for row in table
    } == twin.results(rows)  # fmt: skip
    assert len(table) == len(twin.results(rows))


@settings(max_examples=150)
@given(worlds)
def test_quantities_add_up_within_one_unit_only(rows: list[dict[str, Any]]) -> None:
    log = read(rows)
    units = twin.units(rows)
    if len(units) > 1:
        with pytest.raises(bcn.QueryError, match="different units do not add up") as caught:
            log.sum("quantity", "bureau")
        assert all(repr(unit) in str(caught.value) for unit in units)
    else:
        assert log.sum().total() == sum(row["quantity"] or 0 for row in rows)
        assert log.sum().unit == (*units, "quantity")[0]
    for unit in units:
        own = [row for row in rows if (row["unit"] or "not stated") == unit]
        whole = sum(row["quantity"] or 0 for row in own)
        assert log.sum(where={"unit": unit}).total() == whole
        assert log.sum("quantity", "bureau", "unit").sel(unit=unit).total() == whole
        assert log.sum("quantity", "unit")[unit] == whole


@settings(max_examples=150)
@given(worlds)
def test_who_took_part_is_that_of_the_slow_twin(rows: list[dict[str, Any]]) -> None:
    log = read(rows)
    parties = twin.parties(rows)
    table = {row["operation"]: row for row in log.countries()}
    assert list(table) == sorted(parties)
    for operation, bureaus in parties.items():
        row = table[operation]
        first, last = twin.days(rows, operation)
        assert (row["first"], row["last"]) == (first, last)
        assert row["countries"] + row["others"] == len(bureaus)
        if first is not None and last is not None:
            members = {"A"} | ({"B"} if first < "2023-04-01" else set())
            members |= {"C"} if last >= "2023-06-01" else set()
            assert (row["members"], row["countries"]) == (len(members), len(bureaus & members))
            assert row["share"] == len(bureaus & members) / len(members)
    network = log.network()
    for a in LABELS:
        for b in LABELS:
            expected = twin.joint(rows, a, b) if a != b else set()
            assert network[a, b] == len(expected)
            if a != b:
                assert set(log.joint(a, b)["operation"]) == expected


@settings(max_examples=80)
@given(worlds, st.sampled_from(LABELS))
def test_a_factsheet_holds_the_bureaus_own_results(rows: list[dict[str, Any]], member: str) -> None:
    own = [row for row in rows if row["bureau"] == member]
    sheet = read(rows).factsheet(member)
    assert {(row["operation"], row["outcome"], row["unit"]): row["quantity"] for row in sheet} == {
        key: value[0] for key, value in twin.results(own).items()
    }
    parties = twin.parties(rows)
    mine = {operation for operation, bureaus in parties.items() if member in bureaus}
    partners = {other for operation in mine for other in parties[operation]} - {member}
    assert sheet.title == (
        f"{member} ({member}): {len(mine)} operation{'s' * (len(mine) != 1)}, "
        f"{len(partners)} partner{'s' * (len(partners) != 1)}"
    )


@given(worlds)
def test_the_network_is_symmetric_and_as_dense_as_networkx_says(
    rows: list[dict[str, Any]],
) -> None:
    networkx = pytest.importorskip("networkx")
    world = bcn.Domain(LABELS)
    network = read(rows, members=world).network()
    assert network.reciprocity() in (0.0, 1.0)
    assert network.self_messages == 0
    modes = networkx.Graph()
    operations = sorted({row["operation"] for row in rows})
    modes.add_nodes_from(LABELS)
    modes.add_edges_from((row["operation"], row["bureau"]) for row in rows)
    projected = networkx.bipartite.weighted_projected_graph(modes, LABELS)
    assert network.density() == pytest.approx(networkx.density(projected))
    for a, b, weight in projected.edges(data="weight"):
        assert network[a, b] == network[b, a] == weight
    assert network.total() == 2 * sum(w for _, _, w in projected.edges(data="weight"))
    assert len(operations) >= 1


UNITS = [
    {"operation": "Alpha", "bureau": bureau, "outcome": outcome, "quantity": n, "unit": unit}
    for bureau, outcome, n, unit in [
        ("A", "arrests", 3, "persons"), ("B", "arrests", 4, "persons"), ("A", "cash", 7, "EUR cent")
    ]
]  # fmt: skip


def test_a_cube_with_units_never_adds_them_up() -> None:
    cube = read(UNITS).sum("quantity", "bureau", "unit")
    assert isinstance(cube, Quantities)
    for ask in (cube.total, cube.sum, lambda: cube.sum("unit"), cube.top, cube.share,
                lambda: cube.share("unit"), lambda: cube.sum("bureau").total()):  # fmt: skip
        with pytest.raises(bcn.QueryError, match="'EUR cent', 'persons'"):
            ask()
    assert cube.sum("bureau")["persons"] == 7
    assert cube.share("bureau").to_dicts()[0]["share of bureau"] == 1.0
    assert cube.pivot("bureau", "unit").to_dicts()[0] == {
        "bureau": "A", "EUR cent": 7, "persons": 3, "not stated": 0
    }  # fmt: skip
    with pytest.raises(bcn.QueryError, match="do not add up"):
        read([{**row, "date": "2023-01-01"} for row in UNITS]).sum(
            "quantity", "bureau", "unit", "outcome"
        ).pivot("bureau", "outcome")
    assert "total" not in repr(cube) and "EUR cent" in repr(cube)
    again = pickle.loads(pickle.dumps(cube))
    assert type(again) is Quantities and again == cube
    people, money = cube.sel(unit="persons"), cube.sel(unit="EUR cent")
    assert (people.unit, money.unit) == ("persons", "EUR cent")
    with pytest.raises(bcn.QueryError, match=r"persons.*EUR cent.*do not add up"):
        people + money


def test_a_log_whose_dates_are_never_stated_has_no_period() -> None:
    log = read([{**row, "date": None} for row in UNITS])
    assert log.period == (0, 0) and "without times" in repr(log)
    row = log.countries()[0]
    assert (row["first"], row["last"], row["countries"], row["members"]) == (None, None, 1, 2)


def test_measures_of_ones_own_have_no_units() -> None:
    rows = [{**row, "officers": 5} for row in UNITS]
    assert read(rows, measures=["officers"]).sum("officers").total() == 15


def test_a_log_without_the_optional_columns_answers_all_the_same() -> None:
    log = bcn.read_operations({"operation": ["A", "A"], "bureau": ["FRA", "DEU"]})
    assert log.results().to_dicts() == [
        {"operation": "A", "outcome": "not stated", "unit": "not stated", "quantity": None,
         "bureaus": 2, "rows": 2}
    ]  # fmt: skip
    row = log.countries()[0]
    assert (row["first"], row["countries"], row["members"]) == (None, 2, 196)
    assert log.factsheet("France").title == "France (FRA): 1 operation, 1 partner"
    with pytest.raises(bcn.QueryError, match="no measure 'quantity'"):
        log.sum()


def test_what_makes_no_sense_is_refused_with_a_reason() -> None:
    log = read(UNITS)
    with pytest.raises(bcn.QueryError, match="A and itself; give two bureaus"):
        log.joint("A", "A")
    with pytest.raises(bcn.LabelError, match="unknown label"):
        log.joint("A", "Z")
    with pytest.raises(bcn.LabelError, match="unknown label"):
        log.factsheet("Z")
    with pytest.raises(bcn.QueryError, match="itself looks at 'bureau'"):
        log.factsheet("A", where={"bureau": "B"})
    with pytest.raises(bcn.InputError, match=r"column 'quantity': '1\.5': not a whole number"):
        read([{**UNITS[0], "quantity": "1.5"}])
    with pytest.raises(bcn.InputError, match="column 'quantity': '-1': number out of range"):
        read([{**UNITS[0], "quantity": -1}])


def test_rows_without_a_date_are_kept_in_a_stated_period() -> None:
    rows = [{**UNITS[0], "date": "2023-05-01"}, {**UNITS[1], "date": None},
            {**UNITS[1], "date": "2024-01-01"}]  # fmt: skip
    log = read(rows, period="2023", errors="reject")
    assert (log.seen, log.accepted, log.rejected.count) == (3, 2, 1)
    assert log.count("year").to_dicts() == [
        {"year": "2023", "contributions": 1}, {"year": "not stated", "contributions": 1}
    ]  # fmt: skip


def published(name: str, day: str, countries: int, *results: tuple[str, int, str]) -> Any:
    """A made-up split of an operation's published totals over its countries."""
    bureaus = [one.alpha_3 for one in bcn.members][:countries]
    rows = [
        {"operation": name, "bureau": bureau, "date": day, "outcome": outcome,
         "quantity": total // countries + (at < total % countries), "unit": unit}
        for outcome, total, unit in results
        for at, bureau in enumerate(bureaus)
    ]  # fmt: skip
    rows.append({"operation": name, "bureau": "IPSG", "date": day, "outcome": None,
                 "quantity": None, "unit": None})  # fmt: skip
    return read(rows, members=None)


def test_published_totals_come_out_of_rows_that_were_split() -> None:
    # As the organisation's releases give them; which country brought what is made up.
    haechi = published("HAECHI IV", "2023-12-19", 34, ("arrests", 3_500, "persons"),
                       ("money and assets seized", 30_000_000_000, "USD cent"))  # fmt: skip
    row = haechi.countries()[0]
    assert (row["countries"], row["others"], row["members"]) == (34, 1, 196)
    assert haechi.sum(where={"unit": "USD cent"}).total() == 300_000_000 * 100
    storm = published("Storm Makers II", "2023-10-20", 27, ("arrests", 281, "persons"),
                      ("victims", 149, "persons"))  # fmt: skip
    assert [(one["outcome"], one["quantity"], one["bureaus"]) for one in storm.results()] == [
        ("arrests", 281, 27), ("victims", 149, 27), ("not stated", None, 1)
    ]  # fmt: skip
    assert storm.countries()["countries"].tolist() == [27]
    first, second = next(pairwise(one.alpha_3 for one in bcn.members))
    assert storm.network()[first, second] == 1


def test_a_log_without_rows_answers_with_nothing() -> None:
    names = ["operation", "bureau", "date", "outcome", "quantity", "unit"]
    log = bcn.read_operations({name: [] for name in names})
    assert [len(table) for table in (log.results(), log.countries(), log.joint("FRA", "DEU"))] == [
        0, 0, 0
    ]  # fmt: skip
    assert log.network().total() == 0 and log.sum().total() == 0
    assert log.factsheet("FRA").title == "France (FRA): 0 operations, 0 partners"


def test_the_page_and_the_sheet_of_a_member_hold_operations_and_notices() -> None:
    messages = bcn.read_messages(
        {"sent_at": ["2023-01-05"], "sender": ["FRA"], "receiver": ["DEU"]}
    )
    operations = bcn.read_operations(
        {"operation": ["Alpha", "Alpha"], "bureau": ["FRA", "DEU"], "outcome": ["arrests", None],
         "quantity": [3, None], "unit": ["persons", None]}
    )  # fmt: skip
    notices = bcn.read_notices({"issued_at": ["2023-01-05"], "requester": ["FRA"],
                                "colour": ["red"]})  # fmt: skip
    page = bcn.report(messages, operations, notices, charts=False).html
    assert 'id="operations"' in page and 'id="notices"' in page
    assert "countries in each operation" in page and "Red Notice" in page
    sheet = bcn.factsheet("France", messages, operations, notices)
    assert "France (FRA): 1 operation, 1 partner" in [one.title for one in sheet.tables]
    assert sheet.tables[-1].to_dicts() == [{"colour": "red", "notices": 1}]
