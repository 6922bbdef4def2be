"""The network's own public figures, as printed, and whether others agree with them.

Every figure keeps its qualifier, how many of its digits are read, the interval that follows,
its period and its source; figures that contradict each other stand side by side, flagged.

>>> import interpol_bcn as bcn
>>> verdict = bcn.published.check("messages", 2023, 18_204_551)
>>> if verdict:
...     print(verdict.published, verdict.interval)
more than 18 million messages [18,000,000, 19,000,000)
>>> bcn.published.phrase(18_204_551, language="fr")
'plus de 18 millions'
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, overload

from ._exports import Exports
from .errors import LabelError, QueryError, suggest

if TYPE_CHECKING:
    from ._phrase import Quantity
    from ._published_figure import Figure, Span
    from ._verdict import Verdict, Verdicts
    from .logs import Log
    from .table import Table

__all__ = ["Published", "published"]


class Published(Exports):
    """Published figures: iterate, filter, check against, add to; never changed in place.

    ``published["messages"]`` is the figures of one measure, ``published[0]`` one figure.
    A figure set aside (flag "doubted" or "projected") is judged and named, and does not
    decide; of those in "conflict" one that agrees is enough.

    >>> import interpol_bcn as bcn
    >>> [str(figure) for figure in bcn.published["messages"]]
    ['6.7 million messages', 'more than 18 million messages']
    """

    __slots__ = ("_figures",)

    def __init__(self, figures: Sequence[Figure] | None = None) -> None:
        self._figures = None if figures is None else tuple(figures)

    @property
    def _all(self) -> tuple[Figure, ...]:
        return _shipped() if self._figures is None else self._figures

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Figure]:
        return iter(self._all)

    def __contains__(self, measure: object) -> bool:
        return any(figure.measure == measure for figure in self._all)

    @overload
    def __getitem__(self, key: str) -> Published: ...
    @overload
    def __getitem__(self, key: int) -> Figure: ...
    def __getitem__(self, key: str | int) -> Published | Figure:
        """Return the figures of a measure, or one by number.

        Raise LabelError, with the nearest measures, for one that there is not.
        """
        if isinstance(key, int):
            return self._all[key]
        return self.figures(key)

    def _ipython_key_completions_(self) -> list[str]:
        return list(self.measures)

    @property
    def measures(self) -> tuple[str, ...]:
        """What there are figures of."""
        return tuple(dict.fromkeys(figure.measure for figure in self._all))

    @property
    def sources(self) -> Mapping[str, str]:
        """The address of every source that the shipped figures cite."""
        return _sources()

    def figures(
        self,
        measure: str | None = None,
        period: Any = None,
        *,
        scope: Any = None,
        per: str | None = None,
    ) -> Published:
        """Return the figures of a measure, a period, a scope, a rate.

        A flow matches its own period only, a stock or event whatever period it falls into.
        ``scope=""`` is the whole network; ``"SLTD"`` or ``"database=SLTD"`` one database.
        Raise LabelError for an unknown measure or scope.

        >>> import interpol_bcn as bcn
        >>> [str(one) for one in bcn.published.figures("hits", 2019, scope="SLTD")]
        ['270,000 hits']
        """
        found = list(self._all)
        if measure is not None:
            found = [figure for figure in found if figure.measure == measure]
            if not found:
                near = suggest(str(measure), self.measures)
                raise LabelError(measure, "no such measure published", choices=near)
        if scope is not None:
            known = found
            found = [figure for figure in found if _in_scope(figure, scope)]
            if not found and scope:
                texts = {value for figure in known for _, value in figure.scope}
                near = suggest(str(scope), sorted(texts))
                raise LabelError(scope, "no figure of this scope", choices=near)
        if per is not None:
            found = [figure for figure in found if figure.per == per]
        if period is not None:
            span = _span(period)
            found = [figure for figure in found if _falls(figure, span)]
        return Published(found)

    # Adding to them

    def add(
        self,
        measure: str,
        value: object,
        period: str | int | tuple[str, str] = "",
        *,
        unit: str = "",
        scope: Any = "",
        per: str = "",
        basis: str = "",
        qualifier: str = "",
        digits: int | None = None,
        source: str = "",
        note: str = "",
        flag: str = "",
        name: str = "",
        part_of: str = "",
    ) -> Published:
        """Return these figures and one more; ``value`` is a number or words.

        ``period`` is a year, a half-open (from, to), or with ``basis="stock"`` a date.
        Raise InputError for what makes no figure.

        >>> import interpol_bcn as bcn
        >>> mine = bcn.published.add("messages", "plus de 20 millions", 2031, source="mine")
        >>> bool(mine.check("messages", 2031, 23_500_000)), len(mine) - len(bcn.published)
        (True, 1)
        >>> bool(mine.check("messages", 2031, 23_500_000, digits=2))
        False
        """
        from ._published_figure import figure_of, scope_of

        from_, until = _ends(period, basis or "flow")
        scoped = "; ".join(f"{key}={text}" for key, text in scope_of(scope))
        row = {
            "measure": measure, "value": value, "from": from_, "until": until, "unit": unit,
            "scope": scoped, "per": per, "basis": basis, "qualifier": qualifier,
            "digits": digits, "source": source, "note": note, "flag": flag, "name": name,
            "part_of": part_of,
        }  # fmt: skip
        return Published([*self._all, figure_of(row)])

    def with_csv(self, path: str | os.PathLike[str]) -> Published:
        """Return these figures and those of a CSV file, with the columns of to_csv's header.

        ``measure`` and ``value`` are needed; ``from, until, unit, scope, per, basis,
        qualifier, digits, low, high, source, status, note, flag, name, part_of`` may be
        left out.  Raise InputError naming the line and column of what makes no figure.
        """
        from ._published_figure import figures_of

        return Published([*self._all, *figures_of(os.fspath(path))])

    # Comparing with them

    @overload
    def check(self, measure: Log, /) -> Verdicts: ...
    @overload
    def check(
        self,
        measure: str,
        period: Any,
        value: object,
        *,
        scope: Any = ...,
        per: str = ...,
        digits: int | None = ...,
        language: str | None = ...,
    ) -> Verdict: ...
    def check(
        self,
        measure: Any,
        period: Any = None,
        value: object = None,
        *,
        scope: Any = "",
        per: str = "",
        digits: int | None = None,
        language: str | None = None,
    ) -> Verdict | Verdicts:
        """Return whether a value agrees with what was published of a measure and period.

        ``value`` is a number, words ("plus de 18 millions", in any of four languages) or a
        Quantity.  ``digits`` reads the published figures to so many significant digits
        instead of those stored.  Rates are converted by the real length of the period.
        Every figure that applies is judged: all must agree, of those in conflict one.
        Given a log, everything that it can answer is compared.
        Raise LabelError for an unknown measure, QueryError where nothing was published.

        >>> import interpol_bcn as bcn
        >>> verdict = bcn.published.check("messages", 2023, 19_000_000)
        >>> print(verdict.reason)  # doctest: +NORMALIZE_WHITESPACE
        19,000,000 messages, 2023: disagrees with 'more than 18 million' [F24],
        read to 2 digits [18,000,000, 19,000,000).
        >>> bcn.published.check("searches", 2023, "huit milliards").agrees
        True
        """
        if not isinstance(measure, str):
            from ._published_log import check_log

            return check_log(self, measure)
        from ._phrase import Quantity, parse
        from ._printed import Interval, exact, shown
        from ._verdict import Verdict, judge

        if isinstance(value, str):
            value = parse(value, language)
        if isinstance(value, Quantity):
            given, words, per = value.interval, str(value._replace(unit="")), per or value.per
        else:
            number = exact(value)
            given, words = Interval(number, number), shown(number)
            words += f" a {per}" if per else ""
        found = list(self.figures(measure, period, scope=scope))
        if digits is not None:
            found = [_reread(figure, digits) for figure in found]
        judged = [one for figure in found if (one := judge(figure, given, per)) is not None]
        if not judged:
            raise QueryError(self._nothing(measure, period, scope))
        of = judged[0].figure.of
        from ._published_log import all_agree

        return Verdict(
            "published", measure, of, _period_words(period), words, judged, all_agree(judged)
        )

    def _nothing(self, measure: str, period: Any, scope: Any) -> str:
        others = self.figures(measure)
        known = [
            f"{figure.period}{f' ({figure.of})' if figure.scope else ''}"
            for figure in others
            if not scope or _in_scope(figure, scope)
        ]
        listed = ", ".join(list(dict.fromkeys(known))[:12])
        what = f"{measure} of {scope}" if scope else measure
        return f"nothing is published of {what} for {_period_words(period)}; there is {listed}"

    def derive(self, *, digits: int | None = None) -> Verdicts:
        """Return every consistency check that these figures allow among themselves (T22).

        Per year against per day against per second from the real length of the year,
        figures that stand side by side, sums of parts against totals, growth against the
        two years.  ``digits`` reads every rounded figure to at least so many digits.  An
        answer that hangs on trailing zeros ("20 million" read to one digit or to two) is
        given both ways.

        >>> import interpol_bcn as bcn
        >>> rates = bcn.published.figures("searches", 2023).derive()
        >>> print(next(one for one in rates if "about 8 billion" in one.value).reason)
        about 8 billion (read to 1 digit: 253.7 a second) searches, 2023: agrees with
        'more than 250 a second' [F24], read to 2 digits [250, 260), as [237.8, 269.5) a second
        over 365 days.
        """
        from ._published_derive import derive

        return derive(self, digits)

    def phrase(self, value: object, language: str = "en", **how: Any) -> str:
        """Return a number as the press prints it: "plus de 18 millions".

        ``unit``, ``per``, ``digits=2`` and ``qualifier="more than"`` say how; the number
        always lies in the interval of its phrase.  Languages are ar, en, fr and es.
        """
        from ._phrase import phrase

        return phrase(value, language, **how)

    def parse(
        self, text: str, language: str | None = None, *, digits: int | None = None
    ) -> Quantity:
        """Return what words such as "huit milliards" or "some 310" say, as a Quantity.

        Raise QueryError for what is no number, or differs by language: say ``language``.
        """
        from ._phrase import parse

        return parse(text, language, digits=digits)

    # Showing

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return one row per figure, in the order of the sources' table."""
        from .table import Table

        columns: dict[str, list[Any]] = {
            "measure": [one.measure for one in self],
            "of": [one.of for one in self],
            "period": [one.period for one in self],
            "published": [one.words for one in self],
            "unit": [one.unit for one in self],
            "per": [one.per for one in self],
            "basis": [one.basis for one in self],
            "qualifier": [one.qualifier for one in self],
            "digits": [one.digits or None for one in self],
            "interval": [str(one.interval) for one in self],
            "source": [one.source for one in self],
            "flag": [one.flag for one in self],
            "note": [one.note for one in self],
        }
        conflicts = sum(one.flag == "conflict" or one.flag == "doubted" for one in self)
        return Table(
            columns,
            title="Published figures",
            note=f"{len(self)} figures; {conflicts} in conflict or doubted, kept side by side",
            explain=self.explain(),
        )

    def explain(self) -> str:
        """Return how the figures are kept and read, in one paragraph."""
        return (
            "Each figure is kept as printed: value, qualifier, and how many significant digits "
            "are read (the fewest that write the value, unless the source shows more). With u "
            "the unit of the last digit read, about v is [v - u/2, v + u/2), more than v is "
            "[v, v + u), an exact figure is a point. Figures that contradict each other stand "
            "side by side; doubted ones never decide. Addresses of sources are in .sources."
        )

    def __repr__(self) -> str:
        return repr(self.to_table())

    def _repr_html_(self) -> str:
        return self.to_table()._repr_html_()

    def __reduce__(self) -> tuple[Any, ...]:
        return Published, (self._figures,)


