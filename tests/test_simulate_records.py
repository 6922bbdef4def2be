"""Synthetic searches, delegates, operations and notices: the same everywhere, and plausible."""

from __future__ import annotations

import hashlib
import sys
from array import array
from collections import Counter

import pytest

import interpol_bcn as bcn
from interpol_bcn._editions import series_of
from interpol_bcn._simulate import _AREAS, SECRETARIAT
from interpol_bcn._simulate_notices import _VALID, notice_columns
from interpol_bcn._simulate_records import _Draws, delegate_columns, operation_columns
from interpol_bcn._simulate_searches import _USES, _parts, search_columns

BUREAUS = sorted(
    code for zones in _AREAS.values() for text in zones.values() for code in text.split()
)
DATABASES = list(_USES)
NAMES = ("searched_at", "bureau", "database", "searches", "hits")
FORMATS = dict(zip(NAMES, "qBBII", strict=True))
BILLIONS = 8_000_000_000
BIOMETRIC = {"fingerprints", "DNA", "facial recognition", "I-Familia"}
GOLDEN = {
    "weighted": "1d19e6fc6f8e8c74a43407d2e266e601bd5f00fa3020151d6fc9744521b39b48",
    "single": "f35695036701819028f93069c654329f4ce4627a9d4730b907759bf45e2b57b6",
    "delegates": "e1757f40a78cafab3d782c9e3f73b78a192e05fbec8b00809dc299188aac37a0",
    "operations": "661365f081dee8f0038b1668d351e2aad8d011182a9f4f723e0363e88821c5fd",
    "notices": "415fa18b973a2c332cd982226287951dce92443eca01ff89df494f2c33bafffa",
}


def digest_of_bytes(columns) -> str:
    """SHA-256 of the columns, each with its name, in little-endian order."""
    whole = hashlib.sha256()
    for name in NAMES:
        data = array(FORMATS[name], memoryview(columns[name]).tobytes())
        if sys.byteorder == "big":
            data.byteswap()
        whole.update(name.encode() + b"\0" + data.tobytes())
    return whole.hexdigest()


def digest_of_values(columns) -> str:
    """SHA-256 of lists of whole numbers and None, as they print."""
    return hashlib.sha256(repr(sorted(columns.values.items())).encode()).hexdigest()


def searches(n, **options):
    return search_columns(n, bureaus=BUREAUS, databases=DATABASES, **options)


def delegates(seed=0):
    series = series_of()
    return delegate_columns(series, range(len(series.editions)), BUREAUS, seed)


def notices(seed=0):
    labels = {"requester": BUREAUS, "colour": list(_VALID), "public": ["yes", "no"]}
    return notice_columns(labels, seed, 2023)


@pytest.fixture(scope="module")
def year():
    """The searches of 2023."""
    return bcn.simulate_searches()


@pytest.fixture(scope="module")
def conference():
    return bcn.simulate_delegates()


@pytest.fixture(scope="module")
def ten_years():
    return bcn.simulate_notices()


# The same everywhere


@pytest.mark.parametrize(("kind", "single"), [("weighted", False), ("single", True)])
def test_the_same_seed_gives_the_same_searches_everywhere(kind, single):
    assert digest_of_bytes(searches(200_000, single=single)) == GOLDEN[kind]
    assert digest_of_bytes(searches(200_000, single=single, seed=1)) != GOLDEN[kind]


def test_the_same_seed_gives_the_same_records_everywhere():
    assert digest_of_values(delegates()) == GOLDEN["delegates"]
    assert digest_of_values(operation_columns(24, BUREAUS, 0, 2023)) == GOLDEN["operations"]
    assert digest_of_values(notices()) == GOLDEN["notices"]


def test_another_seed_gives_other_records():
    assert digest_of_values(delegates(1)) != GOLDEN["delegates"]
    assert digest_of_values(operation_columns(24, BUREAUS, 1, 2023)) != GOLDEN["operations"]
    assert digest_of_values(notices(1)) != GOLDEN["notices"]


def test_draws_are_even_and_picks_follow_their_weights():
    draws = _Draws(3, 99, 0)
    seen = Counter(draws.below(10) for _ in range(20_000))
    assert set(seen) == set(range(10))
    assert all(1_800 < count < 2_200 for count in seen.values())
    picked = Counter(draws.pick([1, 1, 10]) for _ in range(20_000))
    assert set(picked) == {0, 2}
    assert 1_800 < picked[0] < 2_200


def test_every_log_says_that_it_is_synthetic(year, conference, ten_years):
    for log in (year, conference, ten_years, bcn.simulate_operations()):
        assert log.synthetic == "synthetic data, seed 0"
        assert "synthetic data, seed 0" in repr(log)
        assert log.account.seen == log.account.accepted


