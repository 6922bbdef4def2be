"""The rows of a log on their way out: columns of codes become columns of labels.

Codes, times and numbers leave as the log holds them, without a copy; what is copied is one
byte per row for what is not stated, and identifiers that are texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from . import _core

if TYPE_CHECKING:
    from .logs import Log

__all__ = ["arrow_rows"]

Part = tuple[str, str, Any, list[str] | None, bytes | None]

_MISSING = -(2**63)
# Of each byte of a bitmap, one byte per row: 1 where the bit says "not stated".
_UNSTATED = [bytes(1 - (byte >> bit & 1) for bit in range(8)) for byte in range(256)]


def arrow_rows(
    log: Log, names: Sequence[str] | None = None, rows: slice | None = None
) -> _core.ArrowTable:
    """Return the rows of a log as the core's Arrow table: some columns and rows, by default all."""
    parts = [_part(log, name) for name in (log.columns if names is None else names)]
    if rows is not None:
        parts = [_cut(part, rows) for part in parts]
    return _core.arrow_export(parts)


def _cut(part: Part, rows: slice) -> Part:
    name, kind, values, labels, nulls = part
    held = values if isinstance(values, list) else memoryview(values)
    return name, kind, held[rows], labels, None if nulls is None else nulls[rows]


def _part(log: Log, name: str) -> Part:
    kind = log.schema.field(name).kind
    info = log._infos.get(name)
    if info is None:  # of a log without rows
        kind = {"label": "text", "id": "text"}.get(kind, kind)
        return name, kind, [] if kind == "text" else memoryview(b"").cast("q"), None, None
    values = info["values"]
    if kind == "label":
        domain = log.domains.get(name)
        labels = list(domain.labels) if domain is not None else []
        return name, "label", values, labels, _unknown(memoryview(values))
    if kind == "id":
        if info["texts"]:
            return name, "text", _texts(info, len(log)), None, None
        ids = memoryview(values)
        return name, "integer", values, None, bytes(map(_MISSING.__eq__, ids))
    if info["stated"] is not None:
        bitmap = memoryview(info["stated"])
        nulls = b"".join(map(_UNSTATED.__getitem__, bitmap))[: len(log)]
        return name, kind, values, None, nulls
    return name, kind, values, None, None


def _unknown(codes: memoryview) -> bytes | None:
    """Return one byte per row, 1 where a code is the one that says nothing; None without."""
    if codes.itemsize == 1:
        nulls = bytes(codes).translate(bytes(255) + b"\1")
    else:
        nulls = bytes(map((65535).__eq__, codes))
    return nulls if 1 in nulls else None


def _texts(info: dict[str, Any], rows: int) -> list[str | None]:
    texts = bytes(memoryview(info["bytes"])) if info["bytes"] is not None else b""
    start = 0
    out: list[str | None] = []
    for end in memoryview(info["ends"])[:rows]:
        out.append(texts[start:end].decode() if end > start else None)
        start = end
    return out
