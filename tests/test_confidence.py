"""Exact intervals against scipy, printed examples, and what they promise."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import interpol_bcn as bcn
from interpol_bcn._confidence import check_level, clopper_pearson, garwood

LEVELS = (0.5, 0.9, 0.95, 0.99, 0.999)
TRIALS = (1, 2, 3, 10, 31, 100, 1_000, 20_000, 1_000_000, 8_000_000_000)


def near(found: float, expected: float, part: float = 1e-10) -> bool:
    return math.isclose(found, expected, rel_tol=part, abs_tol=0)


def hits_of(trials: int) -> list[int]:
    several = {0, 1, 2, 15, 16, 17, 460, 60_000, trials // 3, trials // 2, trials - 1, trials}
    return sorted(hits for hits in several if 0 <= hits <= min(trials, 10**6) or hits == trials)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("trials", TRIALS)
def test_a_share_is_between_the_ends_that_scipy_finds(trials: int, level: float) -> None:
    beyond = (1 - level) / 2
    for hits in hits_of(trials):
        low, high = clopper_pearson(hits, trials, level)
        if hits == 0:
            assert low == 0
        else:
            assert near(low, stats.beta.ppf(beyond, hits, trials - hits + 1)), hits
        if hits == trials:
            assert high == 1
        else:
            assert near(high, stats.beta.isf(beyond, hits + 1, trials - hits)), hits


@pytest.mark.parametrize("level", LEVELS)
def test_a_mean_is_between_the_ends_that_scipy_finds(level: float) -> None:
    beyond = (1 - level) / 2
    for events in (*range(40), 100, 999, 10_000, 100_000):
        low, high = garwood(events, level)
        if events == 0:
            assert low == 0
        else:
            assert near(low, stats.chi2.ppf(beyond, 2 * events) / 2), events
        assert near(high, stats.chi2.isf(beyond, 2 * events + 2) / 2), events


@given(st.integers(1, 60), st.data())
def test_the_ends_of_a_share_leave_half_of_the_rest_in_each_tail(
    trials: int, data: st.DataObject
) -> None:
    hits = data.draw(st.integers(0, trials))
    low, high = clopper_pearson(hits, trials, 0.9)
    tails = [
        tail(hits, trials, Fraction(low), up=True),
        tail(hits, trials, Fraction(high), up=False),
    ]
    if hits:
        assert near(float(tails[0]), 0.05, 1e-12)
    if hits < trials:
        assert near(float(tails[1]), 0.05, 1e-12)


def tail(hits: int, trials: int, share: Fraction, *, up: bool) -> Fraction:
    """The chance of at least (at most) so many hits, in exact arithmetic."""
    chosen = range(hits, trials + 1) if up else range(hits + 1)
    return sum(
        (math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in chosen), Fraction()
    )


def test_the_table_of_garwood_is_printed_again() -> None:
    # Garwood 1936, the 95 per cent limits as textbooks print them.
    printed = {0: (0.0, 3.6889), 1: (0.0253, 5.5716), 5: (1.6235, 11.6683), 50: (37.1110, 65.9188)}
    for events, ends in printed.items():
        assert tuple(round(end, 4) for end in garwood(events)) == ends


def test_hits_of_both_kinds_mirror_each_other() -> None:
    low, high = clopper_pearson(3, 40)
    assert near(1 - high, clopper_pearson(37, 40)[0], 1e-12)
    assert near(1 - low, clopper_pearson(37, 40)[1], 1e-12)


def test_half_of_billions_of_searches_is_as_exact_as_few() -> None:
    low, high = clopper_pearson(4_000_000_000, 8_000_000_000)
    half = stats.norm.isf(0.025) / math.sqrt(4 * 8_000_000_000)
    assert near((high - low) / 2, half, 1e-4) and near(low + high, 1, 1e-12)


@pytest.mark.parametrize("level", [0, 1, -0.5, 95, True, "0.95", float("nan")])
def test_a_level_that_is_none_is_refused(level: object) -> None:
    with pytest.raises(bcn.QueryError, match="between 0 and 1"):
        check_level(level)  # type: ignore[arg-type]


@pytest.mark.parametrize(("hits", "trials"), [(1, 0), (0, 0), (-1, 3), (4, 3)])
def test_hits_that_cannot_be_are_refused(hits: int, trials: int) -> None:
    with pytest.raises(bcn.QueryError, match="hits are from 0"):
        clopper_pearson(hits, trials)
    with pytest.raises(bcn.QueryError, match="0 or more"):
        garwood(-1)
