"""Yearly totals of every record side by side, with growth and rates over real lengths."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from .errors import QueryError

if TYPE_CHECKING:
    from ._columns import Column
    from .logs import Log
    from .table import Table

__all__ = ["totals"]

_UNITS = ("year", "quarter", "month", "week", "day")
_SUMS = {"searches": ("hits",)}  # what else is told of a record, where it was read


def totals(*logs: Log, every: str = "year", per: str = "day", tz: Any = "UTC") -> Table:
    """Return how many records there are in every year, of each log side by side.

    Columns: ``every`` (year, quarter, month, week or day); then of each log its records, and
    hits beside searches, each with ``growth of`` it (over the label before) and how many there
    are ``a`` second, hour or day (``per``), over the real length of the label within the
    log's period.  A figure is None where the log does not cover any of the label; a growth
    also where it does not cover all of both, for a part of a year is no year: the note names
    the parts.  Raise QueryError without a log, for two logs of one record, and as
    ``Log.rate`` does.  Costs one count for each figure.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({"sent_at": ["2022-03-01", "2023-03-01", "2023-04-01"],
    ...     "sender": ["FRA"] * 3, "receiver": ["DEU"] * 3}, period=("2022", "2024"))
    >>> totals(log).to_dicts()[1]
    {'year': '2023', 'messages': 2, 'growth of messages': 1.0, 'messages a day': \
0.005479452054794521}
    """
    from ._calendar import calendar_axis
    from ._columns import Column
    from ._cube_words import told
    from ._figures import figures
    from ._rates import label_lengths
    from ._zones import resolve_zone
    from .table import Table

    if every not in _UNITS:
        raise QueryError(f"every={every!r}: it is one of {', '.join(map(repr, _UNITS))}")
    if not logs:
        raise QueryError("totals are of at least one log")
    zone = resolve_zone(tz)
    spans = [log.period for log in logs if log.period[0] < log.period[1]]
    if len(spans) < len(logs):
        raise QueryError("totals need times, and one of these logs has none")
    whole = calendar_axis(every, zone, min(a for a, _ in spans), max(b for _, b in spans))
    columns: list[Column] = [Column(every, list(whole.labels), "label")]
    notes: list[str] = []
    words: list[str] = []
    for log in logs:
        record = log.schema.record
        if any(column.name == record for column in columns):
            raise QueryError(f"totals take one log of {record}")
        cubes = [log.count(every, tz=tz)]
        sums = (one for one in _SUMS.get(record, ()) if one in log.columns)
        cubes += [log.sum(one, every, tz=tz) for one in sums]
        axis = cubes[0].axes[0]
        lengths = dict(zip(axis.labels, label_lengths(per, zone, axis), strict=False))
        part = {
            label for label, share in zip(axis.labels, label_lengths(every, zone, axis),
                                          strict=False) if share != 1
        }  # fmt: skip
        for cube in cubes:
            held = dict(zip(axis.labels, figures(cube), strict=True))
            found = [held.get(label) for label in whole.labels]
            growth: list[float | None] = [None]
            for (old, was), (new, now) in pairwise(zip(whole.labels, found, strict=True)):
                sure = was and now is not None and not {old, new} & part
                growth.append((now - was) / was if sure else None)  # type: ignore[operator]
            rates = [float(now / lengths[label]) if now is not None else None
                     for label, now in zip(whole.labels, found, strict=True)]  # fmt: skip
            columns += [
                Column(cube.measure, found, "integer"),
                Column(f"growth of {cube.measure}", growth, "number", format="percent"),
                Column(f"{cube.measure} a {per}", rates, "number"),
            ]
            words.append(told(cube, "totals"))
        notes.append(f"{record}: {cubes[0].note()}")
        if part:
            listed = ", ".join(label for label in axis.labels if label in part)
            notes.append(f"of these only a part: {listed}")
    return Table.from_columns(
        columns, title=f"totals by {every}", note="; ".join(notes),
        measure=columns[1].name,
        explain="Growth is this label less the one before, over the one before, where both are "
        f"covered in whole; rates are over the real length of the label. {' '.join(words)}",
    )  # fmt: skip
