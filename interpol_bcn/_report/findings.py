"""What a report says: the figures of a log, each found once, ready to be put into words."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from .._figures import figures
from .._i18n import format_integer, format_number, format_percent, is_rtl, message
from ..axes import NOT_STATED

if TYPE_CHECKING:
    from ..axes import Axis
    from ..cube import Cube
    from ..flow import FlowMatrix
    from ..logs import Log
    from ..messages import MessageLog
    from ..responses import Responses
    from ..table import Table

__all__ = ["Findings"]

#: Pairs are listed one by one up to so many members.
MOST_MEMBERS = 500

Counted = list[tuple[int, int]]  # (position, figure), the largest first


class Findings:
    """The figures of one log, in one language, zone and length."""

    def __init__(
        self, log: MessageLog, language: str, tz: Any, n: int,
        others: Mapping[str, Log] | None = None,
    ) -> None:  # fmt: skip
        self.log = log
        self.others = others or {}
        self.language = language
        self.tz = tz
        self.zone = str(getattr(tz, "key", tz))
        self.n = n

    # Words

    def say(self, key: str, **fields: object) -> str:
        """Return a phrase of the report in its language."""
        return message(f"report.{key}", self.language, **fields)

    def integer(self, value: int) -> str:
        """Return a whole number as the language writes it."""
        return format_integer(value, self.language)

    def number(self, value: float, digits: int | None = None) -> str:
        """Return a number as the language writes it."""
        return format_number(value, self.language, digits)

    def percent(self, share: float, digits: int = 1) -> str:
        """Return a share as a percentage."""
        return format_percent(share, self.language, digits)

    def names(self, axis: Axis) -> list[str]:
        """Return what the positions of an axis are called."""
        names = axis.names(self.language)
        return [message("not_stated", self.language) if n == NOT_STATED else n for n in names]

    def month(self, label: str) -> str:
        """Return a month for people: "January 2023"."""
        if len(label) != 7:
            return label
        return f"{message(f'month_long.{int(label[5:])}', self.language)} {label[:4]}"

    @cached_property
    def days(self) -> tuple[str, str]:
        """The first and the last of the period, as short as they are exact."""
        from .._instants import format_period

        first, _, last = format_period(*self.log.period).removesuffix(" UTC").partition(" .. ")
        return first, last

    def period_words(self) -> str:
        """Return the period in words."""
        return self.say("period", first=self.ltr(self.days[0]), last=self.ltr(self.days[1]))

    def ltr(self, text: str) -> str:
        """Return a date or code that keeps its order among words written from the right."""
        return f"\u2066{text}\u2069" if is_rtl(self.language) else text

    @cached_property
    def responses(self) -> Responses | None:
        """The requests and their answers, of a log that says what replies to what."""
        from ..errors import QueryError

        log = self.log
        if "reply_to" not in log.columns or "message_id" not in log.columns:
            return None
        kinds = log.domains.get("kind")
        asked = kinds is not None and "request" in kinds.labels
        try:
            return log.responses({"kind": "request"} if asked else None)
        except QueryError:  # dates without hours, rows that stand for several
            return None

    # Totals

    @cached_property
    def total(self) -> int:
        """How many messages."""
        return self.log.total

    @cached_property
    def seconds(self) -> int:
        """The real length of the period."""
        return max(1, (self.log.period[1] - self.log.period[0]) // 1_000_000)

    def count(self, *axes: str) -> Cube:
        """Count along axes in the report's zone."""
        return self.log.count(*axes, tz=self.tz)

    @cached_property
    def scale(self) -> str:
        """The calendar axis that shows this period best: day, month or year."""
        days = self.seconds / 86_400
        return "day" if days <= 62 else "month" if days <= 366 * 4 else "year"

    @cached_property
    def over_time(self) -> tuple[list[str], list[int]]:
        """Labels and figures along the calendar."""
        return self._along(self.scale)

    def _along(self, axis: str) -> tuple[list[str], list[int]]:
        cube = self.count(axis)
        return list(cube.axes[0].labels), figures(cube)

    def busiest(self, axis: str) -> tuple[str, int] | None:
        """Return the fullest position of a calendar axis, the first of equals."""
        if self.log.dates_only and axis == "hour":
            return None
        cube = self.count(axis)
        if len(cube.axes[0]) < 2:
            return None
        row = cube.top(1).row(0)
        return str(row[axis]), int(row[cube.measure])

    @cached_property
    def week(self) -> list[int] | None:
        """The 168 hours of the week; None where times are dates."""
        return None if self.log.dates_only else self._along("hour_of_week")[1]

    def largest(self, axis: str) -> tuple[Axis, list[int], Counted]:
        """Return an axis, its figures, and the positions that have any, the largest first."""
        cube = self.count(axis)
        values = figures(cube)
        order = sorted((at for at, v in enumerate(values) if v), key=lambda at: -values[at])
        return cube.axes[0], values, [(at, values[at]) for at in order]

    @cached_property
    def attributes(self) -> list[str]:
        """The columns of kinds that this log has and that say something."""
        names = ("kind", "priority", "crime_area", "language", "channel")
        return [name for name in names if name in self.log.domains]

    # Pairs

    @cached_property
    def flow(self) -> FlowMatrix:
        """Who wrote to whom."""
        return self.log.flow(tz=self.tz)

    @property
    def listed(self) -> bool:
        """Whether there are few enough members to look at every pair."""
        return len(self.flow.axes[0]) <= MOST_MEMBERS

    @cached_property
    def regions(self) -> tuple[list[str], list[list[int]]] | None:
        """Names of regions and the flow between them; None without regions."""
        from .._drawing import regions

        domain = self.log.domains["sender"]
        if "region" not in domain.tables or not self.listed:
            return None
        return regions(self.flow, self.language)

    @cached_property
    def possible(self) -> int:
        """How many ordered pairs of different members were members at the same time."""
        return self.flow._possible()

    @cached_property
    def silent(self) -> list[tuple[int, int]]:
        """(sender, receiver) of the pairs that never wrote, in the order of the members."""
        table = self.flow.silent()
        place = {label: at for at, label in enumerate(self.flow.axes[0].labels)}
        sides = (table[name].tolist() for name in self.flow.dims)
        return [(place[a], place[b]) for a, b in zip(*sides, strict=True)]

    @cached_property
    def missing(self) -> Table | None:
        """The silent pairs with what is expected of them, the most expected first.

        The model knows what each member sent and received, nothing else.  None where no
        such model reproduces the figures.
        """
        from ..errors import QueryError

        try:
            return self.flow.missing("independence")
        except QueryError:
            return None

    @cached_property
    def bureau_names(self) -> dict[str, str]:
        """What each bureau is called, by its label."""
        axis = self.flow.axes[0]
        return dict(zip(axis.labels, self.names(axis), strict=True))

    @cached_property
    def never(self) -> list[int]:
        """Members that neither sent nor received."""
        sent, received = figures(self.flow.sent), figures(self.flow.received)
        return [code for code in self.flow._common if not sent[code] and not received[code]]
