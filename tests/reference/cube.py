"""Cubes as dicts: every operation by its definition, slow and obvious."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product

Index = tuple[int, ...]
Cells = dict[Index, int]


def count(
    columns: Sequence[Sequence[int]],
    tables: Sequence[dict[int, Index]],
    measure: Sequence[int] | None = None,
) -> Cells:
    """Add up rows: a code's place is in its table, or the row is not counted."""
    cells: Counter[Index] = Counter()
    for row in range(len(columns[0])):
        places = [table.get(column[row]) for column, table in zip(columns, tables, strict=True)]
        if None not in places:
            index = tuple(sum(parts) for parts in zip(*places, strict=True))  # type: ignore[arg-type]
            cells[index] += 1 if measure is None else measure[row]
    return without_zeros(cells)


def without_zeros(cells: Cells) -> Cells:
    return {index: value for index, value in cells.items() if value != 0}


def add(a: Cells, b: Cells, sign: int = 1) -> Cells:
    indices = set(a) | set(b)
    return without_zeros({index: a.get(index, 0) + sign * b.get(index, 0) for index in indices})


def sum_over(cells: Cells, keep: Sequence[bool]) -> Cells:
    sums: Counter[Index] = Counter()
    for index, value in cells.items():
        sums[tuple(at for at, kept in zip(index, keep, strict=True) if kept)] += value
    return without_zeros(sums)


def permute(cells: Cells, order: Sequence[int]) -> Cells:
    return {tuple(index[dim] for dim in order): value for index, value in cells.items()}


def take(cells: Cells, dim: int, positions: Sequence[int]) -> Cells:
    return {
        (*index[:dim], place, *index[dim + 1 :]): value
        for index, value in cells.items()
        for place, position in enumerate(positions)
        if index[dim] == position
    }


def pick(cells: Cells, dim: int, position: int) -> Cells:
    return {
        index[:dim] + index[dim + 1 :]: value
        for index, value in cells.items()
        if index[dim] == position
    }


def top(cells: Cells, n: int, shape: Sequence[int]) -> list[tuple[int, int]]:
    ranked = sorted((-value, number(index, shape)) for index, value in cells.items())
    return [(at, -value) for value, at in ranked[:n]]


def number(index: Index, shape: Sequence[int]) -> int:
    at = 0
    for position, dim in zip(index, shape, strict=True):
        at = at * dim + position
    return at


def every(shape: Sequence[int]) -> Iterable[Index]:
    return product(*(range(dim) for dim in shape))


def flow(cells: Cells, members: set[int]) -> dict[str, int]:
    """The quantities of a traffic matrix."""
    sent, received, out, into = Counter(), Counter(), Counter(), Counter()  # type: ignore[var-annotated]
    for (a, b), value in cells.items():
        sent[a] += value
        received[b] += value
        out[a] += 1
        into[b] += 1
    pairs = {
        (a, b): value for (a, b), value in cells.items() if a != b and a in members and b in members
    }
    return {
        "messages": sum(cells.values()),
        "links": len(cells),
        "max_link": max(cells.values(), default=0),
        "senders": len(sent),
        "max_sent": max(sent.values(), default=0),
        "max_fan_out": max(out.values(), default=0),
        "receivers": len(received),
        "max_received": max(received.values(), default=0),
        "max_fan_in": max(into.values(), default=0),
        "self": sum(value for (a, b), value in cells.items() if a == b),
        "weight": sum(pairs.values()),
        "pair_links": len(pairs),
        "mutual_weight": sum(min(v, pairs[b, a]) for (a, b), v in pairs.items() if (b, a) in pairs),
        "mutual_links": sum((b, a) in pairs for a, b in pairs),
    }
