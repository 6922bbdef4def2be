"""The closed world: an ordered set of labels, what they are called, and their tables.

A label's place in its domain is its code, and every derived grouping is a table over
codes.  How texts are compared with labels and names is said in ``_matching``: whole texts
only, ever more loosely, and a text that fits two labels is refused with both.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from ._days import Day, first_day, last_day
from ._matching import AMBIGUOUS, UNKNOWN, Claim, Ladder, cased, fold
from .errors import InputError, LabelError, QueryError, suggest

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

NOT_MEMBER = -3
UNKNOWN_LABEL, AMBIGUOUS_LABEL = "unknown label", "ambiguous label"
NOT_A_MEMBER = "not a member"
MOST = 65_535

Names: TypeAlias = "str | Mapping[str, str]"
Value: TypeAlias = "str | Sequence[tuple[Day | None, str | None]] | None"
Spans: TypeAlias = "tuple[tuple[str, int], ...]"
Table: TypeAlias = "tuple[tuple[str, ...], tuple[Spans, ...]]"


class Domain:
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

    __slots__ = (
        "_aliases", "_codes", "_digest", "_ladder", "_members", "_names", "_refused", "_since",
        "_table_names", "_tables", "_until", "labels",
    )  # fmt: skip
    labels: tuple[str, ...]

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
        self._codes = _numbered(self.labels)
        self._names = {
            self._own(label): name if isinstance(name, str) else dict(name)
            for label, name in (names or {}).items()
        }
        self._members = None if members is None else frozenset(map(self._own, members))
        self._since = {self._own(label): first_day(day) for label, day in (since or {}).items()}
        self._until = {self._own(label): first_day(day) for label, day in (until or {}).items()}
        self._refused = dict(refused or {})
        self._aliases: dict[str, str | tuple[str, ...]] = {}
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

    def _own(self, label: str) -> str:
        if label not in self._codes:
            self.index(label)
        return label

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

    def index(self, label: str) -> int:
        """Return the code of a label written exactly; raise LabelError otherwise.

        >>> Domain(["request", "reply"]).index("reply")
        1
        """
        code = self._codes.get(label) if isinstance(label, str) else None
        if code is None:
            choices = suggest(label, self.labels) if isinstance(label, str) else []
            raise LabelError(label, UNKNOWN_LABEL, choices=choices)
        return code

    # From text to code

    def lookup(self, text: str) -> int:
        """Return the code of a text, or -1 unknown, -2 ambiguous, -3 not a member.

        Builds no suggestions, so it is the one to use in bulk; still, ask once per
        distinct text.

        >>> Domain(["France", "Côte d'Ivoire"]).lookup("COTE D'IVOIRE")
        1
        """
        return self._find(text)[0]

    def resolve(self, text: str) -> int:
        """Return the code of a text; raise LabelError with reason and choices.

        >>> Domain(["France", "Finland"]).resolve("Frnace")
        Traceback (most recent call last):
        interpol_bcn.errors.LabelError: 'Frnace': unknown label; did you mean 'France'?
        """
        code, rivals = self._find(text)
        if code >= 0:
            return code
        if code == AMBIGUOUS:
            raise LabelError(text, AMBIGUOUS_LABEL, choices=rivals)
        if code == NOT_MEMBER:
            raise LabelError(text, NOT_A_MEMBER, hint=rivals[0] if rivals else "")
        raise LabelError(text, UNKNOWN_LABEL, choices=self.suggestions(text))

    def suggestions(self, text: str, n: int = 3) -> list[str]:
        """Return up to ``n`` texts like this one, each of another label, the nearest first.

        >>> Domain(["France", "Finland"]).suggestions("Frnace")
        ['France']
        """
        if not isinstance(text, str):
            return []
        pool = {other: code for other, code in self._names_and_codes() if len(other) > 2}
        chosen: dict[int, str] = {}
        for other in suggest(text, pool, 4 * n):
            chosen.setdefault(pool[other], other)
        return list(chosen.values())[:n]

    def exact_labels(self) -> list[tuple[str, int]]:
        """Return every text that resolves as it stands, with its code."""
        return [(text, code) for text, code in self._ladder.exact.codes.items() if code >= 0]

    def _names_and_codes(self) -> Iterator[tuple[str, int]]:
        for label, code in self._codes.items():
            name = self._names.get(label)
            for text in [name] if isinstance(name, str) else (name or {}).values():
                yield text, code
            yield label, code
        for text, target in self._aliases.items():
            if isinstance(target, str) and len(text) > 3:
                yield text, self._codes[target]

    def _claims(self) -> Iterator[Claim]:
        for label, code in self._codes.items():
            yield 0, label, code, (self.name(label),)
        for text, target in self._aliases.items():
            if isinstance(target, tuple):
                yield 1, text, AMBIGUOUS, target
            else:
                yield 1, text, self._codes[target], (self.name(target),)
        for label, name in self._names.items():
            for text in [name] if isinstance(name, str) else name.values():
                yield 2, text, self._codes[label], (self.name(label),)
        for text, hint in self._refused.items():
            yield 3, text, NOT_MEMBER, (hint,) if hint else ()

    def _find(self, text: str) -> tuple[int, tuple[str, ...]]:
        return self._ladder.find(text) if isinstance(text, str) else (UNKNOWN, ())

    # From code to words

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which labels have names."""
        found: dict[str, None] = {}
        for name in self._names.values():
            if not isinstance(name, str):
                found.update(dict.fromkeys(name))
        return tuple(found)

    def name(self, label: str, language: str = "en") -> str:
        """Return what a label is called; its English name, or itself, where it has none.

        Raise LabelError for a label written otherwise, QueryError for a language in which
        nothing here has a name.

        >>> kinds = Domain(["reply", "request"], names={"reply": {"en": "Reply", "fr": "Réponse"}})
        >>> kinds.name("reply", "fr"), kinds.name("request", "fr")
        ('Réponse', 'request')
        """
        name = self._names.get(self._own(label), label)
        if isinstance(name, str):
            return name
        if language not in name:
            self._check_language(language)
        return name.get(language) or name.get("en") or label

    def names_in(self, language: str = "en") -> list[str]:
        """Return the name of every label, in the order of codes."""
        return [self.name(label, language) for label in self.labels]

    def _check_language(self, language: str) -> None:
        known = self.languages
        if known and language != "en" and language not in known:
            raise QueryError(f"no names in {language!r}; there are: {', '.join(known)}")

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
        day = "9999-12-31" if asof is None else last_day(asof)
        codes = []
        for spans in rows:
            code = -1
            for start, value in spans:
                if start <= day:
                    code = value
            codes.append(code)
        return labels, tuple(codes)

    def changes(self, name: str) -> tuple[str, ...]:
        """Return the days on which a table changes, in order; empty for one that never does.

        >>> Domain(["A"], bloc={"A": [(None, "East"), ("2006-09", "West")]}).changes("bloc")
        ('2006-09-01',)
        """
        self.table(name)
        return tuple(
            sorted({start for spans in self._tables[name][1] for start, _ in spans if start})
        )

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
        if isinstance(values, Mapping):
            for label in values:
                if label not in self._codes:
                    choices = suggest(str(label), self.labels)
                    raise InputError(UNKNOWN_LABEL, column=name, value=str(label), choices=choices)
            missing = [label for label in self.labels if label not in values]
            if missing:
                raise InputError(_lacking(missing, len(self)), column=name)
            given = [values[label] for label in self.labels]
        else:
            if isinstance(values, str) or len(values) != len(self):
                raise InputError(
                    f"must give one value for each of {len(self):,} labels", column=name
                )
            given = list(values)
        dated = [_spans(name, value) for value in given]
        used = {value for spans in dated for _, value in spans if value is not None}
        labels = tuple(sorted(used)) if order is None else tuple(order)
        codes = _numbered(labels) if labels else {}
        for value in used:
            if value not in codes:
                raise InputError("not in the given order of values", column=name, value=value)
        rows = tuple(
            tuple((start, -1 if value is None else codes[value]) for start, value in spans)
            for spans in dated
        )
        return labels, rows

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
            and self._until.get(label, "9999-12-31") > start
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
        other._codes = _numbered(other.labels)
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
        self._codes = _numbered(self.labels)
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


