"""Rows of two tables side by side, by equal keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ._columns import Column
from .errors import QueryError

if TYPE_CHECKING:
    from .table import Table

__all__ = ["join"]


def join(
    left: Table, right: Table, on: list[str], how: str, many: bool, suffix: str | None
) -> list[Column]:
    """Return the columns of the joined table; see ``Table.join``."""
    if how not in ("inner", "left", "outer"):
        raise QueryError(f'how is "inner", "left" or "outer", not {how!r}')
    if not on:
        raise QueryError("join needs at least one column in on")
    others = _others(left, right, on, suffix)
    places: dict[Any, list[int]] = {}
    for row, key in enumerate(_keys(right, on)):
        places.setdefault(key, []).append(row)
    left_rows: list[int] = []
    right_rows: list[int] = []
    met = set()
    for row, key in enumerate(_keys(left, on)):
        found = places.get(key)
        if found is None:
            if how != "inner":
                left_rows.append(row)
                right_rows.append(-1)
            continue
        if len(found) > 1 and not many:
            shown = ", ".join(f"{name}={value!r}" for name, value in zip(on, key, strict=True))
            raise QueryError(
                f"{len(found)} rows of the other table have {shown}, so rows would multiply; "
                "add the columns that tell them apart to on, or say many=True"
            )
        met.add(key)
        left_rows += [row] * len(found)
        right_rows += found
    extra: list[int] = []
    if how == "outer":
        extra = sorted(row for key, rows in places.items() if key not in met for row in rows)
    columns = []
    for name in left.columns:
        column = left[name].take(left_rows + [-1] * len(extra))
        if name in on and extra:
            column = _append(left[name].take(left_rows), right[name].take(extra))
        columns.append(column)
    for old, new in others:
        columns.append(right[old].take(right_rows + extra).renamed(new))
    return columns


def _others(left: Table, right: Table, on: list[str], suffix: str | None) -> list[tuple[str, str]]:
    """The other table's further columns, with the names that they will have."""
    names = [name for name in right.columns if name not in on]
    clash = [name for name in names if name in left]
    if clash and not suffix:
        raise QueryError(
            f"both tables have {', '.join(clash)}; rename them, select fewer columns, "
            'or give a suffix for the other table\'s: suffix="_2"'
        )
    return [(name, f"{name}{suffix}" if name in clash else name) for name in names]


def _keys(table: Table, on: list[str]) -> list[Any]:
    return list(zip(*(table[name].tolist() for name in on), strict=True))


def _append(first: Column, second: Column) -> Column:
    """One column after another: still labels where both have the same ones."""
    values: Sequence[Any] = first.tolist() + second.tolist()
    options: dict[str, Any] = {"unit": first.unit, "format": first.format}
    if first.kind == second.kind == "label":
        labels = list(first.labels[: first.label_count])
        if labels == list(second.labels[: second.label_count]):
            names = {language: first.label_names(language) or () for language in first.languages}
            return Column(first.name, values, labels=labels, names=names, **options)
    kind = first.kind if first.kind == second.kind != "label" else None
    return Column(first.name, values, kind, **options)
