"""Sketches: quantiles and numbers of different values that merge, in a few kilobytes.

Parts of a year may be summed up where they lie, by anyone, and merged later: the state of a
sketch depends on what was added alone, not on order, split or repetition of merges, down to
its bytes.  What is exact and what is estimated is said, with the error.

>>> parts = [QuantileSketch.of([3, 900, 120]), QuantileSketch.of([47])]
>>> parts[0].merge(parts[1]) == QuantileSketch.of([47, 3, 120, 900])
True
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NoReturn, TypeVar

from . import _core
from .errors import InputError, QueryError

__all__ = ["DistinctSketch", "QuantileSketch"]

Self = TypeVar("Self", bound="_Sketch")


class _Sketch:
    """Canonical bytes, compared and merged; never changed."""

    __slots__ = ("_bytes",)
    _bytes: bytes

    @classmethod
    def _holding(cls: type[Self], data: bytes) -> Self:
        made = object.__new__(cls)
        object.__setattr__(made, "_bytes", data)
        made._read()
        return made

    @classmethod
    def from_bytes(cls: type[Self], data: bytes) -> Self:
        """Return the sketch that wrote these bytes; raise InputError for any others."""
        try:
            return cls._holding(bytes(data))
        except ValueError:
            raise InputError(f"these bytes are no {cls.__name__}") from None

    def to_bytes(self) -> bytes:
        """Return the canonical bytes: equal for equal contents, however they came about."""
        return self._bytes

    def _read(self) -> Any:
        raise NotImplementedError

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._bytes == other._bytes

    def __hash__(self) -> int:
        return hash(self._bytes)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is read-only")

    def __reduce__(self) -> Any:
        return type(self).from_bytes, (self._bytes,)


def _numbers(values: Any, verb: str) -> Any:
    try:
        view = memoryview(values)
        if view.contiguous and (view.format in "BHIq" or (view.format, view.itemsize) == ("l", 8)):
            return values
    except TypeError:
        pass
    try:
        return array("q", values)
    except (TypeError, OverflowError):
        raise QueryError(f"{verb}: give whole numbers of at most 64 bits") from None


class QuantileSketch(_Sketch):
    """Quantiles of whole numbers within a relative error, mergeable.

    Buckets of equal relative width, after DDSketch (Masson, Rim & Lee, VLDB 2019), in whole
    numbers only: of 2^7 to a power of two, so an answer is within ``error``, 1 in 256, of the
    exact one, and exact up to 256 and at both ends.  Some kilobytes; 5 ns a number.

    >>> sketch = QuantileSketch.of(range(1_000_001))
    >>> sketch.count, sketch.quantile(0), sketch.quantile(1)
    (1000001, 0, 1000000)
    >>> abs(sketch.quantile(0.5) - 500_000) <= sketch.error * 500_000
    True
    """

    __slots__ = ()
    #: the greatest relative error of an answer
    error = 1 / 256

    @classmethod
    def of(cls, values: Iterable[int]) -> QuantileSketch:
        """Return the sketch of these numbers; raise QueryError for others than whole ones."""
        return cls._holding(_core.quantile_sketch_of(_numbers(values, "QuantileSketch"), None, 7))

    def _read(self) -> tuple[int, int, int | None]:
        told = _core.quantile_sketch_at(self._bytes, 2**64 - 1)
        if told[0] != 7:
            raise ValueError("another error")
        return told

    @property
    def count(self) -> int:
        """How many numbers were added."""
        return self._read()[1]

    def quantile(self, q: float) -> int | None:
        """Return about the least number with a share ``q`` at or below it; None of none.

        Raise QueryError unless q is from 0 to 1.
        """
        from ._printed import exact

        share = Fraction(exact(q))
        if not 0 <= share <= 1:
            raise QueryError(f"quantile({q!r}): a share lies from 0 to 1")
        rank = max(0, -(-share * self.count // 1) - 1)
        return _core.quantile_sketch_at(self._bytes, int(rank))[2]

    def merge(self, other: QuantileSketch) -> QuantileSketch:
        """Return the sketch of what both hold; the same in any order."""
        if not isinstance(other, QuantileSketch):
            raise QueryError(f"merge({other!r:.80}): give another QuantileSketch")
        return self._holding(_core.quantile_sketch_merge(self._bytes, other._bytes))

    def __repr__(self) -> str:
        return f"QuantileSketch({self.count:,} numbers, within {100 * self.error:.1f}%)"


class DistinctSketch(_Sketch):
    """How many different numbers or texts: exact up to 2,048, then estimated, mergeable.

    HyperLogLog registers (Flajolet et al., 2007) with Ertl's estimator (2017), which looks
    at the registers alone.  ``error`` is the standard error, 0.8 %, and 0.0 while exact.
    16 kilobytes at most; 10 ns a value.

    >>> few = DistinctSketch.of(["a", "b", "a"])
    >>> few.count, few.exact
    (2, True)
    >>> many = DistinctSketch.of(range(100_000))
    >>> many.exact, abs(many.count - 100_000) < 3 * many.error * 100_000
    (False, True)
    """

    __slots__ = ()

    @classmethod
    def of(cls, values: Iterable[Any]) -> DistinctSketch:
        """Return the sketch of these values: all whole numbers, or all texts."""
        if not hasattr(values, "__buffer__") and not isinstance(values, (array, memoryview)):
            values = list(values)
            if values and all(isinstance(value, str) for value in values):
                texts = [str(value).encode("utf-8", "surrogatepass") for value in values]
                ends, at = array("Q"), 0
                for text in texts:
                    at += len(text)
                    ends.append(at)
                joined = b"".join(texts)
                return cls._holding(_core.distinct_sketch_of(joined, None, ends, 14))
        numbers = _numbers(values, "DistinctSketch")
        return cls._holding(_core.distinct_sketch_of(numbers, None, None, 14))

    def _read(self) -> tuple[int, bool, float]:
        told = _core.distinct_sketch_count(self._bytes)
        if told[0] != 14:
            raise ValueError("another error")
        return told

    @property
    def count(self) -> int:
        """How many different values were added, or about how many."""
        return round(self._read()[2])

    @property
    def exact(self) -> bool:
        """Whether the count is exact."""
        return self._read()[1]

    @property
    def error(self) -> float:
        """The standard error of the count, relative."""
        return 0.0 if self.exact else 1.04 / 2**7

    def merge(self, other: DistinctSketch) -> DistinctSketch:
        """Return the sketch of what both hold; the same in any order."""
        if not isinstance(other, DistinctSketch):
            raise QueryError(f"merge({other!r:.80}): give another DistinctSketch")
        return self._holding(_core.distinct_sketch_merge(self._bytes, other._bytes))

    def __repr__(self) -> str:
        about = "" if self.exact else "about "
        return f"DistinctSketch({about}{self.count:,} different)"
