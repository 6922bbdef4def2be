"""Exact confidence intervals of a share and of a number of events, in plain Python.

Clopper and Pearson (1934) for a share: of ``n`` trials ``k`` hit.  Garwood (1936) for a
number of rare events that are not trials.  An end of either is where the tail of the
distribution beyond what was seen has half of what the level leaves over.

A tail is its greatest term times a series of positive terms, so nothing cancels; the term
is Loader's saddle-point form (2000), exact to the last digits for billions of trials.
Over the logarithm of the odds (of the mean) the logarithm of a tail is concave, so that
Newton's rule cannot miss: from the second step on it comes nearer from one side.
"""

from __future__ import annotations

from functools import lru_cache
from math import erfc, exp, expm1, lgamma, log, log1p, pi, sqrt

from .errors import QueryError

__all__ = ["check_level", "clopper_pearson", "garwood"]

_STEPS = 100  # Newton needs 3 to 8; a tail that is no number would need for ever
_HALF_LOG_2PI = 0.5 * log(2 * pi)


def check_level(level: float) -> float:
    """Return a level of confidence; raise QueryError unless it lies between 0 and 1."""
    if isinstance(level, bool) or not isinstance(level, (int, float)) or not 0 < level < 1:
        raise QueryError(f"level={level!r}: a level of confidence lies between 0 and 1, as 0.95")
    return float(level)


@lru_cache(maxsize=65_536)
def clopper_pearson(hits: int, trials: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of a share: ``hits`` of ``trials``, each end as (low, high).

    Clopper and Pearson, Biometrika 26 (1934).  Covers the truth at least as often as
    ``level`` says.  Raise QueryError for hits that are not from 0 to ``trials``, for no
    trials, and for a level that is none.  Costs O(square root of hits).

    >>> low, high = clopper_pearson(0, 20)
    >>> low, round(high, 6)
    (0.0, 0.168433)
    >>> [round(end, 6) for end in clopper_pearson(3, 20)]
    [0.032071, 0.378927]
    """
    if not 0 <= hits <= trials or trials < 1:
        raise QueryError(f"{hits:,} hits of {trials:,} trials: hits are from 0 to the trials")
    beyond = (1 - check_level(level)) / 2
    z = _normal_quantile(beyond)
    if hits == 0:
        low = 0.0
    elif hits == trials:
        low = exp(log(beyond) / trials)
    else:
        low = _share_end(hits, trials, log(beyond), -z, upper=True)
    if hits == trials:
        high = 1.0
    elif hits == 0:
        high = -expm1(log(beyond) / trials)
    else:
        high = _share_end(hits, trials, log(beyond), z, upper=False)
    return low, high


@lru_cache(maxsize=65_536)
def garwood(events: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact interval of the mean of a Poisson number of which ``events`` were seen.

    Garwood, Biometrika 28 (1936).  Raise QueryError for a number below 0 and a level that
    is none.  Costs O(square root of events).

    >>> [round(end, 6) for end in garwood(0)], [round(end, 6) for end in garwood(10)]
    ([0.0, 3.688879], [4.795389, 18.390356])
    """
    if events < 0:
        raise QueryError(f"{events:,} events: a number of events is 0 or more")
    beyond = (1 - check_level(level)) / 2
    z = _normal_quantile(beyond)
    low = _mean_end(events, log(beyond), -z, upper=True) if events else 0.0
    high = _mean_end(events, log(beyond), z, upper=False) if events else -log(beyond)
    return low, high


def _share_end(hits: int, trials: int, wanted: float, z: float, *, upper: bool) -> float:
    """Solve log P(X >= hits) = wanted (upper) or log P(X <= hits) = wanted for the share."""
    k, n = hits, trials
    share = (k + (-0.5 if upper else 0.5)) / n
    odds = log(share) - log1p(-share) + z / sqrt(n * share * (1 - share))
    for _ in range(_STEPS):
        p, q = 1 / (1 + exp(-odds)), 1 / (1 + exp(odds))
        if upper:
            total = _rising_share(k, n, p / q)
            slope = k * q / total
        else:
            total = _falling_share(k, n, q / p)
            slope = -(n - k) * p / total
        miss = _log_binomial(k, n, p, q) + log(total) - wanted
        step = miss / slope
        odds -= step
        if abs(step) < 1e-13 * max(1.0, abs(odds)):
            break
    return 1 / (1 + exp(-odds))


def _mean_end(events: int, wanted: float, z: float, *, upper: bool) -> float:
    """Solve the same of a Poisson number for its mean."""
    k = events
    mean = log(k + (-0.5 if upper else 0.5)) + z / sqrt(k)
    for _ in range(_STEPS):
        m = exp(mean)
        if upper:
            total = _rising_number(k, m)
            slope = k / total
        else:
            total = _falling_number(k, m)
            slope = -m / total
        miss = -_stirling(k) - _deviance(k, m) - _HALF_LOG_2PI - 0.5 * log(k)
        step = (miss + log(total) - wanted) / slope
        mean -= step
        if abs(step) < 1e-13 * max(1.0, abs(mean)):
            break
    return exp(mean)


# Tails over their greatest term: sums of positive terms that fall ever faster.


def _rising_share(k: int, n: int, odds: float) -> float:
    term = total = 1.0
    while k < n and term > total * 1e-17:
        term *= (n - k) / (k + 1) * odds
        k += 1
        total += term
    return total


def _falling_share(k: int, n: int, odds: float) -> float:
    term = total = 1.0
    while k > 0 and term > total * 1e-17:
        term *= k / (n - k + 1) * odds
        k -= 1
        total += term
    return total


def _rising_number(k: int, mean: float) -> float:
    term = total = 1.0
    while term > total * 1e-17:
        k += 1
        term *= mean / k
        total += term
    return total


def _falling_number(k: int, mean: float) -> float:
    term = total = 1.0
    while k > 0 and term > total * 1e-17:
        term *= k / mean
        k -= 1
        total += term
    return total


# The greatest term.


def _log_binomial(k: int, n: int, p: float, q: float) -> float:
    """Return the logarithm of the chance of k of n, 0 < k < n (Loader's form)."""
    return (
        _stirling(n) - _stirling(k) - _stirling(n - k)
        - _deviance(k, n * p) - _deviance(n - k, n * q)
        - _HALF_LOG_2PI + 0.5 * (log(n) - log(k) - log(n - k))
    )  # fmt: skip


def _stirling(n: int) -> float:
    """Return log n! less Stirling's formula for it."""
    if n <= 15:
        return lgamma(n + 1) - (n + 0.5) * log(n) + n - _HALF_LOG_2PI
    s = 1 / (n * n)
    return (1 / 12 - (1 / 360 - (1 / 1260 - (1 / 1680 - s / 1188) * s) * s) * s) / n


def _deviance(x: float, mean: float) -> float:
    """Return x log(x / mean) + mean - x, without cancellation where they are close."""
    if abs(x - mean) >= 0.1 * (x + mean):
        return x * log(x / mean) + mean - x
    v = (x - mean) / (x + mean)
    total = (x - mean) * v
    term = 2 * x * v
    odd = 1
    while True:
        term *= v * v
        odd += 2
        more = total + term / odd
        if more == total:
            return total
        total = more


@lru_cache(maxsize=64)
def _normal_quantile(beyond: float) -> float:
    """Return how many standard deviations leave a chance beyond them: a start for Newton."""
    low, high = -38.0, 38.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if 0.5 * erfc(middle / sqrt(2)) > beyond else (low, middle)
    return low
