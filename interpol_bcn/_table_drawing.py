"""A table on its way to a picture: what its columns are decides how it is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _table_pictures
from ._charts import KINDS as COLOURS
from ._drawing import _moment, week
from ._i18n import format_value, heading
from ._table_pictures import Line, axis_format
from .errors import QueryError

if TYPE_CHECKING:
    from ._columns import Column
    from .table import Table

__all__ = ["TableDrawer"]

_PERIODS = ("year", "quarter", "month", "week", "day", "hour", "minute", "second")
_CYCLES = ("month_of_year", "day_of_week", "hour_of_day", "hour_of_week")
_CURVE = ("time", "survival", "low", "high")
_BACKLOG = ("sent", "answered", "open")
_MOST_STEPS = 250  # of a curve: further ones are finer than its line
_MOST_POINTS = 2000
_MOST_PANELS = 24
_MOST_MEASURES = 8


class TableDrawer:
    """One table on its way to a picture."""

    def __init__(
        self, table: Table, kind: str | None, n: int, language: str, labels: str,
        measure: str | Sequence[str] | None,
    ) -> None:  # fmt: skip
        self.table = table
        self.kind = kind
        self.n = n
        self.language = language
        self.named = labels == "name"
        columns = [table.column(name) for name in table.columns]
        self.keys: list[Column] = []
        for column in columns:
            if column.kind not in ("label", "text", "time"):
                break
            self.keys.append(column)
        self.numbers = [one for one in columns if one.kind in ("integer", "number")]
        asked = [measure] if isinstance(measure, str) else measure
        self.asked = None if asked is None else [self._number(name) for name in asked]

    def _number(self, name: str) -> Column:
        column = self.table.column(name)
        if column.kind not in ("integer", "number"):
            raise QueryError(f"{name!r} is no column of figures")
        return column

    def draw(self) -> dict[str, Any]:
        """Return the specification; raise QueryError for a table without a picture."""
        names = set(self.table.columns)
        if self.asked is None and names.issuperset(_CURVE):
            return self._curve()
        if not len(self.table) or not self.numbers or not 1 <= len(self.keys) <= 2:
            raise QueryError(
                "this table has no picture: one is made of rows with one or two labels (a "
                "period, a bureau) and figures; select() columns first, or plot the cube"
            )
        first = self.keys[0]
        if first.name in _PERIODS:
            if len(self.keys) == 2:
                return self._series()
            if self.asked is None and self.kind is None and names.issuperset(_BACKLOG):
                return self._backlog()
            return self._measures()
        if len(self.keys) == 2:
            raise QueryError(
                f"a table by {first.name!r} and {self.keys[1].name!r} has no picture: plot the "
                "cube or the flow"
            )
        return self._cycle() if first.name in _CYCLES else self._ranks()

    def _allow(self, *kinds: str) -> None:
        if self.kind is not None and self.kind not in kinds:
            fits = f"; it can be {' or '.join(map(repr, kinds))}" if kinds else ""
            raise QueryError(f"kind={self.kind!r} does not fit this table{fits}")

    def _head(self, name: str) -> str:
        known = heading(name.replace(" ", "_"), self.language)
        return name if known == name.replace(" ", "_") else known

    def _measured(self, column: Column) -> str:
        head = self._head(column.name)
        return f"{head} ({column.unit})" if column.unit and column.unit != column.name else head

    def _words(self, column: Column) -> list[str]:
        """What the rows of a key are called."""
        shown = column.shown(self.language) if self.named else column
        return ["" if one is None else str(one) for one in shown.tolist()]

    def _line(self, column: Column, name: str = "") -> Line:
        values = column.tolist()
        return Line(name or self._measured(column), values,
                    axis_format(column.kind, column.format, values))  # fmt: skip

    def _times(self, labels: Sequence[str]) -> tuple[list[str], bool]:
        """The periods as they are drawn, and whether as moments."""
        unit = self.keys[0].name
        if len(labels) > _MOST_POINTS:
            raise QueryError(
                f"{len(labels):,} periods are too many to see: ask by a longer unit than {unit}"
            )
        if unit not in ("day", "hour", "minute", "second") or len(labels) <= 24:
            return [_moment(unit, label, self.language) for label in labels], False
        tail = {"day": "T00:00Z", "hour": ":00Z"}.get(unit, "Z")
        return [label + tail for label in labels], True

    # Pictures

    def _curve(self) -> dict[str, Any]:
        self._allow("line")
        time, rows = self.table.column("time"), list(self.table)
        groups: dict[str, list[tuple[Any, ...]]] = {}
        parts = [self._words(key) for key in self.keys]
        for at, row in enumerate(rows):
            name = ", ".join(words[at] for words in parts)
            groups.setdefault(name, []).append(tuple(row[column] for column in _CURVE))
        sizes = {name: len(steps) for name, steps in groups.items()}
        if "at risk" in self.table.columns:
            sizes = {}
            for at, row in enumerate(rows):
                name = ", ".join(words[at] for words in parts)
                sizes[name] = max(sizes.get(name, 0), row["at risk"])
        chosen = sorted(groups, key=lambda name: -sizes[name])[: min(self.n, len(COLOURS))]
        name = ", ".join(self._head(key.name) for key in self.keys)
        return _table_pictures.curve(
            [(one, _thinned(groups[one])) for one in chosen], x=self._measured(time),
            y=self._head("survival"), name=name, unit=time.unit or "", language=self.language,
        )  # fmt: skip

    def _backlog(self) -> dict[str, Any]:
        labels, moments = self._times(self.keys[0].tolist())
        bands = [one for one in self.numbers if one.name.startswith("open")]
        opened = self._head("open")
        ages = [self._line(one, f"{opened}{one.name[4:]}+" if one.name[4:] else opened)
                for one in bands]  # fmt: skip
        both = [self._line(self.table.column(name)) for name in ("sent", "answered")]
        return _table_pictures.backlog(
            labels, ages, both, x=self._head(self.keys[0].name), y=opened, moments=moments,
            language=self.language,
        )  # fmt: skip

    def _measures(self) -> dict[str, Any]:
        self._allow("line", "multiples")
        labels, moments = self._times(self.keys[0].tolist())
        chosen = self.asked or [one for one in self.numbers if one.name != "before"]
        lines = [self._line(one) for one in chosen[:_MOST_MEASURES]]
        words: dict[str, Any] = {"x": self._head(self.keys[0].name), "moments": moments,
                                 "language": self.language}  # fmt: skip
        if len(lines) == 1 and self.kind != "multiples":
            return _table_pictures.paths(labels, lines, y=lines[0].name, name="", **words)
        if self.kind == "line":
            return _table_pictures.paths(labels, lines, y="", name="", **words)
        return _table_pictures.panels(labels, lines, **words)

    def _series(self) -> dict[str, Any]:
        """A measure of each of the largest labels over the periods."""
        self._allow("line", "multiples")
        column = (self.asked or [self._default()])[0]
        period, other = self.keys
        times = list(dict.fromkeys(period.tolist()))
        place = {time: at for at, time in enumerate(times)}
        labels, moments = self._times(times)
        rows: dict[str, list[Any]] = {}
        for time, name, value in zip(
            period.tolist(), self._words(other), column.tolist(), strict=True
        ):
            rows.setdefault(name, [None] * len(times))[place[time]] = value
        order = sorted(rows, key=lambda name: -sum(v for v in rows[name] if v and v == v))
        many = self.kind == "multiples"
        order = order[: min(self.n, _MOST_PANELS if many else len(COLOURS))]
        style = axis_format(column.kind, column.format, column.tolist())
        lines = [Line(name, rows[name], style) for name in order]
        words: dict[str, Any] = {"x": self._head(period.name), "moments": moments,
                                 "language": self.language}  # fmt: skip
        if many:
            return _table_pictures.panels(labels, lines, shared=True, columns=4, **words)
        return _table_pictures.paths(
            labels, lines, y=self._measured(column), name=self._head(other.name), **words
        )

    def _default(self) -> Column:
        name = self.table.measure
        return self.numbers[0] if name is None else self.table.column(name)

    def _cycle(self) -> dict[str, Any]:
        self._allow("columns", "heat")
        column, key = (self.asked or [self._default()])[0], self.keys[0]
        line = self._line(column)
        if key.name == "hour_of_week" and len(self.table) == 168 and self.kind in (None, "heat"):
            return week(column.tolist(), self._measured(column), self.language)
        self._allow("columns")
        names = [_moment(key.name, str(label), self.language) for label in key.tolist()]
        return _table_pictures.columns(
            names, line, x=self._head(key.name), y=line.name, language=self.language
        )

    def _ranks(self) -> dict[str, Any]:
        self._allow("bars")
        column = (self.asked or [self._default()])[0]
        values, names = column.tolist(), self._words(self.keys[0])
        known = [at for at, value in enumerate(values) if value is not None and value == value]
        known = sorted(known, key=lambda at: -values[at])[: self.n]
        if not known:
            raise QueryError(f"{column.name!r} has no figures to draw")
        chosen = [values[at] for at in known]
        line = Line("", chosen, axis_format(column.kind, column.format, chosen))
        texts = [format_value(value, column.format, self.language) for value in chosen]
        return _table_pictures.ranks(
            _apart([names[at] for at in known]), line, texts, x=self._measured(column),
            y="", language=self.language,
        )  # fmt: skip


def _thinned(steps: list[tuple[Any, ...]]) -> list[Any]:
    """So many steps that a picture shows them all, first and last among them."""
    if len(steps) <= _MOST_STEPS:
        return steps
    every = (len(steps) - 1) / (_MOST_STEPS - 1)
    return [steps[round(at * every)] for at in range(_MOST_STEPS)]


def _apart(names: list[str]) -> list[str]:
    """No two names the same, so that each has a row of its own."""
    seen: dict[str, int] = {}
    made = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        made.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return made
