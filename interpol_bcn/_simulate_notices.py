"""Synthetic notices and diffusions of ten years, always labelled synthetic.

What is in print is met exactly: the stock at the end of 2023 (74,224 red, 16,394 yellow,
18,179 blue and 2,237 black notices) and how many were refused or cancelled in 2023 (1,598).
Who asked, when, for what and for how long is invented, and no figure of it says anything
about any country.  Whole numbers only: the same arguments give the same records everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from ._simulate import _SINCE, SECRETARIAT, _World
from ._simulate_records import _DAY, _NOTICES, _added, _Columns, _Draws, _labels, _number
from ._simulate_searches import _parts

if TYPE_CHECKING:
    from .notices import NoticeLog

#: By colour: valid at the end of 2023 (as printed for the first four; the others invented),
#: and how many of a hundred the public may see.
_VALID = {
    "red": (74_224, 12), "yellow": (16_394, 40), "blue": (18_179, 0), "black": (2_237, 30),
    "green": (2_900, 0), "orange": (180, 0), "purple": (700, 0), "un-special": (780, 95),
    "diffusion": (41_000, 0),
}  # fmt: skip
#: Of a hundred issued, how many are still valid at the end of the year, one year later, ...
_STILL = (97, 91, 85, 79, 72, 64, 55, 47, 39, 31)
_REFUSED, _REFUSED_BEFORE = 1_598, 1_200  # and cancelled, in the year and in each before it
_STATES = ("valid", "expired", "withdrawn", "cancelled", "refused")
#: As printed for 2024: human rights (Article 2), neutrality (Article 3), all others.
_GROUNDS = {"Article 2": 111, "Article 3": 194, "other": 2_157}


def simulate_notices(*, seed: int = 0, year: int = 2023) -> NoticeLog:
    """Return a log of made-up notices and diffusions of ten years, labelled synthetic.

    The last of the ten years is ``year``.  A row is a notice: who asked for it, its colour,
    when it was issued and, where it is no more, closed, its ``state``, whether it is
    ``public``, and the ``ground`` of a refusal or cancelling.  At the end of the year the
    printed stock of the end of 2023 is met exactly (74,224 red, 16,394 yellow, 18,179 blue,
    2,237 black), and 1,598 were refused or cancelled in it; the rest is invented.
    Raise ValueError for a seed or a year out of range.  Costs a second or two.

    >>> log = simulate_notices(seed=1)
    >>> log.synthetic, log.count("colour", where={"state": "valid"})["red"]
    ('synthetic data, seed 1', 74224)
    """
    from ._options import Options
    from .notices import NOTICES, NoticeLog
    from .reading import Reading

    if not 1966 <= year <= 9998:
        raise ValueError(f"year is {year}: it must lie in 1966 .. 9998")
    first = year - len(_STILL) + 1
    reading = Reading(NOTICES, Options(period=(str(first), str(year + 1))))
    labels = {name: _labels(reading, name) for name in ("requester", "colour", "public")}
    log: NoticeLog = notice_columns(labels, seed, year).log(
        reading, NoticeLog, seed, by="issued_at"
    )
    return log


def notice_columns(labels: Mapping[str, Sequence[str]], seed: int, year: int) -> _Columns:
    """Make the rows of the ten years that end with a year, in no order of time.

    ``labels`` has the bureaus by alpha-3, the colours and the words for yes and no.
    """
    colours = {colour: code for code, colour in enumerate(labels["colour"])}
    said = [labels["public"].index(answer) for answer in ("no", "yes")]
    columns = _Columns(**labels, state=_STATES, ground=list(_GROUNDS))
    made = [
        columns.add(*column)
        for column in (("issued_at", "tsu:UTC", "q"), ("requester", "label", "H"),
                       ("colour", "label", "B"), ("closed_at", "tsu:UTC", "q"),
                       ("state", "label", "B"), ("ground", "label", "B"),
                       ("public", "label", "B"))
    ]  # fmt: skip
    desk = _Desk(_World(labels["requester"]), seed, year - len(_STILL) + 1)
    for issued, requester, colour, closed, state, ground, public in desk.rows():
        cells = issued, requester, colours[colour], closed, state, ground, said[public]
        for column, value in zip(made, cells, strict=True):
            column.append(value)
    return columns


_Notice = tuple[int, int, str, int | None, int, int | None, bool]


class _Desk:
    """Who asks for notices, when, and what becomes of them."""

    def __init__(self, world: _World, seed: int, first: int) -> None:
        years = len(_STILL)
        self.seed = seed
        self.starts = [_number(f"{first + number:04}-01-01") for number in range(years + 1)]
        self.secretariat = world.places.get(SECRETARIAT, 0)
        joined = world.first_days(first, _SINCE)
        weights = [
            0 if label == SECRETARIAT or day > 0 else weight
            for label, weight, day in zip(world.labels, world.weights, joined, strict=True)
        ]
        self.upto = _added(weights)

    def _moment(self, draws: _Draws, first: int, last: int) -> int:
        """A moment of a day from first up to, without, last: by office hours, to the minute."""
        day = first + draws.below(max(last - first, 1))
        return day * _DAY + (6 * 60 + draws.below(12 * 60)) * 60_000_000

    def _requester(self, draws: _Draws, colour: str) -> int:
        return self.secretariat if colour == "un-special" else draws.pick(self.upto)

    def rows(self) -> Iterable[_Notice]:
        """Yield the notices: still valid, closed in time, refused or cancelled."""
        for place, (colour, (valid, public)) in enumerate(_VALID.items()):
            draws = _Draws(self.seed, _NOTICES, place)
            held = _parts(valid, _STILL)
            for age, still in enumerate(_STILL):
                number = len(_STILL) - 1 - age
                gone = held[age] * (100 - still) // still
                for row in range(held[age] + gone):
                    requester = self._requester(draws, colour)
                    seen = draws.below(100) < public
                    issued = self._moment(draws, *self.starts[number : number + 2])
                    if row < held[age]:
                        yield issued, requester, colour, None, 0, None, seen
                        continue
                    last = max(self.starts[-1], issued // _DAY + 2)
                    closed = self._moment(draws, issued // _DAY + 1, last)
                    if closed >= self.starts[-1] * _DAY:
                        closed = issued + 3_600_000_000
                    yield issued, requester, colour, closed, 1 + draws.below(2), None, seen
        yield from self._decided()

    def _decided(self) -> Iterable[_Notice]:
        """Yield those refused, within weeks, and cancelled, some time after their issue."""
        colours = [colour for colour in _VALID if colour != "un-special"]
        which = _added(_VALID[colour][0] for colour in colours)
        grounds = _added(_GROUNDS.values())
        draws = _Draws(self.seed, _NOTICES, len(_VALID))
        for number in range(len(_STILL)):
            first, last = self.starts[number : number + 2]
            for _ in range(_REFUSED if number == len(_STILL) - 1 else _REFUSED_BEFORE):
                colour = colours[draws.pick(which)]
                requester = self._requester(draws, colour)
                closed = self._moment(draws, first, last)
                refused = draws.below(2) == 1
                before = closed // _DAY - self.starts[0]  # days that the log covers
                days = draws.below(min(40 if refused else 1_400, before) + 1)
                issued = closed - days * _DAY
                ground = draws.pick(grounds)
                yield issued, requester, colour, closed, 4 if refused else 3, ground, False
