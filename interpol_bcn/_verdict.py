"""Whether figures agree: what is said of one comparison, and of many."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, overload

from ._exports import Exports
from ._printed import Interval
from ._published_figure import SECONDS, Figure

if TYPE_CHECKING:
    from .table import Table

__all__ = ["Judged", "Verdict", "Verdicts", "digits_words", "judge"]


class Judged(NamedTuple):
    """One figure against the value: does it agree, and what it stands for in its unit."""

    figure: Figure
    agrees: bool
    interval: Interval
    given: Interval
    how: str  # a conversion in words, or nothing


class Verdict:
    """Whether a value agrees with what was published: true or false in an ``if``.

    ``interval`` is what the deciding figure stands for, ``published`` that figure,
    ``judged`` every figure that was looked at, ``reason`` all of it in words.
    """

    __slots__ = ("agrees", "check", "judged", "measure", "note", "of", "period", "value")

    def __init__(
        self,
        check: str,
        measure: str,
        of: str,
        period: str,
        value: str,
        judged: Sequence[Judged],
        agrees: bool,
        note: str = "",
    ) -> None:
        self.check = check
        self.measure = measure
        self.of = of
        self.period = period
        self.value = value
        self.judged = tuple(judged)
        self.agrees = agrees
        self.note = note

    def __bool__(self) -> bool:
        return self.agrees

    @property
    def _decisive(self) -> Judged:
        heard = [one for one in self.judged if counts(one.figure)] or list(self.judged)
        return next((one for one in heard if one.agrees == self.agrees), heard[0])

    @property
    def interval(self) -> Interval:
        """What the deciding figure stands for, as printed."""
        return self._decisive.figure.interval

    @property
    def published(self) -> Figure:
        """The deciding figure: the first that disagrees, else the first that agrees."""
        return self._decisive.figure

    @property
    def reason(self) -> str:
        """Why, in words, with the digits that were read of every figure."""
        parts = []
        for one in self.judged:
            figure = one.figure
            aside = "" if counts(figure) else f" ({figure.flag}, does not decide)"
            words = f"{'agrees' if one.agrees else 'disagrees'} with {figure.words!r}"
            words += f" [{figure.source}]" if figure.source else ""
            words += f", {digits_words(figure)} {figure.interval}{aside}"
            parts.append(words + (f", as {one.how}" if one.how else ""))
        of = f" of {self.of}" if self.of else ""
        words = f"{self.value} {self.measure}{of}, {self.period}: {'; '.join(parts)}"
        return f"{words}. {self.note}." if self.note else f"{words}."

    def say(self, language: str = "en") -> str:
        """Return why, in words of one of the four languages; figures as it writes them.

        >>> import interpol_bcn as bcn
        >>> verdict = bcn.published.check("messages", 2023, 18_204_551)
        >>> print(verdict.say("es"))
        18.204.551 mensajes, 2023: concuerda con «más de 18 millones» [F24], leído con 2 cifras \
[18.000.000; 19.000.000).
        """
        from ._verdict_words import say

        return say(self, language)

    def explain(self) -> str:
        """Return one paragraph: formula, period, unit, and every source."""
        figures = " ".join(one.figure.explain() for one in self.judged)
        return (
            f"Two figures agree when the intervals that they stand for have a number in common; "
            f"rates and totals are converted by the real length of the period, in exact "
            f"fractions. {self.reason} {figures}"
        )

    def __repr__(self) -> str:
        return f"{'agrees' if self.agrees else 'disagrees'}: {self.reason}"


def counts(figure: Figure) -> bool:
    """Say whether a figure decides: not what is doubted, nor what was only projected."""
    return figure.flag not in ("doubted", "projected")


def digits_words(figure: Figure) -> str:
    """Say how a figure is read: "read to 2 digits"."""
    if figure.value is None:
        return "the range"
    if figure.qualifier == "exact":
        return "exactly"
    return f"read to {figure.digits} digit{'s' * (figure.digits != 1)}"


def judge(figure: Figure, given: Interval, per: str) -> Judged | None:
    """Compare a figure with a number per second, day, year or (``per=""``) in the period.

    None where the one cannot be converted to the other.
    """
    if figure.per == per:
        return Judged(figure, figure.interval.meets(given), figure.interval, given, "")
    seconds = figure.seconds
    if figure.basis != "flow" or seconds is None:
        return None
    lengths = {**SECONDS, "": seconds}
    if figure.per not in lengths or per not in lengths:
        return None
    factor = Fraction(lengths[figure.per], lengths[per])
    turned = given.times(factor)
    days = seconds // 86_400
    how = f"{turned} a {figure.per}" if figure.per else f"{turned} in all"
    how += f" over {days:,} days"
    return Judged(figure, figure.interval.meets(turned), figure.interval, turned, how)


class Verdicts(Exports, Sequence[Verdict]):
    """Many verdicts: a sequence that is true when all agree, and is shown as a table.

    ``skipped`` says what was not compared, and why.
    """

    __slots__ = ("_title", "_verdicts", "skipped")

    def __init__(
        self, verdicts: Iterable[Verdict], title: str = "", skipped: Sequence[str] = ()
    ) -> None:
        self._verdicts = tuple(verdicts)
        self._title = title
        self.skipped = tuple(skipped)

    @overload
    def __getitem__(self, index: int) -> Verdict: ...
    @overload
    def __getitem__(self, index: slice) -> Verdicts: ...
    def __getitem__(self, index: int | slice) -> Verdict | Verdicts:
        if isinstance(index, slice):
            return Verdicts(self._verdicts[index], self._title, self.skipped)
        return self._verdicts[index]

    def __len__(self) -> int:
        return len(self._verdicts)

    def __iter__(self) -> Iterator[Verdict]:
        return iter(self._verdicts)

    def __bool__(self) -> bool:
        return bool(self._verdicts) and all(self._verdicts)

    def to_table(self, *, zeros: bool = True) -> Table:
        """Return one row per verdict and figure; ``decides`` is false where it was set aside."""
        from .table import Table

        rows: list[dict[str, Any]] = [
            {
                "check": verdict.check,
                "measure": verdict.measure,
                "of": verdict.of,
                "period": verdict.period,
                "value": verdict.value,
                "published": one.figure.words,
                "digits": one.figure.digits or None,
                "interval": str(one.interval),
                "given": str(one.given),
                "agrees": one.agrees,
                "decides": counts(one.figure),
                "source": one.figure.source,
            }
            for verdict in self._verdicts
            for one in verdict.judged
        ]
        names = (
            "check", "measure", "of", "period", "value", "published", "digits", "interval",
            "given", "agrees", "decides", "source",
        )  # fmt: skip
        agree = sum(map(bool, self._verdicts))
        note = f"{agree} of {len(self)} agree"
        if self.skipped:
            note += "; not compared: " + "; ".join(self.skipped)
        return Table(
            {name: [row[name] for row in rows] for name in names},
            title=self._title or None,
            note=note,
            explain=self.explain(),
        )

    def explain(self) -> str:
        """Return how verdicts are reached, and every one of them in words."""
        return " ".join(
            [
                "Two figures agree when the intervals that they stand for have a number in common.",
                *(one.reason for one in self._verdicts),
                *(f"Not compared: {one}." for one in self.skipped),
            ]
        )

    def __repr__(self) -> str:
        return repr(self.to_table())

    def _repr_html_(self) -> str:
        return self.to_table()._repr_html_()
