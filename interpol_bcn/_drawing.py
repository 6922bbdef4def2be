"""A cube on its way to a picture: which cells are drawn, in which order, under which names."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from . import _charts, _flow_pictures, _pictures
from ._figures import figures
from ._i18n import heading, message
from .cube import Cube
from .errors import QueryError

if TYPE_CHECKING:
    from .axes import Axis

__all__ = ["Drawer", "months", "regions", "week"]

KINDS = (
    "area", "bars", "calendar", "chord", "columns", "heat", "line", "map", "matrix", "multiples",
)  # fmt: skip
ORDERS = ("region", "amount", "label")
_MOST_POINTS = 800  # of a curve: more are added up to the next coarser unit
_MOST_CELLS = 60  # labels on a side of a heat map
_MOST_PANELS = 24
_MOST_DAYS = 366 * 6
_MOST_GRAINS = 400
_LONG = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}


class Drawer:
    """One cube on its way to a picture."""

    def __init__(
        self, cube: Cube, kind: str | None, n: int, language: str, labels: str, order: str
    ) -> None:
        self.cube = cube
        self.order = order
        self.aside = ""  # what the picture has no place for, for its description
        self.kind = kind
        self.n = n
        self.language = language
        self.named = labels == "name"
        self.measure = heading(cube.measure, language)

    def title(self) -> str:
        """The title in a language: the measure, then the axes."""
        axes = " × ".join(map(self.heading, self.cube.axes))
        return message("report.of", self.language, head=self.measure, words=axes)

    def heading(self, axis: Axis) -> str:
        """What an axis is called."""
        return heading(axis.name, self.language)

    def names(self, axis: Axis) -> list[str]:
        """What the positions of an axis are called, no two the same."""
        if axis.calendar is not None:
            return [_moment(axis.name, label, self.language) for label in axis.labels]
        if not self.named:
            return list(axis.labels)
        names = axis.names(self.language)
        last = message("not_stated", self.language)
        if not axis.stated and names:
            names[-1] = last
        if len(set(names)) < len(names):
            names = [f"{name} ({label})" for name, label in zip(names, axis.labels, strict=True)]
        return names

    def one(self) -> dict[str, Any]:
        axis = self.cube.axes[0]
        values = figures(self.cube)
        if axis.name == "hour_of_week" and self.kind in (None, "heat"):
            return week(values, self.measure, self.language)
        self._refuse("heat", "chord", "matrix", "multiples")
        if self.kind == "calendar":
            return self._calendar(axis, values)
        if self.kind == "map":
            return self._map(axis, values)
        words = {"x": self.heading(axis), "y": self.measure, "language": self.language}
        if axis.calendar is None:
            if self.kind in ("line", "area"):
                raise QueryError(f"a {self.kind} is for time; {axis.name!r} has no order")
            if self.kind == "columns":
                return _charts.columns(self.names(axis), values, **words)
            labels, values, others = self._largest(self.names(axis), values)
            return _charts.bars(
                labels, values, x=self.measure, y="", language=self.language, others=others
            )
        if self.kind == "bars":
            return _charts.bars(
                self.names(axis), values, x=self.measure, y="", language=self.language
            )
        if axis.name == "month" and self.kind in (None, "columns"):
            return months(axis.labels, values, self.measure, self.language)
        if (self.kind == "columns" or len(values) <= 62) and self.kind not in ("line", "area"):
            return _charts.columns(self.names(axis), values, **words)
        times, values = _curve(axis.name, list(axis.labels), values)
        if times is None:
            return _charts.columns(self.names(axis), values, **words)
        return _charts.areas(times, values, filled=self.kind != "line", **words)

    def _refuse(self, *kinds: str) -> None:
        if self.kind in kinds:
            raise QueryError(f"kind={self.kind!r} does not fit {self.cube._shape_words()}")

    def _largest(self, names: Sequence[str], values: Sequence[int]) -> Any:
        order = sorted(range(len(values)), key=lambda at: -values[at])
        order = [at for at in order if values[at]]
        if len(order) <= self.n + 1:
            return [names[at] for at in order], [values[at] for at in order], ""
        rest = sum(values[at] for at in order[self.n :])
        others = message("others", self.language, count=len(order) - self.n)
        labels = [names[at] for at in order[: self.n]]
        return [*labels, others], [*(values[at] for at in order[: self.n]), rest], others

    def two(self) -> dict[str, Any]:
        first, second = self.cube.axes
        if self.kind not in (None, "heat") and first.calendar is None and second.calendar is None:
            self._refuse(*KINDS)
        self._refuse("calendar", "chord", "map", "matrix")
        cube = self.cube
        if self.kind != "heat" and (first.calendar is None) != (second.calendar is None):
            if first.calendar is None:
                cube = cube.transpose()
            return self._lines(cube)
        self._refuse("bars", "columns", "line", "area", "multiples")
        width = len(second)
        flat = figures(cube)
        cells = [flat[at : at + width] for at in range(0, len(flat), width)]
        return self._grid(first, second, cells)

    def _lines(self, cube: Cube) -> dict[str, Any]:
        self._refuse("bars", "columns", "area")
        time, axis = cube.axes
        sums = figures(cube.sum(time.name))
        order = sorted((at for at in range(len(sums)) if sums[at]), key=lambda at: -sums[at])
        flat, width = figures(cube), len(axis)
        names = self.names(axis)
        if self.kind == "multiples":
            shown = order[: min(self.n, _MOST_PANELS)]
            return _pictures.multiples(
                self.names(time), [(names[at], flat[at::width]) for at in shown],
                x=self.heading(time), y=self.measure, language=self.language,
            )  # fmt: skip
        chosen = order[: min(self.n, len(_charts.KINDS))]
        series = [(names[at], flat[at::width]) for at in chosen]
        return _charts.lines(
            self.names(time), series, x=self.heading(time), y=self.measure,
            name=self.heading(axis), language=self.language,
        )  # fmt: skip

    def flow(self) -> dict[str, Any]:
        first, second = self.cube.axes
        domain = first.domain
        self._refuse("bars", "columns", "line", "area", "calendar", "map", "multiples")
        if self.kind == "matrix":
            return self._matrix()
        if self.kind == "chord":
            names, cells = self._by_region()
            return _flow_pictures.chord(names, cells, unit=self.measure, language=self.language)
        if self.kind is None and domain is not None and "region" in domain.tables:
            return self._regions()
        flat = figures(self.cube)
        size = len(first)
        volume = [
            sum(flat[at * size : (at + 1) * size]) + sum(flat[at::size]) for at in range(size)
        ]
        order = sorted((at for at in range(size) if volume[at]), key=lambda at: -volume[at])
        order = order[: min(self.n, _MOST_CELLS)]
        names = self.names(first)
        cells = [[flat[a * size + b] for b in order] for a in order]
        return _charts.heat(
            [names[at] for at in order], [first.labels[at] for at in order], cells,
            x=self.heading(second), y=self.heading(first), legend=self.measure,
            language=self.language, step=(28, 25),
        )  # fmt: skip

    def _regions(self) -> dict[str, Any]:
        rows, cells = regions(self.cube, self.language)
        cols = [part.replace(" and ", " & ") for part in rows]
        return _charts.heat(
            rows, cols, cells, x=self.heading(self.cube.axes[1]),
            y=self.heading(self.cube.axes[0]), legend=self.measure, language=self.language,
            step=(92, 40), figures=True,
        )  # fmt: skip

    def _by_region(self) -> tuple[list[str], list[list[int]]]:
        domain = self.cube.axes[0].domain
        if domain is None or "region" not in domain.tables:
            raise QueryError("a chord picture is of regions: these bureaus have no such table")
        return regions(self.cube, self.language)

    def _calendar(self, axis: Axis, values: list[int]) -> dict[str, Any]:
        if axis.name != "day":
            raise QueryError(f"a calendar shows the axis 'day', not {axis.name!r}")
        if len(values) > _MOST_DAYS:
            raise QueryError(f"{len(values):,} days are too many to see: choose some years")
        return _pictures.calendar(
            list(axis.labels), values, legend=self.measure, language=self.language
        )

    def _map(self, axis: Axis, values: list[int]) -> dict[str, Any]:
        """A square a member; what has no square is told in the description."""
        if axis.calendar is not None or axis.table is not None:
            raise QueryError(f"a map shows bureaus; {axis.name!r} is none of their axes")
        places = tile_places()
        at = {label: place for place, label in enumerate(axis.labels)}
        squares = [
            (code, bureau_name(code, self.language), column, row,
             values[at[code]] if code in at else None)
            for code, (column, row) in places.items()
        ]  # fmt: skip
        if not any(value is not None for *_, value in squares):
            raise QueryError(f"a map shows members; {axis.name!r} has none of them")
        aside = [at[label] for label in axis.labels if label not in places and values[at[label]]]
        names = self.names(axis)
        self.aside = ", ".join(f"{names[place]} {values[place]:,}" for place in aside)
        return _pictures.tiles(squares, legend=self.measure, language=self.language)

    def _matrix(self) -> dict[str, Any]:
        """Every pair of the bureaus that write or are members, in groups of regions."""
        first, second = self.cube.axes
        size = len(first)
        if size > _MOST_GRAINS:
            raise QueryError(f"{size:,} bureaus are too many to see: choose some with sel()")
        flat = figures(self.cube)
        volume = [
            sum(flat[at * size : (at + 1) * size]) + sum(flat[at::size]) for at in range(size)
        ]
        kept = [at for at in range(size) if volume[at] or at in self.cube._common]  # type: ignore[attr-defined]
        groups: list[tuple[str, int]] = []
        if self.order == "label":
            kept.sort(key=lambda at: first.labels[at])
        else:
            kept.sort(key=lambda at: -volume[at])
        if self.order == "region":
            names, codes = region_codes(self.cube, self.language)
            kept.sort(key=lambda at: codes[at])
            groups = [(name, sum(codes[at] == code for at in kept))
                      for code, name in enumerate(names)]  # fmt: skip
            groups = [(name, count) for name, count in groups if count]
        cells = [[flat[a * size + b] for b in kept] for a in kept]
        return _flow_pictures.matrix(
            cells, groups, x=self.heading(second), y=self.heading(first), legend=self.measure,
            language=self.language,
        )  # fmt: skip

    def _grid(self, first: Axis, second: Axis, cells: list[list[int]]) -> dict[str, Any]:
        rows = self._order(first, [sum(row) for row in cells])
        cols = self._order(second, [sum(column) for column in zip(*cells, strict=True)])
        names, titles = self.names(first), self.names(second)
        small = len(cols) <= 8
        return _charts.heat(
            [names[at] for at in rows], [titles[at] for at in cols],
            [[cells[a][b] for b in cols] for a in rows], x=self.heading(second),
            y=self.heading(first), legend=self.measure, language=self.language,
            step=(92, 36) if small else (25, 25), figures=small,
        )  # fmt: skip

    def _order(self, axis: Axis, sums: list[int]) -> list[int]:
        """Time in its order, labels that have something by their amount, as many as fit."""
        if axis.calendar is not None:
            if len(sums) > 168:
                raise QueryError(f"{axis.name!r}: {len(sums):,} positions are too many to see")
            return list(range(len(sums)))
        order = sorted((at for at in range(len(sums)) if sums[at]), key=lambda at: -sums[at])
        return order[: min(max(self.n, 12), _MOST_CELLS)]


def months(
    labels: Sequence[str], values: Sequence[int], measure: str, language: str
) -> dict[str, Any]:
    """Columns by month; within one year, the year stands below."""
    years = {label[:4] for label in labels}
    names = [_moment("month", label, language) for label in labels]
    below = heading("month", language)
    if len(years) == 1 and all(len(label) == 7 for label in labels):
        names, below = [name.removesuffix(f" {label[:4]}") for name, label in zip(
            names, labels, strict=True)], years.pop()  # fmt: skip
    return _charts.columns(names, values, x=below, y=measure, language=language)


def week(values: Sequence[int], measure: str, language: str) -> dict[str, Any]:
    """The heat map of the 168 hours of the week: a row a day, a column an hour."""
    days = [message(f"day.{day}", language) for day in range(1, 8)]
    hours = [f"{hour:02}" for hour in range(24)]
    cells = [list(values[24 * day : 24 * day + 24]) for day in range(7)]
    return _charts.heat(
        days, hours, cells, x=heading("hour_of_day", language), y="", legend=measure,
        language=language, step=(24, 26),
    )  # fmt: skip


def regions(flow: Cube, language: str) -> tuple[list[str], list[list[int]]]:
    """Names of regions that occur, and the flow between them, those not stated last."""
    n = len(flow.axes[0])
    names, codes = region_codes(flow, language)
    size = len(names)
    cells = [[0] * size for _ in range(size)]
    flat = figures(flow)
    for a in range(n):
        row = cells[codes[a]]
        for b, value in enumerate(flat[a * n : a * n + n]):
            if value:
                row[codes[b]] += value
    kept = [at for at in range(size) if any(cells[at]) or any(row[at] for row in cells)]
    return [names[at] for at in kept], [[cells[a][b] for b in kept] for a in kept]


def region_codes(flow: Cube, language: str) -> tuple[list[str], Sequence[int]]:
    """Names of regions, "not stated" last, and of each bureau which of them is its own."""
    axis = flow.axes[0]
    if axis.domain is None or "region" not in axis.domain.tables:
        return [message("not_stated", language)], [0] * len(axis)
    from ._instants import format_instant

    last = format_instant(max(flow.period[0], flow.period[1] - 1))[:10]
    values, codes = axis.domain.table("region", last)
    names = [axis.domain.value_name("region", value, language) for value in values]
    return [*names, message("not_stated", language)], codes


def bureau_name(code: str, language: str) -> str:
    """The name of a member, in a language."""
    from .members import members

    return members[code].names[language]


@lru_cache(maxsize=1)
def tile_places() -> dict[str, tuple[int, int]]:
    """The column and row of each member's square on the tile map, from the shipped layout."""
    text = (files(__package__) / "data" / "tiles.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines(), strict=True)
    return {row["code"]: (int(row["column"]), int(row["row"])) for row in rows}


def _moment(axis: str, label: str, language: str) -> str:
    """A position of a calendar axis as people read it."""
    if axis == "month" and len(label) == 7:
        return f"{message(f'month_short.{int(label[5:])}', language)} {label[:4]}"
    if axis == "month_of_year" and label.isdecimal():
        return message(f"month_short.{int(label)}", language)
    day = _LONG.get(label[:3])
    if axis in ("day_of_week", "hour_of_week") and day is not None:
        return message(f"day.{day + 1}", language) + label[3:]
    return label


def _curve(name: str, labels: list[str], values: list[int]) -> tuple[list[str] | None, list[int]]:
    """Moments in UTC and their values, added up to coarser units while there are too many."""
    if name not in ("day", "hour", "minute", "second"):
        return None, values
    for cut in (16, 13, 10, 7):
        if len(values) <= _MOST_POINTS:
            break
        sums: dict[str, int] = {}
        for label, value in zip(labels, values, strict=True):
            sums[label[:cut]] = sums.get(label[:cut], 0) + value
        labels, values = list(sums), list(sums.values())
    tails = {7: "-01T00:00Z", 10: "T00:00Z", 13: ":00Z", 16: "Z"}
    return [label + tails.get(len(label), "Z") for label in labels], values
