"""Axes: from a name such as ``"sender.region"`` or ``"month"`` to positions in a cube.

An axis is a column and a table over its codes.  This is the place where a new way of
grouping is added: a table on a domain is an axis already (``column.table``), a calendar
unit is an axis over a record's time.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from .errors import LabelError, QueryError, suggest

if TYPE_CHECKING:
    from ._calendar import CalendarAxis
    from ._days import Day
    from .domain import Domain
    from .schema import Schema

__all__ = ["CALENDAR", "NOT_STATED", "Axis", "resolve_axis"]

NOT_STATED = "not stated"

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
    """

    __slots__ = ("calendar", "column", "domain", "labels", "name", "positions", "stated", "table")

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

    def index(self, label: object) -> int:
        """Return the position of a label; raise LabelError with the nearest ones.

        Bureaus may be named by any code or name; times by their label or a date.
        """
        if self.calendar is not None:
            return self.calendar.index(label)
        if label is None or label == NOT_STATED:
            if not self.stated:
                return len(self.labels) - 1
            raise LabelError(label, f"{self.name!r} is always stated")
        if self.domain is not None and self.table is None:
            return self._own(label)
        if isinstance(label, str):
            if label in self.labels:
                return self.labels.index(label)
            raise LabelError(
                label,
                f"no label of {self.name!r}",
                choices=suggest(label, self.labels),
                hint="" if len(self) > 12 else f"There are: {', '.join(self.labels)}.",
            )
        raise LabelError(label, f"no label of {self.name!r}: labels are texts")

    def _own(self, label: object) -> int:
        assert self.domain is not None
        if not isinstance(label, str):
            raise LabelError(label, f"no label of {self.name!r}: labels are texts")
        code = self.domain.resolve(label)
        own = self.domain.labels[code]
        # an axis that was cut to some labels keeps their order, not their codes
        if code < len(self.labels) and self.labels[code] == own:
            return code
        if own in self.labels:
            return self.labels.index(own)
        raise LabelError(label, f"not among the {len(self):,} labels of {self.name!r} here")

    def cut(self, positions: Sequence[int]) -> Axis:
        """Return this axis with some of its positions only, in the order given."""
        labels = tuple(self.labels[at] for at in positions)
        stated = self.stated or not labels or labels[-1] != NOT_STATED
        # After a cut, positions are no longer those of the table or the calendar.
        return Axis(self.name, labels, self.column, domain=self.domain, table=self.table,
                    stated=stated)  # fmt: skip

    def names(self, language: str = "en") -> list[str]:
        """Return what each position is called in a language; its label where it has no name."""
        if self.domain is None:
            return list(self.labels)
        if self.table is None:
            return [
                label if label == NOT_STATED else self.domain.name(label, language)
                for label in self.labels
            ]
        return [self.domain.value_name(self.table, label, language) for label in self.labels]

    def same(self, other: Axis) -> bool:
        """Say whether two axes have one name and the same labels in the same order."""
        return (
            self is other
            or (self.calendar is not None and self.calendar is other.calendar)
            or (
                self.name == other.name
                and len(self) == len(other)
                and all(a == b for a, b in zip(self.labels, other.labels, strict=True))
            )
        )


def resolve_axis(
    name: object,
    schema: Schema,
    domains: dict[str, Domain],
    present: Sequence[str],
    *,
    zone: str,
    period: tuple[int, int],
    asof: Day,
    dates_only: bool,
) -> Axis:
    """Return the axis of a name; raise QueryError naming the axes there are."""
    if not isinstance(name, str):
        raise QueryError(f"an axis is a name such as 'sender' or 'month', not {name!r}")
    column, _, table = name.partition(".")
    if name in CALENDAR:
        return _time_axis(name, schema.time, name, zone, period, dates_only)
    if column in present and column in domains:
        domain = domains[column]
        required = schema.field(column).required
        if not table:
            labels = domain.labels if required else (*domain.labels, NOT_STATED)
            return Axis(
                name, labels, column, domain=domain, positions=range(len(domain)), stated=required
            )
        if table in domain.tables:
            values, codes = domain.table(table, asof)
            stated = required and min(codes, default=0) >= 0
            return Axis(
                name,
                values if stated else (*values, NOT_STATED),
                column,
                domain=domain,
                table=table,
                positions=array("q", codes),
                stated=stated,
            )
    raise _unknown(name, schema, domains, present)


def _time_axis(
    name: str, column: str, unit: str, zone: str, period: tuple[int, int], dates_only: bool
) -> Axis:
    from ._calendar import NEEDS_CLOCK, calendar_axis

    if dates_only and unit in NEEDS_CLOCK:
        raise QueryError(
            f"{name!r} needs times, but {column!r} holds dates without hours; "
            "ask for day, week, month, quarter or year"
        )
    calendar = calendar_axis(unit, zone, *period)
    return Axis(name, calendar.labels, column, calendar=calendar)


def _unknown(
    name: str, schema: Schema, domains: dict[str, Domain], present: Sequence[str]
) -> QueryError:
    known = axis_names(domains, present)
    column = name.partition(".")[0]
    if column in schema.names and column not in present:
        return QueryError(
            f"{name!r}: this log has no column {column!r}; it was not in the source, or not read"
        )
    if column in schema.names and column not in domains:
        kind = schema.field(column).kind
        return QueryError(
            f"{name!r} is a column of {kind}s, not an axis; axes are: {', '.join(known)}"
        )
    near = suggest(name, known)
    hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
    return QueryError(f"no axis {name!r}{hint} Axes are: {', '.join(known)}")


def axis_names(domains: dict[str, Domain], present: Sequence[str]) -> list[str]:
    """Return the name of every axis there is, columns first."""
    known = []
    for column in present:
        if column in domains:
            known.append(column)
            known += [f"{column}.{table}" for table in domains[column].tables]
    return known + list(CALENDAR)
