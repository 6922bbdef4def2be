"""Label sets that users bring: crime areas, themes, purposes over a column's labels.

A set maps the labels of one column to values, where need be from a day to a day.  It
becomes a table of the column's domain, and so an axis: nothing is copied but the domain.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ._days import Day, first_day
from ._given import given
from ._tables import FOREVER
from .errors import InputError, LabelError, QueryError, suggest

if TYPE_CHECKING:
    from .domain import Domain

__all__ = ["UNKNOWN", "check_unknown", "label_set", "log_with_table"]

UNKNOWN = ("raise", "ignore")


def log_with_table(
    log: Any,
    name: str,
    values: Any,
    column: str,
    order: Iterable[str] | None,
    names: Mapping[str, Mapping[str, str]] | None,
    unknown: str,
) -> Any:
    """See ``Log.with_table``."""
    if not isinstance(name, str) or not name or "." in name:
        raise QueryError(f"a table's name is a text without a dot, not {name!r}")
    kinds = [one for one in log.columns if log.schema.field(one).kind == "label"]
    if column not in kinds:
        near = suggest(str(column), kinds)
        hint = f"; did you mean {near[0]!r}?" if near else "."
        raise QueryError(f"no labels in {column!r}{hint} Columns of labels: {', '.join(kinds)}")
    domain = log.domains.get(column)
    if domain is None:
        raise QueryError(f"{column!r} has no labels here: no row states one")
    table = label_set(name, values, column, domain, unknown)
    added = domain.with_table(name, table, order=order, names=names)
    made = type(log)(log)  # the same columns, not a copy
    made.__dict__.update(log.__dict__)
    # Senders and receivers stay of one closed world: a flow is square over both.
    world = log.schema.field(column).domain
    together = [one for one in log.domains if world and log.schema.field(one).domain == world]
    shared = [one for one in together if log.domains[one] == domain]
    made.domains = {**log.domains, **dict.fromkeys([column, *shared], added)}
    made._plans = {}
    made._rollup = None if log._rollup is None else log._rollup.shared()
    return made


def check_unknown(unknown: str) -> str:
    """Return the option if it is one, else raise QueryError."""
    if unknown not in UNKNOWN:
        raise QueryError(f'unknown is "raise" or "ignore", not {unknown!r}')
    return unknown


def label_set(
    name: str, values: Any, column: str, domain: Domain, unknown: str = "raise"
) -> dict[str, Any]:
    """Return a value, or dated values, for every label of a domain; None where none is given."""
    check_unknown(unknown)
    table: dict[str, Any] = dict.fromkeys(domain.labels)
    if isinstance(values, Mapping):
        seen: set[str] = set()
        for text, value in values.items():
            label = _label(domain, text, unknown, {"column": name})
            if label in seen:
                raise InputError("two values for one label", column=name, value=str(text))
            if label is not None:
                seen.add(label)
                table[label] = value
        return table
    rows = given(values, "labels")
    key = rows.column(("label", column), "the labels")
    cell = rows.column(("value", name), "their values")
    spans: dict[str, list[tuple[str, str, str | None, int]]] = {}
    for at, row in enumerate(rows.rows):
        text, value = row[key], row[cell]
        if text is None:
            raise InputError("no label", column=key, **rows.place(at))
        if value is not None and not isinstance(value, str):
            words = "a label set's values are texts"
            raise InputError(words, column=cell, value=str(value), **rows.place(at))
        label = _label(domain, text, unknown, {"column": key, **rows.place(at)})
        start = _day(row.get("from"), "", "from", rows.place(at))
        stop = _day(row.get("to"), FOREVER, "to", rows.place(at))
        if start >= stop:
            words = f"ends before it begins, on {start}: 'to' is the first day without it"
            raise InputError(words, column="to", value=stop, **rows.place(at))
        if label is not None:
            spans.setdefault(label, []).append((start, stop, value, at))
    for label, dated in spans.items():
        dated.sort(key=lambda span: (span[0], span[3]))
        for (_, stop, value, at), (start, _, other, again) in pairwise(dated):
            if start < stop:
                words = f"{label!r} has two values at once: {value!r} in {_where(rows, at)}"
                raise InputError(words, column=cell, value=str(other), **rows.place(again))
        table[label] = _as_pairs(dated)
    return table


def _as_pairs(dated: Sequence[tuple[str, str, str | None, int]]) -> Any:
    """Spans in order, none over another, as ``(from, value)`` with the gaps not stated."""
    if len(dated) == 1 and not dated[0][0] and dated[0][1] == FOREVER:
        return dated[0][2]
    pairs: list[tuple[Day | None, str | None]] = []
    for at, (start, stop, value, _) in enumerate(dated):
        pairs.append((start or None, value))
        following = dated[at + 1][0] if at + 1 < len(dated) else FOREVER
        if stop < following:
            pairs.append((stop, None))
    return pairs


def _label(domain: Domain, text: Any, unknown: str, place: Mapping[str, Any]) -> str | None:
    try:
        return domain.labels[domain.resolve(text)]
    except LabelError as error:
        if unknown == "ignore":
            return None
        raise InputError(
            error.reason, value=str(text), choices=error.choices, hint=error.hint, **place
        ) from None


def _day(cell: Any, otherwise: str, column: str, place: Mapping[str, Any]) -> str:
    if cell is None:
        return otherwise
    try:
        return first_day(cell)
    except QueryError as error:
        raise InputError(str(error), column=column, value=str(cell), **place) from None


def _where(rows: Any, at: int) -> str:
    (_, number), *_ = reversed(rows.place(at).items())
    return f"{'row' if rows.source is None else 'line'} {number}"
