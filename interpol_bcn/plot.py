"""Charts of cubes and flows: one picture for the notebook, the page and the file.

A ``Chart`` is a Vega-Lite specification; vl-convert draws it to SVG or PNG in this process,
without a browser, a script in the page or a network.  Needs the extra ``plot``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _charts
from ._figures import figures
from ._i18n import check_language, heading, message
from .cube import Cube
from .errors import MissingExtra, QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    import re

    from .axes import Axis

__all__ = ["Chart", "plot"]

_KINDS = ("area", "bars", "columns", "heat", "line")
_MOST_POINTS = 800  # of a curve: more are added up to the next coarser unit
_MOST_CELLS = 60  # labels on a side of a heat map
_LONG = {"Mon": 0, "Tue": 1, "Wed": 2, "Thu": 3, "Fri": 4, "Sat": 5, "Sun": 6}


class Chart:
    """A picture that knows its title and what it shows.

    In a notebook it shows itself as SVG.  ``save("x.svg")`` writes SVG, PNG, or the
    specification as JSON; ``to_altair()`` gives an ``altair.Chart`` to change further.
    """

    __slots__ = ("description", "spec", "title")

    def __init__(self, spec: dict[str, Any], title: str, description: str) -> None:
        self.spec = spec
        self.title = title
        self.description = description

    def __repr__(self) -> str:
        return f"Chart: {self.title}"

    def _repr_html_(self) -> str:
        return f'<div style="overflow-x:auto">{self.to_svg()}</div>'

    def to_svg(self, *, titled: bool = True) -> str:
        """Return the picture as SVG, with ``<title>`` and ``<desc>`` for those who cannot see it.

        ``titled=False`` leaves out the visible title.  Texts have the colour of the page
        around them.  Raise MissingExtra without vl-convert.  Takes some 50 ms.
        """
        drawn = str(_converter().vegalite_to_svg(self._titled() if titled else self.spec))
        return _tidy(drawn, self.title, self.description)

    def to_png(self, *, scale: float = 2.0) -> bytes:
        """Return the picture as PNG on white, ``scale`` pixels for each of the SVG."""
        return bytes(_converter().vegalite_to_png(self._for_paper(), scale=scale))

    def to_altair(self) -> Any:
        """Return an ``altair.Chart``; note that altair itself shows charts through a network."""
        try:
            import altair
        except ImportError:
            raise MissingExtra("plot", "altair", "for to_altair()") from None
        return altair.Chart.from_dict(self._for_paper())

    def save(self, path: str | os.PathLike[str], *, scale: float = 2.0) -> None:
        """Write the picture to ``.svg``, ``.png`` or, as its specification, ``.json``; whole.

        Raise QueryError for another ending, MissingExtra without vl-convert.
        """
        from ._atomic import write_bytes, write_text

        ending = os.path.splitext(os.fspath(path))[1].lower()
        if ending == ".svg":
            drawn = str(_converter().vegalite_to_svg(self._for_paper()))
            write_text(path, _tidy(drawn, self.title, self.description))
        elif ending == ".png":
            write_bytes(path, self.to_png(scale=scale))
        elif ending == ".json":
            import json

            write_text(path, json.dumps(self._for_paper(), ensure_ascii=False, indent=1) + "\n")
        else:
            raise QueryError(f"{os.fspath(path)!r}: a chart is saved as .svg, .png or .json")

    def _titled(self) -> dict[str, Any]:
        words = _wrapped(self.description)
        return {**self.spec, "title": {"text": self.title, "subtitle": words}}

    def _for_paper(self) -> dict[str, Any]:
        """The specification in black on white, for files that stand alone."""
        import json

        text = json.dumps(self._titled()).replace('"currentColor"', '"#1b1f24"')
        made: dict[str, Any] = json.loads(text)
        made["config"]["background"] = "white"
        made["padding"] = 12
        return made


def plot(
    obj: Cube,
    kind: str | None = None,
    *,
    n: int = 15,
    title: str | None = None,
    language: str = "en",
    labels: str = "name",
) -> Chart:
    """Draw a cube over one or two axes, or a flow, as it reads best.

    Time along a calendar: columns, or an area where there are many (``kind`` "columns",
    "line", "area").  The hours of the week: a heat map of day by hour.  Labels: lying bars of
    the ``n`` largest and the others.  Time by labels: a line for each of the largest.  Two
    axes of labels: a heat map, the largest first.  A flow: region by region, or with
    ``kind="heat"`` bureau by bureau, the ``n`` largest and the others.  ``labels`` are shown by
    "name" or "code".  Title, unit, period and coverage are on the picture.

    Raise QueryError for what has no picture; drawing raises MissingExtra without the extra.

    >>> import interpol_bcn as bcn
    >>> log = bcn.simulate_messages(1000, seed=1)
    >>> plot(log.count("month"))
    Chart: messages by month
    """
    from .flow import FlowMatrix

    if not isinstance(obj, Cube):
        raise QueryError(f"{type(obj).__name__} has no picture; plot a cube or a flow")
    if kind is not None and kind not in _KINDS:
        near = did_you_mean(suggest(str(kind), _KINDS)) or f"; there are {', '.join(_KINDS)}"
        raise QueryError(f"kind={kind!r}{near}")
    if not isinstance(n, int) or n < 1:
        raise QueryError(f"n={n!r}: a whole number from 1 on")
    drawer = _Drawer(obj, kind, n, check_language(language), labels)
    if isinstance(obj, FlowMatrix):
        spec = drawer.flow()
    elif len(obj.axes) == 1:
        spec = drawer.one()
    elif len(obj.axes) == 2:
        spec = drawer.two()
    else:
        raise QueryError(
            f"a picture shows one or two axes, not {len(obj.axes)}: "
            f"add others up with sum({', '.join(map(repr, obj.dims[2:] or ['...']))})"
        )
    words = title or (obj.title() if language == "en" else drawer.title())
    return Chart(spec, words, obj.note())


class _Drawer:
    """One cube on its way to a picture."""

    def __init__(self, cube: Cube, kind: str | None, n: int, language: str, labels: str) -> None:
        self.cube = cube
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
        self._refuse("heat")
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
            self._refuse(*_KINDS)
        cube = self.cube
        if self.kind != "heat" and (first.calendar is None) != (second.calendar is None):
            if first.calendar is None:
                cube = cube.transpose()
            return self._lines(cube)
        self._refuse("bars", "columns", "line", "area")
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
        chosen = order[: min(self.n, len(_charts.KINDS))]
        series = [(names[at], flat[at::width]) for at in chosen]
        return _charts.lines(
            self.names(time), series, x=self.heading(time), y=self.measure,
            name=self.heading(axis), language=self.language,
        )  # fmt: skip

    def flow(self) -> dict[str, Any]:
        first, second = self.cube.axes
        domain = first.domain
        self._refuse("bars", "columns", "line", "area")
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
    axis = flow.axes[0]
    assert axis.domain is not None
    from ._instants import format_instant

    last = format_instant(max(flow.period[0], flow.period[1] - 1))[:10]
    values, codes = axis.domain.table("region", last)
    size, n = len(values) + 1, len(axis)
    cells = [[0] * size for _ in range(size)]
    flat = figures(flow)
    for a in range(n):
        row = cells[codes[a]]
        for b, value in enumerate(flat[a * n : a * n + n]):
            if value:
                row[codes[b]] += value
    names = [axis.domain.value_name("region", value, language) for value in values]
    names.append(message("not_stated", language))
    kept = [at for at in range(size) if any(cells[at]) or any(row[at] for row in cells)]
    return [names[at] for at in kept], [[cells[a][b] for b in kept] for a in kept]


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


def _wrapped(words: str) -> list[str]:
    import textwrap

    return textwrap.wrap(words, 100)[:4]


def _converter() -> Any:
    try:
        import vl_convert
    except ImportError:
        raise MissingExtra("plot", "vl-convert-python", "to draw charts") from None
    return vl_convert


def _hexadecimal(match: re.Match[str]) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in match.groups())


def _tidy(svg: str, title: str, description: str) -> str:
    """Name the picture for those who cannot see it, and leave out what no page needs."""
    import re
    import zlib
    from html import escape

    head = re.match(r'<svg[^>]*?viewBox="([\d. -]+)"[^>]*>', svg)
    if head is None:
        return svg
    size = [float(part) for part in head[1].split()]
    # The library numbers its gradients on and on: here each picture has names of its own.
    inner = list(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))
    for number, old in enumerate(inner):
        svg = svg.replace(f'id="{old}"', f'id="@{number}"').replace(f"(#{old})", f"(#@{number})")
    name = f"bcn-{zlib.crc32((svg + title + description).encode()):08x}"
    svg = re.sub(r'(?<=id=")@|(?<=\(#)@', f"{name}-", svg)
    for noise in (
        r' (?:aria-hidden|aria-roledescription|role|pointer-events|class)="[^"]*"',
        r'<path d="[^"]*" display="none"/>|<path d="" (?:display="none"|fill="[^"]*")/>',
        r'<path d="M0,0h0v0h0Z"/>',
    ):
        svg = re.sub(noise, "", svg)
    svg = re.sub(r"<g>(?:</g>|\s*(?=</svg>))", "", svg)
    svg = re.sub(r"(?<=\d)\.(\d{2})\d+", r".\1", svg)
    svg = re.sub(r"rgb\((\d+), (\d+), (\d+)\)", _hexadecimal, svg)
    font = re.search(r' font-family="[^"]*"', svg)
    family = "" if font is None else font[0]  # one for all texts: said once
    body = svg[svg.index(">") + 1 :].replace(family, "") if family else svg[svg.index(">") + 1 :]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{head[1]}" width="{size[2]:g}" '
        f'height="{size[3]:g}" role="img" aria-labelledby="{name}-t {name}-d" '
        f'{family.strip()} style="direction:ltr;max-width:100%;height:auto">'
        f'<title id="{name}-t">{escape(title)}</title>'
        f'<desc id="{name}-d">{escape(description)}</desc>{body}'
    )
