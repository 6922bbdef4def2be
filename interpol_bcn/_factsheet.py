"""The factsheet of a member: what every log says of one bureau, on one page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .errors import QueryError

if TYPE_CHECKING:
    from .logs import Log
    from .table import Table

__all__ = ["Factsheet", "factsheet"]

_DIRECTIONS = ("sent", "received")


class Factsheet:
    """The tables of one member; ``tables`` in order, ``title`` its name."""

    __slots__ = ("tables", "title")

    def __init__(self, title: str, tables: list[Table]) -> None:
        self.title = title
        self.tables = tuple(tables)

    def __repr__(self) -> str:
        return "\n\n".join([self.title, *map(repr, self.tables)])

    def _repr_html_(self) -> str:
        from html import escape

        return f"<h3>{escape(self.title)}</h3>" + "".join(one._repr_html_() for one in self.tables)


def factsheet(member: str, *logs: Log, n: int = 10) -> Factsheet:
    """Return what logs of any records say of one member: its figures, rank and partners.

    ``member`` goes by any code or name.  Messages give what was sent and received, with
    rank and share, and the ``n`` largest partners; searches the hit rate of each database;
    delegates, operations and notices their counts.  Each table states its coverage.
    Raise LabelError for an unknown member, QueryError without a log.  Costs some passes
    over each log.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01", "2023-03-02"],
    ...                          "sender": ["FRA", "DEU", "FRA"],
    ...                          "receiver": ["DEU", "FRA", "ITA"]})
    >>> factsheet("France", log).tables[0]
    France: messages
    direction  messages  rank  share
    ─────────  ────────  ────  ─────
    sent              2     1  66.7%
    received          1     1  33.3%
    2023-01-05 .. 2023-03-02 UTC; 3 of 195 members
    """
    if not logs:
        raise QueryError("a factsheet is made of at least one log")
    tables: list[Table] = []
    title = member
    for log in logs:
        domain = log._bureaus()
        if domain is None:
            raise QueryError(f"these {log.schema.record} have no column of bureaus")
        label = domain.labels[domain.resolve(member)]
        title = domain.name(label, "en")
        make = _MAKERS.get(log.schema.subject, _counts)
        tables += make(log, label, title, n)
    return Factsheet(title, tables)


def _messages(log: Any, label: str, title: str, n: int) -> list[Table]:
    from ._columns import Column
    from .table import Table

    rows = []
    total = log.total
    for word, axis in (("sent", "sender"), ("received", "receiver")):
        cube = log.count(axis)
        mine = cube[label]
        cells = memoryview(cube.dense()).tolist()
        share = mine / total if total else None
        rows.append((word, mine, 1 + sum(cell > mine for cell in cells), share))
    columns: list[list[Any]] = [list(column) for column in zip(*rows, strict=True)]
    made = [
        Column("direction", columns[0], labels=_DIRECTIONS, names=_directions()),
        Column(log.schema.record, columns[1], "integer"),
        Column("rank", columns[2], "integer"),
        Column("share", columns[3], "number", format="percent"),
    ]
    figures = Table.from_columns(made, title=f"{title}: {log.schema.record}", note=cube.note())
    partners = [
        log.count(other, where={axis: label}).top(n)
        for axis, other in (("sender", "receiver"), ("receiver", "sender"))
    ]
    return [figures, *partners]


def _directions() -> dict[str, list[str]]:
    from ._i18n import LANGUAGES, heading

    return {one: [heading(word, one) for word in _DIRECTIONS] for one in LANGUAGES}


def _searches(log: Any, label: str, title: str, n: int) -> list[Table]:
    where = {"bureau": label}
    if "hits" in log.columns:
        return [log.hit_rate("database", where=where)]
    return [log.count("database", where=where).top(n)]


def _operations(log: Any, label: str, title: str, n: int) -> list[Table]:
    sheet = log.factsheet(label)
    return [sheet] if hasattr(sheet, "to_dicts") else list(sheet)


def _counts(log: Any, label: str, title: str, n: int) -> list[Table]:
    """Of any other record: its count along its first labels that are not bureaus."""
    fields = log.schema.fields
    bureau = next(f.name for f in fields if f.bureau and f.name in log.columns)
    axis = next(
        (f.name for f in fields if f.kind == "label" and not f.bureau and f.name in log.columns),
        None,
    )
    cube = log.count(*([axis] if axis else []), where={bureau: label})
    return [cube.to_table(zeros=False)]


_MAKERS = {"messages": _messages, "searches": _searches, "operations": _operations}
