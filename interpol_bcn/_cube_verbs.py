"""What can be asked of the figures of any cube: rates, ranks, shares, and how they leave."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from ._exports import Exports

if TYPE_CHECKING:
    from ._cumulative import Cumulative
    from .cube import Cube
    from .table import Table

__all__ = ["Verbs"]


class Verbs(Exports):
    """The verbs of cubes that need no more than their figures and axes."""

    __slots__ = ()

    def per(
        self,
        base: str,
        table: Mapping[str, Any] | str | os.PathLike[str] | Table | None = None,
        *,
        axis: str | None = None,
        scale: int = 1,
        year: int | str | None = None,
        source: str | None = None,
        unknown: str = "raise",
    ) -> Table:
        """Return every figure over a base: per inhabitant, per officer, per member.

        ``table`` gives the base of each label: a dict, or a CSV or Table with the columns
        ``label`` (or ``bureau``, or the axis), ``value`` (or the base's name) and, where it
        says so, ``year`` and ``source``; ``year=`` picks one of several years, or states it
        for a dict, as ``source=`` does.  Labels go by any code or name; ``axis`` says to
        which axis they belong, where several could.  ``per("member")`` needs no table: it
        divides by the members at the last day of each position of time, or of the period,
        within each region where the axis is one.

        Columns: those of ``to_table``, the base, ``rate`` (a float: figure × ``scale`` /
        base, rounded once; None without a base or over 0).  Labels without a base keep
        their row and are named in the note, with the year and source.  Raise InputError,
        with the nearest labels, for a label that is not one here (``unknown="ignore"``
        names it in the note instead), QueryError for a question that makes no sense,
        TooLargeError as ``to_table`` does.  Costs O(cells).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> some = log.count("sender")[["FRA", "DEU"]]
        >>> rates = some.per("officers", {"France": 250_000}, scale=1_000_000, year=2023,
        ...                  source="an example")
        >>> rates["rate"].tolist(), rates.note.split("; ")[:2]
        ([4.0, None], ['officers: 2023, an example', 'no officers for DEU (1 counted there)'])
        >>> log.count("month").per("member")["members"].tolist()
        [195, 195, 195]
        """
        from ._per import per

        return per(cast("Cube", self), base, table, axis, scale, year, source, unknown)

    def ranking(self) -> Table:
        """Return the figures of one axis by rank, with their shares added up from the top.

        Columns: ``rank`` (equal figures share the best), the axis, the measure, ``share``
        and ``cumulative`` (floats, exact sums rounded once; None of a total of 0): a Lorenz
        curve, from its upper end.  Zeros are kept, at the end.  Raise QueryError for
        another number of axes.  O(n log n).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"] * 4,
        ...     "sender": ["FRA", "DEU", "FRA", "FRA"], "receiver": ["ITA"] * 4})
        >>> log.count("sender").ranking().select(["rank", "sender", "cumulative"]).head(2)
        messages by sender
        rank  sender  cumulative
        ────  ──────  ──────────
           1  FRA          75.0%
           2  DEU         100.0%
        2023-01-05 .. 2023-01-05 UTC; 3 of 195 members
        """
        from ._concentration import ranking

        return ranking(cast("Cube", self))

    def concentration(self) -> Table:
        """Return how concentrated the figures of one axis are.

        Columns: ``bureaus`` (or ``labels``: how many there are), ``gini``, ``hhi`` (sum of
        squared shares), ``half`` and ``four_fifths`` (how many make 50 and 80 % of the
        total), as ``FlowMatrix.concentration`` defines them.  Along bureaus, over those that
        were members on some day of the period, silent ones included; elsewhere over all
        labels but "not stated".  What is left out is said in the note.  Raise QueryError
        for another number of axes, or negative figures.  O(n log n).

        >>> import interpol_bcn as bcn
        >>> trio = bcn.Domain(["A", "B", "C"])
        >>> bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "sender": ["A", "A"],
        ...     "receiver": ["B", "C"]}, members=trio).count("sender").concentration().to_dicts()
        [{'bureaus': 3, 'gini': 0.6666666666666666, 'hhi': 1.0, 'half': 1, 'four_fifths': 1}]
        """
        from ._concentration import of_cube

        return of_cube(cast("Cube", self))

    def growth(self, versus: str = "previous", *, tiny: int = 10) -> Table:
        """Return how each figure grew against the period before, or a year before.

        Along the cube's one axis of periods in a row: ``versus="previous"`` is the period
        before, ``"year"`` the same month, quarter, day or ISO week of the year before (29
        February and week 53 may have none).  Columns: the axes, the measure, ``before``,
        ``change`` (whole numbers), ``growth`` (change / before, rounded once; None of a base
        of nothing) and ``remark``: "no base" (none in the data), "nothing before", "nothing"
        (still), "tiny base" (below ``tiny``), "partial period" and "partial base" where the
        data do not hold the whole of it.  Raise QueryError without such an axis.  O(cells).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-02-01", "2023-02-09"],
        ...     "sender": ["FRA"] * 3, "receiver": ["DEU"] * 3}, period=("2023-01", "2023-03"))
        >>> log.count("month").growth(tiny=1).select(["month", "before", "growth"]).to_dicts()
        [{'month': '2023-01', 'before': None, 'growth': None}, \
{'month': '2023-02', 'before': 1, 'growth': 1.0}]
        """
        from ._growth import growth

        return growth(cast("Cube", self), versus, tiny)

    def cumsum(self, dim: str) -> Cube:
        """Return the figures added up along an axis of periods: each with all before it.

        Exact; the unit says that they are sums, so that they only add up with their like.
        Raise QueryError for another axis and for stocks, OverflowError beyond 64 bits.
        O(cells).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("month").cumsum("month").to_numpy()
        array([1, 1, 2])
        """
        from ._growth import running

        return running(cast("Cube", self), dim, None)

    def rolling(self, dim: str, n: int) -> Cube:
        """Return moving sums along an axis of periods: of each with the ``n - 1`` before it.

        Positions without ``n - 1`` before them are left out.  Sums of cubes of parts are
        the whole's: add the cubes up first, then roll.  Raises as ``cumsum``.  O(cells).

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("month").rolling("month", 2).to_dicts()
        [{'month': '2023-02', 'messages': 1}, {'month': '2023-03', 'messages': 1}]
        """
        from ._growth import running

        return running(cast("Cube", self), dim, n)

    def share(self, dim: str | None = None) -> Table:
        """Return every figure with its share of the total, or of its sum along ``dim``.

        ``share("month")`` says, within each group of the other axes, what part falls to each
        month.  A share of nothing (0 of 0) is None.  Shares are floats, rounded once.  Raise
        QueryError for an axis that is not here, TooLargeError as ``to_table`` does.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("month").share().to_dicts()[0]
        {'month': '2023-01', 'messages': 1, 'share': 0.5}
        """
        from ._cube_tables import shares

        return shares(cast("Cube", self), dim)

    def pivot(self, rows: str, columns: str) -> Table:
        """Return a wide table: one row per label of ``rows``, one column per one of ``columns``.

        Other axes are summed.  Zeros are kept.  Raise QueryError for an axis that is not
        here, TooLargeError before memory is taken for a table that would not fit.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("sender.region", "month").pivot("sender.region", "month").to_dicts()[3]
        {'sender.region': 'Europe', '2023-01': 1, '2023-02': 0, '2023-03': 1}
        """
        from ._cube_tables import pivot

        return pivot(cast("Cube", self), rows, columns)

    def to_numpy(self) -> Any:
        """Return the figures as a read-only int64 array, without a copy where dense.

        Raise TooLargeError where the dense array would not fit in memory, OverflowError
        where a figure does not fit int64, MissingExtra without numpy.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-03-01"],
        ...                          "sender": ["FRA", "DEU"], "receiver": ["DEU", "FRA"]})
        >>> log.count("month").to_numpy()
        array([1, 0, 1])
        """
        from ._cube_arrays import numpy_array

        return numpy_array(cast("Cube", self))

    def to_xarray(self) -> Any:
        """Return an ``xarray.DataArray`` with the same dims and coords, and unit and note.

        Raise TooLargeError and OverflowError as ``to_numpy``, MissingExtra without xarray.
        """
        from ._cube_arrays import data_array

        return data_array(cast("Cube", self))

    def cumulative(self, along: str) -> Cumulative:
        """Return the figures added up along an axis of time, for ranges in microseconds.

        ``cube.cumulative("hour").between("2023-03-01", "2023-04-15T12:00")`` is exact and
        costs the same for an hour and a year.  Takes 4 or 8 bytes per cell, and three passes
        over them.  Raise QueryError for an axis that is no time, was cut or goes round, and for
        a stock; TooLargeError before memory is taken; OverflowError for figures whose sum
        passes 64 bits.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_searches({"searched_at": ["2023-01-05T10:10Z", "2023-01-06T11:30Z"],
        ...                          "bureau": ["FRA", "DEU"], "database": ["SLTD", "SMV"]})
        >>> hours = log.count("hour", "database").cumulative("hour")
        >>> hours.between("2023-01-05")["SLTD"], hours.nbytes
        (1, 3724)
        """
        from ._cumulative import Cumulative

        return Cumulative(cast("Cube", self), along)
