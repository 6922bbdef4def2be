"""Tables as HTML: for notebooks, and for pages that need no style sheet.

One ``<table>`` with a caption, headed rows and columns, and a footer.  Every
text is escaped.  The style is inline and takes its colours from the page, so
that it reads on light and dark grounds and survives front ends that strip
``<style>``.  No script.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from ._text import Shown, more_rows, printable, shown_columns

if TYPE_CHECKING:
    from .table import Table

__all__ = ["to_html"]

_TABLE: Final = (
    "border-collapse:collapse;font-variant-numeric:tabular-nums;line-height:1.4;"
    "margin:.5em 0;color:inherit;background:none"
)
_CAPTION: Final = "caption-side:top;font-weight:600;padding:.2em .6em;white-space:normal"
_HEAD: Final = "padding:.25em .6em;border-bottom:1px solid currentColor;font-weight:600"
_CELL: Final = "padding:.2em .6em;border-bottom:1px solid rgba(128,128,128,.25);font-weight:400"
_NOTE: Final = "padding:.35em .6em;opacity:.75;font-size:.9em;white-space:normal"
_SHORT: Final = 16  # letters that are not broken over two lines
_BAR: Final = "rgba(70,130,220,.22)"


def to_html(table: Table, rows: int | None) -> str:
    """Return the table as HTML; see ``Table.to_html``."""
    from ._i18n import is_rtl, message
    from ._said import isolated, said

    shown = shown_columns(table, rows)
    rtl = is_rtl(table.language)
    start = "right" if rtl else "left"
    sides = ["right" if one.right else start for one in shown]  # digits under digits
    lines = [f'<table lang="{table.language}" dir="{"rtl" if rtl else "ltr"}" style="{_TABLE}">']
    if table.title:
        caption = f"{_CAPTION};text-align:{start}"
        title = _safe(said(table.title, table.language))
        lines.append(f'<caption style="{caption}"><bdi>{title}</bdi></caption>')
    if shown:
        heads = "".join(
            f'<th scope="col" style="{_HEAD};text-align:{side}">{_safe(one.heading)}</th>'
            for one, side in zip(shown, sides, strict=True)
        )
        lines.append(f"<thead><tr>{heads}</tr></thead>")
    lines.append("<tbody>")
    styles = [
        f"{_CELL};text-align:{side}" + (";white-space:nowrap" if _short(one) else "")
        for one, side in zip(shown, sides, strict=True)
    ]
    bars = [_bars(table, one.name, len(one.cells)) for one in shown]
    tips = [_tips(table, one.name, len(one.cells)) for one in shown]
    for row in range(len(shown[0].cells) if shown else 0):
        cells = []
        for i, one in enumerate(shown):
            text = _safe(one.cells[row])
            if one.right:
                # Isolated, so that a minus or a unit keeps its side among Arabic.
                text = f'<bdi dir="ltr">{text}</bdi>'
            style = styles[i] + bars[i][row]
            if i == 0 and not one.right:
                cells.append(f'<th scope="row" style="{style}"{tips[i][row]}>{text}</th>')
            else:
                cells.append(f'<td style="{style}"{tips[i][row]}>{text}</td>')
        lines.append(f"<tr>{''.join(cells)}</tr>")
    lines.append("</tbody>")
    notes = [f"<bdi>{_safe(one)}</bdi>" for one in (more_rows(table, rows),) if one]
    notes += [isolated(table.note, table.language)] if table.note else []
    if not len(table):
        notes.insert(0, f"<bdi>{_safe(message('no_rows', table.language))}</bdi>")
    if notes:
        words = "<br>".join(notes)
        note = f"{_NOTE};text-align:{start}"
        cell = f'<td colspan="{max(1, len(shown))}" style="{note}">{words}</td>'
        lines.append(f"<tfoot><tr>{cell}</tr></tfoot>")
    lines.append("</table>")
    return "\n".join(lines)


def _short(one: Shown) -> bool:
    """Whether a column is of figures, dates or codes, which are read in one piece."""
    return one.right or all(len(cell) <= _SHORT for cell in one.cells)


def _safe(text: str) -> str:
    return escape(printable(text))


def _bars(table: Table, name: str, rows: int) -> list[str]:
    """A pale bar behind each percentage of a column of shares, from the figures' own side."""
    column = table[name]
    if column.kind != "number" or not (column.format or "").startswith("percent"):
        return [""] * rows
    values = column.tolist()
    if not all(value is None or 0 <= value <= 1 for value in values):
        return [""] * rows
    return [
        f";background:linear-gradient(to left,{_BAR} {value * 100:.1f}%,transparent 0)"
        if value
        else ""
        for value in values[:rows]
    ]


def _tips(table: Table, name: str, rows: int) -> list[str]:
    """The name of each coded label, shown when the pointer rests on its code."""
    column = table[name][:rows]
    if column.kind != "label" or table.labels == "name" or table.language not in column.languages:
        return [""] * rows
    names = column.shown(table.language).tolist()
    return ["" if text is None else f' title="{_safe(text)}"' for text in names]
