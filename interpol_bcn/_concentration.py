"""How unequal figures are: ranks, cumulative shares, Gini, Herfindahl, how many make half."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ._columns import Column
from ._cube_tables import ranked
from ._cube_words import told
from ._figures import figures
from ._membership import are_bureaus, days_of, members_of
from .axes import NOT_STATED
from .errors import QueryError
from .table import Table

if TYPE_CHECKING:
    from .cube import Cube

__all__ = ["concentrated", "concentration", "of_cube", "ranking"]


def concentration(ascending: Sequence[int]) -> tuple[float, float, int, int]:
    """Return (Gini, HHI, how many make 50 %, how many make 80 %) of values in rising order.

    The sums are exact integers; each figure is rounded once.

    >>> concentration([0, 0, 10])
    (0.6666666666666666, 1.0, 1, 1)
    """
    total, n = sum(ascending), len(ascending)
    if not total:
        return 0.0, 0.0, 0, 0
    weighed = sum((2 * rank - n - 1) * value for rank, value in enumerate(ascending, 1))
    gini = weighed / (n * total)
    hhi = sum(value * value for value in ascending) / (total * total)
    need = []
    for part in (5, 8):
        running = count = 0
        while running * 10 < total * part:
            count += 1
            running += ascending[-count]
        need.append(count)
    return gini, hhi, need[0], need[1]


def concentrated(values: Sequence[int], noun: str, title: str, cube: Cube, left: str = "") -> Table:
    """Return the measures of concentration of values, in any order, as a table of one row.

    ``cube`` is what they are of; ``left`` says what of it they are not.
    """
    gini, hhi, half, most = concentration(sorted(values))
    columns = [
        Column(noun, [len(values)], "integer"),
        Column("gini", [gini], "number", format="digits.3"),
        Column("hhi", [hhi], "number", format="digits.4"),
        Column("half", [half], "integer"),
        Column("four_fifths", [most], "integer"),
    ]
    return Table.from_columns(
        columns, title=title, note="; ".join(filter(None, (left, cube.note()))),
        explain="gini is half the mean difference over the mean, hhi the sum of squared shares, "
        "half and four_fifths how many make 50 and 80 % of the total. "
        + told(cube, "Gini 1912 and Herfindahl 1950, as in Cube.concentration", left),
    )  # fmt: skip


def of_cube(cube: Cube) -> Table:
    """See ``Cube.concentration``."""
    cells = _row(cube, "concentration")
    axis = cube.axes[0]
    noun, words = "labels", NOT_STATED
    kept = [at for at, label in enumerate(axis.labels) if label != NOT_STATED]
    if axis.table is None and are_bureaus(cube, axis):
        members = members_of(cube, *days_of(cube))
        noun, words = "bureaus", "of others than members"
        kept = [at for at in kept if axis.labels[at] in members]
    values = [cells[at] for at in kept]
    gone = cube.total() - sum(values)
    left = f"{gone:,} of {cube.total():,} left out, {words}" if gone else ""
    if any(value < 0 for value in values):
        raise QueryError("concentration is of figures from 0 on; here some are negative")
    return concentrated(values, noun, f"concentration of {cube.title()}", cube, left)


def ranking(cube: Cube) -> Table:
    """See ``Cube.ranking``."""
    cells = _row(cube, "ranking")
    order = sorted(range(len(cells)), key=lambda at: -cells[at])
    values = [cells[at] for at in order]
    total, running = sum(values), 0
    ranks: list[int] = []
    sums: list[float | None] = []
    for place, value in enumerate(values):
        tied = place and value == values[place - 1]
        ranks.append(ranks[-1] if tied else place + 1)
        running += value
        sums.append(running / total if total else None)
    table = ranked(cube, order, values)
    columns = [
        Column("rank", ranks, "integer", format="plain"),
        *(table[name] for name in table.columns),
        Column("cumulative", sums, "number", format="percent"),
    ]
    return Table.from_columns(
        columns, title=cube.title(), note=cube.note(), measure=cube.measure,
        explain="Ranks are by falling figure, equal ones share the best; cumulative is the "
        f"share of this row and all above it: a Lorenz curve from its top. {cube.explain()}",
    )  # fmt: skip


def _row(cube: Cube, verb: str) -> list[int]:
    if len(cube.axes) != 1:
        axes = ", ".join(cube.dims) or "none"
        raise QueryError(
            f"{verb} is over one axis, but here are {axes}; sum() the others or ask for one"
        )
    return figures(cube)
