"""The first rows of a source and what they look like, for a first look."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .sources import CsvSource, Source

__all__ = ["Sample", "column_names", "first_rows", "holds", "plain"]

_BYTES = 1 << 19  # of a text that are looked at

Sample = dict[str, list[Any]]


def first_rows(
    source: Source, encoding: str | None, delimiter: str | None, rows: int
) -> tuple[str, Sample, dict[str, Any]]:
    """Return what form a source has, its first rows, and the options that reading it needs."""
    from .sources import CsvSource

    if isinstance(source, CsvSource):
        return _text(source, encoding, delimiter, rows)
    return _form(source), _arrow(source, rows), {}


def _text(
    source: CsvSource, encoding: str | None, delimiter: str | None, rows: int
) -> tuple[str, Sample, dict[str, Any]]:
    """The first rows of delimited text, and the options that reading it needs."""
    import csv
    import io

    from .delimited import decoded, header

    with source.reading() as file:
        raw = b""
        while len(raw) < _BYTES:
            more = file.read(_BYTES - len(raw))
            if not more:
                break
            raw += more
    cut = len(raw) >= _BYTES
    options: dict[str, Any] = {}
    chosen = encoding or _encoding(raw, cut)
    if chosen != "utf-8":
        options["encoding"] = chosen
    text = decoded(io.BytesIO(raw), chosen, source.name)
    if delimiter is None and _bars(raw):
        delimiter = "|"
    if delimiter is not None:
        options["delimiter"] = delimiter
    head = header(text, source.name, delimiter)
    body = (head.rest + text.read()).decode("utf-8", "replace")
    mark = head.delimiter.decode()
    lines = list(csv.reader(io.StringIO(body, newline=""), delimiter=mark))[: rows + 1]
    if cut or len(lines) > rows:
        lines = lines[:-1]
    lines = [line for line in lines if line]
    titles = _apart(head.titles)
    sample: Sample = {title: [] for title in titles}
    for line in lines:
        for at, title in enumerate(titles):
            sample[title].append((line[at].strip() or None) if at < len(line) else None)
    named = {",": "commas", ";": "semicolons", "\t": "tabs"}.get(mark, repr(mark))
    zipped = "gzipped " if source.compressed else ""
    form = f"{zipped}text, fields between {named}, {chosen}; {len(lines):,} rows looked at"
    return form, sample, options


def _apart(titles: Sequence[str]) -> list[str]:
    """Titles of which no two are the same, so that each column is shown."""
    return [
        title if title not in titles[:at] else f"{title} ({at + 1})"
        for at, title in enumerate(titles)
    ]


def _encoding(raw: bytes, cut: bool) -> str:
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(raw, final=not cut)
    except UnicodeDecodeError:
        # Bytes that Latin-1 leaves to control characters are quotes and dashes of Windows.
        return "cp1252" if any(0x80 <= byte < 0xA0 for byte in raw) else "latin-1"
    return "utf-8"


def _bars(raw: bytes) -> bool:
    line = raw.partition(b"\n")[0]
    return line.count(b"|") > max(line.count(mark) for mark in (b",", b";", b"\t"))


def _arrow(source: Source, rows: int) -> Sample:
    sample: Sample = source.head(rows)  # type: ignore[attr-defined]
    if sample:
        return {name: list(values)[:rows] for name, values in sample.items()}
    fields = source.fields  # type: ignore[attr-defined]
    return {name: [] for name, _ in fields}


def _form(source: Source) -> str:
    names = {
        "_ParquetSource": "Parquet",
        "_IpcSource": "Arrow IPC",
        "_XlsxSource": "the first sheet of a workbook",
        "_ColumnsSource": "columns",
        "_LazySource": "a lazy frame",
    }
    return names.get(type(source).__name__, "Arrow data")


def holds(values: Sequence[Any]) -> str:
    """Say in a word what the values are."""
    import datetime
    import re

    met = [value for value in values if value is not None and value == value]
    if not met:
        return "nothing"
    if all(isinstance(value, datetime.datetime) for value in met):
        return "times" if met[0].tzinfo else "times without a zone"
    if all(isinstance(value, datetime.date) for value in met):
        return "dates"
    if all(isinstance(value, int) for value in met):
        return "whole numbers"
    if all(isinstance(value, int | float) for value in met):
        return "numbers"
    texts = [str(value) for value in met]
    tests = (
        ("whole numbers", r"-?\d{1,18}"),
        ("numbers", r"-?\d+[.,]\d+|-?\d+"),
        ("dates", r"\d{4}-\d\d-\d\d"),
        ("times", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(?:Z|[+-]\d\d:?(?:\d\d)?)"),
        ("times without a zone", r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:\d.,]*"),
        ("times, not in ISO 8601", r"\d{1,4}[/.-]\d{1,2}[/.-]\d{2,4}(?:[ T]\d\d:\d\d(?::\d\d)?)?"),
    )
    for words, pattern in tests:
        match = re.compile(pattern).fullmatch
        if sum(match(text) is not None for text in texts) >= 0.9 * len(texts):
            return words
    return "labels" if len(set(texts)) <= max(20, len(texts) // 4) else "text"


def column_names(columns: Sequence[str]) -> dict[str, str]:
    """What some of our columns are called, in four languages -> our name."""
    found: dict[str, str] = {}
    for name, titles in _column_names().items():
        if name in columns:
            found[plain(name)] = name
            for title in titles:
                found.setdefault(plain(title), name)
    return found


@lru_cache(maxsize=1)
def _column_names() -> dict[str, list[str]]:
    import csv
    from importlib.resources import files

    text = (files("interpol_bcn") / "data" / "column_names.csv").read_text(encoding="utf-8")
    return {row["column"]: row["names"].split("|") for row in csv.DictReader(text.splitlines())}


def plain(title: str) -> str:
    """A title without case, accents and marks."""
    import re

    from .domain import fold

    return " ".join(re.sub(r"[\W_]+", " ", fold(title.replace("_", " "))).split())
