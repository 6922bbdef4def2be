"""Small tables that users hand in: a dict, a CSV file, a Table; read whole, row by row.

Every row knows where it stands, so that what is wrong with it can be said with its line.
An empty cell is None.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from .errors import InputError, QueryError
from .table import Table

__all__ = ["Given", "given"]


class Given(NamedTuple):
    """Rows by column, and where they come from."""

    source: str | None  # the file
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    lines: Sequence[int]  # of each row: its line in the file, else its number

    def place(self, at: int) -> dict[str, Any]:
        """Return where a row stands, as InputError takes it."""
        if self.source is None:
            return {"row": self.lines[at]}
        return {"source": self.source, "line": self.lines[at]}

    def column(self, names: Iterable[str], what: str) -> str:
        """Return the first of these columns that is there; raise InputError without any."""
        wanted = list(dict.fromkeys(names))
        for name in wanted:
            if name in self.columns:
                return name
        words = f"no column {' or '.join(map(repr, wanted))} for {what}"
        hint = f"The columns are {', '.join(self.columns)}" if self.columns else ""
        raise InputError(words, source=self.source, hint=hint)


def given(source: Any, what: str) -> Given:
    """Return the rows of a Table or of a CSV file; raise InputError, FileNotFoundError.

    The delimiter of a file is a comma, a semicolon or a tab: the one its header has most of.
    """
    if isinstance(source, Table):
        rows = list(source)
        return Given(None, source.columns, rows, range(1, len(rows) + 1))
    if isinstance(source, str | os.PathLike):
        return _read(os.fspath(source))
    raise QueryError(f"{what} come as a dict, the path of a CSV or a Table, not {source!r:.80}")


def _read(path: str) -> Given:
    import csv

    rows, lines = [], []
    with open(path, encoding="utf-8-sig", newline="") as file:
        try:
            first = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(",;\t", key=first.count), strict=True)
            header = [title.strip() for title in next(reader, [])]
            twice = [title for title in header if title and header.count(title) > 1]
            if twice:
                raise InputError("a column named twice", source=path, line=1, column=twice[0])
            following = reader.line_num + 1
            for cells in reader:
                # A row begins where the one before ended; a quoted cell may span lines.
                line, following = following, reader.line_num + 1
                if not cells:
                    continue
                if len(cells) != len(header):
                    words = f"{len(cells)} cells under {len(header)} columns"
                    raise InputError(words, source=path, line=line)
                texts = [cell.strip() or None for cell in cells]
                rows.append(dict(zip(header, texts, strict=True)))
                lines.append(line)
        except csv.Error as error:
            raise InputError(str(error), source=path, line=reader.line_num) from None
        except UnicodeDecodeError as error:
            raise InputError(f"not UTF-8: {error.reason}", source=path) from None
    return Given(path, tuple(header), rows, lines)
