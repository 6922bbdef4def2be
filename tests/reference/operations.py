"""The slow twin of operations: sets and loops over rows, which are dicts of plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Row = Mapping[str, Any]


def results(rows: Sequence[Row]) -> dict[tuple[str, str, str], tuple[int | None, int, int]]:
    """(operation, outcome, unit) -> quantity (None: never stated), bureaus, rows."""
    groups: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows:
        key = (row["operation"], row["outcome"] or "not stated", row["unit"] or "not stated")
        groups.setdefault(key, []).append(row)
    found = {}
    for key, group in groups.items():
        stated = [row["quantity"] for row in group if row["quantity"] is not None]
        bureaus = {row["bureau"] for row in group}
        found[key] = (sum(stated) if stated else None, len(bureaus), len(group))
    return found


def units(rows: Sequence[Row]) -> set[str]:
    """The units in which something is stated."""
    return {row["unit"] or "not stated" for row in rows if row["quantity"] is not None}


def parties(rows: Sequence[Row]) -> dict[str, set[str]]:
    """Who took part in each operation."""
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["operation"], set()).add(row["bureau"])
    return found


def days(rows: Sequence[Row], operation: str) -> tuple[str | None, str | None]:
    """The first and the last day stated of an operation."""
    stated = [row["date"] for row in rows if row["operation"] == operation and row["date"]]
    return min(stated, default=None), max(stated, default=None)


def joint(rows: Sequence[Row], a: str, b: str) -> set[str]:
    """The operations in which both took part."""
    return {name for name, bureaus in parties(rows).items() if {a, b} <= bureaus}
