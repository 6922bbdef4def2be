"""What a printed number may stand for: an interval of exact numbers.

"More than 18 million" is no number but a range of them.  Which one depends on how many of
its digits were meant, so digits are always said.  With ``u`` the unit of the last digit that
counts (of 18 million read to two digits: one million), a value ``v`` printed as

- exact                is the point v;
- rounded or about     is [v - u/2, v + u/2);
- more than, at least  is [v, v + u): the next digit up would have been printed;
- nearly, less than    is [v - u, v), with the unit just below v: nearly 10 million is
                       [9 million, 10 million);
- at most              is the same with its ends the other way, (v - u, v];
- between              is what was printed, both ends in.

Everything is int or Fraction; no verdict ever rests on a float.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from .errors import QueryError, did_you_mean, suggest

__all__ = [
    "QUALIFIERS", "Interval", "Number", "digit_unit", "exact", "fewest_digits", "reading", "shown",
]  # fmt: skip

Number: TypeAlias = "int | Fraction"
QUALIFIERS = (
    "exact", "rounded", "about", "more than", "at least", "nearly", "less than", "at most",
    "between",
)  # fmt: skip


def exact(value: object) -> Number:
    """Return a number without a trace of rounding: an int where it is whole, else a Fraction.

    A float means the shortest decimal that it is written as.  Raise QueryError for what is
    no finite number.

    >>> exact(0.1), exact(2.0)
    (Fraction(1, 10), 2)
    """
    if isinstance(value, bool):
        raise QueryError(f"{value!r} is no number")
    if isinstance(value, int):
        return value
    try:
        if isinstance(value, (float, Decimal)):
            made = Fraction(repr(value) if isinstance(value, float) else value)
        elif isinstance(value, Fraction):
            made = value
        else:
            from operator import index

            return index(value)  # type: ignore[arg-type]  # numpy's integers
    except (TypeError, ValueError, OverflowError):
        raise QueryError(f"{value!r} is no finite number") from None
    return made.numerator if made.denominator == 1 else made


def shown(value: Number) -> str:
    """Return a number as people read it: whole ones whole, others to four digits."""
    from ._i18n import format_integer, format_number

    value = exact(value)
    return format_integer(value) if isinstance(value, int) else format_number(float(value))


class Interval(NamedTuple):
    """The exact numbers between two ends, each in or out.

    ``number in interval`` asks for one; ``meets`` whether two have a number in common.

    >>> millions = Interval(18_000_000, 19_000_000, True, False)
    >>> print(millions), 18_204_551 in millions, 19_000_000 in millions
    [18,000,000, 19,000,000)
    (None, True, False)
    """

    low: Number
    high: Number
    low_in: bool = True
    high_in: bool = True

    def __contains__(self, value: object) -> bool:
        number = exact(value)
        above = number > self.low or (self.low_in and number == self.low)
        return above and (number < self.high or (self.high_in and number == self.high))

    def meets(self, other: Interval) -> bool:
        """Say whether some number lies in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        return low < high or (low == high and low in self and low in other)

    def times(self, factor: Number) -> Interval:
        """Return the interval of every number times a positive factor."""
        return self._replace(low=exact(self.low * factor), high=exact(self.high * factor))

    def over(self, other: Interval) -> Interval:
        """Return the interval of quotients by the numbers of a positive interval."""
        return Interval(
            exact(Fraction(self.low) / other.high),
            exact(Fraction(self.high) / other.low),
            self.low_in and other.high_in,
            self.high_in and other.low_in,
        )

    def plus(self, other: Interval) -> Interval:
        """Return the interval of sums."""
        return Interval(
            exact(self.low + other.low),
            exact(self.high + other.high),
            self.low_in and other.low_in,
            self.high_in and other.high_in,
        )

    def __str__(self) -> str:
        if self.low == self.high:
            return shown(self.low)
        left, right = "[" if self.low_in else "(", "]" if self.high_in else ")"
        return f"{left}{shown(self.low)}, {shown(self.high)}{right}"


def fewest_digits(value: Number) -> int:
    """Return how few significant digits write a number: those of 18,000,000 are two.

    Raise QueryError for a number that no decimal writes in full, such as a third.

    >>> fewest_digits(18_000_000), fewest_digits(exact(0.25)), fewest_digits(0)
    (2, 2, 1)
    """
    top, bottom = Fraction(value).as_integer_ratio()
    rest = bottom
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        raise QueryError(f"{value} has no last digit; give it as an exact number")
    # Enough tens make it whole, since only twos and fives were below the line.
    while top % bottom:
        top *= 10
    return len(str(abs(top // bottom)).rstrip("0")) or 1


def digit_unit(value: Number, digits: int) -> Number:
    """Return what one more in the last of so many significant digits is worth.

    >>> digit_unit(18_204_551, 2), digit_unit(exact(0.57), 1), digit_unit(0, 1)
    (1000000, Fraction(1, 10), 1)
    """
    size = abs(Fraction(value))
    power = 0
    if size:
        power = len(str(size.numerator)) - len(str(size.denominator))
        if size < Fraction(10) ** power:
            power -= 1
    return exact(Fraction(10) ** (power - digits + 1))


def reading(value: Number, qualifier: str, digits: int) -> Interval:
    """Return what a printed value stands for when read to so many significant digits.

    Raise QueryError for an unknown qualifier, and for fewer digits than the value has.

    >>> print(reading(18_000_000, "more than", 2), reading(20_000_000, "about", 1))
    [18,000,000, 19,000,000) [15,000,000, 25,000,000)
    >>> print(reading(10_000_000, "nearly", 2))
    [9,900,000, 10,000,000)
    """
    if qualifier not in QUALIFIERS or qualifier == "between":
        near = did_you_mean(suggest(str(qualifier), QUALIFIERS[:-1]))
        raise QueryError(
            f"no qualifier {qualifier!r}{near or '; there are ' + ', '.join(QUALIFIERS[:-1])}"
        )
    if qualifier == "exact":
        return Interval(value, value)
    fewest = fewest_digits(value)
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < fewest:
        raise QueryError(
            f"{shown(value)} has {fewest} significant digits; it cannot be read to {digits!r}"
        )
    unit = digit_unit(value, digits)
    if qualifier in ("more than", "at least"):
        return Interval(value, exact(value + unit), True, False)
    if qualifier in ("rounded", "about"):
        half = Fraction(unit, 2)
        return Interval(exact(value - half), exact(value + half), True, False)
    if value and abs(value) == digit_unit(value, 1):  # a power of ten: smaller digits below it
        unit = exact(Fraction(unit, 10))
    below = exact(value - unit)
    closed = qualifier == "at most"
    return Interval(below, value, not closed, closed)
