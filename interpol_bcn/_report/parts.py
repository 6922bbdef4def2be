"""What the demonstration says of parts: counted apart and merged, they are the whole."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from .findings import Findings

if TYPE_CHECKING:
    from ..messages import MessageLog

__all__ = ["merged_parts"]

AXES = ("month", "sender", "receiver")


def merged_parts(log: MessageLog, language: str = "en", parts: int = 2) -> tuple[str, str]:
    """Count a log whole and in parts, merge these, and return the line that compares them.

    Raise RuntimeError where the bytes differ.  Costs a reading of the rows twice.

    >>> import interpol_bcn as bcn
    >>> merged_parts(bcn.simulate_messages(1000, seed=1))[0]
    '2'
    """
    from hashlib import sha256

    from .._rows import arrow_rows
    from ..tally import Tally

    columns = (log.schema.time or "", *log.schema.flow)
    bounds = [len(log) * at // parts for at in range(parts + 1)]
    whole, merged = Tally.for_messages(*AXES), Tally.for_messages(*AXES)
    whole.update(arrow_rows(log, columns))
    for start, stop in pairwise(bounds):
        part = Tally.for_messages(*AXES)
        part.update(arrow_rows(log, columns, slice(start, stop)))
        merged.merge(part)
    found = merged.to_bytes()
    if found != whole.to_bytes():
        raise RuntimeError("merged parts do not have the bytes of the whole")
    words = Findings(log, language, "UTC", 1)
    return words.integer(parts), words.say(
        "merged", bytes=words.integer(len(found)), digest=sha256(found).hexdigest()[:12]
    )
