"""What a log keeps beside its rows: tables of labels, tables that answer, and itself in a file.

``Keeping`` is what ``Log`` inherits it from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import os

    from ._rollup import Rollup
    from .logs import Log
    from .table import Table

__all__ = ["Keeping", "rollup_of"]

Self = TypeVar("Self", bound="Keeping")
_ROWS = 1 << 17  # as in Limits, which need not be imported for smaller logs


class Keeping:
    """The tables of a log; see ``Log``."""

    _rollup: Rollup | None

    @property
    def rollup(self) -> Table:
        """The tables that answer questions instead of the rows, the largest first.

        A log of 131,072 rows or more keeps, where reading ends, the counts by month, bureaus
        and columns of few labels, as far as they are at most 8 million cells and one for two
        rows; it makes small tables over the columns of questions as they come, and keeps
        answers (together 64 MiB).  What such a table can tell is the same figure as that of
        the rows, for the cost of its cells: groupings of labels and months, filters on labels,
        ranges of time along months, days or hours.  Columns: ``table of cells bytes
        milliseconds`` (to make it) ``asked`` (questions it answered).

        >>> import interpol_bcn as bcn
        >>> log = bcn.simulate_messages(200_000, seed=0)
        >>> before = log.count("sender.region")
        >>> log.rollup.select(["table", "cells"])[0]
        {'table': 'month × kind × priority × sender', 'cells': 63648}
        >>> before == log.with_rollup(False).count("sender.region")
        True
        """
        from .table import Table

        if self._rollup is None:
            return Table({"table": [], "of": [], "cells": [], "bytes": []})
        return self._rollup.shown(self)  # type: ignore[arg-type]

    def with_table(
        self: Self,
        name: str,
        values: Mapping[str, Any] | str | os.PathLike[str] | Table,
        *,
        column: str,
        order: Sequence[str] | None = None,
        names: Mapping[str, Mapping[str, str]] | None = None,
        unknown: str = "raise",
    ) -> Self:
        """Return this log with a table over the labels of a column: the axis ``column.name``.

        ``values`` maps each label, under any of its names, to a text, None (not stated) or
        ``(from, value)`` pairs; or is a CSV or Table with the columns ``label value`` and,
        where values are of a time, ``from`` (the first day) and ``to`` (the first day no
        longer), empty for always.  Labels without a value are "not stated".  Columns that
        share one closed world (senders and receivers) get the table together.  ``order``
        and ``names`` are as in ``Domain.with_table``.

        Raise InputError, with the nearest labels and the line, for a label that is not one
        of the column (``unknown="ignore"`` passes over it) and for two values on one day,
        QueryError for a column without labels.  Rows are shared, not copied: O(labels).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "kind": ["request", "alert"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log = log.with_table("purpose", {"request": "cooperation"}, column="kind")
        >>> log.count("kind.purpose").to_dicts()
        [{'kind.purpose': 'cooperation', 'messages': 1}, {'kind.purpose': 'not stated', \
'messages': 1}]
        """
        from ._purpose import log_with_table

        made: Self = log_with_table(self, name, values, column, order, names, unknown)
        return made

    def with_rollup(self: Self, on: bool = True) -> Self:
        """Return this log with tables made anew, or without: then every question sees the rows.

        Figures are the same either way.  Rows are shared.  At reading ``rollup=False`` says
        the same.  Costs one pass with them, nothing without.

        >>> import interpol_bcn as bcn
        >>> len(bcn.simulate_messages(200_000, seed=0).with_rollup(False).rollup)
        0
        """
        made = type(self)(self)  # type: ignore[call-arg]
        made.__dict__.update(self.__dict__)
        made._rollup = rollup_of(made) if on else None
        return made

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write this log as a Parquet file that gives the same log when it is read again.

        ``read_messages(path)`` (or the reader of its kind) gives equal rows, domains with
        their tables, period, unit, account of rows seen and refused, and the word that data are
        synthetic; options that would say otherwise are refused.  Other libraries read the
        rows.  Persons of delegates leave as numbers, unless hashed with a key.  The file is
        replaced whole or not at all.  Needs the extra ``parquet``; raise MissingExtra, OSError,
        InputError.  Costs one pass.

        >>> import pathlib, tempfile
        >>> import interpol_bcn as bcn
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "year.parquet"
        >>> bcn.simulate_messages(1000, seed=0).save(path)
        >>> bcn.read_messages(path).synthetic
        'synthetic data, seed 0'
        """
        from ._saving import save

        save(self, path)  # type: ignore[arg-type]

    def _more_facts(self) -> Mapping[str, Any]:
        """What a kind of log says of itself beyond what all do."""
        return {}

    def _other_rows(self) -> Mapping[str, Sequence[Any]]:
        """Columns that are not saved as they are."""
        return {}

    def _widened(self: Any, period: tuple[int, int]) -> None:
        """Take over a period that the rows do not say; what was asked means something else now."""
        self.period = period
        self._plans.clear()
        if self._rollup is not None:
            self._rollup.forget()
        self.facts = self.facts._replace(coverage=self._coverage())


def rollup_of(log: Any) -> Rollup | None:
    """Return the tables of a log; None of one so small that its rows are as good."""
    if len(log) < _ROWS:
        return None
    from ._rollup import Rollup

    one: Log = log
    return Rollup(one)
