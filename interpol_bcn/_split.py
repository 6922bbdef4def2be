"""Counting along an axis that parts the records of one row, such as hits of searches.

The cube is made of exact sums over rows: the records of one sort, those of rows that say how
many are of it less these, and those of the other rows.  They stand side by side on the axis.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .axes import NOT_STATED, Axis, resolve_axis
from .errors import QueryError, TooLargeError
from .query import Parted, Plan, _values, memory_available

if TYPE_CHECKING:
    from . import _core
    from .logs import Log
    from .schema import Schema

__all__ = ["apart", "parted", "plan_parted", "words_of"]

_LEAST = -(2**63)
_MOST_AXES, _MOST_RANGES = 16, 16
Where = Mapping[str, object]


def apart(schema: Schema, where: Where | None) -> dict[str, object]:
    """Return filters without the one on the axis that parts rows."""
    return {k: v for k, v in (where or {}).items() if schema.split is None or k != schema.split[0]}


def plan_parted(
    log: Any, names: Sequence[str], where: Where | None, lay: Callable[[Any, Any], Plan]
) -> Plan | None:
    """Lay down a question with the axis, or a filter on it; None for one without.

    ``lay(names, where)`` lays down the rest of it.
    """
    split = log.schema.split
    if split is None or not (split.name in names or split.name in (where or ())):
        return None
    if names.count(split.name) > 1:
        raise QueryError(f"the axis {split.name!r} is named twice")
    if len(names) > _MOST_AXES:
        raise QueryError(f"{len(names)} axes; a cube has at most {_MOST_AXES}")
    axis = _axis(log)
    laid = lay(tuple(name for name in names if name != split.name), apart(log.schema, where))
    made = Plan()
    for slot in ("terms", "dials", "ranges", "period", "zone", "members"):
        setattr(made, slot, getattr(laid, slot))
    made.axes, made.shape, made.words = list(laid.axes), list(laid.shape), list(laid.words)
    at, kept = None, frozenset(range(len(axis)))
    if where is not None and split.name in where:
        kept = _kept(axis, where[split.name])
        made.words += words_of(log.schema, where)
    if split.name in names:
        at = names.index(split.name)
        made.axes.insert(at, axis)
        made.shape.insert(at, len(axis))
    made.cells = laid.cells * (len(axis) if at is not None else 1)
    if made.cells >= 1 << 63:
        raise TooLargeError(f"{made.cells:.2g} cells are more than can be numbered")
    if len(made.ranges) + 2 > _MOST_RANGES:
        raise QueryError(f"with {split.name!r} a question may have {_MOST_RANGES - 2} ranges")
    made.parted = Parted(at, kept, tuple(laid.shape))
    return made


def _axis(log: Any) -> Axis:
    from ._zones import resolve_zone

    name = log.schema.split.name
    return resolve_axis(name, log, zone=resolve_zone("UTC"), period=(0, 0), asof=None)


def _kept(axis: Axis, value: object) -> frozenset[int]:
    labels, outside = _values(value, axis)
    chosen = frozenset(axis.index(label) for label in labels)
    return frozenset(range(len(axis))) - chosen if outside else chosen


def words_of(schema: Schema, where: Where | None) -> list[str]:
    """Say a filter on the axis as other filters are said; nothing without one.

    Raise LabelError for a label that the axis does not have.
    """
    split = schema.split
    if split is None or split.name not in (where or ()):
        return []
    assert where is not None
    axis = Axis(split.name, (split.inside, split.outside, NOT_STATED), split.column, stated=False)
    labels, outside = _values(where[split.name], axis)
    _kept(axis, where[split.name])
    shown = ", ".join(str(NOT_STATED if label is None else label) for label in labels)
    return [f"{split.name} {'not ' if outside else ''}{shown or 'nothing'}"]


def parted(log: Log, laid: Plan) -> _core.Cube:
    """Return the cube of a question that parts rows.

    Costs one pass over the columns named, and one more where some rows do not say.
    """
    one, schema = laid.parted, log.schema
    assert one is not None and schema.split is not None
    limit = memory_available() if laid.cells > 1 << 20 else 0
    if not len(log):
        return log.run(laid.shape, [], [], [], -1, None, 0, limit)
    part = schema.number(schema.split.column)
    weight, _ = log._counting("")
    # A row that does not say how many records it stands for has none of either sort.
    ranges = [*laid.ranges, *_stated(log, weight)]
    shape = list(one.shape)
    all_, inside = log.run(
        shape, laid.terms, laid.dials, ranges, (weight, part), None, 0, limit
    )  # fmt: skip
    said = all_
    silent = _stated(log, part)
    if silent:
        said = log.run(shape, laid.terms, laid.dials, ranges + silent, weight, None, 0, limit)
    makers: tuple[Callable[[], _core.Cube], ...] = (
        lambda: inside,
        lambda: said.subtract(inside, limit),
        lambda: all_.subtract(said, limit),
    )
    cubes = {place: makers[place]() for place in sorted(one.kept)}
    if one.at is None:
        made = list(cubes.values()) or [all_.subtract(all_, limit)]
    else:
        made = [_placed(cube, place, laid, limit) for place, cube in cubes.items()]
        made = made or [_placed(all_.subtract(all_, limit), 0, laid, limit)]
    sum_ = made[0]
    for more in made[1:]:
        sum_ = sum_.add(more, limit)
    return sum_


def _stated(log: Log, number: int) -> list[tuple[int, int, int, bool]]:
    """The range that keeps rows which state a column; none where all do."""
    if number < 0:
        return []
    info = log._infos[log.schema.names[number]]
    return [(number, _LEAST, _LEAST, True)] if info["missing"] else []


def _placed(cube: _core.Cube, place: int, laid: Plan, limit: int) -> _core.Cube:
    """Return a cube with one more dimension, all of it at one of its positions."""
    assert laid.parted is not None and laid.parted.at is not None
    at, shape = laid.parted.at, laid.shape
    strides, stride = [1] * len(shape), 1
    for dim in range(len(shape) - 1, -1, -1):
        strides[dim] = stride
        stride *= max(1, shape[dim])
    offset = place * strides[at]
    if not laid.parted.shape:  # one cell: give it a dimension to be placed along
        cube = cube.map([], [1])
        return cube.map([array("Q", [offset])], shape, limit)
    routes: list[Any] = [strides[dim] for dim in range(len(shape)) if dim != at]
    least = min(range(len(routes)), key=cube.shape.__getitem__)
    width = cube.shape[least]
    if width:
        step = routes[least]
        routes[least] = array("Q", range(offset, offset + width * step, step))
    return cube.map(routes, shape, limit)
