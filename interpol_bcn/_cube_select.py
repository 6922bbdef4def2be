"""Which cells of a cube some labels are: what indexing and ``sel`` share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .errors import QueryError

if TYPE_CHECKING:
    from . import _core
    from .axes import Axis
    from .cube import Cube

__all__ = ["by_number", "selected"]


def by_number(cube: Cube, named: Mapping[str, object]) -> dict[int, object]:
    """Return labels by the number of their axis; a dot in its name may be an underscore."""
    chosen: dict[int, object] = {}
    for name, value in named.items():
        dotted = [dim for dim in cube.dims if dim.replace(".", "_") == name]
        chosen[cube._number(dotted[0] if name not in cube.dims and dotted else name)] = value
    return chosen


def selected(cube: Cube, chosen: Mapping[int, object]) -> Any:
    """Return the figures of labels, by the number of their axis; see ``Cube.sel``."""
    positions: dict[int, int | list[int]] = {}
    for number, value in chosen.items():
        axis = cube.axes[number]
        if isinstance(value, list):
            positions[number] = [axis.index(label) for label in value]
        elif isinstance(value, slice):
            positions[number] = _span(axis, value)
        elif value is not Ellipsis:
            positions[number] = axis.index(value)
    cell = [place for _, place in sorted(positions.items()) if isinstance(place, int)]
    if len(cell) == len(cube.axes):
        return cube.item(*cell)
    core: _core.Cube = cube
    axes = list(cube.axes)
    for number in sorted(positions, reverse=True):
        place = positions[number]
        if isinstance(place, list):
            core = core.take(number, place)
            axes[number] = axes[number].cut(place)
        else:
            core = core.pick(number, place)
            del axes[number]
    return cube._like(core, axes)


def _span(axis: Axis, span: slice) -> list[int]:
    if span.step is not None:
        raise QueryError("a slice of labels has no step")
    first = 0 if span.start is None else axis.index(span.start)
    last = len(axis) - 1 if span.stop is None else axis.index(span.stop)
    return list(range(first, last + 1))
