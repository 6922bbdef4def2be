"""A synthetic year of searches in the databases, always labelled synthetic.

What is real about it are orders of size, as published: some 8 billion searches in 2023;
one database, of stolen and lost travel documents, above all others; 70 to 460 hits in a
million searches, and 1,700 in 40,000 of fingerprints; in all some 1.3 million hits; how
many countries search a database (180, 175, 162, 87, 68 of some).  Everything else is
invented: who searches how much, the shares of the databases, weeks and seasons.  Databases
for borders never close and are busiest in summer; the others keep the bureaus' hours.

This module makes the tables, of whole numbers; the core makes the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from ._simulate import _SINCE, SECRETARIAT, _days, _hours, _scatter, _World

if TYPE_CHECKING:
    from array import array

    from ._core import Memory
    from .reading import MadeUp
    from .searches import SearchLog

_SINGLE_MOST = 2**32 - 2
_MOST = 2**37


class _Use(NamedTuple):
    """How a database is used: its part of all searches, hits in a million, by how many."""

    part: int  # of the sum of all parts
    rate: int
    users: int
    border: bool = False


_USES = {
    "SLTD": _Use(650_000, 75, 180, border=True),
    "nominal": _Use(203_040, 440, 176),
    "TDAWN": _Use(60_000, 85, 150, border=True),
    "SMV": _Use(44_000, 450, 162, border=True),
    "SAD": _Use(25_000, 110, 138, border=True),
    "notices": _Use(12_000, 320, 160),
    "Dial-Doc": _Use(2_000, 90, 96, border=True),
    "Edison": _Use(1_800, 80, 104, border=True),
    "vessels": _Use(900, 150, 88, border=True),
    "iARMS": _Use(600, 420, 175),
    "IFRT": _Use(220, 120, 92),
    "works of art": _Use(200, 300, 117),
    "ICSE": _Use(180, 400, 68),
    "maritime piracy": _Use(40, 200, 41),
    "IBIN": _Use(9, 280, 35),
    "fingerprints": _Use(5, 42_500, 121),
    "DNA": _Use(3, 42_500, 87),
    "facial recognition": _Use(2, 42_500, 96),
    "I-Familia": _Use(1, 42_500, 30),
}

_BORDER_DAY = (
    *(60, 50, 45, 45, 60, 95, 140, 180, 190, 185, 180, 175),
    *(170, 170, 175, 180, 185, 180, 165, 150, 130, 110, 90, 75),
)
_BORDER_MONTHS = (900, 860, 950, 1000, 1020, 1090, 1190, 1210, 1060, 1000, 890, 980)
_OWN_WEEK = 255


def simulate_searches(
    n: int = 8_000_000_000, *, seed: int = 0, year: int = 2023, single: bool = False
) -> SearchLog:
    """Return a log of ``n`` made-up searches over a year, always labelled synthetic.

    A row is an hour, a bureau and a database, with how many ``searches`` it stands for and
    how many ``hits`` they had; with ``single`` a row is one search at its microsecond, and
    the cells are the same.  Of 2023 the orders of size are the published ones ("some 8
    billion", one database above all, 70 to 460 hits in a million and 42,500 for traces of
    persons); who searches, when and what is invented, and no figure of it says anything
    about any country.  Integer arithmetic only: the same arguments give the same bytes on
    every machine.
    Raise ValueError for arguments out of range (2**37 searches, or 2**32 - 2 single rows).
    Costs a few seconds for billions, and some 0.2 microseconds a single row.

    >>> log = simulate_searches(1000, seed=1)
    >>> log.synthetic, log.total, log.count("database")["SLTD"]
    ('synthetic data, seed 1', 1000, 650)
    """
    from ._options import Options
    from .reading import Reading
    from .searches import SEARCHES, SearchLog

    reading = Reading(SEARCHES, Options(period=(str(year), str(year + 1))))
    domains = {name: reading.domains[name] for name in ("bureau", "database")}
    labels = {name: domain.labels for name, domain in domains.items() if domain is not None}
    made = search_columns(
        n, bureaus=labels["bureau"], databases=labels["database"], seed=seed, year=year,
        single=single,
    )  # fmt: skip
    columns: list[MadeUp] = []
    for name, data in made.items():
        if name in labels:
            columns.append((name, "label", data, list(labels[name]), None))
        elif not (single and name == "searches"):
            kind = "tsu:UTC" if name == "searched_at" else "number"
            columns.append((name, kind, data, None, None))
    return reading.run_made(columns, SearchLog, seed)


def search_columns(
    n: int,
    *,
    bureaus: Sequence[str],
    databases: Sequence[str],
    seed: int = 0,
    year: int = 2023,
    single: bool = False,
) -> dict[str, Memory]:
    """Make the columns of a synthetic year of exactly ``n`` searches.

    ``bureaus`` and ``databases`` are the labels in the order of their codes; those that are
    unknown here search nothing and are not searched.
    Returns ``searched_at`` (microseconds UTC, ascending; the start of the hour unless
    ``single``), ``bureau``, ``database`` (codes), ``searches`` (1 if ``single``), ``hits``.
    Raises ValueError for arguments out of range, and where no label is known.

    >>> columns = search_columns(1000, bureaus=["DEU", "FRA"], databases=["SLTD", "SMV"])
    >>> sum(memoryview(columns["searches"]))
    1000
    """
    from array import array
    from datetime import date

    from . import _core

    most = _SINGLE_MOST if single else _MOST
    if not 0 <= n <= most:
        rows = "single rows" if single else "searches"
        raise ValueError(f"n is {n}: a synthetic year has 0 to {most} {rows}")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}: it must lie in 0 .. 2**64 - 1")
    first = date(year, 1, 1)
    world = _World(bureaus)
    uses = [_USES.get(database) for database in databases]
    if not any(uses):
        raise ValueError(f"none of the databases can be simulated; known are {', '.join(_USES)}")
    weights, rates = array("H"), array("I")
    for database, use in zip(databases, uses, strict=True):
        one = _weights(world, database, use)
        weights.extend(one)
        rates.extend(_rates(world, database, use, one))
    days = {border: _border_days(year) if border else _days(year) for border in (False, True)}
    columns: dict[str, Memory] = _core.simulate_searches(
        single=single,
        seed=seed,
        start=(first - date(1970, 1, 1)).days * 86_400_000_000,
        weekday=first.weekday(),
        bureaus=len(bureaus),
        days=len(days[False]),
        weeks=4,
        databases=len(databases),
        searches=array("Q", _parts(n, [use.part if use else 0 for use in uses])),
        rhythm=array("B", [3 if use and use.border else _OWN_WEEK for use in uses]),
        weight=weights,
        rate=rates,
        day=array("H", [day for use in uses for day in days[bool(use and use.border)]]),
        offset=array("b", world.offsets),
        week=array("B", world.weeks),
        since=array("H", world.first_days(year, _SINCE)),
        hours=_hours() + array("B", [busy for busy in _BORDER_DAY for _ in "01"] * 7),
    )
    return columns


def _parts(total: int, weights: Sequence[int]) -> list[int]:
    """Cut a total in proportion to weights, exactly."""
    whole, before, upto = sum(weights), 0, 0
    parts = []
    for weight in weights:
        upto += weight
        part = (2 * total * upto + whole) // (2 * whole)  # rounded
        parts.append(part - before)
        before = part
    return parts


def _weights(world: _World, database: str, use: _Use | None) -> array[int]:
    """How much each bureau uses a database: the large ones nearly always, some never."""
    from array import array

    weights = array("H", bytes(2 * len(world.labels)))
    if use is None:
        return weights
    known = sorted(
        (code for label, code in world.places.items() if label != SECRETARIAT),
        key=lambda code: (-world.weights[code], world.labels[code]),
    )
    places = {code: place for place, code in enumerate(known)}

    def reluctance(code: int) -> int:
        return places[code] + _scatter(world.labels[code] + database) % 160

    for code in sorted(known, key=reluctance)[: use.users]:
        likes = (2, 3, 4, 5, 6, 8, 12, 16)[_scatter(database + world.labels[code]) % 8]
        weights[code] = max(1, world.weights[code] * likes // 4)
    return weights


def _rates(
    world: _World, database: str, use: _Use | None, weights: Sequence[int]
) -> list[int]:  # fmt: skip
    """How many of a million searches of each bureau hit: around the database's rate."""
    if use is None:
        return [0] * len(weights)
    luck = [60 + _scatter(label + database + "hits") % 81 for label in world.labels]
    whole = sum(weights)
    met = sum(weight * one for weight, one in zip(weights, luck, strict=True)) or 1
    return [use.rate * one * whole // met for one in luck]


def _border_days(year: int) -> list[int]:
    """How busy each day of the year is at borders."""
    from datetime import date

    first = date(year, 1, 1).toordinal()
    days = []
    for number in range(first, date(year, 12, 31).toordinal() + 1):
        day = date.fromordinal(number)
        holidays = (day.month, day.day) >= (12, 20) or (day.month, day.day) <= (1, 3)
        days.append(_BORDER_MONTHS[day.month - 1] * (115 if holidays else 100) // 100)
    return days
