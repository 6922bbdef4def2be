"""Small services on tables of other libraries, which are used but never imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ._values import is_pandas

__all__ = ["as_sequence", "cut", "is_arrow_backed", "project", "without_rows"]


def is_arrow_backed(dtype: Any) -> bool:
    """Tell whether a column of pandas keeps its values as Arrow does."""
    storage = getattr(dtype, "storage", "")
    return type(dtype).__name__ == "ArrowDtype" or str(storage).startswith("pyarrow")


def project(data: Any, columns: Sequence[str] | None) -> Any:
    """Return the object with the wanted columns only, where it can do that itself."""
    if columns is None:
        return data
    if is_pandas(data):
        return data[list(columns)]
    if hasattr(data, "project") and hasattr(data, "fetchall"):
        quoted = ('"' + name.replace('"', '""') + '"' for name in columns)
        return data.project(", ".join(quoted))
    if hasattr(data, "select") and hasattr(data, "columns"):
        return data.select(list(columns))
    return data


def without_rows(data: Any) -> Any:
    """Return the same columns without rows, so that asking for their types costs nothing."""
    if is_pandas(data):
        return data.iloc[:0]
    if hasattr(data, "limit") and hasattr(data, "fetchall"):
        return data.limit(0)
    if hasattr(data, "head") and hasattr(data, "columns"):
        return data.head(0)
    return None


def as_sequence(values: Any) -> Any:
    """Return values that can be cut; what only iterates becomes a list."""
    if isinstance(values, str | bytes | Mapping) or hasattr(values, "__getitem__"):
        return values
    return list(values)


def cut(values: Any, start: int, stop: int) -> Any:
    """Return rows start .. stop of a column, the column itself where these are all."""
    if start == 0 and stop >= len(values):
        return values
    return values.iloc[start:stop] if is_pandas(values) else values[start:stop]
