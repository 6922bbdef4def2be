"""Each bureau's own time zone and weekend: tables that users may replace row by row."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ._units import WEEKDAYS
from .errors import InputError, LabelError, QueryError

if TYPE_CHECKING:
    from ._zones import Zone
    from .domain import Domain

__all__ = ["by_offsets", "own_weekends", "own_zones", "zones"]


@lru_cache(maxsize=4)
def _rows(name: str) -> tuple[dict[str, str], ...]:
    text = files("interpol_bcn").joinpath(f"data/{name}.csv").read_text("utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def zones() -> Any:
    """Return the zones and weekends of the bureaus that this package knows, as a Table.

    One row per bureau and zone: ``bureau zone main weekend source status``.  A country of
    several zones has one ``main``, that of its capital, where its bureau is taken to be: its
    status is "unverified".  Zones are IANA's, weekends those of Unicode CLDR.  Verbs with
    ``tz="own"`` use the main zone; their ``zones=`` and ``weekends=`` put others in its place.
    Costs some milliseconds, once.

    >>> import interpol_bcn as bcn
    >>> rows = [row for row in bcn.zones() if row["bureau"] == "PRT"]
    >>> [(row["zone"], row["main"]) for row in rows][:2]
    [('Europe/Lisbon', True), ('Atlantic/Madeira', False)]
    """
    from .table import Column, Table

    weekends = {row["code"]: row["days"] for row in _rows("weekends")}
    rows = sorted(_rows("zones"), key=lambda row: (row["code"], row["main"] != "yes"))
    main = [row["main"] == "yes" for row in rows]
    return Table.from_columns(
        [
            Column("bureau", [row["code"] for row in rows], "label"),
            Column("zone", [row["zone"] for row in rows], "text"),
            Column("main", main, "boolean"),
            Column("weekend", [weekends[row["code"]] for row in rows], "text"),
            Column("source", [row["source"] for row in rows], "text"),
            Column("status", [row["status"] for row in rows], "text"),
        ],
        title="time zones and weekends of the bureaus",
        note=f"{sum(main)} bureaus, {sum(row['status'] != 'sourced' for row in rows)} unverified",
    )


def own_zones(domain: Domain, given: Any) -> tuple[list[Zone | None], int]:
    """Return the zone of each label of a domain, and how many of them are unverified.

    ``given`` (a dict, a CSV or a Table with ``label`` or ``bureau`` and ``zone``) goes before
    the shipped table; raise InputError or QueryError for what is no label or no zone.
    """
    from ._zones import resolve_zone

    mine = {code: key for code, key, _ in _pairs(given, "zone", domain)}
    found: dict[str, tuple[str, bool]] = {}
    for row in _rows("zones"):
        if row["main"] == "yes":
            found[row["code"]] = row["zone"], row["status"] == "sourced"
    zones: list[Zone | None] = []
    unverified = 0
    for label in domain.labels:
        if label in mine:
            zones.append(resolve_zone(mine[label]))
            continue
        key, sure = found.get(label, ("", True))
        zones.append(resolve_zone(key) if key else None)
        unverified += not sure
    return zones, unverified


def own_weekends(domain: Domain, given: Any) -> list[frozenset[int]]:
    """Return the days of each label's weekend, Monday 0; Saturday and Sunday by default.

    ``given`` is one set of days for all ("Fri Sat"), or as in ``own_zones`` with ``days``.
    """
    if isinstance(given, str) and not os.path.exists(given):
        return [_days(given)] * len(domain.labels)
    mine = {code: _days(days) for code, days, _ in _pairs(given, "days", domain)}
    found = {row["code"]: _days(row["days"]) for row in _rows("weekends")}
    return [mine.get(label) or found.get(label) or _days("Sat Sun") for label in domain.labels]


def _days(text: object) -> frozenset[int]:
    words = text.split() if isinstance(text, str) else list(text) if text else []  # type: ignore[call-overload]
    wrong = [word for word in words if word not in WEEKDAYS]
    if wrong or not words:
        raise QueryError(
            f"weekends: {text!r}: write days as {', '.join(WEEKDAYS)}, such as 'Sat Sun'"
        )
    return frozenset(WEEKDAYS.index(word) for word in words)


def _pairs(given: Any, name: str, domain: Domain) -> list[tuple[str, Any, int]]:
    """Return the rows of a table of the user's: label, value, number."""
    if given is None:
        return []
    if isinstance(given, Mapping):
        rows = [(label, value, {"row": at + 1}) for at, (label, value) in enumerate(given.items())]
    else:
        from ._given import given as read

        table = read(given, f"{name}s")
        key = table.column(("label", "bureau", "code"), "the labels")
        column = table.column((name,), f"their {name}")
        rows = [
            (row[key], row[column], table.place(at))
            for at, row in enumerate(table.rows)
            if row.get("main") not in ("no", False)
        ]
    pairs: list[tuple[str, Any, int]] = []
    for at, (text, value, place) in enumerate(rows):
        try:
            label = domain.labels[domain.resolve(text)]
        except LabelError as error:
            raise InputError(
                error.reason,
                value=str(text),
                choices=error.choices,
                **place,  # type: ignore[arg-type]
            ) from None
        pairs.append((label, value, at))
    return pairs


def by_offsets(zones: Sequence[Zone | None], start: int, stop: int) -> list[tuple[Zone, list[int]]]:
    """Return the codes of labels whose clocks agree over a period, with one of their zones."""
    from ._zones import zone_table

    groups: dict[tuple[bytes, bytes], tuple[Zone, list[int]]] = {}
    tables: dict[str, tuple[bytes, bytes]] = {}
    for code, zone in enumerate(zones):
        if zone is None:
            continue
        if zone.key not in tables:
            starts, offsets = zone_table(zone, start, max(stop, start + 1))
            tables[zone.key] = starts.tobytes(), offsets.tobytes()
        groups.setdefault(tables[zone.key], (zone, []))[1].append(code)
    return list(groups.values())
