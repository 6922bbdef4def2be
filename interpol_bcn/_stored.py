"""How lists and buffers become the stored values of a column, each of one kind."""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from .errors import InputError

if TYPE_CHECKING:
    from datetime import datetime

__all__ = ["INT64", "KINDS", "NO_TIME", "codes_of", "look_up", "store", "time_of", "view_of"]

KINDS: Final = ("label", "integer", "number", "text", "time", "boolean")
NO_TIME: Final = -(2**63)
INT64: Final = range(-(2**63), 2**63)
FIRST_TIME: Final = -62_135_596_800_000_000  # 0001-01-01 in microseconds since 1970
LAST_TIME: Final = 253_402_300_799_999_999  # the last microsecond of 9999
_CODES: Final = {1: "B", 2: "H", 4: "I"}


def time_of(microseconds: int) -> datetime:
    """Return the UTC time that is so many microseconds after the start of 1970."""
    from datetime import UTC, datetime, timedelta

    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)


def look_up(codes: memoryview, texts: Sequence[Any], count: int, missing: Any = None) -> list[Any]:
    """Return the text of each code, ``missing`` for codes from ``count`` on."""
    if count <= max(1000, len(codes)):
        table = [*texts[:count], missing]
        if codes.itemsize == 1:
            table += [missing] * (256 - len(table))
            return list(map(table.__getitem__, codes))
        last = max(codes, default=0)
        if last <= count:
            return list(map(table.__getitem__, codes))
        return [table[code] if code < count else missing for code in codes]
    known = {code: texts[code] if code < count else missing for code in set(codes)}
    return list(map(known.__getitem__, codes))


def view_of(data: Any) -> memoryview | None:
    """A read-only flat view of a buffer under one of the letters BHIqQd, or None.

    Letters differ between platforms for the same type ('l' is int64 on Linux),
    so they are chosen by size and sign.
    """
    if isinstance(data, (list, tuple, str)):
        return None
    try:
        view = memoryview(data)
    except (TypeError, ValueError, BufferError):
        return None
    native = "@=<" if sys.byteorder == "little" else "@=>"
    letter = view.format.lstrip(native) if view.format else "B"
    if view.ndim != 1 or not view.c_contiguous or len(letter) != 1:
        return None
    if letter in "BHILQN" and view.itemsize in _CODES:
        wanted = _CODES[view.itemsize]
    elif letter in "BHILQN":
        wanted = "Q"
    elif letter in "ilqn" and view.itemsize == 8:
        wanted = "q"
    elif letter in "bhilqn?fd":
        wanted = letter
    else:
        return None
    if view.format != wanted:
        view = view.cast("B").cast(wanted)  # type: ignore[call-overload]
    return view.toreadonly()


def codes_of(name: str, values: list[Any], labels: tuple[str, ...]) -> array[int]:
    place = {label: code for code, label in enumerate(labels)}
    place_or_none: dict[Any, int] = {**place, None: len(labels)}
    letter = "B" if len(labels) < 256 else "H" if len(labels) < 65536 else "I"
    try:
        return array(letter, [place_or_none[value] for value in values])
    except (KeyError, TypeError):
        for row, value in enumerate(values):
            if not isinstance(value, (str, type(None))) or value not in place_or_none:
                reason = "not one of the labels"
                raise InputError(reason, row=row + 1, column=name, value=str(value)) from None
        raise


def store(name: str, data: Iterable[Any], kind: str | None) -> tuple[str, Any]:
    """Kind and stored form of a column without labels."""
    view = view_of(data)
    if view is None:
        values = list(data)
    elif view.format == "q" and kind in (None, "integer", "time"):
        if kind == "time":
            _check_times(name, view)
        return kind or "integer", view
    elif view.format == "d" and kind in (None, "number"):
        return "number", view
    else:
        values = view.tolist()
    kind = kind or _kind_of(name, values)
    try:
        return kind, _STORE[kind](values)
    except (TypeError, ValueError, OverflowError):
        _blame(name, values, kind)
        raise


