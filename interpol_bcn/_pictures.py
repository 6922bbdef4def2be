"""Pictures of their own kind, as Vega-Lite specifications: calendar, tile map, small multiples.

The same rules as in ``_charts``: inline data, no address to fetch anything from, colours that
the colour-blind tell apart.  Amounts are one blue in shades; what may be negative goes from
orange through white to blue.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from ._charts import BLUE, SHADES, Spec, amounts, framed, number_format
from ._i18n import format_integer, message

__all__ = ["calendar", "multiples", "signed_scale", "tiles"]

#: From less to more through nothing (after ColorBrewer's PuOr, which all can tell apart).
SIGNED: Final = ("#b35806", "#f1a340", "#fee0b6", "#f7f7f7", "#d1e5f0", "#67a9cf", "#155a97")


def calendar(
    days: Sequence[str], values: Sequence[int], *, legend: str, language: str = "en"
) -> Spec:
    """A square a day: a row of squares per weekday, a column per week, a block per year."""
    rows: list[Spec] = []
    ticks: dict[int, str] = {}
    for label, value in zip(days, values, strict=True):
        day = date.fromisoformat(label)
        first = date(day.year, 1, 1)
        week = (day.timetuple().tm_yday - 1 + first.weekday()) // 7
        if day.day == 1:
            ticks.setdefault(week, message(f"month_short.{day.month}", language))
        cell: Spec = {"w": week, "d": day.weekday(), "year": str(day.year)}
        if value:
            cell["v"] = value
        rows.append(cell)
    names = [message(f"day.{at}", language) for at in range(1, 8)]
    months = ",".join(f"'{week}':'{name}'" for week, name in ticks.items())
    weekdays = ",".join(f"'{at}':'{name}'" for at, name in enumerate(names))
    scale, most = _shades(values)
    encoding: Spec = {
        "x": {"field": "w", "type": "ordinal", "scale": {"domain": list(range(54))},
              "axis": {"title": None, "orient": "top", "values": list(ticks), "labelAngle": 0,
                       "labelExpr": f"{{{months}}}[datum.value]", "ticks": False,
                       "domain": False, "labelAlign": "left"}},
        "y": {"field": "d", "type": "ordinal", "scale": {"domain": list(range(7))},
              "axis": {"title": None, "labelExpr": f"{{{weekdays}}}[datum.value]",
                       "ticks": False, "domain": False}},
        "color": _amount("v", scale, legend, most, length=70),
    }  # fmt: skip
    years = sorted({row["year"] for row in rows})
    made = framed(language, rows, 11 * 54, 11 * 7, mark={"type": "rect", "stroke": None},
                  encoding=encoding)  # fmt: skip
    if len(years) > 1:
        encoding["row"] = {"field": "year", "type": "ordinal", "title": None,
                           "header": {"labelAngle": 0, "labelAlign": "left"}}  # fmt: skip
    made["config"]["axis"]["grid"] = False
    made["config"]["scale"] = {"bandPaddingInner": 0.12}
    return made


def tiles(
    squares: Sequence[tuple[str, str, int, int, int | None]], *, legend: str,
    language: str = "en",
) -> Spec:  # fmt: skip
    """The world as squares, (code, name, column, row, value) each; None has no figure."""
    values = [value for *_, value in squares if value is not None]
    scale, most = _shades(values, spread=True)
    pale = most * (0.3 if min(values, default=0) >= 0 else 0.75)
    rows: list[Spec] = []
    for code, name, column, row, value in squares:
        cell: Spec = {"x": column, "y": row, "c": code, "n": name, "d": False}
        if value is not None:
            cell["v"] = value
            cell["t"] = format_integer(value, language)
            cell["d"] = abs(value) > pale
        rows.append(cell)
    wide = max((cell["x"] for cell in rows), default=0) + 1
    high = max((cell["y"] for cell in rows), default=0) + 1
    place: Spec = {
        field: {"field": field, "type": "ordinal", "axis": None,
                "scale": {"domain": list(range(count))}}
        for field, count in (("x", wide), ("y", high))
    }  # fmt: skip
    ink = {"condition": {"test": "datum.d", "value": "white"}, "value": "#111"}
    tips = [{"field": "n", "title": message("column.bureau", language)},
            {"field": "t", "title": legend}]  # fmt: skip
    made = framed(
        language, rows, 25 * wide, 22 * high,
        layer=[
            {"mark": {"type": "rect", "cornerRadius": 2, "stroke": "#9aa3ad", "strokeWidth": 0.5},
             "encoding": {**place, "color": _amount("v", scale, legend, most), "tooltip": tips}},
            {"mark": {"type": "text", "fontSize": 8.5},
             "encoding": {**place, "text": {"field": "c"}, "color": ink}},
        ],
    )  # fmt: skip
    made["config"]["axis"]["grid"] = False
    made["config"]["scale"] = {"bandPaddingInner": 0.08, "invalid": {"color": {"value": "#f6f6f6"}}}
    return made


def multiples(
    labels: Sequence[str], series: Sequence[tuple[str, Sequence[int]]], *, x: str, y: str,
    language: str = "en", columns: int = 4,
) -> Spec:  # fmt: skip
    """A small panel per series over the same positions, all on one scale."""
    rows = [
        {"x": label, "y": value, "s": title, "n": number}
        for number, (title, values) in enumerate(series)
        for label, value in zip(labels, values, strict=True)
    ]
    most = [value for _, values in series for value in values]
    every = max(1, len(labels) // 3)
    drawn = framed(
        language, rows, 150, 80,
        mark={"type": "area", "color": BLUE, "opacity": 0.35,
              "line": {"color": BLUE, "strokeWidth": 1.3}},
        encoding={
            "x": {"field": "x", "type": "ordinal", "sort": None,
                  "axis": {"title": None, "values": list(labels[::every]), "labelAngle": 0,
                           "labelAlign": "left", "labelFontSize": 9, "ticks": False}},
            "y": {"field": "y", "type": "quantitative",
                  "axis": {**amounts("", most), "tickCount": 3, "labelFontSize": 9}},
        },
    )  # fmt: skip
    panel = {key: drawn.pop(key) for key in ("width", "height", "mark", "encoding")}
    order = [title for title, _ in series]
    head = {"title": f"{y} · {x}", "titleOrient": "bottom", "titleFontSize": 11,
            "titleFontWeight": "normal", "titleColor": "currentColor",
            "labelColor": "currentColor", "labelAnchor": "start",
            "labelFontSize": 11}  # fmt: skip
    drawn.update(
        facet={"field": "s", "type": "nominal", "sort": order, "header": head},
        columns=columns, spacing=14, spec=panel,
    )  # fmt: skip
    return drawn


def signed_scale(values: Sequence[int]) -> tuple[Spec, int]:
    """The scale of what may be negative, the same on both sides of nothing, and its end."""
    most = max(map(abs, values), default=0) or 1
    return {"range": list(SIGNED), "domain": [-most, most], "type": "linear"}, most


def _shades(values: Sequence[int], *, spread: bool = False) -> tuple[Spec, int]:
    """The scale of amounts; ``spread`` gives the many small ones room (by square roots)."""
    if min(values, default=0) < 0:
        return signed_scale(values)
    most = max(values, default=0)
    scale: Spec = {"range": list(SHADES), "domain": [0, most or 1]}
    if spread:
        scale["type"] = "sqrt"
    return scale, most


def _amount(field: str, scale: Spec, legend: str, most: int, length: int = 120) -> Spec:
    shape = {"title": legend, "format": number_format([most]), "gradientLength": length,
             "tickCount": 4}  # fmt: skip
    return {"field": field, "type": "quantitative", "scale": scale, "legend": shape}
