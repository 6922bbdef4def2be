"""Stocks: what is there at a date, which does not add up over dates.

143 million records in June and 144 in December are not 287 million.  So a stock is summed
only where no cell can hold the same thing twice: along dates, or at one date.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .axes import CALENDAR
from .errors import QueryError

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["check_stock"]


def check_stock(
    log: Log, measure: str, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any
) -> None:
    """Raise QueryError, saying why, where a sum would count what is there more than once.

    Either an axis of dates is asked for or the rows filtered are of one date; and what the
    schema's keys name (a bureau and a database) is stated once at most in each of its cells.
    Costs two passes.
    """
    if not len(log):
        return
    time = log.schema.time
    what = f"{measure!r} is a stock, what is there at a date"
    if time is None or time not in log.columns:
        raise QueryError(f"{what}: without {time or 'dates'} it cannot be summed")
    stated = dict(where or {})
    stated.setdefault(measure, (None, None))
    dates = [name for name in names if name in CALENDAR or name.partition(".")[0] == time]
    days = log._ask(("day",), stated, tz, None, None, rows=True)
    if not dates and days.nonzero > 1:
        last = days.axes[0].labels[memoryview(days.nonzeros()[0])[-1]]
        raise QueryError(
            f"{what}: the sum over {days.nonzero:,} dates would count the same again at each. "
            f"Ask along dates, as 'day', or at one: where={{{time!r}: {last!r}}}"
        )
    keys = tuple(name for name in log.schema.keys if name in log.columns)
    each = log._ask((*dates, *keys), stated, tz, None, None, rows=True)
    if each.nonzero and each.extent()[1] > 1:
        cell = each.top(1).to_dicts()[0]
        named = ", ".join(str(cell[name]) for name in keys) or "it"
        when = " and ".join(str(cell[name]) for name in dates) or "one date"
        raise QueryError(
            f"{what}, and {named} is stated {cell[each.measure]:,} times in {when}: the sum "
            "would count it each time. Ask along finer dates, or leave out all but one"
        )