def _reread(figure: Figure, digits: int) -> Figure:
    from ._printed import fewest_digits

    if figure.value is None or figure.qualifier == "exact":
        return figure
    return figure.read(max(digits, fewest_digits(figure.value)))


def _in_scope(figure: Figure, scope: Any) -> bool:
    from ._published_figure import scope_of

    if isinstance(scope, str) and "=" not in scope:
        wanted = scope.strip().casefold()
        if not wanted:
            return not figure.scope
        return len(figure.scope) == 1 and figure.scope[0][1].casefold() == wanted
    want = {(key, text.casefold()) for key, text in scope_of(scope)}
    return {(key, text.casefold()) for key, text in figure.scope} == want


def _ends(period: Any, basis: str) -> tuple[str, str]:
    """A period as the first day and the first day after; a date as it is, and nothing."""
    from ._days import first_day, last_day
    from ._published_figure import span_of

    if isinstance(period, int) and not isinstance(period, bool):
        period = f"{period:04}"
    if isinstance(period, (tuple, list)) and len(period) == 2:
        return first_day(_year(period[0])), first_day(_year(period[1]))
    if not period:
        return "", ""
    if basis != "flow":
        last_day(period)
        return str(period), ""
    start, stop = span_of(str(period), "")
    return start.isoformat(), stop.isoformat()


def _year(end: Any) -> Any:
    return f"{end:04}" if isinstance(end, int) and not isinstance(end, bool) else end


def _span(period: Any) -> Span:
    from ._published_figure import span_of

    from_, until = _ends(period, "flow")
    if not from_:
        raise QueryError(f"period={period!r}: a year, a date, or a half-open (from, to)")
    return span_of(from_, until)


def _falls(figure: Figure, span: Span) -> bool:
    own = figure.span
    if own is None:
        return False
    if figure.basis == "flow":
        return own == span
    return own[0] < span[1] and span[0] < own[1]


def _period_words(period: Any) -> str:
    from ._published_figure import span_text

    return span_text(*_ends(period, "flow"))


@cache
def _shipped() -> tuple[Figure, ...]:
    from ._published_figure import figures_of

    return figures_of(os.path.join(os.path.dirname(__file__), "data", "published.csv"))


@cache
def _sources() -> Mapping[str, str]:
    from ._reference import _read

    return MappingProxyType({row["id"]: row["address"] for row in _read("published_sources")})


published = Published()
