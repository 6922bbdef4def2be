"""A flow as one picture: every pair as a grain of a square, or regions as chords of a circle."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode
from collections.abc import Sequence
from math import cos, log1p, pi, sin
from typing import Any, Final

from ._charts import KINDS, SHADES, Spec, framed, look, number_format
from ._i18n import format_integer

__all__ = ["chord", "matrix"]

_GRAIN = 3  # pixels a side of a pair
_SILENT: Final = (255, 255, 255)
_LEVELS = 63  # shades between nothing and the most


def matrix(
    cells: Sequence[Sequence[int]], groups: Sequence[tuple[str, int]], *, x: str, y: str,
    legend: str, language: str = "en",
) -> Spec:  # fmt: skip
    """Every pair of a flow: a row a sender, a column a receiver, darker for more.

    Shades go by the logarithm, since flows are skewed; white is silence.  ``groups`` are the
    names of neighbouring rows and how many they are, marked by lines.  The grains are one
    small image inside the picture.
    """
    size = len(cells)
    side = size * _GRAIN
    most = max((value for row in cells for value in row), default=0) or 1
    borders, marks, at = [], [], 0
    for name, count in groups:
        marks.append({"m": at + count / 2, "name": name})
        at += count
        if at < size:
            borders.append({"b": at})
    scale: Spec = {"domain": [0, size], "nice": False, "zero": False}
    flipped: Spec = {**scale, "reverse": True}
    bare: Spec = {"axis": None}
    line: Spec = {"type": "rule", "color": "#6b7480", "strokeWidth": 0.6}
    word: Spec = {"type": "text", "fontSize": 11, "color": "currentColor"}
    data: dict[str, Any] = {"values": borders}
    names: dict[str, Any] = {"values": marks}
    made = framed(
        language, [], side, side,
        layer=[
            {"data": {"values": [{"u": _image(cells, most)}]},
             "mark": {"type": "image", "width": side, "height": side, "align": "left",
                      "baseline": "top", "x": 0, "y": 0},
             "encoding": {"url": {"field": "u", "type": "nominal"}}},
            {"data": data, "mark": line, "encoding": {
                "x": {"field": "b", "type": "quantitative", "scale": scale, **bare}}},
            {"data": data, "mark": line, "encoding": {
                "y": {"field": "b", "type": "quantitative", "scale": flipped, **bare}}},
            {"data": names, "mark": {**word, "align": "right", "x": -6}, "encoding": {
                "y": {"field": "m", "type": "quantitative", "scale": flipped, **bare},
                "text": {"field": "name"}}},
            {"data": names, "mark": {**word, "align": "left", "y": -6, "angle": -35},
             "encoding": {"x": {"field": "m", "type": "quantitative", "scale": scale, **bare},
                          "text": {"field": "name"}}},
            {"data": {"values": [{"v": 1}, {"v": most}]},
             "mark": {"type": "point", "opacity": 0, "x": 0, "y": 0},
             "encoding": {"color": {
                 "field": "v", "type": "quantitative",
                 "scale": {"type": "log" if most > 1 else "linear", "range": list(SHADES),
                           "domain": [1, most if most > 1 else 2]},
                 "legend": {"title": legend, "format": number_format([most]),
                            "gradientLength": 140, "tickCount": 4}}}},
            {"data": {"values": [{"name": f"{y} ↓   {x} →"}]},
             "mark": {**word, "align": "left", "x": 0, "y": side + 16},
             "encoding": {"text": {"field": "name"}}},
        ],
    )  # fmt: skip
    del made["data"]
    return made


def _image(cells: Sequence[Sequence[int]], most: int) -> str:
    """The pairs as a PNG with a palette, each some pixels wide, as an address of its own."""
    top = log1p(most)
    shades = [_SILENT, *(_between(level / _LEVELS) for level in range(_LEVELS + 1))]
    rows = []
    for row in cells:
        line = bytes(
            byte
            for value in row
            for byte in (1 + round(_LEVELS * log1p(value) / top) if value > 0 else 0,) * _GRAIN
        )
        rows.extend([b"\0" + line] * _GRAIN)
    side = len(cells) * _GRAIN

    def chunk(kind: bytes, body: bytes) -> bytes:
        crc = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", crc)

    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", b"".join(bytes(shade) for shade in shades))
        + chunk(b"IDAT", zlib.compress(b"".join(rows), 9))
        + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + b64encode(png).decode("ascii")


def _between(part: float) -> tuple[int, int, int]:
    """The shade at a part of the way from the palest to the darkest."""
    place = part * (len(SHADES) - 1)
    at = min(int(place), len(SHADES) - 2)
    low, high = (bytes.fromhex(shade[1:]) for shade in SHADES[at : at + 2])
    red, green, blue = (round(a + (b - a) * (place - at)) for a, b in zip(low, high, strict=True))
    return red, green, blue


def chord(
    names: Sequence[str], cells: Sequence[Sequence[int]], *, unit: str, language: str = "en"
) -> Spec:
    """Groups on a circle, their flows as bands between them.

    The arc of a group is what it sent and received; a band is as wide at each end as what
    went out there, in the colour of the larger sender.  A Vega specification: Vega-Lite has
    no paths.
    """
    size = len(names)
    radius, middle = 170.0, 250.0
    sent = [sum(row) for row in cells]
    total = sum(sent)
    gap = 0.05 if size > 1 else 0.0
    free = 2 * pi - gap * size
    starts, spans, angle = [], [], -pi / 2
    for amount in sent:
        starts.append(angle)
        spans.append(free * amount / total if total else free / size)
        angle += spans[-1] + gap
    ends: dict[tuple[int, int], tuple[float, float]] = {}
    for a in range(size):
        place = starts[a]
        for b in range(size):
            width = spans[a] * cells[a][b] / sent[a] if sent[a] else 0.0
            ends[a, b] = (place, place + width)
            place += width

    def point(turn: float, reach: float) -> str:
        return f"{reach * cos(turn):.2f},{reach * sin(turn):.2f}"

    def arc(begin: float, end: float, reach: float) -> str:
        large = int(end - begin > pi)
        return f"A{reach:g},{reach:g} 0 {large} 1 {point(end, reach)}"

    bands: list[Spec] = []
    arcs: list[Spec] = []
    words: list[Spec] = []
    for a in range(size):
        colour = KINDS[a % len(KINDS)]
        begin, end = starts[a], starts[a] + spans[a]
        arcs.append({"c": colour, "p": (
            f"M{point(begin, radius)}{arc(begin, end, radius)}L{point(end, radius + 14)}"
            f"A{radius + 14:g},{radius + 14:g} 0 {int(end - begin > pi)} 0 "
            f"{point(begin, radius + 14)}Z")})  # fmt: skip
        half = (begin + end) / 2
        words.append({
            "x": middle + (radius + 22) * cos(half), "y": middle + (radius + 22) * sin(half),
            "t": names[a], "s": format_integer(sent[a], language),
            "a": "left" if cos(half) > 0.2 else "right" if cos(half) < -0.2 else "center",
            "dy": 14 if sin(half) > 0.7 else -14 if sin(half) < -0.7 else 0,
        })  # fmt: skip
        for b in range(a, size):
            if not (cells[a][b] or cells[b][a]):
                continue
            larger = a if cells[a][b] >= cells[b][a] else b
            one, two = ends[a, b], ends[b, a]
            path = f"M{point(one[0], radius)}{arc(*one, radius)}Q0,0 {point(two[0], radius)}"
            if a != b:
                path += f"{arc(*two, radius)}Q0,0 {point(one[0], radius)}"
            bands.append({"c": KINDS[larger % len(KINDS)], "p": path + "Z",
                          "v": max(cells[a][b], cells[b][a])})  # fmt: skip
    bands.sort(key=lambda band: -band["v"])
    here = {"x": {"value": middle}, "y": {"value": middle}, "path": {"field": "p"},
            "fill": {"field": "c"}}  # fmt: skip
    text = {"x": {"field": "x"}, "align": {"field": "a"}, "baseline": {"value": "middle"},
            "fill": {"value": "currentColor"}}  # fmt: skip
    return {
        "$schema": "https://vega.github.io/schema/vega/v5.json",
        "width": 2 * middle,
        "height": 2 * middle,
        "data": [
            {"name": "bands", "values": bands},
            {"name": "arcs", "values": arcs},
            {"name": "words", "values": words},
        ],
        "marks": [
            {"type": "path", "from": {"data": "bands"},
             "encode": {"enter": {**here, "fillOpacity": {"value": 0.55},
                                  "stroke": {"field": "c"}, "strokeWidth": {"value": 0.4}}}},
            {"type": "path", "from": {"data": "arcs"}, "encode": {"enter": here}},
            {"type": "text", "from": {"data": "words"},
             "encode": {"enter": {**text, "text": {"field": "t"}, "fontWeight": {"value": 600},
                                  "y": {"signal": "datum.y + datum.dy - 7"}}}},
            {"type": "text", "from": {"data": "words"},
             "encode": {"enter": {**text, "text": {"signal": f"datum.s + ' {_quoted(unit)}'"},
                                  "fontSize": {"value": 10.5}, "fillOpacity": {"value": 0.8},
                                  "y": {"signal": "datum.y + datum.dy + 7"}}}},
        ],
        "config": look(language),
    }  # fmt: skip


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace("'", "\\'")
