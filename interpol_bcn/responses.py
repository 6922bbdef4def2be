"""Service: which requests were answered, how soon, and what is still open.

An open request is not dropped: its answer is later than the end of the period, which is
what censored means, and the product-limit estimate (Kaplan & Meier 1958) takes it so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ._cube_words import Words, coverage, told
from ._matched import ANSWERED, OPEN, REPLIES, Matched, match
from .errors import QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from ._days import Day
    from .cube import Cube
    from .messages import MessageLog
    from .table import Table

__all__ = ["Responses"]

_WAYS = ("recipient", "anyone")


class Responses:
    """The requests of a log and their first answers; made by ``MessageLog.responses``.

    Immutable.  Requests are a row each, so one to five bureaus is five, and each is answered
    by its own.  Always requests = answered + open, and replies = the sum of their kinds;
    ``repr`` shows both.  Two logs of the same rows in any order give equal figures.  Parts
    of a log do not add up: a reply in one may answer a request in another, so match over the
    whole.

    >>> import interpol_bcn as bcn
    >>> log = bcn.read_messages({
    ...     "sent_at": ["2023-03-01T08:00Z", "2023-03-01T10:00Z", "2023-03-02T09:00Z"],
    ...     "sender": ["FRA", "DEU", "FRA"], "receiver": ["DEU", "FRA", "ITA"],
    ...     "message_id": [1, 2, 3], "reply_to": [None, 1, None]})
    >>> log.responses()
    2 requests, 2023-03-01 .. 2023-03-02 UTC: 1 answered, 1 open
    1 reply: 1 first answer
    """

    __slots__ = ("_anyone", "_end", "_matched")

    _anyone: bool
    _end: int
    _matched: Matched

    def __init__(self) -> None:
        raise TypeError("responses are made by a log of messages: log.responses()")

    @classmethod
    def _of(
        cls, log: MessageLog, requests: Mapping[str, object] | None, answered_by: str, until: Any,
        tz: Any,
    ) -> Responses:  # fmt: skip
        from ._instants import parse_instant

        if answered_by not in _WAYS:
            near = did_you_mean(suggest(str(answered_by), _WAYS))
            raise QueryError(f"answered_by={answered_by!r}{near or ':'} {' or '.join(_WAYS)}")
        end = log.period[1] if until is None else parse_instant(until, tz)
        self = object.__new__(cls)
        self._anyone = answered_by == "anyone"
        self._end = end
        self._matched = match(log, requests, self._anyone, end, tz)
        return self

    # What was found

    @property
    def requests(self) -> int:
        """How many requests there are: answered + open."""
        return self.answered + self.open

    @property
    def answered(self) -> int:
        """How many requests were answered before the end."""
        return self._matched.requests[ANSWERED]

    @property
    def open(self) -> int:
        """How many requests were not answered before the end."""
        return self._matched.requests[OPEN]

    @property
    def end(self) -> str:
        """The moment up to which answers count, UTC: the period's end, or ``until``."""
        from ._instants import format_instant

        return format_instant(self._end, "UTC")

    @property
    def account(self) -> Table:
        """Every message that asks or replies, by what became of it: ``what state messages``.

        A reply is a first answer (of some request), a further answer, sent before its
        request, sent at the end or later, between other bureaus than those of the request,
        to a message that is no request here, or to an id that no message has.  Requests
        without an id, and those sent at the end or later, are none.  Nothing is left out.
        """
        from ._service import matching
        from .table import Table

        rows = [("request", *row) for row in self._matched.requests.items()]
        rows += [("reply", *row) for row in self._matched.replies.items()]
        what, state, messages = zip(*rows, strict=True)
        return Table(
            {"what": what, "state": state, "messages": messages},
            title="Requests and replies",
            note=self._note(),
            explain=f"Each figure is the exact number of messages of that state. {matching(self)} "
            + told(self._words(), "Responses.account", unit="messages"),
            measure="messages",
        )

    def replies(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Cube:
        """Count the replies by what they are (``reply_state``) and any axes; see ``account``.

        Costs one pass.  Raise QueryError as ``count``.
        """
        where = {**(where or {}), "reply_state": list(REPLIES)}
        cube: Cube = self._matched.log._ask((*axes, "reply_state"), where, tz, asof, None)
        cube._made = "by what became of each reply", "Responses.replies"
        return cube

    def _note(self, laid: Any = None) -> str:
        from ._instants import format_period

        said = self._words(laid)
        return "; ".join([format_period(*said.period), *said.filters, *coverage(said)])

    def _words(self, laid: Any = None) -> Words:
        """What is said of the figures of a question, or of all."""
        log = self._matched.log
        filters = [f"answers up to {self.end}{', of anyone' if self._anyone else ''}"]
        if laid is not None:
            filters += [word for word in laid.words if not word.startswith("request_state ")]
        period = log.period if laid is None else laid.period
        return Words("requests", "requests", period, "UTC", tuple(filters), log.facts)

    def __repr__(self) -> str:
        from ._figures import counted
        from ._instants import format_period

        requests, replies = self._matched.requests, self._matched.replies
        words = (
            f"{counted(self.requests, 'requests')}, {format_period(*self._matched.log.period)}: "
            f"{self.answered:,} answered, {self.open:,} open"
        )
        for state, number in list(requests.items())[2:]:
            words += f"; {number:,} {state}" if number else ""
        total = sum(replies.values())
        kinds = ", ".join(
            _plural(number, state) for state, number in replies.items() if number
        )  # fmt: skip
        noun = "reply" if total == 1 else "replies"
        return f"{words}\n{total:,} {noun}" + (f": {kinds}" if kinds else "")

    def __copy__(self) -> Responses:
        return self

    def __deepcopy__(self, memo: object) -> Responses:
        return self

    # Questions

    def by(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
        within: object = None,
        horizon: object = None,
        censored: bool = True,
        unit: str = "hour",
        zeros: bool = False,
    ) -> Table:
        """Return how requests were served along any axes of the log.

        The sender is the asker, the receiver the asked; times are the request's.  Columns:

        - ``requests answered open``, and ``answered share`` of the requests;
        - ``median p90``: exact, of those answered: the least time within which at least half
          (nine tenths) of the answers had come (type 1 of Hyndman & Fan 1996);
        - ``median of all``, ``p90 of all``: the same of all requests, with open ones taken as
          answered later than the end (Kaplan & Meier 1958): the least t with S(t) <= 1/2
          (1/10); None where so many never were.  Not with ``censored=False``;
        - ``mean to H``: the mean time with none counted beyond ``horizon="30d"`` (restricted
          mean: the area under S up to it);
        - ``due in time within``: with ``within="24h"``, the requests for which the limit has
          passed or that were answered, those answered in it, and their share.  A request
          open for less than the limit is not yet due.  A dict gives limits per priority:
          ``{"urgent": "8h", "normal": "3d"}``; requests of others have none;
        - ``oldest open``: the age at the end of the oldest.

        Times are in ``unit`` (microsecond, exact, to week).  ``where``, ``tz`` and ``asof``
        are as in ``count``.  Rows without requests are left out but for ``zeros=True``.
        Raise QueryError for what the log does not know.  Costs two passes, and a sort
        of the requests of each cell for what is of all.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({
        ...     "sent_at": ["2023-03-01T08:00Z", "2023-03-01T10:00Z", "2023-03-02T09:00Z"],
        ...     "sender": ["FRA", "DEU", "FRA"], "receiver": ["DEU", "FRA", "DEU"],
        ...     "message_id": [1, 2, 3], "reply_to": [None, 1, None]})
        >>> log.responses().by("receiver").select(["receiver", "requests", "open", "median"])
        Requests and their answers by receiver
        receiver  requests  open  median (h)
        ────────  ────────  ────  ──────────
        DEU              2     1           2
        2023-03-01 .. 2023-03-02 UTC; answers up to 2023-03-03T00:00Z; 2 of 195 members; \
times in hours
        """
        from ._service import by

        return by(self, axes, where, tz, asof, within, horizon, censored, unit, zeros)

    def curve(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
        at: Sequence[object] | None = None,
        level: float = 0.95,
        unit: str = "hour",
    ) -> Table:
        """Return how many are still open after a time: the product-limit curve.

        Columns: the axes, ``time``, ``at risk`` (requests open for at least that long),
        ``answered`` (up to that time), ``survival`` S(t), the part not yet answered, and its
        interval ``low high`` of ``level``: Greenwood's (1926), on log(-log S), so that it
        stays between 0 and 1; None once S is 0.  A row for each time at which an answer came,
        or for each of ``at``, such as ``["1h", "1d", "7d"]``.  S is the product over the times
        t of (n - d) / n, with n at risk and d answered there (Kaplan & Meier 1958).

        Costs a sort of the requests of each cell, and a row for each different time.
        """
        from ._service import curve

        return curve(self, axes, where, tz, asof, at, level, unit)

    def backlog(
        self,
        every: str = "day",
        *,
        bands: Sequence[object] = ("1d", "7d", "30d"),
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
    ) -> Table:
        """Return what was open at the end of each hour, day, week, month, quarter or year.

        Columns: the unit, ``sent`` (requests sent in it), ``answered`` (in it), ``open`` at
        its end, and of these, ``open 1d`` and so on: open for at least so long.  Exact:
        open = open before + sent - answered.  The last moment is the end of the period.
        Requests sent before the period are unknown, so the first figures are low, until the
        oldest open would have been sent in it.  Costs one pass.
        """
        from ._service import backlog

        return backlog(self, every, bands, where, tz)

    def flow(
        self,
        statistic: str = "median",
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str = "hour",
    ) -> Table:
        """Return the response time of each ordered pair: who asks, who answers, how soon.

        Columns ``sender receiver requests answered`` and ``median`` or ``p90``, exact, of
        those answered (None where none was).  The sender asks, the receiver answers.  Pairs
        without requests are left out.  Costs four passes.
        """
        from ._service import flow

        return flow(self, statistic, where, tz, unit)

    def asymmetry(
        self,
        least: int = 5,
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str = "hour",
    ) -> Table:
        """Return the pairs of bureaus of which one answers the other more slowly.

        Columns ``slower quicker``, ``slow`` (the median time in which the slower answers the
        quicker), ``quick`` (the other way), their ``difference`` and ``ratio``; the greatest
        difference first.  Of pairs with at least ``least`` answers both ways.
        """
        from ._service import asymmetry

        return asymmetry(self, least, where, tz, unit)


def _plural(number: int, state: str) -> str:
    """``2 further answers``; what is no noun stays as it is."""
    more = "s" if number != 1 and state.endswith("answer") else ""
    return f"{number:,} {state}{more}"
