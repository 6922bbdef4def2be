"""The obvious twin of a domain: every question asked by looking at every label."""

from __future__ import annotations

import unicodedata


def bare(text: str) -> str:
    """Return the letters and digits alone, without case and accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in apart if c.isalnum() and not unicodedata.combining(c))


def plain(text: str) -> str:
    """Return the text without case and without blanks at its ends."""
    return text.strip().casefold()


def lookup(labels: list[str], text: str) -> int:
    """Return the code of the text: exact, else blind to case, else bare; -1 and -2 refuse."""
    if text in labels:
        return labels.index(text)
    for same, shortest in ((plain, 1), (bare, 4)):
        key = same(text)
        fits = [i for i, label in enumerate(labels) if same(label) == key and len(key) >= shortest]
        if fits:
            return fits[0] if len(fits) == 1 else -2
    return -1


def value_on(spans: list[tuple[str, str]], day: str) -> str | None:
    """Return the value of the latest span that began on or before the day."""
    begun = [span for span in spans if span[0] <= day]
    return max(begun)[1] if begun else None
