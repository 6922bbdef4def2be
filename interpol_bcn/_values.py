"""Python columns as what the core reads: (name, kind, data, labels, nulls).

Nothing is copied that can be lent by the buffer protocol; numpy and pandas are used only through
the objects that came in, never imported here.
"""

from __future__ import annotations

import contextlib
import datetime
import operator
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .errors import InputError

__all__ = ["columns_of_frame", "from_values", "is_pandas", "to_column"]

Column = tuple[str, str, Any, Any, Any]

_EPOCH = datetime.datetime(1970, 1, 1)
_UNITS = {"s": "s", "ms": "m", "us": "u", "ns": "n"}


def to_column(name: str, values: Any) -> Column:
    """Return one column of numbers, times, labels or texts, lent where it can be.

    ``values`` is a pandas Series, a numpy array, anything with the buffer protocol, or a sequence
    of Python values.  Raises InputError for what is none of these.
    """
    if is_pandas(values):
        return _from_series(name, values)
    if hasattr(values, "dtype") and hasattr(values, "view"):
        return _from_numpy(name, values)
    if isinstance(values, str | bytes | Mapping):
        raise InputError(
            f"{type(values).__name__} is not a column", column=name, hint="give a list or an array"
        )
    try:
        view = memoryview(values)
    except TypeError:
        return from_values(name, values)
    if view.ndim != 1:
        raise InputError(f"an array of {view.ndim} dimensions is not a column", column=name)
    return (name, "number", values, None, None)


def is_pandas(value: object) -> bool:
    """Tell whether an object is a Series, Index or DataFrame of pandas, without importing it."""
    return type(value).__module__.partition(".")[0] == "pandas"


def columns_of_frame(frame: Any) -> dict[str, Any]:
    """Return the columns of a pandas DataFrame by name; a name that is there twice is refused."""
    columns: dict[str, Any] = {}
    for position, name in enumerate(frame.columns):
        if str(name) in columns:
            raise InputError("two columns have this name", column=str(name))
        columns[str(name)] = frame.iloc[:, position]
    return columns


def _from_series(name: str, series: Any) -> Column:
    dtype = series.dtype
    missing = series.isna().to_numpy()
    if hasattr(dtype, "categories"):
        categories = [_as_text(value) for value in dtype.categories.tolist()]
        if None not in categories and len(set(categories)) == len(categories):
            return (name, "label", series.cat.codes.to_numpy(), categories, None)
    elif hasattr(dtype, "tz"):
        ticks = series.array.view("i8")
        return (name, f"ts{_UNITS[series.dt.unit]}:UTC", ticks, None, None)
    elif dtype.kind in "iufb" and hasattr(dtype, "numpy_dtype"):
        values = series.to_numpy(dtype=dtype.numpy_dtype, na_value=0)
        return (name, "number", values, None, missing)
    elif dtype.kind in "iufbM":
        return _from_numpy(name, series.to_numpy())
    values = series.astype(object).where(~missing, None)
    return from_values(name, values.tolist())


def _from_numpy(name: str, values: Any) -> Column:
    if values.ndim != 1:
        raise InputError(f"an array of {values.ndim} dimensions is not a column", column=name)
    if not values.dtype.isnative:
        values = values.astype(values.dtype.newbyteorder("="))
    kind = values.dtype.kind
    if kind in "iub" or (kind == "f" and values.dtype.itemsize in (4, 8)):
        return (name, "number", values, None, None)
    if kind == "f":
        return (name, "number", values.astype("f8"), None, None)
    if kind == "M":
        return _from_datetime64(name, values)
    if kind == "S":
        return from_values(name, [value.decode("utf-8", "replace") for value in values.tolist()])
    if kind in "UO":
        return from_values(name, values.tolist())
    raise InputError(f"numpy's {values.dtype} is not a kind of column", column=name)


def _from_datetime64(name: str, values: Any) -> Column:
    unit = values.dtype.str[4:-1]  # "<M8[us]"
    if unit == "D":
        ticks = values.view("i8")
        missing = ticks == -(2**63)
        days = ticks.clip(-(2**31), 2**31 - 1).astype("i4")
        return (name, "date", days, None, missing)
    if unit not in _UNITS:
        values = values.astype("M8[us]" if unit[:1].isdigit() else "M8[s]")
        unit = values.dtype.str[4:-1]
    return (name, f"ts{_UNITS[unit]}:", values.view("i8"), None, None)


def from_values(name: str, values: Iterable[Any]) -> Column:
    """Return a column of Python values: texts, whole numbers, floats, bools, times, dates, None.

    One kind of value per column; texts mixed with others become texts.  Raises InputError at the
    first value that is of no such kind.
    """
    from array import array

    values = values if isinstance(values, list | tuple) else list(values)
    kinds = set(map(type, values)) - {type(None)}
    nulls = bytes(value is None for value in values) if None in values else None
    if kinds <= {str}:
        return (name, "text", values, None, None)
    if kinds == {bool}:
        return (name, "bool", bytes(bool(value) for value in values), None, nulls)
    if kinds == {int}:
        try:
            return (name, "number", array("q", [value or 0 for value in values]), None, nulls)
        except OverflowError:
            return (name, "text", [_as_text(value) for value in values], None, None)
    if kinds <= {int, float}:
        with contextlib.suppress(OverflowError):
            return (name, "number", array("d", [value or 0 for value in values]), None, nulls)
    if kinds == {datetime.date}:
        days = [0 if value is None else (value - _EPOCH.date()).days for value in values]
        return (name, "date", array("i", days), None, nulls)
    if all(issubclass(kind, datetime.date) for kind in kinds):
        # A workbook gives its midnights as dates.
        return _from_datetimes(
            name,
            [
                datetime.datetime.combine(value, datetime.time())
                if type(value) is datetime.date
                else value
                for value in values
            ],
        )
    return (name, "text", _texts(name, values), None, None)


def _from_datetimes(name: str, values: Sequence[datetime.datetime | None]) -> Column:
    from array import array

    aware = {value.tzinfo is not None for value in values if value is not None}
    if len(aware) == 2:
        raise InputError("some times have a zone and some have none", column=name)
    microsecond = datetime.timedelta(microseconds=1)
    epoch = _EPOCH.replace(tzinfo=datetime.UTC) if True in aware else _EPOCH
    ticks = [-(2**63) if value is None else (value - epoch) // microsecond for value in values]
    return (name, "tsu:UTC" if True in aware else "tsu:", array("q", ticks), None, None)


def _texts(name: str, values: Sequence[Any]) -> list[str | None]:
    texts = []
    for row, value in enumerate(values, 1):
        text = _as_text(value)
        if text is None and value is not None:
            raise InputError(
                f"a {type(value).__name__} is neither a text, a number nor a time",
                row=row,
                column=name,
                value=repr(value),
            )
        texts.append(text)
    return texts


def _as_text(value: object) -> str | None:
    """Return a label or identifier as text, None for what cannot be one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else None if value != value else str(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime.datetime | datetime.date):
        return value.isoformat()
    try:
        return str(operator.index(value))  # type: ignore[arg-type]  # numpy's integers
    except TypeError:
        return None
