"""A verdict in the words of the four languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ._i18n import _MARKS, check_language, heading, message
from ._phrase import parse, per_words
from ._phrase import say as phrase
from ._said import said
from ._verdict import counts
from .errors import QueryError

if TYPE_CHECKING:
    from ._printed import Interval
    from ._published_figure import Figure
    from ._verdict import Judged, Verdict

__all__ = ["say"]

_ENDS = {"fr": " ; ", "es": "; ", "ar": "؛ "}


def say(verdict: Verdict, language: str) -> str:
    """See ``Verdict.say``."""
    if check_language(language) == "en":
        return verdict.reason
    measure = said(verdict.measure, language)
    if measure == verdict.measure:
        measure = heading(verdict.measure.replace(" ", "_"), language).replace("_", " ")
    of = f" ({verdict.of})" if verdict.of else ""
    words = message(
        "verdict.whole", language,
        value=_figures(verdict.value, language), measure=f"{measure}{of}", period=verdict.period,
        judged=_ENDS[language].join(_judged(one, language) for one in verdict.judged),
    )  # fmt: skip
    return f"{words} {said(verdict.note, language)}." if verdict.note else words


def _judged(one: Judged, language: str) -> str:
    figure = one.figure
    quoted = message("verdict.quoted", language, words=_printed(figure, language))
    words = message(f"verdict.{'' if one.agrees else 'dis'}agrees", language, published=quoted)
    words += f" [{figure.source}]" if figure.source else ""
    comma = "،" if language == "ar" else ","
    words += f"{comma} {_digits(figure, language)} {_interval(figure.interval, language)}"
    if not counts(figure):
        words += f" ({message('verdict.aside', language)})"
    if one.how:
        days = one.how.rpartition(" over ")[2].removesuffix(" days")
        turned = _interval(one.given, language)
        turned += f" {per_words(figure.per, language)}" if figure.per else ""
        told = message("verdict.as", language, turned=turned, days=_figures(days, language))
        words += f"{comma} {told}"
    return words


def _printed(figure: Figure, language: str) -> str:
    if figure.value is None:
        return _interval(figure.interval, language)
    return phrase(figure.value, figure.qualifier, language, None, figure.per)


def _digits(figure: Figure, language: str) -> str:
    if figure.value is None:
        return message("verdict.range", language)
    if figure.qualifier == "exact":
        return message("verdict.exactly", language)
    key = "verdict.digits_one" if figure.digits == 1 else "verdict.digits"
    return message(key, language, digits=figure.digits)


def _interval(interval: Interval, language: str) -> str:
    ends = (_figures(end, language) for end in str(interval).split(", "))
    return _ENDS[language].join(ends)


def _figures(text: str, language: str) -> str:
    """Return figures as a language writes them, and the words around them; others stay."""
    if any(letter.isalpha() for letter in text):
        try:
            read = parse(text, "en")
        except QueryError:
            return text
        return phrase(read.value, read.qualifier, language, None, read.per)
    marks = _MARKS[language]
    return text.translate({44: marks.group, 46: marks.decimal})
