"""Messages between bureaus: their columns, how they are read, and their flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from ._options import Options, ReadingOptions, with_options
from .errors import QueryError
from .logs import Log
from .reading import Reading
from .schema import Field, Schema

if TYPE_CHECKING:
    from ._flow_series import FlowSeries
    from .flow import FlowMatrix
    from .responses import Responses

__all__ = ["MESSAGES", "MessageLog", "read_messages"]

MESSAGES = Schema(
    record="messages",
    fields=(
        Field("sent_at", "time", required=True),
        Field("sender", "label", required=True, domain="bureaus"),
        Field("receiver", "label", required=True, domain="bureaus"),
        Field("message_id", "id"),
        Field("reply_to", "id"),
        Field("kind", "label"),
        Field("priority", "label"),
        Field("crime_area", "label"),
        Field("language", "label"),
        Field("channel", "label"),
        Field("size", "integer", least=0, unit="bytes"),
        Field("messages", "integer", least=0),
    ),
    time="sent_at",
    weight="messages",
    identity="message_id",
    keys=("sender", "receiver"),
    flow=("sender", "receiver"),
    per=("recipient", "message"),
)


class MessageLog(Log):
    """Messages between bureaus; see ``read_messages``."""

    def flow(
        self,
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str | None = None,
        measure: str | None = None,
    ) -> FlowMatrix:
        """Return who wrote to whom: a square cube, sender by receiver.

        ``measure`` adds up a whole-number column instead of counting; ``where``, ``tz``
        and ``unit`` are as in ``count``.  Raise QueryError where the log was read without
        senders or receivers, or where they are of different domains.  Costs one pass.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.flow()["France", "Germany"]
        1
        """
        from .flow import FlowMatrix

        pair = self._check_flow()
        if measure is not None:
            self._check_measure(measure, pair, where, tz)
        flow: FlowMatrix = self._ask(pair, where, tz, None, unit, measure=measure, made=FlowMatrix)
        return flow

    def _check_flow(self) -> tuple[str, ...]:
        """Return the columns of senders and receivers; raise QueryError where they make no flow."""
        pair = self.schema.flow
        lacking = [name for name in pair if name not in self.columns]
        if lacking:
            raise QueryError(f"a flow needs {' and '.join(pair)}; {lacking[0]!r} was not read")
        first, second = (self.domains.get(name) for name in pair)
        if first is not second and first != second:
            raise QueryError(
                f"a flow is square, but {pair[0]} and {pair[1]} are of different domains; "
                f"count({pair[0]!r}, {pair[1]!r}) needs no common one"
            )
        return pair

    def flows(
        self,
        every: str = "week",
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str | None = None,
        measure: str | None = None,
    ) -> FlowSeries:
        """Return the flows of periods in a row, such as weeks, counted in one pass.

        ``every`` is a unit of time (year, quarter, month, week, day...); each flow has its
        own period, cut by the log's, and the members of it.  All else is as in ``flow``.
        Raise QueryError also for units that come round again, such as hours of the day.
        Costs one pass, and memory for periods x bureaus x bureaus cells.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.flows("month")["2023-03"]["DEU", "FRA"]
        1
        """
        from ._flow_series import flow_series

        self._check_flow()
        return flow_series(self, every, where, tz, unit, measure)

    def responses(
        self,
        requests: Mapping[str, object] | None = None,
        *,
        answered_by: str = "recipient",
        until: object = None,
        tz: Any = "UTC",
    ) -> Responses:
        """Match replies to requests by ``reply_to``: who is answered, how soon, what is open.

        ``requests`` says, as ``where``, which messages ask; without, all that reply to
        nothing.  Each row is a request, from its sender to its receiver.  A reply answers it
        when it names its ``message_id``, goes to the asker and comes from the asked
        (``answered_by="anyone"``: from anyone); the first such is its answer.  Answers at
        ``until`` (a moment in ``tz``; by default the period's end) and later do not count,
        and requests sent then are none.

        Exact, for any order of rows.  Raise QueryError where a column needed was not read,
        times are dates, or rows stand for several messages.  Costs a look-up per reply where
        ids are whole numbers that never fall, else a join of requests and replies in parts
        that fit the cache; 10 bytes a row are kept.

        >>> import interpol_bcn as bcn
        >>> log = bcn.simulate_messages(2000, seed=1)
        >>> found = log.responses({"kind": "request"})
        >>> found.requests == found.answered + found.open
        True
        """
        from .responses import Responses

        return Responses._of(self, requests, answered_by, until, tz)


@with_options
def read_messages(source: Any, **options: Unpack[ReadingOptions]) -> MessageLog:
    """Read messages from files, data frames or columns into a log.

    ``source`` is a path, a glob, a list of these, ``-`` (standard input), an object that
    speaks Arrow or the data frame interface, or a dict of columns.  Text is read by the
    core itself; Parquet, Arrow files and workbooks need the extras that bring their
    libraries.  Columns: ``sent_at sender receiver`` are required; ``message_id reply_to kind
    priority crime_area language channel size messages`` are read where they are.

    - ``columns`` maps our names to the source's, ``only`` reads fewer columns,
      ``measures`` more whole-number ones.
    - ``members`` is a Members, a Domain or ``"infer"``; ``extra`` adds labels, ``aliases``
      further texts for labels; ``domains`` closes other columns (a list or a Domain).
    - ``missing`` says which texts of a column mean that nothing is stated.
    - ``source_tz`` is the zone of times that state none; ``ambiguous`` ("raise", "earlier",
      "later") and ``nonexistent`` ("raise", "forward", "backward") say what clocks that
      change mean; ``time_format`` is strptime's, for what is not ISO 8601.
    - ``errors="raise"`` stops at the first bad row and says where it is; ``"reject"`` sets
      bad rows aside in ``log.rejected``.  Always seen = accepted + rejected + duplicates.
    - ``period`` (from, to) says what the extract covers; rows outside are bad rows.
    - ``unit`` is what ``count`` counts by default: "recipient" or "message".

    Raise InputError (file, line or row, column, value, reason, choices), MissingExtra,
    FileNotFoundError, QueryError for options that make no sense.  Costs one pass.

    >>> log = read_messages({"sent_at": ["2023-01-05T10:00Z", "2023-01-06T11:30Z"],
    ...                      "sender": ["FRA", "Germany"], "receiver": ["DE", "FR"]})
    >>> log
    2 messages, 2023-01-05 .. 2023-01-06 UTC, 2 of 195 members
    """
    return Reading(MESSAGES, Options(**options)).run(source, MessageLog)
