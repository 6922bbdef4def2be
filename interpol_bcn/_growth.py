"""Growth from period to period, and sums that run along an axis."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING

from . import _core
from ._columns import Column
from ._cube_words import told
from ._figures import figures, over_dates
from .errors import QueryError, TooLargeError, did_you_mean, suggest
from .table import Table

if TYPE_CHECKING:
    from .axes import Axis
    from .cube import Cube

__all__ = ["growth", "running"]

VERSUS = ("previous", "year")
_YEARLY = ("year", "quarter", "month", "week", "day")


def growth(cube: Cube, versus: str, tiny: int) -> Table:
    """See ``Cube.growth``."""
    if versus not in VERSUS:
        near = did_you_mean(suggest(str(versus), VERSUS))
        raise QueryError(f"versus={versus!r}{near or '.'} It is 'previous' or 'year'")
    if isinstance(tiny, bool) or not isinstance(tiny, int) or tiny < 0:
        raise QueryError(f"tiny={tiny!r}: a base is tiny below a whole number, 0 or more")
    number = _timed(cube)
    axis = cube.axes[number]
    bases = _bases(axis, versus)
    part = partial(axis)
    values = figures(cube)
    inner = 1
    for size in cube.shape[number + 1 :]:
        inner *= size
    length = len(axis)
    before: list[int | None] = []
    change: list[int | None] = []
    rates: list[float | None] = []
    words: list[str] = []
    for place, now in enumerate(values):
        at = place // inner % length
        base = bases[at]
        said = ["partial period"] if part[at] else []
        if base is None:
            before.append(None)
            change.append(None)
            rates.append(None)
            words.append("; ".join(["no base", *said]))
            continue
        was = values[place + (base - at) * inner]
        before.append(was)
        change.append(now - was)
        rates.append((now - was) / was if was else None)
        if part[base]:
            said.insert(0, "partial base")
        if was == 0:
            said.insert(0, "nothing before" if now else "nothing")
        elif was < tiny:
            said.insert(0, "tiny base")
        words.append("; ".join(said))
    long = cube.to_table()
    against = "the period before" if versus == "previous" else "the same period a year before"
    notes = f"against {against}", f"tiny base: below {tiny:,}"
    return Table.from_columns(
        [
            *(long[name] for name in long.columns),
            Column("before", before, "integer"),
            Column("change", change, "integer"),
            Column("growth", rates, "number", format="percent"),
            Column("remark", words, "text"),
        ],
        title=f"growth of {cube.title()}", note="; ".join([*notes, cube.note()]),
        measure=cube.measure,
        explain="Growth is (now - before) / before, rounded once; of a base of nothing there is "
        "none. A partial period is not whole in the data, so its figures do not compare. "
        + told(cube, "Cube.growth", *notes),
    )  # fmt: skip


def _timed(cube: Cube) -> int:
    """Return the number of the one axis of periods in a row."""
    found = [
        number
        for number, axis in enumerate(cube.axes)
        if axis.calendar is not None and not axis.calendar.cyclic
    ]
    if len(found) != 1:
        raise QueryError(
            "growth goes along one axis of periods, such as 'month'; here there "
            + ("is none" if not found else f"are {len(found)}")
        )
    if not cube.axes[found[0]]._linear:
        raise QueryError("growth needs periods in a row: this axis was cut. Grow first, then cut")
    return found[0]


def _bases(axis: Axis, versus: str) -> list[int | None]:
    """Return the position of each position's base, None without one."""
    calendar = axis.calendar
    assert calendar is not None
    size = len(calendar)
    bases: list[int | None]
    if versus == "previous":
        bases = [at - 1 if at else None for at in range(size)]
    else:
        if calendar.name not in _YEARLY:
            raise QueryError(
                f"versus='year' is for periods of {', '.join(_YEARLY)}; not of {calendar.name}"
            )
        places = {label: at for at, label in enumerate(calendar.labels)}
        bases = [places.get(f"{int(label[:4]) - 1:04}{label[4:]}") for label in calendar.labels]
    return bases + [None] * (len(axis) - size)


def partial(axis: Axis) -> list[bool]:
    """Return which positions of a linear axis the period does not hold whole."""
    from ._units import unit_of, unit_start

    calendar = axis.calendar
    assert calendar is not None
    size = len(calendar)
    found = [False] * len(axis)
    for at in {0, size - 1} if size else ():
        spans = calendar.spans(at)
        zone = calendar.zone
        number = unit_of(calendar.name, spans[0][0] + zone.offset_at(spans[0][0]))
        begin = zone.utc_of(unit_start(calendar.name, number))
        end = zone.utc_of(unit_start(calendar.name, number + 1))
        found[at] = begin < spans[0][0] == calendar.start or spans[-1][1] == calendar.stop < end
    return found


def running(cube: Cube, dim: str, window: int | None) -> Cube:
    """Return running sums along an axis: of each ``window`` positions, or of all up to each."""
    from .cube import Cube as Made

    number = cube._number(dim)
    axis = cube.axes[number]
    if over_dates(cube):
        raise QueryError(f"{cube.measure!r} is a stock: it does not add up over dates")
    if axis.calendar is None or axis.calendar.cyclic:
        raise QueryError(f"running sums go along periods in a row; {dim!r} has no such order")
    if not axis.stated:
        raise QueryError(f"{dim!r} ends with what is not stated; leave that out first")
    if cube.is_wide:
        raise OverflowError("figures beyond 64 bits have no running sums")
    length = len(axis)
    width = 0
    if window is not None:
        width = _window(window, length, dim)
    if cube.size > 1 << 27:
        raise TooLargeError(f"{cube.size:,} cells are too many for running sums")
    shape = list(cube.shape)
    outer, inner = 1, 1
    for at, size in enumerate(shape):
        outer, inner = (outer * size, inner) if at < number else (outer, inner)
        inner = inner * size if at > number else inner
    cells = _core.running_sums(cube.dense(), outer, length, inner, width)
    axes = list(cube.axes)
    if width > 1:
        axes[number] = axis.cut(range(width - 1, length))
        shape[number] = len(axes[number])
    made = Made._over(_core.Cube.from_cells(shape, cells), axes, cube)
    what = "up to each" if window is None else f"of {width} to each"
    made._made = f"sums {what} {dim}", f"Cube.{'cumsum' if window is None else 'rolling'}"
    made.unit = f"{cube.unit}, sums {what} {dim}"  # so that it adds up with its like only
    return made


def _window(window: object, length: int, dim: str) -> int:
    try:
        width = 0 if isinstance(window, bool) else index(window)  # type: ignore[arg-type]
    except TypeError:
        width = 0
    if not 1 <= width <= length:
        raise QueryError(f"rolling({dim!r}, {window!r}): from 1 to its {length:,} positions")
    return width
