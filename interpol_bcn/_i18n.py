"""Figures and words in the four languages: Arabic, English, French, Spanish.

Marks follow the CLDR: English ``1,234.5`` and ``12.3%``; French ``1 234,5``
(a narrow no-break space) and ``12,3 %``; Spanish ``1.234,5`` and ``12,3 %``;
Arabic with European digits, ``1,234.5``.
Words are in ``data/messages.csv``, one row a message, one column a language;
a new message is a new row there.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final, NamedTuple

from .errors import QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "LANGUAGES",
    "check_language",
    "format_integer",
    "format_number",
    "format_percent",
    "format_time",
    "format_value",
    "heading",
    "is_rtl",
    "message",
]

LANGUAGES: Final = ("ar", "en", "fr", "es")


class _Marks(NamedTuple):
    group: str
    decimal: str
    percent: str


_MARKS: Final = {
    "en": _Marks(",", ".", "%"),
    "ar": _Marks(",", ".", "%"),
    "fr": _Marks("\u202f", ",", "\u00a0%"),
    "es": _Marks(".", ",", "\u00a0%"),
}


def check_language(language: str) -> str:
    """Return the language, or raise QueryError naming the four that there are.

    >>> check_language("fr")
    'fr'
    """
    if language not in _MARKS:
        raise QueryError(f"no language {language!r}; there are {', '.join(LANGUAGES)}")
    return language


def is_rtl(language: str) -> bool:
    """Say whether the language is written from right to left."""
    return language == "ar"


def format_integer(value: int, language: str = "en") -> str:
    """Return an integer with the language's grouping marks.

    >>> format_integer(18_204_551), format_integer(18_204_551, "es")
    ('18,204,551', '18.204.551')
    """
    return f"{value:,}".replace(",", _MARKS[check_language(language)].group)


def format_number(value: float, language: str = "en", digits: int | None = None) -> str:
    """Return a number rounded to so many digits after the mark, half to even.

    Without ``digits``, four significant ones, never fewer than the integer part.

    >>> format_number(1234.5678, digits=1), format_number(1234.5678, "fr", 1)
    ('1,234.6', '1\\u202f234,6')
    >>> format_number(0.00012345)
    '0.0001234'
    """
    marks = _MARKS[check_language(language)]
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if digits is not None:
        text = f"{value:,.{digits}f}"
    elif value == 0:
        text = "0"
    elif abs(value) >= 1000:
        text = f"{value:,.0f}"
    elif abs(value) < 1e-6:
        text = f"{value:.3e}"
    else:
        # The exponent after rounding: 999.96 has four digits before the mark.
        places = max(0, 3 - int(f"{abs(value):.3e}".partition("e")[2]))
        text = f"{value:,.{places}f}"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    if not text.strip("-0.,"):
        text = text.lstrip("-")  # no minus before a zero
    return text.translate({44: marks.group, 46: marks.decimal})


def format_percent(share: float, language: str = "en", digits: int = 1) -> str:
    """Return a share (0.123) as a percentage (12.3%).

    >>> format_percent(0.1234), format_percent(0.1234, "fr")
    ('12.3%', '12,3\\xa0%')
    """
    return format_number(share * 100, language, digits) + _MARKS[language].percent


def format_time(value: datetime) -> str:
    """Return a time as ``2023-01-31 09:30``, with seconds where they are not zero."""
    text = value.strftime("%H:%M:%S.%f").rstrip("0").rstrip(".:")
    if value.microsecond == 0:
        text = f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"
    return f"{value.year:04d}-{value:%m-%d} {text}"


def check_format(format: str) -> tuple[str, int | None]:
    """Return the kind of a display format and its digits, or raise QueryError.

    >>> check_format("percent.2"), check_format("plain")
    (('percent', 2), ('plain', None))
    """
    kind, _, digits = format.partition(".")
    if kind not in _FORMATS or (digits and not digits.isdecimal()):
        near = did_you_mean(suggest(kind, _FORMATS))
        raise QueryError(
            f"no display format {format!r}{near or '; there are ' + ', '.join(_FORMATS)}"
            " (with digits: 'percent.2')"
        )
    return kind, int(digits) if digits else None


_FORMATS: Final = ("percent", "per million", "digits", "plain")


def format_value(value: object, format: str | None = None, language: str = "en") -> str:
    """Return a value of a table as people read it; "" where it is missing.

    >>> format_value(1204551), format_value(0.25, "percent"), format_value(2023, "plain")
    ('1,204,551', '25.0%', '2023')
    """
    from datetime import datetime

    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return message("true" if value else "false", language)
    if isinstance(value, datetime):
        return format_time(value)
    if not isinstance(value, (int, float)):
        return str(value)
    kind, digits = check_format(format) if format else ("", None)
    if kind == "percent":
        return format_percent(value, language, 1 if digits is None else digits)
    if kind == "per million":
        return format_number(value * 1e6, language, 1 if digits is None else digits)
    if kind == "plain":
        return str(value)
    if isinstance(value, int):
        return format_integer(value, language)
    return format_number(value, language, digits)


def message(key: str, language: str = "en", **fields: object) -> str:
    """Return a message of the catalogue with its fields filled in.

    Raise KeyError for a key that is not in the catalogue.

    >>> message("more_rows", "fr", count=176)
    '… 176 autres lignes'
    """
    return _catalogue()[key][check_language(language)].format(**fields)


def heading(name: str, language: str = "en") -> str:
    """Return a column's name as a heading: translated where the catalogue knows it.

    An axis over a derived table names both: "region (sender)".

    >>> heading("sender", "fr"), heading("hour_of_week"), heading("my column", "fr")
    ('expéditeur', 'hour of week', 'my column')
    """
    check_language(language)
    words = _catalogue().get(f"column.{name}")
    if words:
        return words[language]
    column, _, derived = name.partition(".")
    if derived and f"column.{column}" in _catalogue():
        return f"{heading(derived, language)} ({heading(column, language)})"
    return name


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    import csv
    from importlib.resources import files

    text = (files(__package__) / "data" / "messages.csv").read_text(encoding="utf-8")
    return {row.pop("key"): row for row in csv.DictReader(text.splitlines())}
