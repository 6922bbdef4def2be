"""The slow twin of networks: dicts of weights, each definition as it is printed.

``W`` is a list of rows of whole numbers with a diagonal of 0; nothing here knows of sparse
links, heaps or matrices of doubles.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import permutations, product
from math import inf, sqrt

Matrix = Sequence[Sequence[float]]


def degrees(W: Matrix) -> tuple[list[int], list[int]]:
    n = range(len(W))
    return [sum(W[i][j] > 0 for j in n) for i in n], [sum(W[j][i] > 0 for j in n) for i in n]


def onesided(W: Matrix) -> list[float]:
    n = range(len(W))
    return [sum(abs(W[i][j] - W[j][i]) for j in n) for i in n]


def pagerank(W: Matrix, damping: float = 0.85, passes: int = 2000) -> list[float]:
    n = len(W)
    rank = [1 / n] * n
    for _ in range(passes):
        new = [(1 - damping) / n] * n
        for i in range(n):
            out = sum(W[i])
            for j in range(n):
                new[j] += damping * rank[i] * (W[i][j] / out if out else 1 / n)
        rank = new
    return rank


def lengths(W: Matrix, weighted: bool = True) -> list[list[Fraction | None]]:
    """Every shortest length, exactly: Floyd and Warshall over fractions."""
    n = range(len(W))
    d: list[list[Fraction | None]] = [
        [
            Fraction(0) if i == j
            else (Fraction(1, int(W[i][j])) if weighted else Fraction(1)) if W[i][j] else None
            for j in n
        ]
        for i in n
    ]  # fmt: skip
    for k, i, j in product(n, n, n):
        a, b, old = d[i][k], d[k][j], d[i][j]
        if a is not None and b is not None and (old is None or a + b < old):
            d[i][j] = a + b
    return d


def betweenness(W: Matrix, weighted: bool = True) -> list[Fraction]:
    """Count paths along links that are tight, by rising length, as exact fractions."""
    n = len(W)
    d = lengths(W, weighted)
    ways = [[0] * n for _ in range(n)]
    for s in range(n):
        ways[s][s] = 1
        reached = [v for v in range(n) if d[s][v] is not None and v != s]
        for v in sorted(reached, key=lambda v: d[s][v] or 0):
            for u in range(n):
                if W[u][v] and d[s][u] is not None:
                    step = Fraction(1, int(W[u][v])) if weighted else Fraction(1)
                    if d[s][u] + step == d[s][v]:  # type: ignore[operator]
                        ways[s][v] += ways[s][u]
    between = [Fraction(0)] * n
    for s, v, t in permutations(range(n), 3):
        a, b, whole = d[s][v], d[v][t], d[s][t]
        if a is not None and b is not None and whole is not None and a + b == whole:
            between[v] += Fraction(ways[s][v] * ways[v][t], ways[s][t])
    return between


def closeness(W: Matrix, weighted: bool = True, scaled: bool = True) -> list[float]:
    """Inward: networkx's."""
    n, found = len(W), []
    d = lengths(W, weighted)
    for v in range(n):
        known = [d[s][v] for s in range(n) if s != v and d[s][v] is not None]
        far = sum(known, Fraction(0))  # type: ignore[arg-type]
        near = Fraction(len(known)) / far if known else Fraction(0)
        found.append(float(near * Fraction(len(known), n - 1) if scaled and known else near))
    return found


def clustering(W: Matrix, kind: str = "total", weighted: bool = True) -> list[float]:
    """Fagiolo (2007), table I, by triple loops."""
    n = range(len(W))
    top = max(map(max, W), default=0) or 1
    A = [[(W[i][j] / top) ** (1 / 3) if weighted else float(W[i][j] > 0) for j in n] for i in n]
    out, back = degrees(W)

    def at(i: int) -> float:
        both = sum(W[i][j] > 0 and W[j][i] > 0 for j in n)
        total = out[i] + back[i]
        kinds = {
            "cycle": (lambda j, k: A[i][j] * A[j][k] * A[k][i], out[i] * back[i] - both),
            "middleman": (lambda j, k: A[i][j] * A[k][j] * A[k][i], out[i] * back[i] - both),
            "in": (lambda j, k: A[j][i] * A[j][k] * A[k][i], back[i] * (back[i] - 1)),
            "out": (lambda j, k: A[i][j] * A[j][k] * A[i][k], out[i] * (out[i] - 1)),
            "total": (
                lambda j, k: (A[i][j] + A[j][i]) * (A[j][k] + A[k][j]) * (A[i][k] + A[k][i]),
                2 * (total * (total - 1) - 2 * both),
            ),
        }
        triangle, most = kinds[kind]
        return sum(triangle(j, k) for j in n for k in n) / most if most > 0 else 0.0

    return [at(i) for i in n]


