"""The axes of a tally: buckets of time that go on without end, and positions that do not.

Absolute units (months, hours ...) are named by numbers that do not depend on any period: the
number of the local unit, and of hours, minutes and seconds the moment at which they begin, so
that the hour which comes twice is two.  All other axes have the positions of a cube's.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._units import FINE, FIXED
from .axes import Axis

if TYPE_CHECKING:
    from ._calendar import CalendarAxis
    from ._figures import Facts
    from .domain import Domain
    from .schema import Schema

__all__ = ["Frame", "bucket_keys", "endless"]

UNSTATED = 2**63 - 1


def endless(axis: Axis) -> bool:
    """Say whether an axis goes on as time does."""
    return axis.calendar is not None and not axis.calendar.cyclic


def bucket_keys(axis: Axis) -> array[int]:
    """Return the number of the bucket of each position of an endless axis, rising.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
    ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
    >>> bucket_keys(log.count("month").axes[0]).tolist(), 2023 * 12
    ([24276, 24277, 24278], 24276)
    """
    calendar = axis.calendar
    assert calendar is not None
    keys = array("q")
    width = FIXED[calendar.name][0] if calendar.name in FINE else 0
    for run, (first, unit) in enumerate(zip(calendar._firsts, calendar._units, strict=True)):
        count = calendar._run_end(run) - first
        if width:
            start = unit * width - calendar._offsets[run]
            keys.extend(range(start, start + count * width, width))
            keys[first] = _begin(calendar, run, start)
        else:
            keys.extend(range(unit, unit + count))
    if not axis.stated:
        keys.append(UNSTATED)
    return keys


def _begin(calendar: CalendarAxis, run: int, start: int) -> int:
    """The first moment of the unit in which a stretch of one offset begins, of any period."""
    zone = calendar.zone
    if zone.is_utc or zone.offset_at(start) == calendar._offsets[run]:
        return start
    return zone.table(start, calendar._segments[run] + 1)[0][-1]  # where clocks changed


class Frame:
    """What a plan asks of a log, of figures whose rows are gone."""

    def __init__(
        self,
        schema: Schema,
        domains: Mapping[str, Domain],
        columns: Sequence[str],
        spans: Mapping[str, tuple[int, int]],
        facts: Facts | None = None,
        period: tuple[int, int] | None = None,
    ) -> None:
        self.schema = schema
        self.domains = {name: domains[name] for name in domains if name in columns}
        self.columns = tuple(columns)
        self.period_given = period is not None
        self._spans = spans
        time = schema.time
        self.period = period or (spans.get(time, (0, 0)) if time is not None else (0, 0))
        self.facts = facts

    def __len__(self) -> int:
        return 0

    def has_dates(self, column: str) -> bool:
        """No row is left that could: who gave dates was told when they came."""
        return False

    def span(self, column: str) -> tuple[int, int]:
        """As ``Log.span``."""
        start, stop = self._spans.get(column, (0, 0))
        if not self.period_given:
            return start, stop
        ours = self.period
        return (min(start, ours[0]), max(stop, ours[1])) if start < stop else ours

    def table_size(self, column: str) -> int:
        """As ``Log.table_size``."""
        return 65536 if len(self.domains.get(column, ())) > 255 else 256

    def _bureaus(self) -> Domain | None:
        from .logs import Log

        return Log._bureaus(self)  # type: ignore[arg-type]

    def _members(self, period: tuple[int, int] | None = None) -> tuple[int, ...]:
        from .logs import Log

        return Log._members(self, period)  # type: ignore[arg-type]


def positions(old: Sequence[str], new: Sequence[str]) -> array[int] | None:
    """Return where each old label is among new ones; None where nothing moves."""
    if list(old) == list(new):
        return None
    places: dict[Any, int] = {label: at for at, label in enumerate(new)}
    return array("I", [places[label] for label in old])
