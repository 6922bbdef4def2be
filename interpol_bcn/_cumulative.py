"""Figures added up along time: any range of it costs two rows, whatever its length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import _core
from .errors import QueryError
from .query import memory_available

if TYPE_CHECKING:
    from .cube import Cube

__all__ = ["Cumulative"]

_KNOWN = 4096  # ranges whose positions and words are remembered


class Cumulative:
    """A cube added up along one axis of time; made by ``Cube.cumulative``.

    ``between(from, to)`` gives the cube over the other axes of that range, exactly as a count
    with the range as its filter would, in some microseconds.  ``axis`` is the axis added up
    along, ``nbytes`` the memory: a word per cell and of one position more, of 4 bytes where
    no sum passes 4,294,967,295, else of 8 (``width``).  Immutable: any thread may ask.
    """

    def __init__(self, cube: Cube, name: str) -> None:
        number = cube._number(name)
        axis = cube.axes[number]
        calendar = axis.calendar
        if calendar is None or calendar.cyclic or axis._kept is not None:
            raise QueryError(
                f"{name!r} is no stretch of time: figures are added up along an axis such as "
                "'hour', 'day' or 'month' that was not cut"
            )
        if not calendar.zone.is_utc and not _in_order(calendar):
            raise QueryError(
                f"{name!r} in {calendar.zone.key} has positions of several stretches of time"
            )
        if cube.facts is not None and cube.measure in cube.facts.stocks:
            raise QueryError(f"{cube.measure!r} is a stock: it does not add up over time")
        self.axis = axis
        self._cube = cube._like(cube, [one for at, one in enumerate(cube.axes) if at != number])
        self._core = _core.Prefix(cube, number, memory_available())
        self._known: dict[Any, tuple[int, int, tuple[int, int], tuple[str, ...]]] = {}

    def __repr__(self) -> str:
        return (
            f"{self._cube.measure} added up by {self.axis.name} ({len(self.axis):,}) over "
            f"{self._cube._shape_words()}, {self.nbytes:,} bytes"
        )

    @property
    def nbytes(self) -> int:
        """The bytes of memory that it takes."""
        return self._core.nbytes

    @property
    def width(self) -> int:
        """The bytes of one figure: 4 or 8."""
        return self._core.width

    def between(
        self, start: object = None, stop: object = ..., *,
        where: Mapping[str, object] | None = None,
    ) -> Any:  # fmt: skip
        """Return the cube of a range of time: from ``start`` up to, not including, ``stop``.

        Both are as in ``where=`` of a count: ``"2023-03"``, ``"2023-03-05T14:00"``, a date, a
        datetime, in the zone of the axis; None leaves an end open; one unit alone
        (``between("2023-03")``) is all of it, and nothing at all the whole axis.  ``where``
        picks labels of the other axes, as ``Cube.sel`` does.

        Raise QueryError where the range begins or ends inside a position of the axis,
        LabelError for unknown labels.  Costs O(cells of the other axes).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05T10:10Z", "2023-01-06T11:30Z"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> hours = log.count("hour", "sender").cumulative("hour")
        >>> hours.between("2023-01-05T10:00", "2023-01-06")["FRA"]
        1
        >>> hours.between("2023-01-06", where={"sender": "DEU"})
        1
        """
        key = (start, stop, type(start), type(stop))
        try:
            found = self._known.get(key)
        except TypeError:
            found, key = None, None  # type: ignore[assignment]
        if found is None:
            found = self._find(start, stop)
            if key is not None:
                if len(self._known) >= _KNOWN:
                    self._known.clear()
                self._known[key] = found
        first, last, period, filters = found
        one = self._cube
        made = one._like(self._core.between(first, last), one.axes)
        made.period, made.filters = period, filters
        return made if where is None else made.sel(where)

    def _find(
        self, start: object, stop: object
    ) -> tuple[int, int, tuple[int, int], tuple[str, ...]]:
        """The positions of a range, its part of the period, and its words."""
        from ._instants import format_period, parse_range

        one, calendar = self._cube, self.axis.calendar
        assert calendar is not None
        if start is None and stop is ...:
            return 0, len(self.axis), one.period, one.filters
        value = start if stop is ... else (start, stop)
        low, high = parse_range(value, calendar.zone)
        words = f"{self.axis.column} in {format_period(low, high, calendar.zone)}"
        own = one.facts is None or one.facts.time in ("", self.axis.column)
        if not own:  # another time: the period is that of the records all the same
            first, last = self._edge(low), self._edge(high)
            return first, last, one.period, (*one.filters, words)
        start, end = max(low, one.period[0]), min(high, one.period[1])
        end = max(start, end)
        first, last = self._edge(start), self._edge(end)
        return first, last, (start, end), (words, *one.filters)

    def _edge(self, time: int) -> int:
        """How many positions lie before a moment; raise QueryError where it divides one."""
        calendar = self.axis.calendar
        assert calendar is not None
        if time <= calendar.start:
            return 0
        if time >= calendar.stop:
            return len(calendar)
        at = calendar.position_at(time)
        if calendar.position_at(time - 1) == at:
            from ._instants import format_instant

            raise QueryError(
                f"{format_instant(time, calendar.zone)} lies inside {calendar.labels[at]!r}, and "
                f"figures by {self.axis.name} cannot be divided: ask for whole ones"
            )
        return at


def _in_order(calendar: Any) -> bool:
    """Say whether every position is one stretch, each after the one before."""
    pieces = calendar.pieces
    last = -1
    for at in range(0, len(pieces) - 5, 5):
        start, first, width, _, phase = pieces[at : at + 5]
        if first < last:
            return False
        last = first + ((pieces[at + 5] - 1 - start + phase) // width if width else 0)
    return True