def _kind_of(name: str, values: list[Any]) -> str:
    from datetime import datetime
    from numbers import Integral, Real

    kinds = set()
    for one in set(map(type, values)) - {type(None)}:
        if one is bool or one.__name__ in ("bool_", "bool"):
            kinds.add("boolean")
        elif issubclass(one, str):
            kinds.add("text")
        elif issubclass(one, Integral):
            kinds.add("integer")
        elif issubclass(one, Real):
            kinds.add("number")
        elif issubclass(one, datetime):
            kinds.add("time")
        else:
            row, value = next((i, v) for i, v in enumerate(values) if type(v) is one)
            reason = f"a table cannot hold {one.__name__}"
            raise InputError(reason, row=row + 1, column=name, value=str(value))
    if kinds == {"integer", "number"}:
        return "number"
    if len(kinds) > 1:
        first = _kind_of(name, [next(value for value in values if value is not None)])
        _blame(name, values, "number" if first == "integer" and "number" in kinds else first)
    return kinds.pop() if kinds else "text"


def _blame(name: str, values: list[Any], kind: str) -> None:
    """Raise InputError for the first value that is not of this kind."""
    for row, value in enumerate(values):
        try:
            if value is not None and _kind_of(name, [value]) not in (kind, _ALSO.get(kind)):
                raise TypeError
            _STORE[kind]([value])
        except (TypeError, ValueError, OverflowError) as error:
            reason = str(error) if kind == "time" and str(error) else f"not {_ARTICLE[kind]}"
            where = {"row": row + 1, "column": name, "value": str(value)}
            raise InputError(reason, **where) from None  # type: ignore[arg-type]


def _store_integers(values: list[Any]) -> Any:
    from operator import index

    if set(map(type, values)) <= {int}:
        try:
            return memoryview(array("q", values)).toreadonly()
        except OverflowError:
            return tuple(values)
    kept = tuple(None if value is None else index(value) for value in values)
    known = [value for value in kept if value is not None]
    if len(known) == len(kept) and all(value in INT64 for value in known):
        return memoryview(array("q", known)).toreadonly()
    return kept


def _store_numbers(values: list[Any]) -> memoryview:
    nan = float("nan")
    floats = array("d", [nan if value is None else float(value) for value in values])
    return memoryview(floats).toreadonly()


def _store_times(values: list[Any]) -> memoryview:
    from datetime import UTC, datetime, timedelta

    start, unit = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

    def one(value: datetime | int | None) -> int:
        if value is None:
            return NO_TIME
        if isinstance(value, int):
            return value
        if value.tzinfo is None:
            raise ValueError("a time without a zone; give it one: time.replace(tzinfo=UTC)")
        return (value - start) // unit

    times = memoryview(array("q", map(one, values))).toreadonly()
    _check_times("", times)
    return times


def _check_times(name: str, view: memoryview) -> None:
    for row, value in enumerate(view):
        if not FIRST_TIME <= value <= LAST_TIME and value != NO_TIME:
            reason = "microseconds outside the years 1 to 9999"
            raise InputError(reason, row=row + 1, column=name or None, value=str(value))


def _store_texts(values: list[Any]) -> tuple[str | None, ...]:
    if not set(map(type, values)) <= {str, type(None)}:
        if not all(value is None or isinstance(value, str) for value in values):
            raise TypeError
        values = [None if value is None else str(value) for value in values]
    return tuple(values)


def _store_booleans(values: list[Any]) -> tuple[bool | None, ...]:
    return tuple(None if value is None else bool(value) for value in values)


_STORE: Final = {
    "integer": _store_integers,
    "number": _store_numbers,
    "text": _store_texts,
    "time": _store_times,
    "boolean": _store_booleans,
}
_ALSO: Final = {"number": "integer", "time": "integer", "label": "text"}
_ARTICLE: Final = {
    "integer": "an integer",
    "number": "a number",
    "text": "a text",
    "time": "a time",
    "boolean": "true or false",
}
