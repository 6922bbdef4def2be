"""The closed world: an ordered set of labels, what they are called, and their tables.

A label's place in its domain is its code, and every derived grouping is a table over
codes.  How texts are compared with labels and names is said in ``_matching``: whole texts
only, ever more loosely, and a text that fits two labels is refused with both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from ._days import Day, first_day, last_day
from ._labels import AMBIGUOUS_LABEL, NOT_A_MEMBER, NOT_MEMBER, UNKNOWN_LABEL, Labels, Names
from ._matching import AMBIGUOUS, UNKNOWN, Ladder, cased, fold
from ._tables import FOREVER, Spans, Table, Value, numbered, table_of, value_on
from .errors import InputError, QueryError, suggest

__all__ = [
    "AMBIGUOUS",
    "AMBIGUOUS_LABEL",
    "NOT_A_MEMBER",
    "NOT_MEMBER",
    "UNKNOWN",
    "UNKNOWN_LABEL",
    "Domain",
    "fold",
]


class Domain(Labels):
    """A closed, ordered set of labels; a label's place is its code.

    ``labels`` are 1 to 65,535 distinct texts.  ``names`` gives a label's name, or its
    names by language.  ``aliases`` maps further texts to a label; to a tuple of choices
    where a text is to be refused as ambiguous.  ``members`` says which labels are members
    (all, by default), ``since`` and ``until`` from which day and before which day.
    ``refused`` maps texts that are known not to be members to a hint.  Every other keyword
    is a table: a mapping from label to value, or one value per label; ``None`` is "not
    stated"; a sequence of ``(from, value)`` is a value that changes on that day.

    Raise InputError for labels that are empty, repeated, too many or not text, and for a
    table that lacks a label.  Takes O(labels); equality and digest look at all content.

    >>> ports = Domain(["BOS", "JFK", "LHR"], names={"LHR": "London Heathrow"},
    ...                country={"BOS": "US", "JFK": "US", "LHR": "GB"})
    >>> len(ports), ports.index("JFK"), ports.resolve("london heathrow")
    (3, 1, 2)
    >>> ports.tables["country"]
    (('GB', 'US'), (1, 1, 0))
    >>> ports.resolve("Heathrow London")
    Traceback (most recent call last):
    interpol_bcn.errors.LabelError: 'Heathrow London': unknown label
    """

    __slots__ = ("_digest", "_members", "_since", "_table_names", "_tables", "_until")

    def __init__(
        self,
        labels: Iterable[str],
        names: Mapping[str, Names] | None = None,
        aliases: Mapping[str, str | tuple[str, ...]] | None = None,
        *,
        members: Iterable[str] | None = None,
        since: Mapping[str, Day] | None = None,
        until: Mapping[str, Day] | None = None,
        refused: Mapping[str, str] | None = None,
        **tables: Mapping[str, Value] | Sequence[Value],
    ) -> None:
        if isinstance(labels, str):
            raise InputError("labels must be a list of texts, not one text", value=labels)
        # Subclasses of str (numpy's) become plain, so that a domain travels without them.
        self.labels = tuple(str(label) if isinstance(label, str) else label for label in labels)
        self._codes = numbered(self.labels)
        self._names = {
            self._own(label): name if isinstance(name, str) else dict(name)
            for label, name in (names or {}).items()
        }
        self._members = None if members is None else frozenset(map(self._own, members))
        self._since = {self._own(label): first_day(day) for label, day in (since or {}).items()}
        self._until = {self._own(label): first_day(day) for label, day in (until or {}).items()}
        self._refused = dict(refused or {})
        self._aliases = {}
        for text, target in (aliases or {}).items():
            self._aliases[text] = target if isinstance(target, tuple) else self._own(target)
        self._table_names: dict[str, dict[str, dict[str, str]]] = {}
        self._tables: dict[str, Table] = {
            name: self._table(name, values, None) for name, values in tables.items()
        }
        self._clear()

    def _clear(self) -> None:
        self._ladder = Ladder(self._claims)
        self._digest = ""

    # What it holds

    def __len__(self) -> int:
        return len(self.labels)

    def __iter__(self) -> Iterator[str]:
        return iter(self.labels)

    def __contains__(self, label: object) -> bool:
        return label in self._codes

    def __getitem__(self, code: int) -> str:
        return self.labels[code]

    def __repr__(self) -> str:
        shown = ", ".join(self.labels[:4]) + (", ..." if len(self) > 4 else "")
        noun = "label" if len(self) == 1 else "labels"
        tables = f"; tables: {', '.join(self._tables)}" if self._tables else ""
        return f"Domain of {len(self):,} {noun}: {shown}{tables}"

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>"

    # Tables

    @property
    def tables(self) -> Mapping[str, tuple[tuple[str, ...], tuple[int, ...]]]:
        """Every table as now valid: its labels, and one code per label, -1 for not stated."""
        return MappingProxyType({name: self.table(name) for name in self._tables})

    def table(self, name: str, asof: Day | None = None) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """Return a table's labels and one code per label, as valid on a day.

        ``asof`` is a date, a month or a year (then its last day); without it, the latest.
        The labels do not depend on the day; -1 means not stated.

        >>> moved = [(None, "East"), ("2006-09", "West")]
        >>> dated = Domain(["A", "B"], bloc={"A": "East", "B": moved})
        >>> dated.table("bloc", "2006-08"), dated.table("bloc")
        ((('East', 'West'), (0, 0)), (('East', 'West'), (0, 1)))
        """
        if name not in self._tables:
            near = suggest(name, self._tables) or list(self._tables)
            known = f"; there are: {', '.join(near)}" if near else ""
            raise QueryError(f"no table {name!r} over these labels{known}")
        labels, rows = self._tables[name]
        day = FOREVER if asof is None else last_day(asof)
        return labels, tuple(value_on(spans, day) for spans in rows)

    def changes(self, name: str) -> tuple[str, ...]:
        """Return the days on which a table changes, in order; empty for one that never does.

        >>> Domain(["A"], bloc={"A": [(None, "East"), ("2006-09", "West")]}).changes("bloc")
        ('2006-09-01',)
        """
        self.table(name)
        return tuple(
            sorted({start for spans in self._tables[name][1] for start, _ in spans if start})
        )

    def spans(self, name: str) -> tuple[Spans, ...]:
        """Return a table's rows over time: per label, ``(from day, code)`` in order of days."""
        self.table(name)
        return tuple(self._tables[name][1])

    def value_name(self, table: str, value: str, language: str = "en") -> str:
        """Return what a table's value is called; itself where it has no name."""
        self.table(table)
        return self._table_names.get(table, {}).get(value, {}).get(language, value)

    def with_table(
        self,
        name: str,
        values: Mapping[str, Value] | Sequence[Value],
        *,
        order: Iterable[str] | None = None,
        names: Mapping[str, Mapping[str, str]] | None = None,
    ) -> Domain:
        """Return this domain with a table added or replaced.

        ``order`` fixes the order of the table's labels (sorted, by default), and may list
        values that no label has.  ``names`` gives values names by language.

        >>> sized = Domain(["a", "b"]).with_table("size", ["big", None], order=["small", "big"])
        >>> sized.tables["size"]
        (('small', 'big'), (1, -1))
        """
        other = self._copy()
        other._tables[name] = self._table(name, values, order)
        other._table_names.pop(name, None)
        if names is not None:
            other._table_names[name] = {value: dict(named) for value, named in names.items()}
        return other

    def _table(
        self,
        name: str,
        values: Mapping[str, Value] | Sequence[Value],
        order: Iterable[str] | None,
    ) -> Table:
        return table_of(name, values, order, self._codes)

    # Members

    @property
    def member_mask(self) -> tuple[bool, ...]:
        """Which labels are members now: those that have no last day.

        >>> Domain(["A", "HQ"], members=["A"]).member_mask
        (True, False)
        """
        return tuple(self._is_member(label) and label not in self._until for label in self.labels)

    @property
    def since(self) -> tuple[str | None, ...]:
        """The first day of each label, where it is known."""
        return tuple(map(self._since.get, self.labels))

    @property
    def until(self) -> tuple[str | None, ...]:
        """The first day on which each label is no longer valid, where there is one."""
        return tuple(map(self._until.get, self.labels))

    @property
    def membership(self) -> tuple[tuple[str, str, str], ...]:
        """Every label that ever was a member, from which day and before which day.

        >>> Domain(["A", "HQ"], members=["A"], since={"A": "1956-06"}).membership
        (('A', '1956-06-01', '9999-12-31'),)
        """
        return tuple(
            (label, self._since.get(label, ""), self._until.get(label, FOREVER))
            for label in self.labels
            if self._is_member(label)
        )

    def members_in(self, first: Day, last: Day | None = None) -> tuple[int, ...]:
        """Return the codes of who was a member on any day from ``first`` to ``last``.

        Both ends are included; with one argument, on any day that it covers.

        >>> club = Domain(["A", "B"], since={"B": "2011-10"})
        >>> club.members_in("2010"), club.members_in("2011")
        ((0,), (0, 1))
        """
        start, stop = first_day(first), last_day(first if last is None else last)
        return tuple(
            code
            for label, code in self._codes.items()
            if self._is_member(label)
            and self._since.get(label, "") <= stop
            and self._until.get(label, FOREVER) > start
        )

    def _is_member(self, label: str) -> bool:
        return self._members is None or label in self._members

    # Others like it

    def with_aliases(self, aliases: Mapping[str, str]) -> Domain:
        """Return this domain with further texts for its labels; they outrank its own.

        >>> Domain(["FRA"]).with_aliases({"IP PARIS": "FRA"}).resolve("ip paris")
        0
        """
        new: dict[str, str | tuple[str, ...]] = {}
        for text, target in aliases.items():
            code = self.resolve(target)
            if self._codes.get(text, code) != code:
                raise InputError("an alias may not be another label", column="aliases", value=text)
            new[text] = self.labels[code]
        taken = {cased(text) for text in new} | {fold(text) for text in new}
        other = self._copy()
        kept = {
            t: v for t, v in self._aliases.items() if cased(t) not in taken and fold(t) not in taken
        }
        other._aliases = {**new, **kept}
        return other

    def extended(self, labels: Iterable[str]) -> Domain:
        """Return this domain with labels added at the end, "not stated" in every table.

        Codes stay as they are.  Where only some labels are members, the new ones are not.

        >>> Domain(["a"], size=["big"]).extended(["b"]).tables["size"]
        (('big',), (0, -1))
        """
        other = self._copy()
        other.labels = (*self.labels, *labels)
        other._codes = numbered(other.labels)
        more = len(other.labels) - len(self.labels)
        never: Spans = (("", -1),)
        other._tables = {
            name: (values, (*rows, *[never] * more))
            for name, (values, rows) in self._tables.items()
        }
        return other

    def extends(self, other: Domain) -> bool:
        """Say whether this domain begins with all labels of another, in their order.

        >>> Domain(["a", "b"]).extends(Domain(["a"])), Domain(["b", "a"]).extends(Domain(["a"]))
        (True, False)
        """
        return self.labels[: len(other)] == other.labels

    def _copy(self) -> Domain:
        other = Domain.__new__(Domain)
        other._restore(self._state())
        other._tables = dict(self._tables)
        other._table_names = dict(self._table_names)
        return other

    # Identity

    def _state(self) -> tuple[Any, ...]:
        return (
            self.labels, self._names, self._aliases, self._refused, self._tables,
            self._table_names, self._members, self._since, self._until,
        )  # fmt: skip

    def _restore(self, state: tuple[Any, ...]) -> None:
        (
            self.labels, self._names, self._aliases, self._refused, self._tables,
            self._table_names, self._members, self._since, self._until,
        ) = state  # fmt: skip
        self._codes = numbered(self.labels)
        self._clear()

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self._state(),)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Domain):
            return NotImplemented
        return self is other or self._state() == other._state()

    def __hash__(self) -> int:
        return hash(self.labels)

    @property
    def digest(self) -> str:
        """The SHA-256 of all content in hexadecimal: the same on every machine."""
        if not self._digest:
            import hashlib
            import json

            state = [
                sorted(part) if isinstance(part, frozenset) else part for part in self._state()
            ]
            text = json.dumps(state, sort_keys=True, separators=(",", ":"))
            self._digest = hashlib.sha256(text.encode()).hexdigest()
        return self._digest


def _restored(state: tuple[Any, ...]) -> Domain:
    domain = Domain.__new__(Domain)
    domain._restore(state)
    return domain
