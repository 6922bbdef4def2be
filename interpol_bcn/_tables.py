"""Tables over the codes of a domain: each label's value, where need be from a day on.

A row is a tuple of ``(from, value code)`` by rising day, the first from "" (always); -1 is
"not stated".  Values are numbered like labels, so a table is itself a small closed world.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from ._days import Day, first_day
from .errors import InputError, suggest

__all__ = ["FOREVER", "Spans", "Table", "Value", "numbered", "table_of", "value_on"]

FOREVER = "9999-12-31"
MOST = 65_535

Value: TypeAlias = "str | Sequence[tuple[Day | None, str | None]] | None"
Spans: TypeAlias = "tuple[tuple[str, int], ...]"
Table: TypeAlias = "tuple[tuple[str, ...], tuple[Spans, ...]]"


def value_on(spans: Spans, day: str) -> int:
    """Return the value code of a row on a day, -1 where it is not stated."""
    code = -1
    for start, value in spans:
        if start <= day:
            code = value
    return code


def table_of(
    name: str,
    values: Mapping[str, Value] | Sequence[Value],
    order: Iterable[str] | None,
    labels: Mapping[str, int],
) -> Table:
    """Return the table that people's values for each label mean; raise InputError."""
    if isinstance(values, Mapping):
        for label in values:
            if label not in labels:
                choices = suggest(str(label), labels)
                raise InputError("unknown label", column=name, value=str(label), choices=choices)
        missing = [label for label in labels if label not in values]
        if missing:
            raise InputError(_lacking(missing, len(labels)), column=name)
        given = [values[label] for label in labels]
    else:
        if isinstance(values, str) or len(values) != len(labels):
            words = f"must give one value for each of {len(labels):,} labels"
            raise InputError(words, column=name)
        given = list(values)
    dated = [_spans(name, value) for value in given]
    used = {value for spans in dated for _, value in spans if value is not None}
    found = tuple(sorted(used)) if order is None else tuple(order)
    codes = numbered(found) if found else {}
    for value in used:
        if value not in codes:
            raise InputError("not in the given order of values", column=name, value=value)
    rows = tuple(
        tuple((start, -1 if value is None else codes[value]) for start, value in spans)
        for spans in dated
    )
    return found, rows


def numbered(labels: tuple[str, ...]) -> dict[str, int]:
    """Return the place of each label; raise InputError for what cannot be a set of labels."""
    if not 1 <= len(labels) <= MOST:
        raise InputError(f"a domain has 1 to {MOST:,} labels, not {len(labels):,}")
    codes: dict[str, int] = {}
    for code, label in enumerate(labels):
        if not isinstance(label, str) or not label:
            raise InputError(
                "a label must be a text that is not empty", row=code + 1, value=repr(label)
            )
        if codes.setdefault(label, code) != code:
            raise InputError("a label may not be repeated", row=code + 1, value=label)
    return codes


def _lacking(missing: list[str], total: int) -> str:
    shown = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
    return f"no value for {len(missing):,} of {total:,} labels: {shown}"


def _spans(name: str, value: Value) -> list[tuple[str, str | None]]:
    if value is None or isinstance(value, str):
        return [("", value)]
    try:
        pairs = [(start, cell) for start, cell in value]
    except (TypeError, ValueError):
        pairs = []
    good = pairs and all(cell is None or isinstance(cell, str) for _, cell in pairs)
    if not good:
        expected = "must be a text, None, or a list of (from, value)"
        raise InputError(expected, column=name, value=repr(value))
    spans = [("" if start is None else first_day(start), cell) for start, cell in pairs]
    spans.sort(key=lambda span: span[0])
    if len({start for start, _ in spans}) != len(spans):
        raise InputError("two values from the same day", column=name, value=repr(value))
    if spans[0][0]:
        spans.insert(0, ("", None))
    return spans