# Searches


@pytest.mark.parametrize("n", [0, 1, 19, 999, 1_000_003])
@pytest.mark.parametrize("single", [False, True])
def test_a_year_has_exactly_the_searches_asked_for(n, single):
    columns = searches(n, single=single, year=2024)
    counts, hits = (memoryview(columns[name]).tolist() for name in ("searches", "hits"))
    assert sum(counts) == n
    assert not single or len(counts) == n
    assert all(hit <= count for hit, count in zip(hits, counts, strict=True))
    times = memoryview(columns["searched_at"]).tolist()
    assert times == sorted(times)
    assert not times or 1_704_067_200_000_000 <= times[0] <= times[-1] < 1_735_689_600_000_000


def test_single_rows_add_up_to_the_weighted_ones():
    cells = []
    for single in (False, True):
        columns = searches(300_000, single=single, seed=5)
        met: Counter[tuple[int, ...]] = Counter()
        for at, bureau, database, count, hits in zip(
            *(memoryview(columns[name]) for name in NAMES), strict=True
        ):
            place = at // 3_600_000_000, bureau, database
            met[*place, 0] += count
            met[*place, 1] += hits
        cells.append(+met)
    assert cells[0] == cells[1]


def test_eight_billion_searches_are_weighted_hours(year):
    assert year.total == BILLIONS
    assert len(year) < 20_000_000
    assert sum(use.part for use in _USES.values()) == 1_000_000
    count = year.count("database")
    assert {code: count[code] for code in _USES} == {
        code: use.part * 8_000 for code, use in _USES.items()
    }
    assert count["SLTD"] > BILLIONS // 2


def test_hits_are_as_rare_as_in_print(year):
    rows = {row["database"]: row for row in year.hit_rate("database").to_dicts()}
    for code, row in rows.items():
        if code in BIOMETRIC:
            assert 38_000 < row["rate"] < 47_000  # fingerprints: 1,700 of 40,000 in print
        elif row["searches"] > 1_000_000:
            assert 70 <= row["rate"] <= 460
        assert row["hits"] <= row["searches"]
    total = sum(row["hits"] for row in rows.values())
    assert 1_300_000 < total < 1_450_000  # more than 1.3 million in 2022


def test_as_many_members_search_as_in_print(year):
    met = {row["database"]: row for row in year.participation("database").to_dicts()}
    for code, use in _USES.items():
        assert 0.8 * use.users <= met[code]["searchers"] <= use.users
    assert met["SLTD"]["searchers"] in (179, 180)


def test_borders_are_busiest_in_summer_and_never_close(year):
    months = {code: year.count("month", where={"database": code}) for code in ("SLTD", "notices")}
    figures = {
        code: {row["month"][-2:]: row["searches"] for row in cube.to_dicts()}
        for code, cube in months.items()
    }
    assert max(figures["SLTD"], key=figures["SLTD"].__getitem__) in ("07", "08")
    assert min(figures["notices"], key=figures["notices"].__getitem__) in ("08", "12")
    days = {
        code: [
            row["searches"]
            for row in year.count("day_of_week", where={"database": code}).to_dicts()
        ]
        for code in ("SLTD", "notices")
    }
    assert min(days["SLTD"]) > 0.9 * max(days["SLTD"])
    assert min(days["notices"]) < 0.6 * max(days["notices"])


def test_the_secretariat_and_members_to_come_search_nothing(year):
    count = year.count("bureau", "month", where={"bureau": ["PLW", SECRETARIAT]})
    met = {row["month"] for row in count.to_dicts() if row["searches"]}
    assert met == {"2023-11", "2023-12"}


def test_arguments_out_of_range_are_refused():
    for options in (
        {"n": -1},
        {"n": 2**37 + 1},
        {"n": 2**32 - 1, "single": True},
        {"n": 1, "seed": -1},
        {"n": 1, "seed": 2**64},
        {"n": 1, "year": 0},
    ):
        with pytest.raises(ValueError, match=r"n is|seed is|year 0"):
            searches(**options)
    with pytest.raises(ValueError, match="none of the databases"):
        search_columns(1, bureaus=BUREAUS, databases=["cards"])
    with pytest.raises(ValueError, match="operations is 0"):
        bcn.simulate_operations(0)
    with pytest.raises(ValueError, match="seed is -1"):
        bcn.simulate_delegates(seed=-1)
    with pytest.raises(ValueError, match="year is 1900"):
        bcn.simulate_notices(year=1900)


