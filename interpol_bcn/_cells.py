"""The cells of a cube by their labels, for verbs that make tables of a few figures."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cube import Cube

__all__ = ["labelled"]


def labelled(cube: Cube) -> dict[tuple[str, ...], int]:
    """Return every figure that is not 0 by the labels of its axes, in their order.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
    ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
    >>> labelled(log.count("month", "sender"))
    {('2023-01', 'FRA'): 1, ('2023-03', 'DEU'): 1}
    """
    table = cube.to_table(zeros=False)
    labels = zip(*(table[name].tolist() for name in cube.dims), strict=True)
    keys: Iterable[Any] = labels if cube.dims else [()] * len(table)
    return dict(zip(keys, table[cube.measure].tolist(), strict=True))
