"""What columns a kind of record has: the one place to say so.

A schema names its columns in order, and says which of them is the record's time, its
weight (how many messages a row stands for) and its identity.  Readers, the builder,
axes and filters all go by it, so a new kind of record is a new schema and its verbs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from .errors import QueryError, suggest

__all__ = ["MESSAGES", "Field", "Schema"]

_LEAST, _MOST = -(2**63) + 1, 2**63 - 1


class Field(NamedTuple):
    """One column: its name, its kind (label, time, integer or id) and its rules."""

    name: str
    kind: str
    required: bool = False
    bureau: bool = False  # its labels are bureaus
    least: int = _LEAST
    most: int = _MOST
    unit: str = ""


class Schema(NamedTuple):
    """The columns of one kind of record, in the order in which faults are reported."""

    record: str  # what one is called, in the plural: "messages"
    fields: tuple[Field, ...]
    time: str
    weight: str | None = None
    identity: str | None = None
    keys: tuple[str, ...] = ()

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


MESSAGES = Schema(
    record="messages",
    fields=(
        Field("sent_at", "time", required=True),
        Field("sender", "label", required=True, bureau=True),
        Field("receiver", "label", required=True, bureau=True),
        Field("message_id", "id"),
        Field("reply_to", "id"),
        Field("kind", "label"),
        Field("priority", "label"),
        Field("crime_area", "label"),
        Field("language", "label"),
        Field("channel", "label"),
        Field("size", "integer", least=0, unit="bytes"),
        Field("messages", "integer", least=0),
    ),
    time="sent_at",
    weight="messages",
    identity="message_id",
    keys=("sender", "receiver"),
)
