"""The few pieces of HTML that a report is made of.  Every text is escaped here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from .._text import printable

__all__ = ["Cell", "figure", "plain", "rows_of", "safe", "table", "words"]


#: A date between isolates, as Findings.ltr writes it.
_ISOLATED = re.compile("\u2066([0-9T:.Z +-]{1,40})\u2069")


def plain(text: str) -> str:
    """Return a text without the isolates around its dates."""
    return _ISOLATED.sub(r"\1", text)


def safe(text: str) -> str:
    """Return a text that cannot be taken for markup, for attributes too."""
    return escape(printable(plain(text)))


def words(text: str) -> str:
    """Return a text as markup that keeps its dates in their order in any direction."""
    parts = _ISOLATED.split(text)
    return "".join(
        f'<bdi dir="ltr">{safe(part)}</bdi>' if at % 2 else safe(part)
        for at, part in enumerate(parts)
    )


@dataclass(frozen=True)
class Cell:
    """A cell: a text or figure, with a bar or a shade behind it (0 to 1), and a code beside it."""

    text: str
    number: bool = False
    bar: float | None = None
    shade: float | None = None
    code: str = ""

    def html(self, head: str = "") -> str:
        """Return the cell as ``<td>``, or as ``<th scope=...>``."""
        classes = ["n"] if self.number else []
        style = ""
        if self.bar is not None:
            classes.append("bar")
            style = f' style="--s:{self.bar:.3f}"'
        elif self.shade is not None:
            classes.append("shade")
            style = f' style="--s:{self.shade:.3f}"'
        name = f' class="{" ".join(classes)}"' if classes else ""
        inner = f"<bdi>{safe(self.text)}</bdi>"
        if self.number:
            inner = f'<bdi dir="ltr">{safe(self.text)}</bdi>'
        if self.code and self.code != self.text:
            inner += f' <bdi class="code">{safe(self.code)}</bdi>'
        if head:
            return f'<th scope="{head}"{name}>{inner}</th>'
        return f"<td{name}{style}>{inner}</td>"


def rows_of(rows: Iterable[Sequence[Cell]], kind: str = "") -> str:
    """Return table rows, the first cell of each its head."""
    name = f' class="{kind}"' if kind else ""
    return "".join(
        f"<tr{name}>{row[0].html('row')}{''.join(cell.html() for cell in row[1:])}</tr>\n"
        for row in rows
    )


def table(
    caption: str,
    heads: Sequence[Cell],
    rows: Sequence[Sequence[Cell]],
    *,
    total: Sequence[Cell] | None = None,
    wide: bool = False,
    quiet: bool = False,
) -> str:
    """Return a table with its caption, in a box that scrolls sideways where it must.

    ``quiet`` leaves the caption to those who hear the page: the heading above says the same.
    """
    top = "".join(cell.html("col") for cell in heads)
    foot = f"<tfoot>{rows_of([total], 'sum')}</tfoot>" if total else ""
    kind = ' class="wide"' if wide else ""
    hidden = ' class="quiet"' if quiet else ""
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{safe(caption)}">'
        f"<table{kind}><caption><span{hidden}>{safe(caption)}</span></caption>\n"
        f"<thead><tr>{top}</tr></thead>\n<tbody>{rows_of(rows)}</tbody>{foot}</table></div>\n"
    )


def figure(svg: str, caption: str) -> str:
    """Return a chart with its caption."""
    return (
        f'<figure><div class="chart" tabindex="0" role="group" aria-label="{safe(caption)}">'
        f'{svg}</div><figcaption class="soft">{words(caption)}</figcaption></figure>\n'
    )
