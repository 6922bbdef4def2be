"""The account of a reading: what was seen, accepted, refused and there twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from .errors import QueryError, suggest

if TYPE_CHECKING:
    from .table import Table

__all__ = ["Account", "Rejected"]

# In the order of the core's list of reasons (base/reason.h); a test compares them.
REASONS = (
    "",
    "wrong number of fields",
    "quote out of place",
    "not valid UTF-8",
    "missing",
    "unknown label",
    "ambiguous label",
    "not a member",
    "not a time",
    "time without a zone",
    "local time that happened twice",
    "local time that never happened",
    "time outside the years 1 to 9999",
    "not a whole number",
    "number out of range",
    "outside the period",
    "contradicts another column",
    "same id, sender and receiver, other values",
)


class Refusal(NamedTuple):
    """One refused row: where it stood, what was wrong with it."""

    source: str
    row: int
    line: int | None
    column: str | None
    reason: str
    value: str | None


class Rejected:
    """The rows that were refused: how many, why, and the first 10,000 of them.

    ``count`` is their number, ``rows`` a Table of the first ones in the order of source
    and row, ``by("reason", "column", "value")`` counts them by any of these.
    """

    def __init__(
        self, count: int, rows: Sequence[Refusal], accounts: Sequence[tuple[str, str, str, int]]
    ) -> None:
        self.count = count
        self._rows = tuple(rows)
        self._accounts = tuple(accounts)

    def __len__(self) -> int:
        return self.count

    def __bool__(self) -> bool:
        return self.count > 0

    def __repr__(self) -> str:
        if not self.count:
            return "no rows refused"
        reasons = ", ".join(f"{row['rows']:,} {row['reason']}" for row in self.by("reason").head(5))
        return f"{self.count:,} rows refused: {reasons}"

    def _repr_html_(self) -> str:
        return self.by("reason", "column", "value")._repr_html_() if self.count else repr(self)

    @property
    def rows(self) -> Table:
        """The first refused rows: source, row, line, column, reason, value."""
        names = ("source", "row", "line", "column", "reason", "value")
        columns = {name: [getattr(row, name) for row in self._rows] for name in names}
        note = None if self.count == len(self._rows) else f"the first of {self.count:,}"
        return _table(columns, note)

    def by(self, *keys: str) -> Table:
        """Count refused rows by reason, column or value (or several), the most first.

        Values are told apart up to 100,000 different ones; further ones count as "".
        """
        places = {"column": 0, "reason": 1, "value": 2}
        for key in keys:
            if key not in places:
                near = suggest(str(key), places) or list(places)
                raise QueryError(f"rejected.by({key!r}): ask for {', '.join(map(repr, near))}")
        counts: dict[tuple[str, ...], int] = {}
        for account in self._accounts:
            group = tuple(str(account[places[key]]) for key in keys)
            counts[group] = counts.get(group, 0) + account[3]
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        columns: dict[str, list[Any]] = {
            key: [group[at] for group, _ in ordered] for at, key in enumerate(keys)
        }
        columns["rows"] = [number for _, number in ordered]
        return _table(columns, None)


def _table(columns: dict[str, list[Any]], note: str | None) -> Table:
    from ._columns import Column
    from .table import Table

    made = [Column(name, data, _KINDS[name]) for name, data in columns.items()]
    return Table.from_columns(made, title="Refused rows", note=note)


_KINDS = {
    "source": "text", "column": "text", "reason": "text", "value": "text",
    "row": "integer", "line": "integer", "rows": "integer",
}  # fmt: skip


class Account(NamedTuple):
    """Rows handed in, and what became of them: seen = accepted + rejected + duplicates."""

    seen: int
    accepted: int
    duplicates: int
    rejected: Rejected
    sources: tuple[str, ...] = ()
    checked: tuple[str, ...] = ()  # the columns that were read, and so checked

    def check(self) -> Account:
        """Return this account; raise AssertionError where it does not close."""
        if self.seen != self.accepted + self.rejected.count + self.duplicates:
            raise AssertionError(
                f"the account does not close: {self.seen} seen, {self.accepted} accepted, "
                f"{self.rejected.count} rejected, {self.duplicates} duplicates"
            )
        return self

    def __str__(self) -> str:
        words = f"{self.seen:,} rows seen, {self.accepted:,} accepted"
        if self.rejected.count:
            words += f", {self.rejected.count:,} rejected"
        if self.duplicates:
            words += f", {self.duplicates:,} duplicate" + ("s" if self.duplicates > 1 else "")
        return words
