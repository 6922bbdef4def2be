"""From texts to codes and back: the half of a domain that knows what labels are called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from ._matching import AMBIGUOUS, UNKNOWN, Claim, Ladder
from .errors import LabelError, QueryError, suggest

__all__ = [
    "AMBIGUOUS_LABEL", "NOT_A_MEMBER", "NOT_MEMBER", "UNKNOWN_LABEL", "Labels", "Names",
]  # fmt: skip

NOT_MEMBER = -3
UNKNOWN_LABEL, AMBIGUOUS_LABEL = "unknown label", "ambiguous label"
NOT_A_MEMBER = "not a member"

Names: TypeAlias = "str | Mapping[str, str]"


class Labels:
    """Labels with their codes, names and aliases; :class:`interpol_bcn.Domain` adds the rest."""

    __slots__ = ("_aliases", "_codes", "_ladder", "_names", "_refused", "labels")
    labels: tuple[str, ...]
    _codes: dict[str, int]
    _names: dict[str, str | dict[str, str]]
    _aliases: dict[str, str | tuple[str, ...]]
    _refused: dict[str, str]
    _ladder: Ladder

    def _own(self, label: str) -> str:
        if label not in self._codes:
            self.index(label)
        return label

    def index(self, label: str) -> int:
        """Return the code of a label written exactly; raise LabelError otherwise.

        >>> from interpol_bcn.domain import Domain
        >>> Domain(["request", "reply"]).index("reply")
        1
        """
        code = self._codes.get(label) if isinstance(label, str) else None
        if code is None:
            choices = suggest(label, self.labels) if isinstance(label, str) else []
            raise LabelError(label, UNKNOWN_LABEL, choices=choices)
        return code

    # From text to code

    def lookup(self, text: str) -> int:
        """Return the code of a text, or -1 unknown, -2 ambiguous, -3 not a member.

        Builds no suggestions, so it is the one to use in bulk; still, ask once per
        distinct text.

        >>> from interpol_bcn.domain import Domain
        >>> Domain(["France", "Côte d'Ivoire"]).lookup("COTE D'IVOIRE")
        1
        """
        return self._find(text)[0]

    def resolve(self, text: str) -> int:
        """Return the code of a text; raise LabelError with reason and choices.

        >>> from interpol_bcn.domain import Domain
        >>> Domain(["France", "Finland"]).resolve("Frnace")
        Traceback (most recent call last):
        interpol_bcn.errors.LabelError: 'Frnace': unknown label; did you mean 'France'?
        """
        code, rivals = self._find(text)
        if code >= 0:
            return code
        if code == AMBIGUOUS:
            raise LabelError(text, AMBIGUOUS_LABEL, choices=rivals)
        if code == NOT_MEMBER:
            raise LabelError(text, NOT_A_MEMBER, hint=rivals[0] if rivals else "")
        raise LabelError(text, UNKNOWN_LABEL, choices=self.suggestions(text))

    def suggestions(self, text: str, n: int = 3) -> list[str]:
        """Return up to ``n`` texts like this one, each of another label, the nearest first.

        >>> from interpol_bcn.domain import Domain
        >>> Domain(["France", "Finland"]).suggestions("Frnace")
        ['France']
        """
        if not isinstance(text, str):
            return []
        pool = {other: code for other, code in self._names_and_codes() if len(other) > 2}
        chosen: dict[int, str] = {}
        for other in suggest(text, pool, 4 * n):
            chosen.setdefault(pool[other], other)
        return list(chosen.values())[:n]

    def exact_labels(self) -> list[tuple[str, int]]:
        """Return every text that resolves as it stands, with its code."""
        return [(text, code) for text, code in self._ladder.exact.codes.items() if code >= 0]

    def _names_and_codes(self) -> Iterator[tuple[str, int]]:
        for label, code in self._codes.items():
            name = self._names.get(label)
            for text in [name] if isinstance(name, str) else (name or {}).values():
                yield text, code
            yield label, code
        for text, target in self._aliases.items():
            if isinstance(target, str) and len(text) > 3:
                yield text, self._codes[target]

    def _claims(self) -> Iterator[Claim]:
        for label, code in self._codes.items():
            yield 0, label, code, (self.name(label),)
        for text, target in self._aliases.items():
            if isinstance(target, tuple):
                yield 1, text, AMBIGUOUS, target
            else:
                yield 1, text, self._codes[target], (self.name(target),)
        for label, name in self._names.items():
            for text in [name] if isinstance(name, str) else name.values():
                yield 2, text, self._codes[label], (self.name(label),)
        for text, hint in self._refused.items():
            yield 3, text, NOT_MEMBER, (hint,) if hint else ()

    def _find(self, text: str) -> tuple[int, tuple[str, ...]]:
        return self._ladder.find(text) if isinstance(text, str) else (UNKNOWN, ())

    # From code to words

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which labels have names."""
        found: dict[str, None] = {}
        for name in self._names.values():
            if not isinstance(name, str):
                found.update(dict.fromkeys(name))
        return tuple(found)

    def name(self, label: str, language: str = "en") -> str:
        """Return what a label is called; its English name, or itself, where it has none.

        Raise LabelError for a label written otherwise, QueryError for a language in which
        nothing here has a name.

        >>> from interpol_bcn.domain import Domain
        >>> kinds = Domain(["reply", "request"], names={"reply": {"en": "Reply", "fr": "Réponse"}})
        >>> kinds.name("reply", "fr"), kinds.name("request", "fr")
        ('Réponse', 'request')
        """
        name = self._names.get(self._own(label), label)
        if isinstance(name, str):
            return name
        if language not in name:
            self._check_language(language)
        return name.get(language) or name.get("en") or label

    def names_in(self, language: str = "en") -> list[str]:
        """Return the name of every label, in the order of codes."""
        return [self.name(label, language) for label in self.labels]

    def _check_language(self, language: str) -> None:
        known = self.languages
        if known and language != "en" and language not in known:
            raise QueryError(f"no names in {language!r}; there are: {', '.join(known)}")
