"""The section on trends: growth from period to period, who moved, what is out of line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._i18n import heading
from .._rhythm import instant
from .._said import isolated
from ..errors import QueryError, TooLargeError
from .findings import Findings
from .markup import Cell, table
from .sections import Drawer, heads_of, paragraph

if TYPE_CHECKING:
    from ..table import Table

__all__ = ["trends"]

_DAYS_FOR_CHANGE = 14  # of a shorter period the halves say nothing
_LEAST = 0.0001  # chances below are said to be below


def trends(found: Findings, draw: Drawer) -> str:
    """Growth by quarter (by week or year for short and long periods), then what changed."""
    made = _growth(found)
    if found.listed:
        made += _moved(found) + _unusual(found)
    return made


def _unit(found: Findings) -> str:
    if found.scale == "month":
        return "quarter" if len(found.over_time[0]) <= 24 else "year"
    return "week" if found.scale == "day" else "year"


def _growth(found: Findings) -> str:
    unit = _unit(found)
    grown = found.count(unit).growth()
    if len(grown) < 2:
        return ""
    rows = [
        [
            Cell(str(row[unit])),
            Cell(found.integer(row["messages"]), number=True),
            Cell(_signed(found, row["change"]), number=True),
            Cell("" if row["growth"] is None else found.percent(row["growth"]), number=True),
            Cell(_remark(found, row["remark"])),
        ]
        for row in grown
    ]
    heads = [*heads_of(found, unit, "messages", "change", "growth"),
             Cell(heading("remark", found.language))]  # fmt: skip
    heads[0] = Cell(heading(unit, found.language))
    return paragraph(found.say("growth_words")) + table(found.say("growth"), heads, rows)


def _signed(found: Findings, change: int | None) -> str:
    if change is None:
        return ""
    return ("+" if change > 0 else "") + found.integer(change)


def _remark(found: Findings, remark: str) -> str:
    parts = [part for part in remark.split("; ") if part]
    return ", ".join(found.say(f"remark.{part.replace(' ', '_')}") for part in parts)


def _halves(found: Findings) -> tuple[tuple[Any, Any], tuple[Any, Any]] | None:
    """The last year and the one before, or the two halves of what is shorter."""
    if found.seconds < _DAYS_FOR_CHANGE * 86_400:
        return None
    axis = found.count(found.scale).axes[0].calendar
    starts = [] if axis is None else list(axis.starts or ())
    if len(starts) < 2:
        return None
    if found.scale == "year":
        first, middle = len(starts) - 2, len(starts) - 1
    elif found.scale == "month" and len(starts) >= 24:
        first, middle = len(starts) - 24, len(starts) - 12
    else:
        first, middle = 0, len(starts) // 2
    begin = max(starts[first], found.log.period[0])
    moments = [instant(at) for at in (begin, starts[middle], found.log.period[1])]
    return (moments[0], moments[1]), (moments[1], moments[2])


def _moved(found: Findings) -> str:
    """The bureaus whose share of all messages moved by more than chance."""
    halves = _halves(found)
    if halves is None:
        return ""
    try:
        moved = found.log.changes(
            "sender", before=halves[0], after=halves[1], relative=True, tz=found.tz
        )
    except (QueryError, TooLargeError, OverflowError):
        return ""
    caption = found.say("moved")
    made = paragraph(found.say("moved_words"))
    if not len(moved):
        return made + _told(found, moved, found.say("moved_none"))
    rows = [
        [
            _bureau(found, row["sender"]),
            Cell(found.say(f"finding.{row['finding']}")),
            *(Cell(found.integer(row[name]), number=True) for name in ("before", "after")),
            Cell(found.number(row["expected"], 0), number=True),
            Cell(_chance(found, row["adjusted"]), number=True),
        ]
        for row in moved.head(found.n)
    ]
    heads = [*heads_of(found, "sender"), Cell(heading("finding", found.language)),
             *heads_of(found, "before", "after", "expected", "adjusted")]  # fmt: skip
    return made + table(caption, heads, rows, wide=True) + _told(found, moved)


def _unusual(found: Findings) -> str:
    """The months (days of short periods) of bureaus that are out of line, silence included."""
    every = "day" if found.scale == "day" else "month"
    try:
        odd = found.log.anomalies("sender", every=every, tz=found.tz)
    except (QueryError, TooLargeError, OverflowError):
        return ""
    made = paragraph(found.say("unusual_words"))
    if not len(odd):
        return made + _told(found, odd, found.say("moved_none"))
    rows = [
        [
            _bureau(found, row["sender"]),
            Cell(found.month(row[every])),
            Cell(found.say(f"finding.{row['finding']}")),
            Cell(found.integer(row["observed"]), number=True),
            Cell(found.number(row["expected"], 0), number=True),
            Cell(_chance(found, row["adjusted"]), number=True),
        ]
        for row in odd.head(found.n)
    ]
    heads = [*heads_of(found, "sender", every), Cell(heading("finding", found.language)),
             *heads_of(found, "observed", "expected", "adjusted")]  # fmt: skip
    return made + table(found.say("unusual"), heads, rows, wide=True) + _told(found, odd)


def _bureau(found: Findings, label: str) -> Cell:
    return Cell(found.bureau_names.get(label, label), code=label)


def _chance(found: Findings, chance: float) -> str:
    return f"< {found.number(_LEAST, 4)}" if chance < _LEAST else found.number(chance, 4)


def _told(found: Findings, held: Table, words: str = "") -> str:
    """How many are shown, then the tests, the model and the periods, as the table says them."""
    note = isolated(held.note or "", found.language)
    if not words and len(held) > found.n:
        words = found.say("surest_words", count=found.integer(found.n),
                          all=found.integer(len(held)))  # fmt: skip
    return paragraph(words) * bool(words) + f'<p class="soft">{note}</p>\n'
