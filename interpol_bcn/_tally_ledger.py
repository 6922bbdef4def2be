"""The ledger of a tally: which parts are in it, and what became of every row.

Everything here adds up in any order.  What is bounded is bounded by what there is, not by what
came first: of the values that were refused, those kept are the first in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from .account import REASONS, Account, Refusal, Rejected
from .errors import InputError

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["EMPTY", "Ledger", "Part", "merged", "of_log"]

VALUES = 1_000  # refused values told apart, of each reason and column
ROWS = 10_000  # refused rows kept whole
FEW = 10_000  # rows that are looked at one by one

ID = "message_id"  # the one column that says what is the same record

Key = TypeVar("Key")
Cause = tuple[str, str]  # column, reason


class Part(NamedTuple):
    """What one named part brought: the digest of its content, and its rows."""

    digest: str
    seen: int
    accepted: int
    rejected: int
    duplicates: int


class Ledger(NamedTuple):
    """What is in a tally; immutable.

    ``loose`` are the rows (seen, accepted, rejected, duplicates) that came in no part;
    ``causes`` counts refused rows by column and reason, ``values`` them by value, of the
    first 1,000 values in order; ``rows`` are the first 10,000 in the order of part and row.
    ``spans`` are the whole UTC days of each column of times, ``met`` the bureaus of each
    column of bureaus, ``columns`` what was there, ``synthetic`` how records were made up.
    Where ids are carried, ``alone`` are (records, rows that agree with them) as each part had
    them by itself, each loose row one of its own, added up; ``held`` the same of all together.
    """

    parts: Mapping[str, Part] = {}
    loose: tuple[int, int, int, int] = (0, 0, 0, 0)
    causes: Mapping[Cause, int] = {}
    values: Mapping[Cause, Mapping[str, int]] = {}
    rows: tuple[Refusal, ...] = ()
    spans: Mapping[str, tuple[int, int]] = {}
    met: Mapping[str, frozenset[str]] = {}
    columns: frozenset[str] = frozenset()
    synthetic: frozenset[str] = frozenset()
    alone: tuple[int, int] = (0, 0)
    held: tuple[int, int] = (0, 0)

    def totals(self) -> tuple[int, int, int, int]:
        """Rows seen, accepted, rejected and duplicate, of all parts and of none."""
        rows = [self.loose, *(part[1:] for part in self.parts.values())]
        seen, accepted, rejected, duplicates = map(sum, zip(*rows, strict=True))
        records, same = (there - here for there, here in zip(self.alone, self.held, strict=True))
        # A record found again elsewhere is a duplicate; what no longer agrees, a conflict.
        return seen, accepted - records, rejected + same, duplicates + records - same

    def account(self) -> Account:
        """The account of all rows."""
        seen, accepted, rejected, duplicates = self.totals()
        lines = []
        for cause, rows in sorted(self.causes.items()):
            kept = self.values.get(cause, {})
            lines += [(*cause, value, count) for value, count in sorted(kept.items())]
            if rows > sum(kept.values()):
                lines.append((*cause, "", rows - sum(kept.values())))
        conflicts = rejected - sum(self.causes.values())
        if conflicts:
            lines.append((ID, REASONS[-1], "", conflicts))
        return Account(
            seen, accepted, duplicates, Rejected(rejected, self.rows, lines),
            tuple(sorted(self.parts)),
        ).check()  # fmt: skip

    def named(self, name: str, digest: str) -> Ledger:
        """This ledger of rows in no part, as that of one part."""
        rows = tuple(sorted((row._replace(source=name) for row in self.rows), key=_order))
        part = Part(digest, *self.totals())
        return self._replace(
            parts={name: part}, loose=(0, 0, 0, 0), rows=rows[:ROWS], alone=self.held
        )

    def unnamed(self) -> Ledger:
        """This ledger without refused rows: where nothing has a name, a row has no place."""
        return self._replace(rows=())


EMPTY = Ledger()


def _order(row: Refusal) -> tuple[str, int, int, str, str, str]:
    return (row.source, row.row, row.line or 0, row.column or "", row.reason, row.value or "")


def _added(one: Mapping[Key, int], other: Mapping[Key, int]) -> dict[Key, int]:
    total = dict(one)
    for key, value in other.items():
        total[key] = total.get(key, 0) + value
    return total


def _bounded(values: Mapping[str, int]) -> dict[str, int]:
    if len(values) <= VALUES:
        return dict(values)
    return {value: values[value] for value in sorted(values)[:VALUES]}


def merged(one: Ledger, other: Ledger) -> Ledger:
    """Return the ledger of both; no part may be in both.  What ``held`` is, the ids say.

    >>> a = EMPTY._replace(parts={"a": Part("00", 2, 1, 1, 0)})
    >>> b = EMPTY._replace(parts={"b": Part("01", 3, 3, 0, 0)}, loose=(1, 1, 0, 0))
    >>> merged(a, b) == merged(b, a), merged(a, b).totals(), merged(a, EMPTY) == a
    (True, (6, 5, 1, 0), True)
    """
    values = {
        cause: _bounded(_added(one.values.get(cause, {}), other.values.get(cause, {})))
        for cause in {**one.values, **other.values}
    }
    rows = one.rows or other.rows
    if one.rows and other.rows:
        rows = tuple(sorted((*one.rows, *other.rows), key=_order)[:ROWS])
    spans = dict(one.spans)
    for name, (start, stop) in other.spans.items():
        mine = spans.get(name, (start, stop))
        spans[name] = (min(mine[0], start), max(mine[1], stop))
    loose = tuple(a + b for a, b in zip(one.loose, other.loose, strict=True))
    none: frozenset[str] = frozenset()
    return Ledger(
        {**one.parts, **other.parts},
        loose,  # type: ignore[arg-type]
        _added(one.causes, other.causes),
        values,
        rows,
        spans,
        {
            name: one.met.get(name, none) | other.met.get(name, none)
            for name in {**one.met, **other.met}
        },
        one.columns | other.columns,
        one.synthetic | other.synthetic,
        (one.alone[0] + other.alone[0], one.alone[1] + other.alone[1]),
    )


def refused(accounts: Iterable[tuple[str, str, str, int]], rows: Iterable[Refusal]) -> Ledger:
    """Return a ledger of refused rows alone: their counts by cause and value."""
    causes: dict[Cause, int] = {}
    values: dict[Cause, dict[str, int]] = {}
    for column, reason, value, count in accounts:
        cause = column, reason
        causes[cause] = causes.get(cause, 0) + count
        if value:
            kept = values.setdefault(cause, {})
            kept[value] = kept.get(value, 0) + count
    return EMPTY._replace(
        causes=causes,
        values={cause: _bounded(kept) for cause, kept in values.items()},
        rows=tuple(sorted(rows, key=_order))[:ROWS],
    )


def of_log(log: Log, times: Iterable[str]) -> Ledger:
    """Return the ledger of a log's rows, in no part; ``times`` are the columns whose days count."""
    account = log.account
    rejected = account.rejected
    spans = {}
    for name in times:
        start, stop = _days(log, name)
        if start < stop:
            spans[name] = (start, stop)
    met = {}
    for field in log.schema.fields:
        if field.bureau and field.name in log.columns and len(log):
            labels = log.domains[field.name].labels
            codes = _codes(log, field.name)
            met[field.name] = frozenset(labels[code] for code in codes if code < len(labels))
    ledger = refused(rejected._accounts, rejected._rows)
    return ledger._replace(
        loose=(account.seen, account.accepted, rejected.count, account.duplicates),
        spans=spans,
        met=met,
        columns=frozenset(log.columns),
        synthetic=frozenset([log.synthetic] if log.synthetic else ()),
    )


