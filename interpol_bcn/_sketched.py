"""Sketches of the columns of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import _core
from .errors import QueryError, did_you_mean, suggest
from .sketches import DistinctSketch, QuantileSketch

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["distinct_sketch", "quantile_sketch"]


def quantile_sketch(log: Log, measure: str) -> QuantileSketch:
    """See ``Log.quantile_sketch``."""
    log._check_measure(measure, log.schema.keys, None, "UTC")
    info = log._infos.get(measure)
    if info is None or not len(log):
        return QuantileSketch.of([])
    made = _core.quantile_sketch_of(info["values"], info["stated"], 7)
    return QuantileSketch._holding(made)


def distinct_sketch(log: Log, column: str) -> DistinctSketch:
    """See ``Log.distinct_sketch``."""
    known = [n for n in log.columns if log.schema.field(n).kind in ("id", "integer", "time")]
    if column not in known:
        near = did_you_mean(suggest(str(column), known))
        raise QueryError(
            f"no column of values {column!r}{near or '.'} They are: {', '.join(known)}"
        )
    info = log._infos.get(column)
    if info is None or not len(log):
        return DistinctSketch.of([])
    values = info["bytes"] if info["texts"] else info["values"]
    ends = info["ends"] if info["texts"] else None
    return DistinctSketch._holding(_core.distinct_sketch_of(values, info["stated"], ends, 14))
