"""What the databases hold and who is connected: stocks at dates, and what changed."""

from __future__ import annotations

from typing import Any, Unpack

from ._options import Options, ReadingOptions, with_options
from .errors import QueryError
from .logs import Log
from .reading import Reading
from .schema import Field, Schema

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
