"""Titles and notes in the language of whoever reads them.

Figures say what they are in English sentences of few forms.  ``data/sentences.csv`` has a row
for each form and a column for each language; what has no row there stays in English.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["isolated", "log_words", "parts", "said"]

_SEPARATOR: Final = {"ar": "؛ "}
_AND: Final = {"fr": " et ", "es": " y ", "ar": " و"}
_DATES: Final = re.compile(r"\d{4}-\d\d[\dT:-]*(?: \.\. \d{4}-\d\d[\dT:-]*)?(?: UTC)?")
_FIELD: Final = re.compile(r"{([a-z]+)([0-9]?)}")
_KINDS: Final = {"n": r"[-+]?[\d,]+(?:\.\d+)?", "period": r"[\d:.T -]+(?: [A-Za-z_/]+)?"}


def said(text: str, language: str) -> str:
    """Return a title, a unit or a note in a language; sentence by sentence.

    >>> said("messages by sender region and month", "fr")
    'messages par région (expéditeur) et mois'
    >>> said("2023-01-01 .. 2023-12-31 UTC; 195 of 1,960 members", "es")
    '2023-01-01 .. 2023-12-31 UTC; 195 de 1.960 miembros'
    """
    return _SEPARATOR.get(language, "; ").join(parts(text, language))


def parts(text: str, language: str) -> list[str]:
    """Return the sentences of a text, each in a language where it is known."""
    if language == "en":
        return [text]
    return [_sentence(part, language) for part in text.split("; ")]


def isolated(text: str, language: str) -> str:
    """Return a note as markup, each sentence apart: some run one way and some the other."""
    from html import escape

    from ._text import printable

    pieces = [f"<bdi>{escape(printable(part))}</bdi>" for part in parts(text, language)]
    if language == "ar":  # between words from the right, the parts of a date would turn round
        pieces = [_DATES.sub(r'<bdi dir="ltr">\g<0></bdi>', piece) for piece in pieces]
    return _SEPARATOR.get(language, "; ").join(pieces)


def log_words(log: Log) -> str:
    """Return what a log holds as a note: the sentences of its ``repr``, for ``said``."""
    first, *account = repr(log).splitlines()
    head, _, synthetic = first.partition(" (")
    words = [*re.split(r"; |, (?=\D)|(?<=\D), ", head), synthetic.rstrip(")"), *account]
    return "; ".join(filter(None, words))


def _sentence(text: str, language: str) -> str:
    from ._i18n import heading

    for form, words in _forms():
        found = form.fullmatch(text)
        if found is None:
            continue
        fields = {name: _field(name, value, language) for name, value in found.groupdict().items()}
        if None not in fields.values():
            return words[language].format(**fields)
    column, _, rest = text.partition(" ")
    known = heading(column, language)
    if known != column or not rest:
        return f"{known}: {rest.removeprefix('in ')}" if rest else known
    return text


def _field(name: str, value: str, language: str) -> str | None:
    """Return what stands in a field, in a language; None where it is not of its kind."""
    from ._i18n import _MARKS, heading

    kind = name.rstrip("0123456789")
    if kind == "n":
        marks = _MARKS[language]
        return value.translate({44: marks.group, 46: marks.decimal})
    if kind == "axes":
        return _AND[language].join(_axis(one, language) for one in re.split(r", | and ", value))
    if kind in ("measure", "unit"):
        known = heading(value.replace(" ", "_"), language)
        return known if known != value.replace(" ", "_") else value
    if kind == "bureau":
        from .members import members

        domain = members.domain()
        code = domain.lookup(value)
        return domain.name(domain.labels[code], language) if code >= 0 else None
    return value


def _axis(words: str, language: str) -> str:
    """Return the heading of an axis from how titles write it: "sender region"."""
    from ._i18n import heading

    whole = words.replace(" ", "_")
    column, _, table = words.partition(" ")
    for name in (whole, f"{column}.{table.replace(' ', '_')}"):
        known = heading(name, language)
        if known != name:
            return known
    return words


@cache
def _forms() -> list[tuple[re.Pattern[str], dict[str, str]]]:
    from ._reference import _read

    made = []
    for row in _read("sentences"):
        form, at = "", 0
        for field in _FIELD.finditer(row["en"]):
            kind = _KINDS.get(field[1], ".+?")
            form += f"{re.escape(row['en'][at : field.start()])}(?P<{field[1]}{field[2]}>{kind})"
            at = field.end()
        made.append((re.compile(form + re.escape(row["en"][at:])), dict(row)))
    return made
