"""The sections of the records beside messages: searches, conferences, operations, notices.

Each is the tables of its log, as the log makes them, coverage and all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .._said import isolated, log_words, said
from .findings import Findings
from .markup import safe

if TYPE_CHECKING:
    from ..logs import Log
    from ..table import Table

__all__ = ["check_others", "of_records"]


def _searches(log: Any, n: int) -> list[Table]:
    made = [log.count("month").to_table()]
    if "hits" in log.columns:
        made.append(log.hit_rate("database"))
    return [*made, log.participation("database"), log.count("bureau").top(n)]


def _delegates(log: Any, n: int) -> list[Table]:
    return [log.editions(), log.participation(), log.biggest(n)]


def _operations(log: Any, n: int) -> list[Table]:
    return [log.results(), log.countries()]


def _notices(log: Any, n: int) -> list[Table]:
    return [log.opened("colour").top(n), log.valid(every="year"), log.opened("requester").top(n)]


#: record -> what makes its tables; the order is that of the page
_TABLES: dict[str, Callable[[Any, int], list[Table]]] = {
    "searches": _searches,
    "notices": _notices,
    "operations": _operations,
    "delegates": _delegates,
}


def check_others(others: Sequence[Log]) -> dict[str, Log]:
    """Return the logs by their record; raise QueryError for one that has no section."""
    from ..errors import QueryError

    held: dict[str, Log] = {}
    for log in others:
        record = getattr(getattr(log, "schema", None), "subject", type(log).__name__)
        if record not in _TABLES:
            raise QueryError(
                f"a report takes messages first, then {', '.join(_TABLES)}; not {record}"
            )
        if record in held:
            raise QueryError(f"a report takes one log of {record}")
        held[record] = log
    return held


def of_records(found: Findings, record: str, log: Log) -> str:
    """Return the section of one log: what it holds, then its tables."""
    made = f'<p class="soft">{isolated(log_words(log), found.language)}</p>\n'
    for one in _TABLES[record](log, found.n):
        if len(one):
            shown = one.in_language(found.language, "name").to_html()
            name = safe(said(one.title or record, found.language))
            made += f'<div class="scroll" tabindex="0" role="group" aria-label="{name}">'
            made += f"{shown}</div>\n"
    return made
