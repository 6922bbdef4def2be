"""The beginning of a delimited text: its delimiter, its header, and where the rows begin."""

from __future__ import annotations

import codecs
from typing import IO, Any, NamedTuple, Protocol

from . import _core
from .errors import InputError, QueryError

__all__ = ["Head", "decoded", "header"]

_FIRST = 1 << 16
_MOST = 1 << 22  # a header is not longer than this
_DELIMITERS = (",", ";", "\t")


class Readable(Protocol):
    """What gives bytes."""

    def read(self, size: int = -1, /) -> bytes: ...


class Head(NamedTuple):
    """A header: its titles, its line, and what of the text was read behind it."""

    titles: list[str]
    delimiter: bytes
    line: int  # of the header, from 1
    first_line: int  # of the text behind it
    rest: bytes


class _Decoded:
    """Bytes in another encoding, given out as UTF-8."""

    def __init__(self, file: Readable, encoding: str, source: str) -> None:
        self._file = file
        self._encoding = encoding
        self._source = source
        self._decoder = codecs.getincrementaldecoder(encoding)("strict")
        self._left = b""
        self._lines = 0  # ended so far

    def read(self, size: int = -1, /) -> bytes:
        while len(self._left) < size:
            raw = self._file.read(size)
            try:
                text = self._decoder.decode(raw, final=not raw)
            except UnicodeDecodeError as error:
                raise self._explained(error) from None
            self._lines += text.count("\n")
            self._left += text.encode("utf-8", "surrogatepass")
            if not raw:
                break
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _explained(self, error: UnicodeDecodeError) -> InputError:
        before = error.object[: error.start].decode(self._encoding, "replace")
        return InputError(
            f"not valid {self._encoding}: {error.reason}",
            source=self._source,
            line=self._lines + before.count("\n") + 1,
            value=error.object[error.start : error.end][:8].hex(" "),
            hint="encoding='...' says how the text is written",
        )


def decoded(file: IO[bytes], encoding: str, source: str) -> Any:
    """Return the file itself, or one that gives its text as UTF-8."""
    try:
        name = codecs.lookup(encoding).name
        b"a".decode(name, "replace")  # LookupError for what is no encoding of text
    except LookupError:
        raise QueryError(f"encoding={encoding!r}: no such encoding of text") from None
    return file if name in ("utf-8", "ascii") else _Decoded(file, name, source)


def header(file: Readable, source: str, delimiter: str | None) -> Head:
    """Read the header of a text; raise InputError for what is no delimited text."""
    if delimiter is not None and (len(delimiter) != 1 or not delimiter.isascii()):
        raise QueryError(f"delimiter={delimiter!r}: one ASCII character, such as ';' or '\\t'")
    text = b""
    while True:
        more = file.read(max(_FIRST, len(text)))
        text += more
        if not text:
            raise InputError("an empty file", source=source, line=1)
        if b"\0" in text[:_FIRST]:
            raise InputError(
                "not a text: it holds NUL bytes",
                source=source,
                line=1 + text[: text.index(b"\0")].count(b"\n"),
            )
        chosen = (delimiter or _sniff(text)).encode()
        try:
            record = _core.split_record(text, not more, chosen, b'"')
        except ValueError as error:
            raise InputError(str(error), source=source, line=1) from None
        if record is not None:
            break
        if len(text) > _MOST:
            raise InputError(f"no end of the header within {_MOST:,} bytes", source=source, line=1)
    titles, used, lines, flaw = record
    if flaw:
        raise InputError(
            "quote out of place", source=source, line=lines, value=titles[flaw - 1][:80]
        )
    try:
        text[:used].decode()
    except UnicodeDecodeError:
        raise InputError(
            "the header is not valid UTF-8",
            source=source,
            line=lines,
            hint="encoding='latin-1' reads other texts",
        ) from None
    return Head([title.strip() for title in titles], chosen, lines, lines + 1, text[used:])


def _sniff(text: bytes) -> str:
    """Return the delimiter that stands most often in the first line, outside quotes."""
    line = text.removeprefix(codecs.BOM_UTF8).lstrip(b"\r\n").splitlines()[:1]
    outside = b"".join(line[0].split(b'"')[::2]).decode("latin-1") if line else ""
    return max(_DELIMITERS, key=lambda mark: (outside.count(mark), mark == ","))
