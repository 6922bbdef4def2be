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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ._days import Day, last_day
from ._reference import LANGUAGES, Member, Sender, Spans, reference
from ._tables import Value
from .domain import Domain
from .errors import InputError, LabelError, QueryError

__all__ = ["LANGUAGES", "Member", "Members", "Sender", "members"]

CONSTITUTION = "1956-06-01"


class Members:
    """The member countries in the order of their alpha-3 codes; on a day, or now.

    ``members[text]`` takes alpha-3, alpha-2 or M49 codes, names in four languages and
    aliases; it raises LabelError with a reason and the nearest choices, and never guesses:
    plain "Congo" is refused, with both.

    >>> from interpol_bcn.members import members
    >>> [members[text].alpha_3 for text in ("fr", "250", "Frankrijk", "FRANCE")]
    Traceback (most recent call last):
    interpol_bcn.errors.LabelError: 'Frankrijk': unknown label
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
            read, tables = reference(), self._spans()
            found = {}
            for row in read.countries:
                code = row["alpha_3"]
                found[code] = Member(
                    code,
                    row["alpha_2"],
                    row["m49"],
                    read.names[code],
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
            sender = next(s for s in reference().senders if s.code == label)
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
        return {**reference().tables, **self._with}

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
        wanted = [row["alpha_3"] for row in reference().rows["members"]]
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
        return reference().senders

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
        read = reference()
        labels = [row["alpha_3"] for row in read.rows["members"]]
        if senders:
            labels += [row["alpha_3"] for row in read.rows["former"]]
            labels += [sender.code for sender in read.senders]
        if isinstance(extra, str):
            raise InputError("extra must be a list of labels, not one text", value=extra)
        labels += self._extra(extra, set(labels))
        own = set(labels)
        known: dict[str, str | tuple[str, ...]] = {}
        refused: dict[str, str] = {}
        for code in read.names:
            if code in own:
                known.update((text, code) for text in read.texts(code) if text not in own)
            else:
                hint = self._outside(code)
                refused.update((text, hint) for text in read.texts(code) if text not in own)
        for text, codes in read.aliases.items():
            if len(codes) > 1:
                known[text] = tuple(read.names[code]["en"] for code in codes)
            elif codes[0] in own:
                known[text] = codes[0]
            else:
                refused[text] = self._outside(codes[0])
        countries = [row for row in read.countries if row["alpha_3"] in own]
        domain = Domain(
            labels,
            names={code: read.names[code] for code in labels if code in read.names},
            aliases={text: code for text, code in known.items() if text not in own},
            members=[row["alpha_3"] for row in countries],
            since={row["alpha_3"]: row["since"] for row in countries if row["since"]},
            until={row["alpha_3"]: row["until"] for row in countries if row["until"]},
            refused=refused,
        )
        never: Spans = ((None, None),)
        for name, table in self._spans().items():
            rows: list[Sequence[tuple[str | None, str | None]]] = [
                table.get(label) or table.get(read.parents.get(label, ""), never)
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
            if meant != label and (meant in held or label not in reference().names):
                hint = "Give it under aliases= to count it there"
                raise InputError(
                    f"already stands for {meant}", column="extra", value=label, hint=hint
                )
            if label not in held:
                yield label

    def _outside(self, code: str) -> str:
        read = reference()
        if code in read.refused:
            return read.hint(code)
        return f"{read.names[code]['en']} is among the other senders: pass senders=True"

    def _named(self, table: str) -> Mapping[str, Mapping[str, str]] | None:
        if table in self._value_names:
            return self._value_names[table]
        key = "type" if table == "type" else "region"
        rows = reference().rows[f"{key}_names"]
        return {row[key]: {lang: row[lang] for lang in LANGUAGES} for row in rows}

    # Where it comes from

    @property
    def sources(self) -> tuple[str, ...]:
        """Every source that the tables cite."""
        rows = (row for table in reference().rows.values() for row in table)
        return tuple(dict.fromkeys(row["source"] for row in rows))

    @property
    def status(self) -> Mapping[str, Mapping[str, int]]:
        """How many rows of each data table are sourced, and how many unverified.

        >>> from interpol_bcn.members import members
        >>> dict(members.status["members"])
        {'sourced': 196, 'unverified': 0}
        """
        counts: dict[str, Mapping[str, int]] = {}
        for name, rows in reference().rows.items():
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
