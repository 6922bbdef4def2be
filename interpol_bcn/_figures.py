"""What cubes are made of: exact figures, what they can afford, and how they add up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from .errors import QueryError, TooLargeError
from .query import memory_available

if TYPE_CHECKING:
    from .account import Account
    from .cube import Cube

__all__ = [
    "Facts",
    "afford",
    "check_summed",
    "combined",
    "counted",
    "figures",
    "joined",
    "over_dates",
]


class Facts(NamedTuple):
    """What a log tells every figure drawn from it."""

    record: str
    account: Account | None
    coverage: tuple[int, int]
    synthetic: str = ""
    #: the bureaus that are members: label, from which day, before which day
    members: tuple[tuple[str, str, str], ...] = ()
    stocks: frozenset[str] = frozenset()  # measures of what is there at a date
    silent: int = 0  # rows that do not say how many records they stand for
    time: str = ""  # the column of the record's own time, by which the period goes

    @property
    def silence(self) -> str:
        """Say how many rows count none, for they state no number; empty where all do."""
        if not self.silent:
            return ""
        how = "do not say how many {0} and count none"
        if self.silent == 1:
            how = "does not say how many {0} and counts none"
        return f"{counted(self.silent, 'rows')} {how.format(self.record)}"


def combined(one: Cube, other: Cube, sign: int) -> Cube:
    """Return the sum (sign 1) or difference (-1) of two cubes over the same axes."""
    if (one.measure, one.unit) != (other.measure, other.unit):
        mine, theirs = (
            cube.unit if cube.unit == cube.measure else f"{cube.measure} ({cube.unit})"
            for cube in (one, other)
        )
        raise QueryError(f"{mine} and {theirs} do not add up")
    differs = [a.differs(b) for a, b in zip(one.axes, other.axes, strict=False)]
    if len(one.axes) != len(other.axes) or any(differs):
        why = next(filter(None, differs), "")
        raise QueryError(
            "cubes over different axes do not add up: "
            + (why or f"{one._shape_words()} and {other._shape_words()}")
        )
    stock = one.facts is not None and one.measure in one.facts.stocks
    if sign > 0 and stock and one.period != other.period and not over_dates(one):
        raise QueryError(
            f"{one.measure!r} is a stock, what is there at a date: figures of two dates do not "
            "add up (their difference is a growth)"
        )
    core = one.add(other) if sign > 0 else one.subtract(other)
    made = one._like(core, one.axes)
    periods = [cube.period for cube in (one, other) if cube.period[0] < cube.period[1]]
    if periods:
        made.period = (min(p[0] for p in periods), max(p[1] for p in periods))
    if one.filters != other.filters:
        mine, theirs = ("; ".join(cube.filters) or "all" for cube in (one, other))
        made.filters = (f"({mine}) {'plus' if sign > 0 else 'minus'} ({theirs})",)
    if one.facts is not other.facts and one.facts is not None:
        # Coverage and refused rows of two logs together are not known.
        synthetic = one.facts.synthetic or (other.facts.synthetic if other.facts else "")
        alike = other.facts is not None and one.facts.members == other.facts.members
        members = one.facts.members if alike else ()
        made.facts = Facts(one.facts.record, None, (0, 0), synthetic, members, one.facts.stocks)
    return made


def over_dates(cube: Cube) -> str:
    """Return the axis of dates along which the figures of a stock stand; empty for others."""
    if cube.facts is None or cube.measure not in cube.facts.stocks:
        return ""
    return next((axis.name for axis in cube.axes if axis.kind == "time" and len(axis) > 1), "")


def check_summed(cube: Cube, gone: set[int]) -> None:
    """Raise QueryError where a stock would be added up over dates."""
    along = over_dates(cube)
    if along and cube._number(along) in gone:
        raise QueryError(
            f"{cube.measure!r} is a stock, what is there at a date: the sum over "
            f"{along!r} would count the same again at each. Take one of its labels instead"
        )


def afford(count: int, width: int, what: str, way: str = "") -> None:
    """Raise TooLargeError where ``count`` things of ``width`` bytes would not fit in memory."""
    need = count * width
    if need < 1 << 24:
        return
    available = memory_available()
    if available and need > available:
        raise TooLargeError(
            f"{what} needs about {need / 1e9:,.1f} GB and {available / 1e9:,.1f} are free; "
            f"{way}ask for fewer or coarser axes"
        )


def counted(number: int, noun: str) -> str:
    """Return a number and what it counts, as people say it: ``1 message``, ``2 messages``.

    >>> counted(1, "searches"), counted(1500, "messages")
    ('1 search', '1,500 messages')
    """
    one = noun.removesuffix("es") if noun.endswith("ches") else noun.removesuffix("s")
    return f"{number:,} {one if number == 1 else noun}"


def joined(low: Any, high: Any) -> list[int]:
    """Return the exact numbers of low and high 64-bit words."""
    pairs = zip(memoryview(high).tolist(), memoryview(low).tolist(), strict=True)
    return [(top << 64) + (word % 2**64) for top, word in pairs]


def figures(core: _core.Cube) -> list[int]:
    """Return every cell as an exact int, in order; raise TooLargeError for too many."""
    afford(core.size, 40, f"a list of {core.size:,} cells")
    if not core.is_wide:
        return memoryview(core.dense()).tolist()
    cells = [0] * core.size
    places, low, high = core.nonzeros()
    for at, value in zip(memoryview(places).tolist(), joined(low, high), strict=True):
        cells[at] = value
    return cells
