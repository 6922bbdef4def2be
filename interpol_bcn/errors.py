"""What can go wrong, in words that say where and what to do next."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = [
    "BcnError",
    "InputError",
    "LabelError",
    "MissingExtra",
    "QueryError",
    "TooLargeError",
    "suggest",
]


class BcnError(Exception):
    """The base of every error that this package raises on purpose."""


class InputError(BcnError, ValueError):
    """A source holds something that cannot be taken.

    ``source``, ``line`` (text sources, counted from 1), ``row`` (counted from
    1, the header apart), ``column``, ``value``, ``reason`` and ``choices`` say
    where and what; each is None (or empty) where it does not apply.

    >>> error = InputError("unknown label", source="a.csv", line=7, column="sender",
    ...                    value="Frnace", choices=("France",))
    >>> print(error)
    a.csv, line 7, column 'sender': 'Frnace': unknown label; did you mean 'France'?
    """

    def __init__(
        self,
        reason: str,
        *,
        source: str | None = None,
        line: int | None = None,
        row: int | None = None,
        column: str | None = None,
        value: str | None = None,
        choices: Iterable[str] = (),
        hint: str = "",
    ) -> None:
        self.reason = reason
        self.source = source
        self.line = line
        self.row = row
        self.column = column
        self.value = value
        self.choices = tuple(choices)
        self.hint = hint
        super().__init__(self._words())

    def _words(self) -> str:
        place = []
        if self.source is not None:
            place.append(self.source)
        if self.line is not None:
            place.append(f"line {self.line}")
        elif self.row is not None:
            place.append(f"row {self.row}")
        if self.column is not None:
            place.append(f"column {self.column!r}")
        words = ", ".join(place) + ": " if place else ""
        if self.value is not None:
            shown = self.value if len(self.value) <= 80 else self.value[:77] + "..."
            words += f"{shown!r}: "
        words += self.reason
        words += did_you_mean(self.choices)
        return _with_hint(words, self.hint)


class LabelError(BcnError, KeyError):
    """A label is not in its domain; ``label``, ``reason`` and ``choices`` say more.

    >>> print(LabelError("Frnace", "unknown label", choices=["France"]))
    'Frnace': unknown label; did you mean 'France'?
    """

    def __init__(
        self,
        label: object,
        reason: str = "unknown label",
        *,
        choices: Iterable[str] = (),
        hint: str = "",
    ) -> None:
        self.label = label
        self.reason = reason
        self.choices = tuple(choices)
        self.hint = hint
        super().__init__(label)

    def __str__(self) -> str:
        words = f"{self.label!r}: {self.reason}{did_you_mean(self.choices)}"
        return _with_hint(words, self.hint)


class QueryError(BcnError, ValueError):
    """A question cannot be asked this way: an unknown axis, filter or option."""


class TooLargeError(BcnError, MemoryError):
    """The answer would not fit in memory; nothing was allocated."""


class MissingExtra(BcnError, ImportError):
    """An optional library is needed; ``extra`` names the extra that brings it.

    >>> print(MissingExtra("parquet", "pyarrow", "to read Parquet"))
    pyarrow is needed to read Parquet: pip install 'interpol_bcn[parquet]'
    """

    def __init__(self, extra: str, library: str, purpose: str) -> None:
        self.extra = extra
        self.library = library
        super().__init__(f"{library} is needed {purpose}: pip install 'interpol_bcn[{extra}]'")


def _with_hint(words: str, hint: str) -> str:
    if not hint:
        return words
    return f"{words} {hint}" if words.endswith("?") else f"{words}. {hint}"


def did_you_mean(choices: Iterable[str]) -> str:
    """Return ``"; did you mean 'A' or 'B'?"``, or nothing without choices."""
    quoted = [repr(choice) for choice in choices]
    if not quoted:
        return ""
    if len(quoted) == 1:
        return f"; did you mean {quoted[0]}?"
    return f"; did you mean {', '.join(quoted[:-1])} or {quoted[-1]}?"


def suggest(word: str, choices: Iterable[str], n: int = 3) -> list[str]:
    """Return up to ``n`` choices that look like ``word``, the nearest first.

    >>> suggest("sendr", ["sender", "receiver", "month"])
    ['sender']
    """
    from difflib import get_close_matches

    pool = list(dict.fromkeys(choices))
    folded = {choice.casefold(): choice for choice in reversed(pool)}
    return [folded[match] for match in get_close_matches(word.casefold(), folded, n, 0.65)]
