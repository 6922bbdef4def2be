"""Operations: who took part, what came of it, and who works together.

A row is what one bureau contributed to one operation: an outcome and its quantity, or
nothing but its part.  Quantities of different units are never added up: a sum over several
raises, and names them.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from . import _core
from ._cells import labelled
from ._cube_words import told
from ._membership import on_days
from ._options import Options, ReadingOptions, with_options
from ._quantities import Quantities, several
from .axes import NOT_STATED
from .errors import QueryError
from .logs import Log
from .query import check_names
from .reading import Reading
from .schema import Field, Schema

if TYPE_CHECKING:
    from ._days import Day
    from .cube import Cube
    from .domain import Domain
    from .flow import FlowMatrix
    from .table import Table

__all__ = ["OPERATIONS", "OperationLog", "Quantities", "read_operations"]

OPERATIONS = Schema(
    record="contributions",
    fields=(
        Field("operation", "label", required=True),
        Field("bureau", "label", required=True, domain="bureaus"),
        Field("date", "time"),
        Field("outcome", "label"),
        Field("quantity", "integer", least=0),
        Field("unit", "label"),
    ),
    time="date",
    of="operations",
)
_STATED = (None, None)  # a range that keeps whatever is stated
_HOW = {
    "results": "Each quantity is the exact sum of what rows state, within one unit; bureaus are "
    "those with a row.",
    "countries": "Countries are the bureaus with a row that were members on one of the operation's "
    "days, from its first dated row to its last; share is over all members of these days.",
    "joint": "The operations in which both bureaus have a row.",
    "factsheet": "Each quantity is the exact sum of what the bureau's rows state, within one unit; "
    "countries are those of the whole operation.",
}


class OperationLog(Log):
    """What bureaus contributed to operations; see ``read_operations``."""

    def sum(
        self,
        measure: str = "quantity",
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Cube:
        """Add up a whole-number column along any axes; quantities within one unit only.

        Raise QueryError, naming them, for quantities of several units; ask along the axis
        ``unit`` or filter to one.  A quantity without a unit is of a unit of its own.  Of
        quantities, ``cube.unit`` is their unit.  Everything else is as in ``Log.sum``.

        >>> log = read_operations({"operation": ["A", "A"], "bureau": ["FRA", "DEU"],
        ...     "outcome": ["arrests", "seizures"], "quantity": [3, 500],
        ...     "unit": ["persons", "kg"]})
        >>> int(log.sum(where={"unit": "kg"}))
        500
        >>> log.sum()
        Traceback (most recent call last):
        interpol_bcn.errors.QueryError: quantities of different units do not add up: 'kg', \
