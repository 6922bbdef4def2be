"""What every log tells of time: quantiles, gaps, profiles, growth, what changed.

``Times`` is what ``Log`` inherits them from; each verb's work is in a module of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._days import Day
    from .sketches import DistinctSketch, QuantileSketch
    from .table import Table

__all__ = ["Times"]


class Times:
    """Quantiles, different values, and what is a matter of time; see ``Log``."""

    def quantiles(
        self,
        measure: str,
        *axes: str,
        q: Any = (0.5, 0.9),
        method: str = "inverted_cdf",
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
        zeros: bool = True,
    ) -> Table:
        """Return exact quantiles of a whole-number column along any axes.

        Columns: the axes, ``n`` (rows that state the measure), and one for each share ``q``:
        ``median``, ``p90``...  (None of none).  ``method`` is "inverted_cdf" (the default:
        the least value with at least a share q at or below it, type 1 of Hyndman & Fan, 1996,
        and a value of the data), "lower", "higher", "midpoint" or "linear" (type 7, NumPy's
        default), in NumPy's words.  Rows count once, whatever they weigh.  ``zeros=False``
        leaves out cells without values.  Raise QueryError for what is no measure, share or
        method.  Two passes over the rows, and a search among few values of each cell.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"] * 4, "size": [5, 1, 9, 2],
        ...     "sender": ["FRA", "FRA", "FRA", "DEU"], "receiver": ["ITA"] * 4})
        >>> log.quantiles("size", "sender", q=[0.5, 0.9], zeros=False).to_dicts()
        [{'sender': 'DEU', 'n': 1, 'median': 2, 'p90': 2}, \
{'sender': 'FRA', 'n': 3, 'median': 5, 'p90': 9}]
        """
        from ._quantiles import quantiles

        return quantiles(self, measure, axes, q, method, where, tz, asof, zeros)  # type: ignore[arg-type]

    def distinct(
        self,
        column: str,
        *axes: str,
        exact: bool | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
        zeros: bool = True,
    ) -> Table:
        """Return how many different values of a column, or labels of an axis, each cell has.

        Columns: the axes and ``distinct``.  Identifiers, numbers and times are told apart as
        they are; of an axis (``distinct("receiver", "sender")``, ``distinct("day")``) labels
        are counted.  What is not stated is no value.  Exact while that fits in memory; else,
        or with ``exact=False``, columns are estimated by HyperLogLog registers with Ertl's
        estimator: the column ``exact`` says which cells are not, and the note their standard
        error, 0.8 %.  ``exact=True`` raises TooLargeError instead.  Costs a count along the
        axes and the column, or a sort of values.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "message_id": [7, 7, 8],
        ...     "sender": ["FRA", "FRA", "DEU"], "receiver": ["ITA", "DEU", "ITA"]})
        >>> log.distinct("receiver", "sender", zeros=False)["distinct"].tolist()
        [1, 2]
        >>> log.distinct("message_id")["distinct"].tolist()
        [2]
        """
        from ._quantiles import distinct

        return distinct(self, column, axes, exact, where, tz, asof, zeros)  # type: ignore[arg-type]

    def quantile_sketch(self, measure: str) -> QuantileSketch:
        """Return a sketch of a whole-number column, which merges with those of other logs.

        Rows that do not state it are left out.  One pass; see ``QuantileSketch``.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"] * 3, "size": [5, 1, None],
        ...     "sender": ["FRA"] * 3, "receiver": ["ITA"] * 3})
        >>> log.quantile_sketch("size")
        QuantileSketch(2 numbers, within 0.4%)
        """
        from ._sketched import quantile_sketch

        return quantile_sketch(self, measure)  # type: ignore[arg-type]

    def distinct_sketch(self, column: str) -> DistinctSketch:
        """Return a sketch of a column's different values, which merges with others.

        Of identifiers, numbers and times; ids that are texts in one log and numbers in
        another do not meet.  One pass; see ``DistinctSketch``.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05"] * 2, "message_id": ["a", "b"],
        ...     "sender": ["FRA"] * 2, "receiver": ["ITA"] * 2})
        >>> log.distinct_sketch("message_id")
        DistinctSketch(2 different)
        """
        from ._sketched import distinct_sketch

        return distinct_sketch(self, column)  # type: ignore[arg-type]

    def gaps(
        self,
        *axes: str,
        q: Any = (0.5, 0.9),
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        zeros: bool = True,
    ) -> Table:
        """Return the times between records: of all, or of each cell along any axes.

        Columns: the axes, ``records``, ``at once`` (gaps of nothing), and in seconds the
        ``mean``, the quantiles ``q`` (type 1, exact), the ``shortest`` and the ``longest``
        gap; None of fewer than two records.  A row is one record.  Raise QueryError without
        times.  Two passes, a sort of cells whose rows are out of order, and a search.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05 10:00Z", "2023-01-05 10:00:30Z",
        ...     "2023-01-05 10:02Z"], "sender": ["FRA"] * 3, "receiver": ["ITA"] * 3})
        >>> log.gaps(q=0.5).row(0)
        {'records': 3, 'at once': 0, 'mean': 60.0, 'median': 30.0, 'shortest': 30.0, \
'longest': 90.0}
        """
        from ._windows import gaps

        return gaps(self, axes, q, where, tz, zeros)  # type: ignore[arg-type]

    def growth(
        self,
        *axes: str,
        every: str = "month",
        versus: str = "previous",
        measure: str | None = None,
        tiny: int = 10,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Table:
        """Return how counts (or a measure) grew from period to period; see ``Cube.growth``.

        ``versus="previous"`` is the period before, ``"year"`` the same of the year before.
        One count.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2022-02-05", "2023-02-01", "2023-02-09"],
        ...     "sender": ["FRA"] * 3, "receiver": ["DEU"] * 3}, period=("2022", "2024"))
        >>> log.growth(every="year").row(1)["growth"], log.growth(versus="year").row(13)["growth"]
        (1.0, 1.0)
        """
        if measure is None:
            cube = self.count(every, *axes, where=where, tz=tz, asof=asof)  # type: ignore[attr-defined]
        else:
            cube = self.sum(measure, every, *axes, where=where, tz=tz, asof=asof)  # type: ignore[attr-defined]
        grown: Table = cube.growth(versus, tiny=tiny)
        return grown

    def profile(
        self,
        cycle: str = "hour_of_week",
        *,
        by: str | Sequence[str] | None = None,
        tz: Any = "UTC",
        column: str | None = None,
        zones: Any = None,
        where: Mapping[str, object] | None = None,
    ) -> Table:
        """Return how records fall on a cycle: hour of week, hour or month of the year.

        Columns: the cycle, the axes of ``by``, the measure, ``share`` (of its total) and
        ``per hour`` (over the hours that the period holds of it).  ``tz="own"`` looks at each
        bureau's own clocks: those of ``column`` (by default the sender), by the main zone of
        ``bcn.zones()``; ``zones=`` (a dict, CSV or Table of ``label zone``) puts others in
        its place.  The note says how many are unverified, and who is left out for having
        none.  Costs a count, or one for each different clock, some 60.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05 10:00Z"] * 2,
        ...     "sender": ["FRA", "JPN"], "receiver": ["DEU"] * 2})
        >>> log.profile("hour_of_day", tz="own").nonzero()["hour_of_day"].tolist()
        ['11', '19']
        """
        from ._rhythm import profile

        return profile(self, cycle, by, tz, column, zones, where)  # type: ignore[arg-type]

    def off_hours(
        self,
        column: str | None = None,
        *,
        night: tuple[int, int] = (22, 6),
        tz: Any = "own",
        zones: Any = None,
        weekends: Any = None,
        where: Mapping[str, object] | None = None,
        zeros: bool = True,
    ) -> Table:
        """Return each bureau's records at night and at weekends, on its own clocks.

        Columns: the bureau, the measure, ``night weekend off`` (off is either, each once)
        and their shares.  ``night`` are the hours at which it begins and ends; weekends are
        each country's, by Unicode CLDR, in ``bcn.zones()``; ``weekends="Fri Sat"`` is one
        for all, and a dict, CSV or Table (``label days``) puts others in their place, as
        ``zones=`` does for zones.  ``tz`` may be one zone for all.  Costs as ``profile``.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-06 08:00Z", "2023-01-06 20:00Z"] * 2,
        ...     "sender": ["FRA", "FRA", "EGY", "EGY"], "receiver": ["DEU"] * 4})
        >>> log.off_hours(zeros=False).select(["sender", "night", "weekend", "off"]).to_dicts()
        [{'sender': 'EGY', 'night': 1, 'weekend': 2, 'off': 2}, \
{'sender': 'FRA', 'night': 0, 'weekend': 0, 'off': 0}]
        """
        from ._rhythm import off_hours

        return off_hours(self, column, night, zones, weekends, tz, where, zeros)  # type: ignore[arg-type]

    def calendar(
        self,
        measure: str | None = None,
        *,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
    ) -> Table:
        """Return a calendar: a row for each ISO week, a column for each of its days.

        Columns: ``week``, ``Mon`` to ``Sun`` (None outside the period) and ``week total``.
        Counts, or sums of ``measure``.  One count along days.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2023-01-05", "2023-01-06"],
        ...     "sender": ["FRA"] * 2, "receiver": ["DEU"] * 2})
        >>> row = log.calendar().row(0)
        >>> row["week"], row["Wed"], row["Thu"], row["week total"]
        ('2023-W01', None, 1, 2)
        """
        from ._rhythm import calendar

        return calendar(self, measure, where, tz)  # type: ignore[arg-type]

    def changes(
        self,
        *axes: str,
        before: object,
        after: object,
        rate: float = 0.05,
        model: str | None = None,
        relative: bool = False,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Table:
        """Return which cells moved between two periods by more than chance.

        ``before`` and ``after`` are ranges of times as in ``where``.  Each cell with a record
        is tested: given both counts together, the part after is binomial, with the share of
        the period after (by its days, each as long as its weekday is busy; ``relative=True``:
        by all records, so that only shifts within the whole are found); where the days before
        scatter more than Poisson's (Pearson's test, below 0.01), or with
        ``model="negative binomial"``, it is beta-binomial.  ``rate`` is that of false
        discoveries (Benjamini & Hochberg, 1995).

        Columns: the axes, ``finding`` (up, down, new, stopped), ``before after expected``,
        ``chance`` (two-sided: twice the smaller tail) and ``adjusted``, the surest first.
        The title states the model, the note the tests.  Raise QueryError for periods that
        overlap or lie outside.  Costs four counts, and some microseconds a cell.

        >>> import interpol_bcn as bcn
        >>> log = bcn.read_messages({"sent_at": ["2022-05-01"] * 40 + ["2023-05-01"] * 42,
        ...     "sender": ["FRA"] * 20 + ["DEU"] * 20 + ["FRA"] * 40 + ["DEU"] * 2,
        ...     "receiver": ["ITA"] * 82}, period=("2022", "2024"))
        >>> moved = log.changes("sender", before="2022", after="2023", model="poisson")
        >>> moved.select(["sender", "finding", "before", "after"]).to_dicts()
        [{'sender': 'DEU', 'finding': 'down', 'before': 20, 'after': 2}, \
{'sender': 'FRA', 'finding': 'up', 'before': 20, 'after': 40}]
        """
        from ._unusual import changes

        return changes(self, axes, before, after, rate, model, relative, where, tz, asof)  # type: ignore[arg-type]

    def anomalies(
        self,
        *axes: str,
        every: str = "month",
        rate: float = 0.05,
        model: str | None = None,
        where: Mapping[str, object] | None = None,
        tz: Any = "UTC",
        asof: Day | None = None,
    ) -> Table:
        """Return which cells of series over time are out of line, silence included.

        A series is a cell of ``axes`` (a bureau, a pair), its periods are ``every`` day, week,
        month, quarter or year.  Expected is the series' total, spread over the periods as all
        records are by weekday (by day, each series' own weekdays) and month of the year.
        First each series that begins or ends in silence is tested as a whole; where that is
        more than chance, only the periods between are looked at.  Then each cell of a series
        with records is tested against a Poisson number, or where counts scatter more
        (Pearson's test, chance below 0.01) a negative binomial one of variance mean + mean² /
        size, one size for all; ``model`` says which instead.  ``rate`` is that of false
        discoveries (Benjamini & Hochberg, 1995), half of it for either kind of test.

        Columns: the axes, the period, ``finding`` (high, low, silent: 0 where some were expected;
        stopped: 0 from this period on; started: 0 before it), ``observed expected``,
        ``chance`` (twice the smaller tail; of silence at an end, that of it alone) and
        ``adjusted``, the surest first.  The title states the model, the note the tests.  Of
        less than two years, a month's own total is its season.  Costs two counts, and about
        half a microsecond a cell.

        >>> import interpol_bcn as bcn
        >>> days = [f"2023-{month:02}-{day:02}" for month in range(1, 13) for day in range(1, 29)]
        >>> log = bcn.read_messages({"sent_at": days * 2, "receiver": ["ITA"] * 672,
        ...     "sender": ["FRA"] * 336 + ["DEU" if day < "2023-10" else "FRA" for day in days]})
        >>> found = log.anomalies("sender", model="poisson")
        >>> found.select(["sender", "month", "finding", "observed"]).head(1).to_dicts()
        [{'sender': 'DEU', 'month': '2023-10', 'finding': 'stopped', 'observed': 0}]
        """
        from ._unusual import anomalies

        return anomalies(self, axes, every, rate, model, where, tz, asof)  # type: ignore[arg-type]
