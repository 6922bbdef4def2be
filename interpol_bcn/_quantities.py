"""Quantities whose unit is an axis: what would add up figures of two units is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from .cube import Cube
from .errors import QueryError

if TYPE_CHECKING:
    from .table import Table

__all__ = ["Quantities", "several"]


def several(units: list[str]) -> QueryError:
    named = ", ".join(map(repr, units))
    return QueryError(
        f"quantities of different units do not add up: {named}; ask along the axis 'unit', "
        f"or for one with where={{'unit': {units[0]!r}}}"
    )


class Quantities(Cube):
    """Quantities with their unit as an axis: what would add two units up is refused.

    ``sel(unit="persons")`` or any other label of the unit gives a plain cube.
    """

    def _like(self, core: _core.Cube, axes: Any) -> Cube:
        axes = list(axes)
        return (Quantities if any(axis.column == "unit" for axis in axes) else Cube)._over(
            core, axes, self
        )

    def _one_unit(self, gone: Iterable[str] | None = None) -> None:
        """Raise QueryError where the axis goes and several units have figures."""
        number = next(at for at, axis in enumerate(self.axes) if axis.column == "unit")
        axis = self.axes[number]
        if gone is not None and axis.name not in gone:
            return
        sums = _core.Cube.sum(self, [at == number for at in range(len(self.axes))])
        units = [axis.labels[at] for at in range(len(axis)) if sums.item(at)]
        if len(units) > 1:
            raise several(units)

    def _select(self, chosen: Mapping[int, object]) -> Any:
        made = super()._select(chosen)
        for number, value in chosen.items():
            axis = self.axes[number]
            if axis.column == "unit" and isinstance(value, str) and isinstance(made, Cube):
                made.unit = axis.labels[axis.index(value)]
        return made

    def sum(self, *dims: str) -> Cube:  # type: ignore[override]
        """Return the cube summed over the axes named; raise QueryError for several units."""
        self._one_unit(dims or None)
        return super().sum(*dims)

    def total(self) -> int:
        """Return the sum of all cells; raise QueryError for several units."""
        self._one_unit()
        return super().total()

    def top(self, n: int = 10) -> Table:  # type: ignore[override]
        """Return the largest figures; raise QueryError for several units."""
        self._one_unit()
        return super().top(n)

    def share(self, dim: str | None = None) -> Table:
        """Return figures with their shares; raise QueryError for shares over several units."""
        self._one_unit(None if dim is None else (dim,))
        return super().share(dim)

    def pivot(self, rows: str, columns: str) -> Table:
        """Return a wide table; raise QueryError where it would add several units up."""
        self._one_unit([dim for dim in self.dims if dim not in (rows, columns)])
        return super().pivot(rows, columns)

    def _shown(self) -> Table:
        return self.to_table(zeros=False)

    def __repr__(self) -> str:
        return f"{self.title()}: {self._shape_words()}\n{self._shown().to_text(rows=12)}"
