"""Comparing texts without guessing.

A text is looked for by a ladder: exactly; then blind to case; then blind to accents,
punctuation and spaces; with a leading article dropped; with "Korea, Republic of" turned
around.  Every rung compares whole texts, so "Niger" is never Nigeria.  Texts of up to
three ASCII letters or digits are compared blind to case alone: "N/A" is not Namibia.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TypeAlias

__all__ = ["AMBIGUOUS", "UNKNOWN", "Claim", "Ladder", "fold"]

UNKNOWN, AMBIGUOUS = -1, -2
Found: TypeAlias = "tuple[int, tuple[str, ...]]"
Claim: TypeAlias = "tuple[int, str, int, tuple[str, ...]]"

ROTATED = re.compile(r"([^,(]+)[,(]([^,()]+)\)?\s*")
ARTICLES = frozenset(["the", "la", "le", "les", "l", "el", "los", "las"])
JOINERS = frozenset(["and", "et", "the", "y"])
SHORT = {
    "st": "saint", "ste": "saint", "sainte": "saint", "rep": "republic", "dem": "democratic",
}  # fmt: skip
# Teh marbuta is read as heh, alef maksura as yeh, Persian kaf and yeh as Arabic; the
# lone hamza, tatweel, apostrophes and marks of direction vanish.
LETTERS = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i"}
    | {"\u0629": "\u0647", "\u0649": "\u064a", "\u06a9": "\u0643", "\u06cc": "\u064a"}
    | dict.fromkeys("'`\u2018\u2019\u02bc\u0621\u0640\u200b\u200c\u200d\u200e\u200f\ufeff", "")
    | {"&": " and "}
)
EDGES = " \t\r\n\v\f\u00a0\u200b\u200e\u200f\u202f\ufeff"


def fold(text: str) -> str:
    """Return a text without case, accents, punctuation, spaces and joining words.

    Arabic is compared without vowel marks, hamza and tatweel.

    >>> fold("Côte d\u2019Ivoire"), fold("St. Kitts & Nevis") == fold("saint kitts and nevis")
    ('cotedivoire', True)
    """
    return "".join(words_of(text))


def words_of(text: str) -> list[str]:
    """Return the folded words of a text; its joining words only where it has no others."""
    folded = text.casefold()
    if not folded.isascii():
        from unicodedata import combining, normalize

        # Taking letters apart may bring capitals to light, and these more to take apart.
        apart = normalize("NFKD", normalize("NFKD", folded).casefold())
        folded = "".join(c for c in apart if not combining(c))
    folded = folded.translate(LETTERS)
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    if len(words) < 2:
        return words  # "ST" by itself is a code, not a saint
    kept = [SHORT.get(word, word) for word in words if word not in JOINERS]
    return kept or words


def cased(text: str) -> str:
    """Return a text without case and without blanks at its ends."""
    text = text.strip(EDGES)
    if not text.isascii():
        from unicodedata import normalize

        text = normalize("NFC", text)
    return text.casefold()


def folded_name(text: str) -> str:
    """Return the folded text, or nothing where it is too short to be told apart."""
    key = fold(text)
    return "" if len(key) <= 3 and key.isascii() else key


class Rung:
    """One rung of the ladder: keys to codes, where earlier levels outrank later ones."""

    def __init__(self, key: Callable[[str], str], claims: Iterable[Claim]) -> None:
        self.codes: dict[str, int] = {}
        self.rivals: dict[str, tuple[str, ...]] = {}
        levels: dict[str, int] = {}
        for level, text, code, choices in claims:
            name = key(text)
            if not name:
                continue
            held = self.codes.get(name)
            if held is None:
                self.codes[name], self.rivals[name], levels[name] = code, choices, level
            elif levels[name] == level and held != code:
                self.codes[name] = AMBIGUOUS
                self.rivals[name] = tuple(dict.fromkeys((*self.rivals[name], *choices)))

    def find(self, key: str) -> Found | None:
        """Return code and choices, or None."""
        code = self.codes.get(key)
        return None if code is None else (code, self.rivals[key])


class Ladder:
    """Texts to codes, exactly first and then ever more loosely; built when first climbed.

    ``claims`` gives ``(level, text, code, choices)`` by rising level; a code may be
    negative, a reason to refuse.  Two claims of one level to one key make it ambiguous.
    """

    def __init__(self, claims: Callable[[], Iterable[Claim]]) -> None:
        self._claims = claims
        self._exact: Rung | None = None
        self._loose: tuple[Rung, Rung] | None = None

    @property
    def exact(self) -> Rung:
        """The first rung: texts as they stand."""
        if self._exact is None:
            self._exact = Rung(str, self._claims())
        return self._exact

    def find(self, text: str) -> Found:
        """Return the code of a text, and what it could have been where it is refused."""
        found = self.exact.find(text)
        if found is not None:
            return found
        if self._loose is None:
            self._loose = Rung(cased, self._claims()), Rung(folded_name, self._claims())
        by_case, by_fold = self._loose
        found = by_case.find(cased(text))
        if found is not None:
            return found
        turned = ROTATED.fullmatch(text)
        for form in [text] if turned is None else [text, f"{turned[2]} {turned[1]}"]:
            words = words_of(form)
            found = by_fold.find("".join(words))
            if found is None and words and words[0] in ARTICLES:
                found = by_fold.find("".join(words[1:]))
            if found is not None:
                return found
        return UNKNOWN, ()
