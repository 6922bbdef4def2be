"""What searches find and who makes them: hit rates with exact intervals, participation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._columns import Column
from ._cube_words import told
from ._figures import figures
from ._membership import at_positions
from .errors import QueryError, did_you_mean, suggest
from .query import check_names
from .table import Table

if TYPE_CHECKING:
    from .axes import Axis
    from .cube import Cube
    from .records import RecordLog
    from .searches import SearchLog

__all__ = ["hit_rate", "non_users", "participation"]

_KINDS = {"clopper-pearson": "Clopper-Pearson", "garwood": "Garwood"}
_WHENCE = {
    "clopper-pearson": "SearchLog.hit_rate; Clopper and Pearson, Biometrika 26 (1934)",
    "garwood": "SearchLog.hit_rate; Garwood, Biometrika 28 (1936)",
}
_RARE = 100  # hits are rare where fewer than one in so many searches hits


def hit_rate(
    log: SearchLog, axes: Sequence[str], per: int, level: float, interval: str | None,
    where: Mapping[str, object] | None, tz: Any, zeros: bool,
) -> Table:  # fmt: skip
    """See ``SearchLog.hit_rate``."""
    from ._confidence import check_level, clopper_pearson, garwood

    check_level(level)
    if isinstance(per, bool) or not isinstance(per, int) or per < 1:
        raise QueryError(f"per={per!r}: a rate is per a whole number of searches, 1 or more")
    if interval is not None and interval not in _KINDS:
        near = did_you_mean(suggest(str(interval), _KINDS))
        raise QueryError(f"interval={interval!r}{near} It is one of {', '.join(_KINDS)}")
    names = check_names(axes)
    stated, left = _stating_hits(log, where, tz)
    cube, found = log._ask_both("hits", names, stated, tz)
    hits, searches = figures(found), figures(cube)
    if interval is None:
        rare = per > _RARE and all(k * _RARE <= n for k, n in zip(hits, searches, strict=True))
        interval = "garwood" if rare else "clopper-pearson"
    rates, lows, highs = [], [], []
    for k, n in zip(hits, searches, strict=True):
        if n == 0:
            ends: tuple[float | None, float | None] = (None, None)
        elif interval == "garwood":
            low, high = garwood(k, level)
            ends = (low / n * per, high / n * per)
        else:
            low, high = clopper_pearson(k, n, level)
            ends = (low * per, high * per)
        rates.append(k * per / n if n else None)
        lows.append(ends[0])
        highs.append(ends[1])
    unit = "hits per search" if per == 1 else f"hits per {per:,} searches"
    long = cube.to_table()
    columns = [long[name] for name in names]
    columns.append(Column("searches", searches, "integer"))
    columns.append(Column("hits", hits, "integer"))
    columns += [
        Column(name, values, "number")
        for name, values in (("rate", rates), ("low", lows), ("high", highs))
    ]
    kind = f"{_KINDS[interval]} {100 * level:.6g}% interval"
    title = cube.title().replace("searches", unit, 1) + f" ({kind})"
    note = cube.note() + left
    table = Table.from_columns(
        columns, title=title, note=note, measure="searches",
        explain=f"Each rate is hits / searches * {per:,}, with its exact {kind}. "
        + told(cube, _WHENCE[interval], *left.split("; ")),
    )  # fmt: skip
    return table if zeros else table.nonzero()


def _stating_hits(
    log: SearchLog, where: Mapping[str, object] | None, tz: Any
) -> tuple[Mapping[str, object] | None, str]:
    """Narrow a filter to rows that state both figures of a rate; say what that leaves out."""
    if "hits" not in log.columns:
        raise QueryError("a hit rate needs hits; this log has no column 'hits'")
    narrowed, words = dict(where or {}), ""
    for name, other in (("hits", "searches"), ("searches", "hits")):
        info = log._infos.get(name)
        if info is None or info["stated"] is None or name in narrowed:
            continue
        without = {**narrowed, name: (None, None)}
        wheres = (narrowed or None, without)
        if name == "hits":
            all_, kept = (log.count(where=one, tz=tz).total() for one in wheres)
        else:
            all_, kept = (log.sum("hits", where=one, tz=tz).total() for one in wheres)
        if all_ != kept:
            narrowed = without
            words += f"; {all_ - kept:,} {other} that state no {name} are left out"
    return narrowed or None, words


def participation(
    log: SearchLog, name: str, records: RecordLog | None,
    where: Mapping[str, object] | None, tz: Any,
) -> Table:  # fmt: skip
    """See ``SearchLog.participation``."""
    cube = log.count(name, "bureau", where=where, tz=tz)
    axis = cube.axes[0]
    groups = at_positions(log, axis, cube.period)
    parts: list[tuple[str, list[int]]] = []
    if records is not None:
        parts.append(("contributors", _contributors(log, axis, cube, records, groups)))
    parts.append(("searchers", _present(cube, groups)))
    if "hits" in log.columns:
        hits = log.sum("hits", name, "bureau", where=where, tz=tz)
        parts.append(("hit_makers", _present(hits, groups)))
    sizes = [len(group) for group in groups]
    columns = [log.count(name, where=where, tz=tz).to_table()[name]]
    columns += [Column(part, values, "integer") for part, values in parts]
    columns.append(Column("members", sizes, "integer"))
    for part, values in parts:
        shares = [n / size if size else None for n, size in zip(values, sizes, strict=True)]
        columns.append(Column(f"share of {part}", shares, "number", format="percent"))
    note = cube.note()
    return Table.from_columns(
        columns, title=f"members that take part, by {name.replace('_', ' ').replace('.', ' ')}",
        note=note, measure="searchers",
        explain="Each figure is the number of members with at least one search (hit, record) "
        "in the label's cell; shares are of the members at its dates. "
        + told(cube, "SearchLog.participation"),
    )  # fmt: skip


def _cells(cube: Cube) -> list[tuple[int, int]]:
    """Return the places of the cells of a cube of two axes that are not 0."""
    places, _, _ = cube.nonzeros()
    width = cube.shape[1]
    return [divmod(place, width) for place in memoryview(places).tolist()]


def _present(cube: Cube, groups: Sequence[frozenset[int]]) -> list[int]:
    """Count, at each position of the first axis, the members whose cell is not 0."""
    found = [0] * cube.shape[0]
    for row, bureau in _cells(cube):
        found[row] += bureau in groups[row]
    return found


def _contributors(
    log: SearchLog, axis: Axis, cube: Cube, records: RecordLog, groups: Sequence[frozenset[int]]
) -> list[int]:
    from ._instants import format_instant

    if axis.column != "database":
        raise QueryError(f"contributors are known by database, not by {axis.name!r}")
    bureaus, databases = log.domains["bureau"], log.domains["database"]
    if records.domains.get("bureau") != bureaus or records.domains.get("database") != databases:
        raise QueryError("records= is over other bureaus or databases than the searches")
    until = format_instant(cube.period[1], "UTC") if cube.period[0] < cube.period[1] else None
    found: list[set[int]] = [set() for _ in range(len(axis))]
    assert axis.positions is not None
    for code, held in enumerate(records.contributors(until).values()):
        position = axis.positions[code]
        at = len(axis) - 1 if position < 0 else position
        found[at].update(bureaus.labels.index(label) for label in held)
    return [len(one & group) for one, group in zip(found, groups, strict=True)]


def non_users(
    log: SearchLog, database: str | Sequence[str] | None,
    where: Mapping[str, object] | None, tz: Any,
) -> Table:  # fmt: skip
    """See ``SearchLog.non_users``."""
    by = database if isinstance(database, str) and database in log.axes else None
    if database is not None and by is None:
        chosen = [database] if isinstance(database, str) else list(database)
        if where and "database" in where:
            raise QueryError("non_users: the databases are named twice, also in where=")
        where = {**(where or {}), "database": chosen}
    names = ("bureau",) if by is None else (by, "bureau")
    cube = log.count(*names, where=where, tz=tz)
    labels = cube.axes[-1].labels
    members = log._members(cube.period)
    rows: list[tuple[str, str]] = []
    if by is None:
        present = set(memoryview(cube.nonzeros()[0]).tolist())
        rows = [("", labels[code]) for code in members if code not in present]
    else:
        pairs = set(_cells(cube))
        rows = [
            (label, labels[code])
            for at, label in enumerate(cube.axes[0].labels)
            for code in members
            if (at, code) not in pairs
        ]
    bureaus = Column(
        "bureau", [bureau for _, bureau in rows], labels=labels,
        names=cube.axes[-1].all_names,
    )  # fmt: skip
    columns = [bureaus] if by is None else [Column(by, [row[0] for row in rows], "label"), bureaus]
    note = f"{cube.note()}; members on any day of the period"
    return Table.from_columns(
        columns, title="members that do not search", note=note,
        explain="Members on any day of the period without a search in any of these cells. "
        + told(cube, "SearchLog.non_users"),
    )  # fmt: skip
