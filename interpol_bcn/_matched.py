"""A log whose replies were matched to its requests: three more columns, and what they hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ._figures import figures
from .domain import Domain
from .errors import QueryError
from .query import plan
from .schema import Field

if TYPE_CHECKING:
    from .axes import Axis
    from .messages import MessageLog

__all__ = ["ANSWERED", "OPEN", "REPLIES", "REQUESTS", "Matched", "match"]

ANSWERED, OPEN = "answered", "open"
#: what a message is as a request, in the order of the core's codes
REQUESTS = (ANSWERED, OPEN, "without id", "after the end")
#: what a reply is, in the order of the core's codes
REPLIES = (
    "first answer", "further answer", "before its request", "after the end",
    "between other bureaus", "to another message", "unknown request",
)  # fmt: skip
_COLUMNS = (
    Field("request_state", "label"),
    Field("reply_state", "label"),
    Field("response_time", "integer", unit="microseconds"),
)
_NEEDED = ("message_id", "reply_to", "sender", "receiver", "sent_at")


class Matched:
    """The messages with what was found of each, and the questions put to them.

    ``log`` is the log with three more columns, which all its axes and filters know.
    """

    __slots__ = ("log", "replies", "requests")

    def __init__(self, log: MessageLog, requests: list[int], replies: list[int]) -> None:
        self.log = log
        self.requests = dict(zip(REQUESTS, requests, strict=True))
        self.replies = dict(zip(REPLIES, replies, strict=True))

    def question(
        self, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any, asof: Any,
        states: tuple[str, ...],
    ) -> tuple[tuple[list[int], list[Any], list[Any], list[Any]], list[Axis], Any]:  # fmt: skip
        """Lay down a question about the requests of some states."""
        where = {} if where is None else where
        if isinstance(where, Mapping):
            for name in ("request_state", "response_time"):
                if name in where:
                    raise QueryError(f"where={{{name!r}: ...}}: the figures are by it already")
            where = {**where, "request_state": list(states)}
        laid = plan(self.log, names, where, tz, asof)
        return (laid.shape, laid.terms, laid.dials, laid.ranges), laid.axes, laid

    def number(self, name: str) -> int:
        """The place of a column."""
        return self.log.schema.number(name)

    def select(
        self, question: tuple[Any, ...], cells: int, ranks: list[tuple[int, int, int]]
    ) -> tuple[list[int], list[int]]:
        """How many requests each cell has, and their response times at some ranks."""
        if not len(self.log):
            return [0] * cells, [0] * cells * len(ranks)
        counts, values = self.log.run_select(question, self.number("response_time"), ranks)
        return memoryview(counts).tolist(), memoryview(values).tolist()

    def counts(
        self, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any, asof: Any,
        states: tuple[str, ...], times: tuple[int, int],
    ) -> list[int]:  # fmt: skip
        """How many requests of some states waited within a range, for each cell."""
        where = {**(where or {}), "request_state": list(states), "response_time": times}
        return figures(self.log._ask(names, where, tz, asof, None, rows=True))


def match(
    log: MessageLog, requests: Mapping[str, object] | None, anyone: bool, end: int, tz: Any
) -> Matched:
    """Match the replies of a log to its requests; raise QueryError where it cannot be."""
    lacking = [name for name in _NEEDED if name not in log.columns]
    if lacking:
        raise QueryError(
            f"answers are matched by {', '.join(_NEEDED)}; {lacking[0]!r} was not read"
        )
    if log.dates_only:
        raise QueryError("response times need hours, and 'sent_at' holds dates")
    weight = log.schema.weight
    if weight in log.columns:
        raise QueryError(f"rows that stand for several messages ({weight!r}) cannot be matched")
    taken = [field.name for field in _COLUMNS if field.name in log.schema.names]
    if taken:
        raise QueryError(f"the measure {taken[0]!r} has the name of a column made here")
    laid = plan(log, (), requests, tz)
    schema = log.schema._replace(fields=(*log.schema.fields, *_COLUMNS))
    core: Any = log
    found: tuple[list[int], list[int]] = [0] * len(REQUESTS), [0] * len(REPLIES)
    if len(log):
        numbers = [log.schema.number(name) for name in _NEEDED]
        question = (laid.shape, laid.terms, laid.dials, laid.ranges)
        core, *both = log.run_match(question, tuple(numbers), anyone, requests is None, end)  # type: ignore[arg-type]
        found = both[0], both[1]
    made = type(log)(core)
    made.__dict__.update(log.__dict__)
    first = len(log.schema.fields)
    infos = {field.name: made.column(first + at) for at, field in enumerate(_COLUMNS) if len(log)}
    added = {
        "request_state": Domain(REQUESTS),
        "reply_state": Domain(REPLIES),
    }
    made.schema = schema
    made._infos = {**log._infos, **{name: info for name, info in infos.items() if info}}
    made.columns = (*log.columns, *(field.name for field in _COLUMNS))
    made.domains = {**log.domains, **added}
    made._plans = {}
    return Matched(made, *found)
