"""Numbers in words, in four languages: "huit milliards", "ocho mil millones", "ثمانية مليارات".

Numbers below a thousand are spelled in every usual way and looked up whole, so that only
what a speaker would write is read.  Scales are words too: French counts milliards, Spanish
a thousand millions, Arabic has forms of its own for two, for three to ten, and for more.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Final, NamedTuple

from ._matching import words_of

__all__ = ["SCALES", "Spelled", "number_of", "plain_words"]


class Spelled(NamedTuple):
    """A number as read from words and figures: its value, and the digits that were written."""

    value: Fraction
    written: int  # significant digits if every written zero counts
    point: bool  # figures after a decimal mark: then every one of them counts
    scaled: bool  # with a word such as "million", or spelled out


# What a scale is called, and how often it counts by itself (Arabic has a dual; unvowelled,
# the dual before a noun looks like the form after 11 to 99, and is told by the number: -2).
SCALES: Final[dict[str, dict[str, tuple[int, int]]]] = {
    "en": {
        "trillion": (10**12, 0), "billion": (10**9, 0), "million": (10**6, 0),
        "thousand": (1000, 0), "bn": (10**9, 0), "m": (10**6, 0),
    },
    "fr": {
        "billion": (10**12, 0), "billions": (10**12, 0), "milliard": (10**9, 0),
        "milliards": (10**9, 0), "million": (10**6, 0), "millions": (10**6, 0), "mille": (1000, 1),
    },
    "es": {
        "billon": (10**12, 0), "billones": (10**12, 0), "millardo": (10**9, 0),
        "millardos": (10**9, 0), "millon": (10**6, 0), "millones": (10**6, 0), "mil": (1000, 1),
    },
    "ar": {
        word: (scale, times)
        for scale, forms in (
            (10**12, "تريليون تريليونا تريليونات تريليونان تريليونين تريليوني"),
            (10**9, "مليار مليارا مليارات ملياران مليارين ملياري"),
            (10**6, "مليون مليونا ملايين مليونان مليونين مليوني"),
            (1000, "الف الفا الاف الفان الفين الفي"),
        )
        for word, times in zip(forms.split(), (1, -2, 0, 2, 2, 2), strict=True)
    },
}  # fmt: skip
# What French and Spanish say in the plural, they do not say of one.
_PLURAL: Final = frozenset(
    ["billions", "milliards", "millions", "billones", "millardos", "millones"]
)

_EN = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_FR = [
    "zero",
    "un",
    "deux",
    "trois",
    "quatre",
    "cinq",
    "six",
    "sept",
    "huit",
    "neuf",
    "dix",
    "onze",
    "douze",
    "treize",
    "quatorze",
    "quinze",
    "seize",
    "dix sept",
    "dix huit",
    "dix neuf",
]
_FR_TENS = ["vingt", "trente", "quarante", "cinquante", "soixante"]
_ES = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciseis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidos",
    "veintitres",
    "veinticuatro",
    "veinticinco",
    "veintiseis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_ES_TENS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_ES_HUNDREDS = [
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]
_AR = ("صفر", "واحد", "اثنان", "ثلاثة", "اربعة", "خمسة", "ستة", "سبعة", "ثمانية", "تسعة")
_AR_OTHER = {
    1: ("واحدة", "احد", "احدى"), 2: ("اثنين", "اثنتان", "اثنتين", "اثنا", "اثنتا", "اثني", "اثنتي"),
    3: ("ثلاث",), 4: ("اربع",), 5: ("خمس",), 6: ("ست",), 7: ("سبع",), 8: ("ثماني", "ثمان"),
    9: ("تسع",),
}  # fmt: skip
_AR_TENS = ("عشر", "ثلاث", "اربع", "خمس", "ست", "سبع", "ثمان", "تسع")


def plain_words(text: str, language: str) -> list[str]:
    """Return the words of a text without case, accents and marks; Arabic's "and" apart.

    >>> plain_words("Quatre-vingts", "fr"), plain_words("más", "es")
    (['quatre', 'vingts'], ['mas'])
    """
    found = []
    for word in text.replace("-", " ").replace("’", "' ").replace("'", "' ").split():
        # A joining word by itself is kept: a number is looked up with its "and".
        found += words_of(word)
    return found


@cache
def _below_thousand(language: str) -> dict[str, int]:
    """Every number from 0 to 999 in every way of writing it, folded."""
    units = {"en": _english, "fr": _french, "es": _spanish, "ar": _arabic}[language]
    return {
        " ".join(plain_words(words, language)): number
        for number in range(1000)
        for words in units(number)
    }


def _english(n: int) -> list[str]:
    if n >= 100:
        head = f"{_EN[n // 100]} hundred"
        heads = [head, "a hundred"] if n < 200 else [head]
        if n % 100 == 0:
            return heads
        rests = _english(n % 100)
        return [f"{one} {joint}{rest}" for one in heads for joint in ("", "and ") for rest in rests]
    if n < 20:
        return [_EN[n], "a"] if n == 1 else [_EN[n]]
    return [f"{_EN_TENS[n // 10 - 2]} {_EN[n % 10] if n % 10 else ''}"]


def _french(n: int) -> list[str]:
    if n >= 100:
        heads = ["cent"] if n < 200 else [f"{_FR[n // 100]} cents", f"{_FR[n // 100]} cent"]
        if n % 100 == 0:
            return heads
        return [f"{heads[-1]} {rest}" for rest in _french(n % 100)]
    if n < 20:
        return [_FR[n], "une"] if n == 1 else [_FR[n]]
    if n >= 80:
        return ["quatre vingts", "quatre vingt"] if n == 80 else [f"quatre vingt {_FR[n - 80]}"]
    ten = min(n // 10, 6)
    rest = n - ten * 10
    if rest == 0:
        return [_FR_TENS[ten - 2]]
    joint = "et " if rest in (1, 11) else ""
    last = [_FR[rest], "une"] if rest == 1 else [_FR[rest]]
    return [f"{_FR_TENS[ten - 2]} {joint}{one}" for one in last]


def _spanish(n: int) -> list[str]:
    if n == 100:
        return ["cien", "ciento"]
    if n > 100:
        head = _ES_HUNDREDS[n // 100 - 1]
        heads = [head, head[:-2] + "as"] if n >= 200 else [head]
        rests = _spanish(n % 100) if n % 100 else [""]
        return [f"{one} {rest}" for one in heads for rest in rests]
    if n < 30:
        last = _ES[n]
        return [last, last[:-1], last[:-1] + "a"] if n in (1, 21) else [last]
    ten = _ES_TENS[n // 10 - 3]
    return [f"{ten} y {one}" for one in _spanish(n % 10)] if n % 10 else [ten]


def _arabic(n: int) -> list[str]:
    if n >= 100:
        hundred = n // 100
        if hundred == 2:
            heads = ["مئتان", "مئتين", "مئتا", "مئتي", "مائتان", "مائتين", "مائتا", "مائتي"]
        else:
            stem = "" if hundred == 1 else _AR_OTHER[hundred][-1 if hundred != 8 else 1]
            stems = [stem, "ثماني"] if hundred == 8 else [stem]
            heads = [one + word for one in stems for word in ("مئة", "مائة")]
        if n % 100 == 0:
            return heads
        return [f"{one} و{rest}" for one in heads for rest in _arabic(n % 100)]
    if n < 10:
        return [_AR[n], *_AR_OTHER.get(n, ())]
    if n == 10:
        return ["عشرة", "عشر"]
    if n < 20:
        ones = [_AR[n - 10], *_AR_OTHER[n - 10]]
        return [f"{one} {ten}" for one in ones for ten in ("عشر", "عشرة")]
    tens = [_AR_TENS[n // 10 - 2] + end for end in ("ون", "ين")]
    if n % 10 == 0:
        return tens
    return [f"{one} و{ten}" for one in (_AR[n % 10], *_AR_OTHER[n % 10]) for ten in tens]


def number_of(tokens: list[str | Spelled], language: str) -> Spelled | None:
    """Return the number that tokens say: figures (as Spelled) and folded words; None if none.

    >>> number_of(plain_words("huit milliards", "fr"), "fr").value
    Fraction(8000000000, 1)
    """
    if not tokens:
        return None
    scales = SCALES[language]
    best = max(
        (at for at, token in enumerate(tokens) if isinstance(token, str) and token in scales),
        key=lambda at: scales[str(tokens[at])][0],
        default=None,
    )
    if best is None:
        return _small(tokens, language)
    scale, alone = scales[str(tokens[best])]
    left, right = tokens[:best], tokens[best + 1 :]
    if left and alone != 2:
        head = number_of(left, language)
        if head is None or not _right_form(str(tokens[best]), head.value, language):
            return None
    elif not left and alone:
        head = Spelled(Fraction(abs(alone)), 1, False, True)
    else:
        return None
    if not right:
        return head._replace(value=head.value * scale, scaled=True)
    if language == "ar" and isinstance(right[0], str) and right[0].startswith("و"):
        right = [right[0][1:], *right[1:]]
    rest = number_of(right, language)
    if rest is None or rest.value >= scale:
        return None
    value = head.value * scale + rest.value
    return Spelled(value, len(str(int(value)).rstrip("0")) or 1, False, True)


def _right_form(scale: str, value: Fraction, language: str) -> bool:
    """Say whether a scale's form goes with a number: French has 1,5 million, Spanish millones."""
    if language not in ("fr", "es") or scale in ("mille", "mil"):
        return True
    several = value >= 2 if language == "fr" else value != 1
    return several == (scale in _PLURAL)


def _small(tokens: list[str | Spelled], language: str) -> Spelled | None:
    first = tokens[0]
    if isinstance(first, Spelled):
        return first if len(tokens) == 1 else None
    if not all(isinstance(token, str) for token in tokens):
        return None
    value = _below_thousand(language).get(" ".join(map(str, tokens)))
    if value is None:
        return None
    return Spelled(Fraction(value), len(str(value)), False, True)
