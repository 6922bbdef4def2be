"""Notices and diffusions: what was issued and closed, what is valid, what the public sees.

Three measures, which never mix: *issued* (and closed) are flows, added up over time;
*valid* is a stock, what was issued and not yet closed at a date; *public* is the part of
the stock that the public may see.  Each is a measure of its own, so that cubes of two of
them refuse to add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from . import _core
from ._options import Options, ReadingOptions, with_options
from ._stocks import Stock, called, series, stock
from .axes import CALENDAR
from .cube import Cube
from .errors import QueryError
from .logs import Log
from .query import check_names
from .reading import Reading
from .schema import Field, Rule, Schema

if TYPE_CHECKING:
    from ._days import Day
    from .domain import Domain
    from .table import Table

__all__ = ["NOTICES", "NoticeLog", "Stock", "colours", "read_notices", "yes_no"]

NOTICES = Schema(
    record="notices",
    fields=(
        Field("issued_at", "time", required=True),
        Field("requester", "label", required=True, domain="bureaus"),
        Field("colour", "label", required=True, domain="colours"),
        Field("closed_at", "time"),
        Field("state", "label"),
        Field("ground", "label"),
        Field("public", "label", domain="yes_no"),
        Field("notices", "integer", least=0),
    ),
    time="issued_at",
    weight="notices",
    rules=(Rule("order", "issued_at", "closed_at"),),
)


def colours() -> Domain:
    """Return the shipped kinds of notices, and the diffusion beside them.

    >>> kinds = colours()
    >>> kinds.labels[:3], kinds.labels[kinds.resolve("notice rouge")]
    (('red', 'blue', 'green'), 'red')
    """
    from ._reference import LANGUAGES, _read
    from .domain import Domain

    rows = _read("colours")
    names = {row["colour"]: {one: row[one] for one in LANGUAGES} for row in _read("colour_names")}
    return Domain([row["colour"] for row in rows], names=names)


def yes_no() -> Domain:
    """Return the domain of plain answers.

    >>> [yes_no().labels[yes_no().resolve(text)] for text in ("oui", "FALSE", "1")]
    ['yes', 'no', 'yes']
    """
    from .domain import Domain

    said = {"yes": ("true", "1", "y", "t"), "no": ("false", "0", "n", "f")}
    names = {
        "yes": {"en": "yes", "fr": "oui", "es": "sí", "ar": "نعم"},
        "no": {"en": "no", "fr": "non", "es": "no", "ar": "لا"},
    }
    aliases = {text: label for label, texts in said.items() for text in texts}
    return Domain(["yes", "no"], names=names, aliases=aliases)


class NoticeLog(Log):
    """Notices and diffusions; see ``read_notices``."""

    def opened(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Cube:
        """Count what was issued, along any axes: a flow, by the time of issue.

        As ``count``, under the measure ``issued``.

        >>> log = read_notices({"issued_at": ["2022-05-01", "2023-01-05"],
        ...     "requester": ["FRA", "DEU"], "colour": ["red", "red"],
        ...     "closed_at": ["2023-02-01", None]})
        >>> log.opened("year").to_dicts()
        [{'year': '2022', 'issued': 1}, {'year': '2023', 'issued': 1}]
        """
        cube: Cube = self._ask(check_names(axes), where, tz, asof, None)
        return called(cube, "issued")

    def closed(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Cube:
        """Count what was closed, along any axes: a flow, by the time of closing.

        ``"year"`` and the other units of the calendar are those of the closing here;
        ``closed_at.year`` is the same.  Raise QueryError where ``closed_at`` was not read.

        >>> log = read_notices({"issued_at": ["2022-05-01", "2023-01-05"],
        ...     "requester": ["FRA", "DEU"], "colour": ["red", "red"],
        ...     "closed_at": ["2023-02-01", None]})
        >>> log.closed("year").to_dicts()
        [{'year': '2023', 'closed': 1}]
        """
        self._needs("closed_at")
        filters = dict(where or {})
        whole = "closed_at" not in filters
        filters.setdefault("closed_at", (None, None))
        names = check_names(axes)
        start, stop = self.span("closed_at")
        asked = tuple(f"closed_at.{name}" if name in CALENDAR else name for name in names)
        cube: Cube = self._ask(asked, filters, tz, asof, None)
        core: _core.Cube = cube
        made = list(cube.axes)
        for number, (axis, name) in enumerate(zip(cube.axes, names, strict=True)):
            if axis.calendar is not None and axis.column == "closed_at":
                kept = range(len(axis) - 1 if start < stop else 0)  # closed, so it is stated
                core = core.take(number, kept)
                made[number] = axis.cut(kept).renamed(name)
        closed = cube._like(core, made)
        if whole:
            closed.filters = tuple(
                word for word in cube.filters if not word.startswith("closed_at in ")
            )
        closed.period = (start, stop) if start < stop else cube.period
        return called(closed, "closed")

    def stock(
        self,
        at: Any,
        *axes: str,
        opening: Any = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Stock:
        """Return what is valid at a date: issued before, and not closed before.

        ``at`` is a year, a month or a day (then its end), or a datetime.  With ``opening``,
        a pair (date, balance) or an earlier stock, it is the balance at that date plus what
        was issued since, minus what was closed since, so that a notice of the balance may
        close.  A balance is a whole number, with axes a dict from labels (a tuple of them
        for several axes).  Labels only are axes; their tables are those of the date.  A
        refused request was never valid: leave it out with ``where={"state":
        Not("refused")}``.

        Raise QueryError for axes of time (see ``valid``), a date before the opening or
        outside a period that was given, and a balance too small for what was closed.  Exact;
        costs two passes.

        >>> log = read_notices({"issued_at": ["2022-05-01", "2023-01-05"],
        ...     "requester": ["FRA", "DEU"], "colour": ["red", "red"],
        ...     "closed_at": ["2023-02-01", None]})
        >>> int(log.stock("2023-01")), int(log.stock("2023-02-01"))
        (2, 1)
        >>> int(log.stock("2023", opening=("2022", 57_347)))
        57347
        """
        return stock(self, "valid", at, axes, opening, where, tz, asof)

    def public(
        self,
        at: Any,
        *axes: str,
        opening: Any = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Stock:
        """Return the part of the stock at a date that the public may see.

        As ``stock``, of the notices whose column ``public`` says yes.  Raise QueryError
        where that column was not read.

        >>> log = read_notices({"issued_at": ["2022-05-01", "2023-01-05"],
        ...     "requester": ["FRA", "DEU"], "colour": ["red", "red"], "public": ["yes", "no"]})
        >>> int(log.stock("2023")), int(log.public("2023"))
        (2, 1)
        """
        self._needs("public")
        if where is not None and "public" in where:
            raise QueryError("public() itself looks at 'public': leave it out of where=")
        shown = {**(where or {}), "public": "yes"}
        return stock(self, "public", at, axes, opening, shown, tz, asof)

    def valid(
        self,
        *axes: str,
        every: str = "month",
        opening: Any = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Table:
        """Return the stock at the end of every month (or year, quarter, week, day).

        Columns: ``every``, the axes, ``issued`` and ``closed`` in that time, ``valid`` at
        its end; each row's ``valid`` is the one before, plus issued, minus closed.  The
        series runs from the opening, or the first day, to the end of the period, or the
        last issue or closing.  Everything else is as in ``stock``.

        >>> log = read_notices({"issued_at": ["2022-11-01", "2023-01-05"],
        ...     "requester": ["FRA", "DEU"], "colour": ["red", "red"],
        ...     "closed_at": ["2023-01-01", None]})
        >>> log.valid(every="quarter")["valid"].tolist()
        [1, 1]
        """
        return series(self, axes, every, opening, where, tz, asof)

    def decisions(
        self,
        by: str | None = "ground",
        *,
        year_of: str = "publication",
        refused: str | Sequence[str] = "refused",
        cancelled: str | Sequence[str] = "cancelled",
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
    ) -> Table:
        """Return what was refused and cancelled, by year and ground, and at what rate.

        ``year_of="publication"`` puts each under the year in which the notice was issued,
        ``"decision"`` under the year in which it was closed.  Either way the rate is over
        what was issued in that year: by publication a share of a cohort, by decision one
        flow over another.  ``by`` is any axis (None: none); along all but ground and state,
        what was issued is that of the label too.  ``refused`` and ``cancelled`` are the
        labels of ``state`` that mean so.  Columns: ``year``, ``by``, ``refused cancelled
        decided issued published rate``.  ``issued`` is all that was asked for in the year,
        refused requests too; ``published`` what of it was not refused, so that requests and
        notices never mix.

        Raise QueryError where ``state`` was not read or has none of these labels, or, by
        decision, where ``closed_at`` was not read.

        >>> log = read_notices({"issued_at": ["2022-05-01", "2022-06-01"],
        ...     "requester": ["FRA", "DEU"], "colour": ["red", "red"],
        ...     "closed_at": ["2023-02-01", None], "state": ["cancelled", "valid"]})
        >>> log.decisions(None).to_dicts()
        [{'year': '2022', 'refused': 0, 'cancelled': 1, 'decided': 1, 'issued': 2, 'published': 2, \
'rate': 0.5}]
        """
        from ._decisions import decisions

        return decisions(self, by, year_of, refused, cancelled, where, tz)

    # What the verbs share

    def _needs(self, column: str) -> None:
        if column not in self.columns:
            raise QueryError(f"this log has no column {column!r}; it was not in the source, or "
                             "not read")  # fmt: skip


@with_options
def read_notices(source: Any, **options: Unpack[ReadingOptions]) -> NoticeLog:
    """Read notices and diffusions into a log.

    Columns: ``issued_at requester colour`` are required; ``closed_at state ground public
    notices`` are read where they are.  ``colour`` is one of the shipped kinds (``red``,
    ``Notice rouge`` ...; others by ``domains={"colour": [...]}``), ``public`` yes or no,
    ``notices`` how many a row stands for.  A notice that closed before it was issued is a
    bad row.  Sources and options are those of ``read_messages``; a ``period`` is that of the
    issue, so leave it out where notices of earlier years close in the extract.

    Raise what ``read_messages`` raises.  Costs one pass.

    >>> read_notices({"issued_at": ["2023-01-05"], "requester": ["IPSG"], "colour": ["Rouge"]},
    ...              domains={"colour": ["rouge", "bleu"]})
    1 notice, 2023-01-05 .. 2023-01-05 UTC, 0 of 195 members
    """
    return Reading(NOTICES, Options(**options)).run(source, NoticeLog)
