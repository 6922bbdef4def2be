"""The reference tables of ``data/`` as read, and the records made of their rows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from ._days import Day, first_day, last_day
from .errors import LabelError

__all__ = ["LANGUAGES", "Data", "Member", "Sender", "Spans", "reference"]

LANGUAGES = ("ar", "en", "fr", "es")
FILES = (
    "members", "former", "senders", "nonmembers", "names", "aliases", "regions", "region_names",
    "type_names",
)  # fmt: skip
Row = dict[str, str]
Spans = tuple[tuple[str | None, str | None], ...]


class Record:
    """A few named values that do not change; equal where all are."""

    FIELDS: ClassVar[tuple[str, ...]] = ()
    __slots__: tuple[str, ...] = ()

    def __init__(self, *values: Any) -> None:
        for name, value in zip(self.FIELDS, values, strict=True):
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only: cannot set {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only: cannot delete {name!r}")

    def _values(self) -> tuple[Any, ...]:
        return tuple(getattr(self, name) for name in self.FIELDS)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values()[0])

    def __reduce__(self) -> tuple[Any, ...]:
        plain = (dict(v) if isinstance(v, MappingProxyType) else v for v in self._values())
        return _again, (type(self), *plain)


def _again(kind: type[Record], *values: Any) -> Record:
    return kind(*(MappingProxyType(v) if isinstance(v, dict) else v for v in values))


class Member(Record):
    """One member country: its codes, names, membership and regions.

    ``since`` and ``until`` are as precise as their source (a month, mostly); ``until`` is
    the first day no longer included.  1956-06 means "at the 1956 Constitution".

    >>> from interpol_bcn.members import members
    >>> israel = members["Israel"]
    >>> israel.region, israel.region_at("2006-08"), israel.names["fr"]
    ('Europe', 'Asia and South Pacific', 'Israël')
    """

    FIELDS = (
        "alpha_3", "alpha_2", "m49", "names", "since", "until", "source", "status", "tables",
    )  # fmt: skip
    __slots__ = FIELDS
    alpha_3: str
    alpha_2: str
    m49: str
    names: Mapping[str, str]
    since: str | None
    until: str | None
    source: str
    status: str
    tables: Mapping[str, Spans]

    @property
    def name(self) -> str:
        """The English name."""
        return self.names["en"]

    @property
    def region(self) -> str | None:
        """The region among four, as now valid."""
        return self.value_at("region")

    @property
    def region5(self) -> str | None:
        """The region among five, with the Middle East and North Africa apart, as now valid."""
        return self.value_at("region5")

    def region_at(self, day: Day) -> str | None:
        """Return the region among four on a day (of a month or year, its last)."""
        return self.value_at("region", day)

    def region5_at(self, day: Day) -> str | None:
        """Return the region among five on a day (of a month or year, its last)."""
        return self.value_at("region5", day)

    def value_at(self, table: str, day: Day | None = None) -> str | None:
        """Return this member's value in a table on a day, or as now valid."""
        if table not in self.tables:
            raise LabelError(table, "unknown table", choices=self.tables)
        asof = "9999-12-31" if day is None else last_day(day)
        found = None
        for start, value in self.tables[table]:
            if start is None or first_day(start) <= asof:
                found = value
        return found

    def was_member_at(self, day: Day) -> bool:
        """Say whether the country was a member on a day (of a month or year, its last)."""
        asof = last_day(day)
        began = self.since is None or first_day(self.since) <= asof
        return began and (self.until is None or asof < first_day(self.until))

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        until = f", until {self.until}" if self.until else ""
        return f"Member {self.alpha_3} {self.name}, since {self.since}{until}, {self.region}"


class Sender(Record):
    """Who writes on the network without being a member: an office, a sub-bureau, a mission.

    >>> from interpol_bcn.members import members
    >>> hong_kong = next(s for s in members.senders if s.code == "HKG")
    >>> hong_kong.kind, hong_kong.parent, hong_kong.name
    ('sub-bureau', 'CHN', 'Hong Kong (China)')
    """

    FIELDS = (
        "code", "kind", "parent", "names", "alpha_2", "m49", "city", "source", "status",
    )  # fmt: skip
    __slots__ = FIELDS
    code: str
    kind: str
    parent: str | None
    names: Mapping[str, str]
    alpha_2: str | None
    m49: str | None
    city: str | None
    source: str
    status: str

    @property
    def name(self) -> str:
        """The English name."""
        return self.names["en"]

    def __str__(self) -> str:
        return self.name

    def __repr__(self) -> str:
        parent = f" of {self.parent}" if self.parent else ""
        return f"Sender {self.code} {self.name}, {self.kind}{parent}"


class Data:
    """The tables as read, and what is derived from them once."""

    def __init__(self) -> None:
        self.rows = {name: _read(name) for name in FILES}
        self.names = {
            row["code"]: MappingProxyType({lang: row[lang] for lang in LANGUAGES})
            for row in self.rows["names"]
        }
        self.countries = [*self.rows["members"], *self.rows["former"]]
        self.senders = tuple(self._sender(row) for row in self.rows["senders"])
        self.parents = {s.code: s.parent for s in self.senders if s.parent}
        self.short: dict[str, tuple[str, str]] = {
            row["alpha_3"]: (row["alpha_2"], row["m49"]) for row in self.countries
        }
        for row in [*self.rows["senders"], *self.rows["nonmembers"]]:
            self.short[row["code"]] = (row["alpha_2"], row["m49"])
        self.refused = {row["code"]: row for row in self.rows["nonmembers"]}
        self.aliases: dict[str, list[str]] = {}
        for row in self.rows["aliases"]:
            self.aliases.setdefault(row["label"], []).append(row["code"])
        self.tables = self._tables()

    def _sender(self, row: Row) -> Sender:
        return Sender(
            row["code"],
            row["kind"],
            row["parent"] or None,
            self.names[row["code"]],
            row["alpha_2"] or None,
            row["m49"] or None,
            row["city"] or None,
            row["source"],
            row["status"],
        )

    def _tables(self) -> dict[str, dict[str, Spans]]:
        tables: dict[str, dict[str, Spans]] = {}
        for row in self.rows["regions"]:
            table = tables.setdefault(row["scheme"], {})
            span = (row["from"] or None, row["region"])
            table[row["code"]] = (*table.get(row["code"], ()), span)
        tables["type"] = {row["alpha_3"]: ((None, "NCB"),) for row in self.countries}
        tables["type"].update({r["code"]: ((None, r["type"]),) for r in self.rows["senders"]})
        return tables

    def texts(self, code: str) -> list[str]:
        """Every code and name of a country or sender, without its aliases."""
        short = [text for text in self.short.get(code, ()) if text]
        return [code, *short, *dict.fromkeys(self.names[code].values())]

    def hint(self, code: str) -> str:
        """What to do where a code outside is wanted all the same."""
        row = self.refused[code]
        name = self.names[code]["en"]
        if row["parent"]:
            parent = self.names[row["parent"]]["en"]
            return f"To count {name} as {parent}, pass aliases={{{name!r}: {row['parent']!r}}}"
        return f"To take {name} all the same, pass extra=[{code!r}]"


def _read(name: str) -> list[Row]:
    import csv

    path = os.path.join(os.path.dirname(__file__), "data", f"{name}.csv")
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


@lru_cache(maxsize=1)
def reference() -> Data:
    """Return the tables, read at the first call."""
    return Data()
