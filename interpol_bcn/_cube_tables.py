"""Cubes as tables: long, wide, ranked, with shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from . import _core
from ._columns import Column
from ._figures import afford, figures, joined, over_dates
from .errors import QueryError
from .table import Table

if TYPE_CHECKING:
    from .axes import Axis
    from .cube import Cube

__all__ = ["long", "pivot", "ranked", "shares"]

_BYTES_PER_ROW = 40  # of a long table with a few columns, for a warning ahead of time


def ranked(cube: Cube, cells: list[int], values: list[int]) -> Table:
    """Return the cells numbered, in their order, with their share of the total."""
    columns = []
    stride = cube.size
    for axis in cube.axes:
        stride //= max(1, len(axis))
        data = [axis.labels[at // stride % len(axis)] for at in cells]
        columns.append(_named(Column(axis.name, data, "label"), axis))
    columns.append(Column(cube.measure, values, "integer", unit=cube.unit))
    total = 0 if over_dates(cube) else cube.total()
    parts = [value / total if total else None for value in values]
    columns.append(Column("share", parts, "number", format="percent"))
    return Table.from_columns(
        columns, title=cube.title(), note=cube.note(), explain=cube.explain(),
        measure=cube.measure,
    )  # fmt: skip


def shares(cube: Cube, dim: str | None) -> Table:
    """See ``Cube.share``."""
    table = cube.to_table()
    values = table[cube.measure].tolist()
    if dim is None:
        totals = [cube.total()] * len(values)
    else:
        number = cube._number(dim)
        sums = _core.Cube.sum(cube, [at != number for at in range(len(cube.axes))])
        inner = 1
        for axis in cube.axes[number + 1 :]:
            inner *= len(axis)
        flat = figures(sums)
        block = inner * len(cube.axes[number])
        totals = [flat[at // block * inner + at % inner] for at in range(len(values))]
    parts = [v / t if t else None for v, t in zip(values, totals, strict=True)]
    name = "share" if dim is None else f"share of {dim}"
    columns = [table[column] for column in table.columns]
    columns.append(Column(name, parts, "number", format="percent"))
    return Table.from_columns(
        columns, title=cube.title(), note=cube.note(), explain=cube.explain(),
        measure=cube.measure,
    )  # fmt: skip


def pivot(cube: Cube, rows: str, columns: str) -> Table:
    """See ``Cube.pivot``."""
    if rows == columns:
        raise QueryError(f"pivot needs two different axes, not {rows!r} twice")
    cube._number(rows)
    cube._number(columns)
    others = [dim for dim in cube.dims if dim not in (rows, columns)]
    flat = cube.sum(*others) if others else cube
    wide = flat.transpose(rows, columns)
    first, second = wide.axes
    if first.name in second.labels:
        raise QueryError(f"pivot: a column cannot be both {first.name!r} and the rows' name")
    cells = figures(wide)
    made = [_named(Column(first.name, list(first.labels), "label"), first)]
    width = len(second)
    for at, label in enumerate(second.labels):
        made.append(Column(label, cells[at::width], "integer", unit=cube.unit))
    return Table.from_columns(made, title=cube.title(), note=cube.note(),
                              explain=cube.explain())  # fmt: skip


def long(cube: Cube, zeros: bool) -> Table:
    """See ``Cube.to_table``."""
    rows = cube.size if zeros else cube.nonzero
    way = "leave out zeros with zeros=False, or " if zeros else ""
    afford(rows, _BYTES_PER_ROW + 4 * len(cube.axes), f"a table of {rows:,} rows", way)
    codes, values, high = cube.columns(zeros)
    columns = [
        Column(axis.name, cast(Any, code), labels=axis.labels, names=axis.all_names)
        for axis, code in zip(cube.axes, codes, strict=True)
    ]
    if high is None:
        numbers: Any = values  # a buffer, which columns borrow
    else:
        numbers = joined(values, high)
    columns.append(Column(cube.measure, numbers, "integer", unit=cube.unit))
    return Table.from_columns(
        columns, title=cube.title(), note=cube.note(), explain=cube.explain(),
        measure=cube.measure,
    )  # fmt: skip


def _named(column: Any, axis: Axis) -> Any:
    """Give a column of labels their names in every language."""
    names = axis.all_names
    if not names:
        return column

    place = {label: at for at, label in enumerate(axis.labels)}
    labels = list(column.labels)
    chosen = {
        language: [words[place[label]] for label in labels] for language, words in names.items()
    }
    return Column(column.name, column.data, labels=labels, names=chosen)