def test_databases_of_another_order_keep_their_searches():
    columns = search_columns(1000, bureaus=["FRA", "DEU"], databases=["cards", "SMV", "SLTD"])
    met = Counter()
    for database, count in zip(
        memoryview(columns["database"]), memoryview(columns["searches"]), strict=True
    ):
        met[database] += count
    assert met == {1: 63, 2: 937}


def test_parts_add_up_and_follow_their_weights():
    assert _parts(10, [1, 1, 1]) == [3, 4, 3]
    assert _parts(7, [0, 5, 0]) == [0, 7, 0]
    assert sum(_parts(123_457, range(20))) == 123_457


def test_the_core_refuses_tables_of_a_wrong_size():
    from interpol_bcn import _core

    world = {
        "single": False, "seed": 0, "start": 0, "weekday": 0, "bureaus": 1, "days": 1, "weeks": 1,
        "databases": 1, "searches": array("Q", [5]), "rhythm": array("B", [255]),
        "weight": array("H", [1]), "rate": array("I", [0]), "day": array("H", [1]),
        "offset": array("b", [0]), "week": array("B", [0]), "since": array("H", [0]),
        "hours": array("B", [1] * 336),
    }  # fmt: skip
    assert sum(memoryview(_core.simulate_searches(**world)["searches"])) == 5
    for name, spoilt, words in (
        ("weight", array("H", [1, 1]), "weight: an array of 1 values"),
        ("rate", array("H", [1]), "rate: an array of 1 values"),
        ("rate", array("I", [1_000_001]), "hits in a million"),
        ("databases", 65, "out of range"),
        ("weight", array("H", [0]), "nobody to make them"),
        ("weekday", 7, "weekday 7"),
    ):
        with pytest.raises(ValueError, match=words):
            _core.simulate_searches(**{**world, name: spoilt})


# Delegates


def test_printed_figures_of_an_edition_are_met_exactly(conference):
    printed = {row["edition"]: row for row in bcn.editions("conference").to_dicts()}
    met = {row["edition"]: row for row in conference.editions().to_dicts()}
    assert set(met) == {str(number) for number in range(10, 21)}
    assert (met["19"]["delegates"], met["19"]["countries"]) == (321, 136)
    for label, row in met.items():
        for name in ("delegates", "countries"):
            expected = printed[label][name]
            assert expected is None or row[name] == expected
        assert 1.8 < row["delegates"] / row["countries"] < 2.6
        assert 0.1 < row["women_share"] < 0.6
        assert row["persons"] == row["delegates"]
        assert row["others"] == 0  # nobody came before it was a member


def test_most_countries_come_again_and_some_persons_do(conference):
    row = conference.retention(19, 20).to_dicts()[0]
    assert row["stayed"] > 100
    assert row["left"] > 5
    assert row["joined"] > 5
    assert 60 < row["persons_stayed"] < 220


def test_single_editions_can_be_asked_for():
    log = bcn.simulate_delegates(["20"], seed=3)
    assert (len(log), log.count("edition")["20"]) == (310, 310)
    with pytest.raises(bcn.LabelError):
        bcn.simulate_delegates([99])


# Operations


def test_operations_bring_outcomes_in_their_own_units():
    log = bcn.simulate_operations(40, seed=2)
    rows = log.results().to_dicts()
    units = {row["outcome"]: row["unit"] for row in rows}
    assert units["arrests"] == "persons"
    assert units["money intercepted"] == "USD cent"
    assert all(row["quantity"] for row in rows if row["outcome"] != "not stated")
    countries = [row["countries"] for row in log.countries().to_dicts()]
    assert len(countries) == 40
    assert min(countries) >= 4
    assert max(countries) > 30
    assert log.period is not None


# Notices


def test_the_stock_in_print_is_met_exactly(ten_years):
    assert ten_years.count("colour", where={"state": "valid"})["red"] == 74_224
    stock = {row["colour"]: row["valid"] for row in
             ten_years.stock("2023-12-31", "colour").to_dicts()}  # fmt: skip
    assert {code: stock[code] for code in _VALID} == {code: _VALID[code][0] for code in _VALID}


def test_as_many_are_refused_or_cancelled_in_the_year_as_in_print(ten_years):
    rows = ten_years.decisions(None, year_of="decision").to_dicts()
    assert {row["year"]: row["decided"] for row in rows}["2023"] == 1_598
    assert 0.015 < rows[-1]["rate"] < 0.09


def test_few_red_notices_are_public(ten_years):
    red = {"colour": "red", "state": "valid"}
    public = ten_years.count(where={**red, "public": "yes"}).total()
    assert 0.10 < public / 74_224 < 0.14
