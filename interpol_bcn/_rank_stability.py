"""How alike two rankings of the same bureaus are: Kendall's tau-b, rank-biased overlap."""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING

from ._columns import Column
from ._cube_words import told
from ._network import choice, network_of, number
from ._network_tables import PER_BUREAU
from .errors import QueryError
from .table import Table

if TYPE_CHECKING:
    from .flow import FlowMatrix

__all__ = ["kendall", "overlap", "rank_stability"]


_SOURCE = (
    "FlowMatrix.rank_stability; Kendall, Biometrika 33 (1945); Webber, Moffat and Zobel, ACM "
    "Trans. Inf. Syst. 28 (2010)"
)


def _pairs(sizes: Sequence[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _ties(keys: Sequence[object]) -> int:
    """How many pairs of equal keys there are, of keys in order."""
    runs, last = [0], object()
    for key in keys:
        if key == last:
            runs[-1] += 1
        else:
            runs.append(1)
        last = key
    return _pairs(runs)


def kendall(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Return Kendall's tau-b of two sequences of equal length; None where one does not vary.

    Kendall (1945), "The treatment of ties in ranking problems", as Knight (1966) counts:
    whole numbers until the last step.

    >>> kendall([1, 2, 3, 4], [1, 3, 2, 4]), kendall([1, 1], [1, 2])
    (0.6666666666666666, None)
    """
    both = sorted(zip(x, y, strict=True))
    all_pairs = _pairs([len(both)])
    equal_x, equal_both = _ties([pair[0] for pair in both]), _ties(both)
    equal_y = _ties(sorted(y))
    against = 0
    seen: list[float] = []
    for _, value in both:
        against += len(seen) - bisect_right(seen, value)
        insort(seen, value)
    spread = (all_pairs - equal_x) * (all_pairs - equal_y)
    agree = all_pairs - equal_x - equal_y + equal_both - 2 * against
    return agree / sqrt(spread) if spread else None


def overlap(first: Sequence[object], second: Sequence[object], p: float = 0.9) -> float | None:
    """Return the rank-biased overlap of two rankings of the same things, the best first.

    RBO_ext of Webber, Moffat and Zobel (2010), equation 32, over lists of equal length;
    None of nothing.  The first ten ranks carry 86 % of the weight at ``p`` 0.9.

    >>> round(overlap("abc", "bac"), 6)
    0.9
    """
    depth = len(first)
    if not depth:
        return None
    one: set[object] = set()
    two: set[object] = set()
    common, series, weight = 0, 0.0, 1.0
    for rank, (a, b) in enumerate(zip(first, second, strict=True), 1):
        weight *= p
        if a == b:
            common += 1
        else:
            common += (a in two) + (b in one)
        one.add(a)
        two.add(b)
        series += common / rank * weight
    return common / depth * weight + (1 - p) / p * series


def rank_stability(flow: FlowMatrix, other: object, by: str, p: float, others: bool) -> Table:
    """See ``FlowMatrix.rank_stability``."""
    from .flow import FlowMatrix

    if not isinstance(other, FlowMatrix):
        raise QueryError(f"rank stability is between two flows, not with {other!r:.60}")
    choice("by", by, tuple(PER_BUREAU))
    p = number("p", p, 0.01, 0.9999)
    ranked = []
    for one in (flow, other):
        net = network_of(one, others)
        values = list(PER_BUREAU[by][1](net))
        ranked.append(dict(zip(net.labels, values, strict=True)))
    labels = [label for label in ranked[0] if label in ranked[1]]
    x, y = ([values[label] for label in labels] for values in ranked)
    # Equal ones in the order of the labels, in both.
    orders = [sorted(labels, key=lambda label: -values[label]) for values in ranked]
    columns = [
        Column("bureaus", [len(labels)], "integer"),
        Column("kendall", array("d", [_or_nan(kendall(x, y))]), "number", format="digits.4"),
        Column(
            "overlap",
            array("d", [_or_nan(overlap(orders[0], orders[1], p))]),
            "number",
            format="digits.4",
        ),
    ]
    return Table.from_columns(
        columns, title=f"rank stability by {by}",
        note=f"before: {flow.note()}; after: {other.note()}",
        explain=f"Of the {len(labels):,} bureaus in both, ranked by {by}: Kendall's tau-b, and "
        f"rank-biased overlap with p {p:g}, for which equal ones stand in the order of their "
        "labels. "
        + told(flow, _SOURCE, f"compared with {other.note()}", unit="none, from -1 or 0 to 1"),
    )  # fmt: skip


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
