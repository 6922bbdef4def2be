"""Pictures of tables, as Vega-Lite specifications: curves, backlogs, paths, panels, ranks.

The same rules as in ``_charts``.  Values may be fractions: each axis says how it writes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from ._charts import BLUE, KINDS, SHADES, Spec, framed, number_format

__all__ = ["Line", "axis_format", "backlog", "columns", "curve", "panels", "paths", "ranks"]

_TICKS: Final = {
    "h": (0.01, 0.1, 1, 6, 24, 168, 720, 8760),
    "d": (0.01, 0.1, 1, 7, 30, 90, 365),
    "min": (0.1, 1, 10, 60, 360, 1440, 10_080, 43_200),
}
Value = float | int | None


class Line(NamedTuple):
    """One series: its name, its values, and how an axis writes them."""

    name: str
    values: Sequence[Value]
    format: str


def _across(labels: Sequence[str], title: str, moments: bool, *, shown: int = 12) -> Spec:
    """The axis of periods: of moments where there are many, of names otherwise."""
    if moments:
        return {"field": "x", "type": "temporal", "scale": {"type": "utc"},
                "axis": {"title": title or None, "labelFlush": True, "labelOverlap": True,
                         "format": "%Y-%m-%d"}}  # fmt: skip
    every = max(1, -(-len(labels) // shown))
    return {"field": "x", "type": "ordinal", "sort": None, "scale": {"domain": list(labels)},
            "axis": {"title": title or None, "values": list(labels[::every]),
                     "labelAngle": -45 if len(labels) > 4 else 0}}  # fmt: skip


def _up(lines: Sequence[Line], title: str, *, ticks: int = 5) -> Spec:
    axis = {"title": title or None, "format": lines[0].format, "tickCount": ticks,
            "domain": False, "ticks": False}  # fmt: skip
    whole = [value for line in lines for value in line.values if isinstance(value, int)]
    if whole and max(map(abs, whole)) < 5:
        axis["tickMinStep"] = 1
    return {"field": "y", "type": "quantitative", "axis": axis}


def _points(labels: Sequence[str], line: Line) -> list[Spec]:
    return [
        {"x": label, "y": value, "s": line.name}
        for label, value in zip(labels, line.values, strict=True)
        if value is not None and value == value
    ]


def _named(lines: Sequence[Line], title: str, colours: Sequence[str]) -> Spec:
    names = [line.name for line in lines]
    return {"field": "s", "type": "nominal", "title": title or None,
            "scale": {"domain": names, "range": list(colours)}}  # fmt: skip


def curve(
    series: Sequence[tuple[str, Sequence[tuple[float, float, Value, Value]]]], *, x: str, y: str,
    name: str, unit: str, language: str = "en",
) -> Spec:  # fmt: skip
    """Falling steps, (time, part, low, high) each, with their intervals as bands."""
    rows: list[Spec] = []
    for title, steps in series:
        for time, part, low, high in steps:
            row: Spec = {"x": time, "y": part, "s": title}
            if low is not None and high is not None:
                row.update(l=low, h=high)
            rows.append(row)
    times = [row["x"] for row in rows]
    across: Spec = {"title": x, "labelFlush": True}
    scale: Spec = {"nice": False}
    if times and min(times) > 0 and max(times) > 100 * min(times):
        scale["type"] = "log"
        across["values"] = [
            tick
            for tick in _TICKS.get(unit, [10.0**power for power in range(-3, 13)])
            if min(times) <= tick <= max(times)
        ]
        across["format"] = ",~g"
    place = {"field": "x", "type": "quantitative", "scale": scale, "axis": across}
    part_axis = {"title": y, "format": ".0%", "tickCount": 5, "domain": False, "ticks": False}
    names = [title for title, _ in series]
    colour: Spec = {"value": KINDS[0]}
    if len(names) > 1:
        colour = {"field": "s", "type": "nominal", "title": name,
                  "legend": {"symbolOpacity": 1, "symbolType": "stroke"},
                  "scale": {"domain": names, "range": list(KINDS[: len(names)])}}  # fmt: skip
    return framed(
        language, rows, 560, 260,
        layer=[
            {"transform": [{"filter": "isValid(datum.l)"}],
             "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.18},
             "encoding": {"x": place, "color": colour, "y": {"field": "l", "type": "quantitative"},
                          "y2": {"field": "h"}}},
            {"mark": {"type": "line", "interpolate": "step-after", "strokeWidth": 1.8},
             "encoding": {"x": place, "color": colour,
                          "y": {"field": "y", "type": "quantitative", "axis": part_axis,
                                "scale": {"domain": [0, 1]}}}},
        ],
    )  # fmt: skip


def backlog(
    labels: Sequence[str], ages: Sequence[Line], both: Sequence[Line], *, x: str, y: str,
    moments: bool, language: str = "en",
) -> Spec:  # fmt: skip
    """What is open as areas, the older the darker, above what came in and what was done."""
    shades = list(SHADES[1:])
    step = max(1, (len(shades) - 1) // max(1, len(ages) - 1)) if len(ages) > 1 else 1
    chosen = [shades[min(len(shades) - 1, at * step)] for at in range(len(ages))]
    place = _across(labels, "", moments)
    rows = [point for line in ages for point in _points(labels, line)]
    above = {
        "data": {"values": rows}, "width": 560, "height": 190,
        "mark": {"type": "area", "interpolate": "step-after" if moments else "linear"},
        "encoding": {"x": place, "y": {**_up(ages, y), "stack": None},
                     "color": _named(ages, "", chosen)},
    }  # fmt: skip
    below = {
        "data": {"values": [point for line in both for point in _points(labels, line)]},
        "width": 560, "height": 110,
        "mark": {"type": "line", "strokeWidth": 1.5},
        "encoding": {"x": _across(labels, x, moments), "y": _up(both, "", ticks=4),
                     "color": _named(both, "", KINDS)},
    }  # fmt: skip
    made = framed(language, [], 0, 0, vconcat=[above, below], spacing=14)
    for name in ("data", "width", "height"):
        del made[name]
    made["resolve"] = {"scale": {"color": "independent"}}
    return made


def paths(
    labels: Sequence[str], lines: Sequence[Line], *, x: str, y: str, name: str, moments: bool,
    language: str = "en",
) -> Spec:  # fmt: skip
    """One line a series on one scale, told apart by colour and by shape."""
    rows = [point for line in lines for point in _points(labels, line)]
    encoding: Spec = {"x": _across(labels, x, moments), "y": _up(lines, y)}
    mark: Spec = {"type": "line", "strokeWidth": 2, "point": len(labels) <= 31}
    if len(lines) > 1:
        encoding["color"] = _named(lines, name, KINDS[: len(lines)])
        shape = {"field": "s", "type": "nominal", "title": name or None,
                 "scale": {"domain": [line.name for line in lines]}}  # fmt: skip
        encoding.update({"shape": shape} if mark["point"] else {})
    else:
        mark["color"] = BLUE
    return framed(language, rows, 560, 240, mark=mark, encoding=encoding)


def panels(
    labels: Sequence[str], lines: Sequence[Line], *, x: str, moments: bool, shared: bool = False,
    language: str = "en", columns: int = 2,
) -> Spec:  # fmt: skip
    """A panel a series, each on a scale of its own, or all on one."""
    values = [value for line in lines for value in line.values
              if value is not None and value == value]  # fmt: skip
    drawn = []
    for line in lines:
        up = _up([line], "", ticks=3)
        if shared and values:
            up["scale"] = {"domain": [min(0, *values), max(values) or 1]}
        else:
            up["scale"] = {"zero": False}
        across = _across(labels, "", moments, shown=4 if columns == 2 else 2)
        across["axis"].update(labelAngle=0, labelFontSize=9, labelAlign="left")
        drawn.append({
            "data": {"values": _points(labels, line)}, "width": 250 if columns == 2 else 150,
            "height": 100 if columns == 2 else 80,
            "title": {"text": line.name, "fontSize": 11, "fontWeight": "normal", "offset": 6},
            "mark": {"type": "line", "color": BLUE, "strokeWidth": 1.5,
                     "point": len(labels) <= 31 and columns == 2},
            "encoding": {"x": across, "y": up},
        })  # fmt: skip
    made = framed(language, [], 0, 0, concat=drawn, columns=columns, spacing=18)
    for name in ("data", "width", "height"):
        del made[name]
    return made


def columns(labels: Sequence[str], line: Line, *, x: str, y: str, language: str = "en") -> Spec:
    """Upright bars in the order given."""
    place = _across(labels, x, False, shown=24)
    place["axis"]["labelAngle"] = -45 if sum(map(len, labels)) > 75 else 0
    place["scale"] |= {"paddingInner": 0.25, "paddingOuter": 0.1}
    return framed(
        language, _points(labels, line), 600, 230, mark={"type": "bar", "color": BLUE},
        encoding={"x": place, "y": _up([line], y)},
    )  # fmt: skip


def ranks(
    labels: Sequence[str], line: Line, texts: Sequence[str], *, x: str, y: str,
    language: str = "en",
) -> Spec:  # fmt: skip
    """Lying bars in the order given, each with its figure."""
    rows = [{"n": label, "v": value, "t": text}
            for label, value, text in zip(labels, line.values, texts, strict=True)]  # fmt: skip
    known = [value for value in line.values if value is not None]
    least, most = min(0, *known, 0), max(0, *known, 0)
    room = (most - least) * 0.14
    domain = [least - (room if least < 0 else 0), most + (room if most > 0 else 0) or 1]
    place = {"y": {"field": "n", "type": "nominal", "sort": None,
                   "axis": {"title": y or None, "labelLimit": 240, "ticks": False,
                            "domain": False}}}  # fmt: skip
    amount = {"field": "v", "type": "quantitative", "scale": {"domain": domain, "nice": False},
              "axis": {"title": x or None, "format": line.format, "tickCount": 5,
                       "domain": False, "ticks": False}}  # fmt: skip
    text: Spec = {"type": "text", "color": "currentColor", "fontSize": 11}
    layers: list[Spec] = [
        {"mark": {"type": "bar", "height": {"band": 0.72}, "color": BLUE},
         "encoding": {**place, "x": amount}},
    ]  # fmt: skip
    for test, side, shift in (("datum.v >= 0", "left", 4), ("datum.v < 0", "right", -4)):
        layers.append({"transform": [{"filter": test}],
                       "mark": {**text, "align": side, "dx": shift},
                       "encoding": {**place, "x": amount, "text": {"field": "t"}}})  # fmt: skip
    return framed(language, rows, 520, max(40, 20 * len(rows)), layer=layers)


def axis_format(kind: str, format: str | None, values: Sequence[Value]) -> str:
    """How an axis writes the values of a column."""
    if format is not None and format.startswith("percent"):
        return ".2~%"
    if kind == "integer":
        return number_format([value for value in values if isinstance(value, int)])
    return ",.3~g"
