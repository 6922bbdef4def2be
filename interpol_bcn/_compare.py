"""Revisions: two vintages of the same figures, cell by cell."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any

from . import _core
from ._cells import labelled
from ._columns import Column
from ._cube_words import told
from ._figures import afford
from .axes import NOT_STATED, Axis
from .cube import Cube
from .errors import QueryError
from .table import Names, Table

__all__ = ["compare"]

_BYTES_PER_CELL = 400  # while two sides are held by their keys
_ADDED = ("status", "before", "after", "change", "relative")
STATUSES = ("added", "removed", "changed")

Change = tuple[tuple[Any, ...], str, Any, Any]
_ABSENT = object()


def compare(a: Any, b: Any, *, on: Names | None = None, measure: str | None = None) -> Table:
    """Return what changed from one vintage of figures to the next, cell by cell.

    ``a`` and ``b`` are two cubes over the same axes, or two Tables with the same columns:
    ``on`` are the key columns (by default all but figures), ``measure`` the figure (by
    default the table's own).  Cells are compared by their labels, so that axes may grow.

    Columns: the keys, ``status`` (added, removed, changed), ``before``, ``after``,
    ``change`` (exact: after minus before, an absent cell counting as 0) and ``relative``
    (change / before, a float; None from nothing).  Equal cells are left out and counted in
    the note.  A cell of a cube whose labels one side lacks is added or removed where it is
    not 0; where both have the labels, 0 is a figure like any other.  The changes add up to
    the difference of the totals.

    Raise QueryError, in words, for other measures or axes, and for keys that a table has
    twice; TooLargeError where both would not fit in memory.  Costs O(cells that are not 0).

    >>> import interpol_bcn as bcn
    >>> first = bcn.Table({"year": ["2014", "2015"], "alerts": [100, 200]})
    >>> second = bcn.Table({"year": ["2014", "2016"], "alerts": [110, 300]})
    >>> bcn.compare(first, second)
    alerts by year, revised
    year  status   before  after  change  relative
    ────  ───────  ──────  ─────  ──────  ────────
    2014  changed     100    110      10     10.0%
    2015  removed     200           -200   -100.0%
    2016  added              300     300
    1 changed, 1 removed, 1 added, 0 the same; total 300 to 410 (+110, +36.7%)
    """
    if isinstance(a, Cube) and isinstance(b, Cube):
        return _cubes(a, b, on, measure)
    if isinstance(a, Table) and isinstance(b, Table):
        return _tables(a, b, on, measure)
    raise QueryError(
        f"compare two cubes or two tables, not {type(a).__name__} and {type(b).__name__}"
    )


def _cubes(a: Cube, b: Cube, on: Names | None, measure: str | None) -> Table:
    if on is not None or measure is not None:
        raise QueryError("on= and measure= are for tables: a cube's axes are its keys")
    if (a.measure, a.unit) != (b.measure, b.unit):
        raise QueryError(
            f"{a.measure} ({a.unit}) and {b.measure} ({b.unit}) are not two vintages of the same"
        )
    if a.dims != b.dims:
        raise QueryError(f"cubes over different axes: {a._shape_words()} and {b._shape_words()}")
    zones = next(((x, y) for x, y in zip(a.axes, b.axes, strict=True) if x.zone != y.zone), None)
    if zones is not None:
        raise QueryError(zones[0].differs(zones[1]))
    clash = [name for name in a.dims if name in _ADDED]
    if clash:
        raise QueryError(f"an axis may not be named {clash[0]!r} here")
    if all(x.same(y) for x, y in zip(a.axes, b.axes, strict=True)):
        codes, changes, same = _over_same_axes(a, b)
        keys = [
            Column(axis.name, part, labels=axis.labels, names=axis.all_names)
            for axis, part in zip(a.axes, codes, strict=True)
        ]
    else:
        keys, changes, same = _over_other_axes(a, b)
    totals = (a.total(), b.total())
    words = [f"{_summary(changes, same, totals)} of {a.unit}", _both(a.note(), b.note())]
    whence = f"Before: {told(a, 'Log.count')} After: {told(b, 'Log.count')} "
    return _made(keys, changes, f"{a.title()}, revised", words, whence)


def _over_same_axes(a: Cube, b: Cube) -> tuple[list[array[int]], list[Change], int]:
    """Where labels agree, the core finds the cells that differ."""
    differs = a._like(_core.Cube.subtract(b, a), a.axes)
    afford(differs.nonzero, _BYTES_PER_CELL, f"a table of {differs.nonzero:,} revised cells")
    places = memoryview(differs.nonzeros()[0]).tolist()
    codes = [array("I", bytes(4 * len(places))) for _ in a.axes]
    changes: list[Change] = []
    for row, place in enumerate(places):
        at = []
        for axis in reversed(a.axes):
            place, code = divmod(place, len(axis))
            at.append(code)
        at.reverse()
        for column, code in zip(codes, at, strict=True):
            column[row] = code
        changes.append(((), "changed", a.item(*at), b.item(*at)))
    return codes, changes, a.nonzero - sum(change[2] != 0 for change in changes)


def _over_other_axes(a: Cube, b: Cube) -> tuple[list[Column], list[Change], int]:
    afford(a.nonzero + b.nonzero, _BYTES_PER_CELL, "comparing cubes of different labels")
    unions = [_union(x, y) for x, y in zip(a.axes, b.axes, strict=True)]
    held = [[set(axis.labels) for axis in cube.axes] for cube in (a, b)]
    before, after = labelled(a), labelled(b)
    ranks = [{label: at for at, label in enumerate(labels)} for labels in unions]

    def rank(key: tuple[str, ...]) -> list[int]:
        return [places[label] for places, label in zip(ranks, key, strict=True)]

    changes: list[Change] = []
    same = 0
    for key in sorted(before.keys() | after.keys(), key=rank):
        was, now = before.get(key, 0), after.get(key, 0)
        if was == now:
            same += 1
        elif not all(label in labels for label, labels in zip(key, held[0], strict=True)):
            changes.append((key, "added", None, now))
        elif not all(label in labels for label, labels in zip(key, held[1], strict=True)):
            changes.append((key, "removed", was, None))
        else:
            changes.append((key, "changed", was, now))
    keys = []
    for number, (x, y) in enumerate(zip(a.axes, b.axes, strict=True)):
        data = [change[0][number] for change in changes]
        keys.append(Column(x.name, data, labels=unions[number], names=_names(x, y)))
    return keys, changes, same


def _union(x: Axis, y: Axis) -> list[str]:
    """All labels of two axes: those of the first, then new ones; times in their order."""
    labels = dict.fromkeys(x.labels)
    labels.update(dict.fromkeys(y.labels))
    if x.calendar is not None and not x.calendar.cyclic:
        starts = {**_starts(y), **_starts(x)}
        return sorted(labels, key=starts.__getitem__)
    open_end = labels.pop(NOT_STATED, _ABSENT) is None
    return [*labels, NOT_STATED] if open_end else list(labels)


def _starts(axis: Axis) -> dict[str, tuple[bool, int]]:
    """Where each label of an axis of time begins, what is not stated last."""
    calendar = axis.calendar
    assert calendar is not None
    return {
        label: (True, 0) if label == NOT_STATED
        else (False, calendar.spans(calendar.index(label))[0][0])
        for label in axis.labels
    }  # fmt: skip


def _names(x: Axis, y: Axis) -> dict[str, list[str]]:
    made = {}
    union = _union(x, y)
    for language, texts in x.all_names.items():
        known = dict(zip(y.labels, y.all_names.get(language, y.labels), strict=True))
        known.update(zip(x.labels, texts, strict=True))
        made[language] = [known[label] for label in union]
    return made


def _tables(a: Table, b: Table, on: Names | None, measure: str | None) -> Table:
    figure = a.measure if measure is None else measure
    theirs = b.measure if measure is None else measure
    if figure is None or figure != theirs:
        raise QueryError(
            f"the figures compared are {figure!r} and {theirs!r}: two vintages have the same; "
            "say which with measure="
        )
    for table in (a, b):
        if table.column(figure).kind not in ("integer", "number"):
            raise QueryError(f"{figure!r} is a column of {table[figure].kind}s, not of figures")
    keys = _keys(a, figure) if on is None else [on] if isinstance(on, str) else list(on)
    others = _keys(b, figure) if on is None else keys
    if set(keys) != set(others):
        raise QueryError(
            f"the keys are {', '.join(keys) or 'none'} and {', '.join(others) or 'none'}: "
            "two vintages have the same; say which with on="
        )
    clash = [name for name in keys if name in (*_ADDED, figure)]
    if clash:
        raise QueryError(f"{clash[0]!r} may not be a key here: rename() it")
    if a[figure].unit != b[figure].unit:
        raise QueryError(f"{figure!r} is of {a[figure].unit} here and of {b[figure].unit} there")
    afford(len(a) + len(b), _BYTES_PER_CELL, f"comparing {len(a) + len(b):,} rows")
    before, after = _rows(a, keys, figure, "first"), _rows(b, keys, figure, "second")
    changes: list[Change] = []
    same = 0
    rows: list[tuple[int, int]] = []  # in the first and in the second, or -1
    for key, (row, was) in before.items():
        place, now = after.get(key, (-1, _ABSENT))
        if now is _ABSENT:
            changes.append((key, "removed", was, None))
        elif was == now and (was is None) == (now is None):
            same += 1
            continue
        else:
            changes.append((key, "changed", was, now))
        rows.append((row, place))
    for key, (place, now) in after.items():
        if key not in before:
            changes.append((key, "added", None, now))
            rows.append((-1, place))
    totals = _total(before), _total(after)
    unit = a[figure].unit
    words = [_summary(changes, same, totals) + (f" of {unit}" if unit else "")]
    if a.note or b.note:
        words.append(_both(a.note or "", b.note or ""))
    columns = [_key_column(a[name], b[name], rows) for name in keys]
    dims = f" by {' and '.join(keys)}" if keys else ""
    whence = f"Before: {a.explain()} After: {b.explain()} "
    return _made(columns, changes, f"{figure}{dims}, revised", words, whence)


def _keys(table: Table, figure: str) -> list[str]:
    """The columns that say what a row is of: all but figures."""
    return [
        name
        for name in table.columns
        if name != figure
        and (table[name].kind not in ("integer", "number") or table[name].format == "plain")
    ]


def _rows(
    table: Table, keys: Sequence[str], figure: str, which: str
) -> dict[tuple[Any, ...], tuple[int, Any]]:
    values = table[figure].tolist()
    parts = zip(*(table[name].tolist() for name in keys), strict=True)
    found: dict[tuple[Any, ...], tuple[int, Any]] = {}
    for row, key in enumerate(parts if keys else [()] * len(table)):
        if key in found:
            shown = ", ".join(f"{name}={part!r}" for name, part in zip(keys, key, strict=True))
            raise QueryError(
                f"two rows of the {which} table have {shown or 'no key'}; "
                "add the columns that tell them apart to on="
            )
        found[key] = row, values[row]
    return found


def _key_column(first: Column, second: Column, rows: Sequence[tuple[int, int]]) -> Column:
    values = [first[a] if a >= 0 else second[b] for a, b in rows]
    if first.kind == "label":
        labels = dict.fromkeys(first.labels[: first.label_count])
        if second.kind == "label":
            labels.update(dict.fromkeys(second.labels[: second.label_count]))
        labels.update(dict.fromkeys(value for value in values if value is not None))
        return Column(first.name, values, labels=list(labels))
    kind = first.kind if first.kind == second.kind else None
    return Column(first.name, values, kind, format=first.format)


def _total(rows: dict[tuple[Any, ...], tuple[int, Any]]) -> Any:
    return sum(value for _, value in rows.values() if value is not None)


def _summary(changes: Sequence[Change], same: int, totals: tuple[Any, Any]) -> str:
    parts = [
        f"{sum(change[1] == status for change in changes):,} {status}"
        for status in ("changed", "removed", "added")
    ]
    was, now = totals
    part = f", {(now - was) / was:+.1%}" if was else ""
    return f"{', '.join(parts)}, {same:,} the same; total {was:,} to {now:,} ({now - was:+,}{part})"


def _both(before: str, after: str) -> str:
    return (
        before if before == after else f"before: {before or 'no note'}; after: {after or 'no note'}"
    )


def _made(
    keys: Sequence[Column], changes: Sequence[Change], title: str, words: Sequence[str],
    whence: str,
) -> Table:  # fmt: skip
    before = [change[2] for change in changes]
    after = [change[3] for change in changes]
    steps = [(now or 0) - (was or 0) for was, now in zip(before, after, strict=True)]
    parts = [step / was if was else None for step, was in zip(steps, before, strict=True)]
    kind = "integer" if all(isinstance(step, int) for step in steps) else "number"
    codes = bytes(STATUSES.index(change[1]) for change in changes)
    columns = [
        *keys,
        Column("status", codes, labels=STATUSES, names=_status_names()),
        Column("before", before, kind),
        Column("after", after, kind),
        Column("change", steps, kind),
        Column("relative", parts, "number", format="percent"),
    ]
    note = "; ".join(words)
    return Table.from_columns(
        columns, title=title, note=note, measure="change",
        explain=f"Cells that differ between two vintages: {len(changes):,}; change is after "
        "minus before, where absent is 0; relative is change / before, rounded once. "
        f"{whence}Definition: compare.",
    )  # fmt: skip


def _status_names() -> dict[str, list[str]]:
    from ._i18n import LANGUAGES, message

    return {
        language: [message(f"status.{status}", language) for status in STATUSES]
        for language in LANGUAGES
    }
