"""The slow twins of revisions, rates, ranks and dated label sets: one cell at a time."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from fractions import Fraction

Figures = Mapping[Hashable, int]


def revisions(before: Figures, after: Figures) -> dict[Hashable, tuple[str, int]]:
    """Return what became of each key of either side that is not the same, and by how much."""
    found: dict[Hashable, tuple[str, int]] = {}
    for key in [*before, *after]:
        if key not in before:
            found[key] = "added", after[key]
        elif key not in after:
            found[key] = "removed", -before[key]
        elif before[key] != after[key]:
            found[key] = "changed", after[key] - before[key]
    return found


def rate(figure: int, base: Fraction | None, scale: int) -> float | None:
    """Return a rate by exact division; None where there is nothing to divide by."""
    return float(Fraction(figure) * scale / base) if base else None


def rank(figures: Sequence[int], at: int) -> int:
    """Return one more than the figures that are larger."""
    return 1 + sum(other > figures[at] for other in figures)


def cumulative(figures: Sequence[int], at: int) -> Fraction | None:
    """Return the share of a figure and of all that stand before it by size, then by place."""
    total = sum(figures)
    ahead = sum(
        other
        for place, other in enumerate(figures)
        if other > figures[at] or (other == figures[at] and place <= at)
    )
    return Fraction(ahead, total) if total else None


def value_on(spans: Sequence[tuple[str, str, str]], day: str) -> str | None:
    """Return the value of the half-open span (from, to, value) that a day lies in."""
    for start, stop, value in spans:
        if (not start or start <= day) and (not stop or day < stop):
            return value
    return None
