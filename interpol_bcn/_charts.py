"""Charts as Vega-Lite specifications: plain data that a library draws later.

Each function takes texts and numbers that are ready to be shown and returns a specification:
inline data, no address to fetch anything from.  Colours are told apart by the colour-blind
too: one blue in shades for amounts, the set of Okabe and Ito for kinds.  Texts take the
colour of the page around them, so that a chart reads on light and on dark grounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from ._i18n import format_integer, format_number

__all__ = [
    "amounts",
    "areas",
    "bars",
    "columns",
    "framed",
    "heat",
    "lines",
    "look",
    "number_format",
]

Spec = dict[str, Any]

BLUE: Final = "#2b7bba"
GREY: Final = "#9aa3ad"
#: Pale to dark in one hue; the middle is readable with black and the end with white figures.
SHADES: Final = ("#e8f1fa", "#c3dcf0", "#8fc1e3", "#559fd0", "#2b7bba", "#155a97", "#0b3c6d")
#: Okabe and Ito 2008, without the yellow, which is lost on white.
KINDS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7f7f7f")

_FONT: Final = "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Arabic', sans-serif"
_INK: Final = "currentColor"


def columns(
    labels: Sequence[str], values: Sequence[int], *, x: str, y: str, language: str = "en"
) -> Spec:
    """Upright bars in the order given: months, hours of the day."""
    rows = [{"x": label, "y": value} for label, value in zip(labels, values, strict=True)]
    tilted = sum(map(len, labels)) > 75
    axis = {"labelAngle": -90 if tilted else 0, "title": x or None, "labelLimit": 120}
    return framed(
        language,
        rows,
        640,
        230,
        mark={"type": "bar", "color": BLUE},
        encoding={
            "x": {"field": "x", "type": "ordinal", "sort": None, "axis": axis,
                  "scale": {"paddingInner": 0.25, "paddingOuter": 0.1}},
            "y": {"field": "y", "type": "quantitative", "axis": amounts(y, values)},
        },
    )  # fmt: skip


def areas(
    times: Sequence[str], values: Sequence[int], *, x: str, y: str, language: str = "en",
    filled: bool = True,
) -> Spec:  # fmt: skip
    """A curve over moments (ISO 8601 in UTC), filled down to zero."""
    rows = [{"x": time, "y": value} for time, value in zip(times, values, strict=True)]
    mark: Spec = {"type": "line", "color": BLUE, "strokeWidth": 1.5}
    if filled:
        mark = {"type": "area", "color": BLUE, "opacity": 0.35,
                "line": {"color": BLUE, "strokeWidth": 1.5}}  # fmt: skip
    return framed(
        language, rows, 640, 230, mark=mark,
        encoding={
            "x": {"field": "x", "type": "temporal", "scale": {"type": "utc"},
                  "axis": {"title": x or None, "labelFlush": True, "labelOverlap": True,
                           "format": "%Y-%m-%d"}},
            "y": {"field": "y", "type": "quantitative", "axis": amounts(y, values)},
        },
    )  # fmt: skip


def lines(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], *, x: str, y: str,
    name: str, language: str = "en",
) -> Spec:  # fmt: skip
    """One line per series over positions in order, told apart by colour and by shape."""
    rows = [
        {"x": label, "y": value, "s": title}
        for title, values in series
        for label, value in zip(labels, values, strict=True)
    ]
    most = [max(values, default=0) for _, values in series]
    every = max(1, len(labels) // 12)
    shown = list(labels[::every])
    domain = [title for title, _ in series]
    scale = {"domain": domain, "range": list(KINDS[: len(domain)])}
    return framed(
        language, rows, 560, 260,
        mark={"type": "line", "strokeWidth": 2, "point": len(labels) <= 31},
        encoding={
            "x": {"field": "x", "type": "ordinal", "sort": None,
                  "axis": {"title": x or None, "values": shown, "labelAngle": -45}},
            "y": {"field": "y", "type": "quantitative", "axis": amounts(y, most)},
            "color": {"field": "s", "type": "nominal", "scale": scale, "title": name},
            "shape": {"field": "s", "type": "nominal", "scale": {"domain": domain}, "title": name},
        },
    )  # fmt: skip


def bars(
    labels: Sequence[str], values: Sequence[int], *, x: str, y: str, language: str = "en",
    others: str = "",
) -> Spec:  # fmt: skip
    """Lying bars, one a label, each with its figure; ``others`` is the label of the rest."""
    most = max(map(abs, values), default=0)
    rows = [
        {"y": label, "x": value, "t": format_integer(value, language), "o": label == others}
        for label, value in zip(labels, values, strict=True)
    ]
    place = {"y": {"field": "y", "type": "nominal", "sort": None,
                   "axis": {"title": y or None, "labelLimit": 240, "ticks": False,
                            "domain": False}}}  # fmt: skip
    amount = {"field": "x", "type": "quantitative",
              "axis": amounts(x, values),
              "scale": {"domainMax": most * 1.14 or 1}}  # fmt: skip
    shade = {"condition": {"test": "datum.o", "value": GREY}, "value": BLUE}
    text = {"type": "text", "align": "left", "dx": 4, "color": _INK, "fontSize": 11}
    return framed(
        language, rows, 520, max(40, 20 * len(rows)),
        layer=[
            {"mark": {"type": "bar", "height": {"band": 0.72}},
             "encoding": {**place, "x": amount, "color": shade}},
            {"mark": text, "encoding": {**place, "x": amount, "text": {"field": "t"}}},
        ],
    )  # fmt: skip


def heat(
    rows: Sequence[str], cols: Sequence[str], cells: Sequence[Sequence[int]], *, x: str, y: str,
    legend: str, language: str = "en", step: tuple[int, int] = (25, 25), figures: bool = False,
) -> Spec:  # fmt: skip
    """A grid of shades, a row a list of cells; ``figures`` writes each amount in its cell.

    Zero has the ground of the page, so that silence shows.
    """
    data = []
    most = max((value for row in cells for value in row), default=0)
    for row, values in zip(rows, cells, strict=True):
        for col, value in zip(cols, values, strict=True):
            cell: Spec = {"y": row, "x": col, "v": value}
            if figures:
                cell["t"] = format_integer(value, language) if value < 10**5 else _short(
                    value, language)  # fmt: skip
                cell["d"] = value > most * 0.45
            if value or figures:
                data.append(cell)
    # Labels up to this long lie flat in a column of this width.
    flat = max((len(col) for col in cols), default=0) * 6.2 <= step[0] * 1.05
    encoding: Spec = {
        "x": {"field": "x", "type": "nominal", "sort": None, "scale": {"domain": list(cols)},
              "axis": {"title": x or None, "orient": "top", "labelAngle": 0 if flat else -45,
                       "ticks": False, "domain": False, "labelLimit": 170}},
        "y": {"field": "y", "type": "nominal", "sort": None, "scale": {"domain": list(rows)},
              "axis": {"title": y or None, "titleAngle": 0, "titleAlign": "right", "titleX": -6,
                       "titleY": -12, "titleBaseline": "bottom", "ticks": False, "domain": False,
                       "labelLimit": 200}},
    }  # fmt: skip
    shade = {"field": "v", "type": "quantitative",
             "scale": {"range": list(SHADES), "domain": [0, most or 1]},
             "legend": {"title": legend, "format": number_format([most]), "gradientLength": 120,
                        "tickCount": 4}}  # fmt: skip
    layers: list[Spec] = [{"mark": {"type": "rect"}, "encoding": {**encoding, "color": shade}}]
    if figures:
        ink = {"condition": {"test": "datum.d", "value": "white"}, "value": "#111"}
        layers.append(
            {"mark": {"type": "text", "fontSize": 11},
             "encoding": {**encoding, "text": {"field": "t"}, "color": ink}}
        )  # fmt: skip
    made = framed(language, data, step[0] * len(cols), step[1] * len(rows), layer=layers)
    made["config"]["axis"]["grid"] = False
    return made


def _short(value: int, language: str) -> str:
    for power, unit in ((1_000_000_000, "G"), (1_000_000, "M"), (1000, "k")):
        if value >= power:
            return format_number(value / power, language, 0 if value >= 100 * power else 1) + unit
    return format_integer(value, language)


def number_format(values: Sequence[int]) -> str:
    """How figures of this size are written on an axis."""
    return "~s" if max(map(abs, values), default=0) >= 100_000 else ",d"


def amounts(title: str, values: Sequence[int]) -> Spec:
    """An axis of amounts: few ticks, whole numbers."""
    axis: Spec = {"title": title or None, "format": number_format(values), "tickCount": 5,
                  "domain": False, "ticks": False}  # fmt: skip
    if max(map(abs, values), default=0) < 5:
        axis["tickMinStep"] = 1
    return axis


_LOCALES: Final = {
    "en": (".", ","),
    "ar": (".", ","),
    "fr": (",", "\u202f"),
    "es": (",", "."),
}


def framed(language: str, rows: list[Spec], width: int, height: int, **parts: Any) -> Spec:
    """A specification with its data, its size and the look that all charts share."""
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "width": width,
        "height": height,
        **parts,
        "config": look(language),
    }


def look(language: str) -> Spec:
    """What all charts share: letters, inks, and how a language writes numbers."""
    decimal, group = _LOCALES[language]
    return {
        "aria": False,
        "background": None,
        "font": _FONT,
        "locale": {
            "number": {"decimal": decimal, "thousands": group, "grouping": [3],
                       "currency": ["", ""], "minus": "-"}
        },
        "view": {"stroke": None},
        "axis": {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 11,
                 "titleFontSize": 11, "titleFontWeight": "normal", "titleOpacity": 0.8,
                 "gridColor": _INK, "gridOpacity": 0.12, "domainColor": _INK,
                 "domainOpacity": 0.5, "tickColor": _INK, "tickOpacity": 0.5,
                 "labelPadding": 4, "titlePadding": 10},
        "legend": {"labelColor": _INK, "titleColor": _INK, "labelFontSize": 11,
                   "titleFontSize": 11, "titleFontWeight": "normal", "gradientThickness": 10},
        "title": {"color": _INK, "subtitleColor": _INK, "anchor": "start", "fontSize": 15,
                  "fontWeight": 600, "subtitleFontSize": 11, "subtitlePadding": 5,
                  "offset": 14},
    }  # fmt: skip
