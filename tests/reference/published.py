"""The slow twin of printed figures: digit strings and decimals, one number at a time."""

from __future__ import annotations

from decimal import Decimal, localcontext


def could_be(value: int, printed: int, qualifier: str, digits: int) -> bool:
    """Say whether a whole number would have been printed so, by doing what a printer does."""
    with localcontext() as context:
        context.prec = 200
        number, shown = Decimal(value), Decimal(printed)
        unit = Decimal(1).scaleb(shown.adjusted() - digits + 1) if printed else Decimal(1)
        if qualifier == "exact":
            return number == shown
        if qualifier in ("more than", "at least"):
            return shown <= number and number - shown < unit
        if qualifier in ("about", "rounded"):
            return -unit <= 2 * (number - shown) < unit
        raise AssertionError(qualifier)


def days_of_year(year: int) -> int:
    """Return the days of a year by the rule of four, hundred and four hundred."""
    return 366 if (year % 4 == 0 and year % 100 != 0) or year % 400 == 0 else 365


def per_second_meets(total: tuple[int, int], year: int, rate: tuple[int, int]) -> bool:
    """Say whether [low, high) of a year and of its seconds overlap, in whole numbers only."""
    seconds = days_of_year(year) * 24 * 60 * 60
    return total[0] < rate[1] * seconds and rate[0] * seconds < total[1]