def cores(W: Matrix, way: str, weighted: bool) -> list[float]:
    """By definition: the largest s for which peeling all below s leaves the node."""
    n = range(len(W))
    value = [[W[i][j] if weighted else float(W[i][j] > 0) for j in n] for i in n]

    def strength(i: int, part: set[int]) -> float:
        out = sum(value[i][j] for j in part)
        back = sum(value[j][i] for j in part)
        return {"out": out, "in": back, "all": out + back}[way]

    level = [0.0] * len(W)
    part = set(n)
    while part:
        s = min(strength(i, part) for i in part)
        for i in part:
            level[i] = max(level[i], s)
        weak = True
        while weak:
            weak = False
            for i in sorted(part):
                if strength(i, part) <= s:
                    part.discard(i)
                    weak = True
    return level


def core_correlation(W: Matrix, core: set[int], either: bool) -> float:
    """Pearson's correlation of weights with the ideal pattern over ordered pairs."""
    n = range(len(W))
    pairs = [(i, j) for i in n for j in n if i != j]
    ideal = [float((i in core or j in core) if either else (i in core and j in core))
             for i, j in pairs]  # fmt: skip
    return correlation([W[i][j] for i, j in pairs], ideal)


def correlation(
    x: Sequence[float], y: Sequence[float], weights: Sequence[float] | None = None
) -> float:  # fmt: skip
    w = weights if weights is not None else [1.0] * len(x)
    all_of = sum(w)
    a = sum(p * q for p, q in zip(w, x, strict=True)) / all_of
    b = sum(p * q for p, q in zip(w, y, strict=True)) / all_of
    xy = sum(p * (q - a) * (r - b) for p, q, r in zip(w, x, y, strict=True))
    xx = sum(p * (q - a) ** 2 for p, q in zip(w, x, strict=True))
    yy = sum(p * (r - b) ** 2 for p, r in zip(w, y, strict=True))
    return xy / sqrt(xx * yy) if xx > 1e-20 and yy > 1e-20 else -inf


def modularity(W: Matrix, group: Sequence[int], resolution: float = 1.0) -> float:
    """Leicht and Newman (2008), cell by cell."""
    n = range(len(W))
    m = sum(map(sum, W))
    out, back = [sum(row) for row in W], [sum(row[j] for row in W) for j in n]
    if not m:
        return 0.0
    inside = [(i, j) for i in n for j in n if group[i] == group[j]]
    return sum(W[i][j] / m - resolution * out[i] * back[j] / m**2 for i, j in inside)


def cosine(W: Matrix, i: int, j: int) -> float:
    n = range(len(W))
    product_ = sum(W[i][k] * W[j][k] for k in n)
    size = sqrt(sum(W[i][k] ** 2 for k in n)) * sqrt(sum(W[j][k] ** 2 for k in n))
    return product_ / size if size else 0.0


def kendall(x: Sequence[float], y: Sequence[float]) -> float | None:
    """Tau-b over all pairs."""

    def sign(value: float) -> int:
        return (value > 0) - (value < 0)

    pairs = [(sign(x[i] - x[j]), sign(y[i] - y[j])) for i in range(len(x)) for j in range(i)]
    first, second = (sum(pair[at] != 0 for pair in pairs) for at in (0, 1))
    return sum(a * b for a, b in pairs) / sqrt(first * second) if first and second else None


def overlap(first: Sequence[object], second: Sequence[object], p: float) -> float:
    """RBO_ext, its sum term by term."""
    depth = len(first)
    common = [len({*first[:d]} & {*second[:d]}) for d in range(1, depth + 1)]
    series = sum(x / d * p**d for d, x in enumerate(common, 1))
    return common[-1] / depth * p**depth + (1 - p) / p * series
