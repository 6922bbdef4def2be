"""A synthetic year of messages between bureaus, always labelled synthetic.

Only the size of the year is real: "more than 18 million messages" in 2023.
Everything else is invented, so that the figures look like life and belong to
nobody: how much each bureau writes (a Zipf-like series over an invented
order), to whom (more to large bureaus and to those of its own area, a factor
of its own for each pair, a few pairs silent), when (its local working hours,
weekends and seasons), what kinds, sizes and delays.  Two simplifications to
know: every bureau keeps one offset from UTC all year, a whole or half hour,
without summer time; and the areas below are rough, made for this purpose,
not the regions of any register.

This module makes the tables, of whole numbers; the core makes the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from array import array

    from interpol_bcn._core import Memory

    from .messages import MessageLog
    from .reading import MadeUp

#: The labels of the codes in the columns ``kind`` and ``priority``.
KINDS = ("message", "request", "reply", "diffusion", "notice")
PRIORITIES = ("normal", "urgent", "very urgent")

#: Who runs the network: whom a bureau asks for a notice.
SECRETARIAT = "IPSG"


def _codes(text: str) -> list[str]:
    return text.split()


# Half hours east of UTC, by area.
_AREAS = {
    "Africa": {
        -2: "CPV",
        0: "BFA CIV GHA GIN GMB GNB LBR MLI MRT SEN SLE STP TGO",
        2: "AGO BEN CAF CMR COD COG DZA GAB GNQ MAR NER NGA TCD TUN",
        4: "BDI BWA EGY LBY LSO MOZ MWI NAM RWA SDN SSD SWZ ZAF ZMB ZWE",
        6: "COM DJI ERI ETH KEN MDG SOM TZA UGA",
        8: "MUS SYC",
    },
    "Americas": {
        -12: "BLZ CRI GTM HND MEX NIC SLV",
        -10: "BHS CAN COL CUB ECU HTI JAM PAN PER USA",
        -8: "ABW ATG BOL BRB CHL CUW DMA DOM GRD GUY KNA LCA PRY SXM TTO VCT VEN",
        -6: "ARG BRA SUR URY",
    },
    "Asia": {
        4: "LBN PSE",
        6: "BHR IRQ JOR KWT QAT SAU SYR YEM",
        7: "IRN",
        8: "ARE OMN",
        9: "AFG",
        10: "MDV PAK TJK TKM UZB",
        11: "IND LKA NPL",
        12: "BGD BTN KAZ KGZ",
        13: "MMR",
        14: "IDN KHM LAO THA VNM",
        16: "BRN CHN MNG MYS PHL SGP",
        18: "JPN KOR PLW TLS",
        20: "AUS FSM PNG",
        22: "SLB VUT",
        24: "FJI KIR MHL NRU NZL",
        26: "TON WSM",
    },
    "Europe": {
        0: "GBR IRL ISL PRT",
        2: "ALB AND AUT BEL BIH CHE CZE DEU DNK ESP FRA HRV HUN ITA LIE LUX MCO MKD MLT MNE "
        "NLD NOR POL SMR SRB SVK SVN SWE VAT " + SECRETARIAT,
        4: "BGR CYP EST FIN GRC ISR LTU LVA MDA ROU UKR",
        6: "BLR RUS TUR",
        8: "ARM AZE GEO",
    },
}

# An invented order of size; the others follow in an order without meaning.
_LARGEST = _codes(
    "FRA DEU ITA ESP GBR USA BEL NLD CHE AUT POL ROU TUR BRA IND ARE RUS CAN ARG AUS SRB GRC SWE "
    "PRT HUN BGR CZE UKR MEX COL ZAF CHN JPN MAR SGP THA ISR EGY NGA HRV ALB SVN NOR DNK FIN KEN"
)
_FRIDAY_AND_SATURDAY_OFF = _codes(
    "AFG BGD BHR DZA EGY IRN IRQ ISR JOR KWT LBY MDV OMN PSE QAT SAU SDN SYR YEM"
)
_WRITE_TO_THEMSELVES = _codes("DEU USA GBR IND BRA")
# Who joined lately; a caller that knows all the dates passes them.
_SINCE = {
    "SLB": "2017-09", "PSE": "2017-09", "KIR": "2018-11", "VUT": "2018-11",
    "FSM": "2022-11", "PLW": "2023-11",
}  # fmt: skip

# How busy each local hour is, and each month.
_WORKING_DAY = (
    *(12, 9, 8, 8, 9, 14, 30, 72, 150, 224, 250, 240),
    *(190, 196, 228, 222, 190, 130, 80, 54, 40, 30, 22, 16),
)
_FREE_DAY = (
    *(10, 8, 7, 7, 8, 10, 14, 24, 38, 50, 56, 55),
    *(48, 46, 48, 47, 44, 38, 32, 28, 24, 20, 16, 12),
)
_MONTHS = (960, 990, 1040, 970, 1010, 1060, 980, 840, 1040, 1100, 1080, 930)


def simulate_messages(
    n: int = 18_000_000, *, seed: int = 0, year: int = 2023, threads: int = 0
) -> MessageLog:
    """Return a log of ``n`` made-up messages over a year, always labelled synthetic.

    The number of 2023 is the published one ("more than 18 million messages"); who writes
    to whom, when, of which kind and how large is invented, so that tables and charts look
    like life: a few bureaus write most, offices keep local hours and weekends, requests
    are answered after minutes or weeks, a few pairs stay silent.  No figure of it says
    anything about any country.  Integer arithmetic only: the same ``n``, ``seed`` and ``year``
    give the same bytes on every machine and for any number of threads.
    Raise ValueError for arguments out of range.  Costs some 0.2 microseconds a row.

    >>> log = simulate_messages(1000, seed=1)
    >>> log.synthetic, len(log), log.count("month").total()
    ('synthetic data, seed 1', 1000, 1000)
    """
    from ._options import Options
    from .members import members
    from .messages import MESSAGES, MessageLog
    from .reading import Reading

    domain = members.domain()
    reading = Reading(MESSAGES, Options(period=(str(year), str(year + 1)), threads=threads or None))
    made = simulate_columns(n, labels=domain.labels, seed=seed, year=year, threads=threads)
    labels = {"sender": domain.labels, "receiver": domain.labels, "kind": KINDS,
              "priority": PRIORITIES}  # fmt: skip
    nulls = {"reply_to": made.pop("no_reply")}
    columns: list[MadeUp] = []
    for name, data in made.items():
        if name in labels:
            columns.append((name, "label", data, list(labels[name]), None))
        else:
            columns.append(
                (name, "tsu:UTC" if name == "sent_at" else "number", data, None, nulls.get(name))
            )
    return reading.run_made(columns, MessageLog, seed)


def simulate_columns(
    n: int,
    *,
    labels: Sequence[str],
    seed: int = 0,
    year: int = 2023,
    since: Mapping[str, str] | None = None,
    threads: int = 0,
) -> dict[str, Memory]:
    """Make the columns of a synthetic year of messages with exactly ``n`` rows.

    A row is one message to one receiver; the rows of one message share its ``message_id``.
    A diffusion ends with the rows of its half hour: small years have no large ones.
    ``labels`` are the bureaus in the order of their codes, by alpha-3; other labels write nothing.
    ``since`` says by alpha-3 when each joined ("2023-11" or "2023-11-28").
    The same arguments give the same bytes on every platform, for any number of ``threads``.

    Returns ``sent_at`` (microseconds UTC, ascending), ``sender``, ``receiver`` (codes in labels),
    ``kind`` (in KINDS), ``priority`` (in PRIORITIES), ``size`` (bytes), ``message_id``
    (ascending), ``reply_to`` (an earlier ``message_id``, or -2**63 for none) and ``no_reply``
    (1 for none).
    Raises ValueError for arguments out of range or fewer than two known bureaus.
    Takes 32 bytes and some 100 ns (one thread) a row.

    >>> columns = simulate_columns(1000, labels=["DEU", "FRA", "USA"], seed=7)
    >>> len(columns["sent_at"]), columns["message_id"][0]
    (1000, 1)
    """
    from array import array
    from datetime import date

    from interpol_bcn import _core

    if not 0 <= n < 2**32 - 1:
        raise ValueError(f"n is {n}: a synthetic year has 0 to {2**32 - 2} rows")
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed is {seed}: it must lie in 0 .. 2**64 - 1")
    if threads < 0:
        raise ValueError(f"threads is {threads}: it must be 0 (all) or more")
    if len(labels) > 255:
        raise ValueError(f"a domain of {len(labels)} bureaus, and at most 255 can be simulated")
    first = date(year, 1, 1)
    world = _World(labels)
    columns: dict[str, Memory] = _core.simulate_messages(
        rows=n,
        seed=seed,
        threads=threads,
        start=(first - date(1970, 1, 1)).days * 86_400_000_000,
        weekday=first.weekday(),
        bureaus=len(labels),
        days=(date(year, 12, 31) - first).days + 1,
        weeks=3,
        secretariat=world.places.get(SECRETARIAT, -1),
        weight=array("H", world.weights),
        pairs=world.pairs(),
        offset=array("b", world.offsets),
        week=array("B", world.weeks),
        pace=array("B", world.paces),
        since=array("H", world.first_days(year, _SINCE if since is None else since)),
        hours=_hours(),
        day=array("H", _days(year)),
    )
    return columns


class _World:
    """The bureaus of a domain and how each behaves, by code."""

    def __init__(self, labels: Sequence[str]) -> None:
        from zlib import crc32

        self.labels = list(labels)
        places = {
            code: (area, offset)
            for area, zones in _AREAS.items()
            for offset, codes in zones.items()
            for code in _codes(codes)
        }
        smaller = sorted(set(places) - set(_LARGEST) - {SECRETARIAT}, key=_scatter)
        sizes = {code: 40_000 // (rank + 3) for rank, code in enumerate(_LARGEST + smaller)}
        sizes[SECRETARIAT] = sizes["ITA"]
        self.places = {label: code for code, label in enumerate(labels) if label in places}
        if len(self.places) < 2:
            raise ValueError("a synthetic year needs two bureaus by alpha-3 in its domain")
        self.weights = [sizes.get(label, 0) for label in labels]
        self.areas = [places[label][0] if label in places else "" for label in labels]
        self.offsets = [places[label][1] if label in places else 0 for label in labels]
        self.weeks = [
            2 if label == SECRETARIAT else int(label in _FRIDAY_AND_SATURDAY_OFF)
            for label in labels
        ]
        self.paces = [(0, 1, 1, 1, 2)[crc32(label.encode()) % 5] for label in labels]

    def pairs(self) -> array[int]:
        """How much each writes to each: a matrix, 0 where a pair is silent."""
        from array import array

        count = len(self.labels)
        matrix = array("H", bytes(2 * count * count))
        known = sorted((label, code) for label, code in self.places.items())
        for i, (label, a) in enumerate(known):
            if label in _WRITE_TO_THEMSELVES:
                matrix[a * count + a] = self.weights[a] // 40
            for other, b in known[i + 1 :]:
                chance = _scatter(label + other)
                small = max(self.weights[a], self.weights[b]) < 400
                if small and chance % 64 == 0:
                    continue  # a pair that has nothing to say to each other
                close = 4 if self.areas[a] == self.areas[b] else 1
                close *= (1, 1, 2, 2, 3, 4)[chance // 64 % 6]
                matrix[a * count + b] = max(1, self.weights[b] * close // 4)
                matrix[b * count + a] = max(1, self.weights[a] * close // 4)
        return matrix

    def first_days(self, year: int, since: Mapping[str, str]) -> list[int]:
        """The day of the year from which each belongs to the network."""
        from datetime import date

        days = []
        for label in self.labels:
            joined = since.get(label, "0001-01")
            day = date.fromisoformat(joined if len(joined) > 7 else joined + "-01")
            days.append(min(max((day - date(year, 1, 1)).days, 0), 366))
        return days


def _scatter(text: str) -> int:
    """A number that looks like chance and is always the same."""
    from zlib import crc32

    return crc32(text.encode()) * 2_654_435_761 % 2**32 >> 8


def _hours() -> array[int]:
    """How busy each half hour of a week is, for each of the three weeks."""
    from array import array

    hours = array("B")
    for free in ((5, 6), (4, 5), ()):
        for weekday in range(7):
            for hour in range(24):
                busy = (_FREE_DAY if weekday in free else _WORKING_DAY)[hour]
                if not free:  # a command centre that never closes
                    busy = 60 + busy // 2
                hours.extend((busy, busy))
    return hours


def _days(year: int) -> list[int]:
    """How busy each day of the year is, weekdays apart."""
    from datetime import date, timedelta

    days = []
    day = date(year, 1, 1)
    while day.year == year:
        holidays = (day.month, day.day) >= (12, 24) or (day.month, day.day) == (1, 1)
        days.append(_MONTHS[day.month - 1] * (6 if holidays else 10) // 10)
        if day == date.max:
            break
        day += timedelta(days=1)
    return days
