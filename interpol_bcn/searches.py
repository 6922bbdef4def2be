"""Searches of the databases: their columns, how they are read, who searches and what hits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from ._options import Options, ReadingOptions, with_options
from .logs import Log
from .reading import Reading
from .schema import Field, Rule, Schema, Split

if TYPE_CHECKING:
    from ._cumulative import Cumulative
    from .records import RecordLog
    from .table import Table

__all__ = ["SEARCHES", "SearchLog", "read_searches"]

SEARCHES = Schema(
    record="searches",
    fields=(
        Field("searched_at", "time", required=True),
        Field("bureau", "label", required=True, domain="bureaus"),
        Field("database", "label", required=True, domain="databases"),
        Field("channel", "label"),
        Field("user", "label"),
        Field("hits", "integer", least=0),
        Field("searches", "integer", least=0),
    ),
    time="searched_at",
    weight="searches",
    keys=("bureau", "database"),
    rules=(Rule("order", "hits", "searches", 1),),
    split=Split("hit", "hits", "hit", "no hit"),
)


class SearchLog(Log):
    """Searches of the databases; see ``read_searches``.

    Where hits were read, ``count`` has an axis and a filter ``"hit"`` (hit, no hit, not
    stated): a row of n searches with h hits counts h times as "hit" and n - h times as "no
    hit", and without stated hits n times as "not stated".

    >>> log = read_searches({"searched_at": ["2023-01-05", "2023-01-06"],
    ...     "bureau": ["FRA", "DEU"], "database": ["SLTD", "SMV"],
    ...     "searches": [4_000, 20], "hits": [1, None]})
    >>> log.count("hit").to_dicts()
    [{'hit': 'hit', 'searches': 1}, {'hit': 'no hit', 'searches': 3999}, \
{'hit': 'not stated', 'searches': 20}]
    >>> log.count("bureau", where={"hit": "no hit"})["FRA"]
    3999
    """

    def hit_rate(
        self,
        *axes: str,
        per: int = 1_000_000,
        level: float = 0.95,
        interval: str | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        zeros: bool = True,
    ) -> Table:
        """Return hits per ``per`` searches along any axes, each with its exact interval.

        Columns: the axes, ``searches hits rate low high``; of no searches, rate and interval
        are None.  ``per=1`` is a share.  ``interval`` is "clopper-pearson" (of a share),
        "garwood" (of the number of rare events), or None: Garwood where hits are rare (per
        more than 100 searches, and none of the rates above 1 in 100), else Clopper-Pearson;
        the title says which.  ``level`` is that of confidence.  Rows that do not state hits,
        or how many searches they are, are left out, and the note says how many.
        ``zeros=False`` leaves out cells without searches.  Raise QueryError where no hits
        were read.  Costs two passes, and about 0.1 ms for each different pair of figures.

        >>> log = read_searches({"searched_at": ["2023-01-05", "2023-01-06"],
        ...     "bureau": ["FRA", "DEU"], "database": ["SLTD", "SMV"],
        ...     "searches": [4_000, 20], "hits": [0, 3]})
        >>> rates = log.hit_rate("database", per=100, zeros=False)
        >>> rates["rate"].tolist(), [round(high, 4) for high in rates["high"]]
        ([0.0, 15.0], [0.0922, 37.8927])
        """
        from ._hits import hit_rate

        return hit_rate(self, axes, per, level, interval, where, tz, zeros)

    def hours(
        self,
        *axes: str,
        measure: str | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
    ) -> Cumulative:
        """Return the searches of every hour added up, for any range of hours in microseconds.

        ``log.hours("bureau", "database").between("2023-03-05", "2023-06-01T14:00")`` is the
        cube of that range, exactly; see ``Cube.cumulative``.  ``measure`` adds up a column,
        such as ``"hits"``, instead of counting.  Raise as ``count`` and ``cumulative`` do.

        >>> log = read_searches({"searched_at": ["2023-01-05T10:10Z", "2023-01-06T11:30Z"],
        ...     "bureau": ["FRA", "DEU"], "database": ["SLTD", "SMV"], "hits": [1, 0]})
        >>> hits = log.hours("database", measure="hits")
        >>> hits.between("2023-01-05T10:00", "2023-01-06T12:00").total()
        1
        """
        if measure is None:
            cube = self.count("hour", *axes, where=where, tz=tz)
        else:
            cube = self.sum(measure, "hour", *axes, where=where, tz=tz)
        return cube.cumulative("hour")

    def participation(
        self,
        axis: str = "database",
        *,
        records: RecordLog | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
    ) -> Table:
        """Return how many members search, hit and, where records are given, contribute.

        One row per label of the axis: ``contributors`` (members that held records at the
        period's end, by ``records``), ``searchers``, ``hit_makers`` (where hits were read),
        ``members`` (on any day of the period; along a time axis, of each of its labels), and
        the share of the members that each is.  The three are different countries: who
        searches need not contribute.  Costs two passes over the searches.

        >>> log = read_searches({"searched_at": ["2023-01-05", "2023-01-06"],
        ...     "bureau": ["FRA", "DEU"], "database": ["SLTD", "SLTD"], "hits": [0, 1]})
        >>> row = log.participation("database").row(7)
        >>> row["database"], row["searchers"], row["hit_makers"], row["members"]
        ('SLTD', 2, 1, 195)
        """
        from ._hits import participation

        return participation(self, axis, records, where, tz)

    def non_users(
        self,
        database: str | Sequence[str] | None = None,
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
    ) -> Table:
        """Return the members that do not search: not at all, or not in these databases.

        ``database`` is a label, a list of labels (who searches none of them), or the name of
        an axis such as ``"database"``: then one row per label and member.  Members are those
        on any day of the period, so that they are searchers and non-users together.

        >>> log = read_searches({"searched_at": ["2023-01-05", "2023-01-06"],
        ...     "bureau": ["FRA", "DEU"], "database": ["SLTD", "SMV"]})
        >>> "DEU" in log.non_users("SLTD")["bureau"], len(log.non_users())
        (True, 193)
        """
        from ._hits import non_users

        return non_users(self, database, where, tz)


@with_options
def read_searches(source: Any, **options: Unpack[ReadingOptions]) -> SearchLog:
    """Read searches of the databases from files, data frames or columns into a log.

    ``source`` and the options are as in ``read_messages``.  Columns: ``searched_at bureau
    database`` are required; ``channel user hits searches`` are read where they are.  A row
    may stand for many ``searches``, of which ``hits`` hit: more hits than searches is a bad
    row (more than one, in a source without a column ``searches``).  A row that leaves
    ``searches`` empty where others state it counts none, its hits cannot be judged, and hit
    rates leave it out: notes say how many such rows there are.  Databases are the 19 that
    public sources name, a replaceable list: ``domains={"database": [...]}`` takes any other.
    Raise as ``read_messages`` does.

    >>> read_searches({"searched_at": ["2023-01-05", "2023-01-06"], "bureau": ["FRA", "DEU"],
    ...                "database": ["SLTD", "SMV"], "searches": [4_000, 20], "hits": [1, 0]})
    4,020 searches in 2 rows, 2023-01-05 .. 2023-01-06 UTC, 2 of 195 members
    >>> read_searches({"searched_at": ["2023-01-05"], "bureau": ["FRA"], "database": ["SMV"],
    ...                "searches": [3], "hits": [4]})
    Traceback (most recent call last):
    interpol_bcn.errors.InputError: columns, row 1, column 'hits': '4': contradicts another \
column. Set such rows aside with errors='reject'
    """
    return Reading(SEARCHES, Options(**options)).run(source, SearchLog)
