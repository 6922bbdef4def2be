"""Published figures against each other: rates, sums and growth that must close."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from ._printed import Interval, exact, fewest_digits, shown
from ._published_figure import SECONDS, Figure
from ._verdict import Judged, Verdict, Verdicts, digits_words, judge

if TYPE_CHECKING:
    from .published import Published

__all__ = ["derive"]

_FINE = ("second", "day", "")


def derive(figures: Published, digits: int | None) -> Verdicts:
    """See ``Published.derive``."""
    read = [_read(figure, digits) for figure in figures]
    verdicts = [*_rates(read), *_sums(read), *_growth(read)]
    return Verdicts(verdicts, "Published figures against each other")


def _read(figure: Figure, digits: int | None) -> Figure:
    if digits is None or figure.value is None or figure.qualifier == "exact":
        return figure
    return figure.read(max(digits, fewest_digits(figure.value)))


def _rates(figures: list[Figure]) -> Iterator[Verdict]:
    """Every two figures of one measure, scope and period, in the finer of their rates."""
    groups: dict[tuple[object, ...], list[Figure]] = {}
    for figure in figures:
        if figure.from_ and figure.per in _FINE:
            key = (
                figure.measure,
                figure.unit,
                figure.scope,
                figure.basis,
                figure.from_,
                figure.until,
            )
            groups.setdefault(key, []).append(figure)
    for group in groups.values():
        for pair in combinations(group, 2):
            coarse, fine = sorted(pair, key=lambda one: -_FINE.index(one.per))
            made = _against(coarse, fine)
            if made is None:
                continue
            yield made
            for other in _other_readings(coarse, fine):
                if other.agrees != made.agrees:
                    yield other
                    break


def _against(coarse: Figure, fine: Figure) -> Verdict | None:
    judged = judge(fine, coarse.interval, coarse.per)
    if judged is None:
        return None
    check = "side by side" if coarse.per == fine.per else f"{coarse.per or 'period'} and {fine.per}"
    value = f"{coarse.words} ({digits_words(coarse)}"
    if coarse.per != fine.per and coarse.value is not None:
        seconds = coarse.seconds or 0
        length = {**SECONDS, "": seconds}
        middle = Fraction(coarse.value) * length[fine.per] / length[coarse.per]
        value += f": {shown(exact(middle))} a {fine.per}"
    note = coarse.flag if coarse.flag in ("doubted", "projected") else ""
    return Verdict(
        check, fine.measure, fine.of, fine.period, f"{value})", [judged], judged.agrees,
        f"{coarse.words} is {note}" if note else "",
    )  # fmt: skip


def _other_readings(coarse: Figure, fine: Figure) -> Iterator[Verdict]:
    """The same two with one more trailing zero read as a digit, on either side."""
    for one, other in ((_zero_read(coarse), fine), (coarse, _zero_read(fine))):
        made = _against(one, other) if one is not None and other is not None else None
        if made is not None:
            yield made


def _zero_read(figure: Figure) -> Figure | None:
    """The figure with one more digit, where what is printed ends in a zero."""
    if not isinstance(figure.value, int) or figure.qualifier == "exact":
        return None
    # What stands before "million" or "billion"; a decimal part has no idle zeros.
    scale = next((one for one in (10**9, 10**6) if figure.value >= one), 1)
    if figure.value % scale:
        return None
    head = figure.value // scale
    if scale == 1 and head % 1000 == 0:
        head //= 1000
    return figure.read(figure.digits + 1) if len(str(head)) > figure.digits else None


def _sums(figures: list[Figure]) -> Iterator[Verdict]:
    for total in figures:
        parts = [one for one in figures if total.name and one.part_of == total.name]
        if not parts:
            continue
        whole = Interval(0, 0)
        for part in parts:
            whole = whole.plus(part.interval)
        words = " + ".join(part.words for part in parts)
        judged = Judged(total, total.interval.meets(whole), total.interval, whole, "")
        yield Verdict(
            "sum of parts", total.measure, total.of, total.period, f"{words} = {whole}",
            [judged], judged.agrees,
        )  # fmt: skip


def _growth(figures: list[Figure]) -> Iterator[Verdict]:
    """Growth as printed against the figures of its year and of the one before."""
    for growth in figures:
        measure = growth.measure.removeprefix("growth of ")
        if measure == growth.measure or growth.span is None or growth.value is None:
            continue
        same = [one for one in figures if one.measure == measure and one.scope == growth.scope]
        later = [one for one in same if one.span == growth.span]
        length = growth.span[1].year - growth.span[0].year
        earlier = [
            one
            for one in same
            if one.span and one.span[1] == growth.span[0]
            and one.span[0] == growth.span[0].replace(year=growth.span[0].year - length)
        ]  # fmt: skip
        for after in later:
            for before in earlier:
                top, bottom = after.as_total(), before.as_total()
                if top is None or bottom is None or bottom.low <= 0:
                    continue
                ratio = top.over(bottom)
                percent = Interval(
                    exact(ratio.low * 100 - 100), exact(ratio.high * 100 - 100), *ratio[2:]
                )
                agrees = growth.interval.meets(percent)
                value = (
                    f"{after.words} ({digits_words(after)}) over {before.words} "
                    f"({digits_words(before)}) = {percent} %"
                )
                yield Verdict(
                    "growth", measure, growth.of, growth.period, value,
                    [Judged(growth, agrees, growth.interval, percent, "")], agrees,
                )  # fmt: skip