def _codes(log: Log, name: str) -> Iterable[int]:
    """The codes that rows have: of few rows, from the rows themselves."""
    if len(log) <= FEW:
        return set(memoryview(log._infos[name]["values"]).tolist())
    counts = log._ask((name,), None, "UTC", None, None, rows=True)
    cells = memoryview(counts.dense()).tolist()
    return [code for code, count in enumerate(cells) if count]


def _days(log: Log, name: str) -> tuple[int, int]:
    """The whole UTC days of a column's times, whatever period was given."""
    from .logs import _whole_days

    return _whole_days(log._infos.get(name), len(log))


def check_overlap(mine: Mapping[str, Part], theirs: Mapping[str, Part]) -> set[str]:
    """Return the names of the parts in both; raise InputError for one name of two contents."""
    both = set(mine) & set(theirs)
    for name in sorted(both):
        if mine[name].digest != theirs[name].digest:
            raise InputError(
                f"another part is called {name!r}",
                hint="Its content differs. Name parts apart with part=, or begin anew",
            )
    return both


def by_content(parts: Mapping[str, Part]) -> dict[tuple[str, str], str]:
    """Return the names of parts by the last step of the name and the content.

    How much of its path tells a file apart depends on the files that are given with it; what
    a file is called there and what is in it do not.
    """
    return {(name.rpartition("/")[2], part.digest): name for name, part in parts.items()}


def check_names(mine: Mapping[str, Part], theirs: Mapping[str, Part]) -> None:
    """Raise InputError for a file that is in both under a longer and a shorter path."""
    ours, others = by_content(mine), by_content(theirs)
    for key in sorted(set(ours) & set(others)):
        one, other = ours[key], others[key]
        if one.endswith(f"/{other}") or other.endswith(f"/{one}"):
            raise InputError(
                f"part {one!r} is called {other!r} there, with the same content",
                hint="Both would count. Name parts alike with part=, or begin anew",
            )
