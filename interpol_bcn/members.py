"""The member countries of INTERPOL, and who else writes on its network.

The tables live as CSV in ``data/``, each row with its source and whether that was
checked.  They are read on first use.  A country is found by alpha-2, alpha-3 or M49 code,
by its name in Arabic, English, French or Spanish, or by a known alias; see
:mod:`interpol_bcn.domain` for how texts are compared.

>>> from interpol_bcn.members import members
>>> len(members), members["Côte d'Ivoire"].alpha_3, members["NA"].name
(196, 'CIV', 'Namibia')
>>> members.count("2001-09"), members.count("2023-10"), members.count("2023-11")
(179, 195, 196)
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from ._days import Day, first_day, last_day
from .domain import Domain, Value
from .errors import InputError, LabelError, QueryError

__all__ = ["LANGUAGES", "Member", "Members", "Sender", "members"]

CONSTITUTION = "1956-06-01"
LANGUAGES = ("ar", "en", "fr", "es")
FILES = (
    "members", "former", "senders", "nonmembers", "names", "aliases", "regions", "region_names",
)  # fmt: skip
Row = dict[str, str]
Spans = tuple[tuple[str | None, str | None], ...]


class _Record:
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


def _again(kind: type[_Record], *values: Any) -> _Record:
    return kind(*(MappingProxyType(v) if isinstance(v, dict) else v for v in values))


class Member(_Record):
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


class Sender(_Record):
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


class _Data:
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
        return tables

    def texts(self, code: str) -> list[str]:
        """Every code and name of a country or sender, without its aliases."""
        short = [text for text in self.short.get(code, ()) if text]
        return [code, *short, *dict.fromkeys(self.names[code].values())]

    def hint(self, code: str) -> str:
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
def _data() -> _Data:
    return _Data()


class Members:
    """The member countries in the order of their alpha-3 codes; on a day, or now.

    ``members[text]`` takes alpha-3, alpha-2 or M49 codes, names in four languages and
    aliases; it raises LabelError with a reason and the nearest choices, and never guesses:
    plain "Congo" is refused, with both.

    >>> from interpol_bcn.members import members
    >>> [members[text].alpha_3 for text in ("fr", "250", "Frankrijk", "FRANCE")]
    Traceback (most recent call last):
    interpol_bcn.errors.LabelError: 'Frankrijk': unknown label; did you mean 'Francia'?
    >>> "Tuvalu" in members, "Palau" in members, "Palau" in members.at("2023-10")
    (False, True, False)
    """

    __slots__ = ("_cache", "_day", "_value_names", "_with")

    def __init__(self) -> None:
        self._day: str | None = None
        self._with: dict[str, dict[str, Spans]] = {}
        self._value_names: dict[str, dict[str, dict[str, str]]] = {}
        self._cache: dict[str, Any] = {}

    # Who belongs

    def at(self, day: Day) -> Members:
        """Return the membership on a day; of a month or a year, on its last day.

        Raise QueryError for a day before the Constitution of June 1956, when who was a
        member is open.

        >>> from interpol_bcn.members import members
        >>> before = members.at("2009")
        >>> len(before), before["Netherlands Antilles"].until
        (188, '2010-10-10')
        """
        on = last_day(day)
        if on < CONSTITUTION:
            raise QueryError(f"who was a member on {on}, before June 1956, is open")
        other = self._copy()
        other._day = on
        return other

    def count(self, day: Day | None = None) -> int:
        """Return how many members there are; with a day, how many there were on it."""
        return len(self if day is None else self.at(day))

    @property
    def _all(self) -> dict[str, Member]:
        found: dict[str, Member] | None = self._cache.get("all")
        if found is None:
            data, tables = _data(), self._spans()
            found = {}
            for row in data.countries:
                code = row["alpha_3"]
                found[code] = Member(
                    code,
                    row["alpha_2"],
                    row["m49"],
                    data.names[code],
                    row["since"] or None,
                    row["until"] or None,
                    row["source"],
                    row["status"],
                    MappingProxyType(
                        {name: table.get(code, ((None, None),)) for name, table in tables.items()}
                    ),
                )
            self._cache["all"] = found
        return found

    @property
    def _held(self) -> dict[str, Member]:
        found: dict[str, Member] | None = self._cache.get("held")
        if found is None:
            day = "9999-12-31" if self._day is None else self._day
            found = {
                code: member
                for code, member in sorted(self._all.items())
                if member.was_member_at(day)
            }
            self._cache["held"] = found
        return found

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Iterator[Member]:
        return iter(self._held.values())

    def __contains__(self, text: object) -> bool:
        if isinstance(text, Member):
            return text.alpha_3 in self._held
        code = self._domain.lookup(text) if isinstance(text, str) else -1
        return code >= 0 and self._domain.labels[code] in self._held

    def __getitem__(self, text: str) -> Member:
        if not isinstance(text, str):
            hint = "Codes are texts: 'FRA', 'FR' or '250'"
            raise LabelError(text, "unknown label", hint=hint)
        label = self._domain.labels[self._domain.resolve(text)]
        if label in self._held:
            return self._held[label]
        raise LabelError(text, "not a member", hint=self._why(label))

    def _why(self, label: str) -> str:
        member = self._all.get(label)
        if member is None:
            sender = next(s for s in _data().senders if s.code == label)
            parent = f" of {self._all[sender.parent].name}" if sender.parent else ""
            return f"{sender.name} is a {sender.kind}{parent}: see members.senders"
        if member.until is not None:
            return f"{member.name} was a member until {member.until}: see members.at(day)"
        return f"{member.name} has been a member since {member.since}"

    @property
    def _domain(self) -> Domain:
        found: Domain | None = self._cache.get("domain")
        if found is None:
            found = self._cache["domain"] = self.domain()
        return found

    def _ipython_key_completions_(self) -> list[str]:
        return [*self._held, *(member.name for member in self)]

    # Tables

    @property
    def tables(self) -> Mapping[str, Mapping[str, str | None]]:
        """Every table over the members, as valid on this membership's day."""
        day = self._day
        return MappingProxyType(
            {
                name: MappingProxyType({m.alpha_3: m.value_at(name, day) for m in self})
                for name in self._spans()
            }
        )

    def _spans(self) -> dict[str, dict[str, Spans]]:
        return {**_data().tables, **self._with}

    def with_table(
        self,
        name: str,
        values: Mapping[str, Value],
        *,
        names: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Members:
        """Return these members with a table added or replaced.

        ``values`` maps each member, under any of its codes or names, to a text, to None
        (not stated), or to ``(from, value)`` pairs where the value changes.  Senders and
        former members may be given too; a sub-bureau has the value of its parent.  Raise
        InputError naming the members that have no value, LabelError for an unknown key.

        >>> from interpol_bcn.members import members
        >>> first = {m.alpha_3: m.alpha_3[0] for m in members}
        >>> members.with_table("initial", first)["France"].value_at("initial")
        'F'
        >>> del first["FRA"]
        >>> members.with_table("initial", first)
        Traceback (most recent call last):
        interpol_bcn.errors.InputError: column 'initial': no value for 1 of 196 members: FRA
        """
        given: dict[str, Value] = {}
        for text, value in values.items():
            label = self._domain.labels[self._domain.resolve(text)]
            if label in given:
                raise InputError("two values for one member", column=name, value=text)
            given[label] = value
        wanted = [row["alpha_3"] for row in _data().rows["members"]]
        missing = [code for code in wanted if code not in given]
        if missing:
            shown = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
            total = f"{len(missing)} of {len(wanted)} members"
            raise InputError(f"no value for {total}: {shown}", column=name)
        # A domain checks and sorts the spans, so that there is one set of rules.
        labels = list(given)
        checked = Domain(labels).with_table(name, given)
        values_of, rows = checked._tables[name]
        other = self._copy()
        other._with = {
            **self._with,
            name: {
                label: tuple(
                    (start or None, values_of[code] if code >= 0 else None) for start, code in spans
                )
                for label, spans in zip(labels, rows, strict=True)
            },
        }
        other._value_names = {
            **self._value_names,
            name: {k: dict(v) for k, v in (names or {}).items()},
        }
        return other

    def _copy(self) -> Members:
        other = Members()
        other._day, other._with, other._value_names = self._day, self._with, self._value_names
        return other

    # The closed world of bureaus

    @property
    def senders(self) -> tuple[Sender, ...]:
        """Who else writes on the network: the Secretariat, its offices, sub-bureaus."""
        return _data().senders

    def domain(
        self,
        extra: Iterable[str] = (),
        senders: bool = True,
        aliases: Mapping[str, str] | None = None,
    ) -> Domain:
        """Return the domain of bureaus: the members, former members and senders, then extras.

        The members of now come first, in alpha-3 order, whatever this membership's day;
        ``senders=False`` leaves the members alone.  ``extra`` adds labels; one that is the
        code of a country outside INTERPOL brings its names along.  ``aliases`` maps
        further texts to any text that resolves.  Tables: ``region``, ``region5`` and those
        of with_table; sub-bureaus take the values of their parent.

        >>> from interpol_bcn.members import members
        >>> bureaus = members.domain(extra=["PRK"])
        >>> sum(bureaus.member_mask), bureaus.labels[196:199], bureaus.labels[-1]
        (196, ('ANT', 'IPSG', 'IGCI'), 'PRK')
        >>> bureaus.labels[bureaus.resolve("Corée du Nord")]
        'PRK'
        """
        data = _data()
        labels = [row["alpha_3"] for row in data.rows["members"]]
        if senders:
            labels += [row["alpha_3"] for row in data.rows["former"]]
            labels += [sender.code for sender in data.senders]
        if isinstance(extra, str):
            raise InputError("extra must be a list of labels, not one text", value=extra)
        labels += self._extra(extra, set(labels))
        own = set(labels)
        known: dict[str, str | tuple[str, ...]] = {}
        refused: dict[str, str] = {}
        for code in data.names:
            if code in own:
                known.update((text, code) for text in data.texts(code) if text not in own)
            else:
                hint = self._outside(code)
                refused.update((text, hint) for text in data.texts(code) if text not in own)
        for text, codes in data.aliases.items():
            if len(codes) > 1:
                known[text] = tuple(data.names[code]["en"] for code in codes)
            elif codes[0] in own:
                known[text] = codes[0]
            else:
                refused[text] = self._outside(codes[0])
        countries = [row for row in data.countries if row["alpha_3"] in own]
        domain = Domain(
            labels,
            names={code: data.names[code] for code in labels if code in data.names},
            aliases={text: code for text, code in known.items() if text not in own},
            members=[row["alpha_3"] for row in countries],
            since={row["alpha_3"]: row["since"] for row in countries if row["since"]},
            until={row["alpha_3"]: row["until"] for row in countries if row["until"]},
            refused=refused,
        )
        never: Spans = ((None, None),)
        for name, table in self._spans().items():
            rows: list[Sequence[tuple[str | None, str | None]]] = [
                table.get(label) or table.get(data.parents.get(label, ""), never)
                for label in labels
            ]
            # The order comes from the whole table, so that no choice of labels changes it.
            used = {v for spans in table.values() for _, v in spans if v is not None}
            domain = domain.with_table(name, rows, order=sorted(used), names=self._named(name))
        return domain.with_aliases(aliases) if aliases else domain

    def _extra(self, extra: Iterable[str], held: set[str]) -> Iterator[str]:
        for label in extra:
            code = self._domain.lookup(label)
            meant = self._domain.labels[code] if code >= 0 else label
            if meant != label and (meant in held or label not in _data().names):
                hint = "Give it under aliases= to count it there"
                raise InputError(
                    f"already stands for {meant}", column="extra", value=label, hint=hint
                )
            if label not in held:
                yield label

    def _outside(self, code: str) -> str:
        data = _data()
        if code in data.refused:
            return data.hint(code)
        return f"{data.names[code]['en']} is among the other senders: pass senders=True"

    def _named(self, table: str) -> Mapping[str, Mapping[str, str]] | None:
        if table in self._value_names:
            return self._value_names[table]
        rows = _data().rows["region_names"]
        return {row["region"]: {lang: row[lang] for lang in LANGUAGES} for row in rows}

    # Where it comes from

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that the tables cite."""
        rows = (row for table in _data().rows.values() for row in table)
        return tuple(dict.fromkeys(row["source"] for row in rows))

    @property
    def status(self) -> Mapping[str, Mapping[str, int]]:
        """How many rows of each data table are sourced, and how many unverified.

        >>> from interpol_bcn.members import members
        >>> dict(members.status["members"])
        {'sourced': 196, 'unverified': 0}
        """
        counts: dict[str, Mapping[str, int]] = {}
        for name, rows in _data().rows.items():
            sourced = sum(row["status"] == "sourced" for row in rows)
            counts[name] = {"sourced": sourced, "unverified": len(rows) - sourced}
        return MappingProxyType(counts)

    @property
    def note(self) -> str:
        """What to know before quoting: what is open, and how to replace it."""
        total = sum(sum(counts.values()) for counts in self.status.values())
        unverified = sum(counts["unverified"] for counts in self.status.values())
        replaced = f" Replaced tables: {', '.join(self._with)}." if self._with else ""
        return (
            "Membership months are sourced, and count from the first day of the month; "
            "1956-06 means at the 1956 Constitution. Regions are a judgement but for Israel's "
            f"change of 2006: replace them with with_table.{replaced} "
            "The start of the Netherlands Antilles is open and counts as always. "
            f"{unverified:,} of {total:,} rows are unverified."
        )

    def __repr__(self) -> str:
        when = f" on {self._day}" if self._day else ""
        others = f"{len(self.senders)} other senders; " if self._day is None else ""
        return f"{len(self)} members{when}; {others}{self.note.rsplit('. ', 1)[1]}"

    def _repr_html_(self) -> str:
        from html import escape

        regions: dict[str, int] = {}
        for value in self.tables["region"].values():
            regions[value or "not stated"] = regions.get(value or "not stated", 0) + 1
        rows = "".join(
            f"<tr><td>{escape(region)}</td><td style='text-align:right'>{count}</td></tr>"
            for region, count in sorted(regions.items())
        )
        title = f"{len(self)} members" + (f" on {self._day}" if self._day else "")
        return (
            f"<table><caption>{title}</caption><tr><th>region</th><th>members</th></tr>{rows}"
            f"</table><p>{escape(self.note)}</p>"
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._day, self._with, self._value_names)


def _restored(day: str | None, tables: Any, value_names: Any) -> Members:
    found = Members()
    found._day, found._with, found._value_names = day, tables, value_names
    return found


members = Members()
