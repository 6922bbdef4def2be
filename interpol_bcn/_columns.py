"""Columns of a table: one name, one kind, values that may be missing.

A column keeps its values in the smallest honest form: labels as codes beside
their texts, integers and times as one int64 buffer, numbers as one float64
buffer, everything else as a tuple.  Buffers are borrowed, never copied, so a
cube of a million cells becomes a table in microseconds; whoever lends one must
not change it afterwards.

Missing is None wherever a value is read.  In a buffer it is: a code past the
labels, NaN in numbers, -2**63 in times.  Integers that are missing somewhere,
or too large for 64 bits, live in a tuple.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, overload

from ._stored import KINDS, NO_TIME, codes_of, look_up, store, time_of, view_of
from .errors import InputError, QueryError

__all__ = ["KINDS", "Column"]


class Column(Sequence[Any]):
    """One named column; reads as a sequence of Python values, None where missing.

    ``data`` is a list, or a buffer: float64 for numbers, any integers for
    integers, int64 microseconds UTC with ``kind="time"``, unsigned codes with
    ``labels`` (a sequence of texts, which may be computed on demand).  The code
    after the last label, and the all-ones code, mean not stated; a last label of
    None says the same.  ``names`` holds texts to show instead of the labels,
    per language.  ``unit`` and ``format`` say how to print: ``"percent"``,
    ``"percent.2"``, ``"per million"``, ``"digits.3"``, or ``"plain"`` for
    integers that are names rather than quantities, such as years.

    Raise InputError naming the row of a value that does not fit its kind.

    >>> Column("sender", b"\\x01\\x00\\x02", labels=("DEU", "FRA"))
    Column('sender', label, ['FRA', 'DEU', None])
    >>> Column("messages", [3, None, 2**70]).kind
    'integer'
    """

    __slots__ = ("_count", "_data", "_format", "_kind", "_labels", "_name", "_names", "_unit")

    def __init__(
        self,
        name: str,
        data: Iterable[Any],
        kind: str | None = None,
        *,
        labels: Sequence[str | None] | None = None,
        names: Mapping[str, Sequence[str]] | None = None,
        unit: str | None = None,
        format: str | None = None,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise QueryError(f"a column's name is a text that is not empty, not {name!r}")
        if kind is not None and kind not in KINDS:
            raise QueryError(f"a column's kind is one of {', '.join(KINDS)}, not {kind!r}")
        if format is not None:
            from ._i18n import check_format

            check_format(format)
        self._name = name
        self._unit = unit
        self._format = format
        self._names = dict(names) if names else {}
        self._labels: Sequence[str] = ()
        self._count = 0
        self._data: Any
        if labels is not None or kind == "label":
            self._kind = "label"
            self._take_labels(data, labels)
        else:
            self._kind, self._data = store(name, data, kind)

    def _take_labels(self, data: Iterable[Any], labels: Sequence[str | None] | None) -> None:
        view = view_of(data)
        if labels is None:
            values = list(data)
            kept = tuple(dict.fromkeys(value for value in values if value is not None))
            data, labels = codes_of(self._name, values, kept), kept
            view = memoryview(data)
        elif view is None:
            values = list(data)
            data = codes_of(self._name, values, tuple(one for one in labels if one is not None))
            view = memoryview(data)
        count = len(labels)
        if count and labels[count - 1] is None:
            count -= 1
        if view is None or view.format not in "BHI" or view.ndim != 1:
            raise QueryError(
                f"column {self._name!r}: codes are a buffer of unsigned 8, 16 or 32-bit integers"
            )
        last = max(view, default=0)
        if last > count:
            unstated = (1 << 8 * view.itemsize) - 1
            wrong = [code for code in set(view) if count < code < unstated]
            if wrong:
                row = view.tolist().index(min(wrong)) + 1
                reason = f"no label has this code; there are {count}"
                raise InputError(reason, row=row, column=self._name, value=str(min(wrong)))
        for language, texts in self._names.items():
            if len(texts) < count:
                raise QueryError(
                    f"column {self._name!r}: {count} labels, {len(texts)} names in {language!r}"
                )
        self._data = view
        self._labels = labels  # type: ignore[assignment]
        self._count = count

    @property
    def name(self) -> str:
        """The column's name."""
        return self._name

    @property
    def kind(self) -> str:
        """One of label, integer, number, text, time and boolean."""
        return self._kind

    @property
    def unit(self) -> str | None:
        """What one of the values is: "messages", "bytes", "seconds"."""
        return self._unit

    @property
    def format(self) -> str | None:
        """How a value is printed, as given."""
        return self._format

    @property
    def data(self) -> Any:
        """The values as stored: a read-only memoryview, or a tuple with None."""
        return self._data

    @property
    def labels(self) -> Sequence[str]:
        """The texts of the codes 0, 1, 2...; read only the first ``label_count``."""
        return self._labels

    @property
    def label_count(self) -> int:
        """How many labels there are; codes from here on are not stated."""
        return self._count

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which the labels have names to show."""
        return tuple(self._names)

    def __len__(self) -> int:
        return len(self._data)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> Column: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, slice):
            if index.step in (None, 1) or isinstance(self._data, tuple):
                return self._with(self._data[index])
            return self.take(range(*index.indices(len(self))))
        value = self._data[index]
        if self._kind == "label":
            return self._labels[value] if value < self._count else None
        if self._kind == "time":
            return None if value == NO_TIME else time_of(value)
        if self._kind == "number":
            return None if value != value else value
        return value

    def __iter__(self) -> Iterator[Any]:
        return iter(self.tolist())

    def tolist(self) -> list[Any]:
        """Return the values as a list of str, int, float, datetime, bool or None.

        >>> Column("share", [0.5, None]).tolist()
        [0.5, None]
        """
        if self._kind == "label":
            return look_up(self._data, self._labels, self._count)
        if self._kind == "time":
            return [None if value == NO_TIME else time_of(value) for value in self._data]
        values = list(self._data)
        if self._kind == "number":
            return [None if value != value else value for value in values]
        return values

    def shown(self, language: str | None = None) -> Column:
        """Return the column with names in this language in place of its labels.

        A column without such names is returned as it is.

        >>> Column("sender", b"\\0", labels=["FRA"], names={"fr": ["France"]}).shown("fr")[0]
        'France'
        """
        if self._kind != "label" or language not in self._names:
            return self
        return self._with(self._data, labels=self._names[language], names={})

    def label_names(self, language: str) -> Sequence[str] | None:
        """Return the names of the labels in a language, in the order of their codes, or None."""
        return self._names.get(language)

    def take(self, rows: Sequence[int]) -> Column:
        """Return the values at these rows, in this order; a row of -1 is a missing value."""
        data = self._data
        if rows and min(rows) < 0:
            missing = self._missing()
            if missing is None:
                values = [None if row < 0 else data[row] for row in rows]
                return self._with(tuple(values))
            picked: Iterable[Any] = [missing if row < 0 else data[row] for row in rows]
        else:
            picked = map(data.__getitem__, rows)
        if isinstance(data, tuple):
            return self._with(tuple(picked))
        return self._with(memoryview(array(data.format, picked)).toreadonly())

    def _missing(self) -> Any:
        """What stands for a missing value in this buffer; None where only a tuple can say it."""
        if self._kind == "number":
            return float("nan")
        if self._kind == "time":
            return NO_TIME
        if self._kind == "label" and self._count < 1 << 8 * self._data.itemsize:
            return self._count
        return None

    def _with(self, data: Any, **changes: Any) -> Column:
        """A column like this one over checked data."""
        if self._kind == "label" and isinstance(data, tuple):  # 256 labels fill a byte
            wider = array("I", [self._count if code is None else code for code in data])
            data = memoryview(wider).toreadonly()
        made = object.__new__(Column)
        made._name = changes.get("name", self._name)
        made._kind = self._kind
        made._data = data
        made._labels = changes.get("labels", self._labels)
        made._count = self._count
        made._names = changes.get("names", self._names)
        made._unit = changes.get("unit", self._unit)
        made._format = changes.get("format", self._format)
        return made

    def renamed(self, name: str) -> Column:
        """Return the same column under another name."""
        if not isinstance(name, str) or not name:
            raise QueryError(f"a column's name is a text that is not empty, not {name!r}")
        return self._with(self._data, name=name)

    def keys(self) -> list[Any]:
        """Return values that sort as people expect: labels by their place in the domain."""
        if self._kind == "label":
            return [code if code < self._count else None for code in self._data]
        if self._kind == "time":
            return [None if value == NO_TIME else value for value in self._data]
        return self.tolist()

    def dictionary(self) -> tuple[list[str], memoryview]:
        """Return distinct labels and codes into them; a code past the end is missing.

        All labels are kept, used or not, unless they outnumber the rows and a
        thousand: then only the used ones, in the same order.

        >>> labels, codes = Column("sender", b"\\2\\1", labels=["DEU", "FRA"]).dictionary()
        >>> labels, list(codes)
        (['DEU', 'FRA'], [2, 1])
        """
        codes: memoryview = self._data
        if self._count > max(1000, len(codes)):
            used = [code for code in sorted(set(codes)) if code < self._count]
        else:
            used = list(range(self._count))
        texts = [self._labels[code] for code in used]
        if len(used) == self._count and len(set(texts)) == len(texts):
            return texts, codes
        place: dict[str, int] = {}
        table = {
            code: place.setdefault(text, len(place)) for code, text in zip(used, texts, strict=True)
        }
        moved = array("I", [table.get(code, len(place)) for code in codes])
        return list(place), memoryview(moved).toreadonly()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Column):
            return NotImplemented
        if self._name != other._name or len(self) != len(other):
            return False
        if self._kind == other._kind and self._kind in ("integer", "boolean", "text"):
            return bool(tuple(self._data) == tuple(other._data))
        return self.tolist() == other.tolist()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        data, labels = self._data, None
        names = {language: list(texts) for language, texts in self._names.items()}
        if self._kind == "label" and names:
            labels = list(self._labels[: self._count])
        elif self._kind == "label":
            labels, data = self.dictionary()
        if not isinstance(data, tuple):
            data = array(data.format, data)
        options = {"labels": labels, "names": names, "unit": self._unit, "format": self._format}
        return _rebuild, (self._name, data, self._kind, options)

    def __repr__(self) -> str:
        values = ", ".join(repr(value) for value in self[:6])
        more = f", ... {len(self) - 6} more" if len(self) > 6 else ""
        return f"Column({self._name!r}, {self._kind}, [{values}{more}])"


def _rebuild(name: str, data: Any, kind: str, options: dict[str, Any]) -> Column:
    return Column(name, data, kind, **options)
