"""Charts of cubes, flows and tables: one picture for the notebook, the page and the file.

A ``Chart`` is a Vega-Lite specification; vl-convert draws it to SVG or PNG in this process,
without a browser, a script in the page or a network.  Needs the extra ``plot``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ._drawing import KINDS, ORDERS, Drawer
from ._i18n import check_language
from ._table_drawing import TableDrawer
from .cube import Cube
from .errors import MissingExtra, QueryError, did_you_mean, suggest

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from ._exports import Exports
    from .table import Table


__all__ = ["Chart", "plot"]


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
        drawn = self._drawn(self._titled() if titled else self.spec)
        return _tidy(drawn, self.title, self.description)

    def to_png(self, *, scale: float = 2.0) -> bytes:
        """Return the picture as PNG on white, ``scale`` pixels for each of the SVG."""
        draw = _converter()
        make = draw.vega_to_png if self._is_vega else draw.vegalite_to_png
        return bytes(make(self._for_paper(), scale=scale))

    def to_html(self, *, language: str = "en") -> str:
        """Return a page with the picture alone, which needs nothing else to be shown."""
        from html import escape

        drawn = _tidy(self._drawn(self._for_paper()), self.title, self.description)
        return (
            f'<!doctype html>\n<html lang="{check_language(language)}"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width">'
            f"<title>{escape(self.title)}</title></head><body>{drawn}</body></html>\n"
        )

    def to_altair(self) -> Any:
        """Return an ``altair.Chart``; note that altair itself shows charts through a network."""
        try:
            import altair
        except ImportError:
            raise MissingExtra("plot", "altair", "for to_altair()") from None
        if self._is_vega:
            raise QueryError("this picture is drawn with paths, which altair does not know")
        return altair.Chart.from_dict(self._for_paper())

    def save(self, path: str | os.PathLike[str], *, scale: float = 2.0) -> None:
        """Write the picture whole: ``.svg``, ``.png``, ``.html``, or its specification ``.json``.

        Raise QueryError for another ending, MissingExtra without vl-convert.
        """
        from ._atomic import write_bytes, write_text

        ending = os.path.splitext(os.fspath(path))[1].lower()
        if ending == ".svg":
            write_text(path, _tidy(self._drawn(self._for_paper()), self.title, self.description))
        elif ending == ".html":
            write_text(path, self.to_html())
        elif ending == ".png":
            write_bytes(path, self.to_png(scale=scale))
        elif ending == ".json":
            import json

            write_text(path, json.dumps(self._for_paper(), ensure_ascii=False, indent=1) + "\n")
        else:
            raise QueryError(f"{os.fspath(path)!r}: a chart is saved as .svg, .png, .html or .json")

    @property
    def _is_vega(self) -> bool:
        return "/vega/" in self.spec["$schema"]

    def _drawn(self, spec: dict[str, Any]) -> str:
        draw = _converter()
        return str((draw.vega_to_svg if self._is_vega else draw.vegalite_to_svg)(spec))

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
    obj: Cube | Table | Exports,
    kind: str | None = None,
    *,
    measure: str | Sequence[str] | None = None,
    n: int = 15,
    title: str | None = None,
    language: str = "en",
    labels: str = "name",
    order: str = "region",
) -> Chart:
    """Draw a cube over one or two axes, a flow, or a table of results, as it reads best.

    Time along a calendar: columns, or an area where there are many (``kind`` "columns",
    "line", "area").  The hours of the week: a heat map of day by hour.  Labels: lying bars of
    the ``n`` largest and the others.  Time by labels: a line for each of the largest.  Two
    axes of labels: a heat map, the largest first.  A flow: region by region, or with
    ``kind="heat"`` bureau by bureau, the ``n`` largest.  ``labels`` are shown by "name" or
    "code".  Title, unit, period and coverage are on the picture.

    Further kinds: "calendar" (the axis ``day``, a square a day), "map" (bureaus, a square a
    member in the place of its neighbours on the globe, without borders), "multiples" (time by
    labels, a small panel each), and of a flow "matrix" (every pair, by ``order`` "region",
    "amount" or "label") and "chord" (regions on a circle).

    A table is drawn by its columns, ``measure`` naming those to show.  The curve of service
    (``Responses.curve``): falling steps with their intervals as bands.  A backlog: what is
    open by age, above what came in and was answered.  Periods with measures
    (``FlowSeries.measure``, growth): a line, or a panel for each measure; with a bureau too,
    a line for each of the largest, or with ``kind="multiples"`` a panel.  A cycle: columns or
    the week's heat map.  Bureaus or other labels: lying bars of the ``n`` largest.

    Raise QueryError for what has no picture; drawing raises MissingExtra without the extra.

    >>> import interpol_bcn as bcn
    >>> log = bcn.simulate_messages(1000, seed=1)
    >>> plot(log.count("month"))
    Chart: messages by month
    >>> plot(log.flow().pagerank(), n=5)
    Chart: pagerank
    """
    from .flow import FlowMatrix
    from .table import Table

    if not isinstance(obj, (Cube, Table)):
        raise QueryError(f"{type(obj).__name__} has no picture; plot a cube, a flow or a table")
    if kind is not None and kind not in KINDS:
        near = did_you_mean(suggest(str(kind), KINDS)) or f"; there are {', '.join(KINDS)}"
        raise QueryError(f"kind={kind!r}{near}")
    if not isinstance(n, int) or n < 1:
        raise QueryError(f"n={n!r}: a whole number from 1 on")
    if order not in ORDERS:
        near = did_you_mean(suggest(str(order), ORDERS)) or f"; there are {', '.join(ORDERS)}"
        raise QueryError(f"order={order!r}{near}")
    if isinstance(obj, Table):
        return _of_table(obj, TableDrawer(obj, kind, n, check_language(language), labels, measure),
                         title, language)  # fmt: skip
    if measure is not None:
        raise QueryError("measure= is for tables; a cube has one measure")
    drawer = Drawer(obj, kind, n, check_language(language), labels, order)
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
    note = obj.note() if not drawer.aside else f"{obj.note()}; not on the map: {drawer.aside}"
    return Chart(spec, words, note)


def _of_table(table: Table, drawer: TableDrawer, title: str | None, language: str) -> Chart:
    from ._said import said

    spec = drawer.draw()
    words = title or said(table.title or "", language) or ", ".join(table.columns)
    return Chart(spec, words, said(table.note or "", language) or words)


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
    svg = svg.replace(" xlink:href=", " href=")  # an image inside; the name space is not declared
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
