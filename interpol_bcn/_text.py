"""Tables as plain text, for a terminal and for Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from .table import Table

__all__ = ["Shown", "more_rows", "printable", "shown_columns", "to_markdown", "to_text"]

GAP: Final = "  "
NARROWEST: Final = 8  # a text is cut no shorter than this
LEFT_TO_RIGHT: Final = "\u200e"

# Controls, line ends and direction overrides: what could move the cursor,
# colour the terminal or show a label in another order than it is written.
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_RIGHT_TO_LEFT: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_DATE: Final = re.compile(r"(?:\d{4}(?:-\d\d){0,2})?")  # which cut short says another day


class Shown(NamedTuple):
    """A column as printed: its heading and the texts of the rows that are shown."""

    name: str
    heading: str
    cells: list[str]
    right: bool
    elastic: bool


def shown_columns(table: Table, rows: int | None) -> list[Shown]:
    """Return the first ``rows`` rows as texts, in the table's language."""
    from ._i18n import format_value, heading, message
    from ._said import said
    from .axes import NOT_STATED

    language = table.language
    shown = []
    for name in table.columns:
        column = table[name]
        part = column if rows is None else column[:rows]
        if table.labels == "name":
            part = part.shown(language)
        if part.kind in ("label", "text"):
            blank = message("not_stated", language) if part.kind == "label" else ""
            unstated = (None, NOT_STATED) if blank else (None,)
            cells = [blank if v in unstated else printable(v) for v in part.tolist()]
        else:
            cells = [format_value(value, column.format, language) for value in part.tolist()]
        # Plain English shows the names as they are typed: table["hour_of_week"].
        plain = language == "en" and table.labels == "code"
        words = printable(name if plain else heading(name, language))
        if column.format == "per million":
            words += f" ({message('per_million', language)})"
        elif column.unit and column.unit != name:
            words += f" ({printable(said(column.unit, language))})"
        right = column.kind in ("integer", "number")
        elastic = column.kind in ("label", "text") and not all(map(_DATE.fullmatch, cells))
        shown.append(Shown(name, words, cells, right, elastic))
    return shown


def more_rows(table: Table, rows: int | None) -> str:
    """Return "… 176 more rows" when only ``rows`` are shown, "" when all are."""
    from ._i18n import format_integer, message

    more = 0 if rows is None else len(table) - rows
    if more < 1:
        return ""
    key = "more_rows_one" if more == 1 else "more_rows"
    return message(key, table.language, count=format_integer(more, table.language))


def printable(text: str) -> str:
    """Return a text with control characters and direction overrides spelled out.

    >>> printable("FRA\\x1b[31m")
    'FRA\\\\x1b[31m'
    """
    return _UNSAFE.sub(lambda found: repr(found[0])[1:-1], text)


def text_width(text: str) -> int:
    """Return how many character cells a text takes in a terminal.

    >>> text_width("FRA"), text_width("日本"), text_width("e\\u0301")
    (3, 4, 1)
    """
    if text.isascii():
        return len(text)
    from unicodedata import category, east_asian_width

    width = 0
    for letter in text:
        if category(letter) not in ("Mn", "Me", "Cf"):
            width += 2 if east_asian_width(letter) in ("W", "F") else 1
    return width


def to_text(table: Table, rows: int, width: int | None) -> str:
    """Return the table as aligned text; see ``Table.to_text``."""
    from ._i18n import message
    from ._said import said

    if width is None:
        from shutil import get_terminal_size

        width = get_terminal_size().columns
    shown = shown_columns(table, rows)
    widths = [max(map(text_width, [one.heading, *one.cells])) for one in shown]
    kept = _fit(shown, widths, width, table.measure)
    lines = [printable(said(table.title, table.language))] if table.title else []
    if kept:
        lines.append(_line([(shown[i].heading, widths[i], shown[i].right) for i in kept]))
        lines.append(GAP.join("─" * widths[i] for i in kept))
    for row in range(min(rows, len(table))):
        lines.append(_line([(shown[i].cells[row], widths[i], shown[i].right) for i in kept]))
    if not len(table):
        lines.append(message("no_rows", table.language))
    if more := more_rows(table, rows):
        lines.append(more)
    if len(kept) < len(shown):
        hidden = [one for i, one in enumerate(shown) if i not in kept]
        left = [one.name if table.language == "en" else one.heading for one in hidden]
        lines.append(message("more_columns", table.language, names=", ".join(left)))
    if table.note:
        lines.append(printable(said(table.note, table.language)))
    return "\n".join(lines)


def _fit(shown: list[Shown], widths: list[int], width: int, measure: str | None) -> list[int]:
    """Narrow texts, then leave out the last columns but the measure, until the rest fits."""
    kept = list(range(len(shown)))

    def total() -> int:
        return sum(widths[i] for i in kept) + len(GAP) * (len(kept) - 1)

    while total() > width:
        wide = [i for i in kept if shown[i].elastic and widths[i] > NARROWEST]
        if wide:
            widest = max(wide, key=lambda i: widths[i])
            spare = max(widths[widest] - NARROWEST, 1)
            widths[widest] -= min(spare, total() - width, max(1, spare // 4))
        elif len(kept) > 2 and shown[kept[-1]].name == measure:
            del kept[-2]
        elif len(kept) > 1:
            del kept[-1]
        else:
            break
    return kept


def _line(cells: list[tuple[str, int, bool]]) -> str:
    parts = []
    for text, width, right in cells:
        if text_width(text) > width:
            text = _cut(text, width)
        space = " " * (width - text_width(text))
        if _RIGHT_TO_LEFT.search(text):
            # Else the figures beside an Arabic name would change places with it.
            text = LEFT_TO_RIGHT + text + LEFT_TO_RIGHT
        parts.append(space + text if right else text + space)
    return GAP.join(parts).rstrip()


def _cut(text: str, width: int) -> str:
    while text and text_width(text) > width - 1:
        text = text[:-1]
    return text + "…"


def to_markdown(table: Table, rows: int | None) -> str:
    """Return the table as GitHub's Markdown; see ``Table.to_markdown``."""
    from ._said import said

    shown = shown_columns(table, rows)
    title = said(table.title or "", table.language)
    lines = [f"**{_escape(title)}**", ""] if title else []
    texts = [[_escape(text) for text in (one.heading, *one.cells)] for one in shown]
    widths = [max(3, *map(text_width, column)) for column in texts]
    for row in range(len(texts[0]) if texts else 0):
        cells = []
        for one, column, width in zip(shown, texts, widths, strict=True):
            space = " " * (width - text_width(column[row]))
            cells.append(space + column[row] if one.right else column[row] + space)
        lines.append(f"| {' | '.join(cells)} |")
        if row == 0:
            rules = [
                "-" * (width + 1) + ":" if one.right else ":" + "-" * (width + 1)
                for one, width in zip(shown, widths, strict=True)
            ]
            lines.append(f"|{'|'.join(rules)}|")
    note = said(table.note or "", table.language)
    notes = [one for one in (more_rows(table, rows), note) if one]
    for note in notes:
        lines += ["", _escape(note)]
    return "\n".join(lines)


def _escape(text: str) -> str:
    return re.sub(r"([\\|`*_<>\[\]&~$])", r"\\\1", printable(text))
