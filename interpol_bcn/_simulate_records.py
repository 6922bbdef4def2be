"""Synthetic delegates and operations, always labelled synthetic.

Of the conference the printed figures of an edition are met exactly (321 persons of 136
countries at the 19th); of operations only orders of size are real.  Who came or took part
is invented, and no figure of it says anything about any country.  Whole numbers only, from
streams like those of the core: the same arguments give the same records on every machine.

Searches and notices have modules of their own.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from ._simulate import _SINCE, SECRETARIAT, _scatter, _World

if TYPE_CHECKING:
    from ._editions import Edition, Series
    from .delegates import DelegateLog
    from .logs import Log
    from .operations import OperationLog
    from .reading import MadeUp, Reading

_WORD = 2**64 - 1
_DAY = 86_400_000_000
# Streams of one seed, by purpose; the core has its own below these.
_DELEGATES, _OPERATIONS, _NOTICES = 32, 33, 34  # the last is for _simulate_notices


class _Draws:
    """A stream of random whole numbers, the one of ``csrc/simulate/draw.h``."""

    def __init__(self, seed: int, purpose: int, place: int) -> None:
        if not 0 <= seed <= _WORD:
            raise ValueError(f"seed is {seed}: it must lie in 0 .. 2**64 - 1")
        self.counter = _mix((_mix(seed ^ purpose << 56) + place) & _WORD)

    def below(self, count: int) -> int:
        """Return one of 0 .. count - 1; count is below 2**32."""
        self.counter = (self.counter + 0x9E3779B97F4A7C15) & _WORD
        return (_mix(self.counter) >> 32) * count >> 32

    def pick(self, upto: Sequence[int]) -> int:
        """Return a place in a list of weights that was added up on the way."""
        from bisect import bisect_right

        return bisect_right(upto, self.below(upto[-1]))


def _mix(x: int) -> int:
    x ^= x >> 32
    x = x * 0xD6E8FEB86659FD93 & _WORD
    x ^= x >> 32
    x = x * 0xD6E8FEB86659FD93 & _WORD
    return x ^ x >> 32


def _number(day: str) -> int:
    """The number of a day, from 1970-01-01."""
    from datetime import date

    return date.fromisoformat(day).toordinal() - 719_163


def _added(weights: Iterable[int]) -> list[int]:
    from itertools import accumulate

    return list(accumulate(weights))


class _Columns:
    """Columns in the making, and the one way they become a log."""

    def __init__(self, **labels: Sequence[str]) -> None:
        self.labels = labels
        self.values: dict[str, list[int | None]] = {}
        self.kinds: dict[str, tuple[str, str]] = {}

    def add(self, name: str, kind: str, code: str) -> list[int | None]:
        """Begin a column: its kind in a table and the letter of its array."""
        self.kinds[name] = kind, code
        return self.values.setdefault(name, [])

    def log(self, reading: Reading, made: type[Log], seed: int, by: str | None = None) -> Any:
        """Return the log of the rows, in the order of a column where one is named."""

        if by is not None:
            keys = self.values[by]
            order = sorted(range(len(keys)), key=lambda row: keys[row] or 0)
            for name, values in self.values.items():
                self.values[name] = [values[row] for row in order]
        columns: list[MadeUp] = []
        for name, values in self.values.items():
            kind, letter = self.kinds[name]
            data = array(letter, [value or 0 for value in values])
            nulls = array("B", [value is None for value in values]) if None in values else None
            labels = list(self.labels[name]) if kind == "label" else None
            columns.append((name, kind, data, labels, nulls))
        return reading.run_made(columns, made, seed)


def _labels(reading: Reading, name: str) -> Sequence[str]:
    domain = reading.domains[name]
    return () if domain is None else domain.labels


# Delegates

_EDITIONS = tuple(str(number) for number in range(10, 21))
_ROLES = ("head of bureau", "deputy head", "officer", "adviser")
_GENDERS = ("F", "M")
_HOSTS = {"Lyon": ("FRA", 3), "Singapore": ("SGP", 5)}


def simulate_delegates(
    editions: Iterable[int | str] | None = None, *, seed: int = 0
) -> DelegateLog:
    """Return a log of made-up delegates to editions of the conference, labelled synthetic.

    A row is a person (a number) at an edition: its bureau, role and gender.  ``editions``
    are numbers or labels of the conference, by default 10 to 20.  Where persons or countries
    of an edition are in print they are met exactly, else they are invented; who came is
    invented always: the same bureaus mostly, of whom some send the same persons again, and
    nobody before it was a member.
    Raise LabelError for an unknown edition, ValueError for a seed out of range.  Costs some
    ten milliseconds an edition.

    >>> log = simulate_delegates([19, 20], seed=1)
    >>> log.synthetic, log.editions().select(["edition", "delegates", "countries"]).to_dicts()[0]
    ('synthetic data, seed 1', {'edition': '19', 'delegates': 321, 'countries': 136})
    """
    from ._editions import series_of
    from ._options import Options
    from ._settling import settled
    from .delegates import DELEGATES, DelegateLog
    from .reading import Reading

    series = series_of()
    wanted = _EDITIONS if editions is None else editions
    codes = sorted({series.code(one) for one in wanted})
    options = Options(domains={"edition": series.domain})
    reading = Reading(DELEGATES, options)
    columns = delegate_columns(series, codes, _labels(reading, "bureau"), seed)
    made: DelegateLog = columns.log(reading, DelegateLog, seed)
    log = settled(made, series, options, None)
    log.facts = log.facts._replace(synthetic=made.facts.synthetic)
    return log


def delegate_columns(
    series: Series, codes: Iterable[int], labels: Sequence[str], seed: int
) -> _Columns:
    """Make the rows of editions of a series, given by code, for bureaus by alpha-3."""
    world = _World(labels)
    columns = _Columns(bureau=labels, edition=series.domain.labels, role=_ROLES, gender=_GENDERS)
    made = [
        columns.add(*column)
        for column in (("edition", "label", "H"), ("date", "date", "i"), ("bureau", "label", "H"),
                       ("person", "number", "q"), ("role", "label", "B"),
                       ("gender", "label", "B"))
    ]  # fmt: skip
    hall = _Hall(world, seed)
    for code in codes:
        edition = series.editions[code]
        day = _number(edition.exact_day) if edition.exact_day else None
        for bureau, person, role, gender in hall.meet(edition, *_figures(series, code, seed)):
            row = (code, day, bureau, person, role, gender)
            for column, value in zip(made, row, strict=True):
                column.append(value)
    return columns


def _figures(series: Series, code: int, seed: int) -> tuple[str, int, int]:
    """The day by which to know the members, how many persons came, of how many countries."""
    from ._editions import editions

    printed = {row["edition"]: row for row in editions("conference").to_dicts()}
    draws = _Draws(seed, _DELEGATES, code)
    persons, countries = 262 + draws.below(50), 132 + draws.below(18)
    held = series.editions[code]
    row = printed.get(held.label, {})
    # An edition without a date is taken for as old as the nearest earlier one with a date.
    days = [one.days[1] for one in series.editions[: code + 1] if one.days is not None]
    return days[-1] if days else "2013", row.get("delegates") or persons, (
        row.get("countries") or countries
    )  # fmt: skip


class _Hall:
    """Who comes to the conference, edition after edition."""

    def __init__(self, world: _World, seed: int) -> None:
        self.world = world
        self.seed = seed
        self.known: dict[int, list[tuple[int, int]]] = {}  # of each bureau, its last delegates
        self.persons = 0

    def meet(
        self, edition: Edition, day: str, persons: int, countries: int
    ) -> Iterable[tuple[int, int, int, int]]:
        """Yield the bureau, person, role and gender of each delegate."""
        draws = _Draws(self.seed, _DELEGATES, 1000 + (edition.number or 0))
        host, bonus = _HOSTS.get(edition.city or "", ("", 1))
        present = self._present(draws, day, countries, host)
        weights = []
        for bureau in present:
            weight = 2 + self.world.weights[bureau] // 500
            weights.append(weight * (bonus if self.world.labels[bureau] == host else 1))
        upto = _added(weights)
        sizes = [1] * len(present)
        most = max(14, -(-persons // len(present)))
        for _ in range(persons - len(present)):
            place = draws.pick(upto)
            while sizes[place] >= most:
                place = (place + 1) % len(sizes)
            sizes[place] += 1
        women = 17 + (edition.number or 0)
        for bureau, size in zip(present, sizes, strict=True):
            yield from self._delegation(draws, bureau, size, women)

    def _present(self, draws: _Draws, day: str, countries: int, host: str) -> list[int]:
        """The codes of the countries that come: mostly those that always do."""
        from .members import members

        here = {member.alpha_3 for member in members.at(day)}
        keys = {}
        for code, label in enumerate(self.world.labels):
            if label in here and code in self.world.places.values():
                habit = _scatter(label + "conference") % 1000
                size = min(self.world.weights[code], 3000) // 6
                keys[code] = 10**6 if label == host else habit + size + draws.below(900)
        ranked = sorted(keys, key=lambda code: (-keys[code], code))
        return sorted(ranked[:countries])

    def _delegation(
        self, draws: _Draws, bureau: int, size: int, women: int
    ) -> Iterable[tuple[int, int, int, int]]:
        former = self.known.get(bureau, [])
        sent = []
        for place in range(size):
            back = draws.below(100) < (60 if place == 0 else 45)
            if place < len(former) and back:
                person, gender = former[place]
            else:
                self.persons += 1
                person, gender = self.persons, int(draws.below(100) >= women)
            sent.append((person, gender))
            role = place if place < 2 else 2 + draws.below(2)
            yield bureau, person, role, gender
        self.known[bureau] = sent + former[size:]


# Operations

#: What each kind of operation brings: an outcome, its unit and its order of size a bureau.
_OUTCOMES = {
    "financial crime": (("arrests", "persons", 40), ("money intercepted", "USD cent", 250_000_000),
                        ("accounts blocked", "accounts", 900)),
    "trafficking in human beings": (("arrests", "persons", 14), ("victims identified", "persons",
                                                                 60)),
    "drugs": (("arrests", "persons", 25), ("drugs seized", "grams", 900_000)),
    "illicit arms": (("arrests", "persons", 30), ("firearms seized", "items", 120)),
    "cultural property": (("arrests", "persons", 4), ("works of art seized", "items", 200)),
    "counterfeit medicines": (("arrests", "persons", 8), ("medicines seized", "items", 400_000)),
}  # fmt: skip


def simulate_operations(operations: int = 24, *, seed: int = 0, year: int = 2023) -> OperationLog:
    """Return a log of what bureaus contributed to made-up operations, labelled synthetic.

    A row is a bureau and an outcome of an operation ("Synthetic 01", ...) with its quantity
    and unit, or a bureau that only took part.  Money is in cents of United States dollars,
    drugs are in grams.  Everything is invented: 4 to 60 countries an operation, more of one
    area than of others, the large ones more often.
    Raise ValueError for arguments out of range (1 to 999 operations).  Costs some
    milliseconds an operation.

    >>> log = simulate_operations(seed=1)
    >>> log.synthetic, log.count("operation").nonzero
    ('synthetic data, seed 1', 24)
    """
    from ._options import Options
    from .operations import OPERATIONS, OperationLog
    from .reading import Reading

    if not 1 <= operations <= 999:
        raise ValueError(f"operations is {operations}: there are 1 to 999")
    reading = Reading(OPERATIONS, Options(period=(str(year), str(year + 1))))
    columns = operation_columns(operations, _labels(reading, "bureau"), seed, year)
    log: OperationLog = columns.log(reading, OperationLog, seed)
    return log


def operation_columns(operations: int, labels: Sequence[str], seed: int, year: int) -> _Columns:
    """Make the rows of so many operations within a year, for bureaus by alpha-3."""
    world = _World(labels)
    pairs = [pair for kind in _OUTCOMES.values() for pair in kind]
    outcomes = list(dict.fromkeys(pair[0] for pair in pairs))
    units = list(dict.fromkeys(pair[1] for pair in pairs))
    width = len(str(operations))
    columns = _Columns(
        operation=[f"Synthetic {number:0{max(width, 2)}}" for number in range(1, operations + 1)],
        bureau=labels, outcome=outcomes, unit=units,
    )  # fmt: skip
    made = [
        columns.add(*column)
        for column in (("operation", "label", "H"), ("bureau", "label", "H"), ("date", "date", "i"),
                       ("outcome", "label", "B"), ("quantity", "number", "q"),
                       ("unit", "label", "B"))
    ]  # fmt: skip
    start = _number(f"{year:04}-01-01")
    since = world.first_days(year, _SINCE)
    for number in range(operations):
        draws = _Draws(seed, _OPERATIONS, number)
        day = draws.below(344)
        kind = list(_OUTCOMES)[draws.below(len(_OUTCOMES))]
        for bureau in _partners(world, draws, [first <= day for first in since]):
            parts = [part for part in _OUTCOMES[kind] if draws.below(4) < 3]
            if not parts:
                parts = [("", "", 0)]
            for outcome, unit, scale in parts:
                row = (
                    number, bureau, start + day + draws.below(21),
                    outcomes.index(outcome) if outcome else None,
                    _quantity(draws, scale) if outcome else None,
                    units.index(unit) if outcome else None,
                )  # fmt: skip
                for column, value in zip(made, row, strict=True):
                    column.append(value)
    return columns


def _partners(world: _World, draws: _Draws, here: Sequence[bool]) -> list[int]:
    """The bureaus of one operation: of one area mostly."""
    known = [code for label, code in world.places.items() if label != SECRETARIAT and here[code]]
    area = world.areas[known[draws.below(len(known))]]
    wanted = min(4 + draws.below(12) * (1 + draws.below(5)), len(known))
    keys = {}
    for code in known:
        near = 400 if world.areas[code] == area else 0
        keys[code] = near + min(world.weights[code], 3000) // 6 + draws.below(700)
    ranked = sorted(known, key=lambda code: (-keys[code], code))
    return sorted(ranked[:wanted])


def _quantity(draws: _Draws, scale: int) -> int:
    """A quantity about a scale: an octave of eight, then evenly within it."""
    octave = (0, 1, 2, 2, 3, 3, 4, 5)[draws.below(8)]
    least = (scale << octave) >> 4
    return least + draws.below(max(least, 2))
