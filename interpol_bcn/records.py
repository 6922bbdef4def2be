"""What the databases hold and who is connected: stocks at dates, and what changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Unpack

from ._options import Options, ReadingOptions, with_options
from .errors import QueryError
from .logs import Log
from .reading import Reading
from .schema import Field, Schema

if TYPE_CHECKING:
    from ._days import Day
    from .table import Table

__all__ = ["ACCESS", "RECORDS", "RecordLog", "read_access", "read_records"]

RECORDS = Schema(
    record="statements",
    fields=(
        Field("date", "time", required=True),
        Field("bureau", "label", required=True, domain="bureaus"),
        Field("database", "label", required=True, domain="databases"),
        Field("stock", "integer", least=0, unit="records", stock=True),
        Field("created", "integer", least=0, unit="records"),
        Field("updated", "integer", least=0, unit="records"),
        Field("deleted", "integer", least=0, unit="records"),
    ),
    time="date",
    keys=("bureau", "database"),
)

ACCESS = Schema(
    record="statements",
    fields=(
        Field("date", "time", required=True),
        Field("bureau", "label", required=True, domain="bureaus"),
        Field("access_points", "integer", least=0, stock=True),
        Field("authorities", "integer", least=0, stock=True),
        Field("users", "integer", least=0, stock=True),
    ),
    time="date",
    keys=("bureau",),
)


class RecordLog(Log):
    """Statements of what is there at a date; see ``read_records`` and ``read_access``."""

    def management(
        self,
        *axes: str,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
        zeros: bool = True,
    ) -> Table:
        """Return what was created, updated and deleted, along any axes, side by side.

        Columns: the axes, those of ``created updated deleted`` that were read, and ``net``
        (created less deleted, where both were).  ``zeros=False`` leaves out cells in which
        nothing changed.  Raise QueryError where none was read.  Costs a sum for each.

        >>> log = read_records({"date": ["2023-12-31"], "bureau": ["FRA"], "database": ["SLTD"],
        ...                     "created": [60], "deleted": [10]})
        >>> log.management("year", "bureau", zeros=False).to_dicts()
        [{'year': '2023', 'bureau': 'FRA', 'created': 60, 'deleted': 10, 'net': 50}]
        """
        from ._columns import Column
        from ._cube_words import told
        from ._figures import figures
        from .table import Table

        names = [name for name in ("created", "updated", "deleted") if name in self.measures]
        if not names:
            raise QueryError("this log has none of created, updated, deleted; they were not read")
        cubes = [self.sum(name, *axes, where=where, tz=tz, asof=asof) for name in names]
        long = cubes[0].to_table()
        cells: dict[str, list[int]] = {
            name: figures(cube) for name, cube in zip(names, cubes, strict=True)
        }
        if "created" in cells and "deleted" in cells:
            pairs = zip(cells["created"], cells["deleted"], strict=True)
            cells["net"] = [came - went for came, went in pairs]
        columns = [*(long[name] for name in long.columns if name != names[0])]
        columns += [Column(name, values, "integer") for name, values in cells.items()]
        words = cubes[0].title().replace(names[0], "records created, updated and deleted", 1)
        made = Table.from_columns(
            columns, title=words, note=cubes[0].note(), measure=names[0],
            explain="Each figure is the exact sum of what statements say; net is created less "
            f"deleted. {told(cubes[0], 'RecordLog.management')}",
        )  # fmt: skip
        if zeros:
            return made
        rows = [at for at, values in enumerate(zip(*cells.values(), strict=True)) if any(values)]
        return made.take(rows)

    def contributors(self, until: str | None = None) -> dict[str, frozenset[str]]:
        """Return who holds records in each database: of each bureau, its last statement counts.

        ``until`` leaves out statements from that day on.  A bureau whose last statement
        says 0 contributes no longer.  Raise QueryError where no stock was read.

        >>> log = read_records({"date": ["2022-12-31", "2023-12-31"], "bureau": ["FRA", "FRA"],
        ...                     "database": ["SLTD", "SLTD"], "stock": [5, 0]})
        >>> log.contributors()["SLTD"], log.contributors("2023-01-01")["SLTD"]
        (frozenset(), frozenset({'FRA'}))
        """
        if "stock" not in self.columns or "database" not in self.columns:
            raise QueryError("contributors need the stock in each database; it was not read")
        held: dict[str, set[str]] = {label: set() for label in self.domains["database"].labels}
        where = {} if until is None else {"date": (None, until)}
        axes = ("bureau", "database", "day")
        stated = self.count(*axes, where={**where, "stock": (None, None)}).to_table(zeros=False)
        last = {(row["bureau"], row["database"]): row["day"] for row in stated}
        for row in self.sum("stock", *axes, where=where).to_table(zeros=False):
            if last[row["bureau"], row["database"]] == row["day"]:
                held[row["database"]].add(row["bureau"])
        return {label: frozenset(bureaus) for label, bureaus in held.items()}


@with_options
def read_records(source: Any, **options: Unpack[ReadingOptions]) -> RecordLog:
    """Read what the databases hold: records per bureau and database at dates, into a log.

    ``source`` and the options are as in ``read_messages``.  Columns: ``date bureau database``
    are required; ``stock created updated deleted`` are read where they are.  ``created``,
    ``updated`` and ``deleted`` add up over time, ``stock`` does not: its sum needs an axis
    of dates or one date, and says so.  Raise as ``read_messages`` does.

    >>> log = read_records({"date": ["2022-12-31", "2023-12-31"], "bureau": ["FRA", "FRA"],
    ...                     "database": ["SLTD", "SLTD"], "stock": [500, 520]})
    >>> log.sum("stock", "year", "database.family").to_table(zeros=False)["stock"].tolist()
    [500, 520]
    >>> log.sum("stock", "database")
    Traceback (most recent call last):
    interpol_bcn.errors.QueryError: 'stock' is a stock, what is there at a date: the sum over \
2 dates would count the same again at each. Ask along dates, as 'day', or at one: \
where={'date': '2023-12-31'}
    """
    return Reading(RECORDS, Options(**options)).run(source, RecordLog)


@with_options
def read_access(source: Any, **options: Unpack[ReadingOptions]) -> RecordLog:
    """Read how far the network reaches beyond the bureaus: access points at dates, into a log.

    Columns: ``date bureau`` are required; ``access_points authorities users`` are read where
    they are.  All three are stocks: as in ``read_records``, they do not add up over dates.
    Raise as ``read_messages`` does.

    >>> log = read_access({"date": ["2023-12-31"] * 2, "bureau": ["FRA", "DEU"],
    ...                    "authorities": [12, 30]})
    >>> log.sum("authorities").total()
    42
    """
    return Reading(ACCESS, Options(**options)).run(source, RecordLog)