'persons'; ask along the axis 'unit', or for one with where={'unit': 'kg'}
        """
        names = check_names(axes)
        cube = super().sum(measure, *names, where=where, tz=tz, asof=asof)
        if measure != "quantity":
            return cube
        if "unit" in names:
            cube.unit = "each in its unit"
            return Quantities._over(cube, cube.axes, cube)
        units = self._units(where, tz)
        if len(units) > 1:
            raise several(units)
        cube.unit = units[0] if units else measure
        return cube

    def _units(self, where: Mapping[str, object] | None, tz: Any) -> list[str]:
        """The units of the quantities that a filter leaves."""
        if "unit" not in self.columns:
            return []
        filters = {"quantity": _STATED, **(where or {})}
        return [unit for (unit,) in labelled(self.count("unit", where=filters, tz=tz))]

    def results(self, *, where: Mapping[str, object] | None = None, tz: Any = "UTC") -> Table:
        """Return what came of each operation, by outcome and unit.

        Columns: ``operation outcome unit``, ``quantity`` (None where no row states one),
        ``bureaus`` (how many contributed to it) and ``rows``, in the order of labels.
        Costs four passes.

        >>> read_operations({"operation": ["A", "A"], "bureau": ["FRA", "DEU"],
        ...     "outcome": ["arrests"] * 2, "quantity": [3, 4],
        ...     "unit": ["persons"] * 2}).results().to_dicts()
        [{'operation': 'A', 'outcome': 'arrests', 'unit': 'persons', 'quantity': 7, 'bureaus': 2, \
'rows': 2}]
        """
        axes = ("operation", *(name for name in ("outcome", "unit") if name in self.columns))
        rows = labelled(self.count(*axes, where=where, tz=tz))
        hands: dict[tuple[str, ...], int] = {}
        for key in labelled(self.count(*axes, "bureau", where=where, tz=tz)):
            hands[key[:-1]] = hands.get(key[:-1], 0) + 1
        sums = self._quantities(axes, where, tz)
        table = [
            (*_filled(key, axes), sums.get(key), hands[key], number) for key, number in rows.items()
        ]
        names = ("operation", "outcome", "unit", "quantity", "bureaus", "rows")
        return self._table("results", names, table, "results of operations", "quantity", where, tz)

    def _quantities(
        self, axes: tuple[str, ...], where: Mapping[str, object] | None, tz: Any
    ) -> dict[tuple[str, ...], int]:
        """The sum of every cell in which a quantity is stated, 0 included."""
        if "quantity" not in self.columns:
            return {}
        stated = labelled(self.count(*axes, where={"quantity": _STATED, **(where or {})}, tz=tz))
        sums = labelled(super().sum("quantity", *axes, where=where, tz=tz))
        return {key: sums.get(key, 0) for key in stated}

    def countries(self, *, where: Mapping[str, object] | None = None, tz: Any = "UTC") -> Table:
        """Return how many countries took part in each operation: members at its dates.

        Columns: ``operation``, ``first`` and ``last`` day (None where no row states a
        date), ``countries`` (members on any of these days that took part), ``others`` (who
        took part and was no member then: offices, missions), ``members`` (all members on
        these days) and ``share``, countries over members.  Without dates, membership is
        that of the log's period, and of now where it has none.

        >>> read_operations({"operation": ["A", "A", "A"], "bureau": ["FRA", "DEU", "IPSG"],
        ...     "date": ["2023-07-01", "2023-12-31", None]}).countries().to_dicts()
        [{'operation': 'A', 'first': '2023-07-01', 'last': '2023-12-31', 'countries': 2, \
'others': 1, 'members': 196, 'share': 0.01020408163265306}]
        """
        hands = self._hands(where, tz)
        days = self._days(where, tz)
        domain = self._bureaus()
        table = []
        for operation, bureaus in hands.items():
            first, last = days.get(operation, (None, None))
            members = self._members_at(domain, first, last)
            there = len(bureaus & members)
            table.append((operation, first, last, there, len(bureaus) - there, len(members),
                          there / len(members) if members else None))  # fmt: skip
        names = ("operation", "first", "last", "countries", "others", "members", "share")
        return self._table(
            "countries", names, table, "countries in each operation", "countries", where, tz
        )

    def _members_at(self, domain: Domain | None, first: str | None, last: str | None) -> set[str]:
        if domain is None:
            return set()
        codes = self._members() if first is None or last is None else on_days(domain, (first, last))
        return {domain.labels[code] for code in codes}

    def _hands(self, where: Mapping[str, object] | None, tz: Any) -> dict[str, set[str]]:
        """Who took part in each operation, in the order of labels."""
        hands: dict[str, set[str]] = {}
        for operation, bureau in labelled(self.count("operation", "bureau", where=where, tz=tz)):
            hands.setdefault(operation, set()).add(bureau)
        return hands

    def _days(self, where: Mapping[str, object] | None, tz: Any) -> dict[str, tuple[str, str]]:
        """The first and the last day of each operation that states one."""
        if "date" not in self.columns or self.period[0] == self.period[1]:
            return {}
        days: dict[str, tuple[str, str]] = {}
        for operation, day in labelled(self.count("operation", "day", where=where, tz=tz)):
            if day != NOT_STATED:  # days come in order
                days[operation] = (days.get(operation, (day, day))[0], day)
        return days

    def joint(
        self, a: str, b: str, *, where: Mapping[str, object] | None = None, tz: Any = "UTC"
    ) -> Table:
        """Return the operations in which two bureaus both took part.

        Columns: ``operation``, ``first``, ``last`` and ``bureaus``, how many took part.
        Raise LabelError, with the nearest names, for an unknown bureau, QueryError for one
        and itself.

        >>> read_operations({"operation": ["A", "A", "B"], "bureau": ["FRA", "DEU", "FRA"]}
        ...     ).joint("France", "DE")["operation"].tolist()
        ['A']
        """
        one, other = self._label(a), self._label(b)
        if one == other:
            raise QueryError(f"joint({a!r}, {b!r}): {one} and itself; give two bureaus")
        days = self._days(where, tz)
        table = [
            (operation, *days.get(operation, (None, None)), len(bureaus))
            for operation, bureaus in self._hands(where, tz).items()
            if one in bureaus and other in bureaus
        ]
        names = ("operation", "first", "last", "bureaus")
        return self._table(
            "joint", names, table, f"joint operations of {one} and {other}", "bureaus", where, tz
        )

    def _label(self, bureau: str) -> str:
        domain = self._bureaus()
        if domain is None:
            raise QueryError("this log names no bureau")
        return domain.labels[domain.resolve(bureau)]

    def network(self, *, where: Mapping[str, object] | None = None, tz: Any = "UTC") -> FlowMatrix:
        """Return who worked together: a symmetric cube of numbers of joint operations.

        Axes ``bureau`` and ``partner``; the diagonal is 0, for nobody is a partner of
        itself.  ``silent()`` are the pairs that never met in an operation, each in both
        orders, ``density()`` is that of the undirected graph.  The projection of a two-mode
        network on one mode, weighted by co-occurrence (Newman 2010, Networks, 6.6).  Costs
        the sum over operations of their bureaus squared.

        >>> network = read_operations({"operation": ["A", "A", "B", "B"],
        ...     "bureau": ["FRA", "DEU", "FRA", "DEU"]}).network()
        >>> network["FRA", "DEU"], network["DEU", "FRA"], network["FRA", "FRA"]
        (2, 2, 0)
        """
        from .flow import FlowMatrix

        parts: Cube = self.count("operation", "bureau", where=where, tz=tz)
        axis = parts.axes[1]
        place = {label: at for at, label in enumerate(axis.labels)}
        size = len(axis)
        cells: dict[int, int] = {}
        for bureaus in self._hands(where, tz).values():
            at = [place[bureau] for bureau in bureaus]
            for i in at:
                for j in at:
                    if i != j:
                        cells[i * size + j] = cells.get(i * size + j, 0) + 1
        places = sorted(cells)
        core = _core.Cube.from_sparse(
            (size, size), array("Q", places), array("q", (cells[one] for one in places))
        )
        made = FlowMatrix._over(core, (axis, axis.renamed("partner")), parts)
        made.measure, made.unit = "operations", "joint operations"
        if made.facts is not None:
            made.facts = made.facts._replace(record="operations")
        made._common = self._members()
        return made

    def factsheet(
        self, member: str, *, where: Mapping[str, object] | None = None, tz: Any = "UTC"
    ) -> Table:
        """Return what one bureau contributed: operation by operation, outcome by outcome.

        Columns: ``operation first last countries`` (of the whole operation), then the
        bureau's own ``outcome unit quantity``; the title says in how many operations it was
        and with how many bureaus.  Raise LabelError for an unknown bureau.

        >>> sheet = read_operations({"operation": ["A", "A"], "bureau": ["FRA", "DEU"],
        ...     "outcome": ["arrests", "arrests"], "quantity": [3, 4],
        ...     "unit": ["persons", "persons"]}).factsheet("France")
        >>> sheet.title, sheet["quantity"].tolist()
        ('France (FRA): 1 operation, 1 partner', [3])
        """
        from ._figures import counted

        label = self._label(member)
        hands = self._hands(where, tz)
        mine = {operation for operation, bureaus in hands.items() if label in bureaus}
        partners = {other for operation in mine for other in hands[operation]} - {label}
        known = {row["operation"]: row for row in self.countries(where=where, tz=tz)}
        axes = ("operation", *(name for name in ("outcome", "unit") if name in self.columns))
        own = {**(where or {}), "bureau": label}
        if where is not None and "bureau" in where:
            raise QueryError("factsheet() itself looks at 'bureau': leave it out of where=")
        sums = self._quantities(axes, own, tz)
        table = []
        for key in labelled(self.count(*axes, where=own, tz=tz)):
            row = known[key[0]]
            operation, outcome, unit = _filled(key, axes)
            table.append((operation, row["first"], row["last"], row["countries"], outcome, unit,
                          sums.get(key)))  # fmt: skip
        names = ("operation", "first", "last", "countries", "outcome", "unit", "quantity")
        domain = self._bureaus()
        called = label if domain is None else domain.name(label, "en")
        title = (
            f"{called} ({label}): {counted(len(mine), 'operations')}, "
            f"{counted(len(partners), 'partners')}"
        )
        return self._table("factsheet", names, table, title, "quantity", where, tz)

    def _table(
        self, verb: str, names: tuple[str, ...], rows: list[tuple[Any, ...]], title: str,
        measure: str, where: Mapping[str, object] | None, tz: Any,
    ) -> Table:  # fmt: skip
        from ._columns import Column
        from .table import Table

        values = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
        whole = ("quantity", "bureaus", "rows", "countries", "others", "members")
        columns = []
        for name, column in zip(names, values, strict=True):
            if name == "share":
                columns.append(Column(name, column, "number", format="percent"))
            elif name in ("operation", "outcome", "unit"):
                known = self.domains[name].labels if name in self.domains else ()
                labels = (*(one for one in known if one != NOT_STATED), NOT_STATED)
                columns.append(Column(name, column, labels=labels))
            else:
                columns.append(Column(name, column, "integer" if name in whole else "text"))
        cube = self.count(where=where, tz=tz)
        return Table.from_columns(
            columns, title=title, note=cube.note(), measure=measure,
            explain=f"{_HOW[verb]} {told(cube, f'OperationLog.{verb}')}",
        )  # fmt: skip


def _filled(key: tuple[str, ...], axes: tuple[str, ...]) -> tuple[str, str, str]:
    """The labels of operation, outcome and unit, "not stated" where one was not read."""
    found = dict(zip(axes, key, strict=True))
    return (
        found["operation"], found.get("outcome", NOT_STATED), found.get("unit", NOT_STATED)
    )  # fmt: skip


@with_options
def read_operations(source: Any, **options: Unpack[ReadingOptions]) -> OperationLog:
    """Read what bureaus contributed to operations into a log.

    Columns: ``operation bureau`` are required; ``date outcome quantity unit`` are read where
    they are.  A quantity is a whole number from 0 on; of money, in the smallest unit of its
    currency (``unit`` "USD cent"), so that sums stay exact.  A row without an outcome says
    that the bureau took part.  Sources and options are those of ``read_messages``.

    Raise what ``read_messages`` raises.  Costs one pass.

    >>> read_operations({"operation": ["A", "A"], "bureau": ["FRA", "Germany"],
    ...                  "date": ["2023-07-01", "2023-12-31"]})
    2 contributions, 2023-07-01 .. 2023-12-31 UTC, 2 of 196 members
    """
    return Reading(OPERATIONS, Options(**options)).run(source, OperationLog)
