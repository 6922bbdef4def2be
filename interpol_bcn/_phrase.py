"""Numbers as the press prints them: "plus de 18 millions", and what such words mean.

``phrase`` rounds an exact number to a few digits and says how it was rounded; ``parse``
reads such words back, in figures or spelled out.  The number always lies in the interval
of its own phrase.  Grammar is each language's own: French and Spanish put the scale in
the plural (1,5 million, but 1,5 millones) and join the unit with "de", Spanish says a
thousand millions, Arabic changes the noun with the number before it.
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from ._number_words import Spelled, number_of, plain_words
from ._printed import Interval, Number, digit_unit, exact, fewest_digits, reading, shown
from .errors import QueryError

__all__ = ["PERS", "Quantity", "parse", "phrase", "say", "unit_names"]

# The first of each is what phrase says.  A word after "…" follows the number.
_QUALIFIERS: Final = {
    "en": {
        "more than": "more than|over|above|upwards of|in excess of|>",
        "at least": "at least|no fewer than|no less than|≥|>=",
        "about": "about|some|around|approximately|roughly|circa|ca|~|≈|…or so|…approximately",
        "nearly": "nearly|almost|close to|just under",
        "less than": "less than|fewer than|under|<",
        "at most": "at most|up to|no more than|≤|<=",
        "exact": "exactly",
    },
    "fr": {
        "more than": "plus de|plus d'|au delà de|>",
        "at least": "au moins|≥|>=",
        "about": "environ|quelque|quelques|autour de|à peu près|~|≈|…environ",
        "nearly": "près de|presque",
        "less than": "moins de|<",
        "at most": "au plus|au maximum|jusqu'à|≤|<=",
        "exact": "exactement|précisément",
    },
    "es": {
        "more than": "más de|>",
        "at least": "al menos|por lo menos|≥|>=",
        "about": "aproximadamente|unos|unas|alrededor de|en torno a|~|≈|…aproximadamente",
        "nearly": "casi|cerca de",
        "less than": "menos de|<",
        "at most": "como máximo|hasta|≤|<=",
        "exact": "exactamente",
    },
    "ar": {
        "more than": "أكثر من|ما يزيد على|ما يزيد عن|>",
        "at least": "ما لا يقل عن|≥|>=|…على الأقل",
        "about": "نحو|حوالي|زهاء|~|≈|…تقريبا",
        "nearly": "ما يقرب من|ما يقارب|قرابة",
        "less than": "أقل من|<",
        "at most": "ما لا يزيد على|ما لا يزيد عن|≤|<=|…على الأكثر",
        "exact": "…بالضبط|بالضبط",
    },
}
_PER: Final = {
    "en": {
        "second": "a second|per second|every second|each second",
        "day": "a day|per day|every day|each day|daily",
        "month": "a month|per month|every month",
        "year": "a year|per year|every year|each year|annually|yearly",
    },
    "fr": {
        "second": "par seconde|chaque seconde", "day": "par jour|chaque jour",
        "month": "par mois|chaque mois", "year": "par an|par année|chaque année",
    },
    "es": {
        "second": "por segundo|cada segundo", "day": "al día|por día|cada día|diarias|diarios",
        "month": "al mes|por mes", "year": "al año|por año|anuales|cada año",
    },
    "ar": {
        "second": "في الثانية|كل ثانية", "day": "في اليوم|يوميا|كل يوم",
        "month": "في الشهر|شهريا", "year": "في السنة|سنويا|في العام|كل عام",
    },
}  # fmt: skip
PERS: Final = tuple(_PER["en"])

# The forms of a scale: of one, of more; in Arabic also of two, two after a word, 3-10, 11-99.
_SCALE_FORMS: Final[dict[str, dict[int, tuple[str, ...]]]] = {
    "en": {10**12: ("trillion",) * 2, 10**9: ("billion",) * 2, 10**6: ("million",) * 2},
    "fr": {
        10**12: ("billion", "billions"), 10**9: ("milliard", "milliards"),
        10**6: ("million", "millions"),
    },
    "es": {
        10**12: ("billón", "billones"), 10**9: ("mil millones",) * 2, 10**6: ("millón", "millones"),
    },
    "ar": {
        10**12: ("تريليون", "تريليون", "تريليونان", "تريليونين", "تريليونات", "تريليونًا"),
        10**9: ("مليار", "مليار", "ملياران", "مليارين", "مليارات", "مليارًا"),
        10**6: ("مليون", "مليون", "مليونان", "مليونين", "ملايين", "مليونًا"),
    },
}  # fmt: skip
_DIGITS: Final = str.maketrans("٠١٢٣٤٥٦٧٨٩٫٬\u00a0\u202f\u2009", "0123456789.,   ")
_GROUPED: Final = {
    "en": re.compile(r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"),
    "fr": re.compile(r"\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
    "es": re.compile(r"\d{1,3}(?:[. ]\d{3})+(?:,\d+)?|\d+(?:,\d+)?"),
}
_GROUPED["ar"] = _GROUPED["en"]
# Neither a letter, a blank, a joining mark nor a vowel sign.
_STRANGE: Final = re.compile(r"[^\w\s'’\-\u0300-\u036f\u064b-\u0652]|_")
_SIGNS: Final = re.compile(r"[<>]=|[~≈<>≤≥]")


class Quantity(NamedTuple):
    """A number with the words around it, and how many of its digits are read.

    ``written`` is how many there are if every written zero counts.

    >>> parse("some 310", "en").interval
    Interval(low=305, high=315, low_in=True, high_in=False)
    """

    value: Number
    qualifier: str = "exact"
    digits: int = 0
    unit: str = ""
    per: str = ""
    written: int = 0

    @property
    def interval(self) -> Interval:
        """What the words stand for; see ``interpol_bcn._printed``."""
        return reading(self.value, self.qualifier, self.digits)

    def read(self, digits: int) -> Quantity:
        """Return the same words read to another number of significant digits."""
        return self._replace(digits=digits)

    def __str__(self) -> str:
        return say(self.value, self.qualifier, "en", self.unit or None, self.per)


def phrase(
    value: object,
    language: str = "en",
    *,
    unit: str | None = None,
    per: str = "",
    digits: int = 2,
    qualifier: str = "more than",
) -> str:
    """Return a number as the press prints it, rounded to so many significant digits.

    "more than" rounds down, "nearly" up, "about" to the nearest (half up); a number that
    so few digits write in full is printed bare.  ``unit`` is "messages", "searches" ...
    and ``per`` "second", "day", "month" or "year".  Raise QueryError for a negative number
    and for an unknown language, unit or qualifier.

    >>> phrase(18_204_551, "fr"), phrase(8_012_000_000, "es", digits=1)
    ('plus de 18 millions', 'más de 8 mil millones')
    >>> phrase(18_204_551, "ar", unit="messages"), phrase(310, qualifier="about", digits=1)
    ('أكثر من 18 مليون رسالة', 'about 300')
    """
    from ._i18n import check_language

    check_language(language)
    number = exact(value)
    if number < 0:
        raise QueryError(f"{value!r} is below zero: a phrase says how many")
    if qualifier not in ("more than", "nearly", "about"):
        raise QueryError(f"no qualifier {qualifier!r}; a phrase says more than, about or nearly")
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise QueryError(f"digits={digits!r}: how many significant digits, from 1 on")
    step = digit_unit(number, digits)
    steps = Fraction(number) / step
    whole = int(steps)
    if qualifier == "about":
        whole = int(steps + Fraction(1, 2))
    elif qualifier == "nearly" and whole != steps:
        whole += 1
    kept = exact(whole * step)
    return say(kept, "rounded" if kept == number else qualifier, language, unit, per)


def say(
    value: Number, qualifier: str, language: str = "en", unit: str | None = None, per: str = ""
) -> str:
    """Return a value and its qualifier in words, without rounding it."""
    bare = qualifier in ("exact", "rounded")
    words = _number_words(value, qualifier == "exact", bare, language, unit)
    if not bare:
        word = _QUALIFIERS[language][qualifier].split("|")[0]
        words = f"{words} {word[1:]}" if word.startswith("…") else f"{word} {words}"
    if per:
        if per not in PERS:
            raise QueryError(f"per={per!r}: one of {', '.join(PERS)}")
        words += f" {per_words(per, language)}"
    return words


def per_words(per: str, language: str) -> str:
    """Return "a second" and the like, in a language."""
    return _PER[language][per].split("|")[0]


def _number_words(value: Number, plain: bool, bare: bool, language: str, unit: str | None) -> str:
    digits = fewest_digits(value)
    scale = max((one for one in _SCALE_FORMS[language] if one <= value), default=1)
    if scale == 1 or plain or digits > 4:
        return _with_unit(value, _figures(value, language), 1, bare, language, unit)
    head = exact(Fraction(value) / scale)
    forms, figures = _SCALE_FORMS[language][scale], _figures(head, language)
    if language == "ar":
        form = _arabic_form(head)
        word = {"one": forms[0], "few": forms[4], "many": forms[5]}.get(form, forms[1])
        if form == "two":
            word = forms[2 if bare else 3]
        if unit and form in ("two", "many"):  # before its noun it sheds its ending
            word = word[:-1] if form == "two" else forms[1]
        words = word if form in ("one", "two") else f"{figures} {word}"
    else:
        several = head >= 2 if language == "fr" else head != 1
        words = f"{figures} {forms[several]}"
    return _with_unit(value, words, scale, bare, language, unit)


def _with_unit(
    value: Number, words: str, scale: int, bare: bool, language: str, unit: str | None
) -> str:
    if not unit:
        return words
    names = unit_names().get(unit)
    if names is None:
        raise QueryError(f"no unit {unit!r}; there are {', '.join(unit_names())}")
    if language == "ar":
        if scale > 1:
            return f"{words} {names['ar_other']}"
        form = _arabic_form(value)
        if form in ("one", "two"):
            return names["ar_one"] if form == "one" else names["ar_two" if bare else "ar_two_after"]
        return f"{words} {names[f'ar_{form}']}"
    one = value < 2 if language == "fr" else value == 1
    noun = names[f"{language}_{'one' if one else 'other'}"]
    if scale > 1 and language != "en":
        vowel = language == "fr" and plain_words(noun, language)[0][0] in "aeiouh"
        noun = f"d’{noun}" if vowel else f"de {noun}"
    return f"{words} {noun}"


def _arabic_form(value: Number) -> str:
    """Which form of a noun follows a number: the plural rules of the CLDR."""
    if not isinstance(value, int) or value == 0:
        return "other"
    if value < 3:
        return "one" if value == 1 else "two"
    rest = value % 100
    return "few" if 3 <= rest <= 10 else "many" if rest >= 11 else "other"


def _figures(value: Number, language: str) -> str:
    from ._i18n import format_integer

    if isinstance(value, int):
        return format_integer(value, language)
    places = 0
    while value.denominator != 1 if isinstance(value, Fraction) else False:
        value, places = exact(value * 10), places + 1
    whole, part = divmod(int(value), 10**places)
    mark = "," if language in ("fr", "es") else "."
    return f"{format_integer(whole, language)}{mark}{part:0{places}}"


@cache
def unit_names() -> dict[str, dict[str, str]]:
    """What a unit is called in each language and number."""
    from ._reference import _read

    return {row["unit"]: row for row in _read("unit_names")}


def parse(text: str, language: str | None = None, *, digits: int | None = None) -> Quantity:
    """Return what words such as "more than 18 million" or "huit milliards" say.

    Without ``language``, in the one of the four in which they make sense; QueryError where
    they make none, or several that differ ("18,204").  ``digits`` is how many significant
    digits to read: by default the fewest that write the value (of 20 million one), and all
    that stand after a decimal mark.  A number without a qualifier is exact when it is
    written out to its last digit, else rounded.

    >>> parse("plus de 18 millions de messages").interval.low
    18000000
    >>> parse("20 million times a day")[:5], str(parse("huit milliards de fois environ").interval)
    ((20000000, 'rounded', 1, 'times', 'day'), '[7,500,000,000, 8,500,000,000)')
    >>> parse("18,2", "fr").value, parse("18.2", "en").value
    (Fraction(91, 5), Fraction(91, 5))
    """
    from ._i18n import LANGUAGES, check_language

    if not isinstance(text, str):
        raise QueryError(f"{text!r} is no text")
    languages = LANGUAGES if language is None else (check_language(language),)
    found = {one: read for one in languages if (read := _parse(text, one)) is not None}
    if not found:
        where = f"in {language}" if language else "in ar, en, fr or es"
        raise QueryError(f"{text!r} is no number {where}: write '18 million' or 'plus de 1 500'")
    if len({(*read[:4], read.per) for read in found.values()}) > 1:
        each = ", ".join(f"{one} {shown(read.value)}" for one, read in sorted(found.items()))
        raise QueryError(f"{text!r} differs by language ({each}): say language=")
    made = next(iter(found.values()))
    if digits is not None:
        made = made.read(digits)
        made.interval  # noqa: B018  # refuses what cannot be read so
    return made


def _parse(text: str, language: str) -> Quantity | None:
    tokens = _tokens(text, language)
    if not tokens:
        return None
    qualifier, unit, per = "", "", ""
    while tokens:
        if not qualifier and (found := _cut(tokens, _qualifier_words(language))):
            qualifier, tokens = found
        elif not per and (found := _cut(tokens, _per_words(language))):
            per, tokens = found
        elif not unit and (found := _cut(tokens, _unit_words(language))):
            unit, tokens = found
        else:
            break
    number: Spelled | None = None
    if unit.startswith("2 ") and tokens:  # unvowelled, some duals look like the plural
        unit = unit[2:]
    if unit.startswith(("1 ", "2 ")):  # an Arabic noun that says its number
        if not tokens:
            number = Spelled(Fraction(int(unit[0])), 1, True, False)
        unit = unit[2:]
    else:
        number = number_of(tokens, language)
    if number is None:
        return None
    value = exact(number.value)
    fewest = fewest_digits(value)
    digits = max(fewest, number.written) if number.point else fewest
    if not qualifier:
        full = isinstance(value, int) and not number.scaled
        full = full and (value % 10 != 0 or value == 0 or fewest > 3)
        qualifier = "exact" if full else "rounded"
    if qualifier == "exact" and isinstance(value, int):
        digits = len(str(value))
    return Quantity(value, qualifier, digits, unit, per, max(number.written, digits))


def _tokens(text: str, language: str) -> list[str | Spelled]:
    text = " ".join(text.translate(_DIGITS).split())
    tokens: list[str | Spelled] = []
    at = 0
    while at < len(text):
        found = _GROUPED[language].match(text, at)
        sign = _SIGNS.match(text, at)
        if found:
            whole, mark, part = found[0].partition("," if language in ("fr", "es") else ".")
            whole = re.sub(r"\D", "", whole)
            value = Fraction(int(whole + part), 10 ** len(part))
            tokens.append(Spelled(value, len((whole + part).lstrip("0")) or 1, bool(mark), False))
        elif sign:
            tokens.append(sign[0])
        if found or sign:
            at = (found or sign).end()  # type: ignore[union-attr]
            continue
        end = at
        while end < len(text) and not text[end].isdigit() and not _SIGNS.match(text, end):
            end += 1
        part = text[at:end]
        if _STRANGE.search(part) or (tokens and part and part[0] in ",.'"):
            return []
        tokens += plain_words(part, language)
        at = end
    return tokens


Cuts = list[tuple[tuple[str, ...], bool, bool, str]]


def _cut(tokens: list[str | Spelled], words: Cuts) -> tuple[str, list[str | Spelled]] | None:
    """Take the longest known words off either end; return what they mean and the rest."""
    for key, first, last, meaning in words:
        size = len(key)
        if first and tuple(tokens[:size]) == key:
            return meaning, tokens[size:]
        if last and tuple(tokens[-size:]) == key:
            return meaning, tokens[:-size]
    return None


def _longest_first(cuts: Cuts) -> Cuts:
    return sorted(cuts, key=lambda cut: -len(cut[0]))


@cache
def _qualifier_words(language: str) -> Cuts:
    cuts: Cuts = []
    for meaning, words in _QUALIFIERS[language].items():
        for word in words.split("|"):
            after, bare = word.startswith("…"), word.lstrip("…")
            key = (bare,) if _SIGNS.fullmatch(bare) else tuple(plain_words(bare, language))
            cuts.append((key, not after, after, meaning))
    return _longest_first(cuts)


@cache
def _per_words(language: str) -> Cuts:
    return _longest_first(
        [
            (tuple(plain_words(word, language)), False, True, per)
            for per, words in _PER[language].items()
            for word in words.split("|")
        ]
    )


@cache
def _unit_words(language: str) -> Cuts:
    cuts: Cuts = []
    of = {"fr": ("de", "d"), "es": ("de",)}.get(language, ())
    for unit, names in unit_names().items():
        for column, noun in names.items():
            if not column.startswith(language):
                continue
            key = tuple(plain_words(noun, language))
            number = {"ar_one": "1 ", "ar_two": "2 ", "ar_two_after": "2 "}.get(column, "")
            cuts += [
                ((*before, *key), False, True, number + unit)
                for before in ((), *((w,) for w in of))
            ]
    return _longest_first(cuts)
