"""Chances against SciPy, discoveries against SciPy, and findings against what was planted."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import interpol_bcn as bcn
from interpol_bcn import _core
from tests.reference import times as twin

stats = pytest.importorskip("scipy.stats")


def near(found: Any, right: Any) -> None:
    """To ten digits where SciPy has them, and to 1e-10 everywhere."""
    found, right = np.asarray(found), np.asarray(right)
    assert np.all(np.abs(found - right) <= 1e-10)
    solid = right > 1e-200
    assert np.all(np.abs(found - right)[solid] <= 1e-10 * right[solid] + 1e-13)


def draws(seed: int) -> tuple[Any, Any, Any]:
    random = np.random.default_rng(seed)
    counts = np.concatenate([random.integers(0, 30, 300), random.integers(0, 5000, 300)])
    means = 10 ** random.uniform(-3, 4, 600)
    means[::3] = counts[::3] * random.uniform(0.6, 1.6, 200) + 0.01
    return counts.astype(float), means, 10 ** random.uniform(-1, 4, 600)


def test_tails_are_those_of_scipy() -> None:
    counts, means, sizes = draws(1)
    lower, upper = _core.count_tails(0, counts, means)
    near(lower, stats.poisson.cdf(counts, means))
    near(upper, stats.poisson.sf(counts - 1, means))
    lower, upper = _core.count_tails(1, counts, means, sizes)
    shares = sizes / (sizes + means)
    near(lower, stats.nbinom.cdf(counts, sizes, shares))
    near(upper, stats.nbinom.sf(counts - 1, sizes, shares))
    trials = counts + np.round(means)
    shares = np.random.default_rng(2).uniform(0.001, 0.999, 600)
    lower, upper = _core.count_tails(2, counts, trials, shares)
    near(lower, stats.binom.cdf(counts, trials, shares))
    near(upper, stats.binom.sf(counts - 1, trials, shares))
    trials = np.random.default_rng(3).integers(1, 120, 80).astype(float)
    counts = np.floor(trials * np.random.default_rng(4).uniform(0, 1.01, 80)).clip(0, trials)
    a, b = sizes[:80] + 0.2, sizes[80:160] + 0.2
    lower, upper = _core.count_tails(3, counts, trials, a, b)
    near(lower, stats.betabinom.cdf(counts, trials.astype(int), a, b))
    for place, (count, number) in enumerate(zip(counts, trials, strict=True)):
        above = np.arange(count, number + 1)
        terms = stats.betabinom.pmf(above, int(number), a[place], b[place])
        near(memoryview(upper)[place], terms.sum())


@settings(max_examples=60)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=60), st.floats(0.001, 0.5))
def test_discoveries_are_those_of_scipy(chances: list[float], rate: float) -> None:
    tests, found = _core.discoveries(array("d", [*chances, 2.0, float("nan")]), rate)
    assert tests == len(chances)
    adjusted = stats.false_discovery_control(chances)
    assert {place for place, _ in found} == twin.discoveries(chances, rate)
    for place, one in found:
        assert one == pytest.approx(adjusted[place], rel=1e-12, abs=1e-300)


def test_the_test_of_scatter_tells_poisson_from_more() -> None:
    random = np.random.default_rng(5)
    weights = array("d", [1 / 12] * 12)
    means = random.uniform(5, 200, (150, 1)) * np.ones((150, 12))
    calm = random.poisson(means)
    _, freedom, chance, _ = _core.series_dispersion(calm.astype(np.int64), weights)
    assert freedom == 149 * 11 and chance > 0.001
    wild = random.negative_binomial(8, 8 / (8 + means))
    statistic, _, chance, size = _core.series_dispersion(wild.astype(np.int64), weights)
    totals = wild.sum(axis=1, keepdims=True) / 12
    assert statistic == pytest.approx(((wild - totals) ** 2 / totals).sum())
    assert chance < 1e-100 and 6 < size < 10.5


def planted() -> bcn.Log:
    """Three bureaus a few times each day of 2023; B stops in October, C leaps in May."""
    days = [f"2023-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
    sent, who = [], []
    for day in days:
        for label, number in (("A", 4), ("B", 0 if day >= "2023-10" else 2),
                              ("C", 9 if day[:7] == "2023-05" else 3), ("D", 3)):  # fmt: skip
            sent += [day] * number
            who += [label] * number
    return bcn.read_messages(
        {"sent_at": sent, "sender": who, "receiver": ["A"] * len(sent)},
        members=bcn.Domain(list("ABCD")), period="2023",
    )  # fmt: skip


def test_what_was_planted_is_found_and_named() -> None:
    table = planted().anomalies("sender", model="poisson")
    found = {(row["sender"], row["month"]): row["finding"] for row in table}
    assert found[("B", "2023-10")] == "stopped"
    assert found[("C", "2023-05")] == "high"
    assert not any(who == "B" and month > "2023-10" for who, month in found)
    first = table.row(0)
    assert first["chance"] <= first["adjusted"] < 0.05 and first["observed"] == 0
    assert (table.title or "").endswith("out of line (Poisson)")
    assert "; Benjamini-Hochberg 5%; " in (table.note or "")
    assert "of 45 tests" not in (table.note or "") and " tests (1 of how" in (table.note or "")
    loose = planted().anomalies("sender", model="negative binomial")
    assert "(negative binomial)" in (loose.title or "") and ", size " in (loose.note or "")
    assert len(loose) <= len(table)


def test_expected_is_the_total_spread_as_all_records_are() -> None:
    log = planted()
    table = log.anomalies("sender", model="poisson", rate=0.999)
    counts = log.count("sender", "month").to_numpy()
    months = list(log.count("month").axes[0].labels)
    for row in table:
        if row["sender"] == "C":
            at = months.index(row["month"])
            everyone = counts.sum(axis=0)
            right = counts[2].sum() * everyone[at] / everyone.sum()
            assert row["expected"] == pytest.approx(right, rel=1e-9)
            tails = (
                stats.poisson.cdf(row["observed"], right),
                stats.poisson.sf(row["observed"] - 1, right),
            )
            assert row["chance"] == pytest.approx(min(1, 2 * min(tails)), rel=1e-9)


def test_weekends_of_ones_own_are_no_anomaly() -> None:
    """A works Monday to Friday, B Sunday to Thursday: by day, neither is out of line."""
    import datetime

    sent, who = [], []
    for n in range(364):
        day = datetime.date(2023, 1, 1) + datetime.timedelta(n)
        for label, free in (("A", (5, 6)), ("B", (4, 5))):
            number = 2 if day.weekday() in free else 20
            sent += [str(day)] * number
            who += [label] * number
    log = bcn.read_messages({"sent_at": sent, "sender": who, "receiver": ["A"] * len(sent)},
                            members=bcn.Domain(["A", "B"]))  # fmt: skip
    table = log.anomalies("sender", every="day")
    assert len(table) == 0 and "weekday (its own)" in (table.note or "")


def test_changes_are_binomial_given_both_counts() -> None:
    log = planted()
    before, after = ("2023-01", "2023-07"), ("2023-07", "2024-01")
    table = log.changes("sender", before=before, after=after, model="poisson", rate=0.999,
                        relative=True)  # fmt: skip
    counts = [log.count("sender", where={"sent_at": one}).to_numpy() for one in (before, after)]
    share = counts[1].sum() / (counts[0].sum() + counts[1].sum())
    assert {row["sender"] for row in table} <= set("ABCD")
    for row in table:
        at = "ABCD".index(row["sender"])
        old, new = (int(one[at]) for one in counts)
        assert (row["before"], row["after"]) == (old, new)
        right = min(1, 2 * min(stats.binom.cdf(new, old + new, share),
                               stats.binom.sf(new - 1, old + new, share)))  # fmt: skip
        assert row["chance"] == pytest.approx(right, rel=1e-9)
        assert row["expected"] == pytest.approx(old * counts[1].sum() / counts[0].sum())
    assert table.row(0)["sender"] == "B" and table.row(0)["finding"] == "down"
    gone = log.changes("sender", before=("2023-07", "2023-10"), after=("2023-10", "2024-01"))
    assert gone.row(0)["finding"] == "stopped"
    new = log.changes("sender", before=("2023-10", "2024-01"), after=("2023-07", "2023-10"))
    assert new.row(0)["finding"] == "new"


def test_few_of_many_tests_of_chance_alone_are_kept() -> None:
    """Where nothing happens, the rule keeps about nothing of thousands of tests."""
    random = np.random.default_rng(11)
    n = 60_000
    hours = np.sort(random.integers(0, 365 * 24, n))
    start = np.datetime64("2023-01-01T00")
    log = bcn.read_messages(
        {"sent_at": (start + hours.astype("timedelta64[h]")).astype("datetime64[us]"),
         "sender": random.choice(list("ABCDEFGH"), n), "receiver": random.choice(list("ABCD"), n)},
        members=bcn.Domain(list("ABCDEFGH")), source_tz="UTC",
    )  # fmt: skip
    for table in (log.anomalies("sender", "receiver", every="week"),
                  log.changes("sender", "receiver", before=("2023-01", "2023-07"),
                              after=("2023-07", "2024-01"))):  # fmt: skip
        assert len(table) <= 1
        assert "Poisson" in (table.title or "")


def test_what_cannot_be_tested_is_refused() -> None:
    log = bcn.simulate_messages(200)
    with pytest.raises(bcn.QueryError, match="did you mean 'month'"):
        log.anomalies("sender", every="moth")
    with pytest.raises(bcn.QueryError, match="rate=2"):
        log.anomalies("sender", rate=2)
    with pytest.raises(bcn.QueryError, match="did you mean 'poisson'"):
        log.anomalies("sender", model="poison")
    with pytest.raises(bcn.QueryError, match="given by every="):
        log.anomalies("month")
    with pytest.raises(bcn.QueryError, match="overlap"):
        log.changes("sender", before="2023", after="2023-05")
    with pytest.raises(bcn.QueryError, match="lies outside"):
        log.changes("sender", before="2021", after="2023-05")
    with pytest.raises(bcn.QueryError, match="before and after"):
        log.changes(before="2023-01", after="2023-05", where={"sent_at": "2023"})
    with pytest.raises(bcn.QueryError, match="axes without time"):
        log.changes("month", before="2023-01", after="2023-05")
    empty = log.anomalies("sender", where={"sender": "TON", "receiver": "TON"})
    assert len(empty) == 0
