"""Axes: from a name such as ``"sender.region"`` or ``"month"`` to positions in a cube.

An axis is a column and a table over its codes.  This is the place where a new way of
grouping is added: a table on a domain is an axis already (``column.table``), a calendar
unit is an axis over a record's time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ._lazy import LazySequence
from .errors import LabelError, QueryError, suggest

if TYPE_CHECKING:
    from ._calendar import CalendarAxis
    from ._days import Day
    from ._zones import Zone
    from .domain import Domain
    from .logs import Log

__all__ = ["CALENDAR", "NOT_STATED", "Axis", "calendar_pieces", "resolve_axis"]

NOT_STATED = "not stated"
_NO_TIME = -(2**63)

CALENDAR = (
    "year", "quarter", "month", "week", "day", "hour", "minute", "second",
    "month_of_year", "day_of_week", "hour_of_day", "hour_of_week",
)  # fmt: skip


class Axis:
    """One dimension of a cube: a name and one label per position.

    ``labels`` is a sequence (made lazily for long calendar axes), ``column`` the column
    it looks at, ``table`` the derived table over that column's domain (or None), and
    ``calendar`` the calendar axis of a time.  An axis over an optional column ends with
    "not stated", whether or not a row needs it, so that a shape never depends on the data.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
    ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
    >>> axis = log.count("sender.region").axis("sender.region")
    >>> axis.index("Europe"), axis.labels[3], axis.kind
    (3, 'Europe', 'label')
    """

    __slots__ = (
        "_kept", "_names", "calendar", "column", "domain", "labels", "name", "positions",
        "stated", "table",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        labels: Sequence[str],
        column: str,
        *,
        domain: Domain | None = None,
        table: str | None = None,
        positions: Sequence[int] | None = None,
        calendar: CalendarAxis | None = None,
        stated: bool = True,
    ) -> None:
        self.name = name
        self.labels = labels
        self.column = column
        self.domain = domain
        self.table = table
        #: of each code of the column's domain, its position; -1 is not stated
        self.positions = positions
        self.calendar = calendar
        self.stated = stated  # False: the last position is "not stated"
        #: of an axis that was cut: where each kept label is
        self._kept: dict[str, int] | None = None
        self._names: dict[str, list[str]] | None = None

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __repr__(self) -> str:
        return f"Axis({self.name!r}, {len(self):,} positions)"

    @property
    def kind(self) -> str:
        """``"time"`` for a calendar axis, else ``"label"``."""
        return "label" if self.calendar is None else "time"

    @property
    def zone(self) -> str:
        """The zone in which a calendar axis looks at times; empty for other axes."""
        return "" if self.calendar is None else self.calendar.zone.key

    def index(self, label: object) -> int:
        """Return the position of a label; raise LabelError with the nearest ones.

        Bureaus may be named by any code or name; times by their label, a date or a
        datetime; what is not stated by ``None`` or ``"not stated"``.
        """
        if label is None or label == NOT_STATED:
            place = self._place(NOT_STATED)
            if place is None:
                raise LabelError(label, f"{self.name!r} is always stated here")
            return place
        if self.calendar is not None:
            at = self.calendar.index(label)
            return at if self._kept is None else self._cut_place(self.calendar.labels[at], label)
        if not isinstance(label, str):
            raise LabelError(label, f"no label of {self.name!r}: labels are texts")
        if self.domain is not None and self.table is None:
            code = self.domain.resolve(label)
            own = self.domain.labels[code]
            # Codes are positions, but on an axis that was cut or has folded labels.
            if self._kept is None and code < len(self.labels) and self.labels[code] == own:
                return code
            return self._cut_place(own, label)
        place = self._place(label)
        if place is None:
            raise LabelError(
                label,
                f"no label of {self.name!r}",
                choices=suggest(label, self.labels),
                hint="" if len(self) > 12 else f"There are: {', '.join(self.labels)}",
            )
        return place

    def _place(self, label: str) -> int | None:
        if self._kept is not None:
            return self._kept.get(label)
        if label == NOT_STATED and not self.stated:
            return len(self.labels) - 1
        if self.calendar is None and label in self.labels:
            return self.labels.index(label)
        return None

    def _cut_place(self, own: str, label: object) -> int:
        place = self._place(own)
        if place is None:
            raise LabelError(label, f"not among the {len(self):,} labels of {self.name!r} here")
        return place

    def cut(self, positions: Sequence[int]) -> Axis:
        """Return this axis with some of its positions only, in the order given."""
        labels = tuple(self.labels[at] for at in positions)
        # After a cut, positions are no longer those of the table.
        made = Axis(
            self.name, labels, self.column, domain=self.domain, table=self.table,
            calendar=self.calendar, stated=not labels or labels[-1] != NOT_STATED,
        )  # fmt: skip
        made._kept = {}
        for at, label in enumerate(labels):
            made._kept.setdefault(label, at)
        return made

    def renamed(self, name: str) -> Axis:
        """Return this axis under another name."""
        made = Axis(
            name, self.labels, self.column, domain=self.domain, table=self.table,
            positions=self.positions, calendar=self.calendar, stated=self.stated,
        )  # fmt: skip
        made._kept = self._kept
        return made

    @property
    def all_names(self) -> dict[str, list[str]]:
        """The names of all positions by language, made once; empty where there are none."""
        if self._names is None:
            languages = self.domain.languages if self.domain is not None else ()
            self._names = {language: self.names(language) for language in languages}
        return self._names

    def names(self, language: str = "en") -> list[str]:
        """Return what each position is called in a language; its label where it has no name."""
        domain = self.domain
        if domain is None:
            return list(self.labels)
        if self.table is None:
            return [
                domain.name(label, language) if label in domain else label for label in self.labels
            ]
        return [domain.value_name(self.table, label, language) for label in self.labels]

    @property
    def pieces(self) -> array[int]:
        """Of a calendar axis, what the core evaluates: where times count, the unstated last."""
        assert self.calendar is not None
        return calendar_pieces(self.calendar, self.stated)

    @property
    def _linear(self) -> bool:
        return self.calendar is not None and not self.calendar.cyclic and self._kept is None

    def __reduce__(self) -> tuple[Any, ...]:
        calendar, labels = None, self.labels
        if self.calendar is not None:
            one = self.calendar
            calendar = (one.name, one.zone.key, one.start, one.stop)
            labels = labels if self._kept is not None else ()
        return _axis_again, (
            self.name, labels, self.column, self.domain, self.table, self.positions, calendar,
            self.stated, self._kept,
        )  # fmt: skip

    def same(self, other: Axis) -> bool:
        """Say whether two axes have one name and the same labels, and zone, in one order."""
        return self is other or self.differs(other) == ""

    def differs(self, other: Axis) -> str:
        """Say in words how another axis is not the same as this one; nothing if it is."""
        if self.name != other.name:
            return f"{self.name!r} is not {other.name!r}"
        if self.zone != other.zone:
            return f"{self.name!r} is in {self.zone} here and in {other.zone} there"
        mine, theirs = self.labels, other.labels
        if mine is theirs:
            return ""
        if self._linear and other._linear and len(mine) == len(theirs) > 0:
            # Units in a row, of one zone: their ends say it all, and a year has many seconds.
            mine, theirs = ((labels[0], labels[-1]) for labels in (mine, theirs))
        if len(mine) != len(theirs):
            return f"{self.name!r} has {len(mine):,} labels here and {len(theirs):,} there"
        for at, (a, b) in enumerate(zip(mine, theirs, strict=True)):
            if a != b:
                return f"label {at:,} of {self.name!r} is {a!r} here and {b!r} there"
        return ""


def _axis_again(
    name: str, labels: Sequence[str], column: str, domain: Domain | None, table: str | None,
    positions: Sequence[int] | None, calendar: tuple[str, str, int, int] | None, stated: bool,
    kept: dict[str, int] | None,
) -> Axis:  # fmt: skip
    one = None
    if calendar is not None:
        from ._calendar import calendar_axis

        one = calendar_axis(*calendar)
        if kept is None:
            labels = one.labels if stated else _Open(one.labels)
    axis = Axis(
        name, labels, column, domain=domain, table=table, positions=positions, calendar=one,
        stated=stated,
    )  # fmt: skip
    axis._kept = kept
    return axis


def resolve_axis(
    name: object, log: Log, *, zone: Zone, period: tuple[int, int], asof: Day | None
) -> Axis:
    """Return the axis of a name; raise QueryError naming the axes there are."""
    if not isinstance(name, str):
        raise QueryError(f"an axis is a name such as 'sender' or 'month', not {name!r}")
    schema, present = log.schema, log.columns
    column, _, table = name.partition(".")
    if name in CALENDAR:
        if schema.time is None:
            raise QueryError(f"{name!r} needs times, but {schema.record} have none")
        if schema.time not in present:
            raise QueryError(
                f"{name!r} needs times, but this log has no column {schema.time!r}; "
                "it was not in the source, or not read"
            )
        return _time_axis(name, schema.time, name, zone, period, log)
    if column in present and schema.field(column).kind == "time" and table in CALENDAR:
        if column == schema.time:
            return _time_axis(name, column, table, zone, period, log)
        return _time_axis(name, column, table, zone, log.span(column), log)
    if column in present and schema.field(column).kind == "label":
        required = schema.field(column).required
        domain = log.domains.get(column)
        if name == column:
            # A column in which nothing was ever stated has no domain, and one position.
            labels = domain.labels if domain is not None else ()
            return _axis(name, labels, range(len(labels)), column, domain, None, required)
        if domain is not None and table in domain.tables:
            values, codes = domain.table(table, asof)
            # Of any day: the shape of a dated table is not to depend on the day.
            stated = required and all(
                spans[0][0] == "" and all(code >= 0 for _, code in spans)
                for spans in domain.spans(table)
            )
            return _axis(name, values, codes, column, domain, table, stated)
    if schema.split is not None and name == schema.split.name and schema.split.column in present:
        part = schema.split
        labels = (part.inside, part.outside, NOT_STATED)
        return Axis(name, labels, part.column, stated=False)
    raise _unknown(name, log)


def _axis(
    name: str, labels: tuple[str, ...], codes: Sequence[int], column: str,
    domain: Domain | None, table: str | None, stated: bool,
) -> Axis:  # fmt: skip
    positions = codes
    if not stated:
        if NOT_STATED in labels:  # a source wrote it out: it is the same position
            said = labels.index(NOT_STATED)
            labels = (*labels[:said], *labels[said + 1 :])
            positions = [-1 if code == said else code - (code > said) for code in codes]
        labels = (*labels, NOT_STATED)
    if not isinstance(positions, range):
        positions = array("q", positions)
    return Axis(
        name, labels, column, domain=domain, table=table, positions=positions, stated=stated
    )


def _time_axis(
    name: str, column: str, unit: str, zone: Zone, period: tuple[int, int], log: Log
) -> Axis:
    from ._calendar import NEEDS_CLOCK, calendar_axis

    if unit in NEEDS_CLOCK and log.has_dates(column):
        raise QueryError(
            f"{name!r} needs times, but {column!r} holds dates without hours; "
            "ask for day, week, month, quarter or year"
        )
    calendar = calendar_axis(unit, zone, *period)
    stated = log.schema.field(column).required
    labels = calendar.labels if stated else _Open(calendar.labels)
    return Axis(name, labels, column, calendar=calendar, stated=stated)


@lru_cache(maxsize=64)
def calendar_pieces(calendar: CalendarAxis, stated: bool) -> array[int]:
    """Return the pieces of an axis; of times not always stated, with a last position for those.

    What is not stated is the least number there is, so its piece stands ahead of all.
    """
    if stated:
        return calendar.pieces
    return array("q", (_NO_TIME, len(calendar), 0, 0, 0, _NO_TIME + 1, -1, 0, 0, 0)) + (
        calendar.pieces
    )


class _Open(LazySequence[str]):
    """The labels of a calendar axis, and the one of what is not stated behind them."""

    def __init__(self, labels: Sequence[str]) -> None:
        super().__init__(len(labels) + 1)
        self._labels = labels

    def _make(self, position: int) -> str:
        return NOT_STATED if position == len(self._labels) else self._labels[position]


def _unknown(name: str, log: Log) -> QueryError:
    known = axis_names(log)
    schema, present = log.schema, log.columns
    column = name.partition(".")[0]
    if column in schema.names and column not in present:
        return QueryError(
            f"{name!r}: this log has no column {column!r}; it was not in the source, or not read"
        )
    if column in present:
        kind = schema.field(column).kind
        words = {"integer": "whole numbers", "id": "identifiers", "time": "times"}.get(kind)
        if words is not None and name == column:
            return QueryError(
                f"{name!r} is a column of {words}, not an axis; axes are: {', '.join(known)}"
            )
    if schema.split is not None and name == schema.split.name:
        return QueryError(f"{name!r} needs a column {schema.split.column!r}, which was not read")
    near = suggest(name, known)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else "."
    return QueryError(f"no axis {name!r}{hint} Axes are: {', '.join(known)}")


def axis_names(log: Log) -> list[str]:
    """Return the name of every axis there is, columns first."""
    from ._calendar import NEEDS_CLOCK

    schema = log.schema
    known, units = [], []
    for column in log.columns:
        kind = schema.field(column).kind
        if kind == "label":
            known.append(column)
        if column in log.domains:
            known += [f"{column}.{table}" for table in log.domains[column].tables]
        if kind == "time":
            prefix = "" if column == schema.time else f"{column}."
            dates = log.has_dates(column)
            units += [prefix + unit for unit in CALENDAR if not (dates and unit in NEEDS_CLOCK)]
    if schema.split is not None and schema.split.column in log.columns:
        known.append(schema.split.name)
    return known + units
