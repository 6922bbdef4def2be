"""Logs: records in columns, immutable, and the questions they answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from . import _core
from .account import Account, Rejected
from .axes import axis_names
from .cube import Cube, Facts
from .errors import QueryError, suggest
from .query import Plan, check_names, memory_available, plan

if TYPE_CHECKING:
    from ._days import Day
    from .domain import Domain
    from .flow import FlowMatrix
    from .schema import Schema

__all__ = ["Log", "MessageLog"]

Made = TypeVar("Made", bound="Cube")
_PLANS = 64


class Log(_core.Log):
    """Records in columns: what a reader leaves, and what questions are asked of.

    ``len(log)`` is the number of rows, ``log.total`` of records (a row may stand for
    many).  A log never changes, and any number of threads may ask it.
    """

    schema: Schema
    domains: dict[str, Domain]
    account: Account
    period: tuple[int, int]
    period_given: bool
    unit: str
    facts: Facts
    dates_only: bool
    columns: tuple[str, ...]
    _infos: dict[str, dict[str, Any]]
    _plans: dict[Any, Plan]

    @classmethod
    def _made(
        cls,
        core: _core.Log,
        schema: Schema,
        domains: Mapping[str, Domain],
        account: Account,
        *,
        period: tuple[int, int] | None = None,
        unit: str = "recipient",
        synthetic: str = "",
    ) -> Any:
        """Return a log of this class over finished columns."""
        self = cls(core)
        self.schema = schema
        infos = {
            field.name: self.column(number) for number, field in enumerate(schema.fields)
        }
        # A column in which no row states a label has no domain, and so no axis.
        labels = schema.of_kind("label")
        self._infos = {
            name: info
            for name, info in infos.items()
            if info is not None and (name in domains or name not in labels)
        }
        self.columns = tuple(self._infos)
        self.domains = {name: domains[name] for name in self.columns if name in domains}
        self.account = account
        self.unit = unit
        times = self._infos.get(schema.time)
        self.dates_only = bool(times and times["dates"])
        self.period_given = period is not None
        if period is None:
            period = _whole_days(times, len(self))
        self.period = period
        self._plans = {}
        self.facts = Facts(schema.record, account, (0, 0), synthetic)
        self.facts = self.facts._replace(coverage=self._coverage())
        return self

    # What it holds

    @property
    def seen(self) -> int:
        """Rows handed to the reader: accepted + rejected + duplicates."""
        return self.account.seen

    @property
    def accepted(self) -> int:
        """Rows in this log; the same as ``len(log)``."""
        return self.account.accepted

    @property
    def duplicates(self) -> int:
        """Rows left out because the same record came before."""
        return self.account.duplicates

    @property
    def rejected(self) -> Rejected:
        """The rows that were refused, with reasons."""
        return self.account.rejected

    @property
    def total(self) -> int:
        """How many records the rows stand for: their weights' sum, or their number."""
        return self.count().total()

    @property
    def axes(self) -> tuple[str, ...]:
        """The names of all axes this log can be asked along."""
        return tuple(axis_names(self.domains, self.columns))

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the whole-number columns that can be summed."""
        numbers = self.schema.of_kind("integer")
        return tuple(name for name in numbers if name in self.columns)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the columns take, identifiers included."""
        return sum(self._nbytes)

    def table_size(self, column: str) -> int:
        """Return the entries of a table over a label column: 256 or 65,536."""
        values = self._infos[column]["values"]
        return 65536 if memoryview(values).itemsize == 2 else 256

    @property
    def coverage(self) -> tuple[int, int]:
        """(members that sent or received, members at any day of the period).

        Of another domain than that of the bureaus, all labels count as members.
        """
        return self.facts.coverage

    @property
    def synthetic(self) -> str:
        """Empty, or a label that says how these records were made up."""
        return self.facts.synthetic

    def _coverage(self) -> tuple[int, int]:
        columns = [f.name for f in self.schema.fields if f.bureau and f.name in self.columns]
        if not columns or not (len(self) or self.period_given):
            return 0, 0
        members = set(self._members())
        seen: set[int] = set()
        for column in columns:
            counts = self._ask((column,), None, "UTC", None, None, rows=True)
            cells = memoryview(counts.dense()).tolist()
            seen.update(index for index, value in enumerate(cells) if value)
        return len(seen & members), len(members)

    def _members(self) -> tuple[int, ...]:
        """The codes of who was a member on any day of the period."""
        from ._instants import format_instant

        column = next(f.name for f in self.schema.fields if f.bureau and f.name in self.columns)
        first, last = (
            format_instant(time, "UTC")[:10]
            for time in (self.period[0], max(self.period[0], self.period[1] - 1))
        )
        return self.domains[column].members_in(first, last)

    def __repr__(self) -> str:
        from ._instants import format_period

        unit = self.schema.record
        words = f"{self.total:,} {unit}"
        if self.schema.weight in self.columns:
            words += f" in {len(self):,} rows"
        if not len(self):
            words += ", no rows"
        elif self.period[1] > self.period[0]:  # else no source said when
            words += f", {format_period(*self.period)}"
        seen, members = self.coverage
        if members:
            words += f", {seen} of {members} members"
        if self.synthetic:
            words += f" ({self.synthetic})"
        if self.account.rejected.count or self.account.duplicates:
            words += f"\n{self.account}"
        return words

    def _repr_html_(self) -> str:
        from html import escape

        return "<br>".join(escape(line) for line in repr(self).splitlines())

    # Questions

    def count(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
        unit: str | None = None,
    ) -> Cube:
        """Count records along any axes, exactly.

        Without axes, the cube has one cell.  ``where`` filters (a label, a list of labels,
        a half-open range of times or numbers, ``Not``, ``last``), ``tz`` says in which zone
        calendars look, ``asof`` at which day dated tables (regions) do: by default the
        period's last.  ``unit="message"`` counts a message to several once.  Raise
        QueryError or LabelError, with the nearest names, for what the log does not know.
        Costs one pass over the columns named.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("month").to_dicts()[0]
        {'month': '2023-01', 'messages': 1}
        """
        return self._ask(check_names(axes), where, tz, asof, unit)

    def sum(
        self,
        measure: str,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Cube:
        """Add up a whole-number column along any axes, exactly, beyond 64 bits too.

        Rows that do not state the measure add nothing.  Everything else is as in ``count``.
        A measure is its row's total: it is never multiplied by the row's weight.
        """
        if measure not in self.measures:
            known = ", ".join(map(repr, self.measures)) or "none here"
            near = suggest(str(measure), self.measures)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise QueryError(f"no measure {measure!r}{hint} Measures are: {known}")
        return self._ask(check_names(axes), where, tz, asof, None, measure=measure)

    def flow(
        self,
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        unit: str | None = None,
        measure: str | None = None,
    ) -> FlowMatrix:
        """Return who wrote to whom: a square cube, sender by receiver."""
        from .flow import FlowMatrix

        pair = self.schema.keys
        if len(pair) != 2:
            raise QueryError(f"{self.schema.record} have no sender and receiver")
        return self._ask(pair, where, tz, None, unit, measure=measure, made=FlowMatrix)

    def _ask(
        self,
        names: tuple[str, ...],
        where: Mapping[str, object] | None,
        tz: Any,
        asof: Day | None,
        unit: str | None,
        *,
        measure: str | None = None,
        rows: bool = False,
        made: type[Made] | None = None,
    ) -> Any:
        laid = self._plan(names, where, tz, asof)
        number, groups = -1, None
        if measure is not None:
            number = self.schema.number(measure)
        elif not rows:
            number, groups = self._counting(unit or self.unit)
        cells = 1
        for size in laid.shape:
            cells *= size
        core = self.run(
            laid.shape,
            laid.terms,
            laid.dials,
            laid.ranges,
            number,
            groups,
            0,
            memory_available() if cells > 1 << 20 else 0,
        )
        return (made or Cube)._answer(core, self, laid, tz, measure, unit or self.unit)

    def _counting(self, unit: str) -> tuple[int, tuple[int, int] | None]:
        """What to add up for a count: the weight's column, or messages by their id."""
        schema = self.schema
        weighted = schema.weight is not None and schema.weight in self.columns
        if unit not in ("recipient", "message"):
            raise QueryError(f"unit={unit!r}: count per 'recipient' or per 'message'")
        if unit == "message":
            if schema.identity is None or schema.identity not in self.columns:
                raise QueryError("unit='message' needs the message_id of each row")
            if weighted:
                raise QueryError("unit='message' cannot count rows that stand for several")
            return -1, (schema.number(schema.identity), schema.number(schema.keys[0]))
        return (schema.number(schema.weight), None) if weighted and schema.weight else (-1, None)

    def _plan(
        self, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any, asof: Any
    ) -> Plan:
        """Lay down a question, or find it laid down before."""
        key = (names, repr(where) if where else None, repr(tz), repr(asof))
        laid = self._plans.get(key)
        if laid is None:
            laid = plan(self, names, where, tz, asof)
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            self._plans[key] = laid
        return laid


class MessageLog(Log):
    """Messages between bureaus; see ``read_messages``."""


def _whole_days(times: Mapping[str, Any] | None, rows: int) -> tuple[int, int]:
    """The whole UTC days from the first row to the last."""
    day = 86_400_000_000
    if times is None or not rows:
        return 0, 0
    return times["least"] // day * day, (times["greatest"] // day + 1) * day