def _numbered(labels: tuple[str, ...]) -> dict[str, int]:
    if not 1 <= len(labels) <= MOST:
        raise InputError(f"a domain has 1 to {MOST:,} labels, not {len(labels):,}")
    codes: dict[str, int] = {}
    for code, label in enumerate(labels):
        if not isinstance(label, str) or not label:
            raise InputError(
                "a label must be a text that is not empty", row=code + 1, value=repr(label)
            )
        if codes.setdefault(label, code) != code:
            raise InputError("a label may not be repeated", row=code + 1, value=label)
    return codes


def _lacking(missing: list[str], total: int) -> str:
    shown = ", ".join(missing[:10]) + (", ..." if len(missing) > 10 else "")
    return f"no value for {len(missing):,} of {total:,} labels: {shown}"


def _spans(name: str, value: Value) -> list[tuple[str, str | None]]:
    if value is None or isinstance(value, str):
        return [("", value)]
    try:
        pairs = [(start, cell) for start, cell in value]
    except (TypeError, ValueError):
        pairs = []
    good = pairs and all(cell is None or isinstance(cell, str) for _, cell in pairs)
    if not good:
        expected = "must be a text, None, or a list of (from, value)"
        raise InputError(expected, column=name, value=repr(value))
    spans = [("" if start is None else first_day(start), cell) for start, cell in pairs]
    spans.sort(key=lambda span: span[0])
    if len({start for start, _ in spans}) != len(spans):
        raise InputError("two values from the same day", column=name, value=repr(value))
    if spans[0][0]:
        spans.insert(0, ("", None))
    return spans
