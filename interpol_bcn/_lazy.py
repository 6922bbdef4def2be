"""Sequences of positions whose items are made when asked for.

A year has 31 million seconds: their labels and starts are not stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Generic, TypeVar, overload

Item = TypeVar("Item")


class LazySequence(Sequence[Item], Generic[Item]):
    """A sequence of ``size`` items, each made by ``_make`` from its position."""

    def __init__(self, size: int) -> None:
        self._size = size

    def _make(self, position: int) -> Item:
        raise NotImplementedError

    def __len__(self) -> int:
        return self._size

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        if isinstance(index, slice):
            return tuple(self._make(i) for i in range(*index.indices(self._size)))
        position = index + self._size if index < 0 else index
        if not 0 <= position < self._size:
            raise IndexError(f"position {index} of {self._size:,}")
        return self._make(position)

    def __iter__(self) -> Iterator[Item]:
        return map(self._make, range(self._size))

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Sequence) or isinstance(other, (str, bytes)):
            return NotImplemented
        return len(self) == len(other) and all(a == b for a, b in zip(self, other, strict=True))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        if self._size <= 6:
            return repr(self[:])
        head = ", ".join(map(repr, self[:3]))
        return f"({head}, ... {self[-1]!r}; {self._size:,} in all)"
