"""Logs: records in columns, immutable, and the questions they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import _core
from ._figures import Facts, counted
from ._keeping import Keeping, rollup_of
from ._membership import days_between, on_days
from ._moments import Moments
from ._times import Times
from .account import Account, Rejected
from .axes import axis_names
from .cube import Cube
from .errors import QueryError, suggest
from .query import Plan, check_names, frozen, memory_available, plan

if TYPE_CHECKING:
    from ._days import Day
    from ._rollup import Rollup
    from .domain import Domain
    from .schema import Schema

__all__ = ["Log"]

Made = TypeVar("Made", bound="Cube")
Self = TypeVar("Self", bound="Log")
_PLANS = 64


class Log(Moments, Times, Keeping, _core.Log):
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
    _rollup: Rollup | None

    @classmethod
    def _made(
        cls,
        core: _core.Log,
        schema: Schema,
        domains: Mapping[str, Domain],
        account: Account,
        *,
        period: tuple[int, int] | None = None,
        unit: str = "",
        synthetic: str = "",
        read: Sequence[str] = (),
        rollup: bool = True,
        bare: bool = False,
    ) -> Any:
        """Return a log of this class over finished columns; ``bare``, without its coverage."""
        self = cls(core)
        self.schema = schema
        infos = {field.name: self.column(number) for number, field in enumerate(schema.fields)}
        self._infos = {name: info for name, info in infos.items() if info is not None}
        self.columns = tuple(self._infos)
        if not len(self):  # what no row filled was read all the same
            self.columns = tuple(n for n in schema.names if n in self._infos or n in read)
        self.domains = {name: domains[name] for name in self.columns if name in domains}
        self.account = account
        self.unit = unit
        times = self._infos.get(schema.time) if schema.time is not None else None
        self.dates_only = schema.time is not None and self.has_dates(schema.time)
        self.period_given = period is not None
        if period is None:
            period = _whole_days(times, len(self))
        self.period = period
        self._plans = {}
        self._rollup = rollup_of(self) if rollup and not bare else None
        if bare:
            self.facts = Facts(schema.record, account, (0, 0), synthetic)
            return self
        bureaus = self._bureaus()
        members = bureaus.membership if bureaus is not None else ()
        stocks = frozenset(field.name for field in schema.fields if field.stock)
        weight = self._infos.get(schema.weight or "")
        silent = weight["missing"] if weight is not None else 0
        own = schema.time or ""
        self.facts = Facts(schema.record, account, (0, 0), synthetic, members, stocks, silent, own)
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
        return tuple(axis_names(self))

    @property
    def measures(self) -> tuple[str, ...]:
        """The names of the whole-number columns that can be summed."""
        numbers = self.schema.of_kind("integer")
        return tuple(name for name in numbers if name in self.columns)

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the columns take, identifiers included."""
        return sum(self._nbytes)

    def has_dates(self, column: str) -> bool:
        """Say whether a column of times holds dates without hours."""
        info = self._infos.get(column)
        return bool(info and info["dates"])

    def span(self, column: str) -> tuple[int, int]:
        """Return the whole UTC days of a column of times, and the period if one was given."""
        start, stop = _whole_days(self._infos.get(column), len(self))
        if not self.period_given:
            return start, stop
        ours = self.period
        return (min(start, ours[0]), max(stop, ours[1])) if start < stop else ours

    def table_size(self, column: str) -> int:
        """Return the entries of a table over a label column: 256 or 65,536."""
        if not len(self):
            return 65536 if len(self.domains.get(column, ())) > 255 else 256
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

    def _bureaus(self) -> Domain | None:
        """The domain of the bureaus, of a log that has any."""
        fields = (f.name for f in self.schema.fields if f.bureau and f.name in self.domains)
        return next((self.domains[name] for name in fields), None)

    def _members(self, period: tuple[int, int] | None = None) -> tuple[int, ...]:
        """The codes of who was a member on any day of a period, by default the log's.

        Of a log without times, who is a member now.
        """
        timed = self.period[0] < self.period[1]
        days = days_between(*(self.period if period is None else period)) if timed else None
        return on_days(self._bureaus(), days)

    def __repr__(self) -> str:
        from ._instants import format_period

        unit = self.schema.record
        words = counted(self.total, unit)
        if self.schema.weight in self.columns:
            words += f" in {counted(len(self), 'rows')}"
        if not len(self):
            words += ", no rows"
        elif self.period[0] < self.period[1]:
            words += f", {format_period(*self.period)}"
        else:
            words += ", without times"
        seen, members = self.coverage
        if members:
            words += f", {seen} of {members} members"
        if self.facts.silent:
            words += f"; {self.facts.silence}"
        if self.synthetic:
            words += f" ({self.synthetic})"
        if self.account.rejected.count or self.account.duplicates:
            words += f"\n{self.account}"
        return words

    def _repr_html_(self) -> str:
        from html import escape

        return "<br>".join(escape(line) for line in repr(self).splitlines())

    # The rows themselves

    def to_arrow(self) -> Any:
        """Return the rows as a ``pyarrow.Table``, in the order and under the names of columns.

        Labels leave as dictionaries, times as UTC microseconds, what is not stated as null.
        Any library that speaks Arrow takes a log as it is: ``polars.DataFrame(log)``.
        Codes, times and numbers are not copied.  Raise MissingExtra without pyarrow.
        """
        try:
            import pyarrow
        except ImportError:
            from .errors import MissingExtra

            raise MissingExtra("parquet", "pyarrow", "to make an Arrow table") from None
        return pyarrow.table(self)

    def __arrow_c_schema__(self) -> object:
        from ._rows import arrow_rows

        return arrow_rows(self).__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        from ._rows import arrow_rows

        return arrow_rows(self).__arrow_c_stream__(requested_schema)

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
        period's last.  ``unit="message"`` counts a message to several once.  A row that
        does not state its weight, where others do, counts none, as the note says.  Raise
        QueryError or LabelError, with the nearest names, for what the log does not know.
        Costs one pass over the columns named.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("month").to_dicts()[0]
        {'month': '2023-01', 'messages': 1}
        """
        cube: Cube = self._ask(check_names(axes), where, tz, asof, unit)
        return cube

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
        A measure is its row's total: it is never multiplied by the row's weight.  A stock
        (what is there at a date) is not added up over dates: QueryError says why.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"], "size": [2**62, 5],
        ...                          "sender": ["FRA", "FRA"], "receiver": ["DEU", "ITA"]})
        >>> log.sum("size", "sender")["FRA"] - 2**62
        5
        """
        names = check_names(axes)
        self._check_measure(measure, names, where, tz)
        cube: Cube = self._ask(names, where, tz, asof, None, measure=measure)
        return cube

    def _check_measure(
        self, measure: str, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any
    ) -> None:
        if measure not in self.measures:
            known = ", ".join(map(repr, self.measures)) or "none here"
            near = suggest(str(measure), self.measures)
            hint = f"; did you mean {near[0]!r}?" if near else "."
            raise QueryError(f"no measure {measure!r}{hint} Measures are: {known}")
        if self.schema.field(measure).stock:
            from ._stock_sums import check_stock

            check_stock(self, measure, names, where, tz)

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
        if self.schema.split is not None and measure is None and not rows:
            whole = self._parted(names, where, tz, asof)
            if whole is not None:
                from ._split import parted

                one = self.schema.counted_per(unit)
                return (made or Cube)._answer(parted(self, whole), self, whole, None, one)
        laid = self._plan(names, where, tz, asof)
        unit = self.unit if unit is None else self.schema.counted_per(unit)
        number, groups = -1, None
        if measure is not None:
            number = self.schema.number(measure)
        elif not rows:
            number, groups = self._counting(unit)
        if not len(self):  # nothing to look at, and perhaps no columns to look into
            core = self.run(laid.shape, [], [], [], -1, None, 0, memory_available())
            return (made or Cube)._answer(core, self, laid, measure, unit)
        known = self._rollup
        found = None if known is None else known.answer(self, laid, laid.key, number, groups)
        if found is not None:
            return (made or Cube)._answer(found, self, laid, measure, unit)
        memory = memory_available() if laid.cells > 1 << 20 else 0
        core = self.run(
            laid.shape, laid.terms, laid.dials, laid.ranges, number, groups, 0, memory
        )  # fmt: skip
        if known is not None:
            known.remember(laid, laid.key, number, groups, core)
        return (made or Cube)._answer(core, self, laid, measure, unit)

    def _parted(
        self, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any, asof: Any
    ) -> Any:
        """The plan of a question along the axis that parts rows; None for another."""
        from ._split import plan_parted

        return plan_parted(self, names, where, lambda n, w: self._plan(n, w, tz, asof))

    def _ask_both(
        self, measure: str, names: tuple[str, ...], where: Mapping[str, object] | None, tz: Any
    ) -> tuple[Cube, Cube]:
        """Count records and add up a measure along the same axes, in one pass where it can."""
        self._check_measure(measure, names, where, tz)
        number, groups = self._counting(self.unit)
        if groups is not None or not len(self):
            counted = self._ask(names, where, tz, None, None)
            return counted, self._ask(names, where, tz, None, None, measure=measure)
        laid = self._plan(names, where, tz, None)
        both = (number, self.schema.number(measure))
        memory = memory_available() if laid.cells > 1 << 20 else 0
        cubes = self.run(laid.shape, laid.terms, laid.dials, laid.ranges, both, None, 0, memory)
        counts, sums = (Cube._answer(cubes[i], self, laid, (None, measure)[i], self.unit)
                        for i in range(2))  # fmt: skip
        return counts, sums

    def _counting(self, unit: str) -> tuple[int, tuple[int, int] | None]:
        """What to add up for a count: the weight's column, or messages by their id."""
        schema = self.schema
        weighted = schema.weight is not None and schema.weight in self.columns
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
        try:
            key = (names, frozen(where), frozen(tz), frozen(asof))
        except TypeError:
            return plan(self, names, where, tz, asof)
        laid = self._plans.get(key)
        if laid is None:
            laid = plan(self, names, where, tz, asof)
            laid.key = key
            if len(self._plans) >= _PLANS:
                self._plans.clear()
            self._plans[key] = laid
        return laid

    def __copy__(self) -> Any:
        return self

    def __deepcopy__(self, memo: object) -> Any:
        return self

    def __reduce__(self) -> Any:
        raise TypeError(
            "a log is not pickled: send its source and read it there, or send cubes, which add up"
        )


def _whole_days(times: Mapping[str, Any] | None, rows: int) -> tuple[int, int]:
    """The whole UTC days from the first row to the last."""
    day = 86_400_000_000
    if times is None or times["missing"] == rows:
        return 0, 0
    return times["least"] // day * day, (times["greatest"] // day + 1) * day
