"""What was refused and cancelled, by year and ground: see ``NoticeLog.decisions``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._cells import labelled
from ._cube_words import told
from .axes import NOT_STATED
from .errors import QueryError

if TYPE_CHECKING:
    from .notices import NoticeLog
    from .table import Table

__all__ = ["decisions"]

_YEARS = {"publication": "year", "decision": "closed_at.year"}


def decisions(
    log: NoticeLog, by: str | None, year_of: str, refused: str | Sequence[str],
    cancelled: str | Sequence[str], where: Mapping[str, object] | None, tz: Any,
) -> Table:  # fmt: skip
    """See ``NoticeLog.decisions``."""
    from ._columns import Column
    from .table import Table

    if year_of not in _YEARS:
        raise QueryError(f"year_of={year_of!r}: it is 'publication' or 'decision'")
    log._needs("state")
    if year_of == "decision":
        log._needs("closed_at")
    filters = dict(where or {})
    if "state" in filters:
        raise QueryError("decisions() itself looks at 'state': leave it out of where=")
    inner = () if by is None else (by,)
    states = _states(log, refused, cancelled)
    own = inner if by not in ("ground", "state") else ()
    issued = log.count("year", *own, where=filters, tz=tz)
    over = labelled(issued)
    counts = []
    labels: Sequence[str] = ()
    names: Mapping[str, Sequence[str]] = {}
    for chosen in states:
        cube = log.count(_YEARS[year_of], *inner, where={**filters, "state": chosen}, tz=tz)
        if inner:
            labels, names = cube.axes[1].labels, cube.axes[1].all_names
        counts.append(labelled(cube))
    never = labelled(
        log.count("year", *own, where={**filters, "state": states[0]}, tz=tz)
    )  # asked for and refused, in the year in which it was asked for
    years = sorted({key[0] for part in (over, *counts) for key in part} - {NOT_STATED})
    if any(key[0] == NOT_STATED for part in counts for key in part):
        years.append(NOT_STATED)
    keys = [(year, *rest) for year in years for rest in ([(one,) for one in labels] if inner
                                                         else [()])]  # fmt: skip
    rows = []
    for key in keys:
        no, off = (part.get(key, 0) for part in counts)
        base = over.get(key if own else key[:1], 0)
        if no or off or (base and (own or key[-1] != NOT_STATED)):
            public = base - never.get(key if own else key[:1], 0)
            rate = (no + off) / base if base else None
            rows.append((*key, no, off, no + off, base, public, rate))
    titles = ("year", *inner, "refused", "cancelled", "decided", "issued", "published", "rate")
    values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in titles]
    made = []
    for name, column in zip(titles, values, strict=True):
        if name == "rate":
            made.append(Column(name, column, "number", format="percent"))
        elif name == "year":
            made.append(Column(name, column, "label"))
        elif name == by:
            made.append(Column(name, column, labels=labels, names=names))
        else:
            made.append(Column(name, column, "integer", unit="notices"))
    words = f"by year of {year_of}; rate over what was issued in the year; {issued.note()}"
    return Table.from_columns(
        made, title=f"notices refused and cancelled by year of {year_of}", note=words,
        explain=f"Decided is refused plus cancelled, by year of {year_of}; rate is decided over "
        "what was issued in the year; issued is all that was asked for, published what of it "
        f"was not refused. {told(issued, 'NoticeLog.decisions')}",
        measure="decided",
    )  # fmt: skip


def _states(
    log: NoticeLog, refused: str | Sequence[str], cancelled: str | Sequence[str]
) -> list[list[str]]:
    """The labels of state that mean refused and cancelled; those that were met."""
    domain = log.domains.get("state")
    known = () if domain is None else domain.labels
    found = [
        [one for one in ([given] if isinstance(given, str) else given) if one in known]
        for given in (refused, cancelled)
    ]
    if len(log) and not any(found):
        raise QueryError(
            f"no state {refused!r} or {cancelled!r} here; states are: "
            f"{', '.join(known) or 'never stated'}; say which mean so with refused=, cancelled="
        )
    return found
