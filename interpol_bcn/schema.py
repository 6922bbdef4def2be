"""What columns a kind of record has: the one place to say so.

A schema names its columns in order, and says which of them is the record's time, its
weight (how many messages a row stands for) and its identity.  Readers, the builder,
axes and filters all go by it, so a new kind of record is a new schema and its verbs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .errors import QueryError, suggest

__all__ = ["Field", "Rule", "Schema", "Split"]

_LEAST, _MOST = -(2**63) + 1, 2**63 - 1


class Field(NamedTuple):
    """One column: its name, its kind (label, time, integer or id) and its rules."""

    name: str
    kind: str
    required: bool = False
    domain: str = ""  # the shipped domain of its labels; none: they are what is met
    least: int = _LEAST
    most: int = _MOST
    unit: str = ""
    stock: bool = False  # what is there at a date, which does not add up over time

    @property
    def bureau(self) -> bool:
        """Whether its labels are bureaus."""
        return self.domain == "bureaus"


class Rule(NamedTuple):
    """What two columns of a row must agree on; a row that breaks it is refused.

    ``order``: ``first`` is at most ``second``, in rows that state both; in a source without
    a column ``second`` it is at most ``otherwise`` (None: anything will do).  ``either``:
    one of the two is stated.
    """

    kind: str
    first: str
    second: str
    otherwise: int | None = None


class Split(NamedTuple):
    """An axis along which the records that one row stands for fall apart.

    A column says how many of them are of one sort; the others, by the weight, are not.
    """

    name: str
    column: str
    inside: str
    outside: str


class Schema(NamedTuple):
    """The columns of one kind of record, in the order in which faults are reported."""

    record: str  # what one is called, in the plural: "messages"
    fields: tuple[Field, ...]
    time: str | None = None  # when it was; the period and the calendar go by it
    weight: str | None = None  # how many records a row stands for
    identity: str | None = None  # with the keys, what makes two rows the same record
    keys: tuple[str, ...] = ()
    flow: tuple[str, ...] = ()  # from whom, to whom
    per: tuple[str, ...] = ()  # the ways in which one may be counted, the usual first
    rules: tuple[Rule, ...] = ()
    split: Split | None = None  # an axis that parts the records of one row
    of: str = ""  # what the records are of, where a row is not one: operations

    @property
    def subject(self) -> str:
        """What a log is about: its records, or what they are of."""
        return self.of or self.record

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(field.name for field in self.fields)

    def field(self, name: str) -> Field:
        """Return a column's rules; raise QueryError, with suggestions, for an unknown one."""
        return self.fields[self.number(name)]

    def number(self, name: str) -> int:
        """Return a column's place; raise QueryError, with suggestions, for an unknown one."""
        names = self.names
        if name in names:
            return names.index(name)
        near = suggest(str(name), names)
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        raise QueryError(f"{self.record} have no column {name!r}{hint}")

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """Return the names of the columns of one kind, in order."""
        return tuple(field.name for field in self.fields if field.kind == kind)

    def counted_per(self, unit: str | None) -> str:
        """Return what one is counted per, the usual where None is asked for."""
        if unit is None:
            return self.per[0] if self.per else ""
        if unit not in self.per:
            known = " or ".join(f"per {way!r}" for way in self.per)
            raise QueryError(
                f"unit={unit!r}: " + (f"count {known}" if known else
                                      f"{self.record} are counted in one way, without unit=")
            )  # fmt: skip
        return unit

    def with_measures(self, measures: Iterable[str]) -> Schema:
        """Return this schema with further optional whole-number columns."""
        if isinstance(measures, str):
            raise QueryError(f"measures={measures!r}: give a list of column names")
        added = []
        for name in measures:
            if name in self.names:
                raise QueryError(f"measures: {self.record} already have a column {name!r}")
            added.append(Field(name, "integer"))
        return self._replace(fields=(*self.fields, *added))
